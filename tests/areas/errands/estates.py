"""Errands of what regulators keep of estates: their committees."""

from datetime import date

from tenants import committee
from tenants.committee import Committee, CommitteeKind, NewCommittee
from tenants.scope import Principal
from tests.areas.errands.registry import Input, errand
from tests.areas.town import Town


async def _formed(town: Town) -> tuple[Principal, Committee]:
    district = await town.regulator("370402")
    new = NewCommittee(
        estate_id=(await town.estate()).id,
        kind=CommitteeKind.PMC,
        members=7,
        owners=4,
        formed_on=date(2024, 3, 1),
        term_ends_on=date(2027, 2, 28),
    )
    return district, await town.do(district, committee.form, new)


@errand
async def form_committee(town: Town) -> tuple[Principal, Input]:
    return await town.regulator("370402"), {
        "estateId": f"est_{(await town.estate()).id}",
        "kind": "PMC",
        "members": 9,
        "owners": 5,
        "formedOn": "2024-03-01",
        "termEndsOn": "2027-02-28",
        "filedOn": "2024-03-20",
    }


@errand
async def update_committee(town: Town) -> tuple[Principal, Input]:
    district, made = await _formed(town)
    return district, {"id": f"cmt_{made.id}", "version": 1, "filedOn": "2024-04-01", "members": 9, "owners": 6}


@errand
async def end_committee(town: Town) -> tuple[Principal, Input]:
    district, made = await _formed(town)
    return district, {"id": f"cmt_{made.id}", "version": 1, "endedOn": "2025-06-01", "reason": "选举产生业主委员会"}
