"""Settings of a division (属地参数): thresholds and deadlines are data, with a validity and a document behind them.

The nearest ancestor's value wins; what a setting was on any day stays answerable, because a change closes the old
value and opens a new one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, select, text
from sqlmodel import Field

from tenants import division
from tenants.change import change, create, find_at
from tenants.checks import Checks
from tenants.errors import Code, DomainError
from tenants.row import Changing, Row, code_field, one_of
from tenants.scope import Scope


class SettingKey(StrEnum):
    """Every setting the software reads."""

    AGREEMENTS_PER_YEAR = "AGREEMENTS_PER_YEAR"
    BASELINE_MONTHS = "BASELINE_MONTHS"
    CHECK_IN_ARRIVAL_DAYS = "CHECK_IN_ARRIVAL_DAYS"
    CLAIMED_PROJECTS_MIN = "CLAIMED_PROJECTS_MIN"
    COMMITTEE_RATE_COUNTS_PMC = "COMMITTEE_RATE_COUNTS_PMC"
    COMMITTEE_RATE_DENOMINATOR = "COMMITTEE_RATE_DENOMINATOR"
    COMMITTEE_RATE_TARGET = "COMMITTEE_RATE_TARGET"
    CONFIRMATION_DAYS = "CONFIRMATION_DAYS"
    ISSUE_DAYS = "ISSUE_DAYS"
    ISSUE_ON_TIME_TARGET = "ISSUE_ON_TIME_TARGET"
    LEAD_REPORT_MONTHS = "LEAD_REPORT_MONTHS"
    LIST_PUBLICITY_DAYS = "LIST_PUBLICITY_DAYS"
    MARK_OBJECTION = "MARK_OBJECTION"
    OBJECTION_DAYS = "OBJECTION_DAYS"
    OBJECTION_DECISION_DAYS = "OBJECTION_DECISION_DAYS"
    OBJECTION_DECISION_DAYS_OTHERS = "OBJECTION_DECISION_DAYS_OTHERS"
    OBJECTION_IN_FORCE_DAYS = "OBJECTION_IN_FORCE_DAYS"
    OPEN_DAY_ANSWER_DAYS = "OPEN_DAY_ANSWER_DAYS"
    OPEN_DAY_NOTICE_DAYS = "OPEN_DAY_NOTICE_DAYS"
    OPEN_DAYS_PER_QUARTER = "OPEN_DAYS_PER_QUARTER"
    PARTY_FILE_RETENTION_MONTHS = "PARTY_FILE_RETENTION_MONTHS"
    PARTY_SCORE_SHARE_MIN = "PARTY_SCORE_SHARE_MIN"
    PARTY_VENUE_ITEMS = "PARTY_VENUE_ITEMS"
    PUBLICATION_MONTHS_GENERAL = "PUBLICATION_MONTHS_GENERAL"
    PUBLICATION_MONTHS_MINOR = "PUBLICATION_MONTHS_MINOR"
    PUBLICATION_MONTHS_SERIOUS = "PUBLICATION_MONTHS_SERIOUS"
    PUBLISH_NATURAL_PERSON_CREDIT = "PUBLISH_NATURAL_PERSON_CREDIT"
    RATING_PUBLICITY_DAYS = "RATING_PUBLICITY_DAYS"
    REPAIR_DAYS = "REPAIR_DAYS"
    REPAIR_MIN_MONTHS_GENERAL = "REPAIR_MIN_MONTHS_GENERAL"
    REPAIR_MIN_MONTHS_MINOR = "REPAIR_MIN_MONTHS_MINOR"
    REPAIR_MIN_MONTHS_SERIOUS = "REPAIR_MIN_MONTHS_SERIOUS"
    SATISFACTION_SAMPLE_MIN = "SATISFACTION_SAMPLE_MIN"
    SMALL_CELL = "SMALL_CELL"
    SUBSIDY_MONTHS_MAX = "SUBSIDY_MONTHS_MAX"
    TRANSFER_LETTER_DAYS = "TRANSFER_LETTER_DAYS"
    WHISTLE_EMERGENCY_HOURS = "WHISTLE_EMERGENCY_HOURS"
    WHISTLE_HOURS = "WHISTLE_HOURS"


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        # No other way to write a number: `number_on` reads the same text in SQL.
        if not re.fullmatch("[0-9]{1,6}", value) or not low <= int(value) <= high:
            raise ValueError
        return int(value)

    return parse


def _months(value: str) -> int:
    if value not in ("1", "3", "6", "12"):
        raise ValueError
    return int(value)


def _share(value: str) -> Decimal:
    if not re.fullmatch("[01]([.][0-9]{1,4})?", value) or Decimal(value) > 1:
        raise ValueError
    return Decimal(value)


def _yes_no(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError
    return value == "true"


def _either(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    return parse


def _items(value: str) -> tuple[str, ...]:
    items = tuple(dict.fromkeys(item.strip() for item in value.replace(";", "；").split("；")))
    if not all(items) or len(items) > 20:
        raise ValueError
    return items


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting's value is, what holds where no division says anything, and where the rule comes from."""

    parse: Callable[[str], Any]
    expected: str
    default: Any
    source: str

    @property
    def default_text(self) -> str | None:
        """The default as it would be written."""
        if isinstance(self.default, tuple):
            return "；".join(self.default)
        if isinstance(self.default, bool):
            return str(self.default).lower()
        return None if self.default is None else str(self.default)


_SHANDONG: Final = "山东省的做法（《中国城市报》2020-11-23）/ the practice of Shandong (China City News, 2020-11-23)"
_CHANGFENG: Final = "合肥市长丰县的做法：九成问题三日内办结 / the practice of Changfeng: nine of ten in three days"
_NO_RULE: Final = "未见规定，为平台默认值 / no rule found; the platform's own default"
_ORDER_36: Final = (
    "《信用修复管理办法》（发展改革委令第36号）：轻微 0 至 3 个月，一般 3 至 12 个月，严重 12 至 36 个月"
    " / NDRC Order 36 on credit repair: minor 0 to 3 months, general 3 to 12, serious 12 to 36"
)

KINDS: dict[SettingKey, Kind] = {
    SettingKey.AGREEMENTS_PER_YEAR: Kind(_whole(0, 1), "0–1", 1, _SHANDONG),
    SettingKey.BASELINE_MONTHS: Kind(
        _whole(1, 120),
        "1–120",
        12,
        "基础信息每年摸排一次 / the baseline survey of estates is yearly; the platform's own default",
    ),
    SettingKey.CHECK_IN_ARRIVAL_DAYS: Kind(
        _whole(1, 365), "1–365", None, "北京市物业管理条例 (2024) 第66条: 3; 淄博市物业管理条例 (2021) 第44条: 5"
    ),
    SettingKey.CLAIMED_PROJECTS_MIN: Kind(_whole(0, 100), "0–100", 1, _SHANDONG),
    SettingKey.COMMITTEE_RATE_COUNTS_PMC: Kind(
        _yes_no,
        "true / false",
        True,
        "淄博市 2020：业委会和物管会合计 922 个 / Zibo 2020: 922 owners' and management committees together",
    ),
    SettingKey.COMMITTEE_RATE_DENOMINATOR: Kind(
        _either("ALL", "ELIGIBLE"),
        "ALL / ELIGIBLE",
        "ELIGIBLE",
        "坪山区：34 个具备条件的小区中 19 个成立 / Pingshan: 19 of the 34 estates that are eligible",
    ),
    SettingKey.COMMITTEE_RATE_TARGET: Kind(
        _share, "0–1", Decimal("0.70"), "淄博市、枣庄市：2022 年底前 70% / Zibo, Zaozhuang: 70% by the end of 2022"
    ),
    SettingKey.CONFIRMATION_DAYS: Kind(_whole(1, 365), "1–365", 15, _NO_RULE),
    SettingKey.ISSUE_DAYS: Kind(_whole(1, 365), "1–365", 3, _CHANGFENG),
    SettingKey.ISSUE_ON_TIME_TARGET: Kind(_share, "0–1", Decimal("0.90"), _CHANGFENG),
    SettingKey.LEAD_REPORT_MONTHS: Kind(
        _months, "1, 3, 6, 12", None, "济南市 2019 evaluation rules: the lead reports to the community every month (1)"
    ),
    SettingKey.LIST_PUBLICITY_DAYS: Kind(_whole(1, 60), "1–60", 5, _NO_RULE),
    SettingKey.MARK_OBJECTION: Kind(
        _yes_no,
        "true / false",
        False,
        "河南省社会信用条例第41条：立即标注；上海 1 个工作日内"
        " / Henan's ordinance, art. 41: marked at once; Shanghai within one working day",
    ),
    SettingKey.OBJECTION_DAYS: Kind(
        _whole(1, 60),
        "1–60",
        5,
        "告知单上的空白项，未见规定，为平台默认值 / blank on the notices; the platform's own default",
    ),
    SettingKey.OBJECTION_DECISION_DAYS: Kind(
        _whole(1, 30),
        "1–30",
        3,
        "山东省社会信用条例第39条：3 个工作日；上海 5 个 / Shandong's ordinance, art. 39: 3 working days; Shanghai 5",
    ),
    SettingKey.OBJECTION_DECISION_DAYS_OTHERS: Kind(
        _whole(1, 60),
        "1–60",
        7,
        "山东省社会信用条例第39条：涉及其他单位的 7 个工作日"
        " / Shandong's ordinance, art. 39: 7 working days with others",
    ),
    SettingKey.OBJECTION_IN_FORCE_DAYS: Kind(
        _whole(1, 750),
        "1–750",
        None,
        "未见规定：不设则在效期间均可提出 / no rule found; unset, as long as the record is in force",
    ),
    SettingKey.OPEN_DAY_ANSWER_DAYS: Kind(_whole(1, 365), "1–365", 15, _NO_RULE),
    SettingKey.OPEN_DAY_NOTICE_DAYS: Kind(_whole(0, 90), "0–90", 3, _NO_RULE),
    SettingKey.OPEN_DAYS_PER_QUARTER: Kind(_whole(0, 92), "0–92", None, _NO_RULE),
    SettingKey.PARTY_FILE_RETENTION_MONTHS: Kind(
        _whole(1, 600), "1–600", 36, "个人信息保护法 第19条: the shortest time the purpose needs"
    ),
    SettingKey.PARTY_SCORE_SHARE_MIN: Kind(_share, "0–1", None, "Shandong report row S4P-07: 0.30; unset elsewhere"),
    SettingKey.PARTY_VENUE_ITEMS: Kind(
        _items,
        "1–20 × 事项，以“；”分隔",
        ("有场所", "有设施", "有标志", "有党旗", "有书报", "有制度"),
        "焦作市的做法提到“六有”；这是通行的写法 / Jiaozuo names six haves; this is their usual wording",
    ),
    SettingKey.PUBLICATION_MONTHS_GENERAL: Kind(_whole(3, 12), "3–12", 12, _ORDER_36),
    SettingKey.PUBLICATION_MONTHS_MINOR: Kind(_whole(0, 3), "0–3", 3, _ORDER_36),
    SettingKey.PUBLICATION_MONTHS_SERIOUS: Kind(_whole(12, 36), "12–36", 36, _ORDER_36),
    SettingKey.PUBLISH_NATURAL_PERSON_CREDIT: Kind(
        _yes_no,
        "true / false",
        False,
        "山东省社会信用条例第20条：自然人的不公开 / Shandong's ordinance, art. 20: not public",
    ),
    SettingKey.RATING_PUBLICITY_DAYS: Kind(
        _whole(1, 60), "1–60", 5, "公示通常为 5 个工作日 / publicity is usually of 5 working days"
    ),
    SettingKey.REPAIR_DAYS: Kind(
        _whole(1, 30), "1–30", 3, "上海 3 个工作日，河南 1 个 / Shanghai's ordinance: 3 working days; Henan's: 1"
    ),
    SettingKey.REPAIR_MIN_MONTHS_GENERAL: Kind(_whole(0, 12), "0–12", 3, _ORDER_36),
    SettingKey.REPAIR_MIN_MONTHS_MINOR: Kind(_whole(0, 3), "0–3", 0, _ORDER_36),
    SettingKey.REPAIR_MIN_MONTHS_SERIOUS: Kind(_whole(0, 36), "0–36", 12, _ORDER_36),
    SettingKey.SATISFACTION_SAMPLE_MIN: Kind(
        _whole(2, 1000),
        "2–1000",
        25,
        "安徽某镇季度考核测评邀请 25 名居民打分 / a township of Anhui asks 25 residents every quarter",
    ),
    SettingKey.SMALL_CELL: Kind(_whole(2, 100), "2–100", 5, _NO_RULE),
    SettingKey.SUBSIDY_MONTHS_MAX: Kind(
        _whole(1, 600), "1–600", 36, "枣庄市：连续补贴三年 / Zaozhuang: three consecutive years"
    ),
    SettingKey.TRANSFER_LETTER_DAYS: Kind(_whole(1, 92), "1–92", 90, "practice: letters are valid up to 3 months"),
    SettingKey.WHISTLE_EMERGENCY_HOURS: Kind(_whole(1, 720), "1–720", 2, _NO_RULE),
    SettingKey.WHISTLE_HOURS: Kind(_whole(1, 720), "1–720", 24, _NO_RULE),
}


class DivisionSetting(Changing, Row, table=True):
    """One value of one setting in one division and below, from a day until the day before `valid_to`."""

    __tablename__ = "division_setting"
    __table_args__ = (
        ForeignKeyConstraint(["division_id", "division_path"], ["division.id", "division.path"], onupdate="CASCADE"),
        Index("division_setting_key", "key", "division_path", "valid_from"),
        Index("division_setting_open", "division_id", "key", unique=True, postgresql_where=text("valid_to IS NULL")),
        one_of("key", SettingKey),
        CheckConstraint("valid_to > valid_from", name="dates_in_order"),
    )

    division_id: UUID
    division_path: str = Field(sa_type=Text(collation="C"))
    key: SettingKey = code_field()
    value: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    basis: str = Field(sa_type=Text)


def _governing(path: str, on: str) -> str:
    """SQL of what makes a row `s` of the table one that holds on a day in the division whose path is the SQL `path`."""
    above = ", ".join(f"left({path}, {length})" for length in sorted(division.LEVEL))
    return f"s.division_path IN ({above}) AND s.valid_from <= {on} AND (s.valid_to IS NULL OR s.valid_to > {on})"


def places(key: SettingKey) -> str:
    """SQL of the paths of the divisions for which a setting was ever made, or for one above them."""
    return f"""SELECT DISTINCT d.path FROM division_setting s
      JOIN division d ON {division.subtree("d.path", "s.division_path")}
      WHERE s.key = '{key}'"""


def number_on(key: SettingKey, path: str, on: str = "current_date") -> str:
    """SQL of the number that a setting is in a division on a day, both SQL: as `effective`."""
    form, kind = ("^[0-9.]+$", "numeric") if isinstance(KINDS[key].default, Decimal) else ("^[0-9]+$", "int")
    return f"""coalesce((
    SELECT CASE WHEN s.value ~ '{form}' THEN s.value::{kind} END FROM division_setting s
    WHERE s.key = '{key}' AND {_governing(path, on)}
    ORDER BY s.division_path DESC LIMIT 1), {"NULL" if KINDS[key].default is None else KINDS[key].default})"""


def text_on(key: SettingKey, path: str, on: str = "current_date") -> str:
    """SQL of a setting in a division on a day, both SQL, as it is written: as `effective`."""
    return f"""coalesce((
    SELECT s.value FROM division_setting s WHERE s.key = '{key}' AND {_governing(path, on)}
    ORDER BY s.division_path DESC LIMIT 1), {_literal(KINDS[key].default_text)})"""


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


_DEFAULTS = ", ".join(
    f"('{key}', {_literal(kind.default_text)}, {_literal(kind.source)})" for key, kind in KINDS.items()
)

EFFECTIVE = f"""
SELECT k.key, coalesce(g.value, k.value) AS value, g.division_name, g.valid_from, coalesce(g.basis, k.source) AS basis
FROM (VALUES {_DEFAULTS}) k(key, value, source)
LEFT JOIN LATERAL (
    SELECT s.value, d.name AS division_name, s.valid_from, s.basis
    FROM division_setting s JOIN division d ON d.id = s.division_id
    WHERE s.key = k.key AND {_governing("{place}", "{on}")}
    ORDER BY s.division_path DESC LIMIT 1
) g ON true
ORDER BY k.key
"""
"""Every setting as it holds in a division on a day: the nearest ancestor's value, or the default and its source. What
an ancestor has set lies outside of a regulator's own division and is anybody's to know, so nothing narrows it.
"""


@dataclass(frozen=True, kw_only=True)
class NewSetting:
    """A value to hold from a day on, by a document."""

    division_code: str
    key: SettingKey
    value: str
    valid_from: date
    basis: str


async def put(scope: Scope, new: NewSetting) -> DivisionSetting:
    """Give a setting a new value in a division of the regulator's from a day on; the value before ends there."""
    checks = Checks()
    basis = checks.text("basis", new.basis, limit=200)
    value = checks.text("value", new.value, limit=500)
    try:
        KINDS[new.key].parse(value)
    except ValueError:
        checks.add(Code.SETTING_INVALID, "value", key=str(new.key), value=value, expected=KINDS[new.key].expected)
    checks.day("validFrom", new.valid_from)
    checks.done()
    place = await division.by_code(scope, new.division_code, "divisionCode")
    if not place.path.startswith(scope.principal.division_path or "-"):
        raise DomainError(Code.DIVISION_OUTSIDE_REACH, "divisionCode")
    last = await scope.session.scalar(
        select(DivisionSetting)
        .where(
            DivisionSetting.division_id == place.id,  # type: ignore[arg-type]
            DivisionSetting.key == new.key,  # type: ignore[arg-type]
        )
        .order_by(DivisionSetting.valid_from.desc())  # type: ignore[attr-defined]
        .limit(1)
        .with_for_update()
    )
    if last is not None:
        # The past stays answerable: a value may follow the last one, never be put before or into it.
        checks.not_before("validFrom", new.valid_from, last.valid_to or last.valid_from + timedelta(days=1))
        checks.done()
        if last.valid_to is None:
            await change(scope, last, "division_setting", {"valid_to": new.valid_from}, action="ended")
    setting = DivisionSetting(
        division_id=place.id,
        division_path=place.path,
        key=new.key,
        value=value,
        valid_from=new.valid_from,
        basis=basis,
    )
    taken = DomainError(Code.SETTING_PUT_MEANWHILE, "key", key=str(new.key), name=place.name)
    await create(scope, setting, "division_setting", taken={"division_setting_open": taken})
    return setting


async def end(scope: Scope, id: UUID, version: int, valid_to: date) -> DivisionSetting:
    """Let a value end, so that the division above decides from that day on."""
    setting = await find_at(scope, DivisionSetting, id, version)
    if setting.valid_to is not None:
        raise DomainError(Code.SETTING_ENDED, "id", key=str(setting.key), valid_to=setting.valid_to)
    checks = Checks()
    checks.day("validTo", valid_to)
    checks.not_before("validTo", valid_to, setting.valid_from + timedelta(days=1))
    checks.done()
    await change(scope, setting, "division_setting", {"valid_to": valid_to}, action="ended")
    return setting


async def effective(scope: Scope, key: SettingKey, path: str, on: date) -> Any:
    """The value that holds in a division on a day: the nearest ancestor's, or the default."""
    found = await governing(scope, key, path, on)
    return KINDS[key].default if found is None else KINDS[key].parse(found.value)


async def governing(scope: Scope, key: SettingKey, path: str, on: date) -> DivisionSetting | None:
    """The entry that decides a setting in a division on a day; None where the default holds."""
    return await scope.session.scalar(
        select(DivisionSetting)
        .where(
            DivisionSetting.key == key,  # type: ignore[arg-type]
            DivisionSetting.division_path.in_(division.ancestry(path)),  # type: ignore[attr-defined]
            DivisionSetting.valid_from <= on,  # type: ignore[arg-type]
            (DivisionSetting.valid_to.is_(None)) | (DivisionSetting.valid_to > on),  # type: ignore[union-attr,operator]
        )
        .order_by(DivisionSetting.division_path.desc())  # type: ignore[attr-defined]
        .limit(1)
    )
