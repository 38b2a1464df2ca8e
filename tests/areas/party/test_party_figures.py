"""What a regulator gets of Party members: published figures and reports R-01 to R-03, and nothing row by row."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from schema import build, executable
from tenants import committee
from tenants import project as projects
from tenants.committee import CommitteeKind, NewCommittee
from tenants.errors import Code
from tenants.party import activity, advisor, appointment, organisation, quota, statistics, survey
from tenants.party.statistics import COVERAGE, COVERAGE_BY_FORMATION, CROSS_APPOINTMENT, FUNNEL, PartyMeasure
from tenants.scope import Database, Principal, Scope
from tests.areas.party.ledger import Ledger, elected, public
from tests.areas.party.test_party_development import APPLIED
from tests.areas.town import OTHER_CITY_STREET, STREET, Town, at_once
from tests.reads.asking import Asker

M = PartyMeasure
HALF = date(2026, 6, 30)


async def report(database: Database, principal: Principal, sql: str, *given: Any) -> list[dict[str, Any]]:
    """What somebody reads."""
    async with database.reading(principal) as connection:
        return [dict(row) for row in await connection.fetch(sql, *given)]


async def as_on(town: Town, principal: Principal, sql: str, path: str, day: date) -> list[dict[str, Any]]:
    """The rows of a report for a division as on a day, kept to what somebody sees by the policies alone."""
    seen = dict.fromkeys(("of_b", "of_c", "of_e", "of_f", "of_g"), "true")
    within = {f"within_{alias}": f"{alias}.division_path ^@ $1" for alias in "bceg"}
    asked = sql.format(place="$1::text", since="$2::date", until="$2::date", as_of="current_date", **seen, **within)
    return await report(town.database, principal, asked, path, day)


async def figures_of(town: Town, principal: Principal, day: date = HALF) -> dict[tuple[str, str], int | None]:
    """All figures a regulator can read."""
    rows = await report(town.database, principal, "SELECT * FROM party_figure WHERE as_on = $1", day)
    return {(row["division_path"], row["measure"]): row["value"] for row in rows}


@pytest.fixture(scope="module")
async def published(town: Town) -> dict[str, Ledger]:
    """Three companies of one city and one of another, with members, cases and leads; figures of mid-2026."""
    ledgers = {"甲": await Ledger.begin(town, at=STREET), "乙": await Ledger.begin(town, at="370402002")}
    ledgers["丙"] = await Ledger.begin(town, at="370403001")
    ledgers["丁"] = await Ledger.begin(town, at=OTHER_CITY_STREET)
    for name, members in (("甲", 6), ("乙", 2), ("丙", 7), ("丁", 3)):
        for _ in range(members):
            await ledgers[name].member()
    for name, cases in (("甲", 5), ("丙", 1)):
        for _ in range(cases):
            await ledgers[name].case(date(2026, 1, 9))
    for number in range(6):
        firm = ledgers["甲"].firm
        place = await town.project(firm)
        lead = await town.staff(firm, f"郑{number}")
        await town.do(firm.admin, projects.assign_lead, place.id, place.version, lead.id, date(2024, 2, 1), False)
    found = await statistics.publish(town.database, HALF)
    assert found is not None
    return ledgers


async def test_small_cells_and_their_neighbours_are_withheld(town: Town, published: dict[str, Ledger]) -> None:
    """乙's two members hide behind 甲's six: their county shows eight, and neither street shows anything."""
    seen = await figures_of(town, await town.regulator("37"))
    full = {path: value for (path, measure), value in seen.items() if measure == M.FULL_MEMBERS}
    withheld = ("3704", STREET, "370402002", "370403", "370403001", "3705", "370502", OTHER_CITY_STREET)
    # The other city's three hide behind 丙's seven, or the province less its cities would show them.
    assert full == {"37": 18, "370402": 8, **dict.fromkeys(withheld)}


async def test_nobody_can_work_out_a_small_company(town: Town, published: dict[str, Ledger]) -> None:
    """Every figure of every measure that the province sees: no sum or difference of them isolates fewer than five."""
    from tests.areas.party.test_party_suppression import small_sums

    seen = await figures_of(town, await town.regulator("37"))
    counts = {STREET: 6, "370402002": 2, "370403001": 7, OTHER_CITY_STREET: 3}
    assert small_sums(counts, [(path, v) for (path, measure), v in seen.items() if measure == M.FULL_MEMBERS]) == []
    cases = {STREET: 5, "370402002": 0, "370403001": 1, OTHER_CITY_STREET: 0}
    assert small_sums(cases, [(path, v) for (path, measure), v in seen.items() if measure == M.APPLICANTS]) == []


CELLS = """query ($division: ID, $breakdown: Boolean!, $every: Every) {
    developmentFigures(
        since: "2024-01-01", until: "2026-12-31", division: $division, breakdown: $breakdown, every: $every
    ) { division { id code } until measure value asOn withheld }
    crossAppointmentFigures(
        since: "2024-01-01", until: "2026-12-31", division: $division, breakdown: $breakdown, every: $every
    ) { division { code } leads leadsAppointed appointedRate withheld } }"""


async def test_no_cell_of_a_report_tells_more_than_was_published(town: Town, published: dict[str, Ledger]) -> None:
    """R-02 and R-03 by division and by quarter, from the province down to the streets: each cell is a published figure
    as it stands, so whoever adds and subtracts cells has nothing but those; what is withheld is said to be.
    """
    province = await town.regulator("37")
    known = {
        (row["division_path"], row["as_on"].isoformat(), row["measure"]): row["value"]
        for row in await report(town.database, province, "SELECT * FROM party_figure")
    }
    ask = Asker(executable(build()), town.database, province)
    seen: set[tuple[str, str, str]] = set()
    leads: dict[str, dict[str, Any]] = {}
    places: list[str | None] = [None]
    while places:
        place = places.pop()
        for every in (None, "QUARTER"):
            asked = {"division": place, "breakdown": every is None or place is None, "every": every}
            answer = await ask(CELLS, **asked)
            for row in answer["developmentFigures"]:
                key = (row["division"]["code"], row["asOn"], row["measure"])
                assert (row["value"], row["withheld"]) == (known[key], ["value"] if known[key] is None else [])
                assert row["asOn"] <= row["until"]
                if key not in seen and row["measure"] == "FULL_MEMBERS" and row["value"] != 0:
                    places.append(row["division"]["id"])
                seen.add(key)
            leads |= {row["division"]["code"]: row for row in answer["crossAppointmentFigures"]}
    found = {path for path, _, measure in seen if measure == "FULL_MEMBERS"}
    assert {STREET, "370402002", "370403001", OTHER_CITY_STREET, "370402"} <= found
    # Six leads of 甲, none with a post: how many have is withheld, and so is the rate; how many there are is told.
    assert (leads["3704"]["leads"], leads["3704"]["leadsAppointed"], leads["3704"]["appointedRate"]) == (6, None, None)
    assert leads["3704"]["withheld"] == ["leadsAppointed", "appointedRate"]


async def test_a_regulator_sees_its_own_subtree(town: Town, published: dict[str, Ledger]) -> None:
    """I3: another city's figures are not there, and no company or member of the public reads any."""
    seen = await figures_of(town, await town.regulator("3705"))
    assert {path[:4] for path, _ in seen} == {"3705"}
    for principal in (published["甲"].officer, Principal("public")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await figures_of(town, principal)


async def test_what_is_published_stays(town: Town, published: dict[str, Ledger]) -> None:
    """Publishing the same half-year again, twice at once too, does nothing; other days than its end are refused."""
    before = await figures_of(town, await town.regulator("37"))
    await published["乙"].member()
    answers = await at_once(statistics.publish(town.database, HALF), statistics.publish(town.database, HALF))
    assert answers == [None, None]
    assert await figures_of(town, await town.regulator("37")) == before
    assert await statistics.publish_ended(town.database, date(2026, 11, 22)) is None
    with pytest.raises(ValueError, match="30 June"):
        await statistics.publish(town.database, date(2026, 7, 1))

    async def touch(scope: Scope) -> None:
        await scope.connection.execute("UPDATE party_figure SET value = 1")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await town.do(Principal("worker"), touch)


async def test_coverage_report(town: Town) -> None:
    """R-01: organisation and work coverage, venues, expired terms, estates with branches and whose secretaries."""
    first = await Ledger.begin(town, at="371402")
    bare = await town.company(at="371402")
    advised = await town.company(at="371402")
    venue = {"has_venue": True, "venue_items": ["有场所"]}
    await first.do(organisation.update, organisation.PartyOrganisation, first.branch.id, first.branch.version, venue)
    city = await town.regulator("3714")
    new = advisor.NewAdvisor(company_id=advised.id, unit="街道党工委", since=date(2026, 1, 1))
    sent = await town.do(city, advisor.assign, new)
    for number in range(2):
        estate = await town.estate("371402001")
        if number == 0:
            branch = await public(town, at="371402001", estate_id=estate.id)
            filled = {"secretary_filled": True, "secretary_source": organisation.SecretarySource.OWNER}
            regulator = await town.regulator("3714")
            await town.do(
                regulator, organisation.update, organisation.PublicPartyOrganisation, branch.id, branch.version, filled
            )
    (row,) = await as_on(town, city, COVERAGE, "3714", date(2026, 7, 1))
    assert (row["companies"], row["companies_with_organisation"], row["companies_covered"]) == (3, 1, 2)
    assert (str(row["organisation_coverage"]), str(row["work_coverage"])) == ("0.3333", "0.6667")
    assert (row["organisations"], row["organisations_with_venue"], row["organisations_expired"]) == (1, 1, 1)
    assert (row["estates"], row["estates_with_branch"], row["secretaries_owners"]) == (2, 1, 1)
    detail = await as_on(town, city, COVERAGE_BY_FORMATION, "3714", date(2026, 7, 1))
    assert {(each["register"], each["kind"], each["organisations"]) for each in detail} == {
        ("COMPANY", "BRANCH", 1),
        ("PUBLIC", "BRANCH", 1),
        ("PUBLIC", "INDUSTRY_COMMITTEE", 1),
    }
    (empty,) = await as_on(town, await town.regulator("11"), COVERAGE, "11", date(2026, 7, 1))
    assert (empty["companies"], empty["organisation_coverage"]) == (0, None)
    assert bare.id != sent.tenant_id


async def test_funnel_report(town: Town, published: dict[str, Ledger]) -> None:
    """R-02: the latest published figures of a division, the plan beside those admitted; withheld ones are null."""
    await published["甲"].do(quota.plan, quota.NewQuota(year=2026, planned=4))
    rows = await as_on(town, await town.regulator("370402"), FUNNEL, "370402", date(2026, 9, 1))
    found = {row["measure"]: row["value"] for row in rows}
    assert found["FULL_MEMBERS"] == 8
    assert found["APPLICANTS"] in (None, 5)
    assert found["ADMITTED_THIS_YEAR"] is None
    (admitted,) = [row for row in rows if row["measure"] == "ADMITTED_THIS_YEAR"]
    assert (admitted["planned"], admitted["as_on"]) == (4, HALF)


async def test_cross_appointment_report(town: Town) -> None:
    """R-03 with the figures of Pingshan (S3-06): 19 committees, 8 Party chairs, 6 above half; the mean of shares and
    the pooled share differ. That six chairs are secretary is withheld: eight less six are two Party members.
    """
    district = await town.regulator("440310")
    boards = [await elected(town, district, "440310001", 5 if number < 13 else 11) for number in range(20)]
    for number, board in enumerate(boards):
        composition = statistics.NewComposition(
            committee_id=board.id,
            elected_on=date(2025, 3, 1),
            party_members=2 if number < 13 else 8,
            chair_in_party=number < 8,
            chair_is_secretary=number < 6,
        )
        await town.do(district, statistics.compose, composition)
    # The twentieth is composed and counts no more.
    await town.do(district, committee.end, boards[19].id, 1, date(2026, 6, 1), "任期未满解散")
    assert await statistics.publish(town.database, date(2026, 12, 31)) is not None
    (row,) = await as_on(town, district, CROSS_APPOINTMENT, "440310", date(2027, 1, 1))
    assert (row["committees"], row["party_chairs"], row["chairs_who_are_secretary"]) == (19, 8, None)
    assert row["committees_above_half"] == 6
    assert str(row["mean_party_share"]) == "0.50"
    assert str(row["pooled_party_share"]) == "0.5649"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await report(town.database, district, "SELECT chair_in_party FROM committee_composition")


async def test_composition_that_cannot_be(town: Town) -> None:
    """It is of an owners' committee that acts, not before that was formed, and within the members that it has there."""
    district = await town.regulator("370402")
    board = await elected(town, district, STREET)
    given = {"committee_id": board.id, "elected_on": date(2025, 3, 1), "party_members": 3}

    async def refused(**more: Any) -> list[tuple[Code, str | None]]:
        facts = {**given, "chair_in_party": True, "chair_is_secretary": False, **more}
        found: list[tuple[Code, str | None]] = await town.refused(
            district, statistics.compose, statistics.NewComposition(**facts)
        )
        return found

    assert await refused(party_members=6, elected_on=date(2025, 2, 28)) == [
        (Code.PARTY_COMMITTEE_SHARE, "partyMembers"),
        (Code.DATE_OUT_OF_ORDER, "electedOn"),
    ]
    assert await refused(chair_in_party=False, chair_is_secretary=True) == [
        (Code.PARTY_SECRETARY_NOT_MEMBER, "chairInParty")
    ]
    managing = NewCommittee(
        estate_id=(await town.estate()).id,
        kind=CommitteeKind.PMC,
        members=7,
        owners=4,
        formed_on=date(2025, 3, 1),
        term_ends_on=date(2028, 2, 29),
    )
    other = await town.do(district, committee.form, managing)
    assert await refused(committee_id=other.id) == [(Code.PARTY_COMMITTEE_OF_OWNERS, "committeeId")]
    await town.do(district, committee.end, board.id, 1, date(2026, 6, 1), "任期未满解散")
    assert await refused() == [(Code.COMMITTEE_ENDED, "committeeId")]
    elsewhere = await elected(town, await town.regulator("440310"), "440310001")
    assert await refused(committee_id=elsewhere.id) == [(Code.NOT_FOUND, "committeeId")]


WHOLES = (
    (M.COMMITTEES, M.PARTY_CHAIRS),
    (M.COMMITTEES, M.COMMITTEES_ABOVE_HALF),
    (M.COMMITTEE_MEMBERS, M.COMMITTEE_PARTY_MEMBERS),
    (M.PARTY_CHAIRS, M.CHAIRS_WHO_ARE_SECRETARY),
    (M.PROJECT_LEADS, M.CROSS_APPOINTED_LEADS),
    (M.FULL_MEMBERS, M.CONVERTED_THIS_YEAR),
    (M.PROBATIONARY_MEMBERS, M.ADMITTED_THIS_YEAR),
)


async def test_no_figure_less_another_is_small(town: Town, published: dict[str, Ledger]) -> None:
    """A whole less its part, in every division and both half-years: five and more, or one of the two is withheld."""
    for path, number in (("440310", 9), ("440311", 4)):
        authority = await town.regulator(path)
        for each in range(number):
            board = await elected(town, authority, f"{path}001", 7)
            composition = statistics.NewComposition(
                committee_id=board.id,
                elected_on=date(2026, 3, 1),
                party_members=3,
                chair_in_party=each % 4 > 0,
                chair_is_secretary=each % 4 > 1,
            )
            await town.do(authority, statistics.compose, composition)
    await statistics.publish(town.database, date(2026, 12, 31))
    for province in ("37", "44"):
        for day in (HALF, date(2026, 12, 31)):
            found = await figures_of(town, await town.regulator(province), day)
            for path in {path for path, _ in found}:
                for whole, part in WHOLES:
                    of_whole, of_part = found.get((path, whole)), found.get((path, part))
                    if of_whole is not None and of_part is not None:
                        assert of_whole - of_part >= 5, (path, day, whole, part)


async def test_advisors_go_where_there_is_no_organisation(town: Town) -> None:
    """Not to a company that has one, nor a second one; a stranger's company is not found."""
    ledger = await Ledger.begin(town, at="370402")
    bare = await town.company(at="370402")
    city = await town.regulator("3704")
    new = advisor.NewAdvisor(company_id=bare.id, unit="街道党工委", since=date(2026, 1, 1), advisor_name="钱九")
    assert await town.refused(
        city, advisor.assign, advisor.NewAdvisor(company_id=ledger.firm.id, unit="街道", since=date(2026, 1, 1))
    ) == [(Code.PARTY_ADVISOR_NEEDLESS, "companyId")]
    assert await town.refused(await town.regulator("3705"), advisor.assign, new) == [(Code.NOT_FOUND, "companyId")]
    sent = await town.do(city, advisor.assign, new)
    assert await town.refused(city, advisor.assign, new) == [(Code.PARTY_ADVISOR_CURRENT, "companyId")]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await report(town.database, city, "SELECT advisor_name FROM party_advisor")
    ended = await town.do(city, advisor.end, sent.id, sent.version, date(2026, 6, 1))
    assert await town.refused(city, advisor.end, sent.id, ended.version, date(2026, 6, 1)) == [
        (Code.PARTY_ADVISOR_ENDED, "id")
    ]


async def test_cross_appointments_go_both_ways(town: Town) -> None:
    """Company people into community bodies and the other way; a lead holds one post of a kind."""
    ledger = await Ledger.begin(town)
    place = await town.project(ledger.firm)
    into: dict[str, Any] = {
        "direction": appointment.AppointmentDirection.INTO_COMMUNITY,
        "holder": appointment.Holder.PROJECT_LEAD,
        "body_kind": appointment.BodyKind.COMMUNITY_PARTY,
        "body_name": "某社区党委",
        "post": "兼职委员",
        "since": date(2025, 1, 1),
        "project_id": place.id,
    }
    held = await ledger.do(appointment.appoint, appointment.NewAppointment(**into))
    assert await ledger.refused(appointment.appoint, appointment.NewAppointment(**into)) == [
        (Code.PARTY_APPOINTMENT_HELD, "bodyKind")
    ]
    wrong: dict[str, Any] = {**into, "direction": appointment.AppointmentDirection.INTO_COMPANY}
    assert await ledger.refused(appointment.appoint, appointment.NewAppointment(**wrong)) == [
        (Code.PARTY_APPOINTMENT_DIRECTION, "holder"),
        (Code.PARTY_APPOINTMENT_DIRECTION, "bodyKind"),
        (Code.EMPTY, "organisationId"),
    ]
    back: dict[str, Any] = {
        **into,
        "direction": appointment.AppointmentDirection.INTO_COMPANY,
        "holder": appointment.Holder.COMMITTEE_MEMBER,
        "body_kind": appointment.BodyKind.COMPANY_PARTY,
        "organisation_id": ledger.branch.id,
        "project_id": None,
    }
    await ledger.do(appointment.appoint, appointment.NewAppointment(**back))
    held = await ledger.do(appointment.end, held.id, held.version, date(2025, 6, 1))
    assert await ledger.refused(appointment.end, held.id, held.version, date(2025, 6, 1)) == [
        (Code.PARTY_APPOINTMENT_ENDED, "id")
    ]


async def test_activities_are_counts(town: Town) -> None:
    """How many came, with whom; a joint one names the other organisation, and nothing names a person."""
    ledger = await Ledger.begin(town)
    facts: dict[str, Any] = {
        "organisation_id": ledger.branch.id,
        "kind": activity.ActivityKind.JOINT_ACTIVITY,
        "title": "党课联上",
        "held_on": date(2026, 7, 1),
        "attended": 12,
    }
    assert await ledger.refused(activity.hold, activity.NewActivity(**facts)) == [(Code.EMPTY, "jointWith")]
    held = await ledger.do(activity.hold, activity.NewActivity(**facts, joint_with=["某社区党委"]))
    assert (held.attended, held.joint_with) == (12, ["某社区党委"])
    negative: dict[str, Any] = {**facts, "joint_with": ["甲"], "attended": -1}
    assert await ledger.refused(activity.hold, activity.NewActivity(**negative)) == [(Code.NEGATIVE, "attended")]


async def test_a_quota_a_year_and_a_survey_a_half_year(town: Town) -> None:
    """Once each; members are no more than staff; a regulator reads the plan and not the count."""
    ledger = await Ledger.begin(town, at="370402")
    plan = await ledger.do(quota.plan, quota.NewQuota(year=2026, planned=3))
    assert await ledger.refused(quota.plan, quota.NewQuota(year=2026, planned=5)) == [
        (Code.PARTY_QUOTA_PLANNED, "year")
    ]
    assert (await ledger.do(quota.update, plan.id, plan.version, 5, None)).planned == 5
    facts: dict[str, Any] = {"year": 2026, "half": 1, "surveyed_on": HALF, "staff_count": 40, "has_organisation": True}
    await ledger.do(survey.answer, survey.NewSurvey(members=6, **facts))
    assert await ledger.refused(survey.answer, survey.NewSurvey(members=6, **facts)) == [
        (Code.PARTY_SURVEY_ANSWERED, "half")
    ]
    early = {**facts, "half": 2}
    assert await ledger.refused(survey.answer, survey.NewSurvey(members=6, **early)) == [
        (Code.DATE_OUT_OF_ORDER, "surveyedOn")
    ]
    more = {**facts, "half": 3}
    assert await ledger.refused(survey.answer, survey.NewSurvey(members=41, **more)) == [
        (Code.PARTY_HALF_YEAR, "half"),
        (Code.PARTY_MORE_MEMBERS_THAN_STAFF, "members"),
    ]
    city = await town.regulator("3704")
    planned = "SELECT planned FROM development_quota WHERE tenant_id = $1"
    assert await report(town.database, city, planned, ledger.firm.id) == [{"planned": 5}]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await report(town.database, city, "SELECT members FROM party_coverage_survey")


async def test_dues_are_a_company_s_own(town: Town) -> None:
    """The list of what is due names organisations, cases, transfers and files, and is the company's alone."""
    ledger, other = await Ledger.begin(town), await Ledger.begin(town)
    case = await ledger.case(APPLIED)
    everything = "SELECT * FROM due"
    found = await report(town.database, ledger.officer, everything)
    assert {row["tenant_id"] for row in found} == {ledger.firm.id}
    (talk,) = [row for row in found if row["subject_id"] == case.id]
    assert (talk["kind"], talk["due_on"], talk["provisional"]) == ("PARTY_TALK", date(2023, 2, 6), False)
    assert other.firm.id != ledger.firm.id
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await report(town.database, await town.regulator("37"), everything)
