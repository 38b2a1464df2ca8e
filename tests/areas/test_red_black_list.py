"""A red or black list is prepared, publicised, objected to and published by different people, and unchanged then."""

from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from schema import build, executable
from schema.failure import Failure
from tenants import project, setting
from tenants.calendar import after_working_days
from tenants.change import find
from tenants.credit import notice, objection, repair
from tenants.credit.record import CreditRecord, CreditSeverity, ObjectionOutcome, RepairOutcome
from tenants.errors import Code
from tenants.permission import VISITOR, CompanyRole, RegulatorRole
from tenants.red_black_list import preparation, publication, publicity
from tenants.red_black_list.preparation import NewEntry
from tenants.red_black_list.tables import Colour, EntryOutcome, EntryState, ListState, RedBlackList
from tenants.row import new_id, today
from tenants.scheme import Subject
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.credit import Bureau, publish, scheme
from tests.areas.rating import Bureau as RatingBureau
from tests.areas.rating import Round
from tests.areas.red_black import CITY, DAY, LATER, Office, entry, listed
from tests.areas.town import OTHER_CITY_STREET, STREET, Firm, Town
from tests.reads.asking import Asker

ANYBODY = Principal("public", VISITOR)
PUBLIC = """query($uscc: String!) { publicListings(uscc: $uscc) {
    colour subject title organiser edition company project reason ground validTo } }"""
LISTS = "{ redBlackLists(first: 100) { nodes { id state edition content } } }"


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    """The city's assessor and publisher."""
    return await Office.of(town)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company registered in the city."""
    return await town.company()


async def told(town: Town, firm: Firm, who: Principal = ANYBODY) -> list[dict[str, Any]]:
    """What somebody is told about a company."""
    uscc = (await town.row("company", firm.id))["uscc"]
    answer = await Asker(executable(build()), town.database, who)(PUBLIC, uscc=f" {uscc.lower()} ")
    return answer["publicListings"]  # type: ignore[no-any-return]


async def seen(town: Town, who: Principal, row: RedBlackList) -> dict[str, Any] | None:
    """A list as somebody sees it."""
    nodes = (await Asker(executable(build()), town.database, who)(LISTS))["redBlackLists"]["nodes"]
    return next((node for node in nodes if node["id"] == f"rbl_{row.id}"), None)


async def test_from_preparation_to_publication(town: Town, office: Office, firm: Firm) -> None:
    """Prepared by one, decided by another, in working days; published as it stood, with the names of the day."""
    other = await town.company()
    row = await office.prepared(firm, other)
    assert (row.state, row.edition, row.division_path) == ("PREPARED", 1, CITY)
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    assert (row.state, row.object_by) == ("PUBLICITY", after_working_days(today(), 5).on)
    assert row.object_by is not None
    early = await town.refused(office.publisher, publicity.conclude, row.id, row.version, on=row.object_by)
    assert early == [(Code.RED_BLACK_PUBLICITY_RUNNING, "id")]
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=row.object_by + DAY)
    row = await town.do(office.publisher, publication.publish, row.id, row.version)
    assert (row.state, row.published_on, len(row.content or [])) == ("PUBLISHED", today(), 2)
    [one] = await told(town, firm)
    name = (await town.row("company", firm.id))["name"]
    assert (one["colour"], one["company"], one["reason"], one["ground"]) == (
        "BLACK",
        name,
        "拒不整改",
        "枣住建罚〔2026〕7号",
    )
    entries = [(entity, action) for entity, action in await town.journal(firm) if entity == "red_black_entry"]
    assert entries == [("red_black_entry", "created"), ("red_black_entry", "publicised")]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"title": " "}, (Code.EMPTY, "title")),
        ({"basis": ""}, (Code.EMPTY, "basis")),
        ({"period_to": today() - 100 * DAY}, (Code.DATE_OUT_OF_ORDER, "periodTo")),
        ({"valid_to": today() - DAY}, (Code.DATE_IN_PAST, "validTo")),
        ({"subject": Subject.PROJECT_LEAD}, (Code.RED_BLACK_OF_PEOPLE, "subject")),
    ],
)
async def test_a_list_names_its_grounds(
    town: Town, office: Office, more: dict[str, Any], problem: tuple[Code, str]
) -> None:
    """Without a document, for days in disorder or past, or of persons: refused. Streets prepare none."""
    assert problem in await town.refused(office.assessor, preparation.prepare, listed(**more))
    street = await town.regulator(STREET, RegulatorRole.ASSESSOR)
    low = await town.refused(street, preparation.prepare, listed())
    assert low == [(Code.RED_BLACK_COUNTY_PREPARES, None)]


async def test_an_entry_names_why_and_on_what_it_rests(town: Town, office: Office, firm: Firm) -> None:
    """Once a company, within the division, for the subject of the list, while the list is prepared."""
    row = await office.prepared(firm)
    begun = await town.project(firm)
    refused: dict[str, tuple[dict[str, Any], Code]] = {
        "reason": ({"reason": ""}, Code.EMPTY),
        "document": ({"document": " "}, Code.RED_BLACK_GROUNDS_REQUIRED),
        "projectId": ({"project_id": begun.id}, Code.RED_BLACK_SUBJECT),
        "creditRecordId": ({"credit_record_id": new_id()}, Code.NOT_FOUND),
        "companyId": ({}, Code.RED_BLACK_ENTRY_EXISTS),
    }
    for field, (more, code) in refused.items():
        new = entry(row, firm, **more)
        assert await town.refused(office.assessor, preparation.enter, new) == [(code, field)]
    elsewhere = await town.company(at="3707")
    assert await town.refused(office.assessor, preparation.enter, entry(row, elsewhere)) == [
        (Code.NOT_FOUND, "companyId")
    ]
    one = await office.entry_of(row, firm)
    assert await town.refused(office.assessor, preparation.strike, one.id, one.version, " ") == [(Code.EMPTY, "reason")]
    await town.do(office.assessor, preparation.strike, one.id, one.version, "材料不足")
    assert await town.refused(office.publisher, publicity.publicise, row.id, row.version) == [
        (Code.RED_BLACK_EMPTY, "id")
    ]
    await town.do(office.assessor, preparation.enter, entry(row, firm))
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    late = await town.refused(office.assessor, preparation.enter, entry(row, await town.company()))
    assert late == [(Code.RED_BLACK_NOT_PREPARED, "listId")]


async def test_whoever_prepares_decides_nothing(town: Town, office: Office, firm: Firm) -> None:
    """Neither who began the list nor who entered an entry; and only members of the list's own level."""
    own = await town.do(office.publisher, preparation.prepare, listed())
    await town.do(office.assessor, preparation.enter, entry(own, firm))
    assert await town.refused(office.publisher, publicity.publicise, own.id, 1) == [(Code.FOUR_EYES, "id")]
    row = await office.prepared()
    await town.do(office.publisher, preparation.enter, entry(row, firm))
    assert await town.refused(office.publisher, publicity.publicise, row.id, 1) == [(Code.FOUR_EYES, "id")]
    province, elsewhere = await town.regulator("37"), await town.regulator("3707")
    assert await town.refused(province, publicity.publicise, row.id, 1) == [(Code.ISSUING_LEVEL_ONLY, "id")]
    assert await town.refused(elsewhere, publicity.publicise, row.id, 1) == [(Code.NOT_FOUND, "id")]
    assert await town.refused(await town.regulator(CITY), publicity.publicise, row.id, 7) == [
        (Code.CONFLICT, "version")
    ]


async def test_an_objection_within_the_publicity(town: Town, office: Office, firm: Firm) -> None:
    """The last day is in time, the next is late; before the publicity and to another's entry there is nothing."""
    row = await office.prepared(firm)
    one = await office.entry_of(row, firm)
    given = (one.id, one.version, "已整改")
    assert await town.refused(firm.admin, publicity.object_to, *given) == [(Code.NOT_FOUND, "id")]
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    assert row.object_by is not None
    given = (one.id, one.version + 1, "已整改")
    late = await town.refused(firm.admin, publicity.object_to, *given, on=row.object_by + DAY)
    assert late == [(Code.RED_BLACK_OBJECTION_LATE, "id")]
    assert await town.refused(firm.admin, publicity.object_to, one.id, one.version + 1, " ") == [
        (Code.EMPTY, "grounds")
    ]
    other = await town.company()
    assert await town.refused(other.admin, publicity.object_to, *given) == [(Code.NOT_FOUND, "id")]
    lodged = await town.do(firm.admin, publicity.object_to, *given, on=row.object_by)
    assert lodged.objection_decide_by == after_working_days(row.object_by, 3).on
    again = await town.refused(firm.admin, publicity.object_to, one.id, lodged.version, "补充", on=row.object_by)
    assert again == [(Code.RED_BLACK_OBJECTED, "id")]
    undecided = [(Code.RED_BLACK_OBJECTIONS_OPEN, "id")]
    assert await town.refused(office.publisher, publication.publish, row.id, row.version) == undecided
    assert await town.refused(office.publisher, publicity.conclude, row.id, row.version, on=LATER) == undecided


@pytest.mark.parametrize("outcome", list(EntryOutcome))
async def test_an_objection_is_decided(town: Town, office: Office, firm: Firm, outcome: EntryOutcome) -> None:
    """The entry stays, stays for another reason, or is on the published list no more."""
    row = await office.publicised(firm, await town.company())
    one = await office.entry_of(row, firm)
    undisputed = (one.id, one.version, outcome, "经核查", "逾期整改")
    assert await town.refused(office.publisher, publicity.decide, *undisputed) == [(Code.RED_BLACK_NO_OBJECTION, "id")]
    one = await town.do(firm.admin, publicity.object_to, one.id, one.version, "已整改")
    given = (one.id, one.version, outcome, "经核查")
    assert await town.refused(office.assessor, publicity.decide, *given, "逾期整改") == [(Code.FOUR_EYES, "id")]
    if outcome == EntryOutcome.AMENDED:
        assert await town.refused(office.publisher, publicity.decide, *given) == [(Code.REASON_REQUIRED, "reason")]
    await town.do(office.publisher, publicity.decide, *given, "逾期整改")
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    await town.do(office.publisher, publication.publish, row.id, row.version)
    assert [each["reason"] for each in await told(town, firm)] == {
        EntryOutcome.KEPT: ["拒不整改"],
        EntryOutcome.AMENDED: ["逾期整改"],
        EntryOutcome.REMOVED: [],
    }[outcome]


@pytest.fixture(scope="module")
async def bureau(town: Town) -> Bureau:
    """Who decides credit records of the city."""
    await publish(town, CITY, scheme())
    return await Bureau.of(town)


async def resting(office: Office, record: CreditRecord, *firms: Firm, **more: Any) -> RedBlackList:
    """A list that is being prepared, with an entry of a credit record before those of other companies."""
    row = await office.prepared(**more)
    new = NewEntry(list_id=row.id, company_id=record.tenant_id, reason="拒不整改", credit_record_id=record.id)
    await office.town.do(office.assessor, preparation.enter, new)
    for each in firms:
        await office.town.do(office.assessor, preparation.enter, entry(row, each))
    return row


async def decided(office: Office, row: RedBlackList) -> RedBlackList:
    """The list, published."""
    row = await office.town.do(office.publisher, publicity.publicise, row.id, row.version)
    row = await office.town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    return await office.town.do(office.publisher, publication.publish, row.id, row.version)


async def lapse(town: Town, record: CreditRecord) -> None:
    """The last day of the record's term was yesterday."""
    yesterday = today() - DAY
    await town.administrator.execute("UPDATE credit_record SET valid_to = $2 WHERE id = $1", record.id, yesterday)
    await town.administrator.execute(
        "UPDATE red_black_list SET content = replace(content::text, $1, $2)::jsonb WHERE content IS NOT NULL",
        f'"until": "{record.valid_to}"',
        f'"until": "{yesterday}"',
    )


async def ended(town: Town, bureau: Bureau, firm: Firm, record: CreditRecord, how: str) -> None:
    """End a record: by decision, or by the nightly work once its term is over."""
    if how == "REVOKED":
        await town.do(bureau.publisher, notice.revoke, record.id, record.version, "处罚决定已被撤销")
    elif how == "REPAIRED":
        applied = await town.do(firm.admin, repair.apply, record.id, record.version, "已公示", "承诺书1号")
        granted = (applied.id, applied.version, RepairOutcome.GRANTED, "准予修复")
        await town.do(bureau.publisher, repair.decide_repair, *granted)
    else:
        await lapse(town, record)
        async with (
            town.database.writing(Principal("worker", tenant_id=firm.id)) as scope,
            scope.acting_for(firm.id),
        ):
            assert await notice.expire(scope, today(), 10) == 1


async def entries_seen(town: Town, who: Principal) -> list[dict[str, Any]]:
    """The entries that a company's member is shown."""
    text = "{ redBlackEntries { nodes { state ending list { title } } } }"
    return (await Asker(executable(build()), town.database, who)(text))["redBlackEntries"]["nodes"]  # type: ignore[no-any-return]


async def test_an_entry_may_rest_on_a_credit_record(town: Town, office: Office, bureau: Bureau, firm: Firm) -> None:
    """On the company's own, in force; once its term is over the list is not published with it."""
    record = await bureau.effective(firm)
    row = await resting(office, record)
    grounds = {"credit_record_id": record.id, "document": None}
    stranger = await town.company()
    theirs = await town.refused(office.assessor, preparation.enter, entry(row, stranger, **grounds))
    assert theirs == [(Code.NOT_FOUND, "creditRecordId")]
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    await town.administrator.execute(
        "UPDATE red_black_list SET valid_to = $2 WHERE id = $1", row.id, (record.valid_to or today()) + 9 * DAY
    )
    late = {"on": (record.valid_to or today()) + DAY}
    over = await town.refused(office.publisher, publication.publish, row.id, row.version, **late)
    assert over == [(Code.RED_BLACK_GROUNDS_ENDED, "id")]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("REPAIRED", "所依据的信用记录已修复"),
        ("REVOKED", "所依据的信用记录已撤销"),
        ("EXPIRED", "所依据的信用记录已到期"),
    ],
)
async def test_an_entry_leaves_the_list_with_its_credit_record(
    town: Town, office: Office, bureau: Bureau, firm: Firm, how: str, why: str
) -> None:
    """Nobody is shown it any more, the others stand as they were published, and the company's administrator sees why;
    a list of which nothing is left has ended.
    """
    other = await town.company()
    record = await bureau.effective(firm, severity=CreditSeverity.MINOR)
    row = await decided(office, await resting(office, record, other))
    alone = await decided(office, await resting(office, record))
    assert len(await told(town, firm)) == 2
    await ended(town, bureau, firm, record, how)
    assert await told(town, firm) == []
    assert [each["edition"] for each in await told(town, other)] == [1]
    other_uscc = (await town.row("company", other.id))["uscc"]
    for reader in (firm.admin, other.admin, office.publisher):
        said = (await seen(town, reader, row) or {})["content"]
        assert [each["uscc"] for each in said] == [other_uscc]
    manager = firm.member(new_id(), CompanyRole.PROJECT_MANAGER)
    assert await entries_seen(town, manager) == []
    assert {(each["state"], each["ending"]) for each in await entries_seen(town, firm.admin)} == {("WITHDRAWN", why)}
    gone = await seen(town, office.publisher, alone)
    assert gone is not None
    assert gone["state"] == "WITHDRAWN"
    assert await seen(town, firm.admin, alone) is None
    actions = [action for entity, action in await town.journal(firm) if entity == "red_black_entry"]
    assert actions.count("grounds_ended") == 2


async def test_an_expired_entry_is_hidden_on_the_day(town: Town, office: Office, bureau: Bureau, firm: Firm) -> None:
    """Before the nightly work: in the public answer, the list, the figures, and the entries."""
    other = await town.company()
    record = await bureau.effective(firm)
    row = await decided(office, await resting(office, record, other))
    assert len((await seen(town, other.admin, row) or {})["content"]) == 2
    await lapse(town, record)
    assert await told(town, firm) == []
    assert len(await told(town, other)) == 1
    assert len((await seen(town, other.admin, row) or {})["content"]) == 1
    assert await entries_seen(town, firm.admin) == []


async def test_a_record_that_ends_before_the_publication(
    town: Town, office: Office, bureau: Bureau, firm: Firm
) -> None:
    """A draft of an entry is removed, which the company never sees; one that was publicised is withdrawn, and it does.
    The list goes on without it.
    """
    other = await town.company()
    record = await bureau.effective(firm)
    draft = await resting(office, record, other)
    shown = await resting(office, record, other)
    shown = await town.do(office.publisher, publicity.publicise, shown.id, shown.version)
    await ended(town, bureau, firm, record, "REVOKED")
    assert (await office.entry_of(draft, firm)).state == EntryState.REMOVED
    assert [each["state"] for each in await entries_seen(town, firm.admin)] == ["WITHDRAWN"]
    shown = await town.do(office.publisher, publicity.conclude, shown.id, shown.version, on=LATER)
    shown = await town.do(office.publisher, publication.publish, shown.id, shown.version)
    assert len(shown.content or []) == 1
    assert await told(town, firm) == []


async def test_an_amended_record_keeps_its_entry(town: Town, office: Office, bureau: Bureau, firm: Firm) -> None:
    """Other points are no end: the entry rests on the record that takes the place of the first, and ends with that."""
    record = await bureau.effective(firm, item="D2", points=Decimal(-4))
    row = await decided(office, await resting(office, record, await town.company()))
    lodged = await town.do(firm.admin, objection.object_to, record.id, record.version, "已公示")
    amended = (lodged.id, lodged.version, ObjectionOutcome.AMENDED, "情节轻微", Decimal(-1))
    new = await town.do(bureau.publisher, objection.decide_objection, *amended)
    assert len(await told(town, firm)) == 1
    assert (await office.entry_of(row, firm)).credit_record_id == new.id
    await ended(town, bureau, firm, new, "REVOKED")
    assert await told(town, firm) == []


async def test_a_list_of_a_rating_rests_on_its_results(town: Town, office: Office) -> None:
    """Once they are published; and an entry on the result of that very project."""
    going = await Round.of(await RatingBureau.of(town))
    facts: dict[str, Any] = {"subject": Subject.PROJECT, "cycle_id": going.cycle.id, "colour": Colour.RED}
    early = await town.refused(office.assessor, preparation.prepare, listed(**facts))
    assert early == [(Code.RATING_NOT_NOW, "cycleId")]
    await going.published()
    row = await office.prepared(**facts)
    grounds = {"project_id": going.case.project_id, "document": None, "rating_case_id": going.rival.id}
    theirs = await town.refused(office.assessor, preparation.enter, entry(row, going.firm, **grounds))
    assert theirs == [(Code.NOT_FOUND, "ratingCaseId")]
    grounds["rating_case_id"] = going.case.id
    await town.do(office.assessor, preparation.enter, entry(row, going.firm, **grounds))
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    await town.do(office.publisher, publication.publish, row.id, row.version)
    [one] = await told(town, going.firm)
    assert (one["subject"], one["ground"]) == ("PROJECT", going.cycle.title)


async def test_a_company_that_left_is_listed(town: Town, office: Office) -> None:
    """It is entered after its last project in the city ended; one that leaves in the publicity stays on the list."""
    gone, _ = await town.gone()
    leaving = await town.company(at="3705")
    begun = await town.project(leaving)
    row = await office.publicised(gone, leaving)
    await town.leave(leaving, begun.id)
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    await town.do(office.publisher, publication.publish, row.id, row.version)
    assert [len(await told(town, firm)) for firm in (gone, leaving)] == [1, 1]
    one = await office.entry_of(row, leaving)
    await office.withdraw(one, "已整改")
    assert [len(await told(town, firm)) for firm in (gone, leaving)] == [1, 0]


async def test_nobody_changes_what_was_published(town: Town, office: Office, firm: Firm) -> None:
    """I14: not its regulator, whatever the code above does; the platform only that it ended. No step follows either."""
    row = await office.published(firm)
    change = "UPDATE red_black_list SET title = title, content = '[]' WHERE id = $1"
    async with town.database.writing(office.publisher) as scope:
        assert await scope.connection.execute(change, row.id) == "UPDATE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with town.database.writing(Principal("worker")) as scope:
            await scope.connection.execute(change, row.id)
    for rule in (publicity.publicise, publicity.conclude, publication.publish):
        assert await town.refused(office.publisher, rule, row.id, row.version) == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    assert await town.refused(office.publisher, publication.withdraw, row.id, row.version, "") == [
        (Code.EMPTY, "reason")
    ]


async def test_a_correction_is_a_later_edition(town: Town, office: Office, firm: Firm) -> None:
    """It goes the same way; the edition before stands until then, and is for publishers and auditors afterwards."""
    other = await town.company()
    row = await office.published(firm, other)
    draft = await town.do(office.assessor, publication.reissue, row.id, row.version, "更正列入事由")
    assert (draft.state, draft.edition, draft.supersedes_id) == ("PREPARED", 2, row.id)
    stale = await town.refused(office.assessor, publication.reissue, row.id, row.version, "再次更正")
    assert stale == [(Code.CONFLICT, "version")]
    one = await office.entry_of(draft, other)
    await town.do(office.assessor, preparation.strike, one.id, one.version, "误列")
    assert len(await told(town, other)) == 1
    draft = await town.do(office.publisher, publicity.publicise, draft.id, draft.version)
    draft = await town.do(office.publisher, publicity.conclude, draft.id, draft.version, on=LATER)
    await town.do(office.publisher, publication.publish, draft.id, draft.version)
    assert [each["edition"] for each in await told(town, firm)] == [2]
    assert await told(town, other) == []
    before = await seen(town, office.publisher, row)
    assert before is not None
    assert (before["state"], len(before["content"])) == ("SUPERSEDED", 2)
    assert await seen(town, await town.regulator(CITY, RegulatorRole.AUDITOR), row) == before
    viewer = await town.regulator(CITY, RegulatorRole.VIEWER)
    for reader in (firm.admin, viewer, office.assessor, await town.regulator("3707")):
        assert await seen(town, reader, row) is None
        assert await seen(town, reader, draft) is not None
    async with town.database.reading(firm.admin) as connection:
        found = await connection.fetchval("SELECT count(*) FROM red_black_list WHERE id = $1", row.id)
    assert found == 0


async def test_a_draft_of_an_edition_that_gave_way_is_not_published(town: Town, office: Office, firm: Firm) -> None:
    """Of two corrections of one edition, the later is told to begin from the edition in force."""
    row = await office.published(firm, await town.company())
    draft = await town.do(office.assessor, publication.reissue, row.id, row.version, "更正")
    one = await office.entry_of(row, firm)
    await office.withdraw(one, "依据被撤销")
    draft = await town.do(office.publisher, publicity.publicise, draft.id, draft.version)
    draft = await town.do(office.publisher, publicity.conclude, draft.id, draft.version, on=LATER)
    late = await town.refused(office.publisher, publication.publish, draft.id, draft.version)
    assert late == [(Code.RED_BLACK_SUPERSEDED, "id")]


async def test_an_entry_is_withdrawn_at_once(town: Town, office: Office, firm: Firm) -> None:
    """It leaves every answer, the company's own too, whose administrator sees why; the others stand in the next
    edition, and audit keeps it.
    """
    other = await town.company()
    row = await office.published(firm, other)
    one = await office.entry_of(row, firm)
    await office.withdraw(one, "处罚决定已被撤销")
    assert await told(town, firm) == []
    assert [(each["edition"], each["reason"]) for each in await told(town, other)] == [(2, "拒不整改")]
    manager = firm.member(new_id(), CompanyRole.PROJECT_MANAGER)
    assert await entries_seen(town, manager) == []
    assert await entries_seen(town, firm.admin) == [{"state": "WITHDRAWN", "ending": "处罚决定已被撤销", "list": None}]
    mine = await Asker(executable(build()), town.database, firm.admin)(LISTS)
    uscc = (await town.row("company", firm.id))["uscc"]
    assert uscc not in str(mine["redBlackLists"])
    kept = await Asker(executable(build()), town.database, office.publisher)(
        "query($id: ID!) { node(id: $id) { ... on RedBlackEntry { state ending } } }", id=f"rbe_{one.id}"
    )
    assert kept["node"] == {"state": "WITHDRAWN", "ending": "处罚决定已被撤销"}
    last = await town.administrator.fetchrow(
        "SELECT e.id, e.version FROM red_black_entry e JOIN red_black_list l ON l.id = e.list_id"
        " WHERE e.tenant_id = $1 AND l.edition = 2",
        other.id,
    )
    assert last is not None
    proposed = await town.do(office.assessor, publication.propose_withdrawal, last["id"], last["version"], "撤销")
    only = await town.refused(office.publisher, publication.withdraw_entry, proposed.id, proposed.version)
    assert only == [(Code.RED_BLACK_LAST_ENTRY, "id")]


async def test_a_withdrawal_takes_two(town: Town, office: Office, firm: Firm) -> None:
    """One proposes it and says why, another confirms; nobody withdraws an entry alone, nor one that is gone."""
    row = await office.published(firm, await town.company())
    one = await office.entry_of(row, firm)
    alone = await town.refused(office.publisher, publication.withdraw_entry, one.id, one.version)
    assert alone == [(Code.RED_BLACK_NOT_PROPOSED, "id")]
    silent = await town.refused(office.publisher, publication.propose_withdrawal, one.id, one.version, " ")
    assert silent == [(Code.EMPTY, "reason")]
    one = await town.do(office.publisher, publication.propose_withdrawal, one.id, one.version, "依据被撤销")
    own = await town.refused(office.publisher, publication.withdraw_entry, one.id, one.version)
    assert own == [(Code.FOUR_EYES, "id")]
    assert len(await told(town, firm)) == 1
    second = await town.regulator(CITY)
    await town.do(second, publication.withdraw_entry, one.id, one.version)
    assert await told(town, firm) == []
    gone = await office.entry_of(row, firm)
    again = await town.refused(office.assessor, publication.propose_withdrawal, gone.id, gone.version, "再次")
    assert again == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_a_list_is_withdrawn_or_expires(town: Town, office: Office, firm: Firm) -> None:
    """Nobody is shown it then but its publishers and auditors; a list can be given up before it is published too."""
    row = await office.published(firm)
    done = await town.do(office.publisher, publication.withdraw, row.id, row.version, "依据被撤销")
    assert (done.state, done.ended_on) == (ListState.WITHDRAWN, today())
    assert (await office.entry_of(row, firm)).state == EntryState.WITHDRAWN
    assert await told(town, firm) == []
    assert await seen(town, firm.admin, row) is None
    draft = await office.prepared(firm)
    given_up = await town.do(office.publisher, publication.withdraw, draft.id, draft.version, "不再公布")
    assert given_up.state == ListState.WITHDRAWN
    lapsing = await office.published(firm)
    assert len(await told(town, firm)) == 1
    await town.administrator.execute("UPDATE red_black_list SET valid_to = current_date - 1 WHERE id = $1", lapsing.id)
    assert await told(town, firm) == []
    assert await seen(town, firm.admin, lapsing) is None
    assert await seen(town, office.publisher, lapsing) is not None
    passed = await office.concluded(firm, valid_to=today() + DAY)
    over = await town.refused(office.publisher, publication.publish, passed.id, passed.version, on=LATER)
    assert over == [(Code.RED_BLACK_TERM_OVER, "id")]


async def test_who_sees_a_list_before_it_is_published(town: Town, office: Office, firm: Firm) -> None:
    """Who prepares it; from the publicity on the company concerned; nobody else."""
    row = await office.prepared(firm)
    other, viewer = await town.company(), await town.regulator(CITY, RegulatorRole.VIEWER)
    assert await seen(town, office.assessor, row) is not None
    for reader in (firm.admin, other.admin, viewer):
        assert await seen(town, reader, row) is None
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    assert (await seen(town, firm.admin, row) or {})["state"] == "PUBLICITY"
    for reader in (other.admin, viewer):
        assert await seen(town, reader, row) is None
    mine = await Asker(executable(build()), town.database, firm.admin)(
        "{ redBlackEntries { nodes { reason list { title objectBy } } } }"
    )
    [one] = mine["redBlackEntries"]["nodes"]
    assert one == {"reason": "拒不整改", "list": {"title": row.title, "objectBy": str(row.object_by)}}
    assert await told(town, firm) == []


async def test_a_visitor_may_ask_by_code_alone(town: Town, office: Office, firm: Firm) -> None:
    """Lists themselves need signing in."""
    await office.published(firm, colour=Colour.RED)
    assert [each["colour"] for each in await told(town, firm)] == ["RED"]
    with pytest.raises(Failure):
        await Asker(executable(build()), town.database, ANYBODY)(LISTS)


async def test_people_are_listed_where_the_division_says_so(town: Town) -> None:
    """And even there never to who has not signed in; a project without a lead has nobody to list."""
    at = "370781"
    new = NewSetting(
        division_code=at,
        key=SettingKey.PUBLISH_NATURAL_PERSON_CREDIT,
        value="true",
        valid_from=date(2020, 1, 1),
        basis="某办法",
    )
    await town.do(await town.regulator(at), setting.put, new)
    office, firm = await Office.of(town, at), await town.company(at=at)
    begun = await town.project(firm, at=f"{at}001")
    row = await office.prepared(subject=Subject.PROJECT_LEAD)
    nobody = await town.refused(office.assessor, preparation.enter, entry(row, firm, project_id=begun.id))
    assert nobody == [(Code.RED_BLACK_LEAD_MISSING, "projectId")]
    person = await town.staff(firm, "钱进")
    await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, today() - DAY, False)
    await town.do(office.assessor, preparation.enter, entry(row, firm, project_id=begun.id))
    row = await town.do(office.publisher, publicity.publicise, row.id, row.version)
    row = await town.do(office.publisher, publicity.conclude, row.id, row.version, on=LATER)
    row = await town.do(office.publisher, publication.publish, row.id, row.version)
    assert [(each["lead"], each["project"]) for each in row.content or []] == [("钱进", begun.name)]
    assert await told(town, firm) == []
    async with town.database.reading(ANYBODY) as connection:
        shown = await connection.fetchval("SELECT count(*) FROM red_black_list WHERE id = $1", row.id)
    assert shown == 0
    assert await seen(town, (await town.company()).admin, row) is not None


async def test_figures_of_lists(town: Town) -> None:
    """R-09: lists in force in a period and their entries, by colour and subject, within the division asked for."""
    at = "3713"
    office = await Office.of(town, at)
    first, second = await town.company(at=at), await town.company(at=at)
    await office.published(first, second)
    gone = await office.published(first)
    await town.do(office.publisher, publication.withdraw, gone.id, gone.version, "依据被撤销")
    await office.published(first, colour=Colour.RED)
    await office.publicised(second)
    text = """query($since: Date!, $until: Date!) { redBlackFigures(since: $since, until: $until) {
        colour subject lists entries companies } }"""
    ask = Asker(executable(build()), town.database, office.publisher)
    days = {"since": str(today() - DAY), "until": str(today())}
    assert (await ask(text, **days))["redBlackFigures"] == [
        {"colour": "BLACK", "subject": "COMPANY", "lists": 1, "entries": 2, "companies": 2},
        {"colour": "RED", "subject": "COMPANY", "lists": 1, "entries": 1, "companies": 1},
    ]
    before = {"since": str(today() - 9 * DAY), "until": str(today() - DAY)}
    assert (await ask(text, **before))["redBlackFigures"] == []
    elsewhere = await town.regulator(OTHER_CITY_STREET)
    assert (await Asker(executable(build()), town.database, elsewhere)(text, **days))["redBlackFigures"] == []
    assert (await town.do(office.publisher, find, RedBlackList, gone.id)).withdrawal == "依据被撤销"
