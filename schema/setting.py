"""Settings of divisions in the contract: read by all, put by the regulators of the division."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.reads.report import figure, figures
from schema.terms import contract_enum
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import setting as rules
from tenants.permission import Permission
from tenants.scope import Scope
from tenants.setting import SettingKey

if TYPE_CHECKING:
    from schema.division import Division

contract_enum(
    SettingKey,
    "A setting of a division (属地参数).",
    {
        SettingKey.AGREEMENTS_PER_YEAR: "Agreements a company signs with a community a year, 0 or 1 (每年共建协议数).",
        SettingKey.BASELINE_MONTHS: "Months after which baseline data is stale (基础信息更新周期，月).",
        SettingKey.CHECK_IN_ARRIVAL_DAYS: "Days after arrival to check in with the community (到任报到期限，日).",
        SettingKey.CLAIMED_PROJECTS_MIN: "Projects claimed under an agreement, at least (每份协议最少认领项目数).",
        SettingKey.COMMITTEE_RATE_COUNTS_PMC: "Whether R-04 counts management committees (物管会是否计入组建率).",
        SettingKey.COMMITTEE_RATE_DENOMINATOR: "Of which estates the rate of R-04 is (组建率分母): ALL or ELIGIBLE.",
        SettingKey.COMMITTEE_RATE_TARGET: "Rate of R-04 aimed at (组建率目标).",
        SettingKey.CONFIRMATION_DAYS: "Days the community takes to confirm what was reported to it (社区确认期限，日).",
        SettingKey.ISSUE_DAYS: "Days to close an issue (问题办结期限，日).",
        SettingKey.ISSUE_ON_TIME_TARGET: "Share of issues to be closed in time (问题按期办结率目标).",
        SettingKey.LEAD_REPORT_MONTHS: "A lead reports to the community every so many months (负责人报告周期，月).",
        SettingKey.LIST_PUBLICITY_DAYS: "Working days a red or black list is publicised (红黑榜公示期，工作日).",
        SettingKey.MARK_OBJECTION: "A record in force is marked in public while objected to (异议标注).",
        SettingKey.OBJECTION_DAYS: "Working days to object to a notice (异议期限，工作日).",
        SettingKey.OBJECTION_DECISION_DAYS: "Working days to decide an objection (异议处理期限，工作日).",
        SettingKey.OBJECTION_DECISION_DAYS_OTHERS: (
            "Working days to decide an objection in which other bodies are involved (涉及其他单位的处理期限，工作日)."
        ),
        SettingKey.OBJECTION_IN_FORCE_DAYS: (
            "Working days from its effect to object to a record in force (生效后异议期限，工作日); unset, no limit."
        ),
        SettingKey.OPEN_DAY_ANSWER_DAYS: "Days to answer an opinion given on an open day (开放日意见答复期限，日).",
        SettingKey.OPEN_DAY_NOTICE_DAYS: "Days of notice before an open day (开放日提前公告天数).",
        SettingKey.OPEN_DAYS_PER_QUARTER: "Open days an estate holds a quarter (每季度开放日次数目标).",
        SettingKey.PARTY_FILE_RETENTION_MONTHS: "Months a closed Party file is kept (党员档案保存期限，月).",
        SettingKey.PARTY_SCORE_SHARE_MIN: (
            "Share of a rating that street and community Party organisations hold (街道社区党组织评价最低占比)."
        ),
        SettingKey.PARTY_VENUE_ITEMS: "What a Party venue has, its checklist (党建阵地“六有”标准).",
        SettingKey.PUBLICATION_MONTHS_GENERAL: "Months a general bad record is shown (一般失信公示期，月).",
        SettingKey.PUBLICATION_MONTHS_MINOR: "Months a minor bad record is shown (轻微失信公示期，月).",
        SettingKey.PUBLICATION_MONTHS_SERIOUS: "Months a serious bad record is shown (严重失信公示期，月).",
        SettingKey.PUBLISH_NATURAL_PERSON_CREDIT: "Whether a person's credit may be public (是否公开自然人信用).",
        SettingKey.RATING_PUBLICITY_DAYS: "Working days for which results are in publicity (评定结果公示期限).",
        SettingKey.REPAIR_DAYS: "Working days to decide about a repair (信用修复办理期限，工作日).",
        SettingKey.REPAIR_MIN_MONTHS_GENERAL: "Months until general records may be repaired (一般失信最短公示期，月).",
        SettingKey.REPAIR_MIN_MONTHS_MINOR: "Months until minor records may be repaired (轻微失信最短公示期，月).",
        SettingKey.REPAIR_MIN_MONTHS_SERIOUS: "Months until serious records may be repaired (严重失信最短公示期，月).",
        SettingKey.SATISFACTION_SAMPLE_MIN: "Households a satisfaction survey asks at least (满意度调查最低样本数).",
        SettingKey.SMALL_CELL: "Counts below this are not shown (小数抑制阈值).",
        SettingKey.SUBSIDY_MONTHS_MAX: "Months of subsidy allowed in a row (物业费连续补贴月数上限).",
        SettingKey.TRANSFER_LETTER_DAYS: "Days a letter of introduction is valid (组织关系介绍信有效期，日).",
        SettingKey.WHISTLE_EMERGENCY_HOURS: "Hours in which units answer an emergency whistle (应急哨到场时限，小时).",
        SettingKey.WHISTLE_HOURS: "Hours in which units answer any other whistle (其他哨到场时限，小时).",
    },
)


@entity(table=rules.DivisionSetting, prefix="set", permission=Permission.SETTING_READ)
class DivisionSetting(Node):
    """Setting of a division (属地参数): holds in the division and below until a nearer one says otherwise."""

    key: SettingKey = column("Which setting (参数).", where=True)
    value: str = column("Its value (参数值).")
    valid_from: date = column("Holds from (生效日期).", where=True, order=True)
    valid_to: date | None = column("Holds until the day before (失效日期).", where=True, order=True)
    basis: str = column("The document it rests on (依据文件).")
    division: "Division" = one("Where (行政区划).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures("A setting as it holds in a division on a day (有效属地参数).")
class EffectiveSetting:
    """The nearest ancestor's value, or the default, and where it comes from."""

    key: SettingKey = figure("Which setting (参数).")
    value: str | None = figure("Its value (参数值); null where nothing is asked.")
    division_name: str | None = figure("The division that set it (设定区划); null for a default.")
    valid_from: date | None = figure("Holds from (生效日期); null for a default.")
    basis: str = figure("The document it rests on (依据文件), or where the default comes from.")


@strawberry.input(description="A value for a setting (设定属地参数).")
class PutDivisionSettingInput:
    """Where, which, what, from when, by which document."""

    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    key: SettingKey = strawberry.field(description="Which setting (参数).")
    value: str = strawberry.field(description="Its value (参数值).")
    valid_from: date = strawberry.field(description="Holds from (生效日期).")
    basis: str = strawberry.field(description="The document it rests on (依据文件).")


@strawberry.input(description="Let a value end (终止属地参数), so that the division above decides.")
class EndDivisionSettingInput:
    """Which value, and when."""

    id: strawberry.ID = identifier("set", "The value (参数).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    valid_to: date = strawberry.field(description="Holds until the day before (失效日期).")


@strawberry.type(description="What became of a change to a setting (参数变更结果).")
class DivisionSettingPayload:
    """The setting, or why not."""

    division_setting: DivisionSetting | None = changed("The setting (参数)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.SETTING_UPDATE, "Give a setting a value in your division or below (设定属地参数).")
async def put_division_setting(scope: Scope, input: PutDivisionSettingInput) -> DivisionSettingPayload:
    row = await rules.put(scope, rules.NewSetting(**values(input)))
    return DivisionSettingPayload(division_setting=ref(DivisionSetting, row.id))


@mutation(Permission.SETTING_UPDATE, "Let a setting's value end (终止属地参数).")
async def end_division_setting(scope: Scope, input: EndDivisionSettingInput) -> DivisionSettingPayload:
    row = await rules.end(scope, **values(input))
    return DivisionSettingPayload(division_setting=ref(DivisionSetting, row.id))
