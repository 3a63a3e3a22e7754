# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamp every odd sheet of the tests, and write down what becomes of it, with pictures.

    .venv/bin/python docs/stamping.py

The test `test_matrix.py` makes the table again and compares.  Where the folder of real drawings
lies beside the project, they are stamped too; else their table stays as it is.
"""

from __future__ import annotations

import importlib.util
import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pymupdf
from PIL import Image

from release.stamp import press
from release.stamp.template import Stamp
from vault.errors import Refusal
from vault.worker import Worker

HERE: Final = Path(__file__).resolve().parent
CASES: Final = HERE.parent / "tests" / "unit" / "release" / "stamp" / "cases.py"
CORPUS: Final = HERE.parents[1] / "shared" / "corpus"
DOCUMENT: Final = HERE / "stamping.md"
PICTURES: Final = HERE / "stamping"
REAL: Final = "## Real drawings"
SIDE: Final = 150  # pixels
HEAD: Final = """\
# What becomes of odd sheets

<!-- Made by docs/stamping.py; a test makes it again and compares. -->

Every sheet below is made by the tests, byte for byte. It is stamped as a release stamps it, and what
came out was opened again: number and size of pages, every word and the code of every page where
they should stand, the rest of the page as it was, nothing active left. A file is stamped *in place*
where that comes out right; else it is *rewritten* by qpdf and stamped, else its pages are *redrawn*
into a new file, else *painted* as pictures of bounded size, else refused with the reason. Nothing is
left behind by a refusal, and nothing ever comes out unchecked.

"""
LEGEND: Final = {"in place": "in place", "rewritten": "rewritten", "redrawn": "redrawn",
                 "as picture": "painted"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one sheet; the picture is a PNG, empty for a refusal."""

    name: str
    about: str
    outcome: str
    notes: str
    picture: bytes = b""


def cases() -> ModuleType:
    """Return the odd sheets."""
    spec = importlib.util.spec_from_file_location("stamp_cases", CASES)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(CASES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(worker: Worker, *, pictures: bool) -> list[Row]:
    """Stamp every odd sheet and return what became of it."""
    odd = cases()
    stamp = stamp_of(odd.URL)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {**odd.CASES, **odd.REFUSED}.items():
            source = Path(folder) / "sheet.pdf"
            source.write_bytes(data)
            told = _row(worker, source, stamp, odd.PASSWORDS.get(name, ""), pictures)
            found.append(Row(name, odd.ABOUT[name], *told))
    return found


def stamp_of(url: str) -> Stamp:
    """Return the stamp of all pictures."""
    return Stamp(
        state="released", number="10-0042", rev="B", title="Bracket, motor mount",
        date="2026-11-22", approver="Mei Chen", change="CO-0012", url=url,
    )  # fmt: skip


def _row(
    worker: Worker, source: Path, stamp: Stamp, password: str, pictures: bool
) -> tuple[str, str, bytes]:
    out = source.with_name("out.pdf")
    try:
        made = press.stamp(worker, source, out, stamp, password=password)
    except Refusal as refusal:
        return "refused", str(refusal.facts.get("reason", refusal)), b""
    return LEGEND[made.how], _notes(made), picture(out) if pictures else b""


def _notes(made: press.Stamped) -> str:
    notes = [f"{made.pages} pages"] if made.pages > 1 else []
    if made.covered:
        notes.append("no white space: covers what is least")
    if made.small:
        notes.append("so small that modules are below 0.5 mm")
    if made.removed:
        notes.append(f"left out: {', '.join(made.removed)}")
    return "; ".join(notes)


def picture(path: Path) -> bytes:
    """Return the first page as a small grey PNG."""
    with pymupdf.open(path) as document:
        page = document[0]
        zoom = SIDE / max(page.rect.width, page.rect.height)
        shot = page.get_pixmap(matrix=pymupdf.Matrix(2 * zoom, 2 * zoom), colorspace=pymupdf.csGRAY)
    shown = Image.frombytes("L", (shot.width, shot.height), shot.samples)
    shown = shown.resize((max(shot.width // 2, 1), max(shot.height // 2, 1)))
    out = io.BytesIO()
    shown.quantize(16).save(out, "png", optimize=True)
    return out.getvalue()


def table(found: list[Row]) -> str:
    """Return the document up to the real drawings."""
    counts = {name: sum(1 for one in found if one.outcome == name)
              for name in (*LEGEND.values(), "refused")}  # fmt: skip
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    lines = [f"{len(found)} kinds: {told}.", "", "| sheet | what is odd | outcome | notes | |",
             "|---|---|---|---|---|"]  # fmt: skip
    for one in found:
        shown = f"![]({PICTURES.name}/{file_name(one)})" if one.outcome != "refused" else ""
        lines.append(f"| {one.name} | {one.about} | {one.outcome} | {one.notes} | {shown} |")
    return HEAD + "\n".join(lines) + "\n\n"


def file_name(row: Row) -> str:
    """Return the name of a row's picture."""
    return f"{row.name.replace(' ', '-').replace(chr(39), '')}.png"


def real(worker: Worker) -> str:
    """Return the part of the real drawings."""
    stamp = stamp_of(cases().URL)
    lines = [REAL, "", "| drawing | pages | outcome | notes |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(CORPUS.rglob("*.[pP][dD][fF]")):
            out = Path(folder) / "out.pdf"
            row: tuple[Any, ...]
            try:
                made = press.stamp(worker, source, out, stamp)
                row = made.pages, LEGEND[made.how], _notes(made)
            except Refusal as refusal:
                row = "", "refused", refusal.facts.get("reason", refusal)
            lines.append(f"| {source.name} | {' | '.join(map(str, row))} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the document and its pictures."""
    worker = Worker(processes=1)
    pymupdf.TOOLS.mupdf_display_errors(False)
    try:
        found = rows(worker, pictures=True)
        PICTURES.mkdir(exist_ok=True)
        for old in PICTURES.glob("*.png"):
            old.unlink()
        for row in found:
            if row.picture:
                (PICTURES / file_name(row)).write_bytes(row.picture)
        kept = DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else REAL
        rest = real(worker) if CORPUS.exists() else kept[kept.index(REAL) :]
        DOCUMENT.write_text(table(found) + rest, "utf-8")
    finally:
        worker.close()
    print(f"{len(found)} sheets; look at {DOCUMENT}")


if __name__ == "__main__":
    main()
