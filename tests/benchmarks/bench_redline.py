# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a redline costs: two A3 drawings compared at 150 dpi in a warm worker, pictures included.

Run with ``python tests/benchmarks/bench_redline.py [--rounds N] [--segments N]``.  The drawings are
the sample bracket, and one made of lines and texts as dense as asked for; beside them a sheet that
has to be laid back first, an A0 sheet, a pair of DXF drawings, and the matching of twenty pages.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
from measuring import Goal, judged, show, table, world

from release.redline import sheets
from vault.worker import Worker

SAMPLES = Path(__file__).resolve().parents[2] / "sample_vault" / "items"
LIMIT_MS = 400.0
MM = 72 / 25.4


def drawing(path: Path, segments: int, size: str, *, pages: int = 1, scale: float = 1.0,
            aside: float = 0.0) -> Path:  # fmt: skip
    """Write sheets of lines and texts, the same for the same numbers but one dimension."""
    dice = random.Random(segments)
    with pymupdf.open() as document:
        for page_number in range(pages):
            page = document.new_page(width=420 * MM * scale, height=297 * MM * scale)
            shape = page.new_shape()
            shape.draw_rect(pymupdf.Rect(57, 28, 1162, 814) * scale + (aside, aside) * 2)
            for _ in range(segments):
                x, y = dice.uniform(80, 1100) * scale, dice.uniform(60, 760) * scale
                by = pymupdf.Point(dice.uniform(-40, 40), dice.uniform(-40, 40))
                begin = pymupdf.Point(x + aside, y + aside)
                shape.draw_line(begin, begin + by)
            shape.finish(width=0.5)
            shape.commit()
            for place in range(150):
                said = size if place == 70 else f"{dice.uniform(1, 200):.2f} ±0.1"
                where = (dice.uniform(80, 1100) * scale + aside, dice.uniform(60, 780) * scale)
                page.insert_text(where, f"{said} p{page_number}", fontsize=8 * scale)
        document.save(path, no_new_id=True, deflate=True)
    return path


def processor(rounds: int, before: Path, after: Path, folder: Path) -> float:
    """Return the least milliseconds of processor time of one comparison in this process.

    Others on the machine lengthen what the clock says, hardly what the processor does.
    """
    taken = []
    for _turn in range(rounds + 1):
        begun = time.process_time()
        sheets.compare(str(before), str(after), 1, 1, str(folder), after.name)
        taken.append((time.process_time() - begun) * 1000)
    return min(taken)


def timed(rounds: int, work: Callable[[], Any]) -> list[float]:
    """Return the milliseconds of each round; the first one warms up."""
    taken = []
    for turn in range(rounds + 1):
        begun = time.perf_counter()
        work()
        if turn:
            taken.append((time.perf_counter() - begun) * 1000)
    return taken


def main() -> int:
    """Measure, print, and return 1 where the promise is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--segments", type=int, default=5_000)
    told = options.parse_args()
    worker = Worker(processes=1, tasks=10_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show(f"{told.segments} segments; {world(folder)}")
        dense = [drawing(folder / f"{size}.pdf", told.segments, size) for size in ("6.0", "6.5")]
        aside = drawing(folder / "aside.pdf", told.segments, "6.0", aside=20)
        large = [drawing(folder / f"a0-{size}.pdf", told.segments, size, scale=2.83)
                 for size in ("6.0", "6.5")]  # fmt: skip
        books = [drawing(folder / f"book-{size}.pdf", 800, size, pages=20) for size in ("6", "7")]
        bracket = [next((SAMPLES / "10-0042" / rev).glob("*.pdf")) for rev in "BC"]
        outlines = [next((SAMPLES / "10-0042" / rev).glob("*.dxf")) for rev in "BC"]

        def compare(before: Path, after: Path) -> Callable[[], Any]:
            return lambda: worker.call(
                "release.redline.sheets:compare", before=before, after=after, page_before=1,
                page_after=1, folder=folder, name=after.name,
            )  # fmt: skip

        def pair(task: str, files: list[Path], **more: Any) -> Callable[[], Any]:
            facts = {"before": files[0], "after": files[1], "name": files[1].name, **more}
            return lambda: worker.call(f"release.redline.{task}", **facts)

        taken = {
            "A3 sample drawing": timed(told.rounds, compare(*bracket)),
            "A3 dense drawing": timed(told.rounds, compare(*dense)),
            "A3 dense, laid back first": timed(told.rounds, compare(aside, dense[1])),
            "A0": timed(max(2, told.rounds // 3), compare(*large)),
            "matching of 20 pages": timed(3, pair("sheets:survey", books)),
            "DXF drawn as sheets": timed(told.rounds, pair("drawn:both", outlines, folder=folder)),
        }
        worker.close()
        spent = {
            "A3 sample drawing": processor(told.rounds, bracket[0], bracket[1], folder),
            "A3 dense drawing": processor(told.rounds, dense[0], dense[1], folder),
        }
    rows = [(what, f"{statistics.median(ms):.0f}", f"{min(ms):.0f} to {max(ms):.0f}")
            for what, ms in taken.items()]  # fmt: skip
    show(table(["COMPARED", "MEDIAN ms", "FROM TO"], rows))
    return judged([
        Goal(f"ms of processor, {what}", least, LIMIT_MS) for what, least in spent.items()
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
