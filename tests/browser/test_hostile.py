# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile files through the form, and every page that shows them: refused or harmless, and never run."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

RUN = "window.ran = 1; document.title = 'ran'; alert('ran')"
SCRIPT = f"<script>{RUN}</script>".encode()
SVG = (
    f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'.encode()
)
NAME = "\"><img src=x onerror=alert('ran')>"


def jpeg(size: tuple[int, int] = (300, 200), **more: Any) -> bytes:
    """Return a photo."""
    out = io.BytesIO()
    Image.new("RGB", size, "orange").save(out, "JPEG", **more)
    return out.getvalue()


def marked() -> bytes:
    """Return a photo whose marks hold scripts and a place."""
    marks = Image.Exif()
    marks[0x010E] = marks[0x013B] = marks[0x8298] = SCRIPT.decode()
    marks.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 1.0)})
    return jpeg(exif=marks, comment=SCRIPT)


def bomb() -> bytes:
    """Return a small PNG of nine hundred megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(b"\0" * 3_000_000, 9)) + chunk(b"IEND", b""))  # fmt: skip


def archive(name: str, data: bytes) -> bytes:
    """Return a zip with one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return out.getvalue()


def pdf(script: str = "") -> bytes:
    """Return a PDF, perhaps with markup among its first bytes and a script that runs on opening."""
    import pymupdf

    with pymupdf.open() as document:
        document.new_page().insert_text((60, 60), "Certificate")
        number = document.get_new_xref()
        document.update_object(number, "<</S/JavaScript/JS(app.alert\\(1\\))>>")
        document.xref_set_key(document.pdf_catalog(), "OpenAction", f"{number} 0 R")
        data = bytes(document.tobytes())
    return data.replace(b"\n", f"\n%{script}\n".encode(), 1) if script else data


REFUSED = (
    ("photo", "bomb.png", bomb(), "megapixels"),
    ("photo", "script.gif", b"GIF89a/*" + SCRIPT + b"*/=1;" + RUN.encode(), "no picture"),
    ("photo", "logo.svg", SVG, "no picture"),
    ("photo", "page.jpg", b"\xff\xd8\xff\xe0" + SCRIPT, "no picture|damaged"),
    ("document", "page.html", b"<!doctype html>" + SCRIPT, "no picture"),
    ("document", "page.txt", SCRIPT, "no picture"),
    ("document", "wide.txt", SCRIPT.decode().encode("utf-16"), "no picture"),
    ("document", "logo.xml", SVG, "no picture"),
    ("document", "page.pdf", SCRIPT + pdf(), "no picture"),
    ("document", "run.exe", b"MZ\x90\0" * 10, "no picture"),
    ("document", "mill.pdf", archive("a", b"b"), "ends in .pdf and its bytes are"),
    ("document", "mill.xlsx", pdf(), "ends in .xlsx and its bytes are"),
    ("document", "run.html.csv.php", b"a,b", "ends in .php"),
    ("document", "empty.csv", b"", "empty"),
)  # fmt: skip
TAKEN = (
    ("photo", "both.jpg", jpeg() + archive("x.html", SCRIPT) + SCRIPT),
    ("photo", "marks.jpg", marked()),
    ("photo", "huge.jpg", jpeg((10_000, 10_000))),
    ("photo", f"{NAME}.jpg", jpeg()),
    ("document", "polyglot.pdf", pdf(SCRIPT.decode())),
    ("document", "bomb.zip", archive("a", b"\0" * (200 << 20))),
    ("document", "bomb.xlsx", archive("xl/workbook.xml", b" " * (200 << 20))),
    ("document", "climb.zip", archive("../../../tmp/climbed", b"x")),
    ("document", "formulas.csv", b"=cmd|' /C calc'!A0,+1+1,-2-3,@SUM(A1)\r\n\t=1,\r=2\r\n"),
    ("document", f"{NAME}.csv", b"a,b"),
)  # fmt: skip


@pytest.fixture(scope="module")
def job(site: Any) -> str:
    """Plan a job to hang things on."""
    from release import desk
    from traveler import jobs
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    place = site.root.parent / "note.txt"
    place.write_text("note")
    desk.add_item(vault, person["eli"], "10-0042", "Bracket", "mchen")
    desk.check_in(vault, person["eli"], "10-0042", {place.name: place}, "first")
    order = desk.open_change(vault, person["eli"], ["10-0042"], "First.").order.change
    desk.sign(vault, person["mchen"], "correct horse 7", order)
    desk.release(vault, person["eli"], order)
    jobs.add(vault, person["pat"], "J-1", "10-0042", 5, "2030-01-01", customer=NAME)
    jobs.release_job(vault, person["pat"], "J-1")
    vault.close()
    return "J-1"


def sent(page: Any, job: str, kind: str, name: str, data: bytes, words: str = "") -> None:
    """Give a file to the form of a job's quality."""
    page.goto(f"/quality/{job}")
    page.get_by_label("Kind").select_option(kind)
    page.get_by_label("Photos or files").set_input_files(
        {"name": name, "mimeType": "text/html", "buffer": data}
    )
    page.get_by_label("In words").fill(words)
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_load_state()


def quiet(page: Any) -> None:
    """Nothing ran on a page, nor changed its title."""
    assert page.evaluate("window.ran") is None
    assert page.title() != "ran"


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Any]:
    """Return a page of quality on which any box that opens is a failure."""
    visited = visit("quinn")
    page = visited.page()
    page.set_default_timeout(30_000)

    def opened(box: Any) -> None:
        visited.faults.append(f"a box opened: {box.message}")
        box.dismiss()

    page.on("dialog", opened)
    yield page
    # The browser's own page around a bare picture wants a style; the sandbox gives it none.
    visited.faults[:] = [one for one in visited.faults if "Applying inline style" not in one]


@pytest.mark.parametrize(("kind", "name", "data", "why"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_is_refused_says_why_in_one_sentence(
    page: Any, job: str, kind: str, name: str, data: bytes, why: str
) -> None:
    """The form comes back with the reason; nothing was kept, nothing ran."""
    import re

    before = page.request.get(f"/quality/{job}").text().count("/evidence/")
    sent(page, job, kind, name, data)
    said = page.get_by_role("alert").inner_text()
    assert re.search(why, said), said
    assert page.url.endswith(job)
    assert page.request.get(f"/quality/{job}").text().count("/evidence/") == before
    quiet(page)


@pytest.mark.parametrize(("kind", "name", "data"), TAKEN, ids=[f"{at}" for at in range(len(TAKEN))])
def test_what_is_taken_is_never_run(page: Any, job: str, kind: str, name: str, data: bytes) -> None:
    """Its page, its picture and its download: the right type, in a sandbox, as an attachment."""
    sent(page, job, kind, name, data, words=SCRIPT.decode() + NAME)
    assert page.get_by_role("alert").count() == 0, page.get_by_role("alert").first.inner_text()
    quiet(page)
    page.locator(".gallery a").first.click()
    page.wait_for_url("**/evidence/*")
    quiet(page)
    assert page.get_by_text(SCRIPT.decode()).first.is_visible()
    place = page.url.partition("?")[0]
    original = page.request.get(f"{place}/original")
    heads = original.headers
    assert heads["content-type"] == "application/octet-stream"
    assert heads["content-disposition"].startswith("attachment")
    assert not set("\r\n\0<>") & set(heads["content-disposition"])
    assert original.body() == data
    roles = {"original"} | ({"shown", "thumb"} if kind == "photo" else set())
    for role in roles:
        answer = page.request.get(f"{place}/{role}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        if role != "original":
            seen = answer.body()
            assert answer.headers["content-type"] == "image/jpeg"
            assert b"script" not in seen
            assert b"PK\x03\x04" not in seen
            with Image.open(io.BytesIO(seen)) as drawn:
                assert max(drawn.size) <= 2560
                assert not drawn.getexif()
            page.goto(f"{place}/{role}")
            quiet(page)
    page.goto(place)  # the picture's own page lies in a sandbox, from which nothing is downloaded
    with page.expect_download() as coming:
        page.get_by_role("link", name="Original").click()
    assert not set('/\\<>"\0') & set(coming.value.suggested_filename)
    quiet(page)


@pytest.mark.parametrize(
    ("name", "data"),
    [("logo.svg", SVG), ("page.html", b"<!doctype html>" + SCRIPT), ("page.txt", SCRIPT),
     ("polyglot.pdf", pdf(SCRIPT.decode())), ("table.csv", b"=1+1,<script>alert('ran')</script>"),
     ("x.nc", b"(<script>alert('ran')</script>)\nG0 X0\n"), ("marks.jpg", marked())],
    ids=["svg", "html", "txt", "pdf", "csv", "program", "photo"],
)  # fmt: skip
def test_what_is_checked_in_is_looked_at_and_never_run(
    page: Any, visit: Callable[..., Any], job: str, name: str, data: bytes
) -> None:
    """Work in progress may be anything: its view and its address run nothing."""
    eli = visit("eli").page()
    eli.goto("/items/10-0042/checkin")
    eli.get_by_label("Files").set_input_files(
        {"name": name, "mimeType": "text/html", "buffer": data}
    )
    eli.get_by_label("Note").fill(SCRIPT.decode())
    eli.get_by_role("button", name="Check in").click()
    eli.wait_for_load_state()
    for place in (
        f"/items/10-0042/working/view/{name}",
        "/items/10-0042",
        "/items/10-0042/working",
    ):
        page.goto(place)
        page.wait_for_load_state("networkidle")
        quiet(page)
    answer = page.request.get(f"/items/10-0042/working/files/{name}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    kind = answer.headers["content-type"]
    assert kind.startswith("application/pdf") or (
        answer.headers["content-disposition"].startswith("attachment")
    ), (kind, answer.headers)
