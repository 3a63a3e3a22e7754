# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's repeat job: it starts with what earlier jobs of its item say, one of it set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from traveler import jobs
from traveler.memory import desk
from traveler.memory.rules import RESULT
from vault.home import Vault
from vault.ledger.people import Person

JOB: Final = "J-2095"
ITEM: Final = "10-0042"


def repeat(vault: Vault, who: Mapping[str, Person], day: Callable[[int], str]) -> None:
    """Plan the bracket again, and set aside the result whose cause is known and mended."""
    jobs.add(vault, who["pat"], JOB, ITEM, 16, day(24), customer="Halvard Robotics")
    one = next(one for one in desk.of_item(vault, ITEM) if one.kind == RESULT)
    desk.dismiss(vault, who["quinn"], ITEM, one.ref, "the note on the vice says why", "demo")


def worth_opening() -> list[tuple[str, str]]:
    """Return the pages that show it, each with why."""
    return [(f"/jobs/{JOB}", "a repeat job: what went wrong before, step by step"),
            (f"/items/{ITEM}/memory", "what the shop remembers of an item, and sets aside")]  # fmt: skip
