"""Errands of what regulators keep: committees and subsidies of estates, campaigns."""

from datetime import date
from decimal import Decimal

from tenants import campaign, committee, subsidy
from tenants.campaign import Campaign, DutyKind, NewCampaign
from tenants.committee import Committee, CommitteeKind, NewCommittee
from tenants.division import DivisionLevel
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


async def _opened(town: Town) -> tuple[Principal, Campaign]:
    city = await town.regulator("3704")
    new = NewCampaign(
        division_code="3704",
        name="物业服务突出问题整治",
        basis="枣住建〔2024〕5号",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        owed_by=DivisionLevel.COUNTY,
        duties=list(DutyKind),
    )
    return city, await town.do(city, campaign.open_campaign, new)


@errand
async def open_campaign(town: Town) -> tuple[Principal, Input]:
    return await town.regulator("3704"), {
        "divisionCode": "370402",
        "name": "物业服务突出问题整治",
        "basis": "枣住建〔2024〕5号",
        "startsOn": "2025-01-01",
        "endsOn": "2025-12-31",
        "owedBy": "STREET",
        "duties": ["MONTHLY_REPORT"],
        "graceDays": 5,
    }


@errand
async def end_campaign(town: Town) -> tuple[Principal, Input]:
    city, row = await _opened(town)
    return city, {"id": f"cam_{row.id}", "version": 1, "endsOn": "2025-06-30"}


@errand
async def do_campaign_duty(town: Town) -> tuple[Principal, Input]:
    _, row = await _opened(town)
    return await town.regulator("370402"), {
        "campaignId": f"cam_{row.id}",
        "kind": "MONTHLY_REPORT",
        "period": "2025-03-01",
        "doneOn": "2025-04-02",
        "document": "市中区通报〔2025〕3期",
        "divisionCode": "370402",
    }
