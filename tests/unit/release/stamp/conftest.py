# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDFs written by hand, so that their bytes, and every oddity in them, are exactly known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from release.stamp.template import Stamp
from vault.worker import Worker

URL = "HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS"
A4 = "[0 0 595 842]"
A3 = "[0 0 1191 842]"


def drawing(wide: float, high: float) -> str:
    """Return the content of a small drawing: a frame, a title block, some views with text."""
    parts = [f"0.7 w 20 20 {wide - 40} {high - 40} re S {wide - 220} 20 200 80 re S"]
    parts += [f"{wide - 220} {20 + row * 16} m {wide - 20} {20 + row * 16} l S" for row in range(5)]
    for view in range(3):
        x, y = 60 + view * (wide - 120) / 3, high * 0.45
        parts.append(f"{x} {y} {wide / 6} {high / 5} re S {x + 20} {y + 30} 40 20 re S")
        parts.append(f"BT /F 9 Tf {x} {y - 14} Td (25.4 +0.1 view {view + 1}) Tj ET")
    parts.append(f"BT /F 8 Tf {wide - 215} 88 Td (Sample drawing) Tj ET")
    return " ".join(parts)


def page(media: str = A4, content: str | None = None, **entries: str) -> dict[str, Any]:
    """Return a page for ``written``: its content, and entries of its dictionary as PDF text."""
    box = [float(part) for part in media.strip("[]").split()]
    if content is None:
        content = drawing(abs(box[2] - box[0]), abs(box[3] - box[1]))
        content = f"q 1 0 0 1 {min(box[0], box[2])} {min(box[1], box[3])} cm {content} Q"
    return {"content": content, "MediaBox": media, **entries}


def written(
    pages: Sequence[Mapping[str, Any]],
    *,
    catalog: str = "",
    tree: str = "",
    objects: Sequence[str] = (),
    resources: str | None = "<</Font<</F 3 0 R>>>>",
) -> bytes:
    """Return a PDF: objects 1 catalogue, 2 page tree, 3 a font, 10… as given, 100… pages."""
    parts = {1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>"}
    parts[3] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    parts.update({10 + place: text for place, text in enumerate(objects)})
    kids = []
    for place, one in enumerate(pages):
        number = 100 + 2 * place
        kids.append(f"{number} 0 R")
        entries = {key: value for key, value in one.items() if key != "content"}
        if resources is not None:
            entries.setdefault("Resources", resources)
        if one["content"]:
            entries.setdefault("Contents", f"{number + 1} 0 R")
            data = one["content"]
            parts[number + 1] = f"<</Length {len(data.encode())}>>stream\n{data}\nendstream"
        inside = "".join(f"/{key} {value}" for key, value in entries.items())
        parts[number] = f"<</Type/Page/Parent 2 0 R{inside}>>"
    parts[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}{tree}>>"
    return _numbered(parts)


def _numbered(parts: Mapping[int, str]) -> bytes:
    data = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = {}
    for number, text in sorted(parts.items()):
        places[number] = len(data)
        data += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(data)
    table = "xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        table += f"{number} 1\n{place:010d} 00000 n \n"
    size = max(parts) + 1
    return (
        data + f"{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    )


def _cases() -> dict[str, bytes]:
    """Return every oddity that has to come out stamped, by name."""
    shown = drawing(595, 842)
    field = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(typed)/Rect[60 600 200 620]/F 4"
        "/DA(/F 10 Tf 0 g)/AP<</N 11 0 R>>/A<</S/SubmitForm/F(http://x.example)>>>>"
    )
    look = (
        "<</Type/XObject/Subtype/Form/BBox[0 0 140 20]/Resources<</Font<</F 3 0 R>>>>/Length 39>>"
        "stream\nBT /F 10 Tf 2 6 Td (typed value) Tj ET \nendstream"
    )
    note = "<</Type/Annot/Subtype/FreeText/Rect[100 700 220 720]/Contents(check)/DA(/F 9 Tf 0 g)>>"
    dark = "0 g 0 0 595 842 re f 1 g 60 400 200 100 re f"
    full = " ".join(f"{x} 0 m {x} 842 l" for x in range(0, 600, 7)) + " S"
    hidden = "/OC /L BDC 1 0 0 rg 0 0 595 842 re f EMC " + shown
    cases = {
        "a4": written([page()]),
        "a3": written([page(A3)]),
        "a1": written([page("[0 0 2384 1684]")]),
        "three pages": written([page(), page(A3), page("[0 0 612 792]")]),
        "crop": written([page(A3, CropBox="[100 80 1100 760]")]),
        "crop outside": written([page(A4, CropBox="[700 900 900 1000]")]),
        "crop larger": written([page(A4, CropBox="[-50 -50 900 1000]")]),
        "negative origin": written([page("[-300 -400 295 442]")]),
        "far origin": written([page("[10000 20000 10595 20842]")]),
        "reversed box": written([page("[595 842 0 0]")]),
        "unit 2": written([page("[0 0 297 421]", UserUnit="2")]),
        "unit half": written([page("[0 0 1190 1684]", UserUnit="0.5")]),
        "unit and turn": written([page("[50 60 347 481]", UserUnit="2", Rotate="90")]),
        "crop and turn": written(
            [
                page("[-100 -50 1091 792]", CropBox="[0 0 900 700]", Rotate=turn)
                for turn in ("90", "180", "270")
            ]
        ),
        "odd turns": written([page(Rotate=turn) for turn in ("-90", "450", "720")]),
        "enormous": written([page("[0 0 22104 15840]", content=shown, UserUnit="2.035")]),
        "inherited": written(
            [{"content": shown}],
            tree=f"/MediaBox {A4}/Rotate 90/Resources<</Font<</F 3 0 R>>>>",
            resources=None,
        ),
        "shared resources": written(
            [page(), page()], objects=["<</Font<</F 3 0 R>>>>"], resources="10 0 R"
        ),
        "no resources": written([page(content="10 10 m 90 90 l S")], resources=None),
        "no content": written([page(content="")]),
        "content in parts": written(
            [page(content=shown, Contents="[10 0 R 101 0 R]")],
            objects=["<</Length 13>>stream\n1 0 0 RG 2 w \nendstream"],
        ),
        "content used twice": written([page(), page(content="", Contents="101 0 R")]),
        "name taken": written(
            [page()],
            objects=["<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream"],
            resources="<</Font<</F 3 0 R>>/XObject<</Stamp1 10 0 R>>>>",
        ),
        "q left open": written([page(content="q 0.5 0 0 0.5 30 30 cm " + shown)]),
        "too many Q": written([page(content="Q Q " + shown + " Q Q")]),
        "matrix left behind": written([page(content="Q 0.4 0 0 0.4 50 50 cm q " + shown)]),
        "clip left behind": written([page(content="Q 0 0 90 90 re W n " + shown)]),
        "text hidden after": written([page(content="Q " + shown + " BT 3 Tr 50 Tz 9 Ts ET")]),
        "dark ground": written([page(content=dark)]),
        "full of lines": written([page(content=full)]),
        "narrow": written([page("[0 0 80 1200]", content="10 10 m 60 900 l S")]),
        "flat": written([page("[0 0 900 60]", content="10 10 m 60 50 l S")]),
        "hidden layer": written(
            [page(content=hidden)],
            catalog="/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>",
            objects=["<</Type/OCG/Name(off)>>"],
            resources="<</Font<</F 3 0 R>>/Properties<</L 10 0 R>>>>",
        ),
        "form": written(
            [page(Annots="[10 0 R]")], catalog="/AcroForm<</Fields[10 0 R]>>", objects=[field, look]
        ),
        "signed": written(
            [page(Annots="[10 0 R]")],
            catalog="/AcroForm<</SigFlags 3/Fields[10 0 R]>>",
            objects=[
                (
                    "<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 12 0 R/Rect[60 600 200 620]/F 4"
                    "/AP<</N 11 0 R>>>>"
                ),
                look,
                "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
            ],
        ),
        "note": written([page(Annots="[10 0 R]")], objects=[note]),
        "javascript": written(
            [page(AA="<</O 11 0 R>>")],
            catalog="/OpenAction 11 0 R/AA<</WC 11 0 R>>/Names<</JavaScript<</Names[(a) 11 0 R]>>>>",
            objects=["null", "<</S/JavaScript/JS(app.alert\\(1\\))>>"],
        ),
        "launch": written(
            [page(Annots="[10 0 R]")],
            objects=[
                (
                    "<</Type/Annot/Subtype/Link/Rect[50 50 90 90]/A<</S/URI/URI(http://a.example)"
                    "/Next<</S/Launch/F(cmd.exe)>>>>>>"
                )
            ],
        ),
        "attachment": written(
            [page(Annots="[13 0 R]")],
            catalog="/Names<</EmbeddedFiles<</Names[(a) 10 0 R]>>>>/AF[10 0 R]/Collection<<>>",
            objects=[
                "<</Type/Filespec/F(a.exe)/EF<</F 11 0 R>>>>",
                "<</Type/EmbeddedFile/Length 4>>stream\nMZ90\nendstream",
                "null",
                "<</Type/Annot/Subtype/FileAttachment/Rect[9 9 30 30]/FS 10 0 R>>",
            ],
        ),
        "xfa": written(
            [page()],
            catalog="/AcroForm<</Fields[]/XFA 10 0 R>>",
            objects=["<</Length 7>>stream\n<xdp/>\n\nendstream"],
        ),
        "bookmark script": written(
            [page()],
            catalog="/Outlines 10 0 R",
            objects=[
                "<</Type/Outlines/First 11 0 R/Last 11 0 R/Count 1>>",
                "<</Title(go)/Parent 10 0 R/A<</S/JavaScript/JS(1)>>>>",
            ],
        ),
        "junk before": b"From a mail program\r\n\r\n" + written([page()]),
        "junk behind": written([page()]) + b"\0" * 3000,
    }
    broken = written([page()])
    cases["broken table"] = broken.replace(b"startxref\n", b"startxref\n9")
    return cases


CASES = _cases()


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """Every oddity that has to come out stamped, one at a time."""
    return request.param, CASES[request.param]


@pytest.fixture(scope="session")
def sheets() -> Any:
    """The writers above, for tests that need a sheet of their own."""

    class Sheets:
        cases = CASES
        page = staticmethod(page)
        written = staticmethod(written)
        drawing = staticmethod(drawing)
        url = URL

    return Sheets


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """One worker process for all these tests."""
    pool = Worker(processes=1)
    yield pool
    pool.close()


@pytest.fixture
def stamp() -> Stamp:
    """A stamp as a release makes it."""
    return Stamp(
        state="released",
        number="10-0042",
        rev="B",
        title="Bracket, motor mount",
        date="2026-11-22",
        approver="Mei Chen",
        change="CO-0012",
        url=URL,
    )


@pytest.fixture
def put(tmp_path: Path) -> Any:
    """A function that writes bytes to a file and returns its path."""

    def write(data: bytes, name: str = "source.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write
