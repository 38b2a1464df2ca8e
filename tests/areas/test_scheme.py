"""Schemes of a division: drafted within its reach, published by somebody else, frozen, followed by a new edition."""

import json
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from tenants import setting
from tenants.errors import Code
from tenants.permission import RegulatorRole
from tenants.row import today
from tenants.scheme import Purpose, Scheme, Subject, registry
from tenants.scheme.library import shipped, text_of
from tenants.scheme.registry import Writing
from tenants.scope import Principal
from tenants.setting import NewSetting, SettingKey
from tests.areas.errands import Desk
from tests.areas.errands.scheme import CITY, drafted, published, yaml
from tests.areas.schemes import changed, indicator, points, scheme
from tests.areas.test_scheme_library import T8
from tests.areas.town import STREET, Town

ASSESSOR = RegulatorRole.ASSESSOR


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    """Where requests are answered."""
    return Desk(town)


async def publish_at(town: Town, path: str, text: str) -> Scheme:
    """A scheme of a division."""
    row = await town.do(await town.regulator(path, ASSESSOR), registry.draft, path, Writing(yaml=text))
    return await town.do(await town.regulator(path), registry.publish, row.id, row.version)


async def test_a_draft_becomes_an_edition(town: Town) -> None:
    """Its text as it was written, its structure and its hash; the draft is gone, the journal tells of it."""
    row = await drafted(town)
    made = await town.do(await town.regulator(CITY), registry.publish, row.id, row.version)
    assert (made.edition, made.code, made.text, made.digest) == (1, row.code, row.text, row.digest)
    assert "# T1." in made.text
    assert registry.document_in(made).canonical == shipped_as(made.code)
    assert await town.administrator.fetchval("SELECT count(*) FROM scheme_draft WHERE id = $1", row.id) == 0
    actions = await town.administrator.fetch(
        "SELECT action FROM registry_audit_entry WHERE entity_id = ANY ($1) ORDER BY id", [row.id, made.id]
    )
    assert [entry["action"] for entry in actions] == ["drafted", "published", "published"]


def shipped_as(code: str) -> bytes:
    """Today's scheme of Jinan under another code."""
    return changed(shipped("jinan-quality"), code=code).canonical


async def test_four_eyes(town: Town) -> None:
    """Whoever wrote on a draft does not publish it, not even after somebody else changed it."""
    writer, second = await town.regulator(CITY), await town.regulator(CITY)
    row = await town.do(writer, registry.draft, CITY, Writing(yaml=yaml()))
    assert await town.refused(writer, registry.publish, row.id, 1) == [(Code.FOUR_EYES, "id")]
    other = Writing(yaml=row.text.replace("济南市住宅小区", "枣庄市住宅小区", 1))
    await town.do(second, registry.redraft, row.id, 1, other)
    for involved in (writer, second):
        assert await town.refused(involved, registry.publish, row.id, 2) == [(Code.FOUR_EYES, "id")]
    made = await town.do(await town.regulator(CITY), registry.publish, row.id, 2)
    assert made.name.startswith("枣庄市")


@pytest.mark.parametrize("kind", ["regulator", "worker", "tenant", "public"])
async def test_a_published_edition_is_frozen(town: Town, kind: str) -> None:
    """The database gives nobody a way to change or delete one, its own regulator included."""
    row = await published(town)
    principals = {
        "regulator": await town.regulator(CITY),
        "worker": Principal("worker"),
        "tenant": (await town.company()).admin,
        "public": Principal("public"),
    }
    for statement in ("UPDATE scheme SET name = name WHERE id = $1", "DELETE FROM scheme WHERE id = $1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with town.database.writing(principals[kind]) as scope:
                await scope.connection.execute(statement, row.id)


async def test_a_document_that_was_tampered_with_is_noticed(town: Town) -> None:
    """Whatever is changed beneath the software no longer has the hash that was kept."""
    row = await published(town)
    await town.administrator.execute(
        "UPDATE scheme SET document = jsonb_set(document, '{places}', '0') WHERE id = $1", row.id
    )
    async with town.database.writing(Principal("public")) as scope:
        found = await scope.session.get(Scheme, row.id)
        assert found is not None
        with pytest.raises(ValueError, match="hash"):
            registry.document_in(found)


async def test_a_new_edition_follows(town: Town) -> None:
    """The next number, a later day; the one before stays what it was."""
    first = await published(town)
    again = first.text
    row = await drafted(town, again)
    assert await town.refused(await town.regulator(CITY), registry.publish, row.id, 1) == [
        (Code.SCHEME_NOT_LATER, "valid_from")
    ]
    later = Writing(yaml=again.replace("valid_from: 2025-01-01", "valid_from: 2026-01-01"))
    await town.do(await town.regulator(CITY, ASSESSOR), registry.redraft, row.id, 1, later)
    second = await town.do(await town.regulator(CITY), registry.publish, row.id, 2)
    assert (first.edition, second.edition) == (1, 2)
    assert (await town.row("scheme", first.id))["text"] == again


async def test_a_credit_scheme_keeps_the_items_of_its_records(town: Town) -> None:
    """An item that records rest on may be retired, not left out."""
    first = text_of("nanjing-credit").replace("NANJING-CREDIT", "KEEP", 1)
    await publish_at(town, "3705", first)
    next_year = first.replace("valid_from: 2012-01-01", "valid_from: 2027-01-01")
    line = "      - {code: PENALTY, name: 受行政处罚, kind: item, points: -7}\n"
    assert line in next_year
    row = await town.do(
        await town.regulator("3705", ASSESSOR), registry.draft, "3705", Writing(yaml=next_year.replace(line, ""))
    )
    publisher = await town.regulator("3705")
    assert await town.refused(publisher, registry.publish, row.id, 1) == [(Code.SCHEME_ITEMS_DROPPED, "dimensions")]
    retired = Writing(yaml=next_year.replace("points: -7}", "points: -7, retired: true}"))
    await town.do(await town.regulator("3705", ASSESSOR), registry.redraft, row.id, 1, retired)
    assert (await town.do(publisher, registry.publish, row.id, 2)).edition == 2


async def test_one_draft_of_a_code_at_a_time(town: Town) -> None:
    """Two who draft the same scheme meet; a draft keeps its code."""
    row = await drafted(town)
    writer = await town.regulator(CITY)
    assert await town.refused(writer, registry.draft, CITY, Writing(yaml=row.text)) == [
        (Code.SCHEME_DRAFT_EXISTS, "code")
    ]
    other = row.text.replace(f"code: {row.code}", "code: OTHER", 1)
    assert await town.refused(writer, registry.redraft, row.id, 1, Writing(yaml=other)) == [
        (Code.SCHEME_CODE_FIXED, "code")
    ]


async def test_only_within_its_reach(town: Town) -> None:
    """A city drafts nothing for its province, sees and publishes no draft of another city, and retires no scheme of
    one.
    """
    city, elsewhere = await town.regulator(CITY), await town.regulator("3702")
    for code in ("37", "3702"):
        assert await town.refused(city, registry.draft, code, Writing(yaml=yaml())) == [
            (Code.DIVISION_OUTSIDE_REACH, "divisionCode")
        ]
    row = await drafted(town)
    assert await town.refused(elsewhere, registry.publish, row.id, 1) == [(Code.NOT_FOUND, "id")]
    made = await published(town)
    assert await town.refused(elsewhere, registry.retire, made.id, today(), "不再使用") == [
        (Code.DIVISION_OUTSIDE_REACH, "id")
    ]


async def test_the_divisions_party_share_is_asked_for(town: Town) -> None:
    """Where the division sets a minimum, a rating below it is refused, at drafting and again at publishing."""
    at = "3706"
    text = text_of("shanyang-five-star").replace("SHANYANG", "YANTAI", 1)
    writer = await town.regulator(at, ASSESSOR)
    row = await town.do(writer, registry.draft, at, Writing(yaml=text))
    publisher = await town.regulator(at)
    new = NewSetting(
        division_code=at,
        key=SettingKey.PARTY_SCORE_SHARE_MIN,
        value="0.30",
        valid_from=today(),
        basis="鲁建物字〔2020〕1号",
    )
    await town.do(publisher, setting.put, new)
    assert await town.refused(publisher, registry.publish, row.id, 1) == [(Code.SCHEME_PARTY_SHARE, "groups")]
    assert await town.refused(writer, registry.redraft, row.id, 1, Writing(yaml=text)) == [
        (Code.SCHEME_PARTY_SHARE, "groups")
    ]
    jinan = Writing(yaml=text_of("jinan-quality"))
    assert (await town.do(writer, registry.draft, at, jinan)).code == "JINAN-QUALITY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (T8, (Code.SCHEME_MARKS, "dimensions")),
        (text_of("jinan-quality").replace("weight: 40", "weight: 30"), (Code.SCHEME_WEIGHTS, "groups")),
        (text_of("jinan-quality").replace('"[60, 85)"', '"[60, 85]"'), (Code.SCHEME_BANDS_OVERLAP, "bands[1]")),
        (text_of("jinan-quality").replace('"[60, 85)"', '"[60, 84)"'), (Code.SCHEME_BANDS_GAP, "bands")),
        (text_of("jinan-quality"), None),
        (text_of("shandong-credit").replace("max: 40", "max: 30"), (Code.SCHEME_CAP, "dimensions[1].indicators[0]")),
        (text_of("shandong-credit") + "colour: red\n", (Code.SCHEME_KEY_UNKNOWN, "colour")),
        ("code: [", (Code.SCHEME_TEXT, "yaml")),
        ("", (Code.EMPTY, "yaml")),
    ],
)
async def test_bad_schemes_are_refused(town: Town, text: str, expected: tuple[Code, str] | None) -> None:
    """Each with its reason and its place; nothing is kept of them."""
    writer = await town.regulator("3707")
    if expected is None:
        assert (await town.do(writer, registry.look_over, "3707", Writing(yaml=text))).digest
    else:
        assert (await town.refused(writer, registry.draft, "3707", Writing(yaml=text)))[0] == expected
    assert await town.administrator.fetchval("SELECT count(*) FROM scheme_draft WHERE division_path = '3707'") == 0


async def test_an_unreachable_grade_is_refused(town: Town) -> None:
    """A grade above what the total can be."""
    bands = [
        {"code": "A", "name": "优", "when": [{"score": "(100, 120]"}]},
        {"code": "B", "name": "良", "when": [{"score": "[0, 100]"}]},
    ]
    writing = Writing(structure=scheme(points(), bands=bands).structure())
    assert await town.refused(await town.regulator(CITY), registry.draft, CITY, writing) == [
        (Code.SCHEME_BAND_UNREACHABLE, "bands[0]")
    ]


async def test_one_form_at_a_time(town: Town) -> None:
    """YAML or structure; both say the same scheme."""
    writer = await town.regulator(CITY)
    document = scheme(indicator("item", points=-5), code="FORM")
    both = Writing(yaml=document.text, structure=document.structure())
    for wrong in (Writing(), both):
        assert await town.refused(writer, registry.look_over, CITY, wrong) == [(Code.SCHEME_ONE_FORM, "yaml")]
    for writing in (Writing(yaml=document.text), Writing(structure=document.structure())):
        assert (await town.do(writer, registry.look_over, CITY, writing)).digest == document.digest


async def test_the_nearest_division_and_the_latest_edition_are_in_force(town: Town) -> None:
    """A county's own scheme before its city's; on each day the edition that holds, until it ends or is retired."""
    code, next_code = "3713", "371302"

    def text(name: str, since: str, until: str = "") -> str:
        ends = f"\nvalid_to: {until}" if until else ""
        text = text_of("nanjing-lead-credit").replace("NANJING-LEAD-CREDIT", name, 1)
        return text.replace("valid_from: 2012-01-01", f"valid_from: {since}{ends}", 1)

    first = await publish_at(town, code, text("LEADS", "2024-01-01"))
    second = await publish_at(town, code, text("LEADS", "2025-01-01"))
    county = await publish_at(town, next_code, text("COUNTY", "2025-03-01", "2025-09-01"))
    reader = (await town.company()).admin

    async def holds(path: str, on: date) -> Any:
        found = await town.do(reader, registry.in_force, Purpose.CREDIT, Subject.PROJECT_LEAD, path, on)
        return found and found.id

    street = f"{next_code}001"
    assert await holds(street, date(2023, 12, 31)) is None
    assert await holds(street, date(2024, 12, 31)) == first.id
    assert await holds(street, date(2025, 2, 28)) == second.id
    assert await holds(street, date(2025, 3, 1)) == county.id
    assert await holds(street, date(2025, 9, 1)) == second.id
    assert await holds("3702", date(2025, 9, 1)) is None
    publisher = await town.regulator(code)
    ends = today() + timedelta(days=1)
    assert await town.refused(publisher, registry.retire, second.id, today() - timedelta(days=1), "") == [
        (Code.EMPTY, "reason"),
        (Code.DATE_OUT_OF_ORDER, "retiredOn"),
    ]
    await town.do(publisher, registry.retire, second.id, ends, "已有新办法")
    assert await town.refused(publisher, registry.retire, second.id, ends, "再次") == [(Code.SCHEME_RETIRED, "id")]
    assert await holds(code, today()) == second.id
    assert await holds(code, ends) == first.id


@pytest.fixture(scope="module")
async def edition(town: Town) -> Scheme:
    """A published scheme of Zaozhuang."""
    return await published(town)


async def test_published_schemes_are_for_everybody(town: Town, desk: Desk, edition: Scheme) -> None:
    """A company reads what it is scored by, as YAML and as a structure; drafts are not for it."""
    query = """query($id: ID!) { scheme(id: $id) {
        code edition subject purpose state basis validFrom validTo yaml document digest division { code }
        editions { nodes { edition } } retiredOn } }"""
    firm = await town.company(at="3702")
    answer = await desk.ask(firm.admin, query, {"id": f"sch_{edition.id}"})
    found = answer["data"]["scheme"]
    assert (found["code"], found["edition"], found["state"]) == (edition.code, 1, "PUBLISHED")
    assert (found["subject"], found["purpose"], found["division"]["code"]) == ("PROJECT", "RATING", CITY)
    assert found["yaml"] == edition.text
    assert found["document"] == registry.document_in(edition).structure()
    assert found["editions"]["nodes"] == [{"edition": 1}]
    refused = await desk.ask(firm.admin, "{ schemeDrafts { nodes { id } } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_drafts_are_seen_within_the_reach(town: Town, desk: Desk) -> None:
    """By the city, the province above it, and nobody beside or below."""
    row = await drafted(town)
    query = "query($id: ID!) { schemeDraft(id: $id) { code version yaml } }"
    for path, seen in ((CITY, True), ("37", True), ("3702", False), (STREET, False)):
        regulator = await town.regulator(path, ASSESSOR)
        answer = await desk.ask(regulator, query, {"id": f"scd_{row.id}"})
        assert (answer["data"]["schemeDraft"] is not None) is seen, path


async def test_a_scheme_can_be_checked_without_keeping_it(town: Town, desk: Desk) -> None:
    """Every problem at once with its place, in the caller's language; in order, its hash and its canonical text."""
    query = """mutation($input: CheckSchemeInput!) { checkScheme(input: $input) {
        digest yaml userErrors { code field message } } }"""
    writer = await town.regulator("3708")

    async def checked(locale: Any = "zh", **given: Any) -> Any:
        answer = await desk.ask(writer, query, {"input": {"divisionCode": "3708", **given}}, locale)
        return answer["data"]["checkScheme"]

    tables = ("scheme_draft", "registry_audit_entry", "registry_event")
    counts = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    before = await town.administrator.fetchrow(counts)
    document = shipped("shandong-credit")
    for given in ({"yaml": text_of("shandong-credit")}, {"document": json.loads(document.canonical)}):
        found = await checked(**given)
        assert (found["digest"], found["userErrors"]) == (document.digest, [])
        assert found["yaml"] == document.text
    trapped = await checked(yaml=T8)
    assert [(error["code"], error["field"]) for error in trapped["userErrors"]] == [("SCHEME_MARKS", "dimensions")]
    assert "130" in trapped["userErrors"][0]["message"]
    two = T8.replace("code: TRAP", "code: 有空格").replace("kind: range, high: 10", "kind: range")
    english = await checked("en", yaml=two)
    assert [(error["code"], error["field"]) for error in english["userErrors"]] == [
        ("SCHEME_VALUE_UNREADABLE", "code"),
        ("SCHEME_KEY_MISSING", "dimensions[4].indicators[0].high"),
    ]
    assert await town.administrator.fetchrow(counts) == before
    viewer = await town.regulator("3708", RegulatorRole.VIEWER)
    answer = await desk.ask(viewer, query, {"input": {"divisionCode": "3708", "yaml": T8}})
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
