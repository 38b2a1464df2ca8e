"""A document as text: the part of YAML that is a tree, in which a value is what is written.

Every scalar is text here, and the document's types read it: `1.10` stays one ten, `no` is a word and a day is no
timestamp. Refused are anchors and aliases (they grow without limit), tags, blocks of text, a key given twice and a
place left empty.
"""

import re
from collections.abc import Hashable, Mapping
from typing import Any, Final, NoReturn

import yaml
from yaml.reader import ReaderError

from tenants.errors import Code, DomainError, Words
from tenants.scheme.values import unprintable

LIMIT: Final = 200_000
"""The longest text; the largest published scheme we know takes a tenth of it."""
_DEPTH = 20
_WIDTH = 100


def parse(text: str) -> Any:
    """The structure that a text writes down. Raises `DomainError` with the line that cannot be read."""
    if len(text) > LIMIT:
        raise DomainError(Code.TOO_LONG, limit=LIMIT, length=len(text))
    if (refused := unprintable(re.sub(r"[\r\n]", "", text))) is not None:
        raise DomainError(Code.CHARACTER_NOT_ALLOWED, character=refused)
    try:
        reader = _Reader(text)
    except ReaderError as error:  # the two characters that Unicode leaves unassigned for good and YAML forbids
        raise DomainError(Code.CHARACTER_NOT_ALLOWED, character=f"U+{error.character:04X}") from None
    try:
        made = reader.get_single_data()
    except yaml.MarkedYAMLError as error:
        # What is still open at the end is told of where it was opened, or else at the last line that says anything.
        at_end = error.problem_mark is None or error.problem_mark.index >= len(text)
        mark = (error.context_mark if at_end else None) or error.problem_mark
        line = min(mark.line if mark else reader.line, len(text.rstrip().splitlines()) - 1)
        said = " ".join(each for each in (error.context, error.problem) if each)
        _refuse(
            line, f"YAML 写法有误（{said}），请检查缩进、引号和括号", f"{said}; check indentation, quotes and brackets"
        )
    except (ValueError, OverflowError):  # PyYAML makes numbers of escapes and of the version without looking
        _refuse(reader.line, "转义或版本号超出范围", "an escape or a version is out of range")
    if made is None:
        raise DomainError(Code.EMPTY)
    return made


def _refuse(line: int, chinese: str, english: str) -> NoReturn:
    """Refuses a line, which PyYAML counts from zero."""
    raise DomainError(Code.SCHEME_TEXT, line=line + 1, reason=Words(chinese, english))


class _Reader(yaml.BaseLoader):
    """Reads every scalar as text, and refuses a node before anything is made of it or within it."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            _refuse(line, "不能使用锚点 & 和引用 *，请写出内容", "anchors & and aliases * are not taken; write it out")
        if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
            _refuse(
                line, "不能使用 | 和 > 文字块，请将文字加引号", "blocks | and > are not taken; put the text into quotes"
            )
        if event.tag is not None:
            _refuse(line, "不能使用标签 !", "tags ! are not taken")
        if isinstance(event, yaml.ScalarEvent) and not event.value and event.style is None:
            _refuse(line, "没有值", "it has no value")
        if isinstance(event, yaml.CollectionStartEvent) and self.depth > _DEPTH:
            _refuse(line, "层级过深", "it is nested too deeply")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        made = super().construct_mapping(node, deep)
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                _refuse(key.start_mark.line, f"“{key.value}”重复", f"{key.value} is given twice")
            seen.add(key.value)
        return made


def write(structure: Mapping[str, Any]) -> str:
    """The text of a structure; `parse` reads the same structure from it, its scalars as text."""
    return yaml.dump(structure, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH)


class _Writer(yaml.SafeDumper):
    """Quotes a text wherever some reader would take it for something else, and never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# PyYAML knows YAML 1.1 without `y` and `n`; the numbers are those that YAML 1.2 has besides.
_Writer.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z"), list("yYnN"))
_Writer.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"0o[0-7]+\Z"), ["0"])
_Writer.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z"),
    list("-+.0123456789"),
)
