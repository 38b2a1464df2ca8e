"""Errands of red and black lists, at each step of their way."""

from tenants.red_black_list import publication, publicity
from tenants.red_black_list.tables import RedBlackEntry, RedBlackList
from tenants.scope import Principal
from tests.areas.errands.registry import Input, errand
from tests.areas.red_black import Office, listed
from tests.areas.town import Firm, Town


def _at(row: RedBlackList) -> Input:
    return {"id": f"rbl_{row.id}", "version": row.version}


def _on(row: RedBlackEntry) -> Input:
    return {"id": f"rbe_{row.id}", "version": row.version}


async def _ended(town: Town, row: RedBlackList) -> RedBlackList:
    """The list once its publicity is over."""
    await town.administrator.execute("UPDATE red_black_list SET object_by = current_date - 1 WHERE id = $1", row.id)
    return row


async def _objected(town: Town) -> tuple[Office, RedBlackEntry]:
    office, firm = await Office.of(town), await town.company()
    one = await office.entry_of(await office.publicised(firm), firm)
    return office, await town.do(firm.admin, publicity.object_to, one.id, one.version, "已整改")


@errand
async def prepare_red_black_list(town: Town) -> tuple[Principal, Input]:
    new = listed()
    return (await Office.of(town)).assessor, {
        "colour": "RED",
        "subject": "COMPANY",
        "title": new.title,
        "basis": new.basis,
        "periodFrom": str(new.period_from),
        "periodTo": str(new.period_to),
        "validTo": str(new.valid_to),
    }


@errand
async def add_red_black_entry(town: Town) -> tuple[Principal, Input]:
    office, firm = await Office.of(town), await town.company()
    row = await office.prepared()
    given = {"listId": f"rbl_{row.id}", "companyId": f"com_{firm.id}", "reason": "拒不整改"}
    return office.assessor, {**given, "document": "枣住建罚〔2026〕7号"}


@errand
async def remove_red_black_entry(town: Town) -> tuple[Principal, Input]:
    office, firm = await Office.of(town), await town.company()
    one = await office.entry_of(await office.prepared(firm), firm)
    return office.assessor, {**_on(one), "reason": "材料不足"}


@errand
async def publicise_red_black_list(town: Town) -> tuple[Principal, Input]:
    office: Office = await Office.of(town)
    return office.publisher, _at(await office.prepared(await town.company()))


@errand
async def object_to_red_black_entry(town: Town) -> tuple[Principal, Input]:
    office = await Office.of(town)
    firm: Firm = await town.company()
    one = await office.entry_of(await office.publicised(firm), firm)
    return firm.admin, {**_on(one), "grounds": "已整改"}


@errand
async def decide_red_black_objection(town: Town) -> tuple[Principal, Input]:
    office, one = await _objected(town)
    return office.publisher, {**_on(one), "outcome": "AMENDED", "answer": "部分属实", "reason": "逾期整改"}


@errand
async def conclude_red_black_list(town: Town) -> tuple[Principal, Input]:
    office = await Office.of(town)
    return office.publisher, _at(await _ended(town, await office.publicised(await town.company())))


@errand
async def publish_red_black_list(town: Town) -> tuple[Principal, Input]:
    office = await Office.of(town)
    return office.publisher, _at(await office.concluded(await town.company()))


@errand
async def withdraw_red_black_list(town: Town) -> tuple[Principal, Input]:
    office = await Office.of(town)
    return office.publisher, {**_at(await office.published(await town.company())), "reason": "依据被撤销"}


async def _listed(town: Town) -> tuple[Office, RedBlackEntry]:
    office, firm = await Office.of(town), await town.company()
    return office, await office.entry_of(await office.published(firm, await town.company()), firm)


@errand
async def propose_red_black_withdrawal(town: Town) -> tuple[Principal, Input]:
    office, one = await _listed(town)
    return office.assessor, {**_on(one), "reason": "依据被撤销"}


@errand
async def withdraw_red_black_entry(town: Town) -> tuple[Principal, Input]:
    office, one = await _listed(town)
    given = (one.id, one.version, "依据被撤销")
    return office.publisher, _on(await town.do(office.assessor, publication.propose_withdrawal, *given))


@errand
async def reissue_red_black_list(town: Town) -> tuple[Principal, Input]:
    office = await Office.of(town)
    return office.assessor, {**_at(await office.published(await town.company())), "correction": "更正企业名称"}
