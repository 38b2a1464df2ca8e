"""Secrets of this installation: made on first use, kept in a file that only its user can read, never made twice."""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from infra.refusal import Refusal


def kept(path: Path, make: Callable[[], str]) -> str:
    """The secret at `path`, made now if there is none. Processes that start together all get the same one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(make())
            # Linking, unlike renaming, fails when another process was first: then its secret counts.
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(
            f"{path} 可被其他用户读取：请运行 chmod 600 {path}，并考虑更换其中的密钥。",
            f"Other users can read {path}: run `chmod 600 {path}`, and consider replacing the secret in it.",
        )
    return path.read_text(encoding="utf-8")
