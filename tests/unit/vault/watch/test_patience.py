# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a changed file may be taken."""

from __future__ import annotations

import itertools
import random
from typing import Any

import hypothesis
from hypothesis import strategies as st

from vault.watch import patience
from vault.watch.patience import Look, Pace, Seen, Waiting

PACE = Pace(3.0)
SMALL, LARGE = Look(10, 1), Look(20, 2)


def alone(_path: str) -> str:
    """Put every file into one group."""
    return "item"


def test_a_file_is_ready_once_it_looked_the_same_for_the_quiet_time() -> None:
    """Not a moment before, and from the last change on."""
    queue = patience.noted({}, ["a"], 100.0)
    queue = patience.looked(queue, {"a": SMALL}, {}, 100.0)
    queue = patience.looked(queue, {"a": LARGE}, {}, 102.0)
    assert patience.ready(queue, alone, PACE, 104.9) == []
    queue = patience.looked(queue, {"a": LARGE}, {}, 104.9)
    assert patience.ready(queue, alone, PACE, 105.0) == [("a",)]


def test_an_event_begins_the_quiet_anew_although_nothing_looks_different() -> None:
    """A write within one tick of the clock changes neither size nor time, but makes an event."""
    queue = patience.looked(patience.noted({}, ["a"], 100.0), {"a": SMALL}, {}, 100.0)
    queue = patience.noted(queue, ["a"], 102.0)
    queue = patience.looked(queue, {"a": SMALL}, {}, 102.0)
    assert patience.ready(queue, alone, PACE, 104.0) == []


def test_looking_through_the_folder_begins_no_quiet_anew() -> None:
    """Else a folder that is only looked through would never come to rest."""
    queue: Any = {}
    for now in (100.0, 101.0, 102.0, 103.0):
        queue = patience.scanned(queue, {"a": SMALL}, {}, now)
        queue = patience.looked(queue, {"a": SMALL}, {}, now)
    assert patience.ready(queue, alone, PACE, 103.0) == [("a",)]


def test_what_came_and_went_leaves_no_trace() -> None:
    """A temporary whose name nobody knows is neither taken nor reported as deleted."""
    queue = patience.looked(patience.noted({}, ["4913"], 100.0), {}, {}, 100.0)
    assert queue == {}


def test_files_of_one_item_wait_for_each_other_but_not_for_ever() -> None:
    """A model and its drawing become one check-in; a log that never rests holds nobody up."""
    queue: Any = {"model": Waiting(100.0, SMALL, looked=True),
                  "drawing": Waiting(102.0, SMALL, looked=True)}  # fmt: skip
    assert patience.ready(queue, alone, PACE, 104.0) == []
    assert patience.ready(queue, alone, PACE, 105.0) == [("drawing", "model")]
    queue["drawing"] = Waiting(131.0, SMALL, looked=True)
    assert patience.ready(queue, alone, PACE, 132.9) == []
    queue["drawing"] = Waiting(133.0, SMALL, looked=True)
    assert patience.ready(queue, alone, PACE, 133.0) == [("model",)]


def test_what_waits_for_a_lock_holds_up_nobody() -> None:
    """A file tried in vain is no reason for another one of its item to wait."""
    queue = {"locked": patience.postponed(Waiting(100.0, SMALL, looked=True), PACE, 103.0),
             "new": Waiting(100.0, SMALL, looked=True)}  # fmt: skip
    assert patience.ready(queue, alone, PACE, 104.0) == [("new",)]


def test_a_file_held_open_waits_ten_times_as_long() -> None:
    """It is taken in the end, for some programs hold a file open all day."""
    one = patience.held(Waiting(100.0, SMALL, looked=True))
    assert PACE.due(one) == 130.0


def test_waiting_grows_up_to_a_minute() -> None:
    """What fails is tried again after 3, 6, 12 … seconds, then every minute."""
    assert [PACE.again(tries) for tries in range(6)] == [3, 6, 12, 24, 48, 60]
    assert PACE.again(10_000) == 60


def test_what_looks_as_it_was_left_is_not_taken_again() -> None:
    """The events of our own reading, and late ones, lead to nothing."""
    seen = {"a": Seen(SMALL, "aa", "kept")}
    queue = patience.looked(patience.noted({}, ["a"], 1.0), {"a": SMALL}, seen, 1.0)
    assert queue == {}


ACTS = st.one_of(
    st.tuples(st.just("save"), st.integers(0, 3), st.integers(0, 5)),
    st.tuples(st.just("atomic"), st.integers(0, 3), st.integers(0, 5)),
    st.tuples(st.just("backup"), st.integers(0, 3), st.integers(0, 5)),
    st.tuples(st.just("slow"), st.integers(0, 3), st.integers(0, 5)),
    st.tuples(st.just("rename"), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("touch"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("pause"), st.integers(1, 12), st.just(0)),
    st.tuples(st.just("kill"), st.just(0), st.just(0)),
)
FILES = ["10-1/part.FCStd", "10-1/part.pdf", "10-2/plate.dxf", "10-2/plate.pdf"]


def whole(number: int, name: str) -> bytes:
    """Return a content that says of itself whether it is whole."""
    return f"<{name} version {number}>".encode()


class Programs:
    """People at work: they save, rename and delete, and the system tells of it as it likes."""

    def __init__(self, scene: Any, chance: random.Random) -> None:
        self.scene, self.disk, self.chance = scene, scene.disk, chance
        self.finals: dict[str, list[bytes]] = {path: [] for path in FILES}

    def write(self, path: str, content: bytes) -> None:
        """Write in pieces, the watcher stepping between them."""
        for end in (0, len(content) // 2, len(content)):
            self.disk.write(path, content[:end])
            self.passes(0.3, path)

    def passes(self, seconds: float, *paths: str) -> None:
        """Let time pass; events come doubled, in any order, or not at all."""
        heard = [path for path in paths * 2 if self.chance.random() < 0.7]
        self.chance.shuffle(heard)
        self.scene.clock.now += seconds
        self.scene.step(*heard, everything=self.chance.random() < 0.3)

    def act(self, act: str, at: int, number: int) -> None:
        """Do one thing."""
        path = FILES[at % len(FILES)]
        content = whole(number, path)
        if act == "save":
            self.write(path, content)
        elif act == "atomic":
            aside = f"{path}.saving"
            self.write(aside, content)
            self.disk.rename(aside, path)
            self.passes(0.1, aside, path)
        elif act == "backup" and path in self.disk.files:
            self.disk.rename(path, f"{path}.previous")
            self.passes(0.2, path)
            self.write(path, content)
            self.disk.delete(f"{path}.previous")
            self.passes(0.1, path, f"{path}.previous")
        elif act == "slow":
            self.disk.writers.add(path)
            self.disk.write(path, content[:4])
            self.passes(8.0, path)
            self.passes(8.0)
            self.disk.write(path, content)
            self.disk.writers.discard(path)
            self.passes(0.1, path)
        elif act == "touch" and path in self.disk.files:
            self.disk.write(path, self.disk.files[path][0])
            self.passes(0.1, path)
        elif act == "pause":
            for _ in range(at):
                self.passes(1.0)
        elif act == "kill":
            self.scene.start()
        else:
            self.move(act, path, FILES[number % len(FILES)])

    def move(self, act: str, path: str, other: str) -> None:
        """Rename or delete a file that is there."""
        if path not in self.disk.files:
            return
        if act == "delete":
            self.disk.delete(path)
        elif act == "rename" and other != path:
            self.disk.rename(path, other)
        self.passes(0.1, path, other)


@hypothesis.settings(
    max_examples=300, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(acts=st.lists(ACTS, min_size=1, max_size=12), seed=st.integers(0, 2**32))
def test_each_final_content_is_taken_once_and_never_half_a_one(
    new_scene: Any, acts: list[Any], seed: int
) -> None:
    """Whatever is saved how, and whatever events come: the end is there, whole, and not twice."""
    scene = new_scene()
    people = Programs(scene, random.Random(seed))
    for act, at, number in acts:
        people.act(act, at, number)
    scene.step(everything=True)
    scene.rest(90.0, every=1.0)
    for _path, content in scene.desk.taken:
        assert content.startswith(b"<")
        assert content.endswith(b">"), f"{content!r} is half of one"
    for path, (content, _ticks, _inode) in scene.disk.files.items():
        assert scene.desk.last(path) == content
    for path in scene.disk.files:
        versions = [content for name, content in scene.desk.taken if name == path]
        assert all(one != two for one, two in itertools.pairwise(versions))
    taken = len(scene.desk.taken)
    scene.start()
    scene.step(everything=True)
    scene.rest(60.0, every=1.0)
    assert len(scene.desk.taken) == taken, "a new start takes nothing again"
