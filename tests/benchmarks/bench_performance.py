# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ten years of a shop: the first count, one act, and the pages, for one year and for all of them.

Run with ``python tests/benchmarks/bench_performance.py [JOBS]``.  Seven operations a job, forty
stations, three hundred items; jobs, stretches of work, shipments, blockers and a million events are
written into the ledger in bulk, which no verb does, because living through ten years takes longer.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import vaults
from measuring import Goal, judged, show, world

from traveler.performance import counting, desk
from traveler.performance.desk import Wanted
from vault import clock, home
from vault.home import Vault
from vault.ledger import people, sessions

BASE = "https://vault.example"
JOBS, OPERATIONS, STATIONS, ITEMS, CUSTOMERS, PEOPLE = 20_000, 7, 40, 300, 60, 25
EVENTS_A_JOB = 50
DAYS = 3650
ROUNDS = 9
PAGE_MS, ACT_MS = 300.0, 50.0


def shop(root: Path, jobs: int) -> Vault:
    """Return a vault with ten years behind it."""
    vault, _ = vaults.found(root)
    people.add(vault.ledger, "ada", "pat", ["planner"], "Pat Novak")
    vault.close()
    ledger = sqlite3.connect(root / "ledger.db", isolation_level=None)
    ledger.execute("BEGIN IMMEDIATE")
    for table, rows in Past(jobs).tables().items():
        marks = ", ".join("?" * len(rows[0]))
        names = ", ".join(f'"{one}"' for one in rows[0])
        ledger.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", (tuple(one.values()) for one in rows)
        )
    (seq, digest) = ledger.execute("SELECT seq, hash FROM event_head").fetchone()
    ledger.executemany(
        "INSERT INTO event VALUES (?, ?, 'pat', '', 'operation.note', ?, '{}', '{}', ?, ?)",
        _events(jobs, seq, digest),
    )
    ledger.execute("COMMIT")
    ledger.close()
    return home.open_vault(root)


def _events(jobs: int, seq: int, digest: str) -> Iterator[tuple[Any, ...]]:
    for number in range(jobs):
        for _ in range(EVENTS_A_JOB):
            seq += 1
            made = f"{seq:064x}"
            yield seq, "2026-03-01T09:30:00Z", f"job/J-{number:05}", digest, made
            digest = made


class Past:
    """What happened: jobs in the order of their days, some late, some scrapped, some blocked."""

    def __init__(self, jobs: int) -> None:
        """Begin ten years ago."""
        self.jobs = jobs
        self.chance = random.Random(7)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.found: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("station", "job", "operation", "stint", "shipment",
                                  "shipment_entry", "blocker", "blocker_entry")
        }  # fmt: skip

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every table."""
        for n in range(STATIONS):
            self.found["station"].append({
                "code": f"S{n:02}", "fold": f"s{n:02}", "name": f"Station {n}",
                "minutes_per_day": 960, "retired": 0, "added_at": clock.text(self.now),
            })  # fmt: skip
        for number in range(self.jobs):
            self.job(number)
        return self.found

    def job(self, number: int) -> None:
        """Write one job, its steps, its shipment, and in a third of them a blocker."""
        chance, name = self.chance, f"J-{number:05}"
        begun = self.now - timedelta(days=DAYS - DAYS * number / self.jobs + 20)
        done = begun + timedelta(days=chance.randint(5, 15))
        due = done + timedelta(days=chance.choice((-2, 1, 2, 3)))
        qty = chance.randint(2, 200)
        self.found["job"].append({
            "number": name, "fold": name.lower(), "item": f"10-{number % ITEMS:04}", "rev": "A",
            "title": "Bracket", "qty": qty, "due": due.date().isoformat(),
            "customer": f"Customer {number % CUSTOMERS}", "order_number": "", "state": "closed",
            "added_at": clock.text(begun), "added_by": "pat", "released_at": clock.text(begun),
            "closed_at": clock.text(done),
        })  # fmt: skip
        for place in range(OPERATIONS):
            self.step(number, name, place, qty, begun + (done - begun) * place / OPERATIONS)
        self.shipment(number + 1, name, qty, done)
        if number % 3 == 0:
            self.blocker(number // 3 + 1, name, begun)

    def step(self, number: int, job: str, place: int, qty: int, begun: datetime) -> None:
        """Write an operation with two stretches of work."""
        key = number * OPERATIONS + place + 1
        took = timedelta(minutes=30 + 2 * qty * self.chance.uniform(0.7, 1.5))
        scrap = int(self.chance.random() < 0.05)
        self.found["operation"].append({
            "id": key, "job": job, "seq": 10 * (place + 1), "station": f"S{key % STATIONS:02}",
            "title": f"Step {place}", "setup_minutes": 30.0, "run_minutes": 2.0, "notes": "",
            "files": "[]", "proof": "[]", "parallel": 0, "state": "done", "good": qty - scrap,
            "scrap": scrap, "started_at": clock.text(begun),
            "finished_at": clock.text(begun + took),
        })  # fmt: skip
        for part in (0, 1):
            self.found["stint"].append({
                "id": key * 2 + part, "operation": key, "person": f"p{key % PEOPLE}", "device": "",
                "started_at": clock.text(begun + took * part / 2),
                "ended_at": clock.text(begun + took * (part + 1) / 2), "ended_by": "otto",
                "good": qty // 2, "scrap": scrap * part,
            })  # fmt: skip

    def shipment(self, key: int, job: str, qty: int, done: datetime) -> None:
        """Write what left."""
        facts = f'{{"qty":{qty},"shipped_at":"{clock.text(done)}"}}'
        self.found["shipment"].append({"id": key, "job": job, "qty": qty, "state": "shipped",
                                       "entries": 1})  # fmt: skip
        self.found["shipment_entry"].append({
            "id": key, "shipment": key, "number": 1, "at": clock.text(done), "person": "pat",
            "device": "", "act": "ship", "words": "", "state": "shipped", "facts": facts,
        })  # fmt: skip

    def blocker(self, key: int, job: str, begun: datetime) -> None:
        """Write a blocker that was resolved after some days."""
        kind = self.chance.choice(("material", "machine", "inspection", "labor", "approval"))
        owner = f"p{key % PEOPLE}"
        self.found["blocker"].append({
            "id": key, "kind": kind, "job": job, "cause": "{}", "raised_at": clock.text(begun),
            "raised_by": "pat", "state": "resolved", "owner": owner, "entries": 2,
        })  # fmt: skip
        for number, state in ((1, "open"), (2, "resolved")):
            self.found["blocker_entry"].append({
                "id": key * 2 + number, "blocker": key, "number": number,
                "at": clock.text(begun + timedelta(hours=(number - 1) * self.chance.randint(2, 90))),
                "person": "pat", "device": "", "act": "raise", "words": "", "state": state,
                "owner": owner, "what": "", "steps": "[]", "facts": "{}", "until": "",
                "next_check": "", "escalate_hours": 0, "escalate_to": "",
            })  # fmt: skip


def median(act: Callable[[], object]) -> float:
    """Return the median of some rounds, in milliseconds of the processor.

    It all happens in one thread, so on an idle machine that is the time; on a busy one it still
    is what the work costs.
    """
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        act()
        taken.append((time.process_time() - begun) * 1000)
    return statistics.median(taken)


def pages(vault: Vault) -> dict[str, float]:
    """Return how long each page takes, as a browser is answered."""
    from web.app import of_vault

    client = of_vault(vault).test_client()
    opened = sessions.open_session(vault.ledger, people.get(vault.ledger, "pat"), "bench")
    client.set_cookie("__Host-titleblock", opened, domain="vault.example", secure=True)
    since = (datetime.now(UTC) - timedelta(days=DAYS + 60)).date().isoformat()
    asked = {
        "overview, 12 months": "/performance", "overview, 10 years": f"/performance?from={since}&by=year",
        "overview, 120 months": f"/performance?from={since}",
        "item, 10 years": f"/performance/items/10-0042?from={since}&by=year",
        "station, 10 years": f"/performance/stations/S07?from={since}&by=year",
        "table of periods as CSV": f"/performance/tables/periods.csv?from={since}",
    }  # fmt: skip
    found = {}
    for name, address in asked.items():
        answer = client.get(address, base_url=BASE)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        found[name] = median(lambda address=address: client.get(address, base_url=BASE))
    return found


def main() -> None:
    """Measure, and say what holds."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    vaults.isolate()
    with tempfile.TemporaryDirectory(prefix="bench-performance-") as folder:
        show(f"{world(Path(folder))}; {jobs} jobs, {jobs * EVENTS_A_JOB} events")
        vault = shop(Path(folder) / "vault", jobs)
        begun = time.process_time()
        counting.catch_up(vault)
        show(f"first count: {time.process_time() - begun:.1f} s")
        size = (vault.root / "performance.db").stat().st_size / 1e6
        show(f"the file is {size:.0f} MB")
        year = median(lambda: desk.report(vault, Wanted()))
        since = (datetime.now(UTC) - timedelta(days=DAYS + 60)).date().isoformat()
        whole = median(lambda: desk.report(vault, Wanted(first=since, by="year")))
        show(f"report of 12 months {year:.0f} ms, of ten years {whole:.0f} ms")

        def act() -> float:
            with vault.ledger.writing("pat") as writing:
                writing.record("job.noted", f"job/J-{random.randrange(jobs):05}")
            begun = time.process_time()
            counting.advance(vault)
            return (time.process_time() - begun) * 1000

        one = statistics.median(act() for _ in range(40))
        goals = [Goal("one act taken in, ms", one, ACT_MS)]
        goals += [Goal(f"{name}, ms", took, PAGE_MS) for name, took in pages(vault).items()]
        vault.close()
    raise SystemExit(judged(goals))


if __name__ == "__main__":
    main()
