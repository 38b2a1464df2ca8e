"""A document as text: the plain part of YAML 1.2, in which a value is what is written.

Taken are block mappings and sequences, flow ones within a line, plain and quoted text, and comments. Every scalar is
text here, and the document's types read it: `1.10` stays one ten, `no` is a word and a day is no timestamp. Refused are
anchors and aliases (they grow without limit), tags, text over several lines, and a key given twice.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from tenants.errors import Code, DomainError, Words
from tenants.scheme.values import unprintable

LIMIT: Final = 200_000
"""The longest text; the largest published scheme we know takes a tenth of it."""
_LINE = 4_000
_DEPTH = 20
_WIDTH = 100

_BREAK = re.compile(r"\r\n?|\n")
_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},#&*!|>%@`?:-][^"\[\]{},#:]*):(?=\s|$)""")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
_SINGLE = re.compile(r"'(?:[^']|'')*'")
_PLAIN = re.compile(r"[^\s\"'\[\]{},#&*!|>%@`?:-]|[-?:](?=[^\s,\[\]{}])")
_SAFE = re.compile(r"""[^\s"'\[\]{},#&*!|>%@`?:\-]([^"'\[\]{},#:?\n\t]*[^\s"'\[\]{},#:?])?|-[0-9.]+""")


@dataclass(slots=True)
class _Line:
    number: int
    indent: int
    text: str


def parse(text: str) -> Any:
    """The structure that a text writes down. Raises `DomainError` with the line that cannot be read."""
    if len(text) > LIMIT:
        raise DomainError(Code.TOO_LONG, limit=LIMIT, length=len(text))
    if (refused := unprintable(_BREAK.sub("", text))) is not None:
        raise DomainError(Code.CHARACTER_NOT_ALLOWED, character=refused)
    lines: list[_Line] = []
    for number, line in enumerate(_BREAK.split(text.removeprefix("\ufeff")), start=1):
        content = line.strip(" ")
        if not content or content.startswith("#") or (content == "---" and not lines):
            continue
        if len(line) > _LINE:
            _refuse(number, f"一行最多 {_LINE} 个字符", f"a line has at most {_LINE} characters")
        if "\t" in line[: len(line) - len(line.lstrip())]:
            _refuse(number, "缩进应使用空格，不用制表符", "indent with spaces, not with tabs")
        lines.append(_Line(number, len(line) - len(line.lstrip(" ")), content))
    if not lines:
        raise DomainError(Code.EMPTY)
    reader = _Reader(lines)
    made = reader.block(lines[0].indent, 0)
    if reader.at < len(lines):
        _refuse(lines[reader.at].number, "缩进与上文不一致", "its indentation fits nothing above")
    return made


def _refuse(line: int, chinese: str, english: str) -> NoReturn:
    raise DomainError(Code.SCHEME_TEXT, line=line, reason=Words(chinese, english))


class _Reader:
    """Reads lines from the first to the last; `at` is the next one."""

    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self.at = 0

    def block(self, indent: int, depth: int) -> Any:
        """The mapping, sequence or scalar whose lines begin at this indentation."""
        line = self.lines[self.at]
        if depth > _DEPTH:
            _refuse(line.number, "层级过深", "it is nested too deeply")
        if line.text == "-" or line.text.startswith("- "):
            return self._sequence(indent, depth)
        if _KEY.match(line.text):
            return self._mapping(indent, depth)
        self.at += 1
        return _value(line.text, line.number)

    def _sequence(self, indent: int, depth: int) -> list[Any]:
        items = []
        while (line := self._here(indent)) is not None and (line.text == "-" or line.text.startswith("- ")):
            rest = line.text[1:].lstrip(" ")
            if rest and not rest.startswith("#"):
                # What follows the dash is a block of its own that begins where it stands.
                inner = indent + len(line.text) - len(rest)
                self.lines[self.at] = _Line(line.number, inner, rest)
                items.append(self.block(inner, depth + 1))
            else:
                self.at += 1
                items.append(self._below(line, indent, depth))
        return items

    def _mapping(self, indent: int, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while (line := self._here(indent)) is not None and not line.text.startswith("- "):
            found = _KEY.match(line.text)
            if found is None:
                _refuse(line.number, "应为“键: 值”", "a key and a value were expected, such as `code: A`")
            key = _unquoted(found[1], line.number)
            if key in made:
                _refuse(line.number, f"“{key}”重复", f"{key} is given twice")
            rest = line.text[found.end() :].strip()
            self.at += 1
            made[key] = (
                _value(rest, line.number) if rest and not rest.startswith("#") else self._below(line, indent, depth)
            )
        return made

    def _here(self, indent: int) -> _Line | None:
        line = self.lines[self.at] if self.at < len(self.lines) else None
        return line if line is not None and line.indent == indent else None

    def _below(self, line: _Line, indent: int, depth: int) -> Any:
        """The block under a key or a dash that has nothing beside it."""
        following = self.lines[self.at] if self.at < len(self.lines) else None
        dashed = following is not None and following.indent == indent and following.text.startswith("- ")
        if following is None or not (following.indent > indent or (dashed and not line.text.startswith("-"))):
            _refuse(line.number, "没有值", "it has no value")
        return self.block(following.indent, depth + 1)


def _value(text: str, line: int) -> Any:
    """A scalar or a flow collection that takes up the rest of a line."""
    made, rest = _flow(text, line, 0, inside=False)
    if rest and not rest.startswith("#"):
        _refuse(line, f"多余的内容“{rest}”，请将整段文字加引号", f"{rest} is left over; put the whole text into quotes")
    return made


def _flow(text: str, line: int, depth: int, *, inside: bool) -> tuple[Any, str]:
    """What the text begins with, and the rest of it."""
    if depth > _DEPTH:
        _refuse(line, "层级过深", "it is nested too deeply")
    if text.startswith("["):
        return _collection(text[1:].lstrip(), line, depth, "]")
    if text.startswith("{"):
        return _collection(text[1:].lstrip(), line, depth, "}")
    for quoted in (_DOUBLE, _SINGLE):
        if found := quoted.match(text):
            return _unquoted(found[0], line), text[found.end() :].lstrip()
    if not _PLAIN.match(text):
        _refuse(line, f"无法读取“{text}”", f"{text} cannot be read; put it into quotes")
    end = re.search(r"\s#|:\s|:$|[,\[\]{}]" if inside else r"\s#|:\s|:$", text)
    at = len(text) if end is None else end.start()
    return text[:at].rstrip(), text[at:].lstrip()


def _collection(text: str, line: int, depth: int, closing: str) -> tuple[Any, str]:
    items: list[Any] = []
    pairs: dict[str, Any] = {}
    while not text.startswith(closing):
        if closing == "}":
            found = _KEY.match(text)
            if found is None:
                _refuse(
                    line, f"大括号内应为“键: 值”，或缺少 {closing}", f"a key and a value were expected before {closing}"
                )
            key = _unquoted(found[1], line)
            if key in pairs:
                _refuse(line, f"“{key}”重复", f"{key} is given twice")
            pairs[key], text = _flow(text[found.end() :].lstrip(), line, depth + 1, inside=True)
        else:
            item, text = _flow(text, line, depth + 1, inside=True)
            items.append(item)
        if text.startswith(","):
            text = text[1:].lstrip()
        elif not text.startswith(closing):
            _refuse(line, f"缺少 {closing}", f"{closing} is missing; a flow collection ends on its line")
    return (pairs if closing == "}" else items), text[1:].lstrip()


def _unquoted(text: str, line: int) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            _refuse(line, f"引号内的转义无法读取：{text}", f"the escapes of {text} cannot be read")
    return text.strip()


def write(structure: Mapping[str, Any]) -> str:
    """The text of a structure; `parse` reads the same structure from it, its scalars as text."""
    return "\n".join(_written(structure, 0)) + "\n"


def _written(value: Any, indent: int) -> list[str]:
    space = " " * indent
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, each in value.items():
            short = _short(each, _WIDTH - indent - len(key))
            if short is not None:
                lines.append(f"{space}{_scalar(key)}: {short}")
            else:
                lines += [f"{space}{_scalar(key)}:", *_written(each, indent + 2)]
    else:
        for each in value:
            short = _short(each, _WIDTH - indent)
            if short is not None:
                lines.append(f"{space}- {short}")
            else:
                first, *rest = _written(each, indent + 2)
                lines += [f"{space}- {first.lstrip(' ')}", *rest]
    return lines


def _short(value: Any, width: int) -> str | None:
    """The value on one line: a scalar, or a collection of scalars that fits."""
    if isinstance(value, Mapping):
        parts = [f"{_scalar(key)}: {_scalar(each)}" for key, each in value.items() if not _nested(each)]
        text = f"{{{', '.join(parts)}}}"
        return text if len(parts) == len(value) and len(text) <= width else None
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [_scalar(each) for each in value if not _nested(each)]
        text = f"[{', '.join(parts)}]"
        return text if len(parts) == len(value) and len(text) <= width else None
    return _scalar(value)


def _nested(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if _SAFE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
