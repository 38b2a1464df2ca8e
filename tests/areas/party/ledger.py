"""A company's Party ledger for tests: an officer, a branch, files and cases, made by the rules under test."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from tenants import committee, estate
from tenants.change import find
from tenants.errors import Code
from tenants.estate import CommitteeStatus
from tenants.party import development, membership, organisation, privacy
from tenants.party.development import DevelopmentStep as S
from tenants.party.development import Facts, Vote
from tenants.permission import CompanyRole
from tenants.scope import Principal
from tests.areas.town import Firm, Town, place

R = TypeVar("R")

FOUNDED = date(2019, 7, 1)
DOCUMENT = "党字〔2024〕1号"

_numbers = itertools.count(1)


def vote(due: int = 9, attended: int = 7, yes: int = 6, **more: Any) -> Vote:
    """A vote that is carried, unless told otherwise."""
    facts = {"no": attended + more.get("written", 0) - yes, "secret": True, "one_at_a_time": True, **more}
    return Vote(due=due, attended=attended, yes=yes, **facts)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A company with its Party officer, a branch at work and the committee above it."""

    town: Town
    firm: Firm
    officer: Principal
    branch: organisation.PartyOrganisation
    committee: organisation.PublicPartyOrganisation

    @classmethod
    async def begin(cls, town: Town, at: str = "3704") -> Ledger:
        """A ledger with nobody in it."""
        firm = await town.company(at=at)
        member = await town.member(firm, CompanyRole.PARTY_OFFICER)
        officer = firm.member(member.id, CompanyRole.PARTY_OFFICER)
        committee = await public(town, at=at[:6], kind=organisation.OrganisationKind.INDUSTRY_COMMITTEE)
        ledger = cls(town, firm, officer, None, committee)  # type: ignore[arg-type]
        branch = await ledger.organise()
        return cls(town, firm, officer, branch, committee)

    async def do(self, rule: Callable[..., Awaitable[R]], *given: Any, **more: Any) -> R:
        """What a rule answers the officer."""
        return await self.town.do(self.officer, rule, *given, **more)

    async def refused(self, rule: Callable[..., Awaitable[Any]], *given: Any, **more: Any) -> list[Any]:
        """With which codes a rule refuses the officer."""
        return await self.town.refused(self.officer, rule, *given, **more)

    async def organise(self, **more: Any) -> organisation.PartyOrganisation:
        """An organisation at work, a branch unless told otherwise."""
        facts = {
            "name": f"第{next(_numbers)}党支部",
            "kind": organisation.OrganisationKind.BRANCH,
            "formation": organisation.Formation.SOLE,
            "superior_id": self.committee.id,
            "formal_members": 5,
            **more,
        }
        row = await self.do(organisation.propose, organisation.NewOrganisation(**facts))
        return await self.at_work(row)

    async def at_work(self, row: organisation.PartyOrganisation) -> organisation.PartyOrganisation:
        """The organisation, approved and begun."""
        for state in (organisation.OrganisationState.APPROVED, organisation.OrganisationState.ACTIVE):
            decision = organisation.Decision(state=state, decided_on=FOUNDED, document=DOCUMENT)
            row = await self.do(organisation.decide, organisation.PartyOrganisation, row.id, row.version, decision)
        return row

    async def file(self, **more: Any) -> privacy.PartyFile:
        """A file of a new member of staff, with both consents."""
        number = next(_numbers)
        staff = more.pop("staff_id", None) or (await self.town.staff(self.firm, f"王{number}")).id
        facts = {
            "staff_id": staff,
            "number": f"D{number:04}",
            "legal_basis": privacy.LegalBasis.CONSENT,
            "consents": [consent(privacy.ConsentPurpose.MEMBERSHIP), consent(privacy.ConsentPurpose.DEVELOPMENT)],
            **more,
        }
        return await self.do(privacy.begin, privacy.NewFile(**facts))

    async def member(self, converted_on: date | None = date(2020, 1, 2), **more: Any) -> membership.PartyMembership:
        """A member, full unless told otherwise."""
        facts = {
            "file_id": more.pop("file_id", None) or (await self.file()).id,
            "organisation_id": self.branch.id,
            "admitted_on": date(2019, 1, 1) if converted_on else date(2026, 1, 5),
            "joined_on": date(2021, 1, 1) if converted_on else date(2026, 1, 5),
            "converted_on": converted_on,
            **more,
        }
        return await self.do(membership.enter, membership.NewMembership(**facts))

    async def case(self, applied_on: date, **more: Any) -> development.DevelopmentCase:
        """A case that has begun."""
        facts = {
            "file_id": more.pop("file_id", None) or (await self.file()).id,
            "organisation_id": self.branch.id,
            "application": Facts(done_on=applied_on, born_on=date(1990, 5, 1), document=DOCUMENT),
            **more,
        }
        return await self.do(development.start, development.NewCase(**facts))

    async def step(
        self, case: development.DevelopmentCase, step: S, done_on: date, **more: Any
    ) -> development.DevelopmentCase:
        """The case after a step."""
        facts = Facts(**{"done_on": done_on, "document": DOCUMENT, **more})
        return await self.do(development.take_step, case.id, case.version, step, facts)

    async def step_refused(
        self, case: development.DevelopmentCase, step: S, done_on: date, **more: Any
    ) -> tuple[Code, str | None]:
        """The one problem of a step."""
        facts = Facts(**{"done_on": done_on, "document": DOCUMENT, **more})
        (problem,) = await self.refused(development.take_step, case.id, case.version, step, facts)
        return problem  # type: ignore[no-any-return]

    async def publicised(
        self, case: development.DevelopmentCase, first: date, last: date, **more: Any
    ) -> development.CasePublicity:
        """A publicity of the case, which is at another version after it."""
        facts = {"place": "公司公示栏", "agreed_on": first, **more}
        new = development.NewPublicity(
            case_id=case.id, case_version=case.version, first_day=first, last_day=last, **facts
        )
        shown: development.CasePublicity = await self.do(development.publicise, new)
        case.version = (await self.do(find, development.DevelopmentCase, case.id)).version
        return shown

    async def publicity(self, id: UUID) -> development.CasePublicity:
        """A publicity as it is now."""
        return await self.do(find, development.CasePublicity, id)

    async def dues(self, subject_id: UUID) -> dict[str, date]:
        """What is due of a subject, by kind."""
        rows = await self.town.administrator.fetch(
            "SELECT kind, due_on FROM party_due WHERE subject_id = $1 AND closed_on IS NULL AND NOT paused", subject_id
        )
        return {row["kind"]: row["due_on"] for row in rows}


def consent(purpose: privacy.ConsentPurpose, given_on: date = date(2024, 1, 8)) -> privacy.NewConsent:
    """A consent to the first wording."""
    return privacy.NewConsent(purpose=purpose, wording="同意书 v1", given_on=given_on, document="同意书 1")


async def elected(town: Town, district: Principal, at: str, members: int = 5) -> committee.Committee:
    """An owners' committee of the register, at a new estate."""
    eligible: Any = {
        "committee_status": CommitteeStatus.ELIGIBLE_NOT_STARTED,
        "committee_eligible_on": date(2023, 1, 1),
    }
    entry = await town.do(district, estate.enter, place(division_code=at, **eligible))
    new = committee.NewCommittee(
        estate_id=entry.id,
        kind=committee.CommitteeKind.OC,
        members=members,
        formed_on=date(2025, 3, 1),
        term_ends_on=date(2028, 2, 29),
    )
    made: committee.Committee = await town.do(district, committee.form, new)
    return made


async def public(
    town: Town, at: str = "370402", kind: organisation.OrganisationKind | None = None, **more: Any
) -> organisation.PublicPartyOrganisation:
    """An organisation of the registry that is at work."""
    regulator = await town.regulator(at[:4])
    facts = {
        "name": f"第{next(_numbers)}党组织",
        "kind": kind or organisation.OrganisationKind.BRANCH,
        "formation": organisation.Formation.SOLE,
        **({} if "estate_id" in more else {"division_code": at}),
        **more,
    }
    row = await town.do(regulator, organisation.propose_public, organisation.NewPublicOrganisation(**facts))
    for state in (organisation.OrganisationState.APPROVED, organisation.OrganisationState.ACTIVE):
        decision = organisation.Decision(state=state, decided_on=FOUNDED, document=DOCUMENT)
        row = await town.do(
            regulator, organisation.decide, organisation.PublicPartyOrganisation, row.id, row.version, decision
        )
    return row
