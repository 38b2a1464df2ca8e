"""Makes of whatever somebody sent a picture that holds nothing but the picture, or says that it is none.

A program of its own, which the server starts for each photo: `python -I cleaning.py < sent > clean`. It decodes what
a stranger wrote, so it has no credentials, little memory and little time, and when it dies nothing else does. It
answers with the width and the height (four bytes each) and a JPEG, or with one of the exit codes below.

The picture is drawn anew from its points: no metadata is left (no place, time, device or thumbnail), and the way the
camera was held is applied.
"""

import contextlib
import io
import struct
import sys

from PIL import Image

PIXELS_LIMIT = 50_000_000
SIDE = 2_560
"""The longest side of what is kept: enough to read a sign on a wall, also in print."""
QUALITY = 85
MEMORY_BYTES = 1 << 30
SECONDS = 20

NOT_A_PICTURE = 3
TOO_MANY_PIXELS = 4

FORMATS = ("JPEG", "PNG", "WEBP")
_ORIENTATION = 0x0112
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}


def clean(sent: bytes) -> tuple[int, int, bytes]:
    """Width, height and JPEG of a picture; raises `DecompressionBombError` for too many pixels, anything for none."""
    # By the picture's head, before anything is decoded; the library refuses what is twice as large as this.
    Image.MAX_IMAGE_PIXELS = PIXELS_LIMIT // 2
    with Image.open(io.BytesIO(sent), formats=FORMATS) as image:
        image.verify()  # the check sums; what was verified cannot be decoded, so it is opened again
    with Image.open(io.BytesIO(sent), formats=FORMATS) as image:
        image.draft("RGB", (SIDE, SIDE))
        image.load()
        orientation = _orientation(image)
        mode = "RGBA" if image.has_transparency_data else "RGB"
        # Sixteen bits a point would be cut off at eight instead of scaled.
        deep = image.mode.startswith("I")
        drawn = (image.point(lambda value: value * (1 / 256)).convert("L") if deep else image).convert(mode)
    drawn.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    if mode == "RGBA":
        drawn = _on_paper(drawn)
    for turn in _TURNS.get(orientation, ()):
        drawn = drawn.transpose(turn)
    # A picture made of points alone: what hangs on the one that was sent does not come along.
    bare = Image.frombytes("RGB", drawn.size, drawn.tobytes())
    kept = io.BytesIO()
    bare.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return bare.width, bare.height, kept.getvalue()


def _on_paper(image: Image.Image) -> Image.Image:
    """The picture as it looks on white: a JPEG knows no transparency."""
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """How the camera was held. Metadata that cannot be read says nothing, and a picture needs none."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1


def _bounded() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the server still ends what takes too long
        return
    for limit, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def main() -> int:
    """Clean what comes in; the exit code."""
    _bounded()
    try:
        width, height, picture = clean(sys.stdin.buffer.read())
    except (Image.DecompressionBombError, MemoryError):
        return TOO_MANY_PIXELS
    except Exception:
        return NOT_A_PICTURE
    sys.stdout.buffer.write(struct.pack(">II", width, height) + picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
