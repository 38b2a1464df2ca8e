"""Where files are kept, behind one interface: a directory of this machine, or S3-compatible storage.

A file is whole or not there: it is written under a name of its own and put in its place at the end. Its key says
nothing that a reader could guess; who may read it is decided before anybody comes here.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from infra.settings import Settings

TIMEOUT: Final = timedelta(seconds=10)
FORM: Final = "file:///path or s3://bucket/prefix?endpoint=https://host&region=name"


class Lost(Exception):
    """The storage cannot do it now."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the storage."""

    key: str
    since: datetime


def checked(url: str) -> str:
    """The URL of a storage; raises `ValueError` for any other."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    if parts.scheme == "file":
        right = parts.netloc == "" and parts.path.startswith("/") and not options
    else:
        endpoint = urlsplit(options.get("endpoint", "https://default"))
        right = (
            parts.scheme == "s3"
            and parts.netloc != ""
            and "@" not in parts.netloc
            and options.keys() <= {"endpoint", "region"}
            and endpoint.scheme in ("http", "https")
            and endpoint.username is None
            and endpoint.netloc != ""
        )
    if not right:
        raise ValueError(f"write it as {FORM}")
    return url


class Files:
    """The storage of one installation. Every call may raise `Lost`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The storage that the settings name."""
        return cls.at(settings.files_url) if settings.files_url else cls.on_disk(settings.home / "files")

    @classmethod
    def at(cls, url: str) -> Self:
        """The storage at a URL. S3 takes its credentials from the environment, as all its clients do
        (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or the machine's role).
        """
        parts = urlsplit(checked(url))
        if parts.scheme == "file":
            return cls.on_disk(Path(unquote(parts.path)))
        options = dict(parse_qsl(parts.query))
        endpoint = options.get("endpoint")
        return cls(
            S3Store(
                parts.netloc,
                prefix=unquote(parts.path).strip("/") or None,
                config={"region": options.get("region", "us-east-1"), **({"endpoint": endpoint} if endpoint else {})},
                client_options={
                    "timeout": TIMEOUT,
                    "connect_timeout": TIMEOUT / 2,
                    "allow_http": bool(endpoint and endpoint.startswith("http:")),
                },
                retry_config={"max_retries": 2, "retry_timeout": TIMEOUT},
            )
        )

    @classmethod
    def on_disk(cls, folder: Path) -> Self:
        """The storage in a directory, which only this user may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(folder.absolute()))

    async def put(self, key: str, content: bytes) -> None:
        """Keep a file under a key."""
        try:
            await self._store.put_async(key, content)
        except (BaseError, OSError) as error:
            raise Lost(str(error)) from error

    async def get(self, key: str) -> bytes | None:
        """The file under a key."""
        try:
            found = await self._store.get_async(key)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise Lost(str(error)) from error

    async def remove(self, key: str) -> None:
        """Remove the file under a key, if there is one."""
        try:
            await self._store.delete_async(key)
        except FileNotFoundError:
            pass
        except (BaseError, OSError) as error:
            raise Lost(str(error)) from error

    async def folders(self, above: str) -> list[str]:
        """The names that stand directly under a part of a key."""
        try:
            found = await self._store.list_with_delimiter_async(above)
        except FileNotFoundError:
            return []
        except (BaseError, OSError) as error:
            raise Lost(str(error)) from error
        return sorted(prefix.strip("/").rpartition("/")[2] for prefix in found["common_prefixes"])

    async def under(self, above: str) -> AsyncIterator[Kept]:
        """The files under a part of a key."""
        try:
            async for batch in self._store.list(above):
                for meta in batch:
                    yield Kept(meta["path"], meta["last_modified"])
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise Lost(str(error)) from error
