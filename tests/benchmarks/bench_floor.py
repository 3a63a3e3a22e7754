# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the floor costs the server: 200 tablets that keep asking while 20 acts a second come in.

Run with ``python tests/benchmarks/bench_floor.py [--seconds N] [--tablets N]``.  A real vault is
served by ``titleblock serve`` with two processes; every tablet asks for the state of its traveler
each ten seconds, at a moment of its own, loads the page again where it changed, with the picture of
its drawing (an A1 sheet of 8,000 lines, 1,280 points wide, whole and not "as before"), and eight
people press acts.  There are forty jobs, so that every job changes between two questions and nothing is
answered with "as before".  Every act carries a key and a tenth of them is sent twice, as after a
lost answer; afterwards the record is compared with what was pressed: nothing lost, nothing doubled.

Times are the server's own, from the moment it had a request to the first byte of the answer, with
the wait for its turn; what a client waited stands beside.  A bare Flask application on the same
server, asked the same in the same run, is the peer.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import http.client
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from bare import ROOT as BARE_ROOT
from bench_viewer import drawing as sheet_of
from measuring import Goal, judged, show, table, world

from release import desk
from traveler import jobs, sheet
from vault import codes, founding, home
from vault.ledger import people
from web.serving import free_port

ROUTE = '[[operation]]\nseq = 10\nstation = "mill-2"\ntitle = "Mill it"\nrun_minutes = 3\n'
JOBS, ASK_S, PEOPLE, RATE = 40, 10.0, 8, 20.0
LINES = 20
"""Connections the tablets share; each carries one question at a time."""
WARM_S = 3.0
"""Seconds at first that are not counted: a server starts once a day."""
LIMIT_MS, KEPT_MS = 60.0, 5.0
PICTURE = "pages/10-0042.pdf/1.png?w=1280"
HERE = Path(__file__).parent


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
        sheet_of(drawing, 841, 594, 8_000, 600)
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
        heads = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, text, heads, taken


class Floor:
    """What all tablets write down: times by kind, statuses, and the keys of acts."""

    def __init__(self, port: int, travelers: list[str], tablets: int, seconds: float) -> None:
        """Begin with nothing measured; every tablet gets a moment of its own to ask at."""
        self.port, self.travelers, self.seconds = port, travelers, seconds
        self.begin = self.end = 0.0
        chance = random.Random(3)
        self.due = [(chance.uniform(0, ASK_S), number) for number in range(tablets)]
        heapq.heapify(self.due)
        self.tags: dict[int, str] = {}
        self.waited: dict[str, list[float]] = defaultdict(list)
        self.served: dict[str, list[float]] = defaultdict(list)
        self.worked: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[str] = Counter()
        self.pressed: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.ready = threading.Barrier(PEOPLE + LINES, action=self._go)

    def _go(self) -> None:
        self.begin = time.monotonic()
        self.end = self.begin + WARM_S + self.seconds

    def note(self, kind: str, status: int, heads: dict[str, str], waited: float) -> None:
        """Write one answer down."""
        told = dict(re.findall(r"(total|cpu);dur=([0-9.]+)", heads.get("server-timing", "")))
        with self.lock:
            self.statuses[f"{kind} {status}"] += 1
            if time.monotonic() - self.begin > WARM_S:
                self.waited[kind].append(waited)
                self.served[kind].append(float(told["total"]))
                self.worked[kind].append(float(told["cpu"]))

    def watch(self) -> None:
        """Ask for whichever tablet is due next, each every ten seconds."""
        tablet = Tablet(self.port)
        self.ready.wait()
        while True:
            with self.lock:
                when, number = heapq.heappop(self.due)
            if self.begin + when > self.end:
                return
            time.sleep(max(0.0, self.begin + when - time.monotonic()))
            code, tag = self.travelers[number % len(self.travelers)], self.tags.get(number, "")
            status, _text, heads, waited = tablet.ask(
                "GET", f"/t/{code}/state", **{"If-None-Match": tag}
            )
            self.note("asked", status, heads, waited)
            if status == 200:
                self.tags[number] = heads["etag"]
                status, _text, heads, waited = tablet.ask("GET", f"/t/{code}")
                self.note("page", status, heads, waited)
                status, _text, heads, waited = tablet.ask("GET", f"/t/{code}/{PICTURE}")
                self.note("picture", status, heads, waited)
            with self.lock:
                heapq.heappush(self.due, (when + ASK_S, number))

    def press(self, name: str, place: int) -> None:
        """Press acts as one person, evenly; one of ten is sent again with the same key."""
        tablet, token = signed_in(self.port, name)
        self.ready.wait()
        when, count = self.begin + place / RATE, 0
        while when < self.end:
            time.sleep(max(0.0, when - time.monotonic()))
            job = (place + count * PEOPLE) % len(self.travelers)
            form = {"form_token": token, "act": "note", "seq": "10", "key": codes.new_code(),
                    "operator": name, "words": f"{name} {count}"}  # fmt: skip
            for _ in range(2 if count % 10 == 0 else 1):
                status, _text, heads, waited = tablet.ask(
                    "POST", f"/t/{self.travelers[job]}/act", form, Accept="application/json"
                )
                self.note("act", status, heads, waited)
            with self.lock:
                self.pressed[f"{name} {count}"] += 1
            count += 1
            when += PEOPLE / RATE

    def run(self) -> None:
        """Let everybody loose until the end."""
        hands = [threading.Thread(target=self.press, args=(f"op{n}", n)) for n in range(PEOPLE)]
        hands += [threading.Thread(target=self.watch) for _ in range(LINES)]
        for one in hands:
            one.start()
        for one in hands:
            one.join()


def signed_in(port: int, name: str) -> tuple[Tablet, str]:
    """Return a tablet with somebody signed in, and the token its forms carry."""
    tablet = Tablet(port)
    _status, text, _heads, _taken = tablet.ask("GET", "/tablet")
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', text)
    assert token
    told = {"form_token": token[1], "what": "arrive", "operator": name, "pin": "4711"}
    status, _text, _heads, _taken = tablet.ask("POST", "/tablet", told)
    assert status == 303
    return tablet, token[1]


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


@contextlib.contextmanager
def serving(command: list[str], port: int, **more: str) -> Iterator[None]:
    """Run a server until it answers, and until this ends."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **more})
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if Tablet(port).ask("GET", "/readyz")[0] == 200:
                    break
            time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(20)


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
        ours = Floor(port, travelers, chosen.tablets, chosen.seconds)
        command = [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(root),
                   "serve", "--timing", "--port", str(port), "--workers", "2"]  # fmt: skip
        with serving(command, port):
            ours.run()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        share = (used.ru_utime + used.ru_stime) / ((chosen.seconds + WARM_S) * 2)
        port = free_port("127.0.0.1")
        bare = Floor(port, travelers, chosen.tablets, chosen.seconds / 2)
        with serving(
            [sys.executable, str(HERE / "bare.py"), str(port)], port, **{BARE_ROOT: folder}
        ):
            bare.run()
        return judgement(root, ours, bare, share, chosen.tablets)


def judgement(root: Path, ours: Floor, bare: Floor, share: float, tablets: int) -> int:
    """Show what was written down, and judge it."""
    rows, high = [], {}
    for kind, served in ours.served.items():
        parts = statistics.quantiles(served, n=100)
        high[kind] = parts[94]
        waited, peer = statistics.quantiles(ours.waited[kind], n=100), bare.served[kind]
        cpu = statistics.median(ours.worked[kind])
        rows.append(
            (kind, len(served), f"{parts[49]:.1f}", f"{parts[94]:.1f}", f"{max(served):.0f}",
             f"{cpu:.2f}", f"{waited[49]:.1f}", f"{waited[94]:.1f}",
             f"{cpu / statistics.median(bare.worked[kind]):.1f}",
             f"{parts[94] / statistics.quantiles(peer, n=100)[94]:.1f}")
        )  # fmt: skip
    heads = ["WHAT", "ANSWERS", "SERVER ms", "P95", "WORST", "CPU ms", "CLIENT ms", "P95",
             "CPU, TIMES BARE", "P95, TIMES BARE"]  # fmt: skip
    show(table(heads, rows))
    show(", ".join(f"{name}: {count}" for name, count in sorted(ours.statuses.items())))
    found = kept(root)
    lost, doubled = ((ours.pressed - found).total(), (found - ours.pressed).total())
    refused = sum(count for name, count in ours.statuses.items() if int(name.split()[1]) >= 400)
    pressed = ours.pressed.total()
    rate = pressed / (WARM_S + ours.seconds)
    show(f"{pressed} acts pressed, {found.total()} on record, {rate:.1f} a second; the server used "
         f"{share:.0%} of two processors; load of the machine {os.getloadavg()[0]:.1f}")  # fmt: skip
    return judged(
        [
            Goal(f"{tablets} tablets ask: p95 of the server in ms", high.get("asked"), LIMIT_MS),
            Goal("floor page: p95 of the server in ms", high.get("page"), LIMIT_MS),
            Goal(
                "picture of an A1 sheet, kept: median of the server in ms",
                statistics.median(ours.served["picture"]),
                KEPT_MS,
            ),
            Goal("acts a second", rate, RATE * 0.98, least=True),
            Goal("acts lost", float(lost), 0),
            Goal("acts doubled", float(doubled), 0),
            Goal("answers refused or failed", float(refused), 0),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
