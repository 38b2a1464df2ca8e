"""Settings come from the environment, are checked before anything starts, and never show a password."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.settings import Settings, table

SECRET = "very-secret"


def test_without_any_environment_everything_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LINLI_{name.upper()}", raising=False)
    settings = Settings()
    assert settings.administrator_dsn is None
    assert settings.app_dsn is None
    assert settings.home == Path(".linli")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.cost_limit == 5_000
    assert settings.introspection is False


def test_the_environment_wins_and_an_empty_value_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_PORT", "9000")
    monkeypatch.setenv("LINLI_HOST", "")
    monkeypatch.setenv("LINLI_DATABASE_URL", f"postgresql://admin:{SECRET}@db.example/linli")
    settings = Settings()
    assert settings.port == 9_000
    assert settings.host == "127.0.0.1"
    assert settings.administrator_dsn == f"postgresql://admin:{SECRET}@db.example/linli"
    assert SECRET not in repr(settings)
    assert SECRET not in settings.model_dump_json()


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://admin:{SECRET}@db/linli",
        f"postgresql://admin:{SECRET}@db",
        f"postgresql://admin:{SECRET}@db/",
        f"postgresql://admin:{SECRET}@db:99999/linli",
        f"postgresql://admin:{SECRET}@[::1/linli",
        SECRET,
    ],
)
@pytest.mark.parametrize("name", ["LINLI_DATABASE_URL", "LINLI_APP_DATABASE_URL"])
def test_a_wrong_url_is_refused_without_repeating_it(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(ValidationError) as refused:
        Settings()
    (error,) = refused.value.errors(include_input=False, include_context=False)
    assert SECRET not in error["msg"]
    assert "postgresql://user:password@host:port/database" in error["msg"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "70000"), ("POOL_SIZE", "0"), ("COST_LIMIT", "-1"), ("LOG_LEVEL", "loud")],
)
def test_a_value_out_of_range_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"LINLI_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    "url",
    [
        "file:///var/lib/linli",
        "s3://photos",
        "s3://photos/linli?endpoint=https://s3.example.cn&region=cn-north-1",
        "s3://photos?endpoint=http://127.0.0.1:9000",
    ],
)
def test_where_files_are_kept(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_FILES_URL", url)
    assert Settings().files_url == url


@pytest.mark.parametrize(
    "url",
    [
        "/var/lib/linli",
        "file://server/share",
        "file:///var?mode=rw",
        "ftp://server/photos",
        "s3:///photos",
        f"s3://key:{SECRET}@photos",
        f"s3://photos?endpoint=https://key:{SECRET}@s3.example.cn",
        f"s3://photos?secret={SECRET}",
        "s3://photos?endpoint=ftp://s3.example.cn",
    ],
)
def test_another_place_for_files_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_FILES_URL", url)
    with pytest.raises(ValidationError) as refused:
        Settings()
    (error,) = refused.value.errors(include_input=False, include_context=False)
    assert "s3://bucket/prefix" in error["msg"]
    assert SECRET not in error["msg"]


def test_every_setting_says_what_it_is_for() -> None:
    """In the table, which the README holds too (`tests/test_readme.py`)."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"LINLI_{name.upper()}" in table()
