# SPDX-License-Identifier: AGPL-3.0-or-later
"""What it costs to import 10,000 files of 300 bytes and 1,000 of 200 kB, beside others.

Run with ``python tests/benchmarks/bench_import.py [--rounds 3] [--folders DIR …] [--large
100000]``, by default in memory and then on disk: one shows the work, the other the flushes.
Ours is the path of ``titleblock import``: plan, checks, hashes, objects on disk, one commit,
catalogue.  The last table compares the cost of a file among many with that among few.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import peers
import vaults
from measuring import MEMORY, Goal, Way, comparison, in_memory, in_turns, judged, ratio, show, world

from release import desk
from vault import importing, item, pointer

SMALL, SMALL_SIZE = 10_000, 300
BIG, BIG_SIZE = 1_000, 200_000
FILES_OF_AN_ITEM = 5
THREADS = 2


def share(root: Path, small: int, big: int) -> Path:
    """Make a shop's share: a folder for each item, named by its number, without ``item.toml``."""
    block = os.urandom(BIG_SIZE)
    for count in range(small + big):
        folder = root / f"{vaults.number(count // FILES_OF_AN_ITEM)} Part {count}"
        if count % FILES_OF_AN_ITEM == 0:
            folder.mkdir(parents=True)
            last = folder
        is_big = count * big // (small + big) != (count + 1) * big // (small + big)
        data = os.urandom(16) + (block[16:] if is_big else block[16:SMALL_SIZE])
        (last / f"model_{count}.step").write_bytes(data)
    return root


class Import:
    """A way to bring a share under version control, in a fresh folder each time."""

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, share: Path, folder: Path) -> None:
        """Take from a share; what is made goes below a folder."""
        self.share = share
        self._folder = folder
        self.place = folder
        self.files = sorted(path for path in share.rglob("*") if path.is_file())

    def prepare(self, turn: int) -> None:
        """Begin with nothing, in a new folder: removing keeps a disk that discards busy for long."""
        self.place = self._folder / f"{type(self).__name__}-{turn}"
        self.place.mkdir()
        os.sync()  # what the ones before left to be written is not on this one's clock

    def run(self) -> None:
        """Bring it in."""
        raise NotImplementedError


class Ours(Import):
    """``titleblock import``."""

    name = "titleblock import"

    def prepare(self, turn: int) -> None:
        """Found a vault."""
        super().prepare(turn)
        self.vault, self._engineer = vaults.found(self.place / "vault")

    def run(self) -> None:
        """Plan and import."""
        plan = importing.plan(self.vault, self.share, "mchen")
        done = desk.import_tree(self.vault, self._engineer, self.share, plan, lambda _count: None)
        assert (done.files, done.left_out) == (len(self.files), ())
        self.vault.close()


class Floor(Import):
    """Hash and write every file by two threads, one flush, pointers by git fast-import."""

    name = "floor: md5, write, one flush, pointers"

    def run(self) -> None:
        """Do the three things."""
        objects, asides = self.place / "objects", self.place / "tmp"
        asides.mkdir()
        for shard in range(256):
            (objects / f"{shard:02x}").mkdir(parents=True)

        def kept(path: Path) -> tuple[str, bytes]:
            data = path.read_bytes()
            md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
            (asides / md5).write_bytes(data)
            stands_for = pointer.write(pointer.Pointer(path.name, md5, len(data)))
            number = path.parent.name.partition(" ")[0]
            return f"{item.default_folder(number)}/{path.name}.dvc", stands_for

        with ThreadPoolExecutor(THREADS) as pool:
            pointers = dict(pool.map(kept, self.files, chunksize=50))
        os.sync()
        for aside in asides.iterdir():
            aside.rename(objects / aside.name[:2] / aside.name[2:])
        os.sync()
        git = self.place / "bare.git"
        peers.call("git", "init", "-q", "--bare", "-b", "main", git)
        stream = b"".join(peers.packed(pointers, {}))
        peers.call("git", f"--git-dir={git}", "fast-import", "--quiet", "--done", given=stream)


class Git(Import):
    """The git command line, every file a blob; not flushed, as git does by default."""

    name = "git add, git commit"
    needs = ("git",)

    def prepare(self, turn: int) -> None:
        """Make an empty repository whose work tree is the share."""
        super().prepare(turn)
        self._git = ("git", f"--git-dir={self.place / 'git'}", f"--work-tree={self.share}")
        peers.call("git", "init", "-q", "-b", "main", "--bare", self.place / "git")
        peers.call("git", f"--git-dir={self.place / 'git'}", "config", "core.bare", "false")

    def run(self) -> None:
        """Add all and commit."""
        peers.call(*self._git, "add", "-A", cwd=self.share)
        peers.call(*self._git, "commit", "-q", "-m", "import", cwd=self.share)


class Lfs(Git):
    """git-lfs: bytes beside the repository; not flushed, and not pushed."""

    name = "git-lfs add, commit"
    needs = ("git", "git-lfs")

    def prepare(self, turn: int) -> None:
        """Let git-lfs take every file."""
        super().prepare(turn)
        git = (*self._git[:2],)
        for key, value in (("clean", "git-lfs clean -- %f"), ("smudge", "git-lfs smudge -- %f"),
                           ("process", "git-lfs filter-process"), ("required", "true")):  # fmt: skip
            peers.call(*git, "config", f"filter.lfs.{key}", value)
        (self.place / "git" / "info").mkdir(exist_ok=True)
        told = "*.step filter=lfs diff=lfs merge=lfs -text\n"
        (self.place / "git" / "info" / "attributes").write_text(told)


class Svn(Import):
    """Subversion's own import."""

    name = "svn import"
    needs = ("svn", "svnadmin")

    def prepare(self, turn: int) -> None:
        """Make an empty repository."""
        super().prepare(turn)
        peers.call("svnadmin", "create", self.place / "svn")

    def run(self) -> None:
        """Import all."""
        peers.call(
            "svn", "import", "-q", "-m", "import", self.share, f"file://{self.place / 'svn'}"
        )


WAYS: Sequence[type[Import]] = (Ours, Floor, Lfs, Git, Svn)


def removed(place: Path) -> None:
    """Remove a folder by several threads: disks that discard take a millisecond for each file."""
    folders = [one for one in place.rglob("*") if one.is_dir()]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: shutil.rmtree(one, ignore_errors=True), reversed(folders)))
    shutil.rmtree(place, ignore_errors=True)


def measured(
    kinds: Sequence[type[Import]], small: int, big: int, rounds: int, folder: Path
) -> dict[str, list[float]]:
    """Return the milliseconds of each way for one share, in turns."""
    with vaults.place(in_memory(folder)) as memory, vaults.place(folder) as disk:
        root = share(memory / "share", small, big)
        ways: dict[str, Way] = {}
        for kind in kinds:
            if missing := [name for name in kind.needs if peers.program(name) is None]:
                show(f"NOT MEASURED: {kind.name}, because {', '.join(missing)} is not installed")
                continue
            ways[kind.name] = kind(root, disk)
        show(f"{small + big:,} files; {world(disk)}")
        taken = in_turns(ways, rounds, warm=0)
        for way in disk.iterdir():
            removed(way)
    return taken


def compared(rounds: int, folder: Path) -> list[Goal]:
    """Measure everybody in one folder, print the table, and return what is promised."""
    taken = measured(WAYS, SMALL, BIG, rounds, folder)
    show(comparison(taken, Ours.name) + "\n")
    others = [name for name in taken if name not in (Ours.name, Floor.name)]
    best = min(others, key=lambda name: statistics.median(taken[name]), default=None)
    where = "in memory" if folder == MEMORY else "on disk"
    return [
        Goal(f"times the floor, {where}", ratio(taken[Ours.name], taken[Floor.name]), 1.5),
        Goal(f"faster than the best peer {where} ({best})",
             ratio(taken[best], taken[Ours.name]) if best else None, 1.5, least=True),
    ]  # fmt: skip


def main(rounds: int, folders: Sequence[Path], large: int) -> int:
    """Measure and print the tables; returns 1 where a promise is missed."""
    goals = [goal for folder in folders for goal in compared(rounds, folder)]
    if large:
        folder = folders[0]
        few = measured([Ours], SMALL, 0, rounds, in_memory(folder))[Ours.name]
        many = measured([Ours], large, 0, 1, in_memory(folder))[Ours.name]
        each = statistics.median(few) / SMALL, statistics.median(many) / large
        goals.append(Goal(f"cost of a file among {large:,} / {SMALL:,}", each[1] / each[0], 1.2))
        show(f"In memory, {each[0] * 1000:.0f} µs a file among {SMALL:,}, "
             f"{each[1] * 1000:.0f} µs a file among {large:,}\n")  # fmt: skip
    return judged(goals)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--folders", type=Path, nargs="+", help="[in memory, and the temporary one]")
    given.add_argument("--large", type=int, default=100_000, help="0: without the last table")
    told = given.parse_args()
    vaults.isolate()
    usual = Path(tempfile.gettempdir())
    folders = told.folders or list(dict.fromkeys([in_memory(usual), usual]))
    sys.exit(main(told.rounds, folders, told.large))
