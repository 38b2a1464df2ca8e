"""Whistles: raised by the community, dispatched, answered, disposed of, confirmed by who raised them; R-08 counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schema import build, executable
from tenants import issue, setting, whistle
from tenants.errors import Code
from tenants.issue import IssueChannel, IssueSource, NewIssue
from tenants.project import Project
from tenants.row import new_id, now
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tenants.whistle import NewWhistle, Whistle, WhistleLevel
from tests.areas.party.ledger import public
from tests.areas.town import OTHER_STREET, STREET, Firm, Town
from tests.reads.asking import Asker

RAISED = datetime(2025, 3, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRE, POLICE = "消防救援大队", "派出所"


@pytest.fixture(scope="module")
async def street(town: Town) -> Principal:
    """The street that raises and dispatches."""
    return await town.regulator(STREET)


@pytest.fixture(scope="module")
async def firm(town: Town) -> Firm:
    """The company that serves."""
    return await town.company()


@pytest.fixture(scope="module")
async def begun(town: Town, firm: Firm) -> Project:
    """Its project."""
    return await town.project(firm)


def new(at: Project, **more: Any) -> NewWhistle:
    """A publicity whistle for two units."""
    facts: dict[str, Any] = {
        "level": WhistleLevel.PUBLICITY,
        "matter": "消防宣传",
        "units": [FIRE, POLICE],
        "raised_at": RAISED,
    }
    return NewWhistle(estate_id=at.estate_id, **(facts | more))


async def accepted(town: Town, who: Principal, given: NewWhistle) -> Whistle:
    """A whistle whose units are dispatched."""
    row = await town.do(who, whistle.blow, given)
    return await town.do(who, whistle.decide, row.id, row.version, accepted=True)


async def answered(town: Town, who: Principal, given: NewWhistle, after: timedelta = HOUR) -> Whistle:
    """A whistle to which the first unit came so long after."""
    row = await accepted(town, who, given)
    return await town.do(who, whistle.report, row.id, row.version, FIRE, RAISED + after)


async def disposed(town: Town, who: Principal, given: NewWhistle, after: timedelta = HOUR) -> Whistle:
    """A whistle that was disposed of two days later."""
    row = await answered(town, who, given, after)
    return await town.do(who, whistle.dispose, row.id, row.version, date(2025, 3, 5), "已处置")


async def test_from_raising_to_confirming(town: Town, street: Principal, firm: Firm, begun: Project) -> None:
    """Each step once and in its order; the first to arrive is the response; the company reads all of it, and who did it
    in its own trail.
    """
    row = await town.do(street, whistle.blow, new(begun))
    assert (row.tenant_id, row.state, row.respond_by) == (firm.id, "RAISED", RAISED + 24 * HOUR)
    assert await town.refused(street, whistle.report, row.id, row.version, FIRE, RAISED) == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]
    row = await town.do(street, whistle.decide, row.id, row.version, accepted=True)
    for moment, code in ((RAISED - HOUR, Code.WHISTLE_ARRIVED_BEFORE), (now() + HOUR, Code.DATE_IN_FUTURE)):
        assert await town.refused(street, whistle.report, row.id, row.version, FIRE, moment) == [(code, "arrivedAt")]
    row = await town.do(street, whistle.report, row.id, row.version, POLICE, RAISED + 5 * HOUR)
    row = await town.do(street, whistle.report, row.id, row.version, f" {FIRE}", RAISED + 2 * HOUR)
    assert row.responded_at == RAISED + 2 * HOUR
    for unit, code in ((FIRE, Code.WHISTLE_UNIT_ARRIVED), ("市监局", Code.WHISTLE_UNIT_UNKNOWN)):
        assert await town.refused(street, whistle.report, row.id, row.version, unit, RAISED) == [(code, "unit")]
    early = town.refused(street, whistle.dispose, row.id, row.version, date(2025, 3, 2), "早于吹哨")
    assert await early == [(Code.DATE_OUT_OF_ORDER, "disposedOn")]
    row = await town.do(street, whistle.dispose, row.id, row.version, date(2025, 3, 4), "已宣传")
    beside = await town.regulator(STREET)
    assert await town.refused(beside, whistle.confirm, row.id, row.version) == [(Code.WHISTLE_RAISER_CONFIRMS, "id")]
    row = await town.do(street, whistle.confirm, row.id, row.version)
    assert await town.refused(street, whistle.confirm, row.id, row.version - 1) == [(Code.CONFLICT, "version")]
    ask = Asker(executable(build()), town.database, firm.admin)
    text = "query($id: ID!) { whistle(id: $id) { state units { nodes { name arrivedAt } } } }"
    found = (await ask(text, id=f"whi_{row.id}"))["whistle"]
    assert found["state"] == "CONFIRMED"
    assert [unit["name"] for unit in found["units"]["nodes"]] == [FIRE, POLICE]
    trail = [action for entity, action in await town.journal(firm) if entity == "whistle"]
    assert trail == ["raised", "accepted", "responded", "responded", "disposed", "confirmed"]


async def test_each_level_has_its_guard(town: Town, street: Principal, begun: Project) -> None:
    """S0-17. Enforcement needs the persuasion that failed; a hard problem its joint meeting, which no other has; an
    emergency has fewer hours; a community leaves the upper two levels to the street.
    """
    enforcement = new(begun, level=WhistleLevel.ENFORCEMENT)
    assert await town.refused(street, whistle.blow, enforcement) == [(Code.WHISTLE_NEEDS_PERSUASION, "persuasion")]
    emergency = await town.do(street, whistle.blow, new(begun, level=WhistleLevel.EMERGENCY))
    assert emergency.respond_by == RAISED + 2 * HOUR
    hard = await answered(town, street, new(begun, level=WhistleLevel.HARD_PROBLEM))
    day = date(2025, 3, 6)
    assert await town.refused(street, whistle.dispose, hard.id, hard.version, day, "拆除") == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]
    hard = await town.do(street, whistle.meet, hard.id, hard.version, day, "纪要〔2025〕1号")
    assert await town.refused(street, whistle.dispose, hard.id, hard.version, date(2025, 3, 5), "拆除") == [
        (Code.DATE_OUT_OF_ORDER, "disposedOn")
    ]
    assert (await town.do(street, whistle.dispose, hard.id, hard.version, day, "拆除")).state == "DISPOSED"
    plain = await answered(town, street, new(begun))
    assert await town.refused(street, whistle.meet, plain.id, plain.version, day, "纪要") == [
        (Code.TRANSITION_NOT_ALLOWED, "id")
    ]


async def test_a_community_refers_the_upper_levels(town: Town, firm: Firm) -> None:
    """The community raises and dispatches the first two; the street decides on the others, here with a rejection."""
    at = "370402003001"
    await town.administrator.execute(
        "INSERT INTO division (id, path, name, level, parent_id, created_at, updated_at)"
        " SELECT $1, $2, '测试社区', 'COMMUNITY', id, now(), now() FROM division WHERE path = left($2, 9)"
        " ON CONFLICT DO NOTHING",
        new_id(),
        at,
    )
    begun = await town.project(firm, at=at)
    community, above = await town.regulator(at), await town.regulator(at[:9])
    first = await accepted(town, community, new(begun))
    assert first.state == "ACCEPTED"
    row = await town.do(community, whistle.blow, new(begun, level=WhistleLevel.ENFORCEMENT, persuasion="两次无效"))
    dispatch = town.refused(community, whistle.decide, row.id, row.version, accepted=True)
    assert await dispatch == [(Code.WHISTLE_STREET_DISPATCHES, "id")]
    unsaid = town.refused(above, whistle.decide, row.id, row.version, accepted=False)
    assert await unsaid == [(Code.EMPTY, "reason")]
    row = await town.do(above, whistle.decide, row.id, row.version, accepted=False, reason="应为宣传哨")
    assert (row.state, row.rejection) == ("REJECTED", "应为宣传哨")
    again = town.refused(above, whistle.decide, row.id, row.version, accepted=True)
    assert await again == [(Code.TRANSITION_NOT_ALLOWED, "id")]


async def test_who_raises_and_about_what(town: Town, street: Principal, firm: Firm, begun: Project) -> None:
    """Only a community or street of the place, for an estate that is served; a branch is the estate's own, an issue
    one found there; units are called once, and some are.
    """
    county, neighbour = await town.regulator("370402"), await town.regulator(OTHER_STREET)
    assert await town.refused(county, whistle.blow, new(begun)) == [(Code.WHISTLE_COMMUNITY_RAISES, "estateId")]
    assert await town.refused(neighbour, whistle.blow, new(begun)) == [(Code.NOT_FOUND, "estateId")]
    empty = await town.estate()
    unserved = NewWhistle(estate_id=empty.id, level=WhistleLevel.PUBLICITY, matter="宣传", units=[FIRE])
    assert await town.refused(street, whistle.blow, unserved) == [(Code.ESTATE_WITHOUT_COMPANY, "estateId")]
    wrong = new(begun, matter=" ", units=[], raised_at=now() + HOUR)
    assert await town.refused(street, whistle.blow, wrong) == [
        (Code.EMPTY, "matter"),
        (Code.WHISTLE_UNITS, "units"),
    ]
    later = new(begun, raised_at=now() + HOUR)
    assert await town.refused(street, whistle.blow, later) == [(Code.DATE_IN_FUTURE, "raisedAt")]
    branch = await public(town, at=STREET, estate_id=begun.estate_id)
    other = await public(town, at=STREET, estate_id=(await town.project(firm)).estate_id)
    assert await town.refused(street, whistle.blow, new(begun, branch_id=other.id)) == [
        (Code.WHISTLE_BRANCH, "branchId")
    ]
    found = NewIssue(
        estate_id=begun.estate_id,
        title="堵塞消防通道",
        source=IssueSource.PATROL,
        channel=IssueChannel.GRID,
        found_on=date(2025, 3, 3),
    )
    about = await town.do(firm.admin, issue.record_issue, found)
    elsewhere = new(await town.project(firm), issue_id=about.id)
    assert await town.refused(street, whistle.blow, elsewhere) == [(Code.NOT_FOUND, "issueId")]
    row = await town.do(street, whistle.blow, new(begun, branch_id=branch.id, issue_id=about.id, units=[FIRE, FIRE]))
    assert (row.branch_id, row.issue_id) == (branch.id, about.id)


async def test_only_the_company_concerned_and_its_regulators_read_it(
    town: Town, street: Principal, firm: Firm, begun: Project
) -> None:
    """Another company and another street find nothing; what a regulator reads, the company finds in its access log."""
    row = await town.do(street, whistle.blow, new(begun))
    schema = executable(build())
    text = "query($id: ID!) { whistle(id: $id) { matter } }"
    other, neighbour = await town.company(), await town.regulator(OTHER_STREET)
    for who in (other.admin, neighbour):
        assert (await Asker(schema, town.database, who)(text, id=f"whi_{row.id}"))["whistle"] is None
    assert await town.refused(neighbour, whistle.decide, row.id, row.version, accepted=True) == [(Code.NOT_FOUND, "id")]
    found = await Asker(schema, town.database, street)(text, id=f"whi_{row.id}")
    assert found["whistle"] == {"matter": "消防宣传"}
    log = "{ accessEntries(last: 1) { nodes { kinds } } }"
    [entry] = (await Asker(schema, town.database, firm.admin)(log))["accessEntries"]["nodes"]
    assert entry["kinds"] == ["Whistle"]


FIGURES = """{
    whistleFigures(since: "2025-03-03", until: "2025-03-03") {
        level number raised rejected responded inTimeShare medianResponseHours overdue disposed disposedShare confirmed
    }
    whistleUnitFigures(since: "2025-03-03", until: "2025-03-03") {
        unit called arrived arrivedShare inTimeShare medianResponseHours
    } }"""


async def test_the_report_by_level_and_by_unit(town: Town, firm: Firm) -> None:
    """R-08: four rows, whatever there is; the median and not the mean; a rejected one is in no share; units by name."""
    at = "370403002"
    begun, who = await town.project(firm, at=at), await town.regulator(at)
    hours = NewSetting(
        division_code=at, key=SettingKey.WHISTLE_HOURS, value="6", valid_from=date(2024, 1, 1), basis="试行"
    )
    await town.do(who, setting.put, hours)
    for after in (3, 100):
        await disposed(town, who, new(begun), after * HOUR)
    row = await disposed(town, who, new(begun))
    await town.do(who, whistle.confirm, row.id, row.version)
    await accepted(town, who, new(begun))
    refused = await town.do(who, whistle.blow, new(begun, raised_at=RAISED + 14 * HOUR))
    await town.do(who, whistle.decide, refused.id, refused.version, accepted=False, reason="重复")
    # The next day begins at 16:00 UTC.
    await town.do(who, whistle.blow, new(begun, raised_at=RAISED + 15 * HOUR))
    ask = Asker(executable(build()), town.database, who)
    found = await ask(FIGURES)
    none = {"inTimeShare": None, "medianResponseHours": None, "disposedShare": None}
    noughts = dict.fromkeys(("raised", "rejected", "responded", "overdue", "disposed", "confirmed"), 0)
    assert found["whistleFigures"][0] == {
        "level": "PUBLICITY",
        "number": 1,
        "raised": 5,
        "rejected": 1,
        "responded": 3,
        "inTimeShare": "0.5000",
        "medianResponseHours": "3.00",
        "overdue": 1,
        "disposed": 3,
        "disposedShare": "0.7500",
        "confirmed": 1,
    }
    assert found["whistleFigures"][1:] == [
        {"level": level, "number": number, **none, **noughts}
        for number, level in enumerate(("EMERGENCY", "ENFORCEMENT", "HARD_PROBLEM"), 2)
    ]
    assert found["whistleUnitFigures"] == [
        {
            "unit": POLICE,
            "called": 4,
            "arrived": 0,
            "arrivedShare": "0.0000",
            "inTimeShare": None,
            "medianResponseHours": None,
        },
        {
            "unit": FIRE,
            "called": 4,
            "arrived": 3,
            "arrivedShare": "0.7500",
            "inTimeShare": "0.6667",
            "medianResponseHours": "3.00",
        },
    ]
