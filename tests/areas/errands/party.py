"""Errands of the Party ledger: organisations, files, memberships, development cases and what a regulator enters."""

from datetime import date
from typing import Any

from tenants.party import advisor, appointment, development, membership, organisation, privacy, quota, retention
from tenants.party import transfer as transfers
from tenants.party.development import CaseState, DevelopmentCase
from tenants.party.development import DevelopmentStep as S
from tenants.party.transfer import NewTransfer, PartyTransfer, TransferChannel, TransferDirection, TransferState
from tenants.row import today
from tenants.scope import Principal
from tests.areas.errands.registry import Input, errand
from tests.areas.party.ledger import DOCUMENT, FOUNDED, Ledger, consent, elected
from tests.areas.party.test_party_development import APPLIED, DAYS, bring
from tests.areas.town import STREET, Town


def _at(prefix: str, row: Any) -> Input:
    return {"id": f"{prefix}_{row.id}", "version": row.version}


def _day(day: date) -> str:
    return day.isoformat()


# Organisations


@errand
async def propose_party_organisation(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "name": "项目党支部",
        "kind": "BRANCH",
        "formation": "SOLE",
        "superiorId": f"ppo_{ledger.committee.id}",
        "projectId": f"prj_{(await town.project(ledger.firm)).id}",
        "formalMembers": 5,
    }


@errand
async def decide_party_organisation(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        **_at("pog", ledger.branch),
        "state": "RE_ELECTING",
        "decidedOn": "2022-05-01",
        "document": DOCUMENT,
    }


@errand
async def update_party_organisation(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        **_at("pog", ledger.branch),
        "name": "新名党支部",
        "secretaryFilled": True,
        "secretarySource": "COMPANY",
        "hasVenue": True,
        "venueItems": ["有场所"],
        "venueCheckedOn": "2026-01-05",
    }


def _public() -> Input:
    return {"name": "社区党支部", "kind": "BRANCH", "formation": "SOLE"}


async def _proposed(town: Town) -> tuple[Principal, organisation.PublicPartyOrganisation]:
    regulator = await town.regulator("370402")
    new = organisation.NewPublicOrganisation(
        name="社区党支部",
        kind=organisation.OrganisationKind.BRANCH,
        formation=organisation.Formation.SOLE,
        division_code=STREET,
    )
    return regulator, await town.do(regulator, organisation.propose_public, new)


@errand
async def propose_public_party_organisation(town: Town) -> tuple[Principal, Input]:
    return await town.regulator("370402"), {**_public(), "estateId": f"est_{(await town.estate()).id}"}


@errand
async def decide_public_party_organisation(town: Town) -> tuple[Principal, Input]:
    regulator, row = await _proposed(town)
    return regulator, {**_at("ppo", row), "state": "APPROVED", "decidedOn": _day(FOUNDED), "document": DOCUMENT}


@errand
async def update_public_party_organisation(town: Town) -> tuple[Principal, Input]:
    regulator, row = await _proposed(town)
    return regulator, {**_at("ppo", row), "name": "新名党支部", "secretaryFilled": True, "secretarySource": "OWNER"}


@errand
async def hold_party_activity(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "organisationId": f"pog_{ledger.branch.id}",
        "kind": "PARTY_DAY",
        "title": "主题党日",
        "heldOn": "2026-01-05",
        "due": 9,
        "attended": 7,
    }


# Files


_CONSENT = {"purpose": "DEVELOPMENT", "wording": "同意书 v1", "givenOn": "2024-01-08", "document": "同意书 2"}


@errand
async def create_party_file(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "staffId": f"stf_{(await town.staff(ledger.firm)).id}",
        "number": "D1",
        "legalBasis": "CONSENT",
        "consents": [_CONSENT],
    }


@errand
async def open_party_files(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    files = [f"pfl_{(await ledger.file()).id}" for _ in range(2)]
    return ledger.officer, {"fileIds": files, "purpose": "MEMBERSHIP_WORK", "reason": "核对名册"}


@errand
async def give_party_consent(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    file = await ledger.file(consents=[consent(privacy.ConsentPurpose.MEMBERSHIP)])
    return ledger.officer, {"fileId": f"pfl_{file.id}", "consent": _CONSENT}


@errand
async def withdraw_party_consent(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    file = await ledger.file(consents=[consent(privacy.ConsentPurpose.MEMBERSHIP)])
    await ledger.member(file_id=file.id)
    return ledger.officer, {
        "fileId": f"pfl_{file.id}",
        "version": file.version,
        "purpose": "MEMBERSHIP",
        "withdrawnOn": _day(today()),
    }


@errand
async def close_party_file(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {**_at("pfl", await ledger.file()), "closedOn": _day(today())}


@errand
async def erase_party_file(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    file = await ledger.file()
    for purpose in privacy.ConsentPurpose:
        file = await ledger.do(retention.withdraw_consent, file.id, file.version, purpose, today())
    return ledger.officer, _at("pfl", file)


# Memberships and transfers


@errand
async def enter_party_membership(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "fileId": f"pfl_{(await ledger.file()).id}",
        "organisationId": f"pog_{ledger.branch.id}",
        "admittedOn": "2019-01-01",
        "convertedOn": "2020-01-02",
        "joinedOn": "2021-01-01",
    }


@errand
async def update_party_membership(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    held: membership.PartyMembership = await ledger.member()
    return ledger.officer, {**_at("pmb", held), "state": "MOBILE", "activityPublicId": f"ppo_{ledger.committee.id}"}


async def _letter(ledger: Ledger, issued_on: date) -> PartyTransfer:
    new = NewTransfer(
        file_id=(await ledger.member()).file_id,
        direction=TransferDirection.INTERNAL,
        channel=TransferChannel.LETTER,
        letter_number="转字1号",
        issued_on=issued_on,
        to_organisation_id=(await ledger.organise()).id,
    )
    return await ledger.do(transfers.issue, new)


@errand
async def issue_party_transfer(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "fileId": f"pfl_{(await ledger.member()).file_id}",
        "direction": "INTERNAL",
        "channel": "LETTER",
        "letterNumber": "转字1号",
        "issuedOn": _day(today()),
        "toOrganisationId": f"pog_{(await ledger.organise()).id}",
    }


@errand
async def accept_party_transfer(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {**_at("ptr", await _letter(ledger, today())), "acceptedOn": _day(today())}


@errand
async def end_party_transfer(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    issued = await _letter(ledger, today())
    return ledger.officer, {
        **_at("ptr", issued),
        "state": "RETURNED",
        "endedOn": _day(today()),
        "reason": "信息有误",
    }


@errand
async def reissue_party_transfer(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    old = await _letter(ledger, date(2026, 1, 5))
    expired = TransferState.EXPIRED
    old = await ledger.do(transfers.give_up, old.id, old.version, expired, date(2026, 4, 20), "未接收")
    return ledger.officer, {**_at("ptr", old), "issuedOn": _day(today()), "letterNumber": "转字2号"}


# Development cases


async def _case(town: Town, before: S) -> tuple[Ledger, DevelopmentCase]:
    """A case that was brought into the ledger, or taken, as far as before a step."""
    ledger = await Ledger.begin(town)
    return ledger, await bring(ledger, before)


@errand
async def start_development_case(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "fileId": f"pfl_{(await ledger.file()).id}",
        "organisationId": f"pog_{ledger.branch.id}",
        "appliedOn": _day(APPLIED),
        "bornOn": "1990-05-01",
        "document": "申请书1",
        "history": [{"step": "TALK", "doneOn": _day(DAYS[S.TALK]), "document": DOCUMENT}],
    }


@errand
async def record_development_step(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.BRANCH_MEETING)
    return ledger.officer, {
        **_at("dcs", case),
        "step": "BRANCH_MEETING",
        "doneOn": _day(DAYS[S.BRANCH_MEETING]),
        "document": DOCUMENT,
        "vote": {"due": 9, "attended": 7, "yes": 6, "no": 1, "secret": True, "oneAtATime": True},
    }


@errand
async def review_development_case(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.CULTIVATE)
    return ledger.officer, {**_at("dcs", case), "reviewedOn": "2023-08-15", "document": DOCUMENT}


@errand
async def change_case_supporters(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.CULTIVATE)
    return ledger.officer, {
        **_at("dcs", case),
        "role": "CONTACT",
        "doneOn": "2023-06-01",
        "supporterIds": [f"pfl_{(await ledger.member()).file_id}"],
        "supportersElsewhere": ["社区党委证明1号"],
    }


@errand
async def extend_probation(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.APPROVE_CONVERSION)
    return ledger.officer, {**_at("dcs", case), "months": 6, "decidedOn": "2025-05-21", "document": DOCUMENT}


@errand
async def stop_development_case(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.CULTIVATE)
    return ledger.officer, {
        **_at("dcs", case),
        "state": "WITHDRAWN",
        "stoppedOn": _day(today()),
        "document": DOCUMENT,
        "reason": "本人申请",
    }


@errand
async def resume_development_case(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.CULTIVATE)
    moved = date(2023, 6, 1)
    case = await ledger.do(development.stop, case.id, case.version, CaseState.SUSPENDED, moved, DOCUMENT, "外调")
    return ledger.officer, {
        **_at("dcs", case),
        "resumedOn": "2023-12-01",
        "organisationId": f"pog_{(await ledger.organise()).id}",
    }


@errand
async def publicise_development_case(town: Town) -> tuple[Principal, Input]:
    ledger, case = await _case(town, S.AGREE_OBJECT)
    return ledger.officer, {
        "caseId": f"dcs_{case.id}",
        "caseVersion": case.version,
        "agreedOn": "2024-03-01",
        "firstDay": "2024-03-04",
        "lastDay": "2024-03-08",
        "place": "公司公示栏",
    }


async def _publicised(town: Town) -> tuple[Ledger, development.CasePublicity]:
    ledger, case = await _case(town, S.AGREE_OBJECT)
    return ledger, await ledger.publicised(case, date(2024, 3, 4), date(2024, 3, 8))


@errand
async def object_to_publicity(town: Town) -> tuple[Principal, Input]:
    ledger, shown = await _publicised(town)
    return ledger.officer, _at("cpb", shown)


@errand
async def resolve_objection(town: Town) -> tuple[Principal, Input]:
    ledger, shown = await _publicised(town)
    return ledger.officer, _at("cpb", await ledger.do(development.object_to, shown.id, shown.version))


# Posts across company and community, plans and surveys


@errand
async def appoint_across(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "direction": "INTO_COMMUNITY",
        "holder": "PROJECT_LEAD",
        "bodyKind": "COMMUNITY_PARTY",
        "bodyName": "某社区党委",
        "post": "兼职委员",
        "since": "2025-01-01",
        "projectId": f"prj_{(await town.project(ledger.firm)).id}",
        "publicOrganisationId": f"ppo_{ledger.committee.id}",
    }


@errand
async def end_cross_appointment(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    new = appointment.NewAppointment(
        direction=appointment.AppointmentDirection.INTO_COMPANY,
        holder=appointment.Holder.COMMITTEE_MEMBER,
        body_kind=appointment.BodyKind.COMPANY_PARTY,
        body_name="第一党支部",
        post="兼职委员",
        since=date(2025, 1, 1),
        organisation_id=ledger.branch.id,
    )
    return ledger.officer, {**_at("cap", await ledger.do(appointment.appoint, new)), "until": "2025-06-01"}


@errand
async def plan_development(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {"year": 2026, "planned": 3, "document": DOCUMENT}


@errand
async def update_development_quota(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    plan = await ledger.do(quota.plan, quota.NewQuota(year=2026, planned=3))
    return ledger.officer, {**_at("dqt", plan), "planned": 5, "document": DOCUMENT}


@errand
async def answer_coverage_survey(town: Town) -> tuple[Principal, Input]:
    ledger = await Ledger.begin(town)
    return ledger.officer, {
        "year": 2026,
        "half": 1,
        "surveyedOn": "2026-06-30",
        "staffCount": 40,
        "members": 6,
        "hasOrganisation": True,
        "remark": "已建支部",
    }


# What a regulator enters


@errand
async def assign_party_advisor(town: Town) -> tuple[Principal, Input]:
    firm = await town.company()
    return await town.regulator("3704"), {
        "companyId": f"com_{firm.id}",
        "unit": "街道党工委",
        "since": "2026-01-01",
        "advisorName": "钱九",
    }


@errand
async def end_party_advisor(town: Town) -> tuple[Principal, Input]:
    firm, regulator = await town.company(), await town.regulator("3704")
    new = advisor.NewAdvisor(company_id=firm.id, unit="街道党工委", since=date(2026, 1, 1))
    return regulator, {**_at("pad", await town.do(regulator, advisor.assign, new)), "until": "2026-06-01"}


@errand
async def compose_committee(town: Town) -> tuple[Principal, Input]:
    district = await town.regulator("370402")
    return district, {
        "committeeId": f"cmt_{(await elected(town, district, STREET)).id}",
        "electedOn": "2025-03-01",
        "partyMembers": 3,
        "chairInParty": True,
        "chairIsSecretary": False,
    }
