# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stamp costs, beside what other libraries need to put words, a code and a mark on a page.

Run with ``python tests/benchmarks/bench_stamp.py [FILES] [SEGMENTS]``.  All are measured in turns
in one run on the same A3 drawings, because only the ratios keep their meaning on another machine.
PyMuPDF's own way is always a peer; pikepdf, pyHanko and pypdf are where they are installed.
"""

from __future__ import annotations

import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pymupdf
import segno

from release.stamp import check, draw, pages, press, ways
from release.stamp.template import Stamp
from vault.reading import pdf
from vault.reading.active import disarm
from vault.worker import Worker

STAMP = Stamp(
    state="released", number="10-0042", rev="B", title="Bracket, motor mount", date="2026-11-22",
    approver="Mei Chen", change="CO-0012", url="HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS",
)  # fmt: skip
LIMIT = 3.5  # ms for one page, the reading of it for placement and check not included


def drawing(path: Path, segments: int, texts: int = 150, pages: int = 1) -> Path:
    """Write A3 pages of lines and texts, the same for the same numbers."""
    dice = random.Random(segments)
    with pymupdf.open() as document:
        for _ in range(pages):
            page = document.new_page(width=1191, height=842)
            page.insert_font("helv")
            parts = ["0.5 w"]
            for _ in range(segments):
                x, y = dice.uniform(40, 1150), dice.uniform(140, 800)
                parts.append(f"{x:.2f} {y:.2f} m {x + dice.uniform(-60, 60):.2f} {y:.2f} l S")
            for count in range(texts):
                x, y = dice.uniform(40, 1100), dice.uniform(140, 800)
                parts.append(f"BT /helv 8 Tf {x:.1f} {y:.1f} Td (DIM {count} 25.40) Tj ET")
            number = document.get_new_xref()
            document.update_object(number, "<<>>")
            document.update_stream(number, "\n".join(parts).encode(), new=True)
            page.set_contents(number)
        document.save(path)
    return path


def stamp_of(turn: int) -> Stamp:
    """Return a stamp nobody has made before, so that nothing is remembered from the last one."""
    return replace(STAMP, number=f"10-{turn:04}", url=f"{STAMP.url[:-5]}{turn:05}")


class Ours:
    """Our stamp in its parts, so that placement and check are seen beside it."""

    def __init__(self) -> None:
        """Start with no times."""
        self.times: dict[str, list[float]] = {"look": [], "stamp": [], "check": []}

    def __call__(self, source: Path, out: Path, turn: int) -> None:
        """Stamp one file and note the three times in ms."""
        stamp = stamp_of(turn)
        with pdf.opened(str(source)) as document:
            count = document.page_count
            begun = time.perf_counter()
            looks = [pages.look(document, page) for page in range(count)]
            looked = time.perf_counter()
        with_open = time.perf_counter()
        with pdf.opened(str(source)) as document:
            pages.mend(document, "x")
            sheets = [pages.sheet_of(pages.page_object(document, page)) for page in range(count)]
            disarm(document)
            marks = draw.mark(document, stamp, "x", looks)
            ways.save(document, str(out), source.read_bytes(), stamp)
        stamped = time.perf_counter()
        assert check.fault(str(out), stamp, sheets, marks) == ""
        checked = time.perf_counter()
        for name, took in (
            ("look", looked - begun), ("stamp", stamped - with_open), ("check", checked - stamped),
        ):  # fmt: skip
            self.times[name].append(took * 1000)


def plain(source: Path, out: Path, turn: int) -> None:
    """Stamp with PyMuPDF's own insert_text and insert_image, at a fixed place."""
    code = io.BytesIO()
    segno.make(stamp_of(turn).url, error="q").save(code, kind="png", scale=4)
    with pymupdf.open(source) as document:
        for page in document:
            page.insert_text((300, 500), "RELEASED", fontsize=90, color=(0.9, 0.9, 0.9))
            for line in range(6):
                page.insert_text((900, 60 + 12 * line), "Approval person: Mei Chen", fontsize=8)
            page.insert_image(pymupdf.Rect(830, 40, 890, 100), stream=code.getvalue())
        document.save(out, no_new_id=True)


def with_pikepdf(source: Path, out: Path, turn: int) -> None:
    """Stamp with pikepdf: one raw form of words, code and mark, added to each page."""
    import pikepdf

    code = segno.make(stamp_of(turn).url, error="q")
    cells = "".join(
        f"{x} {y} 1 1 re "
        for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    )  # fmt: skip
    text = "".join(f"1 0 0 1 900 {780 - 12 * line} Tm (Approval person) Tj " for line in range(6))
    data = f"q 1.4 0 0 -1.4 830 800 cm {cells}f Q BT /F 8 Tf {text} ET"
    with pikepdf.open(source) as document:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                  BaseFont=pikepdf.Name.Helvetica)  # fmt: skip
        form = document.make_stream(data.encode())
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox = [0, 0, 1191, 842]
        form.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        for page in document.pages:
            name = page.add_resource(form, pikepdf.Name.XObject)
            page.contents_add(f"q {name} Do Q".encode())
        document.save(out, static_id=True)


def with_pypdf(source: Path, out: Path, turn: int) -> None:
    """Stamp with pypdf: merge a page that was stamped before."""
    import pypdf

    overlay = out.with_name("overlay.pdf")
    if not overlay.exists():
        with pymupdf.open() as document:
            document.new_page(width=1191, height=842).insert_text((900, 60), "RELEASED")
            document.save(overlay)
    writer = pypdf.PdfWriter(clone_from=source)
    for page in writer.pages:
        page.merge_page(pypdf.PdfReader(overlay).pages[0])
    writer.write(out)


def with_pyhanko(source: Path, out: Path, turn: int) -> None:
    """Stamp with pyHanko's own QR stamp."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.stamp import QRStampStyle

    with source.open("rb") as file:
        writer = IncrementalPdfFileWriter(file)
        style = QRStampStyle(stamp_text="RELEASED 10-0042 B")
        stamp = style.create_stamp(writer, None, {"url": stamp_of(turn).url})
        stamp.apply(0, 830, 700)
        with out.open("wb") as target:
            writer.write(target)


PEERS: dict[str, tuple[str, Callable[[Path, Path, int], None]]] = {
    "PyMuPDF insert_*": ("pymupdf", plain),
    "pikepdf form": ("pikepdf", with_pikepdf),
    "pypdf merge_page": ("pypdf", with_pypdf),
    "pyHanko stamp": ("pyhanko", with_pyhanko),
}


def say(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def is_here(module: str) -> bool:
    """Say whether a peer can be imported."""
    try:
        __import__(module)
    except ImportError:
        return False
    return True


def raster(path: Path) -> float:
    """Return the ms one grey picture of the first page at 150 dpi takes, with opening."""
    begun = time.perf_counter()
    with pymupdf.open(path) as document:
        document[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
    return (time.perf_counter() - begun) * 1000


def measured(files: int, segments: int, folder: Path) -> dict[str, float]:
    """Return medians in ms of every way over the same drawings, taken in turns."""
    source = drawing(folder / f"a3-{segments}.pdf", segments)
    ours = Ours()
    peers = {name: run for name, (module, run) in PEERS.items() if is_here(module)}
    times: dict[str, list[float]] = {name: [] for name in (*peers, "grey picture")}
    for turn in range(files):
        ours(source, folder / "ours.pdf", turn)
        for name, run in peers.items():
            begun = time.perf_counter()
            run(source, folder / "peer.pdf", turn)
            times[name].append((time.perf_counter() - begun) * 1000)
        times["grey picture"].append(raster(folder / "ours.pdf"))
    say(f"growth: {(folder / 'ours.pdf').stat().st_size - source.stat().st_size} bytes")
    return {name: statistics.median(took) for name, took in {**ours.times, **times}.items()}


def whole(folder: Path) -> float:
    """Return the median ms of stamping and checking two A3 pages through a warm worker."""
    source = drawing(folder / "two.pdf", 2000, pages=2)
    worker = Worker(processes=1)
    press.warm(worker)
    took = []
    for turn in range(7):
        begun = time.perf_counter()
        press.stamp(worker, source, folder / "whole.pdf", stamp_of(turn))
        took.append((time.perf_counter() - begun) * 1000)
    worker.close()
    return statistics.median(took)


def main() -> None:
    """Print the medians, the ratios, and whether the limits are kept."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    sizes = [int(sys.argv[2])] if len(sys.argv) > 2 else [2000, 20_000]
    say(f"stamp: {len(asdict(STAMP))} values, {files} files, medians in ms")
    with tempfile.TemporaryDirectory(prefix="titleblock-bench-") as name:
        for segments in sizes:
            found = measured(files, segments, Path(name))
            say(f"A3, {segments} segments, 150 texts:")
            for way, took in found.items():
                ratio = "" if way in Ours().times else f"  {took / found['stamp']:5.1f} × our stamp"
                say(f"  {way:18} {took:8.2f}{ratio}")
            verdict = "kept" if found["stamp"] <= LIMIT else "missed"
            say(f"  limit {LIMIT} ms for the stamp: {verdict}; check is "
                  f"{found['check'] / found['grey picture']:.2f} × a grey picture")  # fmt: skip
        say(f"two A3 pages, stamped and checked through a warm worker: {whole(Path(name)):.0f} ms")


if __name__ == "__main__":
    main()
