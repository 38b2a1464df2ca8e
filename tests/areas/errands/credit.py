"""Errands of credit: enrolling, and a record at each step of its way."""

from decimal import Decimal

from tenants.credit import objection, repair
from tenants.credit.record import CreditRecord, CreditSeverity
from tenants.row import today
from tenants.scope import Principal
from tests.areas.credit import CITY, DAY, Bureau, new, publish, scheme
from tests.areas.errands.registry import Input, errand
from tests.areas.town import Firm, Town


async def _bureau(town: Town) -> Bureau:
    """The city's bureau; the first errand publishes the city's scheme."""
    if not await town.administrator.fetchval("SELECT count(*) FROM scheme WHERE code = 'TEST-COMPANY'"):
        await publish(town, CITY, scheme())
    return await Bureau.of(town)


def _at(row: CreditRecord) -> Input:
    return {"id": f"crd_{row.id}", "version": row.version}


async def _notified(town: Town) -> tuple[Bureau, Firm, CreditRecord]:
    bureau, firm = await _bureau(town), await town.company()
    return bureau, firm, await bureau.notified(firm, item="D2", points=Decimal(-4))


async def _objected(town: Town) -> tuple[Bureau, Firm, CreditRecord]:
    bureau, firm, row = await _notified(town)
    return bureau, firm, await town.do(firm.admin, objection.object_to, row.id, row.version, "已公示")


@errand
async def enrol_in_credit(town: Town) -> tuple[Principal, Input]:
    await _bureau(town)
    return (await town.company()).admin, {"document": "入库材料1号"}


@errand
async def draft_credit_record(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    facts = new(firm)
    return bureau.assessor, {
        "companyId": f"com_{firm.id}",
        "item": facts.item,
        "article": facts.article,
        "facts": facts.facts,
        "basis": facts.basis,
        "severity": "GENERAL",
        "occurredOn": str(facts.occurred_on),
        "decidedOn": str(facts.decided_on),
    }


@errand
async def notify_credit_record(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    return bureau.publisher, {**_at(await bureau.draft(firm)), "handler": "孙悦", "servedOn": str(today())}


@errand
async def effect_credit_record(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    ago = today() - 40 * DAY
    return bureau.publisher, _at(await bureau.notified(firm, ago, occurred_on=ago, decided_on=ago))


@errand
async def revoke_credit_record(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    return bureau.publisher, {**_at(await bureau.effective(firm)), "reason": "处罚决定已被撤销"}


@errand
async def object_to_credit_record(town: Town) -> tuple[Principal, Input]:
    _, firm, row = await _notified(town)
    return firm.admin, {**_at(row), "grounds": "已公示"}


@errand
async def extend_credit_objection(town: Town) -> tuple[Principal, Input]:
    bureau, _, row = await _objected(town)
    return bureau.publisher, {**_at(row), "others": "市场监管局", "appraisalDays": 5}


@errand
async def rectify_credit_record(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    return firm.admin, {**_at(await bureau.notified(firm, rectify_days=15)), "rectification": "已公示收费项目"}


@errand
async def decide_credit_objection(town: Town) -> tuple[Principal, Input]:
    bureau, _, row = await _objected(town)
    return bureau.publisher, {**_at(row), "outcome": "AMENDED", "answer": "情节轻微", "points": "-1"}


@errand
async def apply_for_credit_repair(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    row = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    return firm.admin, {**_at(row), "correction": "已公示", "pledge": "承诺书1号"}


@errand
async def decide_credit_repair(town: Town) -> tuple[Principal, Input]:
    bureau, firm = await _bureau(town), await town.company()
    row = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    row = await town.do(firm.admin, repair.apply, row.id, row.version, "已公示", "承诺书1号")
    return bureau.publisher, {**_at(row), "outcome": "GRANTED", "answer": "准予修复"}
