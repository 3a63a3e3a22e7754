# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking at files: what is shown as what, who may, how close, and why something is not shown."""

from __future__ import annotations

import io
import json
import re
import struct
import time
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

SHEET = "10-0042.pdf"
DXF = "0\nSECTION\n2\nENTITIES\n0\nLINE\n8\n0\n10\n0\n20\n0\n11\n100\n21\n50\n0\nENDSEC\n0\nEOF\n"
PROGRAM = "%\nO0420 (BRACKET)\nN10 G21 G90\nN20 T1 M6\nG1 X12.5 Y-3 F600\nM30\n%\n"


def photo(wide: int = 60, high: int = 40, kind: str = "PNG") -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (wide, high), (200, 60, 40)).save(out, kind)
    return out.getvalue()


def packed(**files: bytes) -> bytes:
    """Return a file of FreeCAD with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, data in files.items():
            folder.writestr(name.replace("__", "/").replace("_png", ".png"), data)
    return out.getvalue()


def tetrahedron() -> bytes:
    """Return a solid as a binary STL file."""
    corners = [(0, 0, 0), (10, 0, 0), (0, 10, 0), (0, 0, 10)]
    faces = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]
    rows = b"".join(
        struct.pack("<12fH", 0, 0, 0, *(n for at in face for n in corners[at]), 0) for face in faces
    )
    return bytes(80) + struct.pack("<I", len(faces)) + rows


@pytest.fixture
def work(app: Any, tmp_path: Path) -> Any:
    """Return a maker that checks files in to 10-0042, so that they can be looked at as work."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]

    def check_in(**files: bytes) -> None:
        found = {}
        for name, data in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(data)
            found[path.name] = path
        desk.check_in(vault, people.get(vault.ledger, "eli"), "10-0042", found, "to look at")

    return check_in


def told(page: str) -> dict[str, Any]:
    """Return what a page tells its script of the sheet."""
    found = re.search(r'data-viewer="([^"]+)"', page)
    assert found, page[:2000]
    data: dict[str, Any] = json.loads(unescape(found[1]))
    return data


def size_of(data: bytes) -> tuple[int, int]:
    """Return the size of a picture."""
    return Image.open(io.BytesIO(data)).size


def test_a_sheet_comes_whole_and_in_squares(guest: Any, stock: Any) -> None:
    """The first picture is there at once; squares are cut exactly, however close one looks."""
    browser = guest("otto")
    page = browser.get(f"/items/10-0042/A/view/{SHEET}")
    data = told(page.text)
    assert data["sizes"] == [[pytest.approx(209.9, abs=0.1), pytest.approx(297, abs=0.1)]]
    first = browser.get(data["pictures"][0])
    assert first.mimetype == "image/png"
    assert size_of(first.data)[0] == data["first"]
    wide = data["widths"][0]
    whole = browser.get(f"/items/10-0042/A/pages/{SHEET}/1.png?w={wide}").data
    sheet = Image.open(io.BytesIO(whole)).convert("L")
    square = browser.get(f"{data['tiles']}/1/{wide}/1-1.png?v={data['key']}")
    cut = Image.open(io.BytesIO(square.data)).convert("L")
    assert cut.size == (512, 512)
    part = sheet.crop((512, 512, 1024, 1024))
    off = sum(abs(a - b) for a, b in zip(part.tobytes(), cut.tobytes(), strict=True))
    assert off / len(cut.tobytes()) < 0.5
    finest = browser.get(f"{data['tiles']}/1/{data['widths'][-1]}/300-300.png")
    assert size_of(finest.data) == (512, 512)


def test_squares_are_kept_by_browsers_under_their_content(guest: Any, stock: Any) -> None:
    """An address that tells the content may be kept; a second look by its tag draws nothing."""
    browser = guest("eli")
    data = told(browser.get(f"/items/10-0042/A/view/{SHEET}").text)
    address = f"{data['tiles']}/1/{data['widths'][2]}/0-0.png"
    named, plain = browser.get(f"{address}?v={data['key']}"), browser.get(address)
    assert "immutable" in named.headers["Cache-Control"]
    assert plain.headers["Cache-Control"] == "private, no-cache"
    again = browser.get(address, headers={"If-None-Match": named.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("place", ["1/1920/0-0", "1/3841/0-0", "1/3840/99-0", "2/3840/0-0",
                                   "0/3840/0-0", "1/245760/4097-0"])  # fmt: skip
def test_only_squares_that_exist_are_drawn(place: str, guest: Any, stock: Any) -> None:
    """A width nobody offered, a place off the sheet, a page that is not there: a plain refusal."""
    assert guest("eli").get(f"/items/10-0042/A/tiles/{SHEET}/{place}.png").status_code in {404, 422}


def test_a_traveler_reaches_its_own_jobs_files_and_no_work(
    guest: Any, stock: Any, work: Any
) -> None:
    """Nobody is signed in: the job's revision is looked at, by page, picture and square alone."""
    work(secret__txt=b"not released")
    floor = guest(None)
    base = f"/t/{stock.token}"
    page = floor.get(f"{base}/view/{SHEET}")
    assert page.status_code == 200
    data = told(page.text)
    assert data["tiles"].startswith(base)
    assert floor.get(data["pictures"][0]).status_code == 200
    assert floor.get(f"{data['tiles']}/1/3840/0-0.png").status_code == 200
    for what in ("view/secret.txt", "pages/secret.txt/1.png", "models/secret.txt",
                 "tiles/secret.txt/1/3840/0-0.png"):  # fmt: skip
        assert floor.get(f"{base}/{what}").status_code == 404
    assert floor.get(f"/items/10-0042/A/view/{SHEET}").status_code == 303
    assert floor.get(f"/t/{'0' * 26}/view/{SHEET}").status_code == 404
    for word in ("Sign in", "/items/", "Unstamped", "J-2"):
        assert word not in page.text


def test_what_is_recalled_is_not_shown_on_the_floor(app: Any, guest: Any, stock: Any) -> None:
    """After the recall neither page nor picture nor square comes, though they came just before."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault, floor = app.extensions[VAULT], guest(None)
    square = f"/t/{stock.token}/tiles/{SHEET}/1/3840/0-0.png"
    picture = f"/t/{stock.token}/pages/{SHEET}/1.png?w=1280"
    assert floor.get(square).status_code == floor.get(picture).status_code == 200
    before = told(guest("eli").get(f"/items/10-0042/A/view/{SHEET}").text)["key"]
    desk.recall(vault, people.get(vault.ledger, "mchen"), "10-0042", "A", "wrong bore")
    assert floor.get(square).status_code >= 400
    assert floor.get(picture).status_code >= 400
    assert floor.get(f"/t/{stock.token}/view/{SHEET}").status_code >= 400
    desk_page = guest("eli").get(f"/items/10-0042/A/view/{SHEET}").text
    assert "recalled" in desk_page
    assert told(desk_page)["key"] != before, "the sheet that is looked at says RECALLED now"


def test_a_program_is_lit_up_with_a_code_to_scan(guest: Any, work: Any) -> None:
    """Words by their kind, every line whole, and a QR that reads as the program's name."""
    import zxingcpp

    from release.stamp import qr

    work(op20__nc=PROGRAM.encode())
    page = guest("eli").get("/items/10-0042/working/view/op20.nc").text
    assert '<b class="number">O0420</b>' in page
    assert '<span class="c-remark">(BRACKET)</span>' in page
    assert '<span class="c-motion">G1</span> <span class="c-axis">X12.5</span>' in page
    assert qr.svg("O0420").partition("<path")[2] in page
    modules = qr.matrix("O0420")
    picture = Image.new("L", (len(modules) + 8, len(modules) + 8), 255)
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            picture.putpixel((column + 4, row + 4), 0 if dark else 255)
    big = picture.resize((picture.width * 8, picture.height * 8), Image.Resampling.NEAREST)
    assert zxingcpp.read_barcodes(big)[0].text == "O0420"


def test_tables_are_tables_and_texts_are_texts(guest: Any, work: Any) -> None:
    """CSV with either comma, TOML by its tables; what is no table after all is shown as it stands."""
    work(holes__csv=b"no;x;y\n1;2,5;<b>3</b>\n", notes__txt="Größe\x1b[31m".encode(),
         broken__toml=b"= nothing", blank__csv=b"\n")  # fmt: skip
    browser = guest("eli")
    place = "/items/10-0042/working/view"
    holes = browser.get(f"{place}/holes.csv").text
    assert '<th scope="col">x</th>' in holes
    assert "<td>2,5</td><td>&lt;b&gt;3&lt;/b&gt;</td>" in holes
    route = browser.get(f"{place}/route.toml").text
    assert "<td>Mill the first side</td>" in route
    assert "Größe·[31m" in browser.get(f"{place}/notes.txt").text
    assert "= nothing" in browser.get(f"{place}/broken.toml").text
    assert browser.get(f"{place}/blank.csv").status_code == 200


def test_drawings_photos_and_previews_are_pictures(guest: Any, work: Any) -> None:
    """DXF is drawn, a photo comes anew without what it carried, FreeCAD's own preview is shown."""
    carried = photo(900, 600, "JPEG") + b"<script>alert(1)</script>"
    work(flat__dxf=DXF.encode(), first__jpg=carried,
         part__FCStd=packed(thumbnails__Thumbnail_png=photo(128, 128)))  # fmt: skip
    browser = guest("eli")
    place = "/items/10-0042/working"
    drawn = told(browser.get(f"{place}/view/flat.dxf").text)
    assert drawn["sizes"][0][0] > drawn["sizes"][0][1]
    assert browser.get(drawn["pictures"][0]).mimetype == "image/png"
    assert size_of(browser.get(f"{drawn['tiles']}/1/3840/0-0.png").data) == (512, 512)
    shown = browser.get(told(browser.get(f"{place}/view/first.jpg").text)["pictures"][0])
    assert shown.mimetype == "image/jpeg"
    assert b"script" not in shown.data
    assert size_of(shown.data) == (900, 600)
    preview = told(browser.get(f"{place}/view/part.FCStd").text)
    assert size_of(browser.get(preview["pictures"][0]).data) == (128, 128)


def test_a_model_is_made_in_the_background(guest: Any, work: Any) -> None:
    """Nobody waits: 202 until it is there, then its measures and its mesh."""
    work(block__stl=tetrahedron())
    browser = guest("eli")
    place = "/items/10-0042/working/models/block.stl"
    assert 'data-model="' + place in browser.get("/items/10-0042/working/view/block.stl").text
    until = time.monotonic() + 60
    answer = browser.get(f"{place}?facts=1")
    while answer.status_code == 202 and time.monotonic() < until:
        assert answer.headers["Retry-After"] == "1"
        time.sleep(0.1)
        answer = browser.get(f"{place}?facts=1")
    assert ["Box", "10 × 10 × 10 mm"] in answer.json["facts"]
    mesh = browser.get(place)
    assert mesh.mimetype == "model/gltf-binary"
    assert mesh.data[:4] == b"glTF"
    assert browser.get("/items/10-0042/working/pages/block.stl/1.png").mimetype == "image/png"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("part.sldprt", b"\xd0\xcf", "Files that end in .sldprt can only be opened by the program"),
        ("README", b"text", "Files without an ending can only be opened"),
        ("bad.stl", b"nothing", "it is not STL, or a part of it is missing"),
        ("bad.step", b"nothing", "it is not STEP"),
        ("bad.dxf", b"\0\1nothing", "it is no DXF, or is damaged"),
        ("bad.png", b"nothing", "it is no picture we know"),
        ("bad.FCStd", b"nothing", "it is damaged or incomplete"),
        ("none.FCStd", packed(Document=b"x"), "put no preview picture into it"),
        ("bomb.FCStd", packed(thumbnails__Thumbnail_png=bytes(40 << 20)), "far too large"),
        ("huge.png", photo(20_000, 8_000), "more than 80 million points"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_says_why_and_is_offered(
    name: str, data: bytes, sentence: str, guest: Any, work: Any
) -> None:
    """One sentence, and the download; the next file is shown, so nothing died."""
    work(**{name.replace(".", "__"): data})
    browser = guest("eli")
    place = "/items/10-0042/working"
    page, until = browser.get(f"{place}/view/{name}"), time.monotonic() + 60
    while "data-model" in page.text and time.monotonic() < until:  # it was asked for just now
        time.sleep(0.1)
        page = browser.get(f"{place}/view/{name}")
    assert page.status_code == 200
    assert sentence in unescape(page.text)
    assert f'href="{place}/files/{name}"' in page.text
    assert browser.get(f"/items/10-0042/A/pages/{SHEET}/1.png?w=320").status_code == 200


def test_a_thumbnail_is_always_a_picture(guest: Any, work: Any, stock: Any) -> None:
    """Of a revision, of what is current, of work for who may see it; a blank sheet for nothing."""
    eli, otto = guest("eli"), guest("otto")
    for rev in ("A", "current", "working"):
        assert eli.get(f"/items/10-0042/{rev}/thumb.png").mimetype == "image/png"
    assert otto.get("/items/10-0042/current/thumb.png").mimetype == "image/png"
    nothing = otto.get("/items/10-0042/WORKINX/thumb.png")
    assert nothing.mimetype == "image/svg+xml"
    assert otto.get("/items/10-0042/working/thumb.png").data == nothing.data
    answer = eli.get("/items/10-0042/A/thumb.png?w=320")
    again = eli.get(
        "/items/10-0042/A/thumb.png?w=320", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_without_the_extra_the_page_says_how_to_get_it(
    guest: Any, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A STEP file on an installation without the reader: a sentence and the file, no error."""
    import importlib.util

    work(part__step=b"ISO-10303-21;")
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name == "cascadio" else real(name, *more),
    )
    page = guest("eli").get("/items/10-0042/working/view/part.step")
    assert page.status_code == 200
    assert "install the extra" in page.text
    assert 'href="/items/10-0042/working/files/part.step"' in page.text


def test_an_item_whose_revisions_are_all_recalled_has_the_plain_sheet(
    app: Any, guest: Any, stock: Any
) -> None:
    """A list shows the placeholder, with a size of its own, never a broken picture."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    mei = people.get(vault.ledger, "mchen")
    desk.recall(vault, mei, stock.number, "A", "wrong hole")
    answer = guest("pat").get(f"/items/{stock.number}/current/thumb.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert 'width="160"' in answer.text
