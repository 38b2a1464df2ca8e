"""The catalogue of errors a person can cause: each code once, with what to do about it in Chinese and in English.

It is one list in alphabetical order, as a dictionary is: who reads a code in an answer, or adds one, knows its place
without knowing its area, many codes belong to several areas, and a code that does not exist does not pass the types.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, eq=False)
class Words:
    """What is said in either language: an error's message with the `{places}` of its values, the name of a rule."""

    chinese: str
    english: str


class Code(Enum):
    """`userErrors { code }` is a member's name, on which clients may rely; its value is what the person reads."""

    AGREEMENT_EXISTS = Words(
        "贵企业与“{name}”已签订 {year} 年度共建协议；每个社区每年一份。",
        "Your company already has its {year} agreement with {name}: one a community and year.",
    )
    AGREEMENT_REVIEWED = Words(
        "该协议已于 {reviewed_on} 由社区评议，不能再认领项目。",
        "The community reviewed this agreement on {reviewed_on}; no further project can be claimed under it.",
    )
    AREA_NOT_POSITIVE = Words(
        "面积必须大于零（当前为 {value}）。",
        "The area must be greater than zero (it is {value}).",
    )
    BATCHES_TOO_MANY = Words(
        "一次开放日最多 {limit} 个批次，当前 {count} 个。",
        "An open day has at most {limit} batches; {count} are given.",
    )
    BATCH_FULL = Words(
        "该批次容量为 {capacity} 人，报名人数不能为 {value}。",
        "This batch takes {capacity} people; {value} cannot be registered.",
    )
    BATCH_OUTSIDE = Words(
        "每一批次的开始时间须在开放日时段之内。",
        "Each batch starts within the open day's time.",
    )
    BATCH_TWICE = Words(
        "两个批次不能同时开始。",
        "Two batches cannot start at the same time.",
    )
    CAMPAIGN_DONE_ALREADY = Words(
        "“{name}”自 {since} 起这一期的“{kind}”已经登记完成。",
        "The duty {kind} of {name} for the period from {since} on is recorded as done already.",
    )
    CAMPAIGN_DUTY_UNKNOWN = Words(
        "该专项行动没有“{kind}”；其工作节奏为：{duties}。",
        "The campaign has no {kind}; its duties are {duties}.",
    )
    CAMPAIGN_LEVEL = Words(
        "承担单位级别“{level}”高于“{name}”：请选本级或以下的级别。",
        "The level {level} is above {name}: choose its own or a lower one to owe the duties.",
    )
    CAMPAIGN_NOT_OWED = Words(
        "“{name}”不是专项行动“{campaign}”的承担单位：请填写该行动所定级别、范围内的区划。",
        "{name} owes nothing to the campaign {campaign}: name a division of its level within its place.",
    )
    CAMPAIGN_PERIOD = Words(
        "这一期的最后一天须在专项行动期间（{starts_on} 至 {ends_on}）之内。",
        "The last day of the period lies within the campaign, from {starts_on} to {ends_on}.",
    )
    CAPACITY_NOT_POSITIVE = Words(
        "批次容量必须大于零（当前为 {value}）。",
        "A batch takes at least one person (it is {value}).",
    )
    CATEGORY_EXISTS = Words(
        "该行政区划已有代码为“{value}”的问题类别。",
        "This division already has a category with the code {value}.",
    )
    CATEGORY_TOO_DEEP = Words(
        "问题类别只有两级，且上级须属于同一行政区划；请选择一个一级类别。",
        "Categories have two levels within one division; choose one of the first level there.",
    )
    CATEGORY_UNKNOWN = Words(
        "当地没有问题类别“{value}”；可用的有：{known}。",
        "There is no issue category {value} here; there are: {known}.",
    )
    CHARACTER_NOT_ALLOWED = Words(
        "含有无法显示或保存的字符 {character}，请删除后重试。",
        "There is a character that cannot be shown or stored, {character}; remove it.",
    )
    CHOICE_UNKNOWN = Words(
        "“{value}”不是可用的选项；可填：{allowed}。",
        "{value} is not one of the choices; write one of: {allowed}.",
    )
    CLAIMED_TWICE = Words(
        "该协议下已认领“{title}”；同一项目只能认领一次。",
        "{title} is already claimed under this agreement; a project is claimed once.",
    )
    CODE_ROUNDED = Words(
        "编码“{value}”已被电子表格当作数值而失真；请把该列设为“文本”格式后重新填写。",
        "The spreadsheet took the code {value} for a quantity and rounded it; format the column as text and enter it again.",
    )
    COLUMN_UNKNOWN = Words(
        "不认识列“{value}”；请改用已知的列名，或删除该列。已知的列：{known}。",
        "The column {value} is not known; give it a known name or take it out. Known are: {known}.",
    )
    COMMITTEE_ACTIVE = Words(
        "小区“{name}”已有 {formed_on} 成立的委员会：请先登记其终止，再登记新的。",
        "{name} has a committee formed on {formed_on}: record its end first, then the next one.",
    )
    COMMITTEE_ELIGIBLE_SINCE = Words(
        "小区不具备成立业主委员会的条件，就没有具备条件的日期：请改状态，或去掉日期。",
        "An estate that is not eligible for an owners' committee is so since no day: change its status or leave the day out.",
    )
    COMMITTEE_ENDED = Words(
        "该委员会已于 {ended_on} 终止。",
        "This committee ended on {ended_on} already.",
    )
    COMMITTEE_NOT_ELIGIBLE = Words(
        "名录中小区“{name}”在 {formed_on} 还不具备成立业主委员会的条件：请先更正小区的业主委员会状态和具备条件日期，或登记物业管理委员会。",
        "By the registry {name} was not eligible for an owners' committee on {formed_on}: put its status and the day it became eligible right first, or enter a property management committee.",
    )
    COMMITTEE_OWNERS = Words(
        "物业管理委员会中业主不少于半数（淄博市物业管理条例第36条至第39条）：请填写业主人数，在 {members} 人的半数与 {members} 之间。",
        "At least half of a property management committee are owners (Zibo's regulations, arts. 36 to 39): give how many of the {members} members are, no fewer than half of them and no more than all.",
    )
    COMMITTEE_SIZE = Words(
        "委员人数须为单数且不少于 {least} 人（业主委员会不少于 5 人：山东省物业管理条例第30条；物业管理委员会不少于 7 人：淄博市物业管理条例第36条至第39条），现为 {members} 人。",
        "A committee has an odd number of members, at least {least} (owners' committees 5: Shandong's regulations, art. 30; management committees 7: Zibo's, arts. 36 to 39); {members} are given.",
    )
    COMMITTEE_TERM = Words(
        "任期从成立之日 {formed_on} 起不超过五年（山东省物业管理条例第30条），届满日须在其后、不晚于 {latest}。",
        "A term is at most five years (Shandong's regulations, art. 30): it ends after {formed_on}, when the committee was formed, and no later than {latest}.",
    )
    COMMUNITY_ONLY = Words(
        "只能由所在社区确认（项目负责人向所在社区报到：北京市物业管理条例第66条、淄博市物业管理条例第44条）：该记录不在贵社区，上级主管部门也不能代为确认。",
        "Only the community itself confirms what is reported to it (Beijing regulations art. 66, Zibo art. 44): this is not in yours, and a division above cannot confirm it in its place.",
    )
    COMPANY_NOT_ACTIVE = Words(
        "企业状态为“{status}”，只能查询，不能修改；请联系主管部门恢复。",
        "The company is {status}: it can read but not change anything. Ask your regulator to reactivate it.",
    )
    CONFLICT = Words(
        "该记录已被他人修改：您看到的是第 {seen} 版，现在是第 {current} 版。请刷新后重试，您的输入未丢失。",
        "Someone changed this record: you saw version {seen}, it is now {current}. Reload it and apply your change again.",
    )
    CONTRACT_ENDS_BEFORE_START = Words(
        "合同终止日 {ends_on} 早于起始日 {starts_on}。",
        "The contract ends on {ends_on}, before it starts on {starts_on}.",
    )
    CONTRACT_OVERLAPS = Words(
        "同一小区同一时间只能有一份有效合同：已有合同至 {until} 止，新合同须从次日或更晚开始。",
        "An estate has one active contract at a time: another one runs until {until}; start on a later day.",
    )
    CONVERTED_ALREADY = Words(
        "该意见已转为问题；一条意见最多转一个问题。",
        "An issue was already made of this opinion; one opinion makes one issue.",
    )
    CREDIT_BASIS_REQUIRED = Words(
        "信用记录须有依据：请填写作出认定的文件名称和文号。",
        "A credit record rests on a document: give the title and number of the one that decided it.",
    )
    CREDIT_COUNTY_DECIDES = Words(
        "信用记录由县（区）级及以上主管部门审核决定；街道、社区可以起草。",
        "Credit records are decided by a regulator of a county (district) or above; streets and communities may draft them.",
    )
    CREDIT_DAYS = Words(
        "天数应为 1 至 {limit}，而不是 {value}。",
        "The days must be 1 to {limit}, not {value}.",
    )
    CREDIT_ENROLLED = Words(
        "贵企业的信用信息已经入库。",
        "Your company is enrolled in the credit system already.",
    )
    CREDIT_LEAD_UNKNOWN = Words(
        "{date} 该项目没有在任的项目负责人；请核对发生日期。",
        "The project had no lead on {date}; check the day on which it occurred.",
    )
    CREDIT_NOTHING_TO_RECTIFY = Words(
        "该记录没有待整改的事项：告知单未规定整改期限，或已报告整改。",
        "There is nothing to rectify: the notice sets no days for it, or it was reported already.",
    )
    CREDIT_NOTICE_REQUIRED = Words(
        "不良信息生效前须先送达《记分告知单》，听取异议。",
        "A bad record takes effect only after its notice (记分告知单) was served and could be objected to.",
    )
    CREDIT_NOT_BAD = Words(
        "只有不良信息才需要信用修复。",
        "Only a bad record can be repaired.",
    )
    CREDIT_OBJECTION_DECIDED = Words(
        "对该记录的异议已于 {date} 作出决定，不再受理第二次异议；认为依据有误的，可请求撤销。",
        "An objection to this record was decided on {date} and is not taken twice; ask for its revocation if its basis is wrong.",
    )
    CREDIT_OBJECTION_LATE = Words(
        "异议期限（告知单载明的天数或参数 OBJECTION_DAYS，生效后为参数 OBJECTION_IN_FORCE_DAYS）已于 {due} 届满，不能再提出异议。",
        "The time to object (the notice's own days or the setting OBJECTION_DAYS, and for a record in force the setting OBJECTION_IN_FORCE_DAYS) ended on {due}.",
    )
    CREDIT_OBJECTION_NONE = Words(
        "该记录没有处理中的异议。",
        "No objection to this record is being dealt with.",
    )
    CREDIT_OBJECTION_OPEN = Words(
        "异议期限至 {due}，届满后方可生效。",
        "It can still be objected to until {due}, and takes effect only after that day.",
    )
    CREDIT_OBJECTION_OVERDUE = Words(
        "异议处理期限（参数 OBJECTION_DECISION_DAYS、OBJECTION_DECISION_DAYS_OTHERS）已于 {due} 届满，不能再延长；请尽快作出决定。",
        "The time to decide (the settings OBJECTION_DECISION_DAYS and OBJECTION_DECISION_DAYS_OTHERS) ended on {due} and cannot be extended any more; decide it.",
    )
    CREDIT_OBJECTION_UNDECIDED = Words(
        "该记录有未处理的异议；请先对异议作出决定。",
        "An objection to this record is undecided; decide it first.",
    )
    CREDIT_POINTS_REQUIRED = Words(
        "变更记录时须填写变更后的分值。",
        "An amended record needs its new points.",
    )
    CREDIT_PROJECT_REQUIRED = Words(
        "项目负责人的信用记录须指明项目。",
        "A project lead's record names the project.",
    )
    CREDIT_REPAIR_TOO_EARLY = Words(
        "最短公示期（《信用修复管理办法》；参数 {setting}：{months} 个月）未满，{earliest} 起方可申请修复。",
        "The shortest term of publication (NDRC Order 36 on credit repair; setting {setting}: {months} months) is not over; apply from {earliest} on.",
    )
    CREDIT_SCHEME_MISSING = Words(
        "{date} 时没有适用于该地的{subject}信用评价标准；请先发布标准。",
        "No credit scheme for this subject ({subject}) was in force there on {date}; publish one first.",
    )
    CREDIT_SEVERITY_REQUIRED = Words(
        "不良信息须标明严重程度（轻微、一般、严重），它决定公示期。",
        "A bad record says how severe it is (minor, general, serious): that decides how long it is shown.",
    )
    CREDIT_SEVERITY_UNWANTED = Words(
        "良好信息和基础信息没有严重程度。",
        "Only a bad record has a severity.",
    )
    CREDIT_TERM_OVER = Words(
        "按决定日期计算，公示期已于 {date} 届满，不能再生效或起草。",
        "Counted from the day of decision, its term ended on {date}, so it can neither be drafted nor take effect.",
    )
    DATE_IMPLAUSIBLE = Words(
        "日期 {date} 似有笔误：应在 {first} 至 {last} 之间。",
        "The date {date} looks like a slip: give one from {first} to {last}.",
    )
    DATE_INVALID = Words(
        "“{value}”不是有效日期；请写成 2024-03-01 或 2024年3月1日。",
        "{value} is not a date; write it like 2024-03-01.",
    )
    DATE_IN_FUTURE = Words(
        "日期 {date} 尚未到来；请在当日或之后登记。",
        "The date {date} is in the future; record it on that day or later.",
    )
    DATE_IN_PAST = Words(
        "日期 {date} 已过；请填写今天或以后的日期。",
        "The date {date} has passed; give today or a later day.",
    )
    DATE_OUT_OF_ORDER = Words(
        "日期 {date} 不能早于 {earliest}。",
        "The date {date} cannot be earlier than {earliest}.",
    )
    DIVISION_CLOSED = Words(
        "行政区划“{name}”已于 {date} 撤销，请使用现行区划。",
        "The division {name} was closed on {date}; use the one that replaced it.",
    )
    DIVISION_CODE_INVALID = Words(
        "“{value}”不能作为此级的区划代码：应为 {length} 位数字，且以上级代码“{above}”开头。",
        "{value} cannot be a code at this level: give {length} digits that start with {above}, the code of the division above.",
    )
    DIVISION_CODE_TAKEN = Words(
        "区划代码“{value}”已属于“{name}”。",
        "The division code {value} belongs to {name}.",
    )
    DIVISION_EXISTS = Words(
        "“{parent}”下已有名为“{name}”的行政区划。",
        "{parent} already has a division named {name}.",
    )
    DIVISION_IN_USE = Words(
        "“{name}”仍有 {divisions} 个下级区划、{estates} 个小区、{companies} 家企业和 {regulators} 个监管机构，不能直接撤销；请将其并入另一区划。",
        "{name} still has {divisions} divisions, {estates} estates, {companies} companies and {regulators} regulators, so it cannot just be closed; merge it into another division.",
    )
    DIVISION_LEVEL_DIFFERS = Words(
        "“{name}”与“{other}”不是同一级别的两个区划，不能合并。",
        "{name} and {other} are not two divisions of one level, so they cannot be merged.",
    )
    DIVISION_MERGED = Words(
        "行政区划“{name}”已于 {date} 并入“{successor}”（{successor_path}），请使用后者。",
        "The division {name} became part of {successor} ({successor_path}) on {date}; use that one.",
    )
    DIVISION_NAME_AMBIGUOUS = Words(
        "有多个行政区划叫“{value}”：{found}；请改填区划代码。",
        "Several divisions are called {value}: {found}; give the division code.",
    )
    DIVISION_NAME_UNKNOWN = Words(
        "在{place}没有找到名为“{value}”的街道或社区；请核对名称，或改填区划代码。",
        "There is no street or community called {value} in {place}; check the name or give the division code.",
    )
    DIVISION_OUTSIDE_REACH = Words(
        "该行政区划不在您的管辖范围内；请改用管辖范围内的区划代码。",
        "This division is outside the area you are responsible for; give the code of one inside it.",
    )
    DIVISION_TOO_HIGH = Words(
        "小区须登记到街道（乡镇）或社区一级，“{name}”级别过高。",
        "An estate is registered at a street (town) or community; {name} is too high a level.",
    )
    DIVISION_TOO_LOW = Words(
        "“{name}”已是社区级，不能再有下级区划。",
        "{name} is a community, which has no divisions below it.",
    )
    DIVISION_UNKNOWN = Words(
        "没有代码为“{value}”的行政区划；请核对统计用区划代码。",
        "There is no division with the code {value}; check the statistical division code.",
    )
    EMPTY = Words(
        "此项不能为空。",
        "This must not be empty.",
    )
    ENDS_BEFORE_START = Words(
        "结束时间必须晚于开始时间。",
        "It must end after it starts.",
    )
    END_REASON_RESERVED = Words(
        "“被接管”只能由主管部门确认接管产生；请选择合同到期或提前解除。",
        "Only a confirmed take-over ends a project as TAKEN_OVER; choose EXPIRED or TERMINATED.",
    )
    ESTATE_AMBIGUOUS = Words(
        "该处有多个小区叫“{name}”；请改填具体社区。",
        "Several estates there are called {name}; give the community.",
    )
    ESTATE_CHANGED_HANDS = Words(
        "提出申请后，该小区的服务企业已变更，此申请不再适用；请驳回，由企业重新申请。",
        "The estate changed hands after this request was made, so it no longer applies; refuse it, and let the company request again.",
    )
    ESTATE_EXISTS = Words(
        "该社区（街道）已登记同名小区“{name}”，请直接选用。",
        "An estate named {name} is already registered there; choose it instead.",
    )
    ESTATE_NEEDS_DIVISION = Words(
        "小区必须属于一个行政区划：请填写区划代码。",
        "An estate belongs to a division: give its division code.",
    )
    ESTATE_REQUIRED = Words(
        "请指定一个已登记小区，或填写一个新小区，二者必居其一。",
        "Give either a registered estate or a new one: exactly one of the two.",
    )
    ESTATE_SERVED = Words(
        "该小区已有物业企业服务；如需接管，请使用 requestTakeOver。",
        "A company already serves this estate; to take it over, use requestTakeOver.",
    )
    ESTATE_SERVED_BY_YOU = Words(
        "该小区已由贵企业服务。",
        "Your company already serves this estate.",
    )
    ESTATE_UNKNOWN = Words(
        "辖区内没有登记名为“{name}”的小区；请核对名称，以及区县、街道和社区。",
        "No estate called {name} is registered in your division; check the name, and the county, street and community.",
    )
    ESTATE_UNSERVED = Words(
        "该小区目前没有物业企业服务，无需接管；请直接使用 createProject。",
        "No company serves this estate, so there is nothing to take over; use createProject.",
    )
    ESTATE_WITHOUT_COMPANY = Words(
        "“{name}”目前没有物业企业服务，问题没有可交办的企业。",
        "No company serves {name}, so there is none to raise the issue with.",
    )
    FEWER_THAN_BATCHES = Words(
        "参加总人数 {value} 不能少于各批次合计的 {counted} 人。",
        "{value} visitors in all cannot be fewer than the {counted} counted in the batches.",
    )
    FILE_ENCRYPTED = Words(
        "文件已加密；请取消密码后另存再导入。",
        "The file is encrypted; save it without a password and import that.",
    )
    FILE_HAS_MACROS = Words(
        "文件含有宏；请另存为不含宏的 .xlsx 或 .csv 再导入。",
        "The file contains macros; save it as .xlsx or .csv without macros and import that.",
    )
    FILE_NOT_A_SPREADSHEET = Words(
        "这不是可读取的电子表格（{reason}）；请另存为 .xlsx、.xls 或 .csv。",
        "This is not a spreadsheet that can be read ({reason}); save it as .xlsx, .xls or .csv.",
    )
    FILE_TOO_LARGE = Words(
        "文件过大（{size}，上限 {limit}）；请拆分后分别导入。",
        "The file is too large ({size}, the limit is {limit}); split it and import the parts.",
    )
    FILE_TOO_MANY_ROWS = Words(
        "表格行数过多（至少 {rows} 行，一次最多导入 {limit} 行）；请拆分后分别导入。",
        "The sheet has too many rows (at least {rows}, one import takes {limit}); split it and import the parts.",
    )
    FILE_TOO_WIDE = Words(
        "表格有内容的列过多（至第 {columns} 列，上限 {limit} 列）；请删去多余的列。",
        "The sheet is too wide (it reaches column {columns}, the limit is {limit}); remove what does not belong to the table.",
    )
    FORMULA = Words(
        "单元格含有公式；请复制后“选择性粘贴为数值”再导入。",
        "The cell holds a formula; copy it and paste it as a value, then import again.",
    )
    FOUR_EYES = Words(
        "四眼原则：起草或修改过的人不能发布或决定；请由另一名有权限的成员办理。",
        "Four eyes: whoever wrote on it neither publishes nor decides it; ask another member who may.",
    )
    HEADING_MISSING = Words(
        "找不到表头：{missing}。文件中的表头是：{found}。",
        "These headings are missing: {missing}. The file has: {found}.",
    )
    HEADING_TWICE = Words(
        "有两列都是“{heading}”（第 {first} 列和第 {second} 列）；请只保留一列。",
        "Two columns are both {heading} ({first} and {second}); keep one.",
    )
    HELD_OFF_NOTICE = Words(
        "公告的时间为 {first} 至 {last}，不能登记为 {date} 举办；改期请先延期（postponeOpenDay）并重新公告。",
        "It was announced for {first} to {last}, so it was not held on {date}; put it off (postponeOpenDay) and announce the new time first.",
    )
    ID_INVALID = Words(
        "自带编号须为“{prefix}_”加小写的 UUIDv7；不填则由系统生成。",
        "Your own id must be {prefix}_ and a UUIDv7 in lower case; or leave it out.",
    )
    ID_TAKEN = Words(
        "该编号已被使用；请换一个新的 UUID，或不填由系统生成。",
        "This id is already used; supply a new UUID or leave it out.",
    )
    INTERVIEW_WITHOUT_ATTENDEES = Words(
        "请至少选择一类约谈对象。",
        "Choose at least one role to be interviewed.",
    )
    ISSUE_CLOSED = Words(
        "该问题已于 {closed_on} 办结；如问题重现，请重新打开（reopenIssue）。",
        "This issue was closed on {closed_on}; if the problem is there again, open it anew (reopenIssue).",
    )
    ISSUING_LEVEL_ONLY = Words(
        "这是“{level}”一级监管机构发出的，只能由该级办理；上下级可以查看。",
        "A regulator of the level {level} issued it, and only that level goes on with it; those above and below may look.",
    )
    LAST_ADMIN = Words(
        "企业至少要有一名有效的管理员；请先指定另一名管理员。",
        "A company keeps at least one active administrator; appoint another one first.",
    )
    LATE_REASON_REQUIRED = Words(
        "报到期限为 {deadline}（属地参数 CHECK_IN_ARRIVAL_DAYS）；逾期报到请说明原因。",
        "The deadline was {deadline} (setting CHECK_IN_ARRIVAL_DAYS); say why the check-in is late.",
    )
    LEAD_ACTIVE = Words(
        "该项目已有在任负责人（{arrived_on} 到任）；请先填写其离任日期，或使用 replaceCurrent。",
        "The project already has a lead (since {arrived_on}); set a leaving date first, or use replaceCurrent.",
    )
    LEAD_GONE = Words(
        "该负责人已于 {left_on} 离任；请选择在任的项目负责人。",
        "This lead left on {left_on}; name one who is in charge now.",
    )
    LEAD_MISSING = Words(
        "“{name}”目前没有项目负责人；请先登记负责人到任（assignLead）。",
        "{name} has no lead at present; record who is in charge first (assignProjectLead).",
    )
    LEAD_REPORTED = Words(
        "“{name}”{since} 至 {until} 的报告已登记；每期只登记一次（属地参数 LEAD_REPORT_MONTHS）。",
        "The report of {name} for {since} to {until} is recorded; there is one for each period (setting LEAD_REPORT_MONTHS).",
    )
    LEAD_UNCHANGED = Words(
        "该员工已是该项目的在任负责人（{arrived_on} 到任）。",
        "This member of staff already leads the project (since {arrived_on}).",
    )
    LEVEL_ONLY_RISES = Words(
        "当前处置层级为“{level}”，只能向更高层级提级。",
        "It is handled at level {level}; escalation only goes up from there.",
    )
    MEMBER_REMOVED = Words(
        "该成员已于 {removed_on} 移除，不能再修改；如需恢复，请重新添加。",
        "This member was removed on {removed_on} and cannot be changed; let the person in as a new member.",
    )
    MORE_THAN_ALL = Words(
        "党员志愿者 {part} 人，不能多于志愿者总数 {whole} 人。",
        "{part} Party-member volunteers cannot be more than the {whole} volunteers in all.",
    )
    NEGATIVE = Words(
        "数量不能为负数（当前为 {value}）。",
        "A number cannot be negative (it is {value}).",
    )
    NOTICE_TOO_SHORT = Words(
        "离开放日仅 {ahead} 天，至少须提前 {days} 天公告（属地参数 OPEN_DAY_NOTICE_DAYS）。",
        "The notice is {ahead} days ahead; it takes at least {days} (setting OPEN_DAY_NOTICE_DAYS).",
    )
    NOT_A_GRID_MEMBER = Words(
        "只有兼职网格员才能填写网格编号；请同时勾选“网格员”。",
        "Only a grid member has a grid code; mark the person as a grid member too.",
    )
    NOT_FOUND = Words(
        "没有找到该记录。",
        "There is no such record.",
    )
    NOT_OVERDUE = Words(
        "该问题办结期限为 {due_on}，尚未逾期或已办结，不能督办。",
        "This issue (due {due_on}) is not overdue or is closed, so there is nothing to supervise.",
    )
    NOT_YOUR_PROJECT = Words(
        "您只能修改自己负责的项目；请联系管理员。",
        "You can change the projects you lead; ask an administrator for this one.",
    )
    NO_PROJECT_THERE = Words(
        "贵企业在“{name}”没有在管项目，无需签订共建协议。",
        "Your company has no running project in {name}, so there is nothing to agree on there.",
    )
    NUMBER_INVALID = Words(
        "“{value}”不是数字。",
        "{value} is not a number.",
    )
    OPEN_DAY_ANNOUNCED = Words(
        "开放日状态为“{state}”，只有草稿可以修改；改期请延期（postponeOpenDay），其他变动请取消后重新发布。",
        "The open day is {state} and only a draft is changed; put it off (postponeOpenDay), or cancel it and announce another.",
    )
    OPEN_DAY_NOT_ANNOUNCED = Words(
        "开放日状态为“{state}”：已发布公告、且未延期或取消的开放日才有公告单和照片。",
        "The open day is {state}: only one that is announced, and neither put off nor called off, has a notice and photos.",
    )
    OPEN_DAY_NOT_OPEN = Words(
        "开放日状态为“{state}”，此时不收集也不答复意见。",
        "The open day is {state}: opinions are collected and answered from when it was held until it is closed.",
    )
    OPINIONS_GIVEN = Words(
        "已收到 {count} 条意见，不能声明“无意见”。",
        "{count} opinions were given, so it cannot be stated that there were none.",
    )
    OPINIONS_NOT_STATED = Words(
        "没有任何意见：请确认“无意见”（noOpinions）后再关闭。",
        "No opinion was recorded: state noOpinions to close it.",
    )
    OPINIONS_UNANSWERED = Words(
        "还有 {count} 条意见未答复；全部答复后才能关闭。",
        "{count} opinions are not answered; answer them all before closing.",
    )
    OWN_ASSIGNMENT = Words(
        "不能修改本人的任职；请由本机构另一名安全管理员办理。",
        "Nobody changes their own assignment; another security administrator of the regulator does.",
    )
    PARTY_ABOVE_ITSELF = Words(
        "党组织不能隶属于自己或自己的下级；请另选上级党组织。",
        "An organisation does not stand under itself or one below it; choose another above.",
    )
    PARTY_ACTIVITY_ELSEWHERE = Words(
        "参加活动的第二党组织应不同于组织关系所在党组织；请另选一个。",
        "The second organisation, for activities, is another than the one that holds the relation; choose another.",
    )
    PARTY_ADVISOR_CURRENT = Words(
        "“{unit}”已向该企业选派党建指导员；请先结束其任期。",
        "{unit} has sent an advisor to the company already; end that assignment first.",
    )
    PARTY_ADVISOR_ENDED = Words(
        "该党建指导员任期已于 {until} 结束。",
        "This advisor's assignment ended on {until}.",
    )
    PARTY_ADVISOR_NEEDLESS = Words(
        "该企业已有党组织，无需选派党建指导员；指导员选派至没有党组织的企业。",
        "The company has a Party organisation; advisors are sent to companies that have none.",
    )
    PARTY_AGE_UNSTATED = Words(
        "请填写出生日期，以核对年满 {age} 周岁（{rules}第{article}条）；系统只核对，不保存。",
        "Give the date of birth, to check the age of {age} ({rules}, article {article}); it is checked and not kept.",
    )
    PARTY_AGREEMENT_UNDATED = Words(
        "拟列为发展对象须先报上级党委同意再公示（{rules}第{article}条）；请在 agreedOn 中填写同意日期。",
        "The committee above agrees before it is made public ({rules}, article {article}); give the day in agreedOn.",
    )
    PARTY_APPOINTMENT_DIRECTION = Words(
        "任职方向与身份、机构不符：企业人员进入社区机构，社区人员进入企业党组织。",
        "The direction does not fit: company people enter community bodies, community people enter a company's organisation.",
    )
    PARTY_APPOINTMENT_ENDED = Words(
        "该任职已于 {until} 结束。",
        "This appointment ended on {until}.",
    )
    PARTY_APPOINTMENT_HELD = Words(
        "该项目负责人在此类机构已有在任职务；请先结束原任职。",
        "The lead of this project holds a post in such a body already; end that one first.",
    )
    PARTY_APPROVER_REQUIRED = Words(
        "请指定一个审批党委：本企业党组织或登记的党组织，二者必居其一。",
        "Name the approving committee: one of your own organisations or one of the registry, exactly one of the two.",
    )
    PARTY_ATTENDED_MORE_THAN_DUE = Words(
        "实到人数 {attended} 不能超过应到人数 {due}；列席人员不计入。",
        "No more can attend ({attended}) than are due ({due}); guests do not count.",
    )
    PARTY_BASIS_DOCUMENT = Words(
        "以同意以外的理由建档，须注明依据文件（个人信息保护法第13条）。",
        "A file that rests on another basis than consent names the document (Personal Information Protection Law, article 13).",
    )
    PARTY_BRANCH_TOO_SMALL = Words(
        "单独组建党支部须有正式党员 3 名以上（党支部工作条例第4条），当前为 {members} 名；不足 3 名的，请组建联合党支部。",
        "A branch of one unit has at least 3 full members (regulations on branch work, article 4); there are {members}. With fewer, propose a joint branch.",
    )
    PARTY_CASE_NOT_RUNNING = Words(
        "该发展党员流程状态为“{state}”，不能继续办理；已中止的请先恢复（resumeDevelopmentCase）。",
        "This development case is {state}, so nothing more can be done on it; resume a suspended one first (resumeDevelopmentCase).",
    )
    PARTY_CASE_NOT_SUSPENDED = Words(
        "该发展党员流程状态为“{state}”，未中止，无需恢复。",
        "This development case is {state}; only a suspended one is resumed.",
    )
    PARTY_CASE_OPEN = Words(
        "该同志已有在办或中止的发展党员流程；请在原流程上办理。",
        "There is a running or suspended development case for this file; go on with that one.",
    )
    PARTY_COMMITTEE_OF_OWNERS = Words(
        "只登记业主委员会的构成；这是物业管理委员会。",
        "Only an owners' committee's composition is entered; this is a property management committee.",
    )
    PARTY_COMMITTEE_SHARE = Words(
        "党员人数 {given} 须在 0 至成员人数 {members} 之间。",
        "The number of Party members ({given}) lies between 0 and the number of members ({members}).",
    )
    PARTY_CONSENT_MISSING = Words(
        "没有用于“{purpose}”的有效单独同意（个人信息保护法第13、29条）；请先登记同意（givePartyConsent）。",
        "There is no valid separate consent for {purpose} (Personal Information Protection Law, articles 13 and 29); record one first (givePartyConsent).",
    )
    PARTY_CONSENT_VALID = Words(
        "用于“{purpose}”的同意仍然有效，无需重复登记。",
        "A consent for {purpose} is valid already.",
    )
    PARTY_DEADLINE_FINAL = Words(
        "“{step}”最迟应于 {last} 前完成（{rules}第{article}条），期限已过，不能再登记为完成；请登记为不予接收（stopDevelopmentCase），重新履行程序。",
        "{step} had to be done by {last} at the latest ({rules}, article {article}) and cannot be entered any more; enter a refusal (stopDevelopmentCase) and begin anew.",
    )
    PARTY_DEADLINE_MISSED = Words(
        "“{step}”应于 {last} 前完成（{rules}第{article}条）；逾期办理须在 lateReason 中说明理由。",
        "{step} was due by {last} ({rules}, article {article}); to enter it late, state why in lateReason.",
    )
    PARTY_DOCUMENT_REQUIRED = Words(
        "“{step}”须注明文件或记录编号（{rules}第{article}条）。",
        "{step} names its document ({rules}, article {article}).",
    )
    PARTY_EXTENDED_ALREADY = Words(
        "预备期只能延长一次（发展党员工作细则第31条），已延长至 {until}；期满后应讨论转正或取消资格。",
        "Probation is extended once only (rules on developing Party members, article 31); it runs until {until}. Then the branch decides to convert or to cancel it.",
    )
    PARTY_EXTENSION_MONTHS = Words(
        "预备期延长不少于 6 个月，不超过 12 个月（发展党员工作细则第31条），当前为 {months} 个月。",
        "Probation is extended by 6 to 12 months (rules on developing Party members, article 31), not by {months}.",
    )
    PARTY_FILES_CHOSEN = Words(
        "请指定要查阅的档案，或一个党组织，二者必居其一。",
        "Name the files to open or an organisation, exactly one of the two.",
    )
    PARTY_FILE_CLOSED = Words(
        "该党员档案已于 {closed_on} 关闭，不能再办理业务。",
        "This Party file was closed on {closed_on}; nothing more can be done on it.",
    )
    PARTY_FILE_ERASED = Words(
        "该党员档案中的个人信息已于 {erased_on} 删除。",
        "What this Party file said of a person was erased on {erased_on}.",
    )
    PARTY_FILE_EXISTS = Words(
        "该员工已有党员档案，一人一档。",
        "There is a Party file for this member of staff; each person has one.",
    )
    PARTY_FILE_IN_USE = Words(
        "该档案仍有有效的党员身份、未办结的发展流程或转接，不能关闭；请先办结。",
        "The file holds an active membership, an unfinished case or a transfer under way; end these before closing it.",
    )
    PARTY_FILE_NUMBER_NAMES = Words(
        "档案编号不得含本人姓名或证件号码（个人信息保护法第6条）：名单上只有编号；请另编一个。",
        "The number of a file holds neither the name nor an identity number of its person (Personal Information Protection Law, article 6), for lists show it; choose another.",
    )
    PARTY_FILE_NUMBER_TAKEN = Words(
        "档案编号“{number}”已被使用。",
        "The file number {number} is used already.",
    )
    PARTY_FILE_RETAINED = Words(
        "档案保存至 {until}（属地参数 PARTY_FILE_RETENTION_MONTHS；个人信息保护法第19条），到期方可删除；本人撤回同意的，请先登记撤回（withdrawPartyConsent）。",
        "The file is kept until {until} (setting PARTY_FILE_RETENTION_MONTHS; Personal Information Protection Law, article 19) and erased after that; where the person withdrew consent, record that first (withdrawPartyConsent).",
    )
    PARTY_HALF_YEAR = Words(
        "半年期应为 1（上半年）或 2（下半年），当前为 {half}。",
        "A half of the year is 1 or 2, not {half}.",
    )
    PARTY_JOINT_UNITS = Words(
        "联合党支部由 2 至 {limit} 个单位组成（党支部工作条例第5条），当前为 {units} 个。",
        "A joint branch joins 2 to {limit} units (regulations on branch work, article 5); there are {units}.",
    )
    PARTY_LEAVING_SOON = Words(
        "发展对象将于 {leaving_on} 离开；未来 {months} 个月内离开工作单位的，一般不办理接收手续（{rules}第{article}条）；可将材料转交新单位党组织（stopDevelopmentCase，TRANSFERRED）。",
        "The person leaves on {leaving_on}; who leaves the unit within {months} months is normally not admitted there ({rules}, article {article}). The papers can go to the new unit (stopDevelopmentCase, TRANSFERRED).",
    )
    PARTY_MAY_NOT_APPROVE = Words(
        "“{name}”（{kind}）无权审批预备党员：须由党委审批，党总支、乡镇（街道）党委所属的基层党委（含社区、小区党委）和临时党组织不能审批（{rules}第{article}条）；请选择有审批权限的党委。",
        "{name} ({kind}) may not approve members: a committee does; a general branch, a base committee under a town or street committee (a community or estate one too) and a temporary organisation may not ({rules}, article {article}). Name a committee that may.",
    )
    PARTY_MEMBERSHIP_ACTIVE = Words(
        "该同志已有有效的党员身份，一名党员只有一个组织关系；请先办理转接（issuePartyTransfer）或登记终止。",
        "There is an active membership for this file, and a member has one relation; transfer it (issuePartyTransfer) or enter its end first.",
    )
    PARTY_MEMBERSHIP_ENDED = Words(
        "该党员身份已于 {ended_on} 终止。",
        "This membership ended on {ended_on}.",
    )
    PARTY_MEMBERSHIP_MISSING = Words(
        "该同志在本企业没有有效的党员身份；请先登记（enterPartyMembership）或办理转入。",
        "There is no active membership for this file; enter one first (enterPartyMembership) or a transfer in.",
    )
    PARTY_MORE_MEMBERS_THAN_STAFF = Words(
        "党员人数 {members} 不能超过员工人数 {staff}。",
        "There cannot be more members ({members}) than staff ({staff}).",
    )
    PARTY_NOT_AN_ACTIVIST = Words(
        "半年考察适用于入党积极分子和发展对象（发展党员工作细则第11条），当前状态为“{state}”。",
        "Half-year reviews are of activists and development objects (rules on developing Party members, article 11); this case is {state}.",
    )
    PARTY_NOT_ON_PROBATION = Words(
        "延长的是预备期（发展党员工作细则第31条），当前状态为“{state}”。",
        "It is probation that is extended (rules on developing Party members, article 31); this case is {state}.",
    )
    PARTY_NOT_PUBLICISED = Words(
        "尚未公示：须公示不少于 {days} 个工作日（{rules}第{article}条）；请先登记公示（publiciseDevelopmentCase）。",
        "It was not publicised yet: at least {days} working days are needed ({rules}, article {article}); enter the publicity first (publiciseDevelopmentCase).",
    )
    PARTY_NOT_REVIEWED = Words(
        "每半年须考察一次（{rules}第{article}条）：应有 {wanted} 次考察记录，现有 {given} 次；请先补登考察（reviewDevelopmentCase）。",
        "There is a review each half-year ({rules}, article {article}): {wanted} are needed, there are {given}. Enter what is missing first (reviewDevelopmentCase).",
    )
    PARTY_NO_OBJECTION = Words(
        "没有待处理的异议。",
        "There is no undecided objection.",
    )
    PARTY_OBJECTION_OPEN = Words(
        "仍有 {objections} 条公示异议未处理，处理完毕后方可继续（{rules}第{article}条）。",
        "{objections} objections are not decided yet; decide them first ({rules}, article {article}).",
    )
    PARTY_ONE_AT_A_TIME = Words(
        "讨论两名以上的，须逐个讨论和表决（{rules}第{article}条）。",
        "Each person is discussed and voted on alone ({rules}, article {article}).",
    )
    PARTY_ONE_SUPERIOR = Words(
        "上级只能是本企业党组织或登记的党组织之一。",
        "An organisation stands under one of your own or under one of the registry, not both.",
    )
    PARTY_OPINIONS_UNHEARD = Words(
        "须听取党小组、培养联系人、党员和群众意见（{rules}第{article}条）；请在 opinionsHeard 中确认。",
        "The group, the contacts, members and colleagues are heard first ({rules}, article {article}); confirm it in opinionsHeard.",
    )
    PARTY_ORGANISATION_HOLDS_NO_RELATIONS = Words(
        "“{kind}”不接收组织关系、不接收预备党员（临时党组织：发展党员工作细则第22条）；请选择党支部、联合党支部或综合党支部。",
        "A {kind} holds no relations and admits nobody (a temporary organisation: rules on developing Party members, article 22); choose a branch, a joint or a comprehensive branch.",
    )
    PARTY_ORGANISATION_NOT_ACTIVE = Words(
        "该党组织状态为“{state}”，须为正常或换届中。",
        "This organisation is {state}; it has to be active or electing.",
    )
    PARTY_ORGANISATION_NOT_EMPTY = Words(
        "该党组织仍有党员组织关系或在办流程；请先转接。",
        "The organisation still holds relations or running cases; transfer them first.",
    )
    PARTY_PLACE_REQUIRED = Words(
        "请填写区划代码或小区，二者必居其一。",
        "Give a division code or an estate, exactly one of the two.",
    )
    PARTY_PROBATION_TOO_SHORT = Words(
        "预备期为一年：转正日期不能早于 {earliest}（党章第7条）。",
        "Probation lasts a year: conversion cannot be before {earliest} (Party constitution, article 7).",
    )
    PARTY_PUBLICITY_RUNNING = Words(
        "公示至 {last_day} 止，次日起方可登记（{rules}第{article}条）。",
        "The publicity runs until {last_day}; enter this on a later day ({rules}, article {article}).",
    )
    PARTY_PUBLICITY_TOO_SHORT = Words(
        "公示不少于 {days} 个工作日（{rules}第{article}条），最早可于 {earliest} 结束。",
        "A publicity takes at least {days} working days ({rules}, article {article}); it can end on {earliest} at the earliest.",
    )
    PARTY_QUORUM = Words(
        "到会有表决权的正式党员须超过应到人数的半数：至少 {needed} 名，当前 {attended} 名（{rules}第{article}条）。",
        "More than half of the members due must attend: at least {needed}, {attended} came ({rules}, article {article}).",
    )
    PARTY_QUOTA_PLANNED = Words(
        "{year} 年的发展党员计划已登记，请修改原计划。",
        "The plan of {year} is entered already; change that one.",
    )
    PARTY_SECOND_PLACE = Words(
        "流动人员须在流出地和流入地同时公示（{rules}第{article}条）；请填写 secondPlace。",
        "A mobile person is publicised at both places at once ({rules}, article {article}); give secondPlace.",
    )
    PARTY_SECRETARY_NOT_MEMBER = Words(
        "兼任书记的主任必须是党员。",
        "A chair who is secretary is a Party member.",
    )
    PARTY_SECRETARY_VACANT = Words(
        "书记空缺时不能填写书记来源。",
        "A vacant position has no source.",
    )
    PARTY_SECRET_BALLOT = Words(
        "须采取无记名投票方式表决（{rules}第{article}条）。",
        "The ballot is secret ({rules}, article {article}).",
    )
    PARTY_STEP_DONE = Words(
        "“{step}”已于 {done_on} 完成。",
        "{step} was done on {done_on}.",
    )
    PARTY_STEP_NOT_DONE = Words(
        "尚未办理“{step}”（{rules}第{article}条）；请先办理（recordDevelopmentStep）。",
        "{step} was not done yet ({rules}, article {article}); enter it first (recordDevelopmentStep).",
    )
    PARTY_STEP_OUT_OF_ORDER = Words(
        "“{step}”之前须先完成：{missing}（{rules}第{article}条）。",
        "Before {step} come: {missing} ({rules}, article {article}).",
    )
    PARTY_STEP_TOO_EARLY = Words(
        "“{step}”最早可在 {earliest} 办理（须满 {months} 个月，或延长的预备期届满）（{rules}第{article}条）。",
        "{step} can be done on {earliest} at the earliest ({months} months, or the extended probation, have to pass) ({rules}, article {article}).",
    )
    PARTY_SUPPORTERS_NUMBER = Words(
        "须有 {wanted} 名正式党员（{rules}第{article}条），当前为 {given} 名；已办步骤的人员补登或调整用 changeCaseSupporters。",
        "{wanted} full members are needed ({rules}, article {article}); {given} are given. For a step that was taken, name or change them with changeCaseSupporters.",
    )
    PARTY_SUPPORTER_IS_SUBJECT = Words(
        "本人不能担任自己的培养联系人或入党介绍人（{rules}第{article}条）。",
        "Nobody is their own contact or introducer ({rules}, article {article}).",
    )
    PARTY_SUPPORTER_NOT_FULL = Words(
        "培养联系人和入党介绍人必须是正式党员（{rules}第{article}条）；外单位的请在 supportersElsewhere 中填写证明文件。",
        "Contacts and introducers are full members ({rules}, article {article}); for one of another unit give the document in supportersElsewhere.",
    )
    PARTY_SUPPORTER_SANCTIONED = Words(
        "受处分仍在影响期内、或受留党察看处分尚未恢复党员权利的党员，不宜或不能担任（{rules}第{article}条）；请另行指定。",
        "A member under a sanction still in effect, or whose rights are not restored, is not chosen ({rules}, article {article}); name another.",
    )
    PARTY_SURVEY_ANSWERED = Words(
        "{year} 年第 {half} 个半年的摸排已填报。",
        "The survey of {year}, half {half}, is answered already.",
    )
    PARTY_TERM_INVALID = Words(
        "任期为 3 年或 5 年（党支部工作条例：村、社区 5 年，其他 3 年；临时党组织、党小组和工作小组不设任期），当前为 {years}。",
        "A term is 3 or 5 years (regulations on branch work: 5 in villages and communities, 3 elsewhere; temporary organisations and groups have none), not {years}.",
    )
    PARTY_TOO_MANY_FILES = Words(
        "一次最多查阅 {limit} 份档案；请分批查阅。",
        "At most {limit} files are opened at once; open them in parts.",
    )
    PARTY_TOO_YOUNG = Words(
        "须年满 {age} 周岁（{rules}第{article}条）：最早可于 {earliest} 申请。",
        "An applicant is at least {age} ({rules}, article {article}): on {earliest} at the earliest.",
    )
    PARTY_TRAINING_SHORT = Words(
        "集中培训不少于 3 天或 24 个学时（{rules}第{article}条），当前为 {days} 天、{hours} 学时。",
        "Training takes at least 3 days or 24 class hours ({rules}, article {article}); {days} days and {hours} hours are given.",
    )
    PARTY_TRANSFER_EXPIRED = Words(
        "转接有效期至 {until}（属地参数 TRANSFER_LETTER_DAYS），逾期不能接收；请登记过期后重新开具（reissuePartyTransfer）。",
        "The transfer was valid until {until} (setting TRANSFER_LETTER_DAYS) and cannot be accepted; enter that it expired and issue it again (reissuePartyTransfer).",
    )
    PARTY_TRANSFER_NOWHERE = Words(
        "组织关系已在该党组织；请另选转入党组织。",
        "The relation lies there already; choose another organisation.",
    )
    PARTY_TRANSFER_OPEN = Words(
        "该同志已有办理中的组织关系转接；请先登记接收、退回或过期。",
        "There is a transfer under way for this file; enter first that it was accepted, returned or expired.",
    )
    PARTY_TRANSFER_VALID = Words(
        "转接在 {until} 之前（含当日）有效（属地参数 TRANSFER_LETTER_DAYS），尚未过期；对方退回的请登记退回（RETURNED）。",
        "The transfer is valid through {until} (setting TRANSFER_LETTER_DAYS); it has not expired. Enter RETURNED if it was returned.",
    )
    PARTY_VENUE_ITEM_UNKNOWN = Words(
        "“{item}”不在本地阵地清单中（属地参数 PARTY_VENUE_ITEMS）：{known}。",
        "{item} is not on the checklist of this division (setting PARTY_VENUE_ITEMS): {known}.",
    )
    PARTY_VENUE_MISSING = Words(
        "没有阵地的党组织不能勾选阵地事项。",
        "An organisation without a venue has no items of one.",
    )
    PARTY_VOTE_DOES_NOT_ADD_UP = Words(
        "票数不符：应到 {due}，到会及书面意见 {cast}，赞成、反对、弃权合计 {votes}；合计须等于到会与书面意见之和，且不超过应到人数（{rules}第{article}条）。",
        "The numbers do not add up: {due} due, {cast} present or in writing, {votes} votes; votes equal those present and in writing, and no more than are due ({rules}, article {article}).",
    )
    PARTY_VOTE_NOT_CARRIED = Words(
        "赞成须超过应到会有表决权正式党员 {due} 人的半数：至少 {needed} 票，当前 {yes} 票（{rules}第{article}条）；未通过的请登记为不予接收（stopDevelopmentCase）。",
        "More than half of the {due} members due have to agree: at least {needed}, {yes} did ({rules}, article {article}); enter a refusal with stopDevelopmentCase.",
    )
    PARTY_VOTE_REQUIRED = Words(
        "请填写支部大会表决情况（{rules}第{article}条）。",
        "Give the numbers of the vote ({rules}, article {article}).",
    )
    PARTY_YEAR_IMPLAUSIBLE = Words(
        "年份应在 2000 至 2100 之间，当前为 {year}。",
        "The year lies between 2000 and 2100, not {year}.",
    )
    PERIOD_INVALID = Words(
        "“{value}”不是有效的起止日期；请写成 2022年1月1日至2024年12月31日。",
        "{value} is not a period; write it like 2022-01-01 - 2024-12-31.",
    )
    PHONE_INVALID = Words(
        "“{value}”不是有效的电话号码：请填写手机号或区号加座机号。",
        "{value} is not a valid phone number: give a mobile number or an area code and number.",
    )
    PHOTOS_TOO_MANY = Words(
        "一次开放日最多保留 {limit} 张照片；请先删除不需要的。",
        "An open day keeps at most {limit} photos; remove one that is not needed first.",
    )
    PLACE_MOVED = Words(
        "该小区刚刚划归另一行政区划；请重试，即按现在的区划登记。",
        "The estate was just moved to another division; try again, and the entry is made where it is now.",
    )
    PROJECT_AMBIGUOUS = Words(
        "贵企业有多个在管项目叫“{name}”；请改用项目全称。",
        "Your company has several active projects called {name}; use the full name.",
    )
    PROJECT_ELSEWHERE = Words(
        "“{name}”不在与“{organisation}”的共建协议所涵盖的社区内；请选择该社区内的物业项目。",
        "{name} lies in another community than the agreement with {organisation} covers; choose a project there.",
    )
    PROJECT_ENDED = Words(
        "该项目已于 {ended_on} 终止，不能再修改。",
        "This project ended on {ended_on} and cannot be changed any more.",
    )
    PROJECT_UNKNOWN = Words(
        "贵企业没有名为“{name}”的在管项目；请先导入项目。",
        "Your company has no active project called {name}; import the project first.",
    )
    RATING_ELSEWHERE = Words(
        "该评定周期不覆盖这里：只有在其区划内的项目（或在其区划注册的企业）可以参评。",
        "This cycle does not reach here: projects in its division, or companies registered there, take part.",
    )
    RATING_EVALUATOR_EXISTS = Words(
        "“{name}”已是该评价主体的成员。",
        "{name} evaluates in this group already.",
    )
    RATING_EVIDENCE_REQUIRED = Words(
        "评定方案要求指标“{indicator}”附证据；请填写证据材料的名称或文号（evidence）。",
        "The scheme asks for evidence of indicator {indicator}; give the title or number of the document in evidence.",
    )
    RATING_INCOMPLETE = Words(
        "评分不完整，不能汇总：{cases}。请补齐评分，或说明原因后将其列为不参评。",
        "Scores are missing, so the cycle cannot be scored: {cases}. Have them entered, or exclude the case for a reason.",
    )
    RATING_INELIGIBLE = Words(
        "该对象不符合参评条件，不能自评或打分。",
        "This case does not meet the conditions of taking part; it is neither assessed nor scored.",
    )
    RATING_LAST_EVALUATOR = Words(
        "“{name}”是评价主体“{group}”的最后一个评价单位，评分期间不能撤销：请先确定另一个评价单位。",
        "{name} is the last evaluator of group {group}; while scores are collected, appoint another one first.",
    )
    RATING_NOT_A_CANDIDATE = Words(
        "{ids} 不能推荐参评：不在该周期的区划内、已终止，或已参评。",
        "{ids} cannot be nominated: outside the cycle's division, ended, or taking part already.",
    )
    RATING_NOT_EVALUATOR = Words(
        "贵单位未被指定为评价主体“{group}”的成员，不能以其名义打分；请由组织单位指定（appointRatingEvaluator）。",
        "Your organisation was not appointed to evaluate in group {group} of this cycle; its organiser appoints (appointRatingEvaluator).",
    )
    RATING_NOT_NOW = Words(
        "评定周期处于“{state}”阶段；此项操作只能在以下阶段进行：{allowed}。",
        "The cycle is {state}; this is done only while it is: {allowed}.",
    )
    RATING_NO_CASES = Words(
        "没有参评对象，不能汇总评分。",
        "There is nothing to score: no case takes part.",
    )
    RATING_NO_OBJECTION = Words(
        "没有待处理的异议：企业未提出，或已处理。",
        "There is no objection to decide: none was made, or it is decided.",
    )
    RATING_OBJECTED = Words(
        "已于 {date} 提出异议；每个参评对象在公示期内可提出一次。",
        "An objection was made on {date} already; a case has one.",
    )
    RATING_OBJECTIONS_OPEN = Words(
        "仍有异议未处理：{numbers}；全部处理后才能审定和公布（评定周期规则：公示期满且异议均已处理）。",
        "Objections are not decided yet: {numbers}. Results become final, and are published, when all are.",
    )
    RATING_OBJECTION_LATE = Words(
        "公示期已于 {due} 届满（属地参数 RATING_PUBLICITY_DAYS），不能再提出异议。",
        "Publicity ended on {due} (setting RATING_PUBLICITY_DAYS); it is too late to object.",
    )
    RATING_OF_PEOPLE = Words(
        "方案“{code_name}”评的是项目负责人；软件不给人排名：请另选评企业或项目的方案，对个人发布用途为 CREDIT 的方案并以信用记录（draftCreditRecord）计分。",
        "Scheme {code_name} rates project leads, and software ranks no people: choose one of companies or projects here; for people, publish it for CREDIT and enter decided records (draftCreditRecord).",
    )
    RATING_ORGANISER_ONLY = Words(
        "只有组织评定的区划（或其上级）可以决定此事项。",
        "Only the division that runs the rating, or one above it, decides this.",
    )
    RATING_OWN_CASE = Words(
        "同行评价不得评价本企业的项目，也没有其他参评对象可评。",
        "A peer never evaluates a case of its own company, and there is no other to evaluate.",
    )
    RATING_PUBLICITY_RUNS = Words(
        "公示期至 {due}（属地参数 RATING_PUBLICITY_DAYS），期满次日起才能审定。",
        "Publicity runs until {due} (setting RATING_PUBLICITY_DAYS); results become final from the day after.",
    )
    RATING_REGULATOR_UNCLEAR = Words(
        "不能确定是{division}的哪个主管部门（{names}）；请按全称填写 regulatorName。",
        "Which regulator of {division} is meant is not clear ({names}); give its full name in regulatorName.",
    )
    RATING_SCHEME_NOT_IN_FORCE = Words(
        "方案“{code_name}”在该期间内不生效；请选择期间内有效的版本，或调整期间。",
        "Scheme {code_name} is not in force in this period; choose an edition that is, or another period.",
    )
    RATING_SCHEME_UNFIT = Words(
        "方案“{code_name}”不能用于此评定：应为本区划或其上级发布的评定方案（用途为评定）。",
        "Scheme {code_name} cannot be used here: choose a scheme for ratings that this division or one above it has published.",
    )
    RATING_SUBJECT = Words(
        "该周期评定的对象是“{subject}”：评项目时请指定项目，评企业时不要指定。",
        "This cycle rates a {subject}: name a project where projects are rated, and none where companies are.",
    )
    RATING_SURVEY_BY_LOT = Words(
        "指标“{indicator}”的答案来自抽样满意度问卷，不能填报：请设立问卷（setUpSurvey），或由方案允许纸质问卷（on_paper）。",
        "The answers to {indicator} come of a survey drawn by lot and cannot be entered: set one up (setUpSurvey), or let the scheme allow paper (on_paper).",
    )
    RATING_SURVEY_RUN = Words(
        "本周期已就指标“{indicator}”开展抽样问卷，不能再录入纸质答案：以问卷结果为准。",
        "A survey of this cycle asks for {indicator}; answers on paper cannot be entered beside it: its results count.",
    )
    RATING_TWICE = Words(
        "已参加“{title}”；每个对象在一个周期内只参评一次。",
        "It takes part in {title} already; each takes part once in a cycle.",
    )
    RATING_UNCHANGED = Words(
        "更正没有改变结果；维持原结果请选择“维持”且不填写更正内容。",
        "This changes nothing of the result; where it stands, choose UPHELD and give no answers.",
    )
    RATING_UNDECIDED = Words(
        "还有申请未审查参评条件：{numbers}；请先逐一决定是否参评。",
        "These applications are not decided yet: {numbers}; first decide of each whether it takes part.",
    )
    REASON_REQUIRED = Words(
        "请说明理由。",
        "Give a reason.",
    )
    RECTIFICATION_ITEMS_TOO_MANY = Words(
        "一份整改通知最多 {limit} 项，当前 {count} 项。",
        "An order has at most {limit} items; {count} are given.",
    )
    RECTIFICATION_ITEM_LATER = Words(
        "该项的期限 {date} 不能晚于整改通知的期限 {latest}。",
        "The item's day, {date}, cannot be later than the order's, {latest}.",
    )
    RECTIFICATION_UNCONFIRMED = Words(
        "本周期还有 {count} 份整改通知未确认；全部确认后才能归档。",
        "{count} rectification orders of this cycle are not confirmed; it is closed once they all are.",
    )
    RECTIFICATION_WITHOUT_ITEMS = Words(
        "请至少列出一个整改事项。",
        "List at least one thing to put right.",
    )
    RED_BLACK_COUNTY_PREPARES = Words(
        "红黑榜由县（区）级及以上主管部门拟定；街道、社区可以查看。",
        "Red and black lists are prepared by a regulator of a county (district) or above; streets and communities read them.",
    )
    RED_BLACK_EMPTY = Words(
        "榜单没有可公示或公布的条目；请先列入至少一家。",
        "The list has no entry to publicise or publish; enter at least one.",
    )
    RED_BLACK_ENTRY_EXISTS = Words(
        "该企业或项目已列入本榜单。",
        "The company or project is on this list already.",
    )
    RED_BLACK_GROUNDS_ENDED = Words(
        "“{name}”的条目所依据的信用记录已修复、到期或撤销，不能公布；请退回修正该条目。",
        "The credit record that the entry of {name} rests on was repaired, has expired or was revoked; correct the entry first.",
    )
    RED_BLACK_GROUNDS_REQUIRED = Words(
        "请写明列入的依据：信用记录或文件名称及文号。",
        "Say what the entry rests on: a credit record, or a document with its number.",
    )
    RED_BLACK_LAST_ENTRY = Words(
        "这是榜单的最后一个条目；请撤下整个榜单。",
        "It is the last entry of the list; withdraw the list instead.",
    )
    RED_BLACK_LEAD_MISSING = Words(
        "该项目目前没有在任的项目负责人，不能列入项目负责人榜单。",
        "The project has no lead at present, so nobody can be entered on a list of project leads.",
    )
    RED_BLACK_NOT_PREPARED = Words(
        "榜单状态为“{state}”，只有拟定中的榜单可以增减条目；已公布的请更正再版。",
        "The list is {state}: entries are added and removed while it is PREPARED; a published one is reissued.",
    )
    RED_BLACK_NOT_PROPOSED = Words(
        "还没有人提出撤下该条目；请先由另一人提出（proposeRedBlackWithdrawal），再由您确认。",
        "Nobody has proposed to take this entry off; let somebody else propose it (proposeRedBlackWithdrawal), then confirm.",
    )
    RED_BLACK_NO_OBJECTION = Words(
        "该条目没有待处理的异议。",
        "No objection to this entry waits for a decision.",
    )
    RED_BLACK_OBJECTED = Words(
        "贵企业已于 {objected_on} 对该条目提出异议。",
        "Your company objected to this entry on {objected_on}.",
    )
    RED_BLACK_OBJECTIONS_OPEN = Words(
        "还有 {count} 条异议未处理；处理完毕后才能公布。",
        "{count} objections are not decided; the list can be published once they are.",
    )
    RED_BLACK_OBJECTION_LATE = Words(
        "只能在公示期内提出异议，公示期（参数 LIST_PUBLICITY_DAYS）至 {due} 止。",
        "An objection is raised during the publicity (setting LIST_PUBLICITY_DAYS), which lasts until {due}.",
    )
    RED_BLACK_OF_PEOPLE = Words(
        "当地不公开自然人信用信息（参数 PUBLISH_NATURAL_PERSON_CREDIT；山东省社会信用条例第20条），不能公布项目负责人榜单。",
        "The division does not publish natural persons' credit (setting PUBLISH_NATURAL_PERSON_CREDIT; Shandong's Social Credit Ordinance, art. 20), so there is no list of project leads.",
    )
    RED_BLACK_PUBLICITY_RUNNING = Words(
        "公示期（参数 LIST_PUBLICITY_DAYS）至 {due} 止，期满后才能继续。",
        "The publicity (setting LIST_PUBLICITY_DAYS) lasts until {due}; go on after that day.",
    )
    RED_BLACK_SUBJECT = Words(
        "该榜单的对象为“{subject}”：企业榜单不填项目，项目和项目负责人榜单须填项目。",
        "The list is of the subject {subject}: a list of companies takes no project, one of projects or project leads needs one.",
    )
    RED_BLACK_SUPERSEDED = Words(
        "所更正的第 {edition} 版已不再公布；请从现行版次重新更正。",
        "Edition {edition}, which this one corrects, is no longer published; reissue the edition in force instead.",
    )
    RED_BLACK_TERM_OVER = Words(
        "榜单的公布期限已于 {date} 届满。",
        "The list was to be shown until {date}, which has passed.",
    )
    REGULATOR_EXISTS = Words(
        "“{division}”已有名为“{name}”的监管机构。",
        "{division} already has a regulator named {name}.",
    )
    ROW_REPEATED = Words(
        "与第 {row} 行重复。",
        "This repeats row {row}.",
    )
    SATISFACTION_UNKNOWN = Words(
        "满意度应为 1 至 5（当前为 {value}）。",
        "Satisfaction is a number from 1 to 5 (it is {value}).",
    )
    SCHEME_AMBIGUOUS = Words(
        "多个区划有代码为“{code_name}”的方案（{paths}）；请指明区划。",
        "Several divisions have a scheme with the code {code_name} ({paths}): say which division.",
    )
    SCHEME_BANDS_GAP = Words(
        "等次之间有空档：{cell} 不属于任何等次；请调整等次的起止边界。",
        "No band covers {cell}: move the edge of a band so that every score has one.",
    )
    SCHEME_BANDS_OVERLAP = Words(
        "等次重叠：{cell} 同时属于 {bands}；请用开闭边界区分，例如 [60, 85) 与 [85, 100]。",
        "{cell} lies in {bands} at once: let one of them end before it, such as [60, 85) beside [85, 100].",
    )
    SCHEME_BANDS_TOO_MANY = Words(
        "等次条件组合过多（超过 {limit} 种）；请减少等次条件。",
        "The conditions of the bands have more than {limit} combinations; use fewer.",
    )
    SCHEME_BAND_CLAUSES = Words(
        "等次“{band}”：按得分确定的等次须有 when 条件；一票否决或未入库的等次不得有。",
        "Band {band}: one given by the score says in `when` how it is reached; one given by a veto or to those not enrolled does not.",
    )
    SCHEME_BAND_UNREACHABLE = Words(
        "等次“{band}”无法达到：总分只能在 {score} 之间；请修改该等次的条件或删除该等次。",
        "Band {band} can never be reached: the total lies in {score}. Change its conditions or leave it out.",
    )
    SCHEME_BAND_WITHOUT_VETO = Words(
        "等次“{band}”只能由一票否决项得出，但没有指标以它为 band；请补充否决项或删除该等次。",
        "Band {band} is given by a veto only, and no veto names it in `band`: add one or leave the band out.",
    )
    SCHEME_CAP = Words(
        "上下限与所含内容矛盾：{value} 应 {expected}。",
        "A cap or floor contradicts what it holds: {value} should be {expected}.",
    )
    SCHEME_CODE_FIXED = Words(
        "草案的代码是“{was}”，不能改为“{given}”；如需另一方案，请另行起草。",
        "The draft's code is {was} and cannot become {given}; draft another scheme instead.",
    )
    SCHEME_CODE_TWICE = Words(
        "代码“{name}”重复；同一类代码不得重复。",
        "The code {name} is used twice; each names one part.",
    )
    SCHEME_CODE_UNKNOWN = Words(
        "“{name}”不存在；可用的有：{known}。",
        "There is no {name}; known are: {known}.",
    )
    SCHEME_DRAFT_EXISTS = Words(
        "“{division}”已有代码为“{code_name}”的草案；请修改该草案。",
        "{division} already has a draft with the code {code_name}; change that one.",
    )
    SCHEME_GROUP_MARKS = Words(
        "评价主体“{group}”的权重为 {weight}，但各维度分给它的合计为 {held}；两者应相等。",
        "Group {group} has a weight of {weight}, but the dimensions give it {held}; both must be equal.",
    )
    SCHEME_ITEMS_DROPPED = Words(
        "新版本缺少上一版的计分项 {items}，仍在有效期内的记录将无法计分；请保留并标记 retired: true。",
        "The new edition lacks items of the last one, and records that rest on them could not be scored: {items}. Keep them with `retired: true`.",
    )
    SCHEME_KEY_MISSING = Words(
        "缺少“{key}”；请补充。",
        "{key} is missing: give it.",
    )
    SCHEME_KEY_UNKNOWN = Words(
        "“{key}”不是方案的内容；请检查拼写或删除。",
        "A scheme has no {key} here: check its spelling or leave it out.",
    )
    SCHEME_MARKS = Words(
        "各部分满分合计不等于总分：{parts} = {total}，应为 {full}；请调整各部分满分或 full_marks。",
        "The parts do not sum to the full marks: {parts} = {total}, not {full}. Change their maxima or full_marks.",
    )
    SCHEME_NOT_LATER = Words(
        "新版本的生效日期 {valid_from} 应晚于上一版的 {last}。",
        "The new edition holds from {valid_from}; it must be later than the last one, {last}.",
    )
    SCHEME_ONE_FORM = Words(
        "请以 yaml 或 document 之一提交方案，不要同时提交。",
        "Give the scheme either as `yaml` or as `document`, one of them.",
    )
    SCHEME_PARTY_SHARE = Words(
        "街道社区党组织评价占比为 {share}%，低于本地区规定的 {minimum}%（属地参数 PARTY_SCORE_SHARE_MIN）；请提高 {kind} 的权重。",
        "Street and community Party organisations hold {share}% of the score, less than the division's {minimum}% (setting PARTY_SCORE_SHARE_MIN); give {kind} more weight.",
    )
    SCHEME_PUBLISHED_MEANWHILE = Words(
        "该方案刚刚发布了新版本；请重新查看后再发布。",
        "An edition of this scheme was published just now; look at it and try again.",
    )
    SCHEME_RETIRED = Words(
        "方案“{code_name}”第 {edition} 版已停用。",
        "Edition {edition} of {code_name} is retired already.",
    )
    SCHEME_SIGN = Words(
        "分值 {points} 的符号与信息类别矛盾：此处应 {sign}。",
        "Points of {points} contradict the section's nature: they should be {sign} here.",
    )
    SCHEME_STEPS_GAP = Words(
        "数量分档有空档：{cell} 没有对应分值；自零起的每个数量都应有一档，例如 [0, 3)、[3, 5)、[5, ∞)。",
        "No step gives points for {cell}; every count from zero on needs one, such as [0, 3), [3, 5), [5, ∞).",
    )
    SCHEME_STEPS_OVERLAP = Words(
        "数量分档重叠：{cell} 同时属于 {steps}。",
        "{cell} lies in {steps} at once; each count has one step.",
    )
    SCHEME_TEXT = Words(
        "第 {line} 行无法读取：{reason}。",
        "Line {line} cannot be read: {reason}.",
    )
    SCHEME_UNKNOWN = Words(
        "没有代码为“{code_name}”的已发布方案。",
        "There is no published scheme with the code {code_name}.",
    )
    SCHEME_VALUE = Words(
        "数值 {value} 无效：应为 {expected}。",
        "{value} cannot be used here: it takes {expected}.",
    )
    SCHEME_VALUE_UNREADABLE = Words(
        "“{value}”无效：应为{expected}。",
        "{value} cannot be used: it takes {expected}.",
    )
    SCHEME_WEIGHTS = Words(
        "权重合计为 {total}，应等于满分 {full}，且每项大于零。",
        "The weights sum to {total}; they must sum to the full marks, {full}, and each be more than zero.",
    )
    SCORE_ANSWER_OF_ANOTHER_KIND = Words(
        "指标“{indicator}”应填写且仅填写：{takes}。",
        "Indicator {indicator} takes exactly: {takes}.",
    )
    SCORE_CHOICE_UNKNOWN = Words(
        "没有“{choice}”这一档；可选：{known}。",
        "There is no tier {choice}; choose one of: {known}.",
    )
    SCORE_GROUP_UNKNOWN = Words(
        "评价主体“{group}”不评该指标；应为：{groups}。",
        "Group {group} does not score this indicator; it is scored by: {groups}.",
    )
    SCORE_INDICATOR_UNKNOWN = Words(
        "方案中没有可这样计分的指标“{indicator}”。",
        "The scheme has no indicator {indicator} that is scored this way.",
    )
    SCORE_LEVEL_UNKNOWN = Words(
        "没有“{level}”这一级别；可选：{known}。",
        "There is no level {level}; choose one of: {known}.",
    )
    SCORE_OUT_OF_RANGE = Words(
        "{value} 超出评定方案给该指标的范围：应在 {expected} 之内。",
        "{value} is beyond what the scheme gives this indicator: {expected}.",
    )
    SCORE_POINTS_REQUIRED = Words(
        "该项按裁量计分，请填写分值。",
        "The points of this item are judged: give them.",
    )
    SCORE_TWICE = Words(
        "指标“{indicator}”已有来自“{by}”的同一记录；每个指标、评价人或记录只计一次。",
        "Indicator {indicator} already has this from {by}; each evaluator or record counts once.",
    )
    SETTING_ENDED = Words(
        "该参数值（{key}）已于 {valid_to} 失效；如需恢复，请另设新值。",
        "This value of {key} ended on {valid_to} already; to have it again, put a new one.",
    )
    SETTING_INVALID = Words(
        "“{value}”不是属地参数 {key} 的有效值：应为 {expected}。",
        "{value} is not a value of the setting {key}: it takes {expected}.",
    )
    SETTING_PUT_MEANWHILE = Words(
        "另一位工作人员刚刚为“{name}”设定了 {key}；请刷新后再决定。",
        "Somebody has just put {key} for {name}; look at it again, then decide.",
    )
    SHEETS_AMBIGUOUS = Words(
        "有多个工作表都像要导入的表：{sheets}；请只保留一个。",
        "Several sheets look like the one to import: {sheets}; keep one.",
    )
    STAFF_AMBIGUOUS = Words(
        "贵企业有多名员工叫“{name}”；请填写电话或工号以区分。",
        "Your company has several members of staff called {name}; give a phone number or staff number.",
    )
    STAFF_LEADS = Words(
        "该员工仍是在任项目负责人；请先在 assignProjectLead 中更换负责人。",
        "This member of staff still leads a project; assign another lead first (assignProjectLead).",
    )
    STAFF_LEFT = Words(
        "该员工已于 {left_on} 离职。",
        "This member of staff left on {left_on}.",
    )
    STAFF_NUMBER_TAKEN = Words(
        "工号“{number}”已被另一名员工使用。",
        "The staff number {number} belongs to another member of staff.",
    )
    SUBSIDY_AREA = Words(
        "补贴面积 {area} 平方米超过小区建筑面积 {whole} 平方米：请更正，或先更正小区面积。",
        "The subsidy is for {area} square metres, the estate has {whole}: put one of them right.",
    )
    SUBSIDY_MONTHS = Words(
        "补贴月数须在 1 至 {limit} 之间（现为 {months}）。",
        "A subsidy is paid for 1 to {limit} months ({months} are given).",
    )
    SUBSIDY_NOT_FEWER = Words(
        "已批准 {granted} 个月，提前终止只能减少月数（现为 {months}）；延长请另行登记补贴。",
        "{granted} months were granted: ending early makes them fewer, not {months}. Grant another subsidy to go on.",
    )
    SUBSIDY_OVERLAPS = Words(
        "该小区自 {since} 起已有 {months} 个月的补贴，与本次期间重叠。",
        "The estate has a subsidy from {since} on for {months} months already, which overlaps this one.",
    )
    SUBSIDY_RATE = Words(
        "补贴标准须大于 0 且不超过 {limit} 元/平方米·月（现为 {rate}）。",
        "The rate is more than 0 and at most {limit} yuan per square metre and month ({rate} is given).",
    )
    SUBSIDY_TOO_LONG = Words(
        "连续补贴不得超过 {allowed} 个月（属地参数 SUBSIDY_MONTHS_MAX），加上本次共 {months} 个月。",
        "No more than {allowed} months are paid in a row (setting SUBSIDY_MONTHS_MAX); with these it would be {months}.",
    )
    SUPERVISED_ALREADY = Words(
        "该问题自 {supervised_on} 起已在督办中。",
        "This issue has been under supervision since {supervised_on}.",
    )
    SURVEY_EDGES = Words(
        "{low} 至 {high} 分的量表须说明几分起算满意（satisfiedFrom）、几分及以下算不满意（dissatisfiedTo），且前者大于后者，均在量表之内。",
        "A scale from {low} to {high} says from which score on one is satisfied (satisfiedFrom) and up to which dissatisfied (dissatisfiedTo); both lie on it, and the first above the second.",
    )
    SURVEY_EXISTS = Words(
        "本评定周期已有“{estate}”的问卷；每个小区一份，样本不足而结束的除外。",
        "This rating has a survey of {estate}; there is one for each estate, unless it was closed below its sample.",
    )
    SURVEY_FRAME = Words(
        "住户名单只有 {given} 户，少于要求的样本 {required} 户；请补全名单（未附名单时按小区登记户数编号）。",
        "The list has {given} households, fewer than the sample of {required}; complete it (without a list the estate's number of households counts).",
    )
    SURVEY_HOUSEHOLD_PERSONAL = Words(
        "住户名单只写房号等标识，不得含电话、证件号码；请去掉 11 位及以上的数字。",
        "A household is named by its door, without phone or identity numbers; take out what has 11 digits or more.",
    )
    SURVEY_HOUSEHOLD_TWICE = Words(
        "住户“{household}”在名单中出现了两次；每户只列一次。",
        "The household {household} is on the list twice; list each once.",
    )
    SURVEY_INCOMPLETE = Words(
        "已答 {answered} 户，少于要求的样本 {required} 户，问卷不能按完成结束；请继续催收、更换候补户，或填写样本不足的原因（shortfall），该结果将不计分。",
        "{answered} households have answered, fewer than the sample of {required}; wait, replace households by reserves, or state why it falls short (shortfall): then it does not count for a score.",
    )
    SURVEY_INDICATOR = Words(
        "“{indicator}”不是该评定方案中由业主（居民）作答的满意度指标；请填写方案中的问卷类指标代码。",
        "{indicator} is no indicator of the rating's scheme that owners answer by a survey; give the code of one that is.",
    )
    SURVEY_INDICATOR_TWICE = Words(
        "有两个问题对应同一指标“{indicator}”；每个指标对应一个问题。",
        "Two questions are for the indicator {indicator}; ask one for each.",
    )
    SURVEY_NOT_OPEN = Words(
        "问卷状态为“{state}”，只有调查中的问卷可以更换住户或补发链接。",
        "The survey is {state}; households are replaced and links issued anew only while it is open.",
    )
    SURVEY_NO_RESERVE = Words(
        "候补户已用完；请填写样本不足的原因后结束，或另设问卷并增加候补户。",
        "There is no reserve left; close the survey and state the shortfall, or set up another with more reserves.",
    )
    SURVEY_QUESTIONS = Words(
        "问卷须有 1 至 {limit} 个问题。",
        "A survey asks 1 to {limit} questions.",
    )
    SURVEY_REQUIRED = Words(
        "要求的样本为 {given} 户，应在 {minimum}（属地参数 SATISFACTION_SAMPLE_MIN、SMALL_CELL 中较大者）至 {limit} 户之间。",
        "A sample of {given} is asked for; it lies between {minimum} (the larger of the settings SATISFACTION_SAMPLE_MIN and SMALL_CELL) and {limit}.",
    )
    SURVEY_SCALE = Words(
        "量表 {low} 至 {high} 无效：应为 0 至 {highest} 之间的整数，且上限大于下限。",
        "A scale from {low} to {high} cannot be used: it has whole numbers from 0 to {highest}, and its end is above its start.",
    )
    SURVEY_SCALE_RATED = Words(
        "指标“{indicator}”的分制为 {low} 至 {high}，问题须用同一分制。",
        "Indicator {indicator} has a scale from {low} to {high}; ask the question on the same scale.",
    )
    SURVEY_SLIP_NOT_OUT = Words(
        "该户状态为“{state}”，只有已发放、未作答的住户可以更换或补发。",
        "This household is {state}; only one that has a link and has not answered is replaced or given another.",
    )
    SURVEY_WORDS = Words(
        "量表有 {scores} 个分值，选项文字有 {given} 个；两者须一致，且不超过 {limit} 个。",
        "The scale has {scores} scores and {given} words are given; there is one for each score, and at most {limit}.",
    )
    TAKE_OVER_PENDING = Words(
        "贵企业对该小区的接管申请正在等待主管部门确认。",
        "Your take-over request for this estate is already waiting for the regulator.",
    )
    TOO_FEW_CONFIRMED = Words(
        "已确认的认领项目为 {confirmed} 个，评议至少需要 {needed} 个（属地参数 CLAIMED_PROJECTS_MIN）。",
        "{confirmed} claimed projects are confirmed; a review takes at least {needed} (setting CLAIMED_PROJECTS_MIN).",
    )
    TOO_LARGE = Words(
        "数值过大：最大为 {limit}。",
        "Too large: at most {limit}.",
    )
    TOO_LONG = Words(
        "内容过长：最多 {limit} 个字符，当前 {length} 个。",
        "Too long: at most {limit} characters, this has {length}.",
    )
    TOO_PRECISE = Words(
        "小数位过多：最多 {places} 位。",
        "Too many decimals: at most {places}.",
    )
    TRANSITION_NOT_ALLOWED = Words(
        "当前状态为“{state}”，不能变为“{wanted}”；允许的下一状态：{allowed}。",
        "It is {state} and cannot become {wanted}; allowed next: {allowed}.",
    )
    USCC_INVALID = Words(
        "统一社会信用代码“{value}”校验未通过；如确认无误，请填写 usccOverride 说明理由。",
        "The unified social credit code {value} fails its check; if it is right all the same, state why in usccOverride.",
    )
    USCC_TAKEN = Words(
        "统一社会信用代码“{value}”已被另一家在册企业使用。",
        "The unified social credit code {value} belongs to another enrolled company.",
    )
    VISITORS_NOT_NOW = Words(
        "开放日状态为“{state}”，此时不能登记人数；可以登记的状态：{allowed}。",
        "The open day is {state}; visitors are registered or counted while it is: {allowed}.",
    )
    WHISTLE_ARRIVED_BEFORE = Words(
        "到场时间早于吹哨时间：请更正。",
        "The unit cannot have arrived before the whistle was raised: put the time right.",
    )
    WHISTLE_BRANCH = Words(
        "吹哨的党支部须是小区“{name}”现有的党支部：请另选，或由社区直接吹哨。",
        "The branch that raises a whistle is one at work at {name}: choose another, or raise it as the community.",
    )
    WHISTLE_COMMUNITY_RAISES = Words(
        "哨由小区所在社区或街道吹响（支部吹哨、单位报到）：上级主管部门请督办问题。",
        "The community or street of the estate raises whistles; a division above supervises issues instead.",
    )
    WHISTLE_NEEDS_PERSUASION = Words(
        "执法哨须先劝阻：请记录劝阻无效的情况，或改吹宣传哨、应急哨。",
        "An enforcement whistle comes after persuasion has failed: record how, or raise one of another level.",
    )
    WHISTLE_RAISER_CONFIRMS = Words(
        "只能由吹哨的社区或街道确认办结。",
        "Only the community or street that raised the whistle confirms that it is done.",
    )
    WHISTLE_STREET_DISPATCHES = Words(
        "“{level}”由街道或以上受理、派单：请报街道。",
        "A whistle of level {level} is decided on by a street or above: refer it to your street.",
    )
    WHISTLE_UNITS = Words(
        "须吹哨 1 至 {limit} 个单位（现为 {units} 个）。",
        "A whistle calls 1 to {limit} units ({units} are given).",
    )
    WHISTLE_UNIT_ARRIVED = Words(
        "“{unit}”的到场时间已经登记。",
        "When {unit} arrived is recorded already.",
    )
    WHISTLE_UNIT_UNKNOWN = Words(
        "本哨没有呼叫“{unit}”；被吹哨单位：{called}。",
        "This whistle does not call {unit}; it calls {called}.",
    )
    WHOLE_NUMBER_INVALID = Words(
        "“{value}”不是整数。",
        "{value} is not a whole number.",
    )
    YEAR_NOT_MEANT = Words(
        "{signed_on} 签订的协议应为当年或次年的协议，而不是 {year} 年。",
        "An agreement signed on {signed_on} is for that year or the next, not for {year}.",
    )
    YES_NO_INVALID = Words(
        "“{value}”不是“是”或“否”。",
        "{value} is neither yes nor no.",
    )
