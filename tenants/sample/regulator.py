"""A sample regulator with three members: who decides, who assesses and who only looks."""

from random import Random
from typing import NamedTuple
from uuid import UUID

from tenants.access import Purpose
from tenants.company import MemberStatus
from tenants.division import LEVEL
from tenants.permission import RegulatorRole
from tenants.regulator import Regulator, RegulatorMember, RegulatorStatus
from tenants.sample.company import Place, Rows, ids_of, insert, person
from tenants.scope import Principal, Scope


class Authority(NamedTuple):
    """A regulator in whose name rows are made."""

    place: Place
    name: str
    principal: Principal
    members: dict[RegulatorRole, UUID]


async def authority(scope: Scope, seed: str, number: int, name: str, place: Place) -> Authority:
    """Make the regulator unless it is there."""
    members = await establish(scope, seed, number, name, place)
    regulator_id = next(ids_of(seed, number))[0]
    principal = Principal("regulator", regulator_id=regulator_id, division_path=place.path, purpose=Purpose.STATISTICS)
    return Authority(place, name, principal, members)


async def establish(scope: Scope, seed: str, number: int, name: str, place: Place) -> dict[RegulatorRole, UUID]:
    """Make the regulator unless it is there; its members' ids. The regulator's own is the first of `ids_of`."""
    random = Random(f"{seed}/{number}")
    rows = Rows(ids_of(seed, number))
    regulator_id = rows.add(
        Regulator,
        name=name,
        level=LEVEL[len(place.path)],
        division_id=place.id,
        division_path=place.path,
        status=RegulatorStatus.ACTIVE,
    )
    members = {
        role: rows.add(
            RegulatorMember, regulator_id=regulator_id, name=person(random), role=role, status=MemberStatus.ACTIVE
        )
        for role in (RegulatorRole.PUBLISHER, RegulatorRole.ASSESSOR, RegulatorRole.VIEWER)
    }
    for table in (Regulator, RegulatorMember):
        await insert(scope, table, rows.tables[table], again=True)
    return members
