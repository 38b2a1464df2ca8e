"""Scores as they come in (评分表): who evaluates in which group, and what each of them answered of a case.

A sheet is the case's company's row, and the company reads it when everything is published; until the cycle is scored a
sheet is read by the regulator that wrote it and nobody else. It is never changed: whoever corrects it writes the next
revision. Peers (同行) get a dossier without names instead, and their answers are rows of their own.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from tenants import division, survey
from tenants.change import change, create, create_all, find, find_at
from tenants.checks import Checks
from tenants.company import Company
from tenants.errors import Code, DomainError
from tenants.journal import record
from tenants.rating.case import Answer, CaseState, RatingCase, cases_of, checked
from tenants.rating.cycle import CycleState, Disclosure, RatingCycle, at_stage, document_of
from tenants.regulator import Regulator, RegulatorStatus
from tenants.row import Changing, Row, TenantRow, code_field, one_of, today
from tenants.scheme import Document, GroupKind
from tenants.scope import Principal, Scope

APPOINTED_DURING: Final = (CycleState.OPEN, CycleState.COLLECTING)
"""A draft has no evaluators: it is nobody's business yet but that of who drafts it."""


def disclosing() -> ForeignKeyConstraint:
    """A row's key to its cycle, by which it has the cycle's division and disclosure at any time."""
    return ForeignKeyConstraint(
        ["cycle_id", "division_path", "disclosure"],
        ["rating_cycle.id", "rating_cycle.division_path", "rating_cycle.disclosure"],
        onupdate="CASCADE",
    )


class RatingEvaluator(Changing, Row, table=True):
    """A regulator that evaluates in a group of a cycle; the group is empty where the scheme has none."""

    __tablename__ = "rating_evaluator"
    __table_args__ = (
        ForeignKeyConstraint(["cycle_id"], ["rating_cycle.id"]),
        ForeignKeyConstraint(["division_path"], ["division.path"], onupdate="CASCADE"),
        ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        UniqueConstraint("cycle_id", "group_code", "regulator_id"),
    )

    cycle_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    group_code: str = Field(sa_type=Text)
    regulator_id: UUID
    regulator_name: str = Field(sa_type=Text)


class RatingSheet(Changing, TenantRow, table=True):
    """Everything that one regulator answered of a case for a group; `answers` by indicator, with the evidence."""

    __tablename__ = "rating_sheet"
    __table_args__ = (
        disclosing(),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["rating_case.tenant_id", "rating_case.id"]),
        ForeignKeyConstraint(["regulator_id"], ["regulator.id"]),
        UniqueConstraint("tenant_id", "case_id", "group_code", "regulator_id", "revision"),
        Index("rating_sheet_cycle", "cycle_id", "division_path", "disclosure"),
        Index("rating_sheet_regulator", "regulator_id", "id"),
        one_of("disclosure", Disclosure),
        {"info": {"confidential": True}},
    )

    cycle_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    disclosure: Disclosure = code_field()
    case_id: UUID
    group_code: str = Field(sa_type=Text)
    regulator_id: UUID
    evaluator: str = Field(sa_type=Text)
    revision: int
    answers: dict[str, Any] = Field(sa_type=JSONB)
    entered_by: UUID


class RatingPeerReview(Changing, TenantRow, table=True):
    """A dossier (匿名案卷) that a company evaluates as a peer, and what it answered; whose it is, it does not say."""

    __tablename__ = "rating_peer_review"
    __table_args__ = (
        disclosing(),
        ForeignKeyConstraint(["tenant_id"], ["company.tenant_id"]),
        UniqueConstraint("tenant_id", "cycle_id", "group_code", "number"),
        Index("rating_peer_review_cycle", "cycle_id", "division_path", "disclosure"),
        one_of("disclosure", Disclosure),
    )

    cycle_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    disclosure: Disclosure = code_field()
    group_code: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text)
    dossier: dict[str, Any] = Field(sa_type=JSONB)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    submitted_on: date | None = None


async def appoint(
    scope: Scope, cycle_id: UUID, version: int, group: str, division_code: str, regulator_name: str | None
) -> RatingCycle:
    """Let a regulator of the cycle's division, or of one below, evaluate in a group. It is named by its division, and
    by its own name where the division has several.
    """
    cycle = at_stage(await find_at(scope, RatingCycle, cycle_id, version, "cycleId"), APPOINTED_DURING, "cycleId")
    require_group(await document_of(scope, cycle), group, peers=False)
    place = await division.by_code(scope, division_code, "divisionCode")
    if not place.path.startswith(cycle.division_path):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    # A regulator sees no other regulator; which ones a division has, the platform knows.
    async with scope.acting_as(Principal("worker", actor_id=scope.principal.actor_id)):
        found = await scope.session.execute(
            select(col(Regulator.id), col(Regulator.name)).where(
                col(Regulator.division_id) == place.id, col(Regulator.status) == RegulatorStatus.ACTIVE
            )
        )
        there = [(id_, name) for id_, name in found if regulator_name in (None, name)]
    if len(there) != 1:
        raise DomainError(
            Code.RATING_REGULATOR_UNCLEAR,
            "regulatorName",
            division=place.name,
            names=tuple(sorted(n for _, n in there)),
        )
    regulator_id, name = there[0]
    row = RatingEvaluator(
        cycle_id=cycle_id,
        division_path=cycle.division_path,
        group_code=group,
        regulator_id=regulator_id,
        regulator_name=name,
    )
    known = DomainError(Code.RATING_EVALUATOR_EXISTS, "group", name=name)
    taken = {"rating_evaluator_cycle_id_group_code_regulator_id_key": known}
    await create(scope, row, "rating_evaluator", action="appointed", taken=taken)
    cycle = await find(scope, RatingCycle, cycle_id)
    await change(scope, cycle, "rating_cycle", {}, action="evaluator_appointed", always=True)
    return cycle


async def dismiss(scope: Scope, cycle_id: UUID, version: int, evaluator_id: UUID) -> RatingCycle:
    """Let an evaluator evaluate no more. The sheets it wrote stand, and name it; the same may be appointed again. While
    scores are collected a group keeps one evaluator at least, or its indicators would be scored by nobody.
    """
    cycle = at_stage(await find_at(scope, RatingCycle, cycle_id, version, "cycleId"), APPOINTED_DURING, "cycleId")
    row = await find(scope, RatingEvaluator, evaluator_id, "evaluatorId")
    if row.cycle_id != cycle.id:
        raise DomainError(Code.NOT_FOUND, "evaluatorId")
    beside = select(col(RatingEvaluator.id)).where(
        col(RatingEvaluator.cycle_id) == cycle.id,
        col(RatingEvaluator.group_code) == row.group_code,
        col(RatingEvaluator.id) != row.id,
    )
    if cycle.state == CycleState.COLLECTING and await scope.session.scalar(beside.limit(1)) is None:
        raise DomainError(
            Code.RATING_LAST_EVALUATOR, "evaluatorId", name=row.regulator_name, group=row.group_code or "—"
        )
    await record(scope, "dismissed", "rating_evaluator", row, {"group_code": row.group_code})
    await scope.session.delete(row)
    await change(scope, cycle, "rating_cycle", {}, action="evaluator_dismissed", always=True)
    return cycle


def require_group(document: Document, group: str, *, peers: bool | None = None) -> None:
    """The group is one of the scheme's; of peers or not, where that is said. A scheme without groups has the empty one.

    Raises SCORE_GROUP_UNKNOWN.
    """
    known = {one.code for one in document.groups if peers is None or (one.kind == GroupKind.PEER) is peers}
    if group not in known and not (group == "" and not document.groups and not peers):
        raise DomainError(Code.SCORE_GROUP_UNKNOWN, "group", group=group or "—", groups=tuple(sorted(known)))


async def score(scope: Scope, case_id: UUID, group: str, given: Sequence[Answer]) -> RatingSheet:
    """A regulator that evaluates in a group scores a case while scores are collected. What it answered before and does
    not answer now stays.
    """
    seen = await find(scope, RatingCase, case_id, "caseId")
    cycle = at_stage(await find(scope, RatingCycle, seen.cycle_id), (CycleState.COLLECTING,), "caseId")
    if seen.state != CaseState.SCORING:
        raise DomainError(Code.RATING_INELIGIBLE, "caseId")
    regulator_id, entered_by = scope.principal.regulator_id, scope.principal.actor_id
    assert regulator_id is not None  # only a regulator's member has the permission
    assert entered_by is not None
    document = await document_of(scope, cycle)
    require_group(document, group, peers=False)
    member = await scope.session.scalar(
        select(RatingEvaluator).where(
            col(RatingEvaluator.cycle_id) == cycle.id,
            col(RatingEvaluator.group_code) == group,
            col(RatingEvaluator.regulator_id) == regulator_id,
        )
    )
    if member is None:
        raise DomainError(Code.RATING_NOT_EVALUATOR, "group", group=group or "—")
    stated = checked(document, group, given, "answers")
    await require_unasked(scope, cycle, document, group, given)
    last = await scope.session.scalar(
        select(RatingSheet)
        .where(
            col(RatingSheet.tenant_id) == seen.tenant_id,
            col(RatingSheet.case_id) == case_id,
            col(RatingSheet.group_code) == group,
            col(RatingSheet.regulator_id) == regulator_id,
        )
        .order_by(col(RatingSheet.revision).desc())
        .limit(1)
    )
    revision = 1 if last is None else last.revision + 1
    row = RatingSheet(
        tenant_id=seen.tenant_id,
        cycle_id=cycle.id,
        division_path=cycle.division_path,
        disclosure=cycle.disclosure,
        case_id=case_id,
        group_code=group,
        regulator_id=regulator_id,
        evaluator=member.regulator_name,
        revision=revision,
        answers={**(last.answers if last else {}), **stated},
        entered_by=entered_by,
    )
    taken = {
        "rating_sheet_tenant_id_case_id_group_code_regulator_id_revi_key": DomainError(
            Code.CONFLICT, "caseId", seen=revision - 1, current=revision
        ),
        "rating_sheet_cycle_id_division_path_disclosure_fkey": DomainError(
            Code.RATING_NOT_NOW, "caseId", state=CycleState.SCORED, allowed=(CycleState.COLLECTING,)
        ),
    }
    async with scope.acting_for(seen.tenant_id):
        await create(scope, row, "rating_sheet", taken=taken)
    return row


async def require_unasked(
    scope: Scope, cycle: RatingCycle, document: Document, group: str, given: Sequence[Answer]
) -> None:
    """Nothing is entered by hand for what households are asked. Raises `DomainErrors` for each such answer.

    An evaluator may see no survey of the estates beside its own; which ones the cycle has, its organiser knows.
    """
    if all(one.answers is None for one in given):
        return
    organiser = Principal("regulator", regulator_id=cycle.regulator_id, division_path=cycle.division_path)
    async with scope.acting_as(organiser):
        asked = await survey.asked(scope, cycle, document)
    checks = Checks()
    for at, one in enumerate(given):
        if (one.indicator, group) in asked:
            checks.add(Code.RATING_SURVEY_RUN, f"answers.{at}.indicator", indicator=one.indicator)
    checks.done()


async def appoint_peer(scope: Scope, cycle_id: UUID, version: int, group: str, company_id: UUID) -> RatingCycle:
    """Let a company evaluate, as a peer and anonymously, every case that is not its own, while scores are collected."""
    peer = await scope.session.scalar(select(col(Company.tenant_id)).where(col(Company.id) == company_id))
    if peer is None:
        raise DomainError(Code.NOT_FOUND, "companyId")
    cycle = at_stage(
        await find_at(scope, RatingCycle, cycle_id, version, "cycleId"), (CycleState.COLLECTING,), "cycleId"
    )
    document = await document_of(scope, cycle)
    require_group(document, group, peers=True)
    others = [one for one in await cases_of(scope, cycle, CaseState.SCORING) if one.tenant_id != peer]
    if not others:
        raise DomainError(Code.RATING_OWN_CASE, "companyId")
    known = DomainError(Code.RATING_EVALUATOR_EXISTS, "group", name=group)
    async with scope.acting_for(peer):
        rows = [
            RatingPeerReview(
                tenant_id=peer,
                cycle_id=cycle.id,
                division_path=cycle.division_path,
                disclosure=cycle.disclosure,
                group_code=group,
                number=one.number,
                dossier=_dossier(document, group, one),
            )
            for one in sorted(others, key=lambda each: each.number)
        ]
        taken = {"rating_peer_review_tenant_id_cycle_id_group_code_number_key": known}
        await create_all(scope, rows, "rating_peer_review", action="handed_out", taken=taken)
    cycle = await find(scope, RatingCycle, cycle_id)
    await change(scope, cycle, "rating_cycle", {}, action="peer_appointed", always=True)
    return cycle


def _dossier(document: Document, group: str, case: RatingCase) -> dict[str, Any]:
    """What a peer is shown: the indicators that are its to answer, and what is claimed, without what could name
    anybody: an evidence's title is left out, that there is one is told.
    """
    return {
        "indicators": [
            {"code": each.code, "name": each.name, "kind": each.kind}
            for dimension, each in document.indicators.values()
            if group in document.shares(dimension) and hasattr(each, "takes")
        ],
        "claims": {
            code: {name: value for name, value in claim.items() if name != "evidence"}
            | {"evidenced": "evidence" in claim}
            for code, claim in case.claims.items()
        },
    }


async def review(
    scope: Scope, id: UUID, version: int, given: Sequence[Answer], *, on: date | None = None
) -> RatingPeerReview:
    """A peer answers a dossier of which it does not know whose it is; never its own."""
    row = await find_at(scope, RatingPeerReview, id, version)
    cycle = at_stage(await find(scope, RatingCycle, row.cycle_id), (CycleState.COLLECTING,))
    own = select(col(RatingCase.id)).where(
        col(RatingCase.tenant_id) == scope.tenant_id,
        col(RatingCase.cycle_id) == cycle.id,
        col(RatingCase.number) == row.number,
    )
    if await scope.session.scalar(own) is not None:
        raise DomainError(Code.RATING_OWN_CASE, "id")
    stated = checked(await document_of(scope, cycle), row.group_code, given, "answers")
    values = {"answers": {**row.answers, **stated}, "submitted_on": on or today()}
    await change(scope, row, "rating_peer_review", values, action="answered")
    return row
