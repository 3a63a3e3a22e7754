# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor follows the release log from many processes at once, and says everything once."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from traveler import following, jobs
from traveler.blockers import handling
from traveler.blockers.records import BlockerFilter
from vault.ledger import events

FOLLOWER = """
import sys
from pathlib import Path
from traveler import following
from vault import home
vault = home.open_vault(Path(sys.argv[1]))
sys.stdin.readline()
following.follow(vault)
vault.close()
"""


def test_several_processes_ask_once(shop: Any) -> None:
    """Four followers at the same moment: one question a job, and the chain of events holds."""
    for number in ("J-1", "J-2", "J-3"):
        shop.job(number)
    shop.release("10-0042", setup__txt="Other jaws.")
    followers = [
        subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, str(shop.vault.root)], stdin=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for one in followers:
        one.communicate("go\n", timeout=120)
        assert one.returncode == 0
    everything = BlockerFilter(states=frozenset())
    found = [one.blocker.job for one in handling.listing(shop.vault, everything)]
    assert sorted(found) == ["J-1", "J-2", "J-3"]
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_release_of_another_item_touches_no_job(shop: Any) -> None:
    """Only jobs on what was released are looked at, and nothing is written."""
    shop.job("J-1")
    following.follow(shop.vault)
    shop.release("10-0050", note__txt="Other bolt.")
    head = events.head(shop.vault.ledger)
    jobs.show(shop.vault, "J-1")
    assert events.head(shop.vault.ledger) == head
    assert handling.listing(shop.vault) == []
