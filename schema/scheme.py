"""Schemes in the contract: read by all once published; drafted, published and retired by a division's regulators."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from schema.reads import Connection, Node, Row, column, entity, expression, many, one, ref
from schema.terms import Subject, contract_enum
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants.permission import Permission
from tenants.scheme import Purpose as SchemePurpose
from tenants.scheme import SchemeState, registry
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.division import Division

contract_enum(
    SchemePurpose,
    "What a scheme is for (方案用途).",
    {
        SchemePurpose.CREDIT: "Credit records and scores (信用评价).",
        SchemePurpose.RATING: "Ratings in cycles (评定).",
    },
    name="SchemePurpose",
)
contract_enum(
    SchemeState,
    "State of a published edition (方案状态).",
    {
        SchemeState.PUBLISHED: "Published, and not to be changed any more (已发布).",
        SchemeState.RETIRED: "Not used any more (已停用).",
    },
)


def _retired(row: Row) -> str:
    return row.value(registry.SchemeRetirement, lambda end: end.retired_on, by="scheme_id")


@entity(table=registry.Scheme, prefix="sch", permission=Permission.SCHEME_READ)
class Scheme(Node):
    """Scheme (评定方案、信用评价标准): a published edition, which never changes; a new one follows it."""

    code: str = column("Code (方案代码), the same for all editions.", where=True, order=True)
    edition: int = column("Edition (版次).", where=True, order=True)
    name: str = column("Name (方案名称).", where=True)
    subject: Subject = column("Whom or what it scores (评价对象).", where=True)
    purpose: SchemePurpose = column("What it is for (方案用途).", where=True)
    state: SchemeState = expression(
        "Published, or retired from today or earlier (方案状态).",
        lambda row: f"CASE WHEN {_retired(row)} <= current_date THEN 'RETIRED' ELSE 'PUBLISHED' END",
        where=True,
    )
    basis: str = column("The document it rests on (依据文件).")
    valid_from: date = column("Holds from (生效日期).", where=True, order=True)
    valid_to: date | None = column("Holds until the day before (失效日期).", where=True)
    retired_on: date | None = expression("Not used from (停用日期).", _retired)
    retired_because: str | None = expression(
        "Why it was retired (停用原因).",
        lambda row: row.value(registry.SchemeRetirement, lambda end: end.reason, by="scheme_id"),
    )
    yaml: str = column("The scheme as YAML (YAML 文本), as it was written.", name="text")
    document: JSON = column("The scheme as a structure (结构化内容); numbers are texts, so that they stay exact.")
    digest: str = column("SHA-256 of its canonical form (内容摘要).", where=True)
    division: "Division" = one("Whose scheme it is (所属区划).", where=True)
    editions: Connection["Scheme"] = many(
        "All editions of this scheme (各版次).", by={"division_id": "division_id", "code": "code"}
    )
    published_at: datetime = column("Published at (发布时间).", name="created_at", order=True)


@entity(table=registry.SchemeDraft, prefix="scd", permission=Permission.SCHEME_DRAFT, division="division_path")
class SchemeDraft(Node):
    """Draft of a scheme (方案草案), seen within the reach of its division; in order, and not yet in force."""

    code: str = column("Code (方案代码).", where=True, order=True)
    name: str = column("Name (方案名称).", where=True)
    subject: Subject = column("Whom or what it scores (评价对象).", where=True)
    purpose: SchemePurpose = column("What it is for (方案用途).", where=True)
    basis: str = column("The document it rests on (依据文件).")
    valid_from: date = column("Holds from (生效日期).", where=True, order=True)
    valid_to: date | None = column("Holds until the day before (失效日期).", where=True)
    yaml: str = column("The scheme as YAML (YAML 文本), as it was written.", name="text")
    document: JSON = column("The scheme as a structure (结构化内容); numbers are texts, so that they stay exact.")
    digest: str = column("SHA-256 of its canonical form (内容摘要).")
    division: "Division" = one("Whose scheme it is (所属区划).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Begun at (起草时间).", order=True)
    updated_at: datetime = column("Changed at (更新时间).", order=True)


_YAML = "The scheme as YAML (YAML 文本); this or `document`."
_DOCUMENT = "The scheme as a structure (结构化内容); this or `yaml`. Numbers with decimals are texts."


@strawberry.input(description="A scheme to look over (检查方案).")
class CheckSchemeInput:
    """For which division, and the scheme in one form."""

    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    yaml: str | None = strawberry.field(description=_YAML, default=None)
    document: JSON | None = strawberry.field(description=_DOCUMENT, default=None)


@strawberry.input(description="A scheme to draft (起草方案).")
class DraftSchemeInput:
    """For which division, and the scheme in one form."""

    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    yaml: str | None = strawberry.field(description=_YAML, default=None)
    document: JSON | None = strawberry.field(description=_DOCUMENT, default=None)


@strawberry.input(description="A draft to write anew (修改方案草案).")
class ChangeSchemeInput:
    """Which, and the scheme in one form."""

    id: strawberry.ID = identifier("scd", "The draft (草案).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    yaml: str | None = strawberry.field(description=_YAML, default=None)
    document: JSON | None = strawberry.field(description=_DOCUMENT, default=None)


@strawberry.input(description="A draft to publish (发布方案).")
class PublishSchemeInput:
    """Which."""

    id: strawberry.ID = identifier("scd", "The draft (草案).")
    version: int = strawberry.field(description="The version you saw (版本号).")


@strawberry.input(description="An edition that is not to be used any more (停用方案).")
class RetireSchemeInput:
    """Which, from when, and why."""

    id: strawberry.ID = identifier("sch", "The edition (方案).")
    retired_on: date = strawberry.field(description="Not used from (停用日期), today or later.")
    reason: str = strawberry.field(description="Why (停用原因).")


@strawberry.type(description="What was found in a scheme (方案检查结果).")
class SchemeCheckPayload:
    """Its canonical form's hash, or every problem with its place in the document."""

    digest: str | None = changed("SHA-256 of the scheme's canonical form (内容摘要)")
    yaml: str | None = changed("The scheme as the software writes it (规范化 YAML 文本)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a draft (方案草案变更结果).")
class SchemeDraftPayload:
    """The draft, or why not."""

    scheme_draft: SchemeDraft | None = changed("The draft (草案)")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What became of a scheme (方案变更结果).")
class SchemePayload:
    """The edition, or why not."""

    scheme: Scheme | None = changed("The edition (方案)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.SCHEME_DRAFT, "Look a scheme over and name every problem (检查方案); nothing is kept.")
async def check_scheme(scope: Scope, input: CheckSchemeInput) -> SchemeCheckPayload:
    writing = registry.Writing(yaml=input.yaml, structure=input.document)
    document = await registry.look_over(scope, input.division_code, writing)
    return SchemeCheckPayload(digest=document.digest, yaml=document.text)


@mutation(Permission.SCHEME_DRAFT, "Begin a draft of a scheme for your division or one below (起草方案).")
async def draft_scheme(scope: Scope, input: DraftSchemeInput) -> SchemeDraftPayload:
    writing = registry.Writing(yaml=input.yaml, structure=input.document)
    row = await registry.draft(scope, input.division_code, writing)
    return SchemeDraftPayload(scheme_draft=ref(SchemeDraft, row.id))


@mutation(Permission.SCHEME_DRAFT, "Write a draft anew (修改方案草案).")
async def change_scheme(scope: Scope, input: ChangeSchemeInput) -> SchemeDraftPayload:
    given = values(input)
    writing = registry.Writing(yaml=input.yaml, structure=input.document)
    row = await registry.redraft(scope, given["id"], given["version"], writing)
    return SchemeDraftPayload(scheme_draft=ref(SchemeDraft, row.id))


@mutation(Permission.SCHEME_PUBLISH, "Publish a draft that others wrote, as the next edition (发布方案); it is frozen.")
async def publish_scheme(scope: Scope, input: PublishSchemeInput) -> SchemePayload:
    row = await registry.publish(scope, **values(input))
    return SchemePayload(scheme=ref(Scheme, row.id))


@mutation(Permission.SCHEME_PUBLISH, "Take an edition out of use (停用方案); what was scored by it stays.")
async def retire_scheme(scope: Scope, input: RetireSchemeInput) -> SchemePayload:
    row = await registry.retire(scope, **values(input))
    return SchemePayload(scheme=ref(Scheme, row.id))
