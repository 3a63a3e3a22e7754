# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an answer cost is told where somebody asked for it, waiting for a turn included."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest

from web import serving
from web.turns import Timed, Turns

FORM = r"total;dur=(\d+\.\d\d), cpu;dur=(\d+\.\d\d)"


def slow(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer after a twentieth of a second of doing nothing."""
    time.sleep(0.05)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"there"]


def told(application: Any) -> tuple[float, float]:
    """Ask once, and return milliseconds in all and of the processor."""
    heads: dict[str, str] = {}
    application({"PATH_INFO": "/"}, lambda _status, given: heads.update(given))
    found = re.fullmatch(FORM, heads["Server-Timing"])
    assert found, heads
    assert heads["Content-Type"] == "text/plain"
    return float(found[1]), float(found[2])


def test_doing_nothing_is_time_and_no_work() -> None:
    """The one is what a client waits for the server, the other what the server did."""
    total, cpu = told(Timed(slow))
    assert total >= 50
    assert cpu < 25


def test_the_wait_for_a_turn_is_counted() -> None:
    """Two at once: the later one waited for the earlier one, and says so."""
    timed, found = Timed(Turns(slow)), []
    hands = [threading.Thread(target=lambda: found.append(told(timed)[0])) for _ in range(2)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert max(found) >= 90, "the clock of the sleep and ours are two"


@pytest.mark.parametrize("asked", ["", "1"])
def test_nothing_is_told_unless_asked_for(
    stock: Any, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """Exact times are for whoever measures: strangers could learn from them."""
    import gc

    monkeypatch.setenv(serving.ROOT, str(stock.root))
    monkeypatch.setenv(serving.TIMED, asked)
    for name in ("Reader", "Follower"):
        monkeypatch.setattr(serving, name, lambda _root: threading.Thread(target=lambda: None))
    app = serving.load()
    gc.unfreeze()
    answer = app.test_client().get("/healthz", base_url="https://vault.example")
    assert answer.status_code == 200
    assert ("Server-Timing" in answer.headers) is bool(asked)
