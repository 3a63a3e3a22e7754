# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the catalogue does among 100,000 items: make it again from history, search, look up, page.

Run with ``python tests/benchmarks/bench_catalogue.py [--items 100000] [--folder DIR]``.  The text
of drawings is measured by ``bench_search.py``.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import vaults
from measuring import Goal, judged, show, world

from release import settling
from vault.home import Vault
from vault.ledger import people
from vault.terminal import table
from web import app as web_app

POINTERS = 1  # of each item; a rebuild reads manifests, and no pointer
WORDS = ("bracket", "housing left", "shaft 4", "6082", "c45 qt", "flange inner", "eli", "10-0", "a3",
         "bush rear 12", "no such words", "part", "pom", "gasket long 9", "16mncr5 pulley")  # fmt: skip
PASSWORD = "correct horse 7"
_FORM = re.compile(r'name="([a-z_]+)"[^>]*value="([^"]*)"')


def paced(job: Callable[[int], object], times: int) -> list[float]:
    """Return the sorted milliseconds of doing a job so many times."""
    taken = []
    for turn in range(times):
        begun = time.perf_counter()
        job(turn)
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken)


def at(taken: list[float], part: float) -> float:
    """Return the value that so many parts of all do not exceed."""
    return taken[min(len(taken) - 1, int(len(taken) * part))]


def pages(vault: Vault, items: int, dice: random.Random) -> list[float]:
    """Return the milliseconds of item pages, as somebody who is signed in gets them."""
    people.set_password(vault.ledger, "ada", "eli", PASSWORD)
    client = web_app.of_vault(vault).test_client()
    base = {"base_url": vault.settings.public_url}
    form = dict(_FORM.findall(client.get("/login", **base).text))
    signed_in = client.post(
        "/login", data={**form, "name": "eli", "password": PASSWORD},
        headers={"Origin": vault.settings.public_url}, **base,
    )  # fmt: skip
    assert signed_in.status_code == 303, signed_in.text

    def page(_turn: int) -> None:
        answer = client.get(f"/items/{vaults.number(dice.randrange(items))}", **base)
        assert answer.status_code == 200, answer.text

    paced(page, 20)
    return paced(page, 300)


def rebuilt(vault: Vault, items: int) -> float:
    """Return how many items a second the catalogue is made again from history."""
    begun = time.perf_counter()
    assert settling.rebuild(vault)["items"] == items
    return items / (time.perf_counter() - begun)


def main(items: int, folder: Path) -> int:
    """Measure and print; returns 1 where a promise is missed."""
    dice = random.Random(7)
    with vaults.place(folder) as place:
        vault, _engineer = vaults.found(place / "vault")
        vaults.fill(vault, dict(vaults.tree(items, POINTERS)), follow=False)
        show(f"{items:,} items; {world(place)}")
        pace = rebuilt(vault, items)
        catalogue = vault.catalogue
        searches = paced(lambda turn: catalogue.search(WORDS[turn % len(WORDS)], limit=50),
                         len(WORDS) * 20)  # fmt: skip
        looks = paced(lambda _: catalogue.item(vaults.number(dice.randrange(items))), 2_000)
        lists = paced(
            lambda _: catalogue.items(after=vaults.number(dice.randrange(items)), limit=100), 300
        )
        shown = pages(vault, items, dice)
        vault.close()
    rows = [("search, 50 finds", searches), ("look-up of an item", looks),
            ("page of a list, 100 items", lists), ("item page through Flask", shown)]  # fmt: skip
    show(table(
        ["AMONG THEM", "MEDIAN ms", "p95 ms", "MOST ms"],
        [(what, f"{statistics.median(taken):.2f}", f"{at(taken, 0.95):.2f}", f"{taken[-1]:.2f}")
         for what, taken in rows],
    ))  # fmt: skip
    show("")
    return judged([
        Goal("rebuild, items a second", pace, 2_000, least=True),
        Goal("search, p95 ms", at(searches, 0.95), 20),
        Goal("look-up of an item, p95 ms", at(looks, 0.95), 1),
        Goal("item page, p95 ms", at(shown, 0.95), 40),
    ])  # fmt: skip


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--items", type=int, default=100_000)
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    told = given.parse_args()
    vaults.isolate()
    sys.exit(main(told.items, told.folder))
