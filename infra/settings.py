"""Every setting of a Linli process, read once from the environment and checked before anything starts."""

from ipaddress import ip_network
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


def _files_url(value: str) -> str:
    from infra.files import checked  # it brings a storage client, which most commands do not need

    return checked(value)


def _networks(value: str) -> str:
    for each in filter(None, (part.strip() for part in value.split(","))):
        ip_network(each, strict=False)  # its ValueError says what is wrong
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgresql_url)]


class Settings(BaseSettings):
    """The settings, their defaults and what each one is for. `linli settings` prints them, and so does the README."""

    model_config = SettingsConfigDict(env_prefix="LINLI_", frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: PostgresUrl | None = Field(
        None,
        description="管理员的 PostgreSQL URL（16 至 18 版，可创建角色）；不设则用内置数据库 / "
        "An administrator's URL of a PostgreSQL 16 to 18 that may create roles; without one, the embedded PostgreSQL",
    )
    app_database_url: PostgresUrl | None = Field(
        None,
        description="服务自身连接数据库的 URL；不设则以 linli_app 角色连接同一服务器 / "
        "The URL the server itself connects with; without one, role linli_app at the same server",
    )
    home: Path = Field(
        Path(".linli"),
        description="内置数据库、密钥和 demo.env 的目录 / Where the embedded database, the keys and demo.env are kept",
    )
    files_url: Annotated[str, AfterValidator(_files_url)] | None = Field(
        None,
        description="照片等文件的存放处：file:///目录，或 s3://桶?endpoint=https://主机；不设则在 LINLI_HOME 之下 / "
        "Where photos are kept: `file:///path` or `s3://bucket/prefix?endpoint=https://host&region=name`; "
        "without one, under the home",
    )
    host: str = Field("127.0.0.1", description="监听地址 / The address the server listens on")
    port: int = Field(8000, ge=1, le=65535, description="监听端口 / The port the server listens on")
    shutdown_grace_s: int = Field(
        20,
        ge=0,
        le=600,
        description="停止时等待进行中请求的秒数 / How many seconds a stopping server lets running requests finish",
    )

    pool_size: int = Field(8, ge=1, le=200, description="读连接数 / Connections for reading")
    write_pool_size: int = Field(4, ge=1, le=200, description="写连接数 / Connections for writing")
    acquire_timeout_ms: int = Field(
        2_000,
        ge=1,
        le=60_000,
        description="等待空闲连接的毫秒数，超过则返回 503 / How long a request waits for a connection before 503",
    )
    statement_timeout_ms: int = Field(
        5_000, ge=10, le=600_000, description="一条 SQL 语句的时限（毫秒）/ How long one SQL statement may run"
    )

    body_limit_bytes: int = Field(
        1_048_576, ge=1_024, le=16_777_216, description="请求体的字节上限 / The largest request body"
    )
    token_limit: int = Field(
        2_000,
        ge=10,
        le=100_000,
        description="一份 GraphQL 文档的词法单元上限 / The most tokens in one GraphQL document",
    )
    cost_limit: int = Field(
        5_000, ge=1, le=1_000_000, description="一次 GraphQL 请求的成本上限 / The highest cost of one GraphQL request"
    )
    document_cache_bytes: int = Field(
        33_554_432, ge=65_536, description="已编译文档的内存上限 / How much memory compiled documents may take"
    )
    visitor_queries_per_minute: int = Field(
        30,
        ge=1,
        le=10_000,
        description="未登录者每个地址每分钟可查询公开信用的次数 / "
        "How often a minute one address may ask the public query without signing in",
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="反向代理的地址或网段，以逗号分隔：仅由它们转告的访客地址才被采信；不设则以连接的对端为访客 / "
        "Addresses or networks of reverse proxies, separated by commas: whose word on a visitor's address is taken; "
        "without any, the visitor is who connects",
    )
    certificate_days: int = Field(
        30, ge=1, le=366, description="信用证明的有效天数 / How many days a credit certificate is valid"
    )
    introspection: bool = Field(
        False, description="是否允许内省 / Whether the whole schema may be asked for in GraphQL"
    )

    issuer: str = Field(
        "https://linli.local", min_length=1, description="访问令牌的签发者 / `iss` of the access tokens"
    )
    audience: str = Field(
        "https://linli.local/graphql", min_length=1, description="访问令牌的受众 / `aud` of the access tokens"
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="日志的最低级别 / The least severe log line that is written"
    )

    @property
    def administrator_dsn(self) -> str | None:
        """The administrator's URL in clear, or None for the embedded PostgreSQL."""
        return self.database_url.get_secret_value() if self.database_url else None

    @property
    def app_dsn(self) -> str | None:
        """The server's own URL in clear, or None to derive it from the administrator's."""
        return self.app_database_url.get_secret_value() if self.app_database_url else None


def table() -> str:
    """The settings as a Markdown table, for the README and for `linli settings`."""
    lines = ["| 环境变量 / variable | 默认 / default | 用途 / what it is for |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = (
            ""
            if field.default is None
            else f"`{str(field.default).lower() if field.annotation is bool else field.default}`"
        )
        lines.append(f"| `LINLI_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
