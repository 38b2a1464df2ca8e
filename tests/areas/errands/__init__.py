"""For each mutation of the contract an errand: who may ask for it, with an input that is met, on rows of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from graphql import GraphQLInputObjectType, get_named_type

from schema import build, executable
from schema.documents import Documents
from schema.engine import Engine, Request
from schema.turns import Turns
from tenants import project
from tenants.errors import Locale
from tenants.permission import CompanyRole, RegulatorRole
from tenants.regulator import appoint_own
from tenants.row import today
from tenants.scope import Principal
from tests.areas.errands import (  # noqa: F401 - they add theirs
    credit,
    estates,
    neighbourhood,
    party,
    rating,
    rectification,
    red_black_list,
    scheme,
    survey,
    whistle,
)
from tests.areas.errands.registry import MADE, Input, errand
from tests.areas.town import END, STREET, TOMORROW, Firm, Town


@dataclass(frozen=True, slots=True)
class Errand:
    """One mutation, ready to be asked for."""

    mutation: str
    principal: Principal
    input: Input


CONTRACT = {"kind": "NORMAL", "startsOn": "2025-01-01", "endsOn": "2027-12-31", "filedOn": "2024-12-01"}


async def prepare(town: Town, mutation: str) -> Errand:
    """A fresh errand; a mutation without one is a mutation without its tests."""
    return Errand(mutation, *await MADE[mutation](town))


CHANGES_NOTHING = {"checkScheme", "measureRatingCoverage", "rescoreRatingCycle"}
"""Mutations that only answer; what is promised of changes is not of them."""


def mutations() -> list[str]:
    """Every mutation of the contract that changes something."""
    root = executable(build()).mutation_type
    assert root is not None
    return [name for name in root.fields if name not in CHANGES_NOTHING]


def input_type(mutation: str) -> GraphQLInputObjectType:
    """The type of a mutation's input."""
    root = executable(build()).mutation_type
    assert root is not None
    type_ = get_named_type(root.fields[mutation].args["input"].type)
    assert isinstance(type_, GraphQLInputObjectType)
    return type_


def seen(mutation: str) -> tuple[str, str] | None:
    """The fields that say which row a mutation changes and in which version it was seen; None where it takes none."""
    fields = input_type(mutation).fields
    for version in fields:
        if version.lower().endswith("version"):
            return next(name for name, field in fields.items() if str(field.type) == "ID!"), version
    return None


def document(mutation: str) -> str:
    """A document that asks for a mutation, its entity's id and its errors."""
    schema = executable(build())
    assert schema.mutation_type is not None
    field = schema.mutation_type.fields[mutation]
    payload: Any = get_named_type(field.type)
    [entity] = [name for name in payload.fields if name != "userErrors"]
    facts = [name for name in ("id", "version") if name in get_named_type(payload.fields[entity].type).fields]
    selection = f"{entity} {{ {' '.join(facts)} }} userErrors {{ code field message }}"
    return f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input) {{ {selection} }} }}"


class Desk:
    """Answers requests as the server does, but for HTTP."""

    def __init__(self, town: Town) -> None:
        schema = executable(build())
        documents = Documents(schema, token_limit=5_000, cache_bytes=1_000_000, introspection=True)
        turns = Turns(8, 100, 5.0)
        self._engine = Engine(town.database, schema, documents, cost_limit=5_000, readers=turns, writers=turns)

    async def ask(
        self, principal: Principal, query: str, variables: Input | None = None, locale: Locale = "zh"
    ) -> dict[str, Any]:
        """The whole response; what would be an internal error is raised as what it is."""
        request = Request(query, None, variables or {}, locale, str(uuid4()), read_only=False)
        answer = await self._engine.answer(request, principal)
        if answer.error is not None and answer.retry_after is None:
            raise answer.error
        found: dict[str, Any] = json.loads(answer.body)
        return found

    async def run(self, errand: Errand, **changed: Any) -> dict[str, Any]:
        """The payload of an errand, with some of its input changed; a `None` errand is refused as a whole."""
        answer = await self.ask(errand.principal, document(errand.mutation), {"input": errand.input | changed})
        assert "errors" not in answer, answer
        payload: dict[str, Any] = answer["data"][errand.mutation]
        return payload


async def _served(town: Town) -> tuple[Firm, project.Project]:
    firm = await town.company()
    return firm, await town.project(firm)


def _new_estate() -> Input:
    return {"name": f"新园{uuid4()}", "kind": "COMMERCIAL", "divisionCode": STREET, "area": "1200.5", "households": 90}


@errand
async def create_project(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    return firm.admin, {"newEstate": _new_estate(), "contract": CONTRACT, "gridCount": 2}


@errand
async def update_project(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    return firm.admin, {"id": f"prj_{begun.id}", "version": 1, "name": "新名", "surveyedOn": "2026-01-01"}


@errand
async def end_project(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    person = await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, 1, person.id, date(2024, 2, 1), False)
    return firm.admin, {
        "id": f"prj_{begun.id}",
        "version": 2,
        "endedOn": today().isoformat(),
        "reason": "TERMINATED",
    }


@errand
async def add_service_contract(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    further = CONTRACT | {"startsOn": (END + TOMORROW).isoformat(), "endsOn": "2029-12-31"}
    return firm.admin, {"projectId": f"prj_{begun.id}", "version": 1, "contract": further}


@errand
async def assign_project_lead(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    first, second = await town.staff(firm), await town.staff(firm)
    await town.do(firm.admin, project.assign_lead, begun.id, 1, first.id, date(2024, 2, 1), False)
    return firm.admin, {
        "projectId": f"prj_{begun.id}",
        "version": 2,
        "staffId": f"stf_{second.id}",
        "arrivedOn": "2024-03-01",
        "replaceCurrent": True,
    }


@errand
async def request_take_over(town: Town) -> tuple[Principal, Input]:
    _, begun = await _served(town)
    return (await town.company()).admin, {"estateId": f"est_{begun.estate_id}", "contract": CONTRACT}


async def _requested(town: Town) -> tuple[Firm, Input]:
    outgoing, begun = await _served(town)
    person = await town.staff(outgoing)
    await town.do(outgoing.admin, project.assign_lead, begun.id, 1, person.id, date(2024, 2, 1), False)
    incoming = await town.company()
    asked = await town.request(incoming, begun.estate_id)
    return incoming, {"id": f"tko_{asked.id}", "version": 1}


@errand
async def withdraw_take_over(town: Town) -> tuple[Principal, Input]:
    incoming, given = await _requested(town)
    return incoming.admin, given


@errand
async def confirm_take_over(town: Town) -> tuple[Principal, Input]:
    _, given = await _requested(town)
    return await town.regulator("370402"), given


@errand
async def refuse_take_over(town: Town) -> tuple[Principal, Input]:
    _, given = await _requested(town)
    return await town.regulator("370402"), given | {"reason": "材料不全"}


@errand
async def create_staff(town: Town) -> tuple[Principal, Input]:
    firm, begun = await _served(town)
    return firm.admin, {"name": "张伟", "post": "SECURITY", "projectId": f"prj_{begun.id}", "number": "1"}


@errand
async def update_staff(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    made = await town.staff(firm)
    return firm.admin, {"id": f"stf_{made.id}", "version": 1, "leftOn": today().isoformat()}


@errand
async def update_company(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    return firm.admin, {"id": f"com_{firm.id}", "version": 1, "contactName": "王芳"}


@errand
async def create_company_member(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    return firm.admin, {"name": "赵敏", "role": "FRONT_DESK", "staffId": f"stf_{(await town.staff(firm)).id}"}


@errand
async def update_company_member(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    await town.member(firm, CompanyRole.TENANT_ADMIN)
    return firm.admin, {"id": f"mem_{firm.admin.actor_id}", "version": 1, "role": "PARTY_OFFICER"}


@errand
async def remove_company_member(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    await town.member(firm, CompanyRole.TENANT_ADMIN)
    return firm.admin, {"id": f"mem_{firm.admin.actor_id}", "version": 1}


@errand
async def create_estate(town: Town) -> tuple[Principal, Input]:
    return await town.regulator("370402"), _new_estate()


@errand
async def update_estate(town: Town) -> tuple[Principal, Input]:
    _, begun = await _served(town)
    return await town.regulator("3704"), {
        "id": f"est_{begun.estate_id}",
        "version": 1,
        "divisionCode": "370403001",
        "registryState": "CONFIRMED",
    }


# A regulator's own house


async def _security(town: Town) -> Principal:
    return await town.regulator("370402", RegulatorRole.SECURITY_ADMIN)


@errand
async def appoint_regulator_member(town: Town) -> tuple[Principal, Input]:
    return await _security(town), {"name": "周立", "role": "ASSESSOR", "assignedUntil": END.isoformat()}


@errand
async def assign_regulator_member(town: Town) -> tuple[Principal, Input]:
    security = await _security(town)
    member = await town.do(security, appoint_own, "周立", RegulatorRole.VIEWER, None)
    return security, {"id": f"rgm_{member.id}", "version": 1, "role": "ASSESSOR", "assignedUntil": END.isoformat()}
