"""What a rating is scored from: evaluators' sheets, peers' reviews, households' answers and credit records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlmodel import col

from tenants import survey
from tenants.credit.record import CreditRecord, CreditState, CreditSubject, counts, occurrence
from tenants.rating.case import RatingCase
from tenants.rating.cycle import RatingCycle
from tenants.rating.sheet import RatingPeerReview, RatingSheet
from tenants.scheme import Document, Entry, Inputs, Occurrence, Subject
from tenants.scheme.indicator import Cascade, Recorded, Veto
from tenants.scheme.inputs import Term
from tenants.scope import Scope


async def assembled(
    scope: Scope, document: Document, cycle: RatingCycle, cases: Sequence[RatingCase]
) -> dict[UUID, Inputs]:
    """The inputs of each case, as the organiser of a cycle that takes no more scores reads them. What cascades within a
    term does so within the period rated.
    """
    entries = await _entries(scope, cycle, document, cases)
    records = await _records(scope, document, cycle, cases)
    cascading = any(isinstance(each, Cascade) for _, each in document.indicators.values())
    terms = (Term(starts_on=cycle.period_from, ends_on=cycle.period_to),) if cascading else ()
    return {
        one.id: Inputs(entries=tuple(entries[one.id]), occurrences=tuple(records[one.id]), terms=terms) for one in cases
    }


async def _entries(
    scope: Scope, cycle: RatingCycle, document: Document, cases: Sequence[RatingCase]
) -> Mapping[UUID, list[Entry]]:
    """What was answered of each case: by households, by evaluators in the last revision of each sheet, and by peers.
    What was entered on paper before households were asked does not count beside their answers.
    """
    found: dict[UUID, list[Entry]] = defaultdict(list, await survey.entries(scope, cycle, document, cases))
    asked = {(case_id, one.indicator, one.group) for case_id, given in found.items() for one in given}
    sheets = await scope.session.scalars(
        select(RatingSheet).where(col(RatingSheet.cycle_id) == cycle.id).order_by(col(RatingSheet.revision))
    )
    for sheet in {(each.case_id, each.group_code, each.regulator_id): each for each in sheets}.values():
        stated = entries_of(sheet.answers, sheet.group_code, sheet.evaluator)
        found[sheet.case_id] += [one for one in stated if (sheet.case_id, one.indicator, one.group) not in asked]
    numbered = {one.number: one.id for one in cases}
    reviews = await scope.session.scalars(select(RatingPeerReview).where(col(RatingPeerReview.cycle_id) == cycle.id))
    for review in reviews:
        if review.number in numbered:
            # Which company a peer is stays unknown to whoever reads the explanation.
            found[numbered[review.number]] += entries_of(review.answers, review.group_code, str(review.id))
    return found


def entries_of(answers: Mapping[str, Any], group: str, evaluator: str) -> Iterable[Entry]:
    """Kept answers as the engine takes them."""
    for indicator, answer in answers.items():
        stated = {name: value for name, value in answer.items() if name != "evidence"}
        yield Entry.model_validate({"indicator": indicator, "group": group or None, "evaluator": evaluator, **stated})


async def _records(
    scope: Scope, document: Document, cycle: RatingCycle, cases: Sequence[RatingCase]
) -> Mapping[UUID, list[Occurrence]]:
    """The credit records that count on the last day of the period, for indicators of the scheme that are recorded: of
    the company, or of the one project. One that was repaired or revoked since is used no more (NDRC Order 36).
    """
    found: dict[UUID, list[Occurrence]] = defaultdict(list)
    if not any(isinstance(each, Recorded | Veto) for _, each in document.indicators.values()):
        return found
    records = await scope.session.scalars(
        select(CreditRecord)
        .where(
            col(CreditRecord.tenant_id).in_({one.tenant_id for one in cases}),
            col(CreditRecord.subject) == CreditSubject.COMPANY,
            col(CreditRecord.effective_on).is_not(None),
            col(CreditRecord.state).not_in((CreditState.REPAIRED, CreditState.REVOKED)),
        )
        .order_by(col(CreditRecord.id))
    )
    of_company: dict[UUID, list[CreditRecord]] = defaultdict(list)
    for record in records:
        if counts(record, cycle.period_to):
            of_company[record.tenant_id].append(record)
    for one in cases:
        for record in of_company[one.tenant_id]:
            found[one.id] += _brought(document, one, record)
    return found


def _brought(document: Document, case: RatingCase, record: CreditRecord) -> Iterable[Occurrence]:
    """What a company's record brings to a case: itself, for an indicator of its own; else what cascades, from the
    company to the project that it is about, or from its projects to the company. A lead's record stays the lead's.
    """
    assert record.effective_on is not None  # no other was read
    own = occurrence(record, record.effective_on)
    concerned = case.project_id in (None, record.project_id)
    if isinstance(document.indicators.get(record.item, (None, None))[1], Recorded | Veto):
        return [own] if concerned else []
    source = Subject.PROJECT if case.project_id is None else Subject.COMPANY
    return [
        own.model_copy(update={"item": code, "level": None})
        for code, (_, each) in document.indicators.items()
        if isinstance(each, Cascade) and each.source == source and concerned and record.project_id is not None
    ]


def written(inputs: Inputs) -> str:
    """Inputs as they are kept: JSON with sorted keys, numbers as texts."""
    return orjson.dumps(inputs.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS).decode()


def read(kept: str) -> Inputs:
    """Kept inputs, as the engine takes them."""
    return Inputs.model_validate(orjson.loads(kept))
