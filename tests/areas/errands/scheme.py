"""Errands of schemes, each in a division of its own code."""

import itertools

from tenants.permission import RegulatorRole
from tenants.row import today
from tenants.scheme import Scheme, SchemeDraft, registry
from tenants.scheme.library import text_of
from tenants.scope import Principal
from tests.areas.errands.registry import Input, errand
from tests.areas.town import Town

CITY = "3704"

_numbers = itertools.count(1)


def yaml() -> str:
    """A scheme that nobody has drafted yet."""
    return text_of("jinan-quality").replace("JINAN-QUALITY", f"JINAN-QUALITY-{next(_numbers)}", 1)


async def drafted(town: Town, text: str | None = None) -> SchemeDraft:
    """A draft that an assessor of the city wrote."""
    assessor = await town.regulator(CITY, RegulatorRole.ASSESSOR)
    return await town.do(assessor, registry.draft, CITY, registry.Writing(yaml=text or yaml()))


async def published(town: Town, text: str | None = None) -> Scheme:
    """A scheme that an assessor of the city wrote and a publisher published."""
    row = await drafted(town, text)
    return await town.do(await town.regulator(CITY), registry.publish, row.id, row.version)


@errand
async def draft_scheme(town: Town) -> tuple[Principal, Input]:
    return await town.regulator(CITY), {"divisionCode": CITY, "yaml": yaml()}


@errand
async def change_scheme(town: Town) -> tuple[Principal, Input]:
    row = await drafted(town)
    changed = row.text.replace("济南市住宅小区", "枣庄市住宅小区", 1)
    return await town.regulator(CITY), {"id": f"scd_{row.id}", "version": row.version, "yaml": changed}


@errand
async def publish_scheme(town: Town) -> tuple[Principal, Input]:
    row = await drafted(town)
    return await town.regulator(CITY), {"id": f"scd_{row.id}", "version": row.version}


@errand
async def retire_scheme(town: Town) -> tuple[Principal, Input]:
    row = await published(town)
    return await town.regulator(CITY), {
        "id": f"sch_{row.id}",
        "retiredOn": today().isoformat(),
        "reason": "已有新办法",
    }
