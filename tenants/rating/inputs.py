"""What a rating is scored from: evaluators' sheets, peers' reviews, households' answers and credit records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlmodel import col

from tenants import survey
from tenants.credit.record import CreditRecord, CreditSubject, counts, occurrence
from tenants.rating.case import RatingCase
from tenants.rating.cycle import RatingCycle
from tenants.rating.sheet import RatingPeerReview, RatingSheet
from tenants.scheme import Document, Entry, Inputs, Occurrence
from tenants.scheme.indicator import Recorded, Veto
from tenants.scope import Scope


async def assembled(
    scope: Scope, document: Document, cycle: RatingCycle, cases: Sequence[RatingCase]
) -> dict[UUID, Inputs]:
    """The inputs of each case, as the organiser of a cycle that takes no more scores reads them."""
    entries = await _entries(scope, cycle, document, cases)
    records = await _records(scope, document, cycle, cases)
    return {one.id: Inputs(entries=tuple(entries[one.id]), occurrences=tuple(records[one.id])) for one in cases}


async def _entries(
    scope: Scope, cycle: RatingCycle, document: Document, cases: Sequence[RatingCase]
) -> Mapping[UUID, list[Entry]]:
    """What was answered of each case: by households, by evaluators in the last revision of each sheet, and by peers."""
    found: dict[UUID, list[Entry]] = defaultdict(list, await survey.entries(scope, cycle, document, cases))
    sheets = await scope.session.scalars(
        select(RatingSheet).where(col(RatingSheet.cycle_id) == cycle.id).order_by(col(RatingSheet.revision))
    )
    for sheet in {(each.case_id, each.group_code, each.regulator_id): each for each in sheets}.values():
        found[sheet.case_id] += entries_of(sheet.answers, sheet.group_code, sheet.evaluator)
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
    the company, or of the one project.
    """
    found: dict[UUID, list[Occurrence]] = defaultdict(list)
    items = [code for code, (_, each) in document.indicators.items() if isinstance(each, Recorded | Veto)]
    if not items:
        return found
    records = await scope.session.scalars(
        select(CreditRecord)
        .where(
            col(CreditRecord.tenant_id).in_({one.tenant_id for one in cases}),
            col(CreditRecord.subject) == CreditSubject.COMPANY,
            col(CreditRecord.item).in_(items),
        )
        .order_by(col(CreditRecord.id))
    )
    in_force = [record for record in records if counts(record, cycle.period_to)]
    for one in cases:
        for record in in_force:
            same = record.tenant_id == one.tenant_id and one.project_id in (None, record.project_id)
            if same and record.effective_on is not None:
                found[one.id].append(occurrence(record, record.effective_on))
    return found


def written(inputs: Inputs) -> str:
    """Inputs as they are kept: JSON with sorted keys, numbers as texts."""
    return orjson.dumps(inputs.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS).decode()


def read(kept: str) -> Inputs:
    """Kept inputs, as the engine takes them."""
    return Inputs.model_validate(orjson.loads(kept))
