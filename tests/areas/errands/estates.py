"""Errands of what regulators keep of estates: committees and subsidies."""

from datetime import date
from decimal import Decimal

from tenants import committee, subsidy
from tenants.committee import Committee, CommitteeKind, NewCommittee
from tenants.scope import Principal
from tenants.subsidy import NewSubsidy
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


@errand
async def grant_subsidy(town: Town) -> tuple[Principal, Input]:
    return await town.regulator("370402"), {
        "estateId": f"est_{(await town.estate()).id}",
        "rate": "0.2",
        "firstMonth": "2025-01-01",
        "months": 12,
        "basis": "区政办〔2024〕9号",
        "area": "1000",
    }


@errand
async def end_subsidy(town: Town) -> tuple[Principal, Input]:
    district = await town.regulator("370402")
    new = NewSubsidy(
        estate_id=(await town.estate()).id,
        rate=Decimal("0.2"),
        first_month=date(2025, 1, 1),
        months=12,
        basis="区政办〔2024〕9号",
    )
    made = await town.do(district, subsidy.grant, new)
    return district, {"id": f"sub_{made.id}", "version": 1, "months": 6, "reason": "业主大会选聘了企业"}
