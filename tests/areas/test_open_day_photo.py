"""A photo of an open day is a picture and nothing else, kept for those who may see it; whatever is none is refused."""

import asyncio
import hashlib
import io
import json
import os
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest
from PIL import Image

from api.open_days import cleaning
from api.open_days.photo import SIZE_LIMIT
from api.open_days.sweeping import swept
from api.tokens import Tokens
from infra.files import Files
from infra.settings import Settings
from tenants.open_day_photo import PHOTOS_LIMIT
from tenants.permission import RegulatorRole
from tenants.regulator import NewRegulator, establish
from tenants.scope import Database, Principal
from tests.areas.open_days import done, drafted, get, published, refused, said
from tests.serving import Served, World, free_port, served

PHOTOS = """query ($id: ID!) {
    openDay(id: $id) { photos { totalCount nodes { id url width height bytes sha256 } } } }"""
REMOVE = """mutation ($id: ID!) {
    removePhoto(input: {id: $id}) { openDay { photos { totalCount } } userErrors { code } } }"""

Color = tuple[int, int, int]
RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """An image as a file."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), color: Color = RED, **options: Any) -> bytes:
    """A file of one colour."""
    return encoded(Image.new("RGB", size, color), kind, **options)


def different(number: int) -> bytes:
    """A picture that no other number gives."""
    return picture("PNG", color=(number * 5, 255 - number * 5, 40))


def located() -> bytes:
    """A photo as a telephone writes it: held upright, with place, time and device in its metadata."""
    image = Image.new("RGB", (80, 40), BLUE)
    image.paste(RED, (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: what is left in the file is the top of the picture
    exif[0x0110] = "Secret-Phone-9"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 48.0, 3.0), 3: "E", 4: (117.0, 19.0, 1.0)})
    return encoded(image, exif=exif, comment=b"Secret-Comment")


def headed(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(b"\0" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def send(server: Served, open_day: str, content: Any, kind: str = "image/jpeg", **options: Any) -> httpx.Response:
    """What the server answers to a photo."""
    headers = {"authorization": f"Bearer {options.pop('token', None) or server.token()}", "content-type": kind}
    return httpx.post(f"{server.url}/open-days/{open_day}/photos", content=content, headers=headers, timeout=60)


def added(server: Served, open_day: str, content: bytes | None = None) -> dict[str, Any]:
    """A photo that the server took."""
    response = send(server, open_day, picture() if content is None else content)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == response.json()["url"]
    return dict(response.json())


def count(server: Served, open_day: str) -> int:
    """How many photos an open day has."""
    return int(said(server, PHOTOS, {"id": open_day})["openDay"]["photos"]["totalCount"])


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a bucket at an S3-compatible server of another make, and the directory behind it."""
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / "linli").mkdir()
    command = [
        str(Path(sys.executable).with_name("rclone")),
        "serve",
        "s3",
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        "key,secret",
        str(folder),
    ]
    process = subprocess.Popen([*command, "--config", os.devnull], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"s3://linli/kept?endpoint=http://127.0.0.1:{port}", folder / "linli" / "kept"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module", params=["disk", "s3"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database: Any, world: World
) -> Iterator[tuple[Served, Path]]:
    """A server with each kind of storage, and the directory where its files end up."""
    home = tmp_path_factory.mktemp("home")
    if request.param == "disk":
        with served(home, database, world) as running:
            yield running, home / "files"
        return
    url, folder = request.getfixturevalue("bucket")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        with served(home, database, world, files_url=url) as running:
            yield running, folder


async def test_a_photo_is_kept_shown_and_removed(kept: tuple[Served, Path], administrator: asyncpg.Connection) -> None:
    """On the disk and in S3 alike: added, listed, shown, removed for good, and each step is in the journal."""
    server, folder = kept
    open_day = published(server)
    answer = added(server, open_day)
    (node,) = said(server, PHOTOS, {"id": open_day})["openDay"]["photos"]["nodes"]
    assert node == answer
    assert (node["width"], node["height"]) == (64, 48)
    shown = get(server, node["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "private, no-cache"
    assert len(shown.content) == node["bytes"]
    assert hashlib.sha256(shown.content).hexdigest() == node["sha256"]
    assert get(server, node["url"], **{"if-none-match": shown.headers["etag"]}).status_code == 304
    (file,) = [path for path in folder.rglob("*.jpg") if path.read_bytes() == shown.content]
    # A folder of the company's own, and a name that says nothing.
    assert file.parent == folder / "photos" / str(server.world.company.id)
    assert len(file.stem) == 32
    assert open_day not in str(file)
    removed = said(server, REMOVE, {"id": node["id"]})["removePhoto"]
    assert removed == {"openDay": {"photos": {"totalCount": 0}}, "userErrors": []}
    refused(get(server, node["url"]), 404, "NOT_FOUND")
    again = said(server, REMOVE, {"id": node["id"]})["removePhoto"]
    assert again == {"openDay": None, "userErrors": [{"code": "NOT_FOUND"}]}
    entries = await administrator.fetch(
        "SELECT action, actor_id FROM audit_entry WHERE entity = 'open_day_photo' AND entity_id = $1 ORDER BY id",
        node["id"].removeprefix("oph_"),
    )
    assert [tuple(entry) for entry in entries] == [
        ("created", server.world.company.admin_id),
        ("removed", server.world.company.admin_id),
    ]


async def test_what_belongs_to_no_photo_is_swept(
    kept: tuple[Served, Path], database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of removed photos go, those of photos stay, and a young file may still become one."""
    server, folder = kept
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings: Settings = server.settings
    storage = Files.of(settings)
    open_day = published(server)
    stays, goes = added(server, open_day, different(1)), added(server, open_day, different(2))
    said(server, REMOVE, {"id": goes["id"]})
    await storage.put(f"photos/{server.world.company.id}/left-behind.jpg", b"of an upload that was cut off")
    opened = await Database.open(database.app_url)
    try:
        assert await swept(opened, storage) == 0
        before = len(list(folder.rglob("*.jpg")))
        removed = await swept(opened, storage, young=timedelta(seconds=-5))
        assert removed >= 2
        assert len(list(folder.rglob("*.jpg"))) == before - removed
        assert await swept(opened, storage, young=timedelta(seconds=-5)) == 0
    finally:
        await opened.close()
    assert get(server, stays["url"]).status_code == 200


async def test_a_damaged_file_is_not_shown(kept: tuple[Served, Path]) -> None:
    """What is not the picture that was recorded, or is gone, is a 503 that an operator reads about."""
    server, folder = kept
    photo = added(server, published(server), different(3))
    content = get(server, photo["url"]).content
    (file,) = [path for path in folder.rglob("*.jpg") if path.read_bytes() == content]
    for damage in (lambda: file.write_bytes(content[:-9]), file.unlink):
        damage()
        answer = get(server, photo["url"])
        refused(answer, 503, "UNAVAILABLE")
        assert "photo" in server.logged(answer)["reason"]


async def test_without_its_storage_nothing_is_recorded(
    own_path: Path, database: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and no row: a row always has its picture."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    url = f"s3://linli?endpoint=http://127.0.0.1:{free_port()}"
    with served(own_path, database, world, files_url=url) as server:
        open_day = published(server)
        answer = send(server, open_day, picture())
        refused(answer, 503, "UNAVAILABLE")
        assert int(answer.headers["retry-after"]) > 0
        assert count(server, open_day) == 0
        assert "storage" in server.logged(answer)["reason"]


async def test_nothing_but_the_picture_is_left(server: Served) -> None:
    """Place, time, device and comment are gone, and how the camera was held is applied."""
    photo = added(server, published(server), located())
    content = get(server, photo["url"]).content
    assert b"Secret" not in content
    assert b"Exif" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 80))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        upper, lower = image.getpixel((20, 20)), image.getpixel((20, 60))
    assert isinstance(upper, tuple)
    assert isinstance(lower, tuple)
    assert upper[0] > 150 > lower[0]  # red above, blue below


@pytest.mark.parametrize(
    ("kind", "image"),
    [
        ("image/png", Image.new("RGBA", (50, 40), (0, 0, 0, 0))),
        ("image/png", Image.new("P", (50, 40), 3)),
        ("image/png", Image.new("I;16", (50, 40), 65_535)),
        ("image/webp", Image.new("RGBA", (50, 40), (0, 0, 0, 0))),
        ("image/jpeg", Image.new("CMYK", (50, 40))),
        ("image/jpeg; charset=binary", Image.new("L", (50, 40), 255)),
    ],
    ids=["transparent png", "palette", "16 bits", "webp", "cmyk", "grey"],
)
async def test_every_kind_of_picture_becomes_a_jpeg(server: Served, kind: str, image: Image.Image) -> None:
    """Whatever its format and its colours; what was transparent is white, as it looked on the screen."""
    name = kind.partition(";")[0].partition("/")[2].upper()
    answer = send(server, published(server), encoded(image, name), kind)
    assert answer.status_code == 201, answer.text
    with Image.open(io.BytesIO(get(server, answer.json()["url"]).content)) as shown:
        assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (50, 40))
        if image.mode != "P":
            assert shown.getpixel((9, 9)) == (255, 255, 255)


async def test_a_large_picture_is_made_smaller(server: Served) -> None:
    """A telephone's picture becomes one that can be shown; its proportions stay."""
    photo = added(server, published(server), picture(size=(6_000, 3_000)))
    assert (photo["width"], photo["height"]) == (cleaning.SIDE, cleaning.SIDE // 2)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_a_moving_picture_the_first_is_kept(server: Served, kind: str) -> None:
    """However many follow: only one is ever decoded."""
    frames = [Image.new("RGB", (64, 48), color) for color in (RED, *((number, 0, 200) for number in range(200)))]
    moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=40, loop=0)
    with Image.open(io.BytesIO(moving)) as sent:
        assert sent.n_frames > 20  # type: ignore[attr-defined]
    answer = send(server, published(server), moving, f"image/{kind.lower()}")
    assert answer.status_code == 201, answer.text
    with Image.open(io.BytesIO(get(server, answer.json()["url"]).content)) as shown:
        assert getattr(shown, "n_frames", 1) == 1
        point = shown.getpixel((20, 20))
    assert isinstance(point, tuple)
    assert point[0] > 150 > point[2]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_PICTURES = {
    "text": b"hello",
    "nothing": b"",
    "svg": SVG,
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif": picture("GIF"),
    "tiff": picture("TIFF"),
    "pdf": picture("PDF"),
    "half a jpeg": encoded(Image.effect_noise((400, 300), 60).convert("RGB"))[:9_000],
    "half a png": encoded(Image.effect_noise((400, 300), 60).convert("RGB"), "PNG")[:9_000],
    "a damaged png": picture("PNG")[:-30] + bytes(30),
    "a head alone": headed(3_000, 3_000)[:40],
    "zeros": bytes(100_000),
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
async def test_what_is_no_picture_is_refused(server: Served, content: bytes) -> None:
    """By its content, whatever it says it is: one clear error, and nothing is kept."""
    open_day = published(server)
    for kind in ("image/jpeg", "image/png"):
        assert "JPEG" in refused(send(server, open_day, content, kind), 400, "BAD_USER_INPUT")
    assert count(server, open_day) == 0


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/gif", "text/plain", "multipart/form-data", ""])
async def test_another_type_is_refused(server: Served, kind: str) -> None:
    """Before anything is sent."""
    message = refused(send(server, published(server), SVG, kind), 415, "UNSUPPORTED_MEDIA_TYPE")
    assert "image/webp" in message


async def test_a_picture_that_hides_another_file_loses_it(server: Served) -> None:
    """What hangs on behind a picture does not come along."""
    photo = added(server, published(server), picture() + b"<script>alert(1)</script>PK\x03\x04")
    content = get(server, photo["url"]).content
    assert b"script" not in content
    assert b"PK" not in content


async def test_a_bomb_does_no_harm(server: Served) -> None:
    """A few bytes that claim to be ten billion pixels: refused by its head, in little memory and time."""
    open_day = published(server)
    started = time.monotonic()
    for size in ((100_000, 100_000), (7_072, 7_072), (2_000_000_000, 1)):
        bomb = headed(*size)
        assert len(bomb) < 20_000
        assert "50" in refused(send(server, open_day, bomb, "image/png"), 400, "BAD_USER_INPUT")
    webp = bytearray(picture("WEBP", lossless=True))
    webp[21:25] = struct.pack("<I", 0x0FFFFFFF)  # fourteen bits each for its sides
    assert "50" in refused(send(server, open_day, bytes(webp), "image/webp"), 400, "BAD_USER_INPUT")
    assert time.monotonic() - started < 30
    assert psutil.Process(server.process.pid).memory_info().rss < 600_000_000
    assert count(server, open_day) == 0


async def test_a_large_file_is_cut_off(server: Served) -> None:
    """200 MB: announced, it is refused before it is sent; unannounced, it is cut off where it grows too large."""
    open_day = published(server)
    limit = str(SIZE_LIMIT)
    sent = 0

    def much() -> Iterator[bytes]:
        nonlocal sent
        while sent < 200_000_000:
            sent += 65_536
            yield bytes(65_536)

    try:
        answer = send(server, open_day, much())
    except (httpx.WriteError, httpx.ReadError):
        pass  # the server closed the connection while we were still sending
    else:
        assert limit in refused(answer, 413, "PAYLOAD_TOO_LARGE")
    assert SIZE_LIMIT < sent < 50_000_000
    lines = [
        f"POST /open-days/{open_day}/photos HTTP/1.1",
        "host: x",
        f"authorization: Bearer {server.token()}",
        "content-type: image/jpeg",
        "content-length: 200000000",
    ]
    with socket.create_connection(("127.0.0.1", server.settings.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + bytes(100_000))
        answered = b"".join(iter(lambda: connection.recv(65_536), b""))  # until the server closes it
    assert answered.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answered.lower()
    assert json.loads(answered.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"
    added(server, open_day)


async def test_just_as_large_as_allowed_is_taken(server: Served) -> None:
    """The limit itself is allowed, one byte more is not."""
    content = picture()
    open_day = published(server)
    added(server, open_day, content + bytes(SIZE_LIMIT - len(content)))
    refused(send(server, open_day, content + bytes(SIZE_LIMIT - len(content) + 1)), 413, "PAYLOAD_TOO_LARGE")


async def test_a_photo_belongs_to_an_announced_open_day(server: Served) -> None:
    """Not to a draft, nor to one called off; to one that was held, of course."""
    open_day = drafted(server)
    refused(send(server, open_day, picture()), 409, "CONFLICT")
    done(server, "publish", open_day)
    added(server, open_day)
    done(server, "cancel", open_day, reason="停电")
    assert "CANCELLED" in refused(send(server, open_day, different(5)), 409, "CONFLICT")


async def test_sent_twice_it_is_one(server: Served) -> None:
    """A client that lost the answer tries again and gets the same photo; also when both arrive at once."""
    open_day = published(server)
    first = added(server, open_day)
    again = send(server, open_day, picture())
    assert (again.status_code, again.json()) == (200, first)
    async with server.client(timeout=60) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    f"/open-days/{open_day}/photos",
                    content=different(7),
                    headers={"content-type": "image/png"},
                )
                for _ in range(5)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(server, open_day) == 2


async def test_no_more_than_twenty(server: Served) -> None:
    """However many come, several at once; one removed makes room for one."""
    open_day = published(server)
    async with server.client(timeout=120, limits=httpx.Limits(max_connections=4)) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    f"/open-days/{open_day}/photos",
                    content=different(number),
                    headers={"content-type": "image/png"},
                )
                for number in range(PHOTOS_LIMIT + 4)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [201] * PHOTOS_LIMIT + [409] * 4
    full = send(server, open_day, different(50))
    assert str(PHOTOS_LIMIT) in refused(full, 409, "CONFLICT")
    said(server, REMOVE, {"id": next(answer.json()["id"] for answer in answers if answer.status_code == 201)})
    added(server, open_day, different(50))
    assert count(server, open_day) == PHOTOS_LIMIT


async def test_another_companys_open_day_is_as_unknown_as_nobodys(server: Served) -> None:
    """The same 404 for a photo sent to it and for a photo of it; permissions are asked first."""
    open_day = published(server)
    photo = added(server, open_day)
    other, mine = server.token(server.world.other), server.token()
    nobodys = "01980000-0000-7000-8000-000000000000"
    messages = {
        refused(send(server, given, picture(), token=token), 404, "NOT_FOUND")
        for given, token in ((open_day, other), (f"opd_{nobodys}", other), (f"opd_{nobodys}", mine), ("x", mine))
    }
    messages |= {
        refused(get(server, f"/photos/{given}", token), 404, "NOT_FOUND")
        for given, token in ((photo["id"], other), (f"oph_{nobodys}", other), (f"oph_{nobodys}", mine), ("x", mine))
    }
    assert len(messages) == 1
    reader = server.token(scope=["open_day:read"])
    assert "open_day:update" in refused(send(server, open_day, picture(), token=reader), 403, "FORBIDDEN")
    assert get(server, photo["url"], reader).status_code == 200
    refused(get(server, photo["url"], server.token(scope=["project:read"])), 403, "FORBIDDEN")
    refused(httpx.get(f"{server.url}{photo['url']}"), 401, "UNAUTHENTICATED")
    refused(httpx.post(f"{server.url}/open-days/{open_day}/photos", content=b""), 401, "UNAUTHENTICATED")
    refused(send(server, open_day, picture(), token=server.regulator_token()), 403, "FORBIDDEN")
    answer = server.ask(REMOVE, {"id": photo["id"]}, headers={"authorization": f"Bearer {other}"})
    assert answer.json()["data"]["removePhoto"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert get(server, photo["url"]).status_code == 200
    assert server.logged(get(server, photo["url"]))["path"] == "/photos/{id}"


async def test_a_regulator_of_the_place_sees_it(server: Served, database: Any) -> None:
    """The city's does; that of the next district does not."""
    photo = added(server, published(server))
    assert get(server, photo["url"], server.regulator_token()).content == get(server, photo["url"]).content
    opened = await Database.open(database.app_url)
    try:
        async with opened.writing(Principal("worker")) as scope:
            new = NewRegulator(
                name="薛城区住建局", division_code="370403", member_name="王敏", member_role=RegulatorRole.VIEWER
            )
            regulator, member = await establish(scope, new)
    finally:
        await opened.close()
    token = Tokens.of(server.settings).mint("regulator", member_id=member.id, organisation_id=regulator.id)
    refused(get(server, photo["url"], token), 404, "NOT_FOUND")


@pytest.mark.parametrize("broken", [b"\xff\xd8\xff" + bytes(5_000_000), headed(7_000, 7_000), picture()[:20] * 1_000])
async def test_the_server_stays_well(server: Served, broken: bytes) -> None:
    """Many bad files at once are refused one by one, and whoever asks for something else waits for none of them."""
    open_day = published(server)
    waits: list[float] = []

    async def ask(client: httpx.AsyncClient) -> None:
        for _ in range(10):
            started = time.monotonic()
            assert (await client.get("/readyz")).status_code == 200
            waits.append(time.monotonic() - started)
            await asyncio.sleep(0.05)

    sent: Callable[[httpx.AsyncClient], Any] = lambda client: client.post(  # noqa: E731
        f"/open-days/{open_day}/photos", content=broken, headers={"content-type": "image/png"}
    )
    async with server.client(timeout=60) as client:
        *answers, _ = await asyncio.gather(*(sent(client) for _ in range(8)), ask(client))
    assert {answer.status_code for answer in answers} == {400}
    assert sorted(waits)[len(waits) // 2] < 1
    assert psutil.Process(server.process.pid).children() == []
