# SPDX-License-Identifier: AGPL-3.0-or-later
"""Thousands of spoiled PDFs: each is stamped right or refused in words, and nobody dies of it.

Run with ``python tests/benchmarks/bench_spoiled.py [FILES] [SECONDS]``; 500 files without.  Every
odd sheet of the tests is spoiled in turn: bytes changed, cut out, doubled, cut off, numbers
replaced, parts of another sheet put in.  What comes out is read again here, in this process, with
another eye than the engine's own check: page count, and the code of the first and the last page.
Exit code 1 where anything came out wrong.
"""

from __future__ import annotations

import importlib.util
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pymupdf
import zxingcpp

from release.errors import UnstampableFile
from release.stamp import press
from release.stamp.template import Stamp
from vault.errors import UnreadableFile, WorkerGaveUp
from vault.worker import Worker

CASES = Path(__file__).parents[1] / "unit" / "release" / "stamp" / "cases.py"
NUMBERS = (0, -1, 3, 99, 2**31, 10**12)


def sheets() -> ModuleType:
    """Return the odd sheets of the tests."""
    spec = importlib.util.spec_from_file_location("stamp_cases", CASES)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(CASES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spoiled(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return a file after one to three accidents."""
    made = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 3])):
        at, length = dice.randrange(max(len(made), 1)), dice.randrange(1, 400)
        accident = dice.randrange(6)
        if accident == 0:
            for place in dice.choices(range(len(made)), k=dice.choice([1, 5, 50])):
                made[place] = dice.randrange(256)
        elif accident == 1:
            del made[at : at + length]
        elif accident == 2:
            made[at:at] = made[at : at + length]
        elif accident == 3 and dice.random() < 0.3:
            del made[at:]
        elif accident == 4:
            begin = dice.randrange(len(other))
            made[at : at + length] = other[begin : begin + length]
        elif found := list(re.finditer(rb"\d+", made)):
            one = dice.choice(found)
            made[one.start() : one.end()] = str(dice.choice(NUMBERS)).encode()
    return bytes(made)


def stream(count: int) -> Iterator[tuple[str, bytes, str]]:
    """Yield name, spoiled bytes and password, the same for the same count."""
    odd, dice = sheets(), random.Random(5)
    names = [name for name in odd.CASES if name != "hundred pages"]
    for turn in range(count):
        name = names[turn % len(names)]
        data = spoiled(odd.CASES[name], odd.CASES[dice.choice(names)], dice)
        yield name, data, odd.PASSWORDS.get(name, "")


def wrong(path: Path, made: press.Stamped, stamp: Stamp) -> str:
    """Return what is wrong with a file that came out; empty where nothing is."""
    with pymupdf.open(path) as document:
        if document.page_count != made.pages:
            return f"{document.page_count} pages, {made.pages} told"
        for index in {0, made.pages - 1}:
            page = document[index]
            zoom = min(150 / 72, (30_000_000 / (page.rect.width * page.rect.height)) ** 0.5)
            shot = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
            samples = memoryview(shot.samples).cast("B", (shot.height, shot.width))
            if stamp.url not in [one.text for one in zxingcpp.read_barcodes(samples)]:
                return f"the code of page {index + 1} does not read"
    return ""


def main() -> None:
    """Stamp them all, and tell what became of them."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    given = [int(word) for word in sys.argv[1:]]
    count, seconds = (*given, *(500, 3600)[len(given) :])[:2]
    stamp = Stamp(state="released", number="10-0042", rev="B", title="Bracket",
                  date="2026-11-22", approver="Mei Chen", change="CO-1", url=sheets().URL)  # fmt: skip
    worker = Worker(processes=2)
    outcomes, slow, faults = Counter[str](), 0.0, list[str]()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="titleblock-spoiled-") as folder:
        source, out = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        for turn, (name, data, password) in enumerate(stream(count)):
            if time.monotonic() - begun > seconds:
                break
            source.write_bytes(data)
            started = time.monotonic()
            try:
                made = press.stamp(worker, source, out, stamp, password=password)
                outcomes[made.how] += 1
                if fault := wrong(out, made, stamp):
                    faults.append(f"{turn} ({name}): {fault}")
                out.unlink()
            except (UnreadableFile, UnstampableFile) as refusal:
                outcomes["refused"] += 1
                cause = refusal.__cause__
                if isinstance(cause, WorkerGaveUp):
                    outcomes["… after a worker gave up"] += 1
                    if cause.__cause__ is not None:
                        faults.append(f"{turn} ({name}): {str(cause.__cause__)[-300:]}")
            if {one.name for one in Path(folder).iterdir()} != {"in.pdf"}:
                faults.append(f"{turn} ({name}): something was left behind")
            slow = max(slow, time.monotonic() - started)
    worker.close()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    done = sum(n for name, n in outcomes.items() if not name.startswith("…"))
    told = ", ".join(f"{n} {name}" for name, n in outcomes.most_common())
    sys.stdout.write(f"{done} spoiled files in {time.monotonic() - begun:.0f} s: {told}\n")
    sys.stdout.write(f"slowest {slow:.1f} s, this process {rss:.0f} MB, wrong: {len(faults)}\n")
    sys.stdout.writelines(f"  {one}\n" for one in faults[:40])
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
