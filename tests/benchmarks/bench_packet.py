# SPDX-License-Identifier: AGPL-3.0-or-later
"""A packet of a hundred pages with sixty photos of twelve megapixels: seconds, and memory of all of it.

Run it alone: ``python tests/benchmarks/bench_packet.py [PHOTOS] [cpu]``; ``cpu`` judges processor time
instead of the clock, for a machine that is busy with other things.  The packet is issued by the
command line in a process of its own; memory is what that process and every worker it starts hold at
one moment, shared pages counted once (PSS), looked at twenty times a second.  Exit code 1 where a limit
is missed.
"""

from __future__ import annotations

import io
import os
import pty
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf
from measuring import Goal, judged, show, world
from PIL import Image

from release import desk
from traveler import jobs
from traveler.floor import starting, stopping
from traveler.packet import issuing
from traveler.quality import evidence, proof_desk
from traveler.quality.evidence import Wanted
from vault import founding
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

PAGES = 100
SECONDS, MEGABYTES = 10.0, 300.0
JOB = "J-1"
PASSWORD = "correct horse 7"
ROUTE = '[[operation]]\nseq = 10\nstation = "mill"\ntitle = "Mill"\nproof = ["photo"]\n'


@dataclass
class Watched:
    """What a tree of processes held: the most of it at one moment, and what its screen said."""

    peak: float = 0.0
    seconds: float = 0.0
    cpu: float = 0.0
    said: bytes = b""
    code: int = 0
    steps: list[str] = field(default_factory=list)


def main() -> int:
    """Measure once, and say whether the promises hold."""
    words = sys.argv[1:]
    photos = int(words[0]) if words and words[0].isdigit() else 60
    place = Path(tempfile.mkdtemp(prefix="bench-packet-"))
    try:
        show(world(place))
        vault, _who = _shop(place, photos)
        vault.close()
        found = _watched(vault.root)
        if found.code:
            show(found.said.decode())
            return 1
        made = issuing.show(vault, "PP-0001")
        show(f"{made.pages} pages, {photos} photos, zip {made.zip.size / 1e6:.0f} MB, "
             f"pdf {made.pdf.size / 1e6:.0f} MB")  # fmt: skip
        show(f"{found.seconds:.1f} s by the clock, {found.cpu:.1f} s of processor time, "
             f"{found.peak:.0f} MB at the most, progress told {len(found.steps)} times")  # fmt: skip
        vault.close()
        which = found.cpu if "cpu" in words else found.seconds
        return judged([
            Goal("seconds", which, SECONDS), Goal("MB of memory", found.peak, MEGABYTES),
            Goal("times progress was told", len(found.steps), 10, least=True),
            Goal("pages", made.pages, PAGES, least=True),
        ])  # fmt: skip
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _shop(place: Path, photos: int) -> tuple[Vault, dict[str, Person]]:
    vault = founding.found(
        place / "vault", "ada", public_url="https://vault.example", shop_name="Bench"
    )
    for name, role in (("eli", "engineer"), ("mei", "approver"), ("quinn", "quality")):
        people.add(vault.ledger, "ada", name, [role])
    people.set_password(vault.ledger, "ada", "mei", PASSWORD)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    desk.add_item(vault, who["eli"], "10-0042", "Bracket", "mei")
    route, drawing = place / "route.toml", place / "bracket.pdf"
    route.write_text(ROUTE)
    _drawing(drawing, PAGES - photos // 2 - 4)
    desk.check_in(
        vault, who["eli"], "10-0042", {one.name: one for one in (route, drawing)}, "first"
    )
    order = desk.open_change(vault, who["eli"], ["10-0042"], "first").order.change
    desk.sign(vault, who["mei"], PASSWORD, order)
    desk.release(vault, who["eli"], order)
    jobs.add(vault, who["ada"], JOB, "10-0042", 5, "2030-01-01", customer="Marlow Packaging")
    jobs.release_job(vault, who["ada"], JOB)
    starting.start(vault, who["ada"], JOB, 10)
    for at in range(photos):
        path = place / f"{at}.jpg"
        path.write_bytes(_photo(at))
        wanted = Wanted(
            "photo", JOB, seq=10, words=f"Side {at} of the part, as it came off the mill"
        )
        evidence.add(vault, who["quinn"], wanted, {path.name: path})
        if not at:
            show(f"photos of {path.stat().st_size / 1e6:.1f} MB")
        path.unlink()
    for one in proof_desk.show(vault, JOB).missing:
        proof_desk.waive(vault, who["quinn"], JOB, one.required.kind, "bench")
    stopping.finish(vault, who["ada"], JOB, 10)
    return vault, who


def _photo(at: int) -> bytes:
    """Return twelve megapixels with as much in them as a real one has."""
    small = Image.effect_noise((1000, 750), 60 + at).convert("RGB")
    out = io.BytesIO()
    small.resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=93)
    return out.getvalue()


def _drawing(place: Path, sheets: int) -> None:
    with pymupdf.open() as document:
        for at in range(sheets):
            page = document.new_page(width=1191, height=842)
            page.draw_rect((30, 30, 1161, 812))
            for row in range(60):
                page.draw_line((60, 60 + row * 12), (900, 70 + row * 12 + at % 7))
                page.insert_text(
                    (920, 60 + row * 12), f"{row} Ø12.0{row} ±0.05 sheet {at}", fontsize=8
                )
        document.save(place)


def _watched(root: Path) -> Watched:
    """Issue the packet at a terminal of its own, and watch what it holds meanwhile."""
    found, before = Watched(), resource.getrusage(resource.RUSAGE_CHILDREN)
    master, slave = pty.openpty()
    words = [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(root),
             "--as", "quinn", "packet", "issue", JOB]  # fmt: skip
    begun = time.perf_counter()
    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    reader = threading.Thread(target=_read, args=(master, found))
    reader.start()
    while child.poll() is None:
        found.peak = max(found.peak, sum(_held(one) for one in _tree(child.pid)) / 1024)
        time.sleep(0.05)
    found.seconds = time.perf_counter() - begun
    found.code = child.returncode
    reader.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found.steps = list(
        dict.fromkeys(re.findall(r"(\d+)/100", found.said.decode("utf-8", "replace")))
    )
    return found


def _read(master: int, found: Watched) -> None:
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            return
        if not data:
            return
        found.said += data


def _tree(root: int) -> list[int]:
    found = [root]
    for one in found:
        try:
            told = Path(f"/proc/{one}/task/{one}/children").read_text()
        except OSError:
            continue
        found += [int(child) for child in told.split()]
    return found


def _held(process: int) -> int:
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sys.exit(main())
