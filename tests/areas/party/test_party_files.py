"""Party files: who sees a name has logged why, in the database's own words; consent, withdrawal, retention, erasure."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from tenants.admission import admit
from tenants.errors import Code
from tenants.party import advisor, development, membership, privacy, retention, roster, survey, transfer
from tenants.party.development import CaseState
from tenants.party.privacy import AccessPurpose, ConsentPurpose, LegalBasis, PartyFile
from tenants.permission import COMPANY_ROLES, PARTY, PARTY_PERSONAL, REGULATOR_ROLES, CompanyRole, Permission
from tenants.row import today
from tenants.scope import Principal, Scope
from tests.areas.party.ledger import DOCUMENT, Ledger, consent
from tests.areas.town import Town, at_once

WORK = AccessPurpose.MEMBERSHIP_WORK


async def names(scope: Scope) -> list[tuple[UUID, str]]:
    """Whose files the principal can read now, by any query whatever."""
    rows = await scope.connection.fetch(
        "SELECT p.file_id, s.name FROM party_person p JOIN staff s USING (tenant_id) WHERE s.id = p.staff_id"
    )
    return [(row["file_id"], row["name"]) for row in rows]


async def open_and_read(scope: Scope, file_id: UUID) -> list[tuple[UUID, str]]:
    """Open a file and read what can be read."""
    await privacy.open_files(scope, [file_id], WORK, "核对党员名册")
    return await names(scope)


async def test_nobody_reads_a_name_without_opening_the_file(ledger: Ledger) -> None:
    """Neither the officer nor the administrator of the same company sees a single row."""
    await ledger.file()
    assert await ledger.do(names) == []
    assert await ledger.town.do(ledger.firm.admin, names) == []
    async with ledger.town.database.reading(ledger.officer) as connection:
        assert await connection.fetchval("SELECT count(*) FROM party_person") == 0


async def test_opening_logs_who_and_why_and_opens_that_file_alone(ledger: Ledger) -> None:
    """The opener reads this one file, and goes on reading it for the next minutes; the entry stands in the log."""
    file, other = await ledger.file(), await ledger.file()
    ((opened, name),) = await ledger.do(open_and_read, file.id)
    assert opened == file.id != other.id
    assert name.startswith("王")
    assert await ledger.do(names) == [(file.id, name)]
    entry = await ledger.town.administrator.fetchrow("SELECT * FROM party_file_access WHERE file_id = $1", file.id)
    assert entry is not None
    assert (entry["actor_id"], entry["purpose"], entry["reason"]) == (ledger.officer.actor_id, WORK, "核对党员名册")
    assert entry["expires_at"] - entry["created_at"] <= privacy.OPEN_FOR + timedelta(seconds=5)


async def test_an_opened_file_is_open_to_its_opener_and_for_a_while(ledger: Ledger) -> None:
    """Another officer of the company reads nothing of it; nor does the opener once the time is over."""
    file = await ledger.file()
    await ledger.do(open_and_read, file.id)
    second = await ledger.town.member(ledger.firm, CompanyRole.PARTY_OFFICER)
    colleague = ledger.firm.member(second.id, CompanyRole.PARTY_OFFICER)
    assert await ledger.town.do(colleague, names) == []
    async with ledger.town.administrator.transaction():
        await ledger.town.administrator.execute("SET LOCAL session_replication_role = replica")
        await ledger.town.administrator.execute(
            "UPDATE party_person SET opened_until = now() - interval '1 second' WHERE file_id = $1", file.id
        )
    assert file.id not in [opened for opened, _ in await ledger.do(names)]


async def test_the_database_opens_nothing_that_is_not_logged(ledger: Ledger) -> None:
    """Without an entry, with another's, for somebody else or for longer: a foreign key or a policy refuses."""
    file, other = await ledger.file(), await ledger.file()
    (entry,) = await ledger.do(privacy.open_files, [other.id], WORK, "核对")

    async def forge(scope: Scope, access: UUID | None, actor: UUID | None, minutes: int) -> None:
        async with scope.on_file(file.id):
            await scope.connection.execute(
                "UPDATE party_person SET access_id = $1, opened_by = $2,"
                " opened_until = now() + $3 * interval '1 minute'",
                access,
                actor,
                minutes,
            )

    actor = ledger.officer.actor_id
    for access in (None, entry.id, UUID(int=7)):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await ledger.do(forge, access, actor, 5)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ledger.do(forge, entry.id, UUID(int=7), 5)
    (own,) = await ledger.do(privacy.open_files, [file.id], WORK, "核对")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await ledger.do(forge, own.id, actor, 600)


async def test_the_log_is_only_added_to(ledger: Ledger) -> None:
    """No company changes or deletes an entry, nor moves a file to somebody else."""
    file = await ledger.file()
    await ledger.do(open_and_read, file.id)
    for statement in (
        "UPDATE party_file_access SET reason = '误操作'",
        "DELETE FROM party_file_access",
        "UPDATE party_person SET staff_id = staff_id",
    ):

        async def run(scope: Scope, sql: str = statement) -> None:
            await scope.connection.execute(sql)

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ledger.do(run)


async def test_a_refused_opening_leaves_neither_entry_nor_sight(ledger: Ledger) -> None:
    """A reason is needed; an unknown and a foreign file are the same NOT_FOUND."""
    file = await ledger.file()
    assert await ledger.refused(privacy.open_files, [file.id], WORK, "  ") == [(Code.EMPTY, "reason")]
    other = await Ledger.begin(ledger.town)
    foreign = await other.file()
    for unknown in (foreign.id, UUID(int=5)):
        assert await ledger.refused(privacy.open_files, [unknown], WORK, "核对") == [(Code.NOT_FOUND, "fileIds")]
    found = await ledger.town.administrator.fetchval(
        "SELECT count(*) FROM party_file_access WHERE file_id = ANY($1)", [file.id, foreign.id]
    )
    assert found == 0


async def test_two_officers_open_the_same_file_at_once(ledger: Ledger) -> None:
    """Both are logged, and neither is in the other's way."""
    file = await ledger.file()
    second = await ledger.town.member(ledger.firm, CompanyRole.PARTY_OFFICER)
    colleague = ledger.firm.member(second.id, CompanyRole.PARTY_OFFICER)
    both = await asyncio.gather(ledger.do(open_and_read, file.id), ledger.town.do(colleague, open_and_read, file.id))
    assert [[opened for opened, _ in seen if opened == file.id] for seen in both] == [[file.id], [file.id]]
    logged = await ledger.town.administrator.fetchval(
        "SELECT count(DISTINCT actor_id) FROM party_file_access WHERE file_id = $1", file.id
    )
    assert logged == 2


async def test_no_regulator_holds_a_grant_on_a_person_s_rows(town: Town) -> None:
    """I14: on tables of persons the regulator has no grant at all, on organisations none on a count of members."""
    persons = (
        "party_file, party_file_access, party_person, party_consent, party_membership, party_transfer,"
        " cross_appointment, party_due, party_activity, development_case, case_step, case_review, case_supporter,"
        " case_vote, case_publicity, party_figure_block"
    )
    granted = await town.administrator.fetch(
        """
        SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
        WHERE grantee IN ('linli_regulator', 'linli_public', 'PUBLIC') AND table_name = ANY($1)
        """,
        persons.split(", "),
    )
    assert granted == []
    read = await town.administrator.fetch(
        """
        SELECT table_name || '.' || column_name AS name FROM information_schema.column_privileges
        WHERE grantee = 'linli_regulator' AND privilege_type = 'SELECT'
        """
    )
    hidden = {
        "party_organisation.formal_members",
        "party_advisor.advisor_name",
        "party_coverage_survey.members",
        "committee_composition.party_members",
        "committee_composition.chair_in_party",
        "committee_composition.chair_is_secretary",
    }
    assert hidden.isdisjoint(row["name"] for row in read)


def test_only_the_party_officer_s_role_reaches_files() -> None:
    """Administrator, manager, front desk and every regulator hold none of the permissions; the log is also the
    administrator's to read.
    """
    for role, permissions in COMPANY_ROLES.items():
        expected = PARTY_PERSONAL if role == CompanyRole.PARTY_OFFICER else frozenset()
        if role == CompanyRole.TENANT_ADMIN:
            expected = frozenset({Permission.PARTY_FILE_READ_ACCESS})
        assert permissions & PARTY_PERSONAL == expected
    for permissions in REGULATOR_ROLES.values():
        assert not permissions & PARTY_PERSONAL


async def test_no_granted_scope_reaches_files(ledger: Ledger) -> None:
    """An officer's token with scopes named in it, as an application's is, never has those of Party work."""
    member, company = ledger.officer.actor_id, ledger.firm.id
    assert member is not None
    scoped = await admit(ledger.town.database, "tenant", company, member, frozenset(Permission))
    own = await admit(ledger.town.database, "tenant", company, member)
    assert scoped is not None
    assert own is not None
    assert {permission for permission in scoped.permissions if "party" in permission} == set()
    assert own.permissions >= PARTY_PERSONAL
    assert scoped.permissions == own.permissions - PARTY


async def test_one_file_a_person(ledger: Ledger) -> None:
    """A second file for the same member of staff, and a number used twice, are refused."""
    staff = await ledger.town.staff(ledger.firm, "赵六")
    file = await ledger.file(staff_id=staff.id)
    again = privacy.NewFile(
        staff_id=staff.id, number="X1", legal_basis=LegalBasis.STATUTORY_DUTY, basis_document="党内法规"
    )
    assert await ledger.refused(privacy.begin, again) == [(Code.PARTY_FILE_EXISTS, "staffId")]
    other = await ledger.town.staff(ledger.firm, "孙七")
    taken = privacy.NewFile(
        staff_id=other.id, number=file.number, legal_basis=LegalBasis.STATUTORY_DUTY, basis_document="党内法规"
    )
    assert await ledger.refused(privacy.begin, taken) == [(Code.PARTY_FILE_NUMBER_TAKEN, "number")]


@pytest.mark.parametrize("number", ["王小明", "2024-王小明", "37040219900101123X"])
async def test_a_number_names_nobody(ledger: Ledger, number: str) -> None:
    """Neither the person's name nor an identity number: every list shows it."""
    staff = await ledger.town.staff(ledger.firm, "王小明")
    new = privacy.NewFile(
        staff_id=staff.id, number=number, legal_basis=LegalBasis.STATUTORY_DUTY, basis_document="党内法规"
    )
    assert await ledger.refused(privacy.begin, new) == [(Code.PARTY_FILE_NUMBER_NAMES, "number")]


async def test_every_file_rests_on_something(ledger: Ledger) -> None:
    """Consent, or a document for any other basis."""
    staff = await ledger.town.staff(ledger.firm, "周八")
    bare = privacy.NewFile(staff_id=staff.id, number="X2", legal_basis=LegalBasis.CONSENT)
    assert await ledger.refused(privacy.begin, bare) == [(Code.PARTY_CONSENT_MISSING, "consents")]
    undocumented = privacy.NewFile(staff_id=staff.id, number="X2", legal_basis=LegalBasis.EMPLOYMENT)
    assert await ledger.refused(privacy.begin, undocumented) == [(Code.PARTY_BASIS_DOCUMENT, "basisDocument")]


async def test_work_needs_the_consent_for_its_purpose(ledger: Ledger) -> None:
    """A file consented to for membership is not used for development."""
    file = await ledger.file(consents=[consent(ConsentPurpose.MEMBERSHIP)])
    application = development.Facts(done_on=date(2025, 1, 6), born_on=date(1990, 1, 1))
    new = development.NewCase(file_id=file.id, organisation_id=ledger.branch.id, application=application)
    assert await ledger.refused(development.start, new) == [(Code.PARTY_CONSENT_MISSING, "fileId")]
    await ledger.do(privacy.give_consent, file.id, consent(ConsentPurpose.DEVELOPMENT))
    assert (await ledger.do(development.start, new)).state == "APPLIED"
    assert await ledger.refused(privacy.give_consent, file.id, consent(ConsentPurpose.DEVELOPMENT)) == [
        (Code.PARTY_CONSENT_VALID, "consent.purpose")
    ]


async def test_withdrawn_consent_ends_the_ledger_and_is_erased(ledger: Ledger) -> None:
    """The last consent withdrawn: the file closes, its membership and case end here, and whose it was is erased."""
    file = await ledger.file()
    held = await ledger.member(file_id=file.id)
    for purpose in ConsentPurpose:
        file = await ledger.do(retention.withdraw_consent, file.id, file.version, purpose, today())
    assert (file.closed_on, file.retain_until) == (today(), today())
    assert (await ledger.town.row("party_membership", held.id))["state"] == "LEDGER_ENDED"
    assert set(await ledger.dues(file.id)) == {"ERASURE"}
    assert await ledger.refused(
        membership.enter,
        membership.NewMembership(
            file_id=file.id, organisation_id=ledger.branch.id, admitted_on=date(2020, 1, 1), joined_on=date(2020, 1, 1)
        ),
    ) == [(Code.PARTY_FILE_CLOSED, "fileId")]
    await ledger.do(open_and_read, file.id)
    file = await ledger.do(retention.erase, file.id, file.version)
    assert file.erased_on == today()
    assert (
        await ledger.town.administrator.fetchval("SELECT count(*) FROM party_person WHERE file_id = $1", file.id) == 0
    )
    assert (
        await ledger.town.administrator.fetchval("SELECT count(*) FROM party_file_access WHERE file_id = $1", file.id)
        == 1
    )
    assert await ledger.dues(file.id) == {}
    assert await ledger.refused(privacy.open_files, [file.id], WORK, "核对") == [(Code.PARTY_FILE_ERASED, "fileIds")]


async def test_each_consent_ends_the_work_it_was_for(ledger: Ledger) -> None:
    """Development withdrawn: the case ends here and the membership goes on; then membership: a transfer is followed no
    further, and what was written about the person is gone with the name.
    """
    file = await ledger.file()
    case = await ledger.case(date(2025, 3, 3), file_id=file.id)
    file = await ledger.do(retention.withdraw_consent, file.id, file.version, ConsentPurpose.DEVELOPMENT, today())
    row = await ledger.town.row("development_case", case.id)
    assert (row["state"], file.closed_on, await ledger.dues(case.id)) == ("LEDGER_ENDED", None, {})
    held = await ledger.member(file_id=file.id)
    new = transfer.NewTransfer(
        file_id=file.id,
        direction=transfer.TransferDirection.OUTGOING,
        channel=transfer.TransferChannel.LETTER,
        letter_number="转字9号",
        other_organisation="某街道党工委",
        issued_on=today(),
    )
    issued = await ledger.do(transfer.issue, new)
    file = await ledger.do(retention.withdraw_consent, file.id, file.version, ConsentPurpose.MEMBERSHIP, today())
    assert (await ledger.town.row("party_membership", held.id))["state"] == "LEDGER_ENDED"
    assert (await ledger.town.row("party_transfer", issued.id))["state"] == "LEDGER_ENDED"
    assert await ledger.dues(issued.id) == {}
    number = file.number
    file = await ledger.do(retention.erase, file.id, file.version)
    left = await ledger.town.administrator.fetch(
        """
        SELECT f::text FROM party_file f WHERE id = $1
        UNION ALL SELECT t::text FROM party_transfer t WHERE file_id = $1
        UNION ALL SELECT c::text FROM party_consent c WHERE file_id = $1
        UNION ALL SELECT s::text FROM case_step s JOIN development_case d ON d.id = s.case_id WHERE d.file_id = $1
        """,
        file.id,
    )
    written = " ".join(row[0] for row in left)
    for text in (number, "转字9号", "某街道党工委", "同意书 1", DOCUMENT):
        assert text not in written


async def test_a_file_is_kept_for_its_time_and_no_longer(ledger: Ledger, it_is: Callable[[date], None]) -> None:
    """Closed, it is due to be erased 36 months later (a setting), and before that it is not erased."""
    file = await ledger.file()
    held = await ledger.member(file_id=file.id)
    assert await ledger.refused(retention.close, file.id, file.version, today()) == [(Code.PARTY_FILE_IN_USE, "id")]
    left = {"state": membership.MembershipState.LEFT, "ended_on": date(2026, 3, 2)}
    await ledger.do(membership.update, held.id, held.version, left)
    file = await ledger.do(retention.close, file.id, file.version, today())
    assert file.retain_until == today().replace(year=today().year + 3)
    assert await ledger.refused(retention.erase, file.id, file.version) == [(Code.PARTY_FILE_RETAINED, "id")]
    it_is(file.retain_until)
    assert (await ledger.do(retention.erase, file.id, file.version)).erased_on == file.retain_until


async def test_the_journal_says_that_and_not_what(ledger: Ledger) -> None:
    """The audit trail of a person's rows, which the administrator reads, holds no value; no event tells of them."""
    before = await ledger.town.administrator.fetchval("SELECT id FROM audit_entry ORDER BY id DESC LIMIT 1")
    held = await ledger.member()
    await ledger.do(membership.update, held.id, held.version, {"state": membership.MembershipState.MOBILE})
    entries = await ledger.town.administrator.fetch(
        "SELECT entity, action, changes::text FROM audit_entry WHERE id > $1 AND entity LIKE 'party_%'", before
    )
    assert ("party_membership", "changed") in {(entry["entity"], entry["action"]) for entry in entries}
    assert {entry["changes"] for entry in entries} == {"{}"}
    topics = await ledger.town.administrator.fetch(
        "SELECT DISTINCT topic FROM outbox_event WHERE topic LIKE ANY ($1)",
        ["party_file%", "party_person%", "party_membership%", "development_case%", "party_consent%"],
    )
    assert topics == []


async def test_the_trail_holds_no_value_that_its_readers_may_not_read(ledger: Ledger) -> None:
    """Columns of tables that are no secret: an advisor's name, a survey's count of members, a proposal's."""
    bare = await ledger.town.company(at="370402")
    city = await ledger.town.regulator("3704")
    new = advisor.NewAdvisor(company_id=bare.id, unit="街道党工委", since=date(2026, 1, 1), advisor_name="钱九九")
    await ledger.town.do(city, advisor.assign, new)
    answered = survey.NewSurvey(
        year=2025,
        half=2,
        surveyed_on=date(2026, 1, 5),
        staff_count=4321,
        members=1234,
        has_organisation=True,
        remark="甲同志出国",
    )
    await ledger.do(survey.answer, answered)
    await ledger.organise(name="看看支部", formal_members=1235)
    kept = await ledger.town.administrator.fetchval(
        "SELECT string_agg(changes::text, ' ') FROM audit_entry WHERE tenant_id = ANY($1)", [bare.id, ledger.firm.id]
    )
    assert "看看支部" in kept
    assert "4321" in kept
    for value in ("钱九九", "1234", "1235", "甲同志"):
        assert value not in kept


async def test_withdrawing_twice_at_once(ledger: Ledger) -> None:
    """One withdrawal is recorded, the other is told of it."""
    file = await ledger.file()
    answers = await at_once(
        *(
            ledger.do(retention.withdraw_consent, file.id, file.version, ConsentPurpose.DEVELOPMENT, today())
            for _ in range(2)
        )
    )
    assert sorted(isinstance(answer, PartyFile) for answer in answers) == [False, True]


async def test_roster_of_an_organisation(ledger: Ledger) -> None:
    """The files of a branch are its members' and those it develops, and are opened together, each with its entry."""
    branch = await ledger.organise()
    held = await ledger.member(organisation_id=branch.id)
    case = await ledger.case(date(2025, 3, 3), organisation_id=branch.id)
    files = await ledger.do(roster.of_organisation, branch.id)
    assert sorted(files) == sorted([held.file_id, case.file_id])
    over = await ledger.case(date(2025, 3, 3), organisation_id=branch.id)
    for state, found in ((CaseState.SUSPENDED, True), (CaseState.WITHDRAWN, False)):
        over = await ledger.do(development.stop, over.id, over.version, state, today(), DOCUMENT, "本人申请")
        assert (over.file_id in await ledger.do(roster.of_organisation, branch.id)) is found
    entries = await ledger.do(privacy.open_files, files, WORK, "年度统计")
    assert sorted(entry.file_id for entry in entries) == sorted(files)


async def test_a_worker_and_the_public_see_nothing(ledger: Ledger) -> None:
    """The platform's own role has no grant on a person's rows."""
    await ledger.file()
    for principal in (Principal("worker", tenant_id=ledger.firm.id), Principal("public")):
        async with ledger.town.database.reading(principal) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("SELECT id FROM party_person")
