# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dispatch of a large shop: the whole count, one event, the page, and what boards cost the rest.

Run with ``python tests/benchmarks/bench_dispatch.py [JOBS]``.  Eight operations a job at forty
stations, every tenth job blocked, every twentieth running; the jobs are written into the ledger
in bulk, which no verb does, because planning ten thousand one by one takes minutes.

The peer of the whole count from the ledger is the least that can be done: the same rows fetched by
a bare connection to SQLite, into dictionaries, and nothing counted.
"""

from __future__ import annotations

import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

import vaults
from measuring import Goal

from release import desk as release_desk
from traveler import tables
from traveler.dispatch import desk as desks
from traveler.dispatch import judging, snapshot
from traveler.floor import starting
from traveler.schedule import ranking
from traveler.schedule.outlook import outlook
from vault import canonical
from vault.home import Vault
from vault.ledger import people, sessions
from vault.ledger.people import Person

BASE = "https://vault.example"
JOBS, OPERATIONS, STATIONS = 10_000, 8, 40
ROUNDS = 5
LIMITS = {"whole": 1000.0, "one event": 20.0, "page": 300.0}  # ms


def shop(root: Path, jobs: int) -> tuple[Vault, Person]:
    """Return a vault with so many jobs on the floor and an operator."""
    vault, engineer = vaults.found(root)
    people.set_password(vault.ledger, "ada", "mchen", "correct horse 7")
    release_desk.add_item(vault, engineer, "10-0042", "Bracket", "mchen")
    note = root.parent / "note.txt"
    note.write_text("as drawn")
    release_desk.check_in(vault, engineer, "10-0042", {"note.txt": note}, "first")
    change = release_desk.open_change(vault, engineer, ["10-0042"], "first").order.change
    approver = people.get(vault.ledger, "mchen")
    release_desk.sign(vault, approver, "correct horse 7", change)
    release_desk.release(vault, approver, change)
    operator = people.add(vault.ledger, "ada", "otto", ["operator", "planner"], "Otto Lind")
    fill(vault, jobs)
    return vault, operator


def fill(vault: Vault, jobs: int) -> None:
    """Write stations, jobs, operations and blockers."""
    chance = random.Random(7)
    today = datetime.now(UTC).date()
    at = "2026-03-01T09:30:00Z"
    columns = {name: {one.name for one in getattr(tables, name).columns} for name in
               ("station", "job", "operation", "blocker", "blocker_entry")}  # fmt: skip

    def only(table: str, **values: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name in columns[table]}

    with vault.ledger.writing("ada") as writing:
        writing.execute(sa.insert(tables.station), [
            only("station", code=f"S{n:02}", fold=f"s{n:02}", name=f"Station {n}",
                 minutes_per_day=960, retired=0, added_at=at, lanes=1 + n % 4, outside=0, days=0)
            for n in range(STATIONS)
        ])  # fmt: skip
        writing.execute(sa.insert(tables.job), [
            only("job", number=f"J-{n:05}", fold=f"j-{n:05}", item="10-0042", rev="A", title="Bracket",
                 qty=20, due=(today + timedelta(days=chance.randint(-3, 220))).isoformat(),
                 customer=f"Customer {n % 37}", order_number="", state="released", added_at=at,
                 added_by="ada", released_at=at)
            for n in range(jobs)
        ])  # fmt: skip
        writing.execute(sa.insert(tables.operation), [
            only("operation", id=n * OPERATIONS + place + 1, job=f"J-{n:05}", seq=10 * (place + 1),
                 station=f"S{chance.randrange(STATIONS):02}", title=f"Step {place + 1}",
                 setup_minutes=15.0, run_minutes=float(chance.randint(1, 10)), notes="", files="[]",
                 proof="[]", parallel=0, good=20 if place < n % 4 else 0, scrap=0, rework=0, split=0,
                 state="done" if place < n % 4 else "waiting")
            for n in range(jobs) for place in range(OPERATIONS)
        ])  # fmt: skip
        blocked = range(0, jobs, 10)
        eta = canonical.dumps({"eta": (today + timedelta(days=9)).isoformat()}).decode()
        writing.execute(sa.insert(tables.blocker), [
            only("blocker", id=n + 1, kind="material", job=f"J-{n:05}", operation=n * OPERATIONS + 8,
                 cause="{}", raised_at=at, raised_by="ada", state="open", owner="ada", entries=1)
            for n in blocked
        ])  # fmt: skip
        writing.execute(sa.insert(tables.blocker_entry), [
            only("blocker_entry", blocker=n + 1, number=1, at=at, person="ada", device="", act="raise",
                 words="", state="open", owner="ada", what="no bar", steps="[]",
                 facts=eta, until="",
                 next_check="", escalate_hours=0, escalate_to="")
            for n in blocked
        ])  # fmt: skip
        writing.record("job.added", "shop/bench", jobs=jobs)


def taken(what: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the middle of some rounds, in milliseconds of the processor.

    It all happens in one thread, so on an idle machine that is the time; on a busy one it still
    is what the work costs.
    """
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        what()
        spent.append((time.process_time() - begun) * 1000)
    return statistics.median(spent)


def parts(vault: Vault, count: desks.Count) -> dict[str, float]:
    """Return what each part of a whole count takes, in milliseconds."""
    from release.log import ReleaseLog

    now, stand = count.now, snapshot.standings(ReleaseLog(vault))
    found: dict[str, float] = {}
    with vault.ledger.reading() as connection, desks.undisturbed():
        found["read"] = taken(lambda: snapshot.jobs(connection, stand, now.day), 3)
        facts = list(count.facts.values())
        found["loads"] = taken(lambda: [count.load(one) for one in facts], 3)
        loads = list(count.loads.values())
        resources = list(count.floor.resources.values())
        rules = ranking.read(count.names)
        found["need-by and forecast"] = taken(
            lambda: outlook(loads, resources, now.minute, rules), 3
        )
        found["turns"] = taken(lambda: [judging.turns(one, now.minute) for one in facts], 3)
        found["board"] = taken(count.board, 3)
    return found


def visitor(vault: Vault) -> Any:
    """Return a planner's browser."""
    from web.app import of_vault

    client = of_vault(vault).test_client()
    secret = sessions.open_session(vault.ledger, people.get(vault.ledger, "otto"), "bench")
    client.set_cookie("__Host-titleblock", secret, domain="vault.example", secure=True)
    return client


def bare(vault: Vault) -> float:
    """Return what it takes to fetch jobs and operations as dictionaries, and nothing more."""
    opened = sqlite3.connect(vault.doors.ledger_url.partition(":///")[2])
    opened.row_factory = lambda cursor, row: dict(
        zip([one[0] for one in cursor.description], row, strict=True)
    )
    operations = (
        "SELECT operation.* FROM operation JOIN job ON job.number = operation.job "
        "WHERE job.state <> 'closed' ORDER BY operation.job, seq"
    )
    asked = ("SELECT * FROM job WHERE state <> 'closed' ORDER BY fold", operations)
    spent = taken(lambda: [opened.execute(one).fetchall() for one in asked], 3)
    opened.close()
    return spent


def command(vault: Vault) -> float:
    """Return what `titleblock dispatch` takes as a whole, in milliseconds of the processor."""
    words = [sys.executable, "-c", "from vault.cli import main; main()", "--vault",
             str(vault.root), "dispatch"]  # fmt: skip
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent) * 1000


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure, print, and fail where a promise is not kept."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    vaults.isolate()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        vault, otto = shop(Path(folder) / "vault", jobs)
        say(f"{jobs} jobs × {OPERATIONS} operations written in {time.perf_counter() - begun:.1f} s")
        desk = desks.desk(vault)
        desks.REST_S = 1e9  # the count beside the pages is measured by itself
        figures = {"first look, all read": taken(lambda: desk.whole(vault), 3)}
        count = desk._count
        assert count is not None
        figures["whole"] = taken(lambda: count.play(count.now))
        for name, spent in parts(vault, count).items():
            say(f"  {name:24} {spent:8.1f} ms")
        numbers = iter(sorted(count.facts)[5::10])

        def one_event() -> float:
            number = next(numbers)
            seq = count.facts[number].left[0].seq
            starting.start(vault, otto, number, seq)
            begun = time.process_time()
            desk.board(vault)
            return (time.process_time() - begun) * 1000

        events = sorted(one_event() for _ in range(40))
        figures["one event"], figures["95 of 100 events"] = statistics.median(events), events[37]
        visits, client = iter(range(10_000)), visitor(vault)

        def visited(path: str) -> None:
            if client.get(path, base_url=BASE).status_code != 200:
                raise SystemExit(path)

        visited("/dispatch?show=late")
        figures["page"] = taken(lambda: visited(f"/dispatch?show=next&skip={next(visits)}"))
        for name, path in {"station": "/stations/S03", "wall": "/wall"}.items():
            figures[name] = taken(partial(visited, path), 1)
            figures[f"{name}, again"] = taken(partial(visited, path))
        figures["fetched bare, not counted"] = bare(vault)
        figures["the whole command"] = command(vault)
        for name, spent in figures.items():
            say(f"{name:26} {spent:8.1f} ms")
        whole, least = figures["first look, all read"], figures["fetched bare, not counted"]
        say(f"read and counted, times fetched bare: {whole / least:.2f}")
        goals = [Goal(name, figures[name], limit) for name, limit in LIMITS.items()]
        vault.close()
    if missed := [one.what for one in goals if not one.holds]:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
