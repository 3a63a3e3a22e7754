# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stamp costs, beside what other libraries need to put words, a code and a mark on a page.

Run with ``python tests/benchmarks/bench_stamp.py [FILES] [cpu]``; ``cpu`` counts the time of our own
processes only, for a machine that is busy with other things.  All are measured in turns in one run on
the same A3 drawings, because only the ratios keep their meaning on another machine.  PyMuPDF's own
way is always a peer, and so is pikepdf; pyHanko, pypdf with reportlab and the program qpdf are where
they are installed, and named where they are not.

Where the stamp is to stand is looked for by us alone; that is a line of its own, as is the reading
back.  Exit code 1 where a limit is missed.
"""

from __future__ import annotations

import importlib.util
import io
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pymupdf
import segno
from PIL import Image

from release.stamp import check, draw, pages, press, ways
from release.stamp.template import Stamp
from release.stamp.templates import Templates
from vault.reading import pdf, pictures
from vault.reading.active import disarm
from vault.worker import Worker

STAMP = Stamp(
    state="released", number="10-0042", rev="B", title="Bracket, motor mount", date="2026-11-22",
    approver="Mei Chen", change="CO-0012", url="HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS",
)  # fmt: skip
missed: list[str] = []
TURNS = count()  # no stamp is made twice, so that none is remembered


def say(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def limit(what: str, found: float, most: float, unit: str = "") -> None:
    """Say whether a figure is within its limit."""
    verdict = "kept" if found <= most else "MISSED"
    if found > most:
        missed.append(what)
    say(f"    {what}: {found:.2f}{unit}, at most {most:g}{unit}: {verdict}")


def at_least(what: str, found: float, least: float) -> None:
    """Say whether a ratio is as large as it must be."""
    verdict = "kept" if found >= least else "MISSED"
    if found < least:
        missed.append(what)
    say(f"    {what}: {found:.2f} ×, at least {least:g} ×: {verdict}")


def clock() -> float:
    """Return seconds: of the wall, or with ``cpu`` on the command line of all our processors."""
    if "cpu" not in sys.argv:
        return time.perf_counter()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def timed(run: Callable[[], object]) -> float:
    """Return how long something takes, ms."""
    begun = clock()
    run()
    return (clock() - begun) * 1000


def drawing(
    path: Path, segments: int, texts: int = 150, pages: int = 1, *, packed: bool = False
) -> Path:
    """Write A3 pages of lines and texts, the same for the same numbers; ``packed``: deflated."""
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
            document.update_stream(number, "\n".join(parts).encode(), new=True, compress=packed)
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
        self.times: dict[str, list[float]] = {}
        self._placing = 0.0
        for name in ("find", "_banner_places"):
            self._watch(name)
        self._watch_ink()

    def _watch(self, name: str) -> None:
        real = getattr(draw, name)
        setattr(draw, name, lambda *given: self._counted(real, *given))

    def _watch_ink(self) -> None:
        real = pages.Look.ink
        pages.Look.ink = lambda look: self._counted(real, look)  # type: ignore[method-assign]

    def _counted(self, real: Callable[..., Any], *given: Any) -> Any:
        begun = clock()
        try:
            return real(*given)
        finally:
            self._placing += (clock() - begun) * 1000

    def __call__(self, source: Path, out: Path, turn: int) -> None:
        """Stamp one file and note the times in ms."""
        stamp, self._placing = stamp_of(turn), 0.0
        with pdf.opened(str(source)) as document:
            count = document.page_count
            looks: list[pages.Look | None] = []
            looked = timed(lambda: looks.extend(pages.look(document, at) for at in range(count)))
        begun = clock()
        with pdf.opened(str(source)) as document:
            pages.mend(document, "x")
            pages.frames(document)
            sheets = [pages.sheet_of(pages.page_object(document, page)) for page in range(count)]
            disarm(document)
            drawn = clock()
            marks = draw.mark(document, stamp, "x", looks)
            drawn = (clock() - drawn) * 1000
            ways.save(document, str(out), source, stamp, Templates())
        whole = (clock() - begun) * 1000
        faults: list[str] = []
        checked = timed(lambda: faults.append(check.fault(str(out), stamp, sheets, marks)))
        assert faults == [""]
        for name, took in (
            ("stamp", whole - self._placing), ("drawing alone", drawn - self._placing),
            ("finding the place", looked + self._placing), ("reading back", checked),
        ):  # fmt: skip
            self.times.setdefault(name, []).append(took)


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

    code = segno.make(stamp_of(turn).url, error="q", mask=3)
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


def _overlay(folder: Path, turn: int) -> Path:
    """Write a page to lay over, with reportlab."""
    from reportlab.pdfgen import canvas

    path = folder / "overlay.pdf"
    page = canvas.Canvas(str(path), pagesize=(1191, 842), invariant=1)
    page.setFont("Helvetica", 8)
    for line in range(6):
        page.drawString(900, 780 - 12 * line, "Approval person: Mei Chen")
    for y, row in enumerate(segno.make(stamp_of(turn).url, error="q", mask=3).matrix):
        for x, dark in enumerate(row):
            if dark:
                page.rect(830 + 1.4 * x, 800 - 1.4 * y, 1.4, 1.4, stroke=0, fill=1)
    page.save()
    return path


def with_pypdf(source: Path, out: Path, turn: int) -> None:
    """Stamp with pypdf: merge a page made by reportlab."""
    import pypdf

    overlay = pypdf.PdfReader(_overlay(out.parent, turn)).pages[0]
    writer = pypdf.PdfWriter(clone_from=source)
    for page in writer.pages:
        page.merge_page(overlay)
    writer.write(out)


def with_qpdf(source: Path, out: Path, turn: int) -> None:
    """Stamp with the program qpdf: lay a page made by reportlab over the drawing."""
    overlay = _overlay(out.parent, turn)
    subprocess.run(["qpdf", source, "--overlay", overlay, "--", out], check=True)


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


PEERS: dict[str, tuple[tuple[str, ...], Callable[[Path, Path, int], None]]] = {
    "PyMuPDF insert_*": (("pymupdf",), plain),
    "pikepdf form": (("pikepdf",), with_pikepdf),
    "pyHanko stamp": (("pyhanko", "pyhanko.stamp", "qrcode"), with_pyhanko),
    "pypdf + reportlab": (("pypdf", "reportlab"), with_pypdf),
    "qpdf --overlay": (("reportlab",), with_qpdf),
}


def present() -> dict[str, Callable[[Path, Path, int], None]]:
    """Return the peers that are installed, and name the others."""
    found = {}
    for name, (modules, run) in PEERS.items():
        here = all(importlib.util.find_spec(one) for one in modules if "." not in one)
        if here and (name != "qpdf --overlay" or shutil.which("qpdf")):
            found[name] = run
        else:
            say(f"not installed, left out: {name}")
    return found


def raster(path: Path) -> None:
    """Make one grey picture of the first page at 150 dpi, with opening."""
    with pymupdf.open(path) as document:
        document[0].get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)


def beside_peers(files: int, folder: Path) -> None:
    """Measure our stamp and the peers' over the same drawings, in turns.

    Drawings as PERFORMANCE describes them have 2,000 segments in 75 kB.  Where the content is
    deflated already, a peer that only appends a form has nothing else to do; that is told too.
    """
    peers, ours = present(), Ours()
    alone = {}
    for segments, packed in ((2000, False), (2000, True), (20_000, False)):
        source = drawing(folder / f"a3-{segments}.pdf", segments, packed=packed)
        found = _in_turns(files, source, folder, peers, ours)
        size = source.stat().st_size
        say(f"A3, {segments} segments, 150 texts, {size / 1000:.0f} kB, medians of {files} in ms:")
        for name, took in found.items():
            beside = f"  {took / found['stamp']:5.1f} × our stamp" if name in peers else ""
            say(f"  {name:20} {took:8.2f}{beside}")
        limit("growth", (folder / "ours.pdf").stat().st_size - size, 2000, " bytes")
        limit("reading back, of a grey picture", found["reading back"] / found["grey picture"], 1.5)
        if segments == 2000:
            alone[packed] = found["drawing alone"]
            limit("stamp", found["stamp"], 3.5, " ms")
        if segments == 2000 and not packed:
            at_least("the fastest peer", min(found[one] for one in peers) / found["stamp"], 2.5)
        if segments > 2000:
            ratio = found["drawing alone"] / alone[False]
            limit("drawing alone, ten times the segments", ratio, 1.25, " ×")


def _in_turns(
    files: int,
    source: Path,
    folder: Path,
    peers: dict[str, Callable[[Path, Path, int], None]],
    ours: Ours,
) -> dict[str, float]:
    """Return medians in ms."""
    ours.times = {}
    times: dict[str, list[float]] = {name: [] for name in (*peers, "grey picture")}
    for turn in range(-2, files):  # two turns to warm up
        ours(source, folder / "ours.pdf", next(TURNS))
        for name, run in peers.items():
            times[name].append(timed(partial(run, source, folder / "peer.pdf", turn + 2)))
        times["grey picture"].append(timed(partial(raster, folder / "ours.pdf")))
    return {name: statistics.median(took[2:]) for name, took in {**ours.times, **times}.items()}


def scan(folder: Path) -> None:
    """Measure a scan of 50 MB, nine pages, beside a bare open and save."""
    source, out = folder / "scan.pdf", folder / "out.pdf"
    dice = random.Random(1)
    with pymupdf.open() as document:
        for _ in range(9):
            noise = Image.frombytes("L", (2600, 2000), dice.randbytes(5_200_000))
            data = io.BytesIO()
            noise.save(data, "jpeg", quality=96)
            page = document.new_page(width=1191, height=842)
            page.insert_image(pymupdf.Rect(40, 140, 1150, 800), stream=data.getvalue())
        document.save(source)

    def bare() -> None:
        with pymupdf.open(source) as document:
            document.save(out, garbage=1, no_new_id=True)

    def ours() -> None:
        with pdf.opened(str(source)) as document:
            pages.mend(document, "x")
            disarm(document)
            draw.mark(document, stamp_of(1), "x", looks)
            ways.save(document, str(out), source, stamp_of(1), Templates())

    with pdf.opened(str(source)) as document:
        looks = [pages.look(document, at) for at in range(9)]
    times = [(timed(bare), timed(ours)) for _ in range(7)]
    plainly, stamped = (statistics.median(column) for column in zip(*times, strict=True))
    say(
        f"scan of {source.stat().st_size / 1e6:.0f} MB, 9 pages: bare {plainly:.0f}, ours {stamped:.0f} ms"
    )
    limit("scan, of a bare open and save", stamped / plainly, 1.5, " ×")


@dataclass
class Shop:
    """As much of a vault as pictures need."""

    root: Path
    worker: Worker
    source: Path

    @property
    def objects(self) -> Shop:
        """Its store, which has one file."""
        return self

    def path(self, _digest: object, _name: str = "") -> Path:
        """Return the file."""
        return self.source


def shown(folder: Path) -> None:
    """Measure pictures of pages: an A3 drawing at 150 dpi, an A1 sheet first and again."""
    source, out = folder / "a3-2000.pdf", folder / "page.png"
    width = round(1191 * 150 / 72)
    runs: dict[str, Callable[[], object]] = {
        "ours": lambda: pdf.page_image(str(source), 1, width, str(out)),
        "PyMuPDF's own": lambda: _own_png(source, folder / "own.png"),
    }
    if shutil.which("pdftoppm"):
        command = ["pdftoppm", "-png", "-r", "150", str(source), str(folder / "poppler")]
        runs["pdftoppm"] = lambda: subprocess.run(command, check=True)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(7):
        for name, run in runs.items():
            times[name].append(timed(run))
    found = {name: statistics.median(took) for name, took in times.items()}
    told = ", ".join(f"{name} {took:.0f}" for name, took in found.items())
    say(f"A3 page as PNG at 150 dpi, ms: {told}")
    limit("A3 picture", found["ours"], 75, " ms")
    at_least("PyMuPDF's own PNG", found["PyMuPDF's own"] / found["ours"], 3)
    if "pdftoppm" in found:
        at_least("pdftoppm", found["pdftoppm"] / found["ours"], 14)
    with pymupdf.open() as document:
        page = document.new_page(width=2384, height=1684)
        with pymupdf.open(source) as inner:
            page.show_pdf_page(page.rect, inner, 0)
        document.save(folder / "a1.pdf")
    worker = Worker(processes=1)
    worker.call("vault.reading.pdf:facts", path=folder / "a1.pdf")
    shop = Shop(folder, worker, folder / "a1.pdf")
    cold, warm = [], []
    for turn in range(7):
        key = folder / f"{turn:064}"
        cold.append(timed(lambda key=key: _first(shop, key)))
        warm.append(timed(lambda key=key: _first(shop, key)))
    worker.close()
    say(
        f"A1 at screen size, ms: first {statistics.median(cold):.0f}, again {statistics.median(warm):.3f}"
    )
    limit("A1, first picture", statistics.median(cold), 150, " ms")
    limit("A1, again", statistics.median(warm), 5, " ms")


def _first(shop: Shop, key: Path) -> None:
    from vault.objects.store import Digest

    pictures.page_picture(shop, Digest("0" * 32, key.name, 1), 1, 1920)


def _own_png(source: Path, out: Path) -> None:
    with pymupdf.open(source) as document:
        document[0].get_pixmap(dpi=150).save(out)


def flat(folder: Path, stamps: int) -> None:
    """Stamp many times through a worker and see that this process does not grow."""
    source = drawing(folder / "small.pdf", 300)
    worker = Worker(processes=1)
    sizes = {}
    begun = clock()
    for turn in range(stamps):
        press.stamp(worker, source, folder / "flat.pdf", stamp_of(turn))
        if turn + 1 in {stamps // 10, stamps}:
            sizes[turn + 1] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = (clock() - begun) * 1000 / stamps
    worker.close()
    first, last = sizes[stamps // 10], sizes[stamps]
    say(
        f"{stamps} stamps through a worker: {each:.1f} ms each, this process {first:.0f} → {last:.0f} MB"
    )
    limit("growth of the server", last / first, 1.05, " ×")


def main() -> None:
    """Print the medians, the ratios, and whether the limits are kept."""
    files = next((int(word) for word in sys.argv[1:] if word.isdigit()), 30)
    with tempfile.TemporaryDirectory(prefix="titleblock-bench-") as name:
        folder = Path(name)
        beside_peers(files, folder)
        scan(folder)
        shown(folder)
        flat(folder, 1000 if files >= 30 else 200)
    say(f"missed: {', '.join(missed) or 'none'}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
