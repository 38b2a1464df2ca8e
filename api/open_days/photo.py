"""From the bytes that somebody sent to a picture that may be kept and shown, by way of a process that may fail."""

import asyncio
import hashlib
import os
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.graphql import Refused
from api.open_days import cleaning
from schema.failure import FailureCode
from tenants.errors import Unavailable

SIZE_LIMIT: Final = 10_485_760
TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
MEDIA: Final = "image/jpeg"

_PROGRAM: Final = Path(cleaning.__file__)
_SECONDS: Final = cleaning.SECONDS + 10
# It gets nothing of the server's environment, where the keys are, but what Windows needs to start a program.
_ENVIRONMENT: Final = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture without anything but the picture."""

    width: int
    height: int
    content: bytes

    @property
    def sha256(self) -> str:
        """Its digest."""
        return hashlib.sha256(self.content).hexdigest()


async def cleaned(sent: bytes) -> Picture:
    """The picture in what was sent; raises `Refused` when there is none, or one that is too large."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_ENVIRONMENT,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            answer, _ = await process.communicate(sent)
    except TimeoutError:
        raise _no_picture() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0 and len(answer) > 8:
        width, height = struct.unpack(">II", answer[:8])
        return Picture(width, height, answer[8:])
    if process.returncode == cleaning.TOO_MANY_PIXELS:
        raise Refused(
            FailureCode.BAD_USER_INPUT,
            f"图片超过 {cleaning.PIXELS_LIMIT // 1_000_000} 百万像素，请缩小后重试。",
            f"The picture has more than {cleaning.PIXELS_LIMIT // 1_000_000} million pixels; make it smaller.",
        )
    if process.returncode in (1, 2):  # not the picture's fault: the program itself could not run
        raise Unavailable("pictures cannot be decoded")
    raise _no_picture()


def _no_picture() -> Refused:
    return Refused(
        FailureCode.BAD_USER_INPUT,
        "文件不是完整的 JPEG、PNG 或 WebP 图片；请换一张，或重新导出后上传。",
        "The file is no complete JPEG, PNG or WebP picture; send another, or export it anew.",
    )
