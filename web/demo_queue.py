# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sample shop's queue: jobs enough that the board has something to say, and one pinned by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from traveler import jobs
from traveler.dispatch import pins
from traveler.floor import starting, stopping
from vault.home import Vault
from vault.ledger.people import Person
from web import demo_given


def fill(
    vault: Vault, who: Mapping[str, Person], rows: Sequence[Mapping[str, Any]],
    day: Callable[[int], str],
) -> None:  # fmt: skip
    """Plan, release and begin the jobs of the queue; days count from today."""
    planner = who["pat"]
    for row in rows:
        number = row["job"]
        jobs.add(vault, planner, number, row["number"], row["qty"], day(row["due"]),
                 customer=row.get("customer", ""))  # fmt: skip
        jobs.release_job(vault, planner, number)
        for seq in row.get("done", ()):
            starting.start(vault, who["otto"], number, seq, device="demo")
            demo_given.give(vault, "otto", number, seq)
            stopping.finish(vault, who["otto"], number, seq, device="demo")
        if "running" in row:
            starting.start(vault, who[row["who"]], number, row["running"], device="demo")
        if "pin" in row:
            pins.pin(vault, planner, number, 1, row["pin"])
