"""A conventional server, as Strawberry's and SQLAlchemy's own guides have it, and written with care.

Strawberry's ASGI view under Starlette, with its parser and validation caches and orjson; SQLModel tables through an
async SQLAlchemy session, one transaction a request; data loaders against N+1, with the page of the children in SQL.
The role and the tenant are set in that transaction, as everybody's are, in one statement.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import strawberry
import uvicorn
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

from api.tokens import Claims, Tokens
from infra.settings import Settings
from tenants import company, journal, open_day, project, staff
from tenants.open_day import OpenDayState
from tenants.project import ProjectStatus
from tenants.row import new_id
from tenants.staff import Post

SHANGHAI = ZoneInfo("Asia/Shanghai")

strawberry.enum(OpenDayState)
strawberry.enum(ProjectStatus)
strawberry.enum(Post)

Page = tuple[UUID, int]


class Context(dict[str, Any]):
    """What resolvers share in one request: the caller, the session, the loaders."""

    claims: Claims
    session: AsyncSession
    staff_of: DataLoader[Page, list[staff.Staff]]
    opinions_of: DataLoader[Page, list[open_day.Opinion]]


Info = strawberry.Info[Context, None]


@strawberry.type
class Staff:
    """Member of staff."""

    id: strawberry.ID
    name: str
    number: str | None
    post: Post
    work_phone: str | None
    hired_on: date | None
    left_on: date | None
    is_grid_member: bool
    grid_code: str | None
    version: int
    created_at: datetime

    @classmethod
    def of(cls, row: staff.Staff) -> Self:
        """The row as it is shown."""
        return cls(
            id=strawberry.ID(f"stf_{row.id}"),
            name=row.name,
            number=row.number,
            post=Post(row.post),
            work_phone=row.work_phone,
            hired_on=row.hired_on,
            left_on=row.left_on,
            is_grid_member=row.is_grid_member,
            grid_code=row.grid_code,
            version=row.version,
            created_at=row.created_at.astimezone(SHANGHAI),
        )


@strawberry.type
class StaffConnection:
    """A page of staff."""

    nodes: list[Staff]


@strawberry.type
class Project:
    """Project."""

    key: strawberry.Private[UUID]
    id: strawberry.ID
    name: str
    status: ProjectStatus
    started_on: date
    grid_count: int | None
    version: int

    @classmethod
    def of(cls, row: project.Project) -> Self:
        """The row as it is shown."""
        return cls(
            key=row.id,
            id=strawberry.ID(f"prj_{row.id}"),
            name=row.name,
            status=ProjectStatus(row.status),
            started_on=row.started_on,
            grid_count=row.grid_count,
            version=row.version,
        )

    @strawberry.field
    async def staff(self, info: Info, first: int = 20) -> StaffConnection:
        """Staff working here."""
        rows = await info.context.staff_of.load((self.key, first))
        return StaffConnection(nodes=[Staff.of(row) for row in rows])


@strawberry.type
class ProjectConnection:
    """A page of projects."""

    nodes: list[Project]


@strawberry.type
class Opinion:
    """Opinion given on an open day."""

    id: strawberry.ID
    category: str | None
    content: str
    satisfaction: int | None
    received_on: date
    answer_due_on: date
    answer: str | None
    answered_on: date | None

    @classmethod
    def of(cls, row: open_day.Opinion) -> Self:
        """The row as it is shown."""
        return cls(
            id=strawberry.ID(f"opn_{row.id}"),
            category=row.category,
            content=row.content,
            satisfaction=row.satisfaction,
            received_on=row.received_on,
            answer_due_on=row.answer_due_on,
            answer=row.answer,
            answered_on=row.answered_on,
        )


@strawberry.type
class OpinionConnection:
    """A page of opinions."""

    nodes: list[Opinion]


@strawberry.type
class OpenDay:
    """Open day."""

    key: strawberry.Private[UUID]
    id: strawberry.ID
    theme: str
    state: OpenDayState
    host: str
    meeting_place: str
    published_on: date | None
    held_on: date | None
    attended: int | None
    version: int

    @classmethod
    def of(cls, row: open_day.OpenDay) -> Self:
        """The row as it is shown."""
        return cls(
            key=row.id,
            id=strawberry.ID(f"opd_{row.id}"),
            theme=row.theme,
            state=OpenDayState(row.state),
            host=row.host,
            meeting_place=row.meeting_place,
            published_on=row.published_on,
            held_on=row.held_on,
            attended=row.attended,
            version=row.version,
        )

    @strawberry.field
    async def opinions(self, info: Info, first: int = 20) -> OpinionConnection:
        """Opinions given on it."""
        rows = await info.context.opinions_of.load((self.key, first))
        return OpinionConnection(nodes=[Opinion.of(row) for row in rows])


@strawberry.type
class OpenDayConnection:
    """A page of open days."""

    nodes: list[OpenDay]


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    async def projects(self, info: Info, first: int = 20) -> ProjectConnection:
        """Projects of the company."""
        table: Any = project.Project
        tenant = info.context.claims.organisation_id
        rows = await info.context.session.scalars(
            select(table).where(table.tenant_id == tenant).order_by(table.id).limit(first)
        )
        return ProjectConnection(nodes=[Project.of(row) for row in rows])

    @strawberry.field
    async def project(self, info: Info, id: strawberry.ID) -> Project | None:
        """A project by its id."""
        key = (info.context.claims.organisation_id, UUID(id.removeprefix("prj_")))
        row = await info.context.session.get(project.Project, key)
        return None if row is None else Project.of(row)

    @strawberry.field
    async def staff(self, info: Info, first: int = 20) -> StaffConnection:
        """Staff of the company."""
        table: Any = staff.Staff
        tenant = info.context.claims.organisation_id
        rows = await info.context.session.scalars(
            select(table).where(table.tenant_id == tenant).order_by(table.id).limit(first)
        )
        return StaffConnection(nodes=[Staff.of(row) for row in rows])

    @strawberry.field
    async def open_days(self, info: Info, first: int = 20) -> OpenDayConnection:
        """Open days of the company."""
        table: Any = open_day.OpenDay
        tenant = info.context.claims.organisation_id
        rows = await info.context.session.scalars(
            select(table).where(table.tenant_id == tenant).order_by(table.id).limit(first)
        )
        return OpenDayConnection(nodes=[OpenDay.of(row) for row in rows])


@strawberry.input
class CreateStaffInput:
    """A member of staff to record."""

    name: str
    post: Post
    project_id: strawberry.ID


@strawberry.type
class StaffPayload:
    """What became of it."""

    staff: Staff


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    async def create_staff(self, info: Info, input: CreateStaffInput) -> StaffPayload:
        """Record a member of staff, with an audit entry and an outbox event."""
        session, claims = info.context.session, info.context.claims
        tenant_id = claims.organisation_id
        employer = await session.get(company.Company, tenant_id)
        if employer is None or employer.status != company.CompanyStatus.ACTIVE:
            raise PermissionError("the company is not active")
        place = await session.get(project.Project, (tenant_id, UUID(input.project_id.removeprefix("prj_"))))
        if place is None:
            raise LookupError("there is no such project")
        row = staff.Staff(tenant_id=tenant_id, id=new_id(), name=input.name, post=input.post, project_id=place.id)
        values = {"name": row.name, "post": row.post.value, "project_id": str(place.id), "is_grid_member": False}
        session.add(row)
        session.add(
            journal.AuditEntry(
                tenant_id=tenant_id,
                actor_kind="tenant",
                actor_id=claims.member_id,
                action="created",
                entity="staff",
                entity_id=row.id,
                changes=values,
            )
        )
        session.add(
            journal.OutboxEvent(
                tenant_id=tenant_id, topic="staff.created", entity_id=row.id, payload={"version": row.version}
            )
        )
        await session.flush()
        return StaffPayload(staff=Staff.of(row))


class OneTransaction(SchemaExtension):
    """One session and one transaction a request, as the caller's role and tenant; committed when nothing failed."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Open, run, commit."""
        context: Context = self.execution_context.context
        async with context["sessions"]() as session, session.begin():
            await session.execute(
                text(
                    "SELECT set_config('role', 'linli_tenant', true), set_config('linli.tenant', :tenant, true),"
                    " set_config('linli.actor', :actor, true)"
                ),
                {"tenant": str(context.claims.organisation_id), "actor": str(context.claims.member_id)},
            )
            context.session = session
            tenant = context.claims.organisation_id
            context.staff_of = DataLoader(load_fn=_Children(session, tenant, staff.Staff, "project_id"))
            context.opinions_of = DataLoader(load_fn=_Children(session, tenant, open_day.Opinion, "open_day_id"))
            yield
            result = self.execution_context.result
            if result is not None and result.errors:
                await session.rollback()


class _Children:
    """The first children of many rows in one statement."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, table: Any, parent: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._table = table
        self._parent = parent

    async def __call__(self, pages: list[Page]) -> Sequence[list[Any]]:
        """The rows of each page."""
        table, parent = self._table, getattr(self._table, self._parent)
        most = max(first for _, first in pages)
        place = func.row_number().over(partition_by=parent, order_by=table.id).label("place")
        numbered = (
            select(table, place)
            .where(table.tenant_id == self._tenant_id, parent.in_([key for key, _ in pages]))
            .subquery()
        )
        found: Any = aliased(table, numbered)
        rows = await self._session.scalars(select(found).where(numbered.c.place <= most).order_by(found.id))
        grouped: dict[UUID | None, list[Any]] = defaultdict(list)
        for row in rows:
            grouped[getattr(row, self._parent)].append(row)
        return [grouped[key][:first] for key, first in pages]


class View(GraphQL[Context, None]):
    """Strawberry's view, with the caller in its context and orjson at both ends."""

    def __init__(self, schema: strawberry.Schema, tokens: Tokens) -> None:
        super().__init__(schema, graphql_ide=None, allow_queries_via_get=False)
        self._tokens = tokens
        self.sessions: async_sessionmaker[AsyncSession] | None = None

    async def get_context(self, request: Any, response: Any) -> Context:
        """Who asks, and where its session will come from."""
        assert isinstance(request, Request)
        assert isinstance(response, Response)
        context = Context(sessions=self.sessions)
        context.claims = self._tokens.verify(request.headers["authorization"].removeprefix("Bearer "))
        return context

    def decode_json(self, data: str | bytes) -> Any:
        """With orjson."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        """With orjson."""
        return orjson.dumps(data)


def application() -> Starlette:
    """The ASGI application."""
    schema = strawberry.Schema(
        query=Query, mutation=Mutation, extensions=[OneTransaction, ParserCache, ValidationCache]
    )
    view = View(schema, Tokens.of(Settings()))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        engine: AsyncEngine = create_async_engine(
            os.environ["BENCH_APP_URL"].replace("postgresql://", "postgresql+asyncpg://"),
            pool_size=int(os.environ["BENCH_POOL_SIZE"]),
            max_overflow=0,
            connect_args={"server_settings": {"TimeZone": "Asia/Shanghai", "jit": "off", "statement_timeout": "5000"}},
        )
        view.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    return Starlette(routes=[Route("/graphql", view)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        application(),
        port=int(os.environ["BENCH_PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
