# SPDX-License-Identifier: AGPL-3.0-or-later
"""What looking costs: a page as PNG, the first picture of a sheet, a square of it, a model.

Run with ``python tests/benchmarks/bench_viewer.py [--rounds N] [cpu]``; ``cpu`` counts the time of
processors instead of the clock's, for a machine that is busy with other things.  Beside our way
stand pdftoppm, where it is installed, and PyMuPDF's own raster and encoder, in turns in one run.
Exit code 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
from measuring import Goal, comparison, judged, ratio, show, world

from vault.objects.store import Digest
from vault.reading import model, pdf, pictures
from vault.worker import Worker

SAMPLES = Path(__file__).resolve().parents[2] / "sample_vault" / "items"
MM = 72 / 25.4
A3_AT_150 = 2480


def drawing(path: Path, wide: float, high: float, segments: int, texts: int) -> Path:
    """Write a sheet of lines and texts, the same for the same numbers."""
    dice = random.Random(segments)
    with pymupdf.open() as document:
        page = document.new_page(width=wide * MM, height=high * MM)
        shape = page.new_shape()
        shape.draw_rect(pymupdf.Rect(28, 28, wide * MM - 28, high * MM - 28))
        for _ in range(segments):
            at = pymupdf.Point(dice.uniform(60, wide * MM - 60), dice.uniform(60, high * MM - 60))
            shape.draw_line(at, at + pymupdf.Point(dice.uniform(-40, 40), dice.uniform(-40, 40)))
        shape.finish(width=0.5)
        shape.commit()
        for _ in range(texts):
            where = (dice.uniform(60, wide * MM - 90), dice.uniform(60, high * MM - 60))
            page.insert_text(where, f"{dice.uniform(1, 200):.2f} ±0.1", fontsize=8)
        document.save(path, no_new_id=True, deflate=True)
    return path


@dataclass
class Objects:
    """The object store of a vault with one drawing in it."""

    where: Path

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return where the bytes lie."""
        return self.where


@dataclass
class Place:
    """What pictures need of a vault."""

    root: Path
    objects: Objects
    worker: Worker


def clock() -> float:
    """Return the seconds that passed."""
    return time.perf_counter()


def processors() -> float:
    """Return the seconds that processors worked for us and for the programs that ended."""
    own, others = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def in_turns(
    ways: dict[str, Callable[[], Any]], rounds: int, now: Callable[[], float]
) -> dict[str, list[float]]:
    """Return the milliseconds of each way, round by round; the first round only warms up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            begun = now()
            way()
            if turn:
                taken[name].append((now() - begun) * 1000)
    return taken


def page_as_png(a3: Path, folder: Path) -> dict[str, Callable[[], Any]]:
    """Return the ways to make a PNG of 150 dpi of an A3 sheet."""
    out = folder / "ours.png"

    def theirs() -> None:
        with pymupdf.open(a3) as document:
            document[0].get_pixmap(dpi=150).save(folder / "theirs.png")

    ways: dict[str, Callable[[], Any]] = {
        "ours": lambda: pdf.page_image(str(a3), 1, A3_AT_150, str(out)),
        "PyMuPDF": theirs,
    }
    if program := shutil.which("pdftoppm"):
        words = [program, "-r", "150", "-png", "-singlefile", str(a3), str(folder / "poppler")]
        ways["pdftoppm"] = lambda: subprocess.run(words, check=True)
    return ways


def main() -> int:
    """Measure, print, and return 1 where a promise is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("what", nargs="?", choices=["cpu"])
    told = options.parse_args()
    now = processors if told.what == "cpu" else clock
    pictures.WIDTHS = (*pictures.WIDTHS, A3_AT_150)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show(f"{'processor time' if now is processors else 'clock'}; {world(folder)}")
        a3 = drawing(folder / "a3.pdf", 420, 297, 2_000, 150)
        a1 = drawing(folder / "a1.pdf", 841, 594, 8_000, 600)

        page = in_turns(page_as_png(a3, folder), told.rounds, now)
        show("A3 sheet of 2,000 lines and 150 texts as PNG, 150 dpi:")
        show(comparison(page, "ours"))

        worker = Worker(processes=1, tasks=10_000)
        worker.warm("vault.reading.pdf")
        place = Place(folder / "vault", Objects(a1), worker)
        first: dict[str, list[float]] = {"cold, in a warm worker": [], "kept": []}
        for turn in range(told.rounds + 1):
            digest = Digest("", f"{turn:064x}", 1)
            for taken in first.values():
                begun = clock()
                pictures.page_picture(place, digest, 1, 1280)
                if turn:
                    taken.append((clock() - begun) * 1000)
        show("First picture of an A1 sheet of 8,000 lines and 600 texts, 1,280 wide (clock):")
        show(comparison(first, "cold, in a warm worker"))
        out = folder / "cold.png"
        alone = in_turns(
            {"A1 first picture": lambda: pdf.page_image(str(a1), 1, 1280, str(out)),
             "A1 square, first": lambda: (pdf._kept.clear(), pdf.tile(str(a1), 1, 7680, 5, 4, str(out))),
             "A1 square, next": lambda: pdf.tile(str(a1), 1, 7680, 6, 4, str(out)),
             "A1 square, closest": lambda: pdf.tile(str(a1), 1, 122880, 90, 60, str(out))},
            told.rounds, now,
        )  # fmt: skip
        show(comparison(alone, "A1 first picture"))
        worker.close()

        step = next(SAMPLES.glob("10-0042/C/*.step"))
        vise = next(SAMPLES.glob("11-0001/B/*.step"))
        paths = [str(folder / f"m.{end}") for end in ("glb", "png", "small")]
        solid = in_turns(
            {"bracket": lambda: model.shown(str(step), *paths, step.name),
             "vise of six bodies": lambda: model.shown(str(vise), *paths, vise.name)},
            min(told.rounds, 3), now,
        )  # fmt: skip
        show("STEP as mesh, measures and two pictures:")
        show(comparison(solid, "bracket"))

    cold = first["cold, in a warm worker"] if now is clock else alone["A1 first picture"]
    goals = [
        Goal("A3 page as PNG at 150 dpi, ms", statistics.median(page["ours"]), 75),
        Goal("PyMuPDF's own PNG, times ours", ratio(page["PyMuPDF"], page["ours"]), 3, least=True),
        Goal("pdftoppm, times ours",
             ratio(page["pdftoppm"], page["ours"]) if "pdftoppm" in page else None, 14, least=True),
        Goal("first picture of an A1 sheet, cold, ms", statistics.median(cold), 150),
        Goal("the same, kept, ms", statistics.median(first["kept"]), 5),
    ]  # fmt: skip
    return judged(goals)


if __name__ == "__main__":
    sys.exit(main())
