"""The pages of a survey as HTML: in Chinese, or in English where that is preferred; readable on an old, narrow phone.

A page is whole as it arrives. Everything that was typed by somebody is escaped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from tenants.errors import Locale
from tenants.survey.answer import COMMENT_LIMIT, Paper
from tenants.survey.link import PAGE
from tenants.survey.question import Question

COMMENT: Final = "comment"

STYLE: Final = """
body{margin:0;background:#f2f4f7;color:#1c2733;font:18px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:34em;margin:0 auto;padding:16px 16px 48px;background:#fff}
h1{font-size:24px;line-height:1.35;margin:8px 0}
.by{color:#52606d;margin:0 0 12px}
.note{background:#eef4fb;border-left:4px solid #2f6fb3;padding:10px 12px;margin:12px 0}
.bad{background:#fdeaea;border-left:4px solid #b42318;padding:10px 12px;margin:12px 0}
fieldset{border:0;border-top:1px solid #d6dee6;margin:0;padding:16px 0 8px;min-width:0}
legend{font-weight:bold;padding:0;float:left;width:100%;margin-bottom:8px}
.missing legend{color:#b42318}
label.o{display:block;clear:both;border:1px solid #b8c4d0;border-radius:6px;padding:11px 12px;margin:8px 0}
label.o input{width:20px;height:20px;margin:0 10px 0 0;vertical-align:-3px}
.hint{color:#52606d;font-size:16px;clear:both}
input.n,input.c,textarea{font:inherit;box-sizing:border-box;border:1px solid #8795a3;border-radius:6px;padding:10px}
input.n{width:6em;margin-bottom:8px}input.c,textarea{width:100%}
button{font:inherit;font-weight:bold;width:100%;padding:14px;margin-top:16px;border:0;border-radius:6px}
button{background:#1f5fa5;color:#fff}
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages say in one language."""

    language: str
    anonymous: str
    missing: str
    unanswered: str
    long: str
    number: str
    comment: str
    warning: str
    optional: str
    send: str
    done: tuple[str, str]
    already: tuple[str, str]
    gone: tuple[str, str]
    wait: tuple[str, str]
    type_in: tuple[str, str]
    mistyped: str
    again: str
    open: str

    @property
    def english(self) -> bool:
        """Whether questions are shown in English, where they were given in it."""
        return self.language == "en"

    def form(
        self, paper: Paper, given: Mapping[str, str] | None = None, scores: Mapping[str, int] | None = None
    ) -> str:
        """The questions; those that `given` does not answer (`scores`) are marked, or else a comment is too long."""
        said, known = given or {}, scores or {}
        problem = ""
        if given is not None:
            told = self.missing if len(known) < len(paper.questions) else self.long.format(limit=COMMENT_LIMIT)
            problem = f'<p class="bad" role="alert">{told}</p>'
        asked = "".join(
            self._question(number, each, said.get(each.code, ""), given is not None and each.code not in known)
            for number, each in enumerate(paper.questions, 1)
        )
        return self._page(
            paper.title,
            f'<p class="by">{escape(paper.organiser)}</p><p class="note">{self.anonymous}</p>{problem}'
            f'<form method="post" autocomplete="off">{asked}'
            f'<fieldset><legend><label for="c">{self.comment}</label></legend>'
            f'<textarea id="c" name="{COMMENT}" rows="4" maxlength="{COMMENT_LIMIT}">'
            f"\n{escape(said.get(COMMENT, ''))}</textarea>"
            f'<p class="hint">{self.optional.format(limit=COMMENT_LIMIT)} {self.warning}</p></fieldset>'
            f'<button type="submit">{self.send}</button></form>',
        )

    def thanks(self) -> str:
        """It was taken."""
        return self._said(self.done)

    def used(self) -> str:
        """The link was used."""
        return self._said(self.already)

    def unknown(self) -> str:
        """The link leads nowhere, or not any more."""
        title, text = self.gone
        return self._page(title, f'<p class="note">{text}</p><p><a href="{PAGE}">{self.again}</a></p>')

    def later(self) -> str:
        """Not now."""
        return self._said(self.wait)

    def entry(self, *, mistyped: bool = False) -> str:
        """Where a code is typed."""
        title, label = self.type_in
        problem = f'<p class="bad" role="alert">{self.mistyped}</p>' if mistyped else ""
        return self._page(
            title,
            f'{problem}<form method="get" action="{PAGE}" autocomplete="off"><p><label for="code">{label}</label></p>'
            '<input class="c" id="code" name="code" required maxlength="60" autocapitalize="none" spellcheck="false">'
            f'<button type="submit">{self.open}</button></form>',
        )

    def _question(self, number: int, asked: Question, given: str, missing: bool) -> str:
        if asked.chosen_from:
            scores = reversed(asked.scores) if asked.words else asked.scores
            inner = "".join(
                f'<label class="o"><input type="radio" name="{asked.code}" value="{score}" required'
                f"{' checked' if given == str(score) else ''}>{escape(asked.worded(score, self.english))}</label>"
                for score in scores
            )
        else:
            inner = (
                f'<p class="hint"><label for="{asked.code}">'
                f"{self.number.format(low=asked.low, high=asked.high)}</label></p>"
                f'<input class="n" type="number" inputmode="numeric" id="{asked.code}" name="{asked.code}"'
                f' min="{asked.low}" max="{asked.high}" step="1" required value="{escape(given[:10])}">'
            )
        mark, note = (' class="missing"', f" {self.unanswered}") if missing else ("", "")
        return f"<fieldset{mark}><legend>{number}. {escape(asked.asked(self.english))}{note}</legend>{inner}</fieldset>"

    def _said(self, words: tuple[str, str]) -> str:
        title, text = words
        return self._page(title, f'<p class="note">{text}</p>')

    def _page(self, title: str, body: str) -> str:
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
            f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
        )


WORDS: Final[Mapping[Locale, Words]] = {
    "zh": Words(
        language="zh-CN",
        anonymous="本问卷匿名：不记录您的姓名、住址和作答时间，您的选择只计入汇总。每户一份，提交后不能修改。",
        missing="还有问题没有回答或分数不在范围内（已标出），请补充后再提交。",
        unanswered="（未回答）",
        long="意见超过 {limit} 字，请缩短后再提交。",
        number="请填 {low} 至 {high} 的整数，{high} 分为最满意",
        comment="意见和建议（选填）",
        warning="请不要写姓名、电话、门牌号。",
        optional="最多 {limit} 字。",
        send="提交",
        done=("谢谢您", "答卷已收到，本链接不再有效。您可以关闭此页面。"),
        already=("此链接已使用", "这一户的答卷已收到，每户只能答一次。如果不是您家答的，请告诉发放问卷的工作人员。"),
        gone=("链接无效", "没有找到这份问卷：可能地址不完整、链接已更换，或者调查已经结束。请核对纸条上的答卷码。"),
        wait=("请稍候", "现在访问的人较多，您的答卷还没有提交。请一分钟后刷新本页面。"),
        type_in=("填写问卷", "请输入纸条上的答卷码（24 个字母和数字，不分大小写）"),
        mistyped="答卷码应为 24 个字母和数字，请核对纸条。",
        again="重新输入答卷码",
        open="打开问卷",
    ),
    "en": Words(
        language="en",
        anonymous="This survey is anonymous: your name, address and the time of your answer are not recorded, and what"
        " you choose is only added up. One answer for each household; it cannot be changed afterwards.",
        missing="Some questions are not answered yet, or off the scale (marked). Answer them, then submit again.",
        unanswered="(not answered)",
        long="The comment is longer than {limit} characters; shorten it, then submit again.",
        number="A whole number from {low} to {high}; {high} is best",
        comment="Comments (optional)",
        warning="Do not write names, phone numbers or your door.",
        optional="At most {limit} characters.",
        send="Submit",
        done=("Thank you", "Your answer was received, and this link does not work any more. You may close this page."),
        already=(
            "This link was used",
            "The answer of this household was received; each answers once. If it was not you, tell whoever gave you"
            " the slip.",
        ),
        gone=(
            "This link does not work",
            "The survey was not found: the address may be incomplete, the link replaced, or the survey over. Check the"
            " code on the slip.",
        ),
        wait=("One moment", "Many people are here now, and your answer was not submitted. Reload in a minute."),
        type_in=("Answer a survey", "Type the code on the slip (24 letters and digits)"),
        mistyped="A code has 24 letters and digits; check the slip.",
        again="Type the code again",
        open="Open the survey",
    ),
}
