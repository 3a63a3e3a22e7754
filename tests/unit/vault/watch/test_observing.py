# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the system tells of a folder, and what of it is a hint."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vault.watch import hints as boxes
from vault.watch.hints import Heard, Hints


@pytest.fixture
def ears(tmp_path: Path) -> Iterator[tuple[Path, Hints]]:
    """Return a folder that is listened to, and the box its hints come into."""
    from vault.watch.observing import Observing

    root, hints = tmp_path.resolve() / "cad", Hints()
    root.mkdir()
    listening = Observing(root, hints)
    assert listening.listens()
    yield root, hints
    listening.close()


def heard(hints: Hints, until: Callable[[set[str]], bool], seconds: float = 5.0) -> set[str]:
    """Return the paths that were heard until enough of them were."""
    paths: set[str] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until(paths):
        hints.wait(0.1)
        found = hints.take()
        paths |= found.files | found.folders
    return paths


def test_an_atomic_save_is_heard_by_its_final_name(ears: tuple[Path, Hints]) -> None:
    """The temporary it was written to is not even kept."""
    root, hints = ears
    (root / "a.tmp").write_bytes(b"drawing")
    (root / "a.tmp").rename(root / "a.pdf")
    assert heard(hints, lambda paths: "a.pdf" in paths) == {"a.pdf"}


def test_reading_makes_no_hint(ears: tuple[Path, Hints]) -> None:
    """Else the watcher would hear itself for ever."""
    root, hints = ears
    (root / "a.pdf").write_bytes(b"drawing")
    heard(hints, lambda paths: "a.pdf" in paths)
    heard(hints, lambda _paths: False, 0.5)
    for _ in range(5):
        (root / "a.pdf").read_bytes()
    assert heard(hints, lambda _paths: False, 0.7) == set()


def test_files_in_a_new_folder_are_heard(ears: tuple[Path, Hints]) -> None:
    """By the folder or by themselves."""
    root, hints = ears
    (root / "10-1" / "b").mkdir(parents=True)
    (root / "10-1" / "b" / "a.pdf").write_bytes(b"x")
    assert heard(hints, lambda paths: "10-1" in paths or "10-1/b/a.pdf" in paths)


def test_lost_events_are_a_hint_at_everything(ears: tuple[Path, Hints]) -> None:
    """Watchdog says so in its log only."""
    _root, hints = ears
    logger = logging.getLogger("watchdog.observers.inotify_c")
    logger.warning("Inotify queue overflowed; filesystem events were lost")
    assert hints.take().everything


def test_the_box_stays_small(monkeypatch: Any) -> None:
    """More hints than it holds become one at everything."""
    monkeypatch.setattr(boxes, "MOST", 10)
    box = Hints()
    for count in range(1000):
        box.file(f"{count}.pdf")
    assert box.take() == Heard(everything=True)
    assert box.take() == Heard()
