# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of 200 rows: how many pages a second the default server makes, beside a bare application.

Run with ``python tests/benchmarks/bench_lists.py [--seconds N]``.  ``titleblock serve`` with its
two processes and a bare Flask application on the same server are asked in turns by four
connections that are never idle: a signed-in planner's list of jobs, the same while twenty acts a
second change them, the jobs under Quality, and the items.  Every answer is made and sent whole;
nobody is answered "as before".  The bare list has seven columns of text and asks nobody who they
are; ours have states, pictures and dates of a forecast.

Pages a second are what the clients got.  On a machine with other work that says little, so the
processor time of a page stands beside, and what two idle processors would make of it.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import vaults
from bare import ROOT as BARE_ROOT
from bench_dispatch import fill
from bench_floor import HERE, serving
from measuring import Goal, judged, show, table, world

from release import desk
from traveler.floor import starting, stopping
from vault import home, settings
from vault.home import Vault
from vault.ledger import people, sessions
from vault.ledger.people import Person
from web.serving import free_port

ROWS, STOCK, CONNECTIONS, EVENTS = 200, 230, 4, 20
LEAST = 450.0
TURNS = 3
OURS = {
    "jobs": "/jobs?rows=200", "jobs, 20 acts a second": "/jobs?rows=200", "quality": "/quality?rows=200",
    "items": "/items?rows=200",
}  # fmt: skip
ACTED = "jobs, 20 acts a second"


def shop(root: Path, url: str) -> tuple[Vault, Person, str]:
    """Return a vault with released items and jobs, an operator, and the secret of a session."""
    vault, engineer = vaults.found(root)
    people.set_password(vault.ledger, "ada", "mchen", "correct horse 7")
    numbers = ["10-0042", *(f"20-{n:04}" for n in range(STOCK))]
    note = root.parent / "note.txt"
    note.write_text("as drawn")
    for number in numbers:
        desk.add_item(vault, engineer, number, f"Bracket {number}", "mchen")
        desk.check_in(vault, engineer, number, {"note.txt": note}, "first")
    change = desk.open_change(vault, engineer, numbers, "first").order.change
    approver = people.get(vault.ledger, "mchen")
    desk.sign(vault, approver, "correct horse 7", change)
    desk.release(vault, approver, change)
    otto = people.add(vault.ledger, "ada", "otto", ["operator", "planner"], "Otto Lind")
    fill(vault, STOCK)
    settings.write(root / settings.FILE, public_url=url)
    vault.close()
    again = home.open_vault(root)
    return again, otto, sessions.open_session(again.ledger, otto, "bench")


class Reader:
    """A connection that asks for one page again and again, and counts what it got."""

    def __init__(self, port: int, path: str, cookie: str, end: float) -> None:
        """Connect; the asking begins with ``read``."""
        self._line = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._ask = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                     f"Cookie: titleblock={cookie}\r\n\r\n").encode()  # fmt: skip
        self._end = end
        self.took: list[float] = []
        self.cpu: list[float] = []
        self.rows = self.size = 0
        self.refused = 0

    def read(self) -> None:
        """Ask until the end; only whole answers count."""
        room = bytearray(1 << 21)
        while time.monotonic() < self._end:
            begun = time.perf_counter()
            self._line.sendall(self._ask)
            got, head = 0, -1
            while head < 0:
                got += self._line.recv_into(memoryview(room)[got:])
                head = room.find(b"\r\n\r\n", 0, got)
            said = bytes(room[:head]).decode().lower()
            length = re.search(r"content-length: (\d+)", said)
            assert length, said
            self.size = int(length[1])
            while got < head + 4 + self.size:
                got += self._line.recv_into(memoryview(room)[got:])
            self.took.append((time.perf_counter() - begun) * 1000)
            self.refused += not said.startswith("http/1.1 200")
            if told := re.search(r"cpu;dur=([0-9.]+)", said):
                self.cpu.append(float(told[1]))
            if not self.rows:
                self.rows = room.count(b"<tr", 0, got)


def read(port: int, path: str, cookie: str, seconds: float) -> list[Reader]:
    """Let four connections read a page for some seconds."""
    end = time.monotonic() + seconds
    readers = [Reader(port, path, cookie, end) for _ in range(CONNECTIONS)]
    hands = [threading.Thread(target=one.read) for one in readers]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return readers


class Work:
    """Twenty acts a second on the jobs of the list, as long as it is asked for."""

    def __init__(self, vault: Vault, person: Person) -> None:
        """Begin with nothing done."""
        self._vault, self._person, self.done = vault, person, 0

    def go_on(self, end: float) -> None:
        """Start and pause one job after the other."""
        due = time.monotonic()
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            number, turn = self.done % ROWS, self.done // ROWS
            act: Any = starting.start if turn % 2 == 0 else stopping.pause
            act(self._vault, self._person, f"J-{number:05}", 10 * (1 + number % 4))
            self.done += 1
            due += 1 / EVENTS


def measured(url: int, bare: int, vault: Vault, otto: Person, cookie: str, seconds: float) -> int:
    """Ask everybody in turns, show what came of it, and judge."""
    ways = {**OURS, "bare Flask, 200 rows": "/jobs"}
    found: dict[str, list[Reader]] = {name: [] for name in ways}
    work = Work(vault, otto)
    for turn in range(TURNS + 1):
        for name, path in ways.items():
            acting = threading.Thread(target=work.go_on, args=(time.monotonic() + seconds,))
            if name == ACTED:
                acting.start()
            got = read(bare if name.startswith("bare") else url, path, cookie, seconds)
            if name == ACTED:
                acting.join()
            if turn:  # the first one warms up
                found[name] += got
    peer = statistics.median(ms for one in found["bare Flask, 200 rows"] for ms in one.cpu)
    rows, goals = [], []
    for name, readers in found.items():
        took = [ms for one in readers for ms in one.took]
        cpu = statistics.median(ms for one in readers for ms in one.cpu)
        rate = len(took) / (TURNS * seconds)
        rows.append(
            (name, readers[0].rows - 1, f"{readers[0].size / 1000:.0f}", f"{rate:.0f}",
             f"{statistics.quantiles(took, n=100)[98]:.0f}", f"{cpu:.2f}", f"{2000 / cpu:.0f}",
             f"{cpu / peer:.2f}")
        )  # fmt: skip
        if name in OURS:
            goals += [
                Goal(f"{name}: pages a second", rate, LEAST, least=True),
                Goal(f"{name}: rows", float(readers[0].rows - 1), ROWS, least=True),
                Goal(f"{name}: refused", float(sum(one.refused for one in readers)), 0),
            ]
    show(table(["LIST", "ROWS", "kB", "PAGES/s", "P99 ms", "CPU ms", "OF TWO IDLE CPUS", "TIMES BARE"],
               rows))  # fmt: skip
    show(f"{work.done} acts; load of the machine {os.getloadavg()[0]:.1f}")
    return judged(goals)


def main() -> int:
    """Serve both, and measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=3, help="for each list and turn")
    chosen = asked.parse_args()
    vaults.isolate()
    with tempfile.TemporaryDirectory(prefix="titleblock-lists-") as folder:
        port, other = free_port("127.0.0.1"), free_port("127.0.0.1")
        vault, otto, cookie = shop(Path(folder) / "vault", f"http://127.0.0.1:{port}")
        show(world(vault.root))
        ours = [sys.executable, "-c", "from vault.cli import main; main()", "--vault",
                str(vault.root), "serve", "--timing", "--port", str(port)]  # fmt: skip
        bare = [sys.executable, str(HERE / "bare.py"), str(other)]
        with serving(ours, port), serving(bare, other, **{BARE_ROOT: folder}):
            ended = measured(port, other, vault, otto, cookie, chosen.seconds)
        vault.close()
    return ended


if __name__ == "__main__":
    sys.exit(main())
