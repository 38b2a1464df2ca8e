"""Two years of published ratings of a sample province, and the lists made of the later one.

Each city rates its projects by a shipped scheme. What a case was given comes from a few sets of answers that the
engine scored: a result holds its inputs and its explanation to the byte, as any other does.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import orjson

from tenants.calendar import after_working_days
from tenants.division import WORKER
from tenants.permission import RegulatorRole
from tenants.rating.cycle import CycleState, Disclosure, RatingCycle
from tenants.rating.inputs import written
from tenants.red_black_list.tables import Colour, EntryState, ListState, RedBlackEntry, RedBlackList
from tenants.sample.company import Rows, ids_of, insert
from tenants.sample.regulator import Authority
from tenants.sample.years import hashed, row_id
from tenants.scheme import Entry, Inputs, Subject, library, score
from tenants.scope import Database, Scope
from tenants.setting import KINDS, SettingKey

SCHEME: Final = "jinan-quality"
"""The shipped scheme by which the sample province rates projects."""
YEARS: Final = {2024: 64, 2025: 243}
"""The years rated, each with how many projects of 256 took part."""
SETS: Final = 24
"""How many sets of answers there are, the worst first."""
LISTED: Final = 10

_FULL: Final = {"OWNERS": ("OWNER_SATISFACTION", 40), "SITE": ("SITE_EVALUATION", 30), "PARTY": ("PARTY_SCORE", 30)}

_CASES: Final = f"""
WITH cases AS (
    INSERT INTO rating_case (tenant_id, id, created_at, updated_at, version, cycle_id, project_id, division_path,
                             number, nominated, applied_on, state, claims, objection_provisional)
    SELECT p.tenant_id, {row_id("c.opened_on::timestamptz", "s.h")}, c.opened_on, c.published_on, 6, c.id, p.id,
           p.division_path, upper(substr(s.h, 19, 12)), get_byte(s.b, 1) < 200, c.opened_on + get_byte(s.b, 2) % 10,
           'FINAL', '{{}}', false
    FROM rating_cycle c
    JOIN project p ON p.tenant_id = $1 AND p.division_path ^@ c.division_path AND p.started_on <= c.period_to
                   AND p.ended_on IS NULL
    CROSS JOIN {hashed("'case/' || c.id || p.id")}
    WHERE c.id = ANY($2) AND get_byte(s.b, 0) < $3
    RETURNING tenant_id, id, cycle_id, project_id
)
INSERT INTO rating_result (tenant_id, id, created_at, updated_at, version, cycle_id, division_path, disclosure, case_id,
                           edition, scheme_id, scheme_digest, total, band, inputs, explanation, digest, scored_by,
                           points)
SELECT r.tenant_id, {row_id("c.scored_on::timestamptz", "s.h")}, c.scored_on, c.published_on, 3, c.id, c.division_path,
       c.disclosure, r.id, 1, c.scheme_id, $4, ($5::numeric[])[v.at], ($6::text[])[v.at], ($7::text[])[v.at]::json,
       ($8::text[])[v.at]::json, ($9::text[])[v.at], c.scored_by, ($10::text[])[v.at]::numeric[]
FROM cases r
JOIN rating_cycle c ON c.id = r.cycle_id
CROSS JOIN {hashed("'result/' || r.id")}
CROSS JOIN LATERAL (SELECT decode(md5('quality/' || r.project_id), 'hex') AS b OFFSET 0) q
CROSS JOIN LATERAL (
    SELECT greatest(1, least({SETS}, 1 + get_byte(q.b, 0) * {SETS} / 256 + get_byte(s.b, 0) % 5 - 2)) AS at OFFSET 0
) v
"""

_PUBLISHED: Final = """
SELECT json_agg(json_build_object(
    'id', r.id, 'created_at', r.updated_at, 'cycle_id', r.cycle_id, 'division_path', k.division_path,
    'number', k.number, 'rated_id', k.project_id, 'edition', r.edition, 'company_name', c.name, 'project_name', p.name,
    'total', r.total, 'band', r.band, 'published_on', $2::date))::text
FROM rating_result r
JOIN rating_case k ON k.tenant_id = r.tenant_id AND k.id = r.case_id
JOIN company c ON c.tenant_id = r.tenant_id
JOIN project p ON p.tenant_id = k.tenant_id AND p.id = k.project_id
WHERE r.cycle_id = $1
"""

_PUBLISH: Final = """
INSERT INTO published_rating (id, created_at, cycle_id, division_path, number, rated_id, edition, company_name,
                              project_name, total, band, band_name, action, published_on)
SELECT f.id, f.created_at, f.cycle_id, f.division_path, f.number, f.rated_id, f.edition, f.company_name, f.project_name,
       f.total, f.band, b.name, b.action, f.published_on
FROM json_populate_recordset(NULL::published_rating, $1) f
LEFT JOIN json_to_recordset($2) b(code text, name text, action text) ON b.code = f.band
ON CONFLICT DO NOTHING
"""

_LISTED: Final = """
SELECT r.tenant_id, k.id AS case_id, k.project_id, c.name AS company, c.uscc, p.name AS project, r.total
FROM rating_result r
JOIN rating_case k ON k.tenant_id = r.tenant_id AND k.id = r.case_id
JOIN company c ON c.tenant_id = r.tenant_id
JOIN project p ON p.tenant_id = k.tenant_id AND p.id = k.project_id
WHERE r.cycle_id = $1 AND r.band = $2
ORDER BY r.total * $3 DESC, r.id LIMIT $4
"""


class Ratings:
    """The ratings of a province: its cities' cycles, and the results that their cases may have."""

    def __init__(self, scheme_id: UUID) -> None:
        self._scheme_id = scheme_id
        self._document = library.shipped(SCHEME)
        self._results = {year: self._scored(date(year, 12, 31)) for year in YEARS}
        self._cycles: dict[int, list[UUID]] = {year: [] for year in YEARS}

    def _scored(self, on: date) -> tuple[Sequence[object], ...]:
        """Totals, bands, inputs, explanations and their digests of the sets of answers."""
        found = []
        for number in range(SETS):
            entries = []
            for turn, (group, (indicator, full)) in enumerate(_FULL.items()):
                share = Decimal(54 + 45 * number // (SETS - 1) + (number * 7 + turn * 5) % 5 - 2) / 100
                given = min(Decimal(full), (full * share).quantize(Decimal("0.1")))
                entries.append(Entry(indicator=indicator, group=group, evaluator="评价组（示例）", points=given))
            inputs = Inputs(entries=tuple(entries))
            result = score(self._document, inputs, on)
            digest = hashlib.sha256(result.canonical).hexdigest()
            band = result.band.code if result.band else None
            points = ",".join(str(one.points.numerator / Decimal(one.points.denominator)) for one in result.sections)
            found.append((result.printed, band, written(inputs), result.canonical.decode(), digest, f"{{{points}}}"))
        return tuple(zip(*found, strict=True))

    async def begin(self, scope: Scope, city: Authority) -> None:
        """The cycles of a city, which are over; as the platform."""
        rows = Rows(ids_of(f"{city.place.path}/cycles", 0))
        for year in YEARS:
            publicity_on = date(year + 1, 1, 19)
            object_by = after_working_days(publicity_on, KINDS[SettingKey.RATING_PUBLICITY_DAYS].default)
            cycle_id = rows.add(
                RatingCycle,
                division_id=city.place.id,
                division_path=city.place.path,
                scheme_id=self._scheme_id,
                title=f"{year} 年度物业服务质量综合评价（示例）",
                subject=Subject.PROJECT,
                regulator_id=city.principal.regulator_id,
                coverage_min=self._document.cycle.coverage_min,
                period_from=date(year, 1, 1),
                period_to=date(year, 12, 31),
                state=CycleState.CLOSED,
                disclosure=Disclosure.EVERYBODY,
                opened_on=date(year, 12, 1),
                collecting_on=date(year, 12, 15),
                scored_on=date(year + 1, 1, 12),
                scored_by=city.members[RegulatorRole.ASSESSOR],
                publicity_on=publicity_on,
                object_by=object_by.on,
                final_on=date(year + 1, 2, 10),
                published_on=date(year + 1, 2, 24),
                closed_on=date(year + 1, 5, 29),
            )
            self._cycles[year].append(cycle_id)
        async with scope.acting_as(city.principal):
            await insert(scope, RatingCycle, rows.tables[RatingCycle], again=True)

    async def rate(self, scope: Scope) -> None:
        """Rate the projects of the company in whose name this runs."""
        for year, share in YEARS.items():
            cycles, results = self._cycles[year], self._results[year]
            await scope.connection.execute(
                _CASES, scope.tenant_id, cycles, share, self._document.digest, *map(list, results)
            )

    async def publish(self, database: Database, city: Authority) -> None:
        """Publish what a city's cycles came to, and a red and a black list of the last one."""
        bands = [{"code": one.code, "name": one.name, "action": one.action} for one in self._document.bands]
        cycles = [cycle_id for (cycle_id, _), _ in zip(ids_of(f"{city.place.path}/cycles", 0), YEARS, strict=False)]
        async with database.writing(WORKER) as scope:
            # Fresh tables have no statistics: the planner would look each of a city's results up by itself.
            await scope.connection.execute("SET LOCAL enable_nestloop = off")
            for year, cycle_id in zip(YEARS, cycles, strict=True):
                async with scope.acting_as(city.principal):
                    found = await scope.connection.fetchval(_PUBLISHED, cycle_id, date(year + 1, 2, 24))
                if found is not None:
                    await scope.connection.execute(_PUBLISH, found, orjson.dumps(bands).decode())
            await self._lists(scope, city, cycles[-1])

    async def _lists(self, scope: Scope, city: Authority, cycle_id: UUID) -> None:
        best, worst = self._document.bands[0].code, self._document.bands[-1].code
        prepared_by = city.members[RegulatorRole.ASSESSOR]
        rows = Rows(ids_of(f"{city.place.path}/lists", 0))
        year = max(YEARS)
        publicised_on = date(year + 1, 3, 2)
        for colour, band, sign in ((Colour.RED, best, 1), (Colour.BLACK, worst, -1)):
            async with scope.acting_as(city.principal):
                found = await scope.connection.fetch(_LISTED, cycle_id, band, sign, LISTED)
            if not found:
                continue
            reason = "年度评价名列前茅（示例）" if colour is Colour.RED else "年度评价不合格（示例）"
            title = f"{year} 年度物业服务{'红' if colour is Colour.RED else '黑'}榜（示例）"
            list_id = rows.add(
                RedBlackList,
                division_id=city.place.id,
                division_path=city.place.path,
                organiser=city.name,
                colour=colour,
                subject=Subject.PROJECT,
                title=title,
                basis="红黑榜管理办法（示例）",
                period_from=date(year, 1, 1),
                period_to=date(year, 12, 31),
                cycle_id=cycle_id,
                valid_to=date(year + 2, 3, 31),
                state=ListState.PUBLISHED,
                prepared_by=prepared_by,
                publicised_on=publicised_on,
                object_by=after_working_days(publicised_on, KINDS[SettingKey.LIST_PUBLICITY_DAYS].default).on,
                handled_on=date(year + 1, 3, 16),
                published_on=date(year + 1, 3, 20),
                content=[
                    {key: row[key] for key in ("company", "uscc", "project")}
                    | {"reason": reason, "ground": f"{year} 年度物业服务质量综合评价（示例）"}
                    for row in found
                ],
            )
            async with scope.acting_as(city.principal):
                await insert(scope, RedBlackList, rows.tables[RedBlackList][-1:], again=True)
            for row in found:
                async with scope.acting_for(row["tenant_id"]):
                    rows.add(
                        RedBlackEntry,
                        list_id=list_id,
                        division_path=city.place.path,
                        project_id=row["project_id"],
                        reason=reason,
                        rating_case_id=row["case_id"],
                        listed_by=prepared_by,
                        state=EntryState.LISTED,
                    )
                    entry = {"tenant_id": row["tenant_id"], **rows.tables[RedBlackEntry][-1]}
                    await insert(scope, RedBlackEntry, [entry], again=True)
