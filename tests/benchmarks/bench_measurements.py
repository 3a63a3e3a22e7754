# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ten thousand results imported; charts and memory over a million of one characteristic.

Run it alone: ``python tests/benchmarks/bench_measurements.py``.  The million is written as rows,
with the tally the product keeps, since entering it takes longer than looking at it.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from release import desk
from traveler import jobs
from traveler.memory import desk as memory
from traveler.quality import charts, importing, measurement_records, proof_desk, tables, tally
from vault import founding
from vault.home import Vault
from vault.ledger import people

MILLION = 1_000_000
PLAN = "balloon,requirement,nominal,lower,upper,unit,gauge\n" + "".join(
    f"{at},Feature {at},10.0,9.9,10.1,mm,\n" for at in range(1, 51)
)


def main() -> None:
    """Measure, and print medians in milliseconds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    place = Path(tempfile.mkdtemp(prefix="bench-measurements-"))
    try:
        vault, who = _shop(place)
        path = place / "many.csv"
        path.write_text(_table())
        begun = time.perf_counter()
        done = importing.take(vault, who["ada"], "J-1", None, path, path.name)
        _say(f"import of {done.recorded.count} results: {time.perf_counter() - begun:.2f} s")
        owed = _median(lambda: proof_desk.show(vault, "J-1"))
        _say(f"what a job of {done.recorded.count} results still owes: {owed:.1f} ms")
        _fill(vault, count)
        shown = _median(lambda: charts.of_characteristic(vault, "10-0042", "1"))
        listed = _median(lambda: charts.of_item(vault, "10-0042"))
        found = charts.of_characteristic(vault, "10-0042", "1").summary.capability
        _say(f"chart over {found.count if found else 0} results: {shown:.1f} ms")
        _say(f"table of all characteristics: {listed:.1f} ms")
        told = _median(lambda: memory.of_item(vault, "10-0042"))
        _say(f"what went wrong before, of an item with as many results: {told:.1f} ms")
        vault.close()
    finally:
        shutil.rmtree(place)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _shop(place: Path) -> tuple[Vault, Any]:
    vault = founding.found(place / "vault", "ada", public_url="http://127.0.0.1:8000")
    ada = people.get(vault.ledger, "ada")
    people.set_password(vault.ledger, "ada", "ada", "correct horse 7")
    mei = people.add(vault.ledger, "ada", "mchen", ["approver"])
    people.set_password(vault.ledger, "ada", "mchen", "correct horse 7")
    drawn = place / "characteristics.csv"
    drawn.write_text(PLAN)
    desk.add_item(vault, ada, "10-0042", "Bracket", "mchen")
    desk.check_in(vault, ada, "10-0042", {drawn.name: drawn}, "planned")
    order = desk.open_change(vault, ada, ["10-0042"], "planned").order
    desk.sign(vault, people.get(vault.ledger, mei.name), "correct horse 7", order.change)
    desk.release(vault, ada, order.change)
    jobs.add(vault, ada, "J-1", "10-0042", 200, "2027-03-01")
    jobs.release_job(vault, ada, "J-1")
    proof_desk.ask(vault, ada, "measurement", before="shipping", job="J-1")
    return vault, {"ada": ada}


def _table() -> str:
    chance = random.Random(5)
    heads = ",".join(str(at) for at in range(1, 51))
    rows = (
        f"{piece},{','.join(f'{chance.gauss(10, 0.025):.3f}' for _ in range(50))}"
        for piece in range(1, 201)
    )
    return f"piece,{heads}\n" + "\n".join(rows) + "\n"


def _fill(vault: Vault, count: int) -> None:
    """Write a million rows of balloon 1 and add them to its tally."""
    chance = random.Random(9)
    with vault.ledger.reading() as connection:
        one = next(each for each in measurement_records.planned(connection, "10-0042")
                   if each.characteristic.balloon == "1")  # fmt: skip
    grid = tally.grid(one.characteristic)
    sums = {each.bin: tally.Sums(each.count, each.total, each.squares, each.least, each.most,
                                 each.outside) for each in _kept(vault, one.id)}  # fmt: skip
    with vault.ledger.engine.connect() as connection, connection.begin():
        driver: Any = connection.connection.driver_connection
        rows = []
        for at in range(count):
            text = f"{chance.gauss(10, 0.025):.3f}"
            value = float(text)
            outside = not 9.9 <= value <= 10.1
            sums.setdefault(grid.bin(value), tally.Sums()).take(value, grid, outside=outside)
            rows.append((1, one.id, f"n{at}", text, "mm", value, "over" if outside else "pass"))
        driver.executemany(
            "INSERT INTO measurement (measuring, characteristic, piece, text, unit, value, verdict,"
            " by, why) VALUES (?, ?, ?, ?, ?, ?, ?, '', '')", rows,
        )  # fmt: skip
        table = tables.measurement_tally
        connection.execute(sa.delete(table).where(table.c.characteristic == one.id))
        connection.execute(sa.insert(table), [
            {"characteristic": one.id, "step": bin_, "count": s.count, "total": s.total,
             "squares": s.squares, "least": s.least, "most": s.most, "outside": s.outside}
            for bin_, s in sums.items()
        ])  # fmt: skip


def _kept(vault: Vault, number: int) -> list[measurement_records.Tally]:
    with vault.ledger.reading() as connection:
        return measurement_records.tallies(connection, [number])


def _median(act: Callable[[], object], runs: int = 9) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)[runs // 2]


if __name__ == "__main__":
    main()
