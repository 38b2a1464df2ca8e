"""A town for tests: its companies, estates, staff and regulators come into being by the rules under test."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import pytest

from tenants import company, estate, project, staff, take_over
from tenants.access import Purpose
from tenants.company import CompanyMember
from tenants.errors import Code, DomainError, DomainErrors
from tenants.permission import COMPANY_ROLES, REGULATOR_ROLES, CompanyRole, RegulatorRole
from tenants.regulator import NewRegulator, establish
from tenants.row import new_id, today
from tenants.scope import Database, Principal

R = TypeVar("R")

STREET = "370402001"
"""A street of Zaozhuang's Shizhong district (枣庄市市中区), itself a county of the city 3704 in the province 37."""
OTHER_STREET = "370402002"
OTHER_DISTRICT_STREET = "370403001"
OTHER_CITY_STREET = "370502001"

START, END = date(2024, 1, 1), date(2026, 12, 31)
TOMORROW = timedelta(days=1)

_numbers = itertools.count(1)


def contract(starts_on: date = START, ends_on: date = END, **more: Any) -> project.NewContract:
    """A normal service contract."""
    return project.NewContract(kind=project.ContractKind.NORMAL, starts_on=starts_on, ends_on=ends_on, **more)


def place(name: str | None = None, division_code: str = STREET, **more: Any) -> estate.NewEstate:
    """An estate that the registry does not have."""
    facts = {"kind": estate.EstateKind.COMMERCIAL, "area": Decimal("52000.50"), **more}
    return estate.NewEstate(name=name or f"{next(_numbers)}号院", division_code=division_code, **facts)


@dataclass(frozen=True, slots=True)
class Firm:
    """A company, and its administrator's principal."""

    id: UUID
    admin: Principal

    def member(self, id: UUID, role: CompanyRole) -> Principal:
        """The principal of another member."""
        return Principal("tenant", COMPANY_ROLES[role], actor_id=id, tenant_id=self.id)


@dataclass(frozen=True, slots=True)
class Town:
    """The database of a test module, and what can be made in it."""

    database: Database
    administrator: asyncpg.Connection

    async def do(self, principal: Principal, rule: Callable[..., Awaitable[R]], *given: Any, **more: Any) -> R:
        """What a rule answers, in a transaction of its own."""
        async with self.database.writing(principal) as scope:
            return await rule(scope, *given, **more)

    async def refused(
        self, principal: Principal, rule: Callable[..., Awaitable[Any]], *given: Any, **more: Any
    ) -> list[tuple[Code, str | None]]:
        """With which codes, for which fields, a rule refuses; each error can be read in both languages."""
        try:
            answer = await self.do(principal, rule, *given, **more)
        except (DomainError, DomainErrors) as refusal:
            return problems(refusal)
        pytest.fail(f"it was not refused: {answer!r}")

    async def company(self, name: str | None = None, at: str = "3704") -> Firm:
        """An active company registered at a division."""
        number = next(_numbers)
        new = company.NewCompany(
            name=name or f"枣庄{number}号物业服务有限公司",
            uscc=f"91370400TEST{number:06}",
            uscc_override="测试用代码",
            division_code=at,
            admin_name="李红",
        )
        made, admin = await self.do(Principal("worker", tenant_id=new_id()), company.enrol, new)
        principal = Principal(
            "tenant", COMPANY_ROLES[CompanyRole.TENANT_ADMIN], actor_id=admin.id, tenant_id=made.tenant_id
        )
        return Firm(made.tenant_id, principal)

    async def regulator(self, path: str, role: RegulatorRole = RegulatorRole.PUBLISHER) -> Principal:
        """A member of a new regulator of a division."""
        new = NewRegulator(name=f"{next(_numbers)}号主管部门", division_code=path, member_name="王敏", member_role=role)
        made, member = await self.do(Principal("worker"), establish, new)
        return Principal(
            "regulator",
            REGULATOR_ROLES[role],
            actor_id=member.id,
            regulator_id=made.id,
            division_path=made.division_path,
            purpose=Purpose.SUPERVISION,
        )

    async def estate(self, at: str = STREET) -> estate.Estate:
        """A registered estate that nobody serves."""
        return await self.do(await self.regulator(at[:6]), estate.enter, place(division_code=at))

    async def project(self, firm: Firm, starts_on: date = START, ends_on: date = END, **more: Any) -> project.Project:
        """A project of a company, at a new estate unless `estate_id` is given."""
        if "estate_id" not in more:
            more.setdefault("new_estate", place(division_code=more.pop("at", STREET)))
        new = project.NewProject(contract=contract(starts_on, ends_on), **more)
        return await self.do(firm.admin, project.begin, new)

    async def leave(self, firm: Firm, project_id: UUID) -> None:
        """The company's project ends today."""
        seen = await self.row("project", project_id)
        await self.do(firm.admin, project.end, seen["id"], seen["version"], today(), project.EndReason.TERMINATED)

    async def gone(self, at: str = STREET) -> tuple[Firm, UUID]:
        """A company of another city and its only project here, which has ended: the regulators here see it no more."""
        firm = await self.company(at="3705")
        begun = await self.project(firm, at=at)
        await self.leave(firm, begun.id)
        assert not any(path.startswith(at[:4]) for path in await self.reach(firm))
        return firm, begun.id

    async def staff(self, firm: Firm, name: str = "张伟", **more: Any) -> staff.Staff:
        """A member of staff."""
        return await self.do(firm.admin, staff.add, staff.NewStaff(name=name, post=staff.Post.OTHER, **more))

    async def member(self, firm: Firm, role: CompanyRole, **more: Any) -> CompanyMember:
        """A further member of a company's portal."""
        return await self.do(firm.admin, company.create_member, company.NewMember(name="赵敏", role=role, **more))

    async def request(self, firm: Firm, estate_id: UUID, starts_on: date | None = None) -> take_over.TakeOver:
        """A company's request to take an estate over, from tomorrow unless told otherwise."""
        first = starts_on or today() + TOMORROW
        new = take_over.NewTakeOver(estate_id=estate_id, contract=contract(first, first + timedelta(days=365)))
        return await self.do(firm.admin, take_over.request, new)

    async def row(self, table: str, id: UUID) -> asyncpg.Record:
        """A row as the administrator sees it."""
        found = await self.administrator.fetchrow(f"SELECT * FROM {table} WHERE id = $1", id)
        assert found is not None
        return found

    async def journal(self, firm: Firm) -> list[tuple[str, str]]:
        """What a company's audit trail says, as (entity, action), after checking that the outbox says the same."""
        entries = await self.administrator.fetch(
            "SELECT entity, action, entity_id FROM audit_entry WHERE tenant_id = $1 ORDER BY id", firm.id
        )
        events = await self.administrator.fetch(
            "SELECT topic, entity_id FROM outbox_event WHERE tenant_id = $1 ORDER BY id", firm.id
        )
        told = [(f"{entry['entity']}.{entry['action']}", entry["entity_id"]) for entry in entries]
        assert told == [(event["topic"], event["entity_id"]) for event in events]
        return [(entry["entity"], entry["action"]) for entry in entries]

    async def reach(self, firm: Firm) -> list[str]:
        """The divisions whose regulators see the company."""
        found: list[str] = (await self.row("company", firm.id))["reach"]
        return found


def problems(error: DomainError | DomainErrors) -> list[tuple[Code, str | None]]:
    """The codes and fields of a refusal, after checking that each can be read in both languages."""
    errors = error.errors if isinstance(error, DomainErrors) else [error]
    for one in errors:
        chinese, english = one.message("zh"), one.message("en")
        assert chinese != english
        assert "{" not in chinese + english
        assert "None" not in chinese + english
    return [(one.code, one.field) for one in errors]


async def at_once(*changes: Awaitable[Any]) -> list[Any]:
    """What changes that run at the same moment answer: a row, or the problems that kept them from it; no deadlock."""
    answers = await asyncio.gather(*changes, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, DomainError | DomainErrors):
            raise answer
    return [problems(answer) if isinstance(answer, DomainError | DomainErrors) else answer for answer in answers]
