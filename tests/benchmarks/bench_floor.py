# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the floor costs the server: 200 tablets that keep asking while 20 acts a second come in.

Run with ``python tests/benchmarks/bench_floor.py [--seconds N] [--tablets N]``.  A real vault is
served by ``titleblock serve`` with two processes; every tablet asks for the state of its traveler
each ten seconds, loads the page again where it changed, and eight people press acts.  Every act
carries a key and a tenth of them is sent twice, as after a lost answer; afterwards the record is
compared with what was pressed: nothing lost, nothing doubled.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlencode

import pymupdf
from measuring import Goal, judged, show, table, world

from release import desk
from traveler import jobs, sheet
from vault import codes, founding, home
from vault.ledger import people
from web.serving import free_port

ROUTE = '[[operation]]\nseq = 10\nstation = "mill-2"\ntitle = "Mill it"\nrun_minutes = 3\n'
JOBS, ASK_S, PEOPLE, RATE = 40, 10.0, 8, 20.0
LIMIT_MS = 60.0


def shop(root: Path, url: str) -> list[str]:
    """Make a vault with a drawn part and jobs on the floor; return the code of each traveler."""
    vault = founding.found(root, "ada", public_url=url)
    for name, role in (("eli", "engineer"), ("mei", "approver"), ("pat", "planner")):
        people.add(vault.ledger, "ada", name, [role])
    people.set_password(vault.ledger, "ada", "mei", "correct horse 7")
    for number in range(PEOPLE):
        people.add(vault.ledger, "ada", f"op{number}", ["operator"])
        people.set_pin(vault.ledger, "ada", f"op{number}", "4711")
    who = {one.name: one for one in people.everybody(vault.ledger)}
    with tempfile.TemporaryDirectory() as folder:
        drawing, route = Path(folder) / "10-0042.pdf", Path(folder) / "route.toml"
        route.write_text(ROUTE)
        with pymupdf.open() as document:
            document.new_page(width=842, height=595).insert_text((60, 60), "BRACKET")
            document.save(drawing, no_new_id=True)
        desk.add_item(vault, who["eli"], "10-0042", "Bracket", "mei")
        desk.check_in(vault, who["eli"], "10-0042", {p.name: p for p in (drawing, route)}, "first")
        change = desk.open_change(vault, who["eli"], ["10-0042"], "First.").order.change
        desk.sign(vault, who["mei"], "correct horse 7", change)
        desk.release(vault, who["eli"], change)
        found = []
        for number in range(JOBS):
            name = f"J-{number:03}"
            jobs.add(vault, who["pat"], name, "10-0042", 1000, "2027-03-01")
            jobs.release_job(vault, who["pat"], name)
            made = sheet.print_traveler(vault, who["pat"], name, Path(folder) / "t.pdf")
            found.append(made.addresses[0][1].rpartition("/")[2].lower())
    vault.close()
    return found


class Tablet:
    """A keeping-alive connection with its cookies, as a browser has one."""

    def __init__(self, port: int) -> None:
        """Connect to the server on a port of this machine."""
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **heads: str
    ) -> tuple[int, str, dict[str, str], float]:
        """Ask, and return status, text, headers and milliseconds."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **heads}
        body = None
        if form is not None:
            body = urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self.line.request(method, path, body, sent)
        answer = self.line.getresponse()
        text = answer.read().decode("utf-8", "replace")
        taken = (time.perf_counter() - begun) * 1000
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
        return answer.status, text, dict(answer.getheaders()), taken


class Floor:
    """What all tablets write down: times by kind, statuses, and the keys of acts."""

    def __init__(self, port: int, travelers: list[str], seconds: float) -> None:
        """Begin with nothing measured."""
        self.port, self.travelers = port, travelers
        self.end = time.monotonic() + seconds
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[str] = Counter()
        self.pressed: Counter[str] = Counter()
        self.lock = threading.Lock()

    def note(self, kind: str, status: int, taken: float) -> None:
        """Write one answer down."""
        with self.lock:
            self.taken[kind].append(taken)
            self.statuses[f"{kind} {status}"] += 1

    def watch(self, mine: list[int]) -> None:
        """Ask for some tablets in turn, each every ten seconds."""
        tablet, tags = Tablet(self.port), {}
        due = [(time.monotonic() + ASK_S * n / len(mine), one) for n, one in enumerate(mine)]
        while due:
            when, number = due.pop(0)
            if when > self.end:
                continue
            time.sleep(max(0.0, when - time.monotonic()))
            code = self.travelers[number % len(self.travelers)]
            tag = tags.get(number, "")
            status, _text, heads, taken = tablet.ask(
                "GET", f"/t/{code}/state", **{"If-None-Match": tag}
            )
            self.note("asked", status, taken)
            if status == 200:
                tags[number] = heads.get("etag") or heads.get("ETag", "")
                status, _text, _heads, taken = tablet.ask("GET", f"/t/{code}")
                self.note("page", status, taken)
            due.append((when + ASK_S, number))

    def press(self, name: str, place: int) -> None:
        """Press acts as one person, evenly; one of ten is sent again with the same key."""
        tablet = Tablet(self.port)
        _status, text, _heads, _taken = tablet.ask("GET", "/tablet")
        token = re.search(r'name="form_token" value="([0-9a-f]+)"', text)
        assert token
        told = {"form_token": token[1], "what": "arrive", "operator": name, "pin": "4711"}
        status, _text, _heads, _taken = tablet.ask("POST", "/tablet", told)
        assert status == 303
        when, count = time.monotonic() + place / RATE, 0
        while when < self.end:
            time.sleep(max(0.0, when - time.monotonic()))
            job = (place + count * PEOPLE) % len(self.travelers)
            form = {"form_token": token[1], "act": "note", "seq": "10", "key": codes.new_code(),
                    "operator": name, "words": f"{name} {count}"}  # fmt: skip
            for _ in range(2 if count % 10 == 0 else 1):
                status, _text, _heads, taken = tablet.ask(
                    "POST", f"/t/{self.travelers[job]}/act", form, Accept="application/json"
                )
                self.note("act", status, taken)
            with self.lock:
                self.pressed[f"{name} {count}"] += 1
            count += 1
            when += PEOPLE / RATE


def kept(root: Path) -> Counter[str]:
    """Return the notes the record tells of, counted."""
    vault = home.open_vault(root)
    found: Counter[str] = Counter()
    for number in range(JOBS):
        for one in jobs.history(vault, f"J-{number:03}", 100_000):
            if one.kind == "operation.note":
                found[one.facts["note"]] += 1
    vault.close()
    return found


def main() -> int:
    """Measure, show, judge."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=25)
    asked.add_argument("--tablets", type=int, default=200)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="titleblock-floor-") as folder:
        root, port = Path(folder) / "vault", free_port("127.0.0.1")
        travelers = shop(root, f"http://127.0.0.1:{port}")
        show(world(root))
        server = subprocess.Popen(
            [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(root),
             "serve", "--port", str(port), "--workers", "2"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return measured(root, port, travelers, chosen.tablets, chosen.seconds)
        finally:
            server.terminate()
            server.wait(20)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            share = (used.ru_utime + used.ru_stime) / (chosen.seconds * 2)
            show(f"the server used {share:.0%} of two processors, its start included")


def measured(root: Path, port: int, travelers: list[str], tablets: int, seconds: float) -> int:
    """Let everybody loose for so many seconds and judge what was written down."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Tablet(port).ask("GET", "/readyz")[0] == 200:
                break
        except OSError:
            time.sleep(0.2)
    floor = Floor(port, travelers, seconds)
    hands = [threading.Thread(target=floor.press, args=(f"op{n}", n)) for n in range(PEOPLE)]
    lines = 20
    hands += [
        threading.Thread(target=floor.watch, args=(list(range(n, tablets, lines)),))
        for n in range(lines)
    ]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    rows, high = [], {}
    for kind, taken in floor.taken.items():
        parts = statistics.quantiles(taken, n=100)
        high[kind] = parts[94]
        rows.append((kind, len(taken), f"{parts[49]:.1f}", f"{parts[94]:.1f}", f"{max(taken):.0f}"))
    show(table(["WHAT", "ANSWERS", "MEDIAN ms", "P95 ms", "WORST ms"], rows))
    show(", ".join(f"{name}: {count}" for name, count in sorted(floor.statuses.items())))
    found = kept(root)
    lost = sum((floor.pressed - found).values())
    doubled = sum((found - floor.pressed).values())
    refused = sum(count for name, count in floor.statuses.items() if int(name.split()[1]) >= 400)
    show(f"{sum(floor.pressed.values())} acts pressed, {sum(found.values())} on record")
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    show(f"load of the machine {busy:.1f}")
    return judged(
        [
            Goal(f"{tablets} tablets ask: p95 in ms", high.get("asked"), LIMIT_MS),
            Goal("acts lost", float(lost), 0),
            Goal("acts doubled", float(doubled), 0),
            Goal("answers refused or failed", float(refused), 0),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
