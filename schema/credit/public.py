"""What everybody may ask about a company's credit, and the check of a tender's list."""

from datetime import date
from decimal import Decimal
from typing import Final

from strawberry.scalars import JSON

from schema.reads.report import Asked, figure, figures
from schema.reads.values import list_of, text_parameter


@figures("Credit of a company as it is today (企业信用公示): no natural person's by default.")
class PublicCredit:
    """One row."""

    name: str = figure("The company (企业名称).")
    uscc: str = figure("Unified social credit code (统一社会信用代码).")
    score: Decimal = figure("The score (信用得分).")
    grade: str | None = figure("Code of the band reached (信用等级).")
    grade_name: str | None = figure("Name of that band (等级名称).")
    since: date = figure("Nothing changed it since (起始日期).")
    scheme: str = figure("The scheme (评价标准).")
    edition: int = figure("Edition of the scheme (版次).")
    basis: str = figure("The document it rests on (依据文件).")
    as_of: date = figure("As of this day (截至日期).")
    records: JSON = figure(
        "Records in force (在效信用记录): item, article, points, document, issuer and term; none that ended."
    )


@figures("Whether a company of a tender's list reached a grade on a day (投标信用核查).")
class CreditCheck:
    """One company, in the order asked for."""

    uscc: str = figure("The code as it was given (统一社会信用代码).")
    found: bool = figure("The company had a score on that day (有信用得分).")
    name: str | None = figure("The company (企业名称).")
    score: Decimal | None = figure("The score (信用得分).")
    grade: str | None = figure("Code of the band reached (信用等级).")
    meets: bool | None = figure(
        "It reached the grade or a better one (达到要求); null where the company's scheme has no such grade."
    )


USCC: Final = Asked(str, "Unified social credit code (统一社会信用代码).", "text", text_parameter)
USCCS: Final = Asked(
    list[str], "Unified social credit codes (统一社会信用代码), at most 100.", "text[]", list_of(text_parameter)
)
MINIMUM_GRADE: Final = Asked(
    str,
    "Code of the grade to be reached (最低等级); a scheme lists its grades best first.",
    "text",
    text_parameter,
)
