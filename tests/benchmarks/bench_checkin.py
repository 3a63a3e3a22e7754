# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the check-in of one changed 2 MB file costs in a vault of 1,000, 10,000, 100,000 files.

Run with ``python tests/benchmarks/bench_checkin.py [--sizes 1000 10000] [--rounds 9] [--folder
DIR]``.  Ours is durable with the catalogue brought up to date, once in a live process and once as
a whole command; the peers are measured in turns with it on the same disk.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import peers
import vaults
from measuring import Goal, comparison, in_memory, in_turns, judged, ratio, show, world
from peers import Peer

from release import desk
from vault.terminal import table

SIZES = (1_000, 10_000, 100_000)
DVC_AT_MOST = 10_000  # files; beyond that a single ``dvc add`` takes minutes
NUMBER = peers.TARGET.split("/")[-2]
NAME = peers.TARGET.split("/")[-1]
Taken = dict[str, list[float]]


class Live(Peer):
    """Ours, in a process that runs already, as the server's does."""

    name = "titleblock, live process"

    def build(self, files: peers.Files) -> None:
        """Found a vault and fill it."""
        self.vault, self._engineer = vaults.found(self.disk / "vault")
        vaults.fill(self.vault, dict(files))
        self._source = self.memory / NAME

    def prepare(self, turn: int) -> None:
        """Write the new bytes."""
        self._source.write_bytes(peers.fresh())

    def run(self) -> None:
        """Check them in."""
        desk.check_in(self.vault, self._engineer, NUMBER, {NAME: self._source}, "bench")


class Command(Peer):
    """Ours, as a whole command with the start of its interpreter, in the vault of ``Live``."""

    name = "titleblock checkin, whole command"

    def build(self, files: peers.Files) -> None:
        """Use what is there."""
        self._vault = self.disk.parent / Live.__name__ / "vault"
        self._source = self.memory / NAME

    def prepare(self, turn: int) -> None:
        """Write the new bytes."""
        self._source.write_bytes(peers.fresh())

    def run(self) -> None:
        """Check them in."""
        program = peers.program("titleblock") or "titleblock"
        peers.call(program, "--vault", self._vault, "--as", "eli", "checkin", NUMBER, self._source)


PEERS: Sequence[type[Peer]] = (
    Live, peers.Floor, Command, peers.SvnMucc, peers.SvnCommit, peers.Git, peers.Lfs,
)  # fmt: skip


def measured(size: int, rounds: int, folder: Path) -> tuple[Taken, Taken]:
    """Return the milliseconds of everybody at one size, and those of ``dvc add`` with ours."""
    files = dict(vaults.tree(size // vaults.FILES_OF_AN_ITEM))
    with vaults.place(folder) as disk, vaults.place(in_memory(folder)) as memory:
        begun = time.perf_counter()
        ways = {}
        for kind in PEERS:
            if missing := kind.missing():
                show(f"NOT MEASURED: {kind.name}, because {missing} is not installed here")
                continue
            ways[kind.name] = kind(disk, memory)
            ways[kind.name].build(files)
        show(f"{size:,} files are there after {time.perf_counter() - begun:.0f} s; {world(disk)}")
        taken = in_turns(ways, rounds)
        slow: Taken = {}
        if size <= DVC_AT_MOST and not peers.Dvc.missing():
            dvc = peers.Dvc(disk, memory)
            dvc.build(files)
            pair = {Live.name: ways[Live.name], dvc.name: dvc}
            slow = in_turns(pair, 1 if size > SIZES[0] else 3, warm=0)
        ways[Live.name].vault.close()  # type: ignore[attr-defined]
    return taken, slow


def grown(found: dict[int, Taken]) -> str:
    """Return how each way grows from the smallest size to the largest."""
    least, most = min(found), max(found)
    rows = [
        (name, *(f"{statistics.median(found[size][name]):.1f}" for size in sorted(found)),
         f"{statistics.median(found[most][name]) / statistics.median(values):.2f}")
        for name, values in found[least].items()
    ]  # fmt: skip
    heads = [f"{size:,} FILES, ms" for size in sorted(found)]
    return table(["WAY", *heads, f"{most:,} / {least:,}"], rows)


def goals(found: dict[int, Taken], slow: dict[int, Taken]) -> list[Goal]:
    """Return what is promised, with what was measured at the largest size."""
    largest = found[max(found)]
    ours = {size: statistics.median(taken[Live.name]) for size, taken in found.items()}

    def over(peer: type[Peer]) -> float | None:
        return ratio(largest[peer.name], largest[Live.name]) if peer.name in largest else None

    dvc = slow.get(DVC_AT_MOST, {})
    return [
        Goal("times the floor", ratio(largest[Live.name], largest[peers.Floor.name]), 1.5),
        Goal("times its own at the smallest size", ours[max(found)] / ours[min(found)], 1.3),
        Goal("whole command, seconds", statistics.median(largest[Command.name]) / 1000, 0.3),
        Goal("faster than svnmucc put", over(peers.SvnMucc), 3, least=True),
        Goal("faster than svn commit", over(peers.SvnCommit), 4, least=True),
        Goal("faster than git add, commit", over(peers.Git), 15, least=True),
        Goal("faster than git-lfs with push", over(peers.Lfs), 20, least=True),
        Goal(f"faster than dvc add at {DVC_AT_MOST:,}",
             ratio(dvc[peers.Dvc.name], dvc[Live.name]) if dvc else None, 500, least=True),
    ]  # fmt: skip


def main(sizes: Sequence[int], rounds: int, folder: Path) -> int:
    """Measure every size and print the tables; returns 1 where a promise is missed."""
    found: dict[int, Taken] = {}
    slow: dict[int, Taken] = {}
    for size in sizes:
        found[size], slow[size] = measured(size, rounds, folder)
        show(comparison(found[size], Live.name) + "\n")
        if slow[size]:
            show(comparison(slow[size], Live.name) + "\n")
    show(grown(found) + "\n")
    return judged(goals(found, slow))


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given.add_argument("--rounds", type=int, default=9)
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    told = given.parse_args()
    vaults.isolate()
    sys.exit(main(told.sizes, told.rounds, told.folder))
