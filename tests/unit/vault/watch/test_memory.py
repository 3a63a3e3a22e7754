# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher remembers over a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault.errors import WatchedAlready
from vault.watch import memory as memories
from vault.watch.memory import Memory
from vault.watch.patience import Look, Seen

LOOK = Look(10, 1, 2, 3)
KEPT = Seen(LOOK, "aa", "kept", "10-1", "A.pdf", "aa")


@pytest.fixture
def again(tmp_path: Path) -> Iterator[Callable[..., Memory]]:
    """Return a function that opens the memory of a folder; all are closed in the end."""
    opened = []

    def made(root: str = "cad") -> Memory:
        opened.append(Memory(tmp_path / "cache", Path(root), "eli"))
        return opened[-1]

    yield made
    for memory in opened:
        memory.close()


def test_what_was_put_is_there_after_a_restart(again: Any) -> None:
    """Names that are no UTF-8 too; what was not flushed is not."""
    memory = again()
    memory.put("a.pdf", KEPT)
    memory.put("b\udcff\n.pdf", Seen(LOOK, "bb", "refused"))
    memory.put("c.pdf", KEPT)
    memory.forget("c.pdf")
    memory.gone("a.pdf")
    memory.flush()
    memory.put("lost.pdf", KEPT)
    memory.close()
    seen = again().seen
    assert set(seen) == {"a.pdf", "b\udcff\n.pdf"}
    assert seen["a.pdf"] == Seen(None, "aa", "kept", "10-1", "A.pdf", "aa")


@pytest.mark.parametrize("cut", range(1, 50, 7))
def test_a_torn_line_costs_that_line_only(again: Any, cut: int) -> None:
    """And what is written afterwards is read again."""
    memory = again()
    memory.put("a.pdf", KEPT)
    memory.put("b.pdf", KEPT)
    memory.flush()
    memory.close()
    whole = memory.path.read_bytes()
    memory.path.write_bytes(whole[:-cut])
    memory = again()
    assert set(memory.seen) == {"a.pdf"} if cut > 1 else {"a.pdf", "b.pdf"}
    memory.put("c.pdf", KEPT)
    memory.flush()
    memory.close()
    assert {"a.pdf", "c.pdf"} <= set(again().seen)


def test_the_file_stays_small_and_the_gone_are_forgotten_in_the_end(
    again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand saves of one file are no hundred thousand lines."""
    monkeypatch.setattr(memories, "SURPLUS", 50)
    monkeypatch.setattr(memories, "GONE_KEPT", 5)
    memory = again()
    for count in range(300):
        memory.put("a.pdf", KEPT)
        memory.put(f"once-{count}.pdf", KEPT)
        memory.gone(f"once-{count}.pdf")
        memory.flush()
    assert len(memory.path.read_bytes().splitlines()) < 200
    assert len(memory.seen) < 70
    assert "once-299.pdf" in memory.seen
    assert "once-1.pdf" not in memory.seen


def test_one_watcher_at_a_time(again: Any) -> None:
    """The second is refused, until the first lets go."""
    first = again()
    with pytest.raises(WatchedAlready):
        again()
    again("other")
    first.close()
    again()


def test_it_knows_which_path_holds_a_name_of_an_item(again: Any) -> None:
    """In any case of letters, until it is gone."""
    memory = again()
    memory.put("x/a.pdf", KEPT)
    assert memory.holder("10-1", "a.PDF") == "x/a.pdf"
    memory.gone("x/a.pdf")
    assert memory.holder("10-1", "a.pdf") is None


def test_what_cannot_be_written_is_written_later(again: Any, tmp_path: Path) -> None:
    """A vault that was away for a flush gets all of it with the next one."""
    memory = again()
    memory.put("a.pdf", KEPT)
    place = memory.path
    memory.path = tmp_path / "away" / "x.json"
    with pytest.raises(OSError, match="away"):
        memory.flush()
    memory.path = place
    memory.put("b.pdf", KEPT)
    memory.flush()
    memory.close()
    assert set(again().seen) == {"a.pdf", "b.pdf"}
