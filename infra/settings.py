"""Every setting of a Linli process, read once from the environment and checked before anything starts."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SCHEMES = ("postgresql", "postgres")


def _postgresql_url(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
        right = parts.scheme in SCHEMES and parts.path.strip("/") != "" and parts.port != 0
    except ValueError:
        right = False
    if not right:
        # The value itself is never repeated: it may hold a password.
        raise ValueError("write it as postgresql://user:password@host:port/database")
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgresql_url)]


class Settings(BaseSettings):
    """The settings, their defaults and what each one is for. The README's table is made from these lines."""

    model_config = SettingsConfigDict(env_prefix="LINLI_", frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: PostgresUrl | None = Field(
        None,
        description="An administrator's URL of a PostgreSQL 16 to 18 that may create roles; "
        "without one, the embedded PostgreSQL under the home is used",
    )
    app_database_url: PostgresUrl | None = Field(
        None,
        description="The URL the server itself connects with; without one, role linli_app at the same server",
    )
    home: Path = Field(Path(".linli"), description="Where the embedded database, the keys and demo.env are kept")
    host: str = Field("127.0.0.1", description="The address the server listens on")
    port: int = Field(8000, ge=1, le=65535, description="The port the server listens on")
    shutdown_grace_s: int = Field(
        20, ge=0, le=600, description="How long a stopping server lets running requests finish, in seconds"
    )

    pool_size: int = Field(8, ge=1, le=200, description="Connections kept for reading")
    write_pool_size: int = Field(4, ge=1, le=200, description="Connections kept for writing")
    acquire_timeout_ms: int = Field(
        2_000, ge=1, le=60_000, description="How long a request waits for a connection before it gets 503"
    )
    statement_timeout_ms: int = Field(5_000, ge=10, le=600_000, description="How long one SQL statement may run")

    body_limit_bytes: int = Field(1_048_576, ge=1_024, le=16_777_216, description="The largest request body")
    token_limit: int = Field(2_000, ge=10, le=100_000, description="The most tokens in one GraphQL document")
    cost_limit: int = Field(5_000, ge=1, le=1_000_000, description="The highest cost of one GraphQL request")
    document_cache_bytes: int = Field(33_554_432, ge=65_536, description="How much memory compiled documents may take")
    introspection: bool = Field(False, description="Whether callers without a token may introspect the schema")

    issuer: str = Field("https://linli.local", min_length=1, description="`iss` of the access tokens")
    audience: str = Field("https://linli.local/graphql", min_length=1, description="`aud` of the access tokens")

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe log line that is written"
    )

    @property
    def administrator_dsn(self) -> str | None:
        """The administrator's URL in clear, or None for the embedded PostgreSQL."""
        return self.database_url.get_secret_value() if self.database_url else None

    @property
    def app_dsn(self) -> str | None:
        """The server's own URL in clear, or None to derive it from the administrator's."""
        return self.app_database_url.get_secret_value() if self.app_database_url else None
