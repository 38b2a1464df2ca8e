"""A sample regulator with three members: who decides, who assesses and who only looks."""

from random import Random
from uuid import UUID

from tenants.company import MemberStatus
from tenants.division import LEVEL
from tenants.permission import RegulatorRole
from tenants.regulator import Regulator, RegulatorMember, RegulatorStatus
from tenants.sample.company import Place, Rows, ids_of, insert, person
from tenants.scope import Scope


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
