"""One co-building agreement a community and year, at least one claimed project, confirmed by the community only."""

from datetime import date, timedelta
from typing import Any

import pytest

from tenants import agreement, project
from tenants.agreement import Agreement, ClaimedProject, NewAgreement, NewClaim
from tenants.errors import Code
from tenants.row import new_id, today
from tenants.scope import Principal
from tests.areas.town import OTHER_STREET, STREET, Firm, Town, at_once

SIGNED = date(2026, 1, 15)


@pytest.fixture(scope="module")
async def street(town: Town) -> Principal:
    """The community."""
    return await town.regulator(STREET)


@pytest.fixture
async def firm(town: Town) -> Firm:
    """A company with one project there."""
    made = await town.company()
    await town.project(made)
    return made


def signing(year: int = 2026, at: str = STREET, **more: object) -> NewAgreement:
    """An agreement of a year."""
    facts: dict[str, object] = {
        "community_organisation": "中心街社区党委",
        "signatory": "项目经理",
        "signed_on": SIGNED,
        "document": "共建〔2026〕1号",
        **more,
    }
    return NewAgreement(division_code=at, year=year, **facts)  # type: ignore[arg-type]


def claiming(agreement_id: object, title: str = "为老人检修水电", **more: object) -> NewClaim:
    """A claimed project."""
    facts: dict[str, object] = {"claimed_on": SIGNED, "due_on": date(2026, 6, 30), "category": "便民服务", **more}
    return NewClaim(agreement_id=agreement_id, title=title, **facts)  # type: ignore[arg-type]


async def signed(town: Town, firm: Firm) -> Agreement:
    """This year's agreement."""
    return await town.do(firm.admin, agreement.sign, signing())


async def claimed(town: Town, firm: Firm, **more: Any) -> ClaimedProject:
    """A project claimed under this year's agreement."""
    return await town.do(firm.admin, agreement.claim, claiming((await signed(town, firm)).id, **more))


async def test_one_agreement_a_community_and_year(town: Town, firm: Firm) -> None:
    """The second of a year is refused; next year's may be signed in this year."""
    await signed(town, firm)
    assert await town.refused(firm.admin, agreement.sign, signing()) == [(Code.AGREEMENT_EXISTS, "year")]
    assert (await town.do(firm.admin, agreement.sign, signing(2027))).year == 2027
    assert await town.refused(firm.admin, agreement.sign, signing(2029)) == [(Code.YEAR_NOT_MEANT, "year")]


async def test_only_where_the_company_works(town: Town, firm: Firm) -> None:
    """A company agrees with the communities it works in."""
    assert await town.refused(firm.admin, agreement.sign, signing(at=OTHER_STREET)) == [
        (Code.NO_PROJECT_THERE, "divisionCode")
    ]


async def test_a_project_is_claimed_once(town: Town, firm: Firm) -> None:
    """The same title under the same agreement is the same project."""
    row = await claimed(town, firm)
    assert await town.refused(firm.admin, agreement.claim, claiming(row.agreement_id)) == [
        (Code.CLAIMED_TWICE, "title")
    ]


async def test_several_leads_share_one(town: Town, firm: Firm) -> None:
    """1,850 projects for 1,430 leads (report row S4J-06): a project may have several, each counted once."""
    leads = []
    for _ in range(2):
        begun = await town.project(firm)
        person = await town.staff(firm)
        await town.do(firm.admin, project.assign_lead, begun.id, begun.version, person.id, date(2025, 3, 3), False)
        row = await town.administrator.fetchrow("SELECT id FROM project_lead WHERE project_id = $1", begun.id)
        assert row is not None
        leads.append(row["id"])
    made = await claimed(town, firm, lead_ids=[*leads, leads[0]])
    rows = await town.administrator.fetch("SELECT lead_id FROM claim_share WHERE claimed_project_id = $1", made.id)
    assert {row["lead_id"] for row in rows} == set(leads)
    assert len(rows) == 2


async def test_only_leads_and_projects_of_the_community(town: Town, firm: Firm) -> None:
    """An agreement covers its community: no project and no lead elsewhere, and no lead who left."""
    made = await signed(town, firm)
    there, elsewhere = await town.project(firm), await town.project(firm, at=OTHER_STREET)
    leads = []
    for begun in (there, elsewhere):
        person, next_one = await town.staff(firm), await town.staff(firm)
        led = await town.do(
            firm.admin, project.assign_lead, begun.id, begun.version, person.id, date(2025, 3, 3), False
        )
        leads.append(await town.administrator.fetchval("SELECT id FROM project_lead WHERE project_id = $1", begun.id))
        if begun is there:
            await town.do(firm.admin, project.assign_lead, led.id, led.version, next_one.id, date(2025, 6, 2), True)
    given_up, other = leads
    for more, problem in (
        ({"project_id": elsewhere.id}, (Code.PROJECT_ELSEWHERE, "projectId")),
        ({"lead_ids": [other]}, (Code.PROJECT_ELSEWHERE, "leadIds")),
        ({"lead_ids": [given_up]}, (Code.LEAD_GONE, "leadIds")),
        ({"lead_ids": [new_id()]}, (Code.NOT_FOUND, "leadIds")),
    ):
        assert await town.refused(firm.admin, agreement.claim, claiming(made.id, **more)) == [problem]


async def test_two_who_claim_the_same_at_once(town: Town, firm: Firm) -> None:
    """One claims it, the other is told."""
    made = await signed(town, firm)
    answers = await at_once(*(town.do(firm.admin, agreement.claim, claiming(made.id)) for _ in range(2)))
    assert [answer for answer in answers if isinstance(answer, list)] == [[(Code.CLAIMED_TWICE, "title")]]


async def test_from_claimed_to_reviewed(town: Town, firm: Firm, street: Principal) -> None:
    """Begun, completed with a result, confirmed by the community; then the year's agreement is reviewed."""
    row = await claimed(town, firm)
    assert await town.refused(street, agreement.review, row.agreement_id, 1, today(), "好") == [
        (Code.TOO_FEW_CONFIRMED, "id")
    ]
    begun = await town.do(firm.admin, agreement.begin_claim, row.id, 1)
    assert (await town.row("agreement", row.agreement_id))["state"] == "IN_PROGRESS"
    done = await town.do(firm.admin, agreement.complete_claim, row.id, begun.version, date(2026, 5, 1), "检修 42 户")
    assert (done.state, done.result) == ("COMPLETED", "检修 42 户")
    confirmed = await town.do(street, agreement.confirm_claim, row.id, done.version, date(2026, 5, 2))
    assert (confirmed.state, confirmed.confirmed_by) == ("CONFIRMED", street.actor_id)
    reviewed = await town.do(street, agreement.review, row.agreement_id, 2, date(2026, 11, 1), "居民满意")
    assert (reviewed.state, reviewed.review) == ("REVIEWED", "居民满意")
    assert await town.refused(firm.admin, agreement.claim, claiming(row.agreement_id, "再认领一个")) == [
        (Code.AGREEMENT_REVIEWED, "agreementId")
    ]


async def test_another_community_confirms_nothing(town: Town, firm: Firm, street: Principal) -> None:
    """The neighbour is told the rule, of the project as of none; the county sees it and cannot confirm it."""
    row = await claimed(town, firm)
    await town.do(firm.admin, agreement.complete_claim, row.id, 1, date(2026, 5, 1), "已完成")
    neighbour, county = await town.regulator(OTHER_STREET), await town.regulator("370402")
    rule = [(Code.COMMUNITY_ONLY, "id")]
    for regulator, key in ((neighbour, row.id), (neighbour, new_id()), (county, row.id)):
        assert await town.refused(regulator, agreement.confirm_claim, key, 2, today()) == rule
    for regulator, key in ((neighbour, row.agreement_id), (county, row.agreement_id)):
        assert await town.refused(regulator, agreement.review, key, 2, today(), "好") == rule


async def test_given_up_with_a_reason(town: Town, firm: Firm) -> None:
    """A dropped project says why, and may name the one that replaces it; a confirmed one is not dropped."""
    row = await claimed(town, firm)
    other = await town.do(firm.admin, agreement.claim, claiming(row.agreement_id, "楼道粉刷"))
    assert await town.refused(firm.admin, agreement.drop_claim, row.id, 1, " ", None) == [(Code.EMPTY, "reason")]
    dropped = await town.do(firm.admin, agreement.drop_claim, row.id, 1, "场地变更", other.id)
    assert (dropped.state, dropped.replaced_by_id) == ("DROPPED", other.id)
    assert await town.refused(firm.admin, agreement.begin_claim, row.id, 2) == [(Code.TRANSITION_NOT_ALLOWED, "id")]
    again = await town.do(firm.admin, agreement.claim, claiming(row.agreement_id))
    assert (again.title, again.state) == (row.title, "CLAIMED")


async def test_dates_are_in_order(town: Town, firm: Firm) -> None:
    """Not due before it is claimed, not completed before it is claimed, nothing in the future."""
    made = await signed(town, firm)
    early = claiming(made.id, due_on=SIGNED - timedelta(days=1))
    assert await town.refused(firm.admin, agreement.claim, early) == [(Code.DATE_OUT_OF_ORDER, "dueOn")]
    row = await town.do(firm.admin, agreement.claim, claiming(made.id))
    before = await town.refused(firm.admin, agreement.complete_claim, row.id, 1, SIGNED - timedelta(days=1), "已完成")
    assert before == [(Code.DATE_OUT_OF_ORDER, "completedOn")]
    unsigned = claiming(made.id, "未签先领", claimed_on=SIGNED - timedelta(days=1))
    assert await town.refused(firm.admin, agreement.claim, unsigned) == [(Code.DATE_OUT_OF_ORDER, "claimedOn")]
    never = claiming(made.id, "遥遥无期", due_on=date(9999, 1, 1))
    assert await town.refused(firm.admin, agreement.claim, never) == [(Code.DATE_IMPLAUSIBLE, "dueOn")]
