# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor follows the release log from many processes at once, and says everything once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from release import desk, follower, orders, settling
from traveler import following, jobs, sheet
from traveler.blockers import handling
from traveler.blockers import records as blocker_records
from traveler.blockers.records import BlockerFilter
from traveler.errors import RevisionUndecided
from traveler.floor import scan, starting
from vault import looking
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


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes every release of this test end right after its commit point."""

    def now() -> None:
        monkeypatch.setattr(follower, "follow", lambda _vault: None)

    return now


def everything(shop: Any) -> list[str]:
    """Return the jobs somebody was asked about."""
    wanted = BlockerFilter(states=frozenset())
    with shop.vault.ledger.reading() as connection:
        return sorted(one.job for one in blocker_records.listed(connection, wanted, 100))


def test_a_release_asks_about_jobs_before_it_returns(shop: Any) -> None:
    """Nobody has to open a page first."""
    shop.job("J-1")
    shop.release("10-0042", setup__txt="Other jaws.")
    assert everything(shop) == ["J-1"]


def test_who_only_looks_writes_nothing_and_is_told_the_truth(
    shop: Any, crash: Callable[[], None], tmp_path: Path
) -> None:
    """After a crash at the commit point a scan says STOP and leaves ledger and refs as they are.

    The next act of anybody completes what the crash left, and so does the follower of a server.
    """
    shop.job("J-1")
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "traveler.pdf")
    code = printed.addresses[0][1].rpartition("/")[2]
    crash()
    shop.release("10-0042", setup__txt="Other jaws.")
    before = events.head(shop.vault.ledger), sorted(shop.vault.history.refs("refs/"))
    with looking.only():
        settling.settle(shop.vault)
        following.follow(shop.vault)
        assert scan.look(shop.vault, code).stop
        assert jobs.show(shop.vault, "J-1").standing.state == "superseded"
        assert handling.listing(shop.vault) == []
    assert (events.head(shop.vault.ledger), sorted(shop.vault.history.refs("refs/"))) == before
    with pytest.raises(RevisionUndecided):
        starting.start(shop.vault, shop.otto, "J-1", 10)
    assert everything(shop) == ["J-1"]


def test_the_follower_of_a_server_completes_a_crash_without_anybody(shop: Any) -> None:
    """Tags, the closing event, the question about the job: all of it, at its first round."""
    shop.job("J-1")
    lost = """
import sys
from pathlib import Path
from release import desk, follower
from vault import home
from vault.ledger import people

follower.follow = lambda _vault: sys.exit(9)
vault = home.open_vault(Path(sys.argv[1]))
desk.release(vault, people.get(vault.ledger, "eli"), sys.argv[2])
"""
    shop.check_in("10-0042", setup__txt="Other jaws.")
    change = desk.open_change(shop.vault, shop.eli, ["10-0042"], "jaws").order.change
    desk.sign(shop.vault, shop.mchen, "correct horse 7", change)
    ended = subprocess.run([sys.executable, "-c", lost, str(shop.vault.root), change], check=False)
    assert ended.returncode == 9
    assert shop.vault.history.tip("refs/tags/release/10-0042/B") is None
    beside = follower.Follower(shop.vault.root)
    beside.start()
    end = time.monotonic() + 20
    while not everything(shop) and time.monotonic() < end:
        time.sleep(0.05)
    beside.stop()
    assert everything(shop) == ["J-1"]
    assert shop.vault.history.tip("refs/tags/release/10-0042/B") is not None
    assert orders.load(shop.vault, change).order.state == "released"


def test_several_processes_ask_once(shop: Any, crash: Callable[[], None]) -> None:
    """Four followers at the same moment: one question a job, and the chain of events holds."""
    for number in ("J-1", "J-2", "J-3"):
        shop.job(number)
    crash()
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
    assert everything(shop) == ["J-1", "J-2", "J-3"]
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
