"""Errors: every code says what to do, in Chinese and in English."""

import re

import pytest

from tenants.errors import Code


@pytest.mark.parametrize("code", Code)
def test_every_code_speaks_both_languages(code: Code) -> None:
    """About the same values."""
    words = code.value
    assert re.search("[\u4e00-\u9fff].*。$", words.chinese)
    assert re.search(r"^(The |[A-Z]|\{).* .*\.$", words.english)
    assert sorted(set(re.findall(r"{\w+}", words.chinese))) == sorted(set(re.findall(r"{\w+}", words.english)))


def test_the_catalogue_is_in_order() -> None:
    """So that two people who add a code find their place."""
    assert [code.name for code in Code] == sorted(code.name for code in Code)
