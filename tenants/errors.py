"""Errors a person can cause: one code each, and what to do about it in Chinese and in English."""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal

Locale = Literal["zh", "en"]


class Code(StrEnum):
    """The catalogue of `userErrors { code }`; clients may rely on these names."""

    AREA_NOT_POSITIVE = "AREA_NOT_POSITIVE"
    CHARACTER_NOT_ALLOWED = "CHARACTER_NOT_ALLOWED"
    CHOICE_UNKNOWN = "CHOICE_UNKNOWN"
    CODE_ROUNDED = "CODE_ROUNDED"
    COMPANY_NOT_ACTIVE = "COMPANY_NOT_ACTIVE"
    CONFLICT = "CONFLICT"
    CONTRACT_ENDS_BEFORE_START = "CONTRACT_ENDS_BEFORE_START"
    CONTRACT_OVERLAPS = "CONTRACT_OVERLAPS"
    DATE_IMPLAUSIBLE = "DATE_IMPLAUSIBLE"
    DATE_INVALID = "DATE_INVALID"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    DATE_OUT_OF_ORDER = "DATE_OUT_OF_ORDER"
    DIVISION_CLOSED = "DIVISION_CLOSED"
    DIVISION_CODE_INVALID = "DIVISION_CODE_INVALID"
    DIVISION_CODE_TAKEN = "DIVISION_CODE_TAKEN"
    DIVISION_EXISTS = "DIVISION_EXISTS"
    DIVISION_IN_USE = "DIVISION_IN_USE"
    DIVISION_LEVEL_DIFFERS = "DIVISION_LEVEL_DIFFERS"
    DIVISION_MERGED = "DIVISION_MERGED"
    DIVISION_NAME_AMBIGUOUS = "DIVISION_NAME_AMBIGUOUS"
    DIVISION_NAME_UNKNOWN = "DIVISION_NAME_UNKNOWN"
    DIVISION_OUTSIDE_REACH = "DIVISION_OUTSIDE_REACH"
    DIVISION_TOO_HIGH = "DIVISION_TOO_HIGH"
    DIVISION_TOO_LOW = "DIVISION_TOO_LOW"
    DIVISION_UNKNOWN = "DIVISION_UNKNOWN"
    EMPTY = "EMPTY"
    END_REASON_RESERVED = "END_REASON_RESERVED"
    ESTATE_AMBIGUOUS = "ESTATE_AMBIGUOUS"
    ESTATE_CHANGED_HANDS = "ESTATE_CHANGED_HANDS"
    ESTATE_EXISTS = "ESTATE_EXISTS"
    ESTATE_NEEDS_DIVISION = "ESTATE_NEEDS_DIVISION"
    ESTATE_REQUIRED = "ESTATE_REQUIRED"
    ESTATE_SERVED = "ESTATE_SERVED"
    ESTATE_SERVED_BY_YOU = "ESTATE_SERVED_BY_YOU"
    ESTATE_UNSERVED = "ESTATE_UNSERVED"
    FILE_ENCRYPTED = "FILE_ENCRYPTED"
    FILE_HAS_MACROS = "FILE_HAS_MACROS"
    FILE_NOT_A_SPREADSHEET = "FILE_NOT_A_SPREADSHEET"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    FILE_TOO_MANY_ROWS = "FILE_TOO_MANY_ROWS"
    FILE_TOO_WIDE = "FILE_TOO_WIDE"
    FORMULA = "FORMULA"
    HEADING_MISSING = "HEADING_MISSING"
    HEADING_TWICE = "HEADING_TWICE"
    ID_INVALID = "ID_INVALID"
    ID_TAKEN = "ID_TAKEN"
    LAST_ADMIN = "LAST_ADMIN"
    LEAD_ACTIVE = "LEAD_ACTIVE"
    LEAD_UNCHANGED = "LEAD_UNCHANGED"
    MEMBER_REMOVED = "MEMBER_REMOVED"
    NEGATIVE = "NEGATIVE"
    NOT_A_GRID_MEMBER = "NOT_A_GRID_MEMBER"
    NOT_FOUND = "NOT_FOUND"
    NOT_YOUR_PROJECT = "NOT_YOUR_PROJECT"
    NUMBER_INVALID = "NUMBER_INVALID"
    PERIOD_INVALID = "PERIOD_INVALID"
    PHONE_INVALID = "PHONE_INVALID"
    PROJECT_AMBIGUOUS = "PROJECT_AMBIGUOUS"
    PROJECT_ENDED = "PROJECT_ENDED"
    PROJECT_UNKNOWN = "PROJECT_UNKNOWN"
    REASON_REQUIRED = "REASON_REQUIRED"
    REGULATOR_EXISTS = "REGULATOR_EXISTS"
    ROW_REPEATED = "ROW_REPEATED"
    SHEETS_AMBIGUOUS = "SHEETS_AMBIGUOUS"
    STAFF_AMBIGUOUS = "STAFF_AMBIGUOUS"
    STAFF_LEADS = "STAFF_LEADS"
    STAFF_LEFT = "STAFF_LEFT"
    STAFF_NUMBER_TAKEN = "STAFF_NUMBER_TAKEN"
    TAKE_OVER_PENDING = "TAKE_OVER_PENDING"
    TOO_LARGE = "TOO_LARGE"
    TOO_LONG = "TOO_LONG"
    TOO_PRECISE = "TOO_PRECISE"
    TRANSITION_NOT_ALLOWED = "TRANSITION_NOT_ALLOWED"
    USCC_INVALID = "USCC_INVALID"
    USCC_TAKEN = "USCC_TAKEN"
    WHOLE_NUMBER_INVALID = "WHOLE_NUMBER_INVALID"
    YES_NO_INVALID = "YES_NO_INVALID"


CATALOGUE: dict[Code, tuple[str, str]] = {
    Code.AREA_NOT_POSITIVE: (
        "面积必须大于零（当前为 {value}）。",
        "The area must be greater than zero (it is {value}).",
    ),
    Code.CHARACTER_NOT_ALLOWED: (
        "含有无法显示或保存的字符 {character}，请删除后重试。",
        "There is a character that cannot be shown or stored, {character}; remove it.",
    ),
    Code.CHOICE_UNKNOWN: (
        "“{value}”不是可用的选项；可填：{allowed}。",
        "{value} is not one of the choices; write one of: {allowed}.",
    ),
    Code.CODE_ROUNDED: (
        "编码“{value}”已被电子表格当作数值而失真；请把该列设为“文本”格式后重新填写。",
        "The spreadsheet took the code {value} for a quantity and rounded it; format the column as text and enter it again.",
    ),
    Code.COMPANY_NOT_ACTIVE: (
        "企业状态为“{status}”，只能查询，不能修改；请联系主管部门恢复。",
        "The company is {status}: it can read but not change anything. Ask your regulator to reactivate it.",
    ),
    Code.CONFLICT: (
        "该记录已被他人修改：您看到的是第 {seen} 版，现在是第 {current} 版。请刷新后重试，您的输入未丢失。",
        "Someone changed this record: you saw version {seen}, it is now {current}. Reload it and apply your change again.",
    ),
    Code.CONTRACT_ENDS_BEFORE_START: (
        "合同终止日 {ends_on} 早于起始日 {starts_on}。",
        "The contract ends on {ends_on}, before it starts on {starts_on}.",
    ),
    Code.CONTRACT_OVERLAPS: (
        "同一小区同一时间只能有一份有效合同：已有合同至 {until} 止，新合同须从次日或更晚开始。",
        "An estate has one active contract at a time: another one runs until {until}; start on a later day.",
    ),
    Code.DATE_IMPLAUSIBLE: (
        "日期 {date} 似有笔误：应在 {first} 至 {last} 之间。",
        "The date {date} looks like a slip: give one from {first} to {last}.",
    ),
    Code.DATE_INVALID: (
        "“{value}”不是有效日期；请写成 2024-03-01 或 2024年3月1日。",
        "{value} is not a date; write it like 2024-03-01.",
    ),
    Code.DATE_IN_FUTURE: (
        "日期 {date} 尚未到来；请在当日或之后登记。",
        "The date {date} is in the future; record it on that day or later.",
    ),
    Code.DATE_OUT_OF_ORDER: (
        "日期 {date} 不能早于 {earliest}。",
        "The date {date} cannot be earlier than {earliest}.",
    ),
    Code.DIVISION_CLOSED: (
        "行政区划“{name}”已于 {date} 撤销，请使用现行区划。",
        "The division {name} was closed on {date}; use the one that replaced it.",
    ),
    Code.DIVISION_CODE_INVALID: (
        "“{value}”不能作为此级的区划代码：应为 {length} 位数字，且以上级代码“{above}”开头。",
        "{value} cannot be a code at this level: give {length} digits that start with {above}, the code of the division above.",
    ),
    Code.DIVISION_CODE_TAKEN: (
        "区划代码“{value}”已属于“{name}”。",
        "The division code {value} belongs to {name}.",
    ),
    Code.DIVISION_EXISTS: (
        "“{parent}”下已有名为“{name}”的行政区划。",
        "{parent} already has a division named {name}.",
    ),
    Code.DIVISION_IN_USE: (
        "“{name}”仍有 {divisions} 个下级区划、{estates} 个小区、{companies} 家企业和 {regulators} 个监管机构，不能直接撤销；请将其并入另一区划。",
        "{name} still has {divisions} divisions, {estates} estates, {companies} companies and {regulators} regulators, so it cannot just be closed; merge it into another division.",
    ),
    Code.DIVISION_LEVEL_DIFFERS: (
        "“{name}”与“{other}”不是同一级别的两个区划，不能合并。",
        "{name} and {other} are not two divisions of one level, so they cannot be merged.",
    ),
    Code.DIVISION_MERGED: (
        "行政区划“{name}”已于 {date} 并入“{successor}”（{successor_path}），请使用后者。",
        "The division {name} became part of {successor} ({successor_path}) on {date}; use that one.",
    ),
    Code.DIVISION_NAME_AMBIGUOUS: (
        "有多个行政区划叫“{value}”：{found}；请改填区划代码。",
        "Several divisions are called {value}: {found}; give the division code.",
    ),
    Code.DIVISION_NAME_UNKNOWN: (
        "在{place}没有找到名为“{value}”的街道或社区；请核对名称，或改填区划代码。",
        "There is no street or community called {value} in {place}; check the name or give the division code.",
    ),
    Code.DIVISION_OUTSIDE_REACH: (
        "该行政区划不在您的管辖范围内。",
        "This division is outside the area you are responsible for.",
    ),
    Code.DIVISION_TOO_HIGH: (
        "小区须登记到街道（乡镇）或社区一级，“{name}”级别过高。",
        "An estate is registered at a street (town) or community; {name} is too high a level.",
    ),
    Code.DIVISION_TOO_LOW: (
        "“{name}”已是社区级，不能再有下级区划。",
        "{name} is a community, which has no divisions below it.",
    ),
    Code.DIVISION_UNKNOWN: (
        "没有代码为“{value}”的行政区划；请核对统计用区划代码。",
        "There is no division with the code {value}; check the statistical division code.",
    ),
    Code.EMPTY: ("此项不能为空。", "This must not be empty."),
    Code.END_REASON_RESERVED: (
        "“被接管”只能由主管部门确认接管产生；请选择合同到期或提前解除。",
        "Only a confirmed take-over ends a project as TAKEN_OVER; choose EXPIRED or TERMINATED.",
    ),
    Code.ESTATE_AMBIGUOUS: (
        "该处有多个小区叫“{name}”；请改填具体社区。",
        "Several estates there are called {name}; give the community.",
    ),
    Code.ESTATE_CHANGED_HANDS: (
        "提出申请后，该小区的服务企业已变更，此申请不再适用；请驳回，由企业重新申请。",
        "The estate changed hands after this request was made, so it no longer applies; refuse it, and let the company request again.",
    ),
    Code.ESTATE_EXISTS: (
        "该社区（街道）已登记同名小区“{name}”，请直接选用。",
        "An estate named {name} is already registered there; choose it instead.",
    ),
    Code.ESTATE_NEEDS_DIVISION: (
        "小区必须属于一个行政区划：请填写区划代码。",
        "An estate belongs to a division: give its division code.",
    ),
    Code.ESTATE_REQUIRED: (
        "请指定一个已登记小区，或填写一个新小区，二者必居其一。",
        "Give either a registered estate or a new one: exactly one of the two.",
    ),
    Code.ESTATE_SERVED: (
        "该小区已有物业企业服务；如需接管，请使用 requestTakeOver。",
        "A company already serves this estate; to take it over, use requestTakeOver.",
    ),
    Code.ESTATE_SERVED_BY_YOU: (
        "该小区已由贵企业服务。",
        "Your company already serves this estate.",
    ),
    Code.ESTATE_UNSERVED: (
        "该小区目前没有物业企业服务，无需接管；请直接使用 createProject。",
        "No company serves this estate, so there is nothing to take over; use createProject.",
    ),
    Code.FILE_ENCRYPTED: (
        "文件已加密；请取消密码后另存再导入。",
        "The file is encrypted; save it without a password and import that.",
    ),
    Code.FILE_HAS_MACROS: (
        "文件含有宏；请另存为不含宏的 .xlsx 或 .csv 再导入。",
        "The file contains macros; save it as .xlsx or .csv without macros and import that.",
    ),
    Code.FILE_NOT_A_SPREADSHEET: (
        "这不是可读取的电子表格（{reason}）；请另存为 .xlsx、.xls 或 .csv。",
        "This is not a spreadsheet that can be read ({reason}); save it as .xlsx, .xls or .csv.",
    ),
    Code.FILE_TOO_LARGE: (
        "文件过大（{size}，上限 {limit}）；请拆分后分别导入。",
        "The file is too large ({size}, the limit is {limit}); split it and import the parts.",
    ),
    Code.FILE_TOO_MANY_ROWS: (
        "表格行数过多（至少 {rows} 行，一次最多导入 {limit} 行）；请拆分后分别导入。",
        "The sheet has too many rows (at least {rows}, one import takes {limit}); split it and import the parts.",
    ),
    Code.FILE_TOO_WIDE: (
        "表格有内容的列过多（至第 {columns} 列，上限 {limit} 列）；请删去多余的列。",
        "The sheet is too wide (it reaches column {columns}, the limit is {limit}); remove what does not belong to the table.",
    ),
    Code.FORMULA: (
        "单元格含有公式；请复制后“选择性粘贴为数值”再导入。",
        "The cell holds a formula; copy it and paste it as a value, then import again.",
    ),
    Code.HEADING_MISSING: (
        "找不到表头：{missing}。文件中的表头是：{found}。",
        "These headings are missing: {missing}. The file has: {found}.",
    ),
    Code.HEADING_TWICE: (
        "有两列都是“{heading}”（第 {first} 列和第 {second} 列）；请只保留一列。",
        "Two columns are both {heading} ({first} and {second}); keep one.",
    ),
    Code.ID_INVALID: (
        "自带编号须为“{prefix}_”加小写的 UUIDv7；不填则由系统生成。",
        "Your own id must be {prefix}_ and a UUIDv7 in lower case; or leave it out.",
    ),
    Code.ID_TAKEN: (
        "该编号已被使用；请换一个新的 UUID，或不填由系统生成。",
        "This id is already used; supply a new UUID or leave it out.",
    ),
    Code.LAST_ADMIN: (
        "企业至少要有一名有效的管理员；请先指定另一名管理员。",
        "A company keeps at least one active administrator; appoint another one first.",
    ),
    Code.LEAD_ACTIVE: (
        "该项目已有在任负责人（{arrived_on} 到任）；请先填写其离任日期，或使用 replaceCurrent。",
        "The project already has a lead (since {arrived_on}); set a leaving date first, or use replaceCurrent.",
    ),
    Code.LEAD_UNCHANGED: (
        "该员工已是该项目的在任负责人（{arrived_on} 到任）。",
        "This member of staff already leads the project (since {arrived_on}).",
    ),
    Code.MEMBER_REMOVED: (
        "该成员已于 {removed_on} 移除，不能再修改；如需恢复，请重新添加。",
        "This member was removed on {removed_on} and cannot be changed; let the person in as a new member.",
    ),
    Code.NEGATIVE: ("数量不能为负数（当前为 {value}）。", "A number cannot be negative (it is {value})."),
    Code.NOT_A_GRID_MEMBER: (
        "只有兼职网格员才能填写网格编号；请同时勾选“网格员”。",
        "Only a grid member has a grid code; mark the person as a grid member too.",
    ),
    Code.NOT_FOUND: ("没有找到该记录。", "There is no such record."),
    Code.NOT_YOUR_PROJECT: (
        "您只能修改自己负责的项目；请联系管理员。",
        "You can change the projects you lead; ask an administrator for this one.",
    ),
    Code.NUMBER_INVALID: (
        "“{value}”不是数字。",
        "{value} is not a number.",
    ),
    Code.PERIOD_INVALID: (
        "“{value}”不是有效的起止日期；请写成 2022年1月1日至2024年12月31日。",
        "{value} is not a period; write it like 2022-01-01 - 2024-12-31.",
    ),
    Code.PHONE_INVALID: (
        "“{value}”不是有效的电话号码：请填写手机号或区号加座机号。",
        "{value} is not a valid phone number: give a mobile number or an area code and number.",
    ),
    Code.PROJECT_AMBIGUOUS: (
        "贵企业有多个在管项目叫“{name}”；请改用项目全称。",
        "Your company has several active projects called {name}; use the full name.",
    ),
    Code.PROJECT_ENDED: (
        "该项目已于 {ended_on} 终止，不能再修改。",
        "This project ended on {ended_on} and cannot be changed any more.",
    ),
    Code.PROJECT_UNKNOWN: (
        "贵企业没有名为“{name}”的在管项目；请先导入项目。",
        "Your company has no active project called {name}; import the project first.",
    ),
    Code.REASON_REQUIRED: ("请说明理由。", "Give a reason."),
    Code.REGULATOR_EXISTS: (
        "“{division}”已有名为“{name}”的监管机构。",
        "{division} already has a regulator named {name}.",
    ),
    Code.ROW_REPEATED: (
        "与第 {row} 行重复。",
        "This repeats row {row}.",
    ),
    Code.SHEETS_AMBIGUOUS: (
        "有多个工作表都像要导入的表：{sheets}；请只保留一个。",
        "Several sheets look like the one to import: {sheets}; keep one.",
    ),
    Code.STAFF_AMBIGUOUS: (
        "贵企业有多名员工叫“{name}”；请填写电话或工号以区分。",
        "Your company has several members of staff called {name}; give a phone number or staff number.",
    ),
    Code.STAFF_LEADS: (
        "该员工仍是在任项目负责人；请先在 assignProjectLead 中更换负责人。",
        "This member of staff still leads a project; assign another lead first (assignProjectLead).",
    ),
    Code.STAFF_LEFT: (
        "该员工已于 {left_on} 离职。",
        "This member of staff left on {left_on}.",
    ),
    Code.STAFF_NUMBER_TAKEN: (
        "工号“{number}”已被另一名员工使用。",
        "The staff number {number} belongs to another member of staff.",
    ),
    Code.TAKE_OVER_PENDING: (
        "贵企业对该小区的接管申请正在等待主管部门确认。",
        "Your take-over request for this estate is already waiting for the regulator.",
    ),
    Code.TOO_LARGE: (
        "数值过大：最大为 {limit}。",
        "Too large: at most {limit}.",
    ),
    Code.TOO_LONG: (
        "内容过长：最多 {limit} 个字符，当前 {length} 个。",
        "Too long: at most {limit} characters, this has {length}.",
    ),
    Code.TOO_PRECISE: (
        "小数位过多：最多 {places} 位。",
        "Too many decimals: at most {places}.",
    ),
    Code.TRANSITION_NOT_ALLOWED: (
        "当前状态为“{state}”，不能变为“{wanted}”；允许的下一状态：{allowed}。",
        "It is {state} and cannot become {wanted}; allowed next: {allowed}.",
    ),
    Code.USCC_INVALID: (
        "统一社会信用代码“{value}”校验未通过；如确认无误，请填写 usccOverride 说明理由。",
        "The unified social credit code {value} fails its check; if it is right all the same, state why in usccOverride.",
    ),
    Code.USCC_TAKEN: (
        "统一社会信用代码“{value}”已被另一家在册企业使用。",
        "The unified social credit code {value} belongs to another enrolled company.",
    ),
    Code.WHOLE_NUMBER_INVALID: (
        "“{value}”不是整数。",
        "{value} is not a whole number.",
    ),
    Code.YES_NO_INVALID: (
        "“{value}”不是“是”或“否”。",
        "{value} is neither yes nor no.",
    ),
}


class DomainError(Exception):
    """A rule was not met: `code` says which, `field` which input (dotted path), `values` fill the message."""

    def __init__(self, code: Code, field: str | None = None, **values: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.field = field
        self.values = values

    def message(self, locale: Locale, term: Callable[[StrEnum], str] = str) -> str:
        """What happened and what to do, in the reader's language; `term` gives the Chinese term of an enum's value."""
        chinese, english = CATALOGUE[self.code]
        if locale == "en":
            return english.format(**{name: _said(value, str, ", ") for name, value in self.values.items()})
        return chinese.format(**{name: _said(value, term, "、") for name, value in self.values.items()})


def _said(value: object, term: Callable[[StrEnum], str], comma: str) -> object:
    if isinstance(value, tuple):
        return comma.join(str(_said(item, term, comma)) for item in value) or "—"
    return term(value) if isinstance(value, StrEnum) else value


class DomainErrors(Exception):
    """Several rules were not met at once; a form shows them all."""

    def __init__(self, errors: list[DomainError]) -> None:
        super().__init__(", ".join(error.code for error in errors))
        self.errors = errors


class Unavailable(Exception):
    """The database cannot serve this now; the caller may try again after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
