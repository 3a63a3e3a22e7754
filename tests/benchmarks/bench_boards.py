# SPDX-License-Identifier: AGPL-3.0-or-later
"""Thirty boards and two hundred tablets at one small server, while work goes on.

Run with ``python tests/benchmarks/bench_boards.py [SECONDS]``.  `titleblock serve` with its two
processes answers on loopback; boards and tablets ask every ten seconds, twenty events a second are
written beside them.  What counts is the server's own time for a tablet, from the moment it had the
question to the first byte of the answer, and that nobody is refused; what the client waited stands
beside.  All tablets stand at one job here, so most of them ask for what another one asked for
before; ``bench_floor.py`` has forty jobs that change all the time.
"""

from __future__ import annotations

import heapq
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))

import vaults
from measuring import Goal

from release import desk
from traveler import jobs, sheet
from traveler.floor import starting, stopping
from vault import home, settings
from vault.home import Vault
from vault.ledger import people, sessions
from web import demo_check
from web.serving import free_port

BOARDS, TABLETS, EVERY_S, EVENTS = 30, 200, 10.0, 20
JOBS, SECONDS, CLIENTS = 40, 25, 12
LIMIT_MS = 60.0
ROUTE = '[[operation]]\nseq = 10\nstation = "saw"\ntitle = "Cut"\nrun_minutes = 2\n'


def shop(root: Path, url: str) -> tuple[Vault, list[str], str]:
    """Return a vault with jobs, the addresses of their travelers, and a planner's session."""
    vault, engineer = vaults.found(root)
    people.set_password(vault.ledger, "ada", "mchen", "correct horse 7")
    desk.add_item(vault, engineer, "10-0042", "Bracket", "mchen")
    route = root.parent / "route.toml"
    route.write_text(ROUTE)
    desk.check_in(vault, engineer, "10-0042", {"route.toml": route}, "first")
    change = desk.open_change(vault, engineer, ["10-0042"], "first").order.change
    approver = people.get(vault.ledger, "mchen")
    desk.sign(vault, approver, "correct horse 7", change)
    desk.release(vault, approver, change)
    otto = people.add(vault.ledger, "ada", "otto", ["operator", "planner"], "Otto Lind")
    settings.write(root / settings.FILE, public_url=url)
    vault.close()
    vault = home.open_vault(root)
    for number in range(JOBS):
        jobs.add(vault, otto, f"J-{number}", "10-0042", 1000, "2027-05-01")
        jobs.release_job(vault, otto, f"J-{number}")
    printed = sheet.print_traveler(vault, otto, "J-0", root.parent / "traveler.pdf")
    path = urlsplit(printed.addresses[0][1]).path.lower()
    return vault, [path], sessions.open_session(vault.ledger, otto, "bench")


class Crowd:
    """Boards and tablets, each with its own moment to ask, served by a few connections."""

    def __init__(self, port: int, tablets: list[str], cookie: str) -> None:
        """Spread the first questions over one round."""
        chance = random.Random(3)
        self.port, self.cookie = port, cookie
        self.lock = threading.Lock()
        self.asks: list[tuple[float, int, str, str]] = []
        self.taken: dict[str, list[float]] = {"board": [], "tablet": []}
        self.served: dict[str, list[float]] = {"board": [], "tablet": []}
        self.answers: Counter[tuple[str, int]] = Counter()
        now = time.monotonic()
        for number in range(BOARDS + TABLETS):
            kind = "board" if number < BOARDS else "tablet"
            path = ("/wall?live=1" if number % 2 else "/stations/saw?live=1") if kind == "board" else (
                tablets[number % len(tablets)]
            )  # fmt: skip
            heapq.heappush(self.asks, (now + chance.uniform(0, EVERY_S), number, kind, path))
        self.tags: dict[int, str] = {}

    def serve(self, end: float) -> None:
        """Ask whatever is due until the end."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while True:
            with self.lock:
                due, number, kind, path = heapq.heappop(self.asks)
            if due > end:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            heads = {"Cookie": f"titleblock={self.cookie}"} if kind == "board" else {}
            if tag := self.tags.get(number):
                heads["If-None-Match"] = tag
            begun = time.perf_counter()
            line.request("GET", path, headers=heads)
            answer = line.getresponse()
            answer.read()
            spent = (time.perf_counter() - begun) * 1000
            with self.lock:
                self.tags[number] = answer.headers.get("ETag", "")
                self.taken[kind].append(spent)
                told = re.search(r"total;dur=([0-9.]+)", answer.headers["Server-Timing"])
                self.served[kind].append(float(told[1]) if told else spent)
                self.answers[kind, answer.status] += 1
                heapq.heappush(self.asks, (due + EVERY_S, number, kind, path))


def work(vault: Vault, end: float, done: list[int]) -> None:
    """Start and pause jobs, twenty acts a second."""
    otto = people.get(vault.ledger, "otto")
    while time.monotonic() < end:
        begun = time.monotonic()
        number, turn = len(done) % JOBS, len(done) // JOBS
        act: Any = starting.start if turn % 2 == 0 else stopping.pause
        act(vault, otto, f"J-{number}", 10)
        done.append(number)
        time.sleep(max(0.0, 1 / EVENTS - (time.monotonic() - begun)))


def main() -> None:
    """Serve, ask, and fail where a tablet waits too long or anybody is refused."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    vaults.isolate()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port("127.0.0.1")
        url = f"http://127.0.0.1:{port}"
        vault, tablets, cookie = shop(Path(folder) / "vault", url)
        server = subprocess.Popen(
            [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(vault.root),
             "serve", "--timing", "--port", str(port)], env=dict(os.environ), stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            demo_check.wait(f"{url}/healthz")
            crowd, done = Crowd(port, tablets, cookie), []
            end = time.monotonic() + seconds
            threads = [threading.Thread(target=crowd.serve, args=(end,)) for _ in range(CLIENTS)]
            threads.append(threading.Thread(target=work, args=(vault, end, done)))
            for one in threads:
                one.start()
            for one in threads:
                one.join()
        finally:
            server.terminate()
            server.wait()
        vault.close()
    p95 = {name: statistics.quantiles(spent, n=20)[18] for name, spent in crowd.served.items()}
    for name, spent in crowd.served.items():
        waited = crowd.taken[name]
        sys.stdout.write(f"{name:8} {len(spent):5} answers  server: median {statistics.median(spent):6.1f}"
                         f" ms, p95 {p95[name]:6.1f} ms  client: median {statistics.median(waited):6.1f}"
                         f" ms, p95 {statistics.quantiles(waited, n=20)[18]:6.1f} ms\n")  # fmt: skip
    sys.stdout.write(f"{len(done)} events in {seconds:.0f} s; answers {dict(crowd.answers)}\n")
    refused = {key: count for key, count in crowd.answers.items() if key[1] not in {200, 304}}
    goal = Goal("p95 of a tablet", p95["tablet"], LIMIT_MS)
    if refused or not goal.holds:
        raise SystemExit(f"missed: {refused or goal.what}")


if __name__ == "__main__":
    main()
