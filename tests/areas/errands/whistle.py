"""Errands of whistles."""

from datetime import UTC, date, datetime
from typing import Any

from tenants import whistle
from tenants.scope import Principal
from tenants.whistle import NewWhistle, Whistle, WhistleLevel
from tests.areas.errands.registry import Input, errand
from tests.areas.town import STREET, Town

RAISED = datetime(2025, 9, 20, 1, tzinfo=UTC)
ARRIVED = datetime(2025, 9, 20, 2, tzinfo=UTC)
UNIT = "消防救援大队"


async def _raised(town: Town) -> tuple[Principal, Whistle]:
    begun = await town.project(await town.company())
    street = await town.regulator(STREET)
    new = NewWhistle(
        estate_id=begun.estate_id,
        level=WhistleLevel.HARD_PROBLEM,
        matter="历史遗留违建",
        units=[UNIT, "城管大队"],
        raised_at=RAISED,
    )
    return street, await town.do(street, whistle.blow, new)


async def _answered(town: Town) -> tuple[Principal, Whistle]:
    street, row = await _raised(town)
    row = await town.do(street, whistle.decide, row.id, row.version, accepted=True)
    return street, await town.do(street, whistle.report, row.id, row.version, UNIT, ARRIVED)


async def _studied(town: Town) -> tuple[Principal, Whistle]:
    street, row = await _answered(town)
    return street, await town.do(street, whistle.meet, row.id, row.version, date(2025, 9, 22), "纪要〔2025〕3号")


def _at(row: Any) -> Input:
    return {"id": f"whi_{row.id}", "version": row.version}


@errand
async def raise_whistle(town: Town) -> tuple[Principal, Input]:
    begun = await town.project(await town.company())
    return await town.regulator(STREET), {
        "estateId": f"est_{begun.estate_id}",
        "level": "ENFORCEMENT",
        "matter": "占用消防通道",
        "units": [UNIT],
        "persuasion": "劝阻两次无效",
        "raisedAt": "2025-09-20T09:00:00+08:00",
    }


@errand
async def decide_whistle(town: Town) -> tuple[Principal, Input]:
    street, row = await _raised(town)
    return street, _at(row) | {"accepted": False, "reason": "不属于攻坚事项"}


@errand
async def report_to_whistle(town: Town) -> tuple[Principal, Input]:
    street, row = await _raised(town)
    row = await town.do(street, whistle.decide, row.id, row.version, accepted=True)
    return street, _at(row) | {"unit": UNIT, "arrivedAt": "2025-09-20T10:00:00+08:00"}


@errand
async def meet_on_whistle(town: Town) -> tuple[Principal, Input]:
    street, row = await _answered(town)
    return street, _at(row) | {"heldOn": "2025-09-22", "minutes": "纪要〔2025〕3号"}


@errand
async def dispose_whistle(town: Town) -> tuple[Principal, Input]:
    street, row = await _studied(town)
    return street, _at(row) | {"disposedOn": "2025-10-01", "disposal": "已拆除"}


@errand
async def confirm_whistle(town: Town) -> tuple[Principal, Input]:
    street, row = await _studied(town)
    row = await town.do(street, whistle.dispose, row.id, row.version, date(2025, 10, 1), "已拆除")
    return street, _at(row)
