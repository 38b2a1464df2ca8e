"""The README is true: its commands run as printed against the demo, one after the other, and answer as printed."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from infra.settings import table
from tests.demonstration import LINLI, TOKENS, Demo, demonstrations

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


class Example(NamedTuple):
    """Commands of the README, and what it says they answer."""

    commands: str
    answer: str | None


def examples() -> Iterator[Example]:
    """The blocks of commands in their order, each with the block of output that follows it."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    for place, (language, text) in enumerate(blocks):
        if language == "sh" and "make " not in text:
            follows, answer = blocks[place + 1] if place + 1 < len(blocks) else ("", "")
            yield Example(text, answer if follows in ("json", "text") else None)


EXAMPLES = tuple(examples())
END = "end of an example"


@pytest.fixture(scope="module")
def answers() -> Iterator[list[str]]:
    """What each example wrote, in one shell with a running demo, as somebody who follows the README has it."""
    with tempfile.TemporaryDirectory(prefix="linli-test-") as path, demonstrations(Path(path) / ".linli") as started:
        started.append(Demo(Path(path) / ".linli"))
        script = "set -euo pipefail\n" + "".join(f"{each.commands}\necho; echo '{END}'\n" for each in EXAMPLES)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
        clean["PATH"] = f"{LINLI.parent}{os.pathsep}{clean['PATH']}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=path, env=clean, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done
        assert Path(path, ".linli/notice.pdf").read_bytes().startswith(b"%PDF-")
        rows = CalamineWorkbook.from_path(Path(path, ".linli/issues.xlsx")).get_sheet_by_index(0).to_python()
        heads = next(at for at, row in enumerate(rows) if row[1] == "区划代码")
        whole = dict(zip(rows[heads], rows[heads + 1], strict=True))
        # Zaozhuang's published figures (S4ZZ-08).
        assert (whole["发现数"], whole["办结数"], whole["办结率"]) == (1420, 1243, 0.8754)
        assert "BEGIN:VEVENT" in Path(path, ".linli/open-days.ics").read_text(encoding="utf-8")
        yield done.stdout.split(f"{END}\n")


def alike(printed: str, said: str) -> bool:
    """Whether an answer is what the README prints, which leaves out what it marks with an ellipsis, and all spaces."""
    pattern = ".*?".join(re.escape(part) for part in re.sub(r"\s", "", printed).split("…"))
    return re.fullmatch(pattern, re.sub(r"\s", "", said)) is not None


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[each.commands.splitlines()[0][:40] for each in EXAMPLES])
def test_the_examples_answer_as_printed(answers: list[str], number: int) -> None:
    """Nothing is refused, and what the README prints is what comes."""
    printed, said = EXAMPLES[number].answer, answers[number]
    assert '"errors"' not in said
    assert re.findall(r'"userErrors":\[(?!\])', said) == []
    if printed is not None:
        assert alike(printed, said), said


def test_an_answer_that_is_not_printed_is_noticed() -> None:
    assert alike('{"value": 557, "cost": {…}}', '{"value":557,"cost":{"requested":3}}\n')
    assert not alike('{"value": 557, "cost": {…}}', '{"value":558,"cost":{"requested":3}}\n')


def test_it_names_every_token() -> None:
    """Whoever can sign in to the demo, and nobody else."""
    assert set(re.findall(r"`([A-Z_]+_TOKEN)`", README)) == set(TOKENS)


def test_it_lists_every_command() -> None:
    """The table of commands has those that `linli --help` has."""
    done = subprocess.run([LINLI, "--help"], capture_output=True, text=True, timeout=60, check=True)
    commands = set(re.findall(r"^│ ([a-z]+) ", done.stdout, re.MULTILINE))
    assert commands
    assert set(re.findall(r"`linli ([a-z]+)", README)) >= commands - {"settings"}


def test_it_lists_every_setting() -> None:
    """As `linli settings` prints them."""
    assert table() in README
