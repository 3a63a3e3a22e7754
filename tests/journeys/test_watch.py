# SPDX-License-Identifier: AGPL-3.0-or-later
"""An engineer only saves files; the vault follows. A real process on a real folder and vault."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

QUIET = 0.4  # seconds
COMMAND = [sys.executable, "-c", "from vault.cli import main; main()"]


@dataclass
class Shop:
    """A vault with items, a folder on a CAD machine, and a watcher that can be killed."""

    vault: Any
    people: Any
    cad: Path
    report: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, *words: str) -> list[str]:
        """Return a command line."""
        return [*COMMAND, "--vault", str(self.vault.root), "--as", "eli", *words]

    def watch(self, *more: str) -> subprocess.Popen[bytes]:
        """Start a watcher; its report is appended to a file."""
        words = self.command("watch", str(self.cad), "--quiet-seconds", str(QUIET), "--json", *more)
        with self.report.open("ab") as report:
            process = subprocess.Popen(words, stdout=report, stderr=report)
        self.running.append(process)
        return process

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """Return what was reported of a kind."""
        told = [json.loads(line) for line in self.report.read_text().splitlines(keepends=True)
                if line.endswith("\n")]  # fmt: skip
        return [one for one in told if one["kind"] == kind]

    def until(self, holds: Callable[[], Any], seconds: float = 40.0) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.report.read_text()
            time.sleep(0.1)

    def save(self, path: str, data: bytes, *, atomic: bool = True) -> None:
        """Save as an editor does: beside, then over; or in two pieces."""
        place = self.cad / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if atomic:
            aside = place.with_name(f"~{place.name}.tmp")
            aside.write_bytes(data)
            aside.replace(place)
            return
        with place.open("wb") as file:
            file.write(data[: len(data) // 2])
            file.flush()
            time.sleep(QUIET / 2)
            file.write(data[len(data) // 2 :])

    def kept(self, number: str) -> dict[str, bytes]:
        """Return the files of an item as they lie on main, without its manifest."""
        from release import shelf

        names = [one["name"] for one in shelf.files(self.vault, number, None)]
        return {name: shelf.working_path(self.vault, number, name).read_bytes()
                for name in names if name != "item.toml"}  # fmt: skip

    def check_ins(self, number: str) -> list[str]:
        """Return the subjects of the commits that touched an item, the oldest first."""
        from vault import following

        following.follow(self.vault)
        return [one.message for one in reversed(self.vault.catalogue.iterations(number))][1:]


@pytest.fixture
def shop(vault: Any, people: Any, tmp_path: Path) -> Iterator[Shop]:
    """Return a shop with two items and an empty folder."""
    from release import desk

    for number, title in (("10-0042", "Bracket"), ("10-0043", "Plate")):
        desk.add_item(vault, people["eli"], number, title, "mchen")
    (tmp_path / "cad").mkdir()
    made = Shop(vault, people, (tmp_path / "cad").resolve(), tmp_path / "report")
    made.report.touch()
    yield made
    for process in made.running:
        if process.poll() is None:
            process.kill()
        process.wait(10)


@pytest.mark.parametrize("how", [(), ("--polling",)], ids=["listening", "polling"])
def test_what_is_saved_is_checked_in(shop: Shop, draw: Any, how: tuple[str, ...]) -> None:
    """Saved together is one check-in; a rename is one; a deletion is only told; the rest waits."""
    from vault import inbox

    watcher = shop.watch(*how)
    drawing = draw("drawing.pdf", "NOTHING TO GO BY").read_bytes()
    shop.save("10-0042 Bracket/bracket.pdf", drawing)
    shop.save("10-0042 Bracket/bracket.step", b"ISO-10303-21;" * 9, atomic=False)
    shop.save("10-0043_A_plate.dxf", b"0\nSECTION\n")
    shop.save("misc/lid.pdf", drawing)
    shop.until(lambda: len(shop.lines("checked in")) == 2 and shop.lines("inbox"))
    assert shop.kept("10-0042") == {"bracket.pdf": drawing, "bracket.step": b"ISO-10303-21;" * 9}
    assert shop.check_ins("10-0042") == ["10-0042: bracket.pdf, bracket.step saved in cad"]
    assert set(shop.kept("10-0043")) == {"10-0043_A_plate.dxf"}
    assert [one.name for one in inbox.waiting(shop.vault)] == ["lid.pdf"]

    (shop.cad / "10-0042 Bracket/bracket.step").rename(shop.cad / "10-0042 Bracket/mount.step")
    shop.until(lambda: shop.lines("renamed"))
    assert set(shop.kept("10-0042")) == {"bracket.pdf", "mount.step"}
    (shop.cad / "10-0043_A_plate.dxf").unlink()
    shop.until(lambda: shop.lines("gone"))
    assert set(shop.kept("10-0043")) == {"10-0043_A_plate.dxf"}

    (waiting,) = inbox.waiting(shop.vault)
    subprocess.run(shop.command("inbox", "file", waiting.id, "10-0043"), check=True, timeout=60)
    shop.save("misc/lid.pdf", draw("second.pdf", "SECOND").read_bytes())
    shop.until(lambda: len(shop.lines("checked in")) == 3)
    assert shop.check_ins("10-0043")[-2:] == [
        "10-0043: lid.pdf from the inbox", "10-0043: lid.pdf saved in cad",
    ]  # fmt: skip
    watcher.send_signal(signal.SIGTERM)
    assert watcher.wait(20) == 0


def test_a_killed_watcher_loses_nothing_and_doubles_nothing(shop: Shop) -> None:
    """Kill it -9 at eight odd moments while two people save; at the end each file is there, once."""
    versions: dict[str, list[bytes]] = {}
    paths = ["10-0042 x/a.step", "10-0042 x/b.dxf", "10-0043/c.step", "10-0043/d.nc"]
    for turn in range(8):
        process = shop.watch()
        for count, path in enumerate(paths):
            if (turn + count) % 3:
                data = f"{path} version {turn}\n".encode() * 2000
                versions.setdefault(path, []).append(data)
                shop.save(path, data, atomic=bool(count % 2))
        time.sleep(0.45 + 0.17 * turn)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    shop.watch()
    final = {Path(path).name: all_[-1] for path, all_ in versions.items()}
    shop.until(lambda: {**shop.kept("10-0042"), **shop.kept("10-0043")} == final)
    time.sleep(4 * QUIET)
    for number in ("10-0042", "10-0043"):
        _no_commit_repeats_a_content_or_holds_half_a_file(shop, number, versions)
    from vault import inbox

    assert inbox.waiting(shop.vault) == []
    assert list((shop.vault.root / "cache" / "watch").glob("*.taken/*")) == []


def _no_commit_repeats_a_content_or_holds_half_a_file(
    shop: Shop, number: str, versions: dict[str, list[bytes]]
) -> None:
    import hashlib

    from vault import pointer

    whole = {hashlib.sha256(data).hexdigest() for all_ in versions.values() for data in all_}
    row = shop.vault.catalogue.item(number)
    seen: dict[str, list[str]] = {}
    for one in reversed(shop.vault.catalogue.iterations(number)):
        for name, entry in shop.vault.history.folder(one.commit, row.path).items():
            if name.endswith(".dvc"):
                told = pointer.parse(shop.vault.history.blob_of(entry.oid), name)
                assert told.sha256 in whole, f"{name} is half of a file"
                before = seen.setdefault(name, [])
                if not before or before[-1] != told.sha256:
                    before.append(told.sha256)
    commits = len(shop.vault.catalogue.iterations(number)) - 1
    assert commits <= sum(map(len, seen.values()))
    for digests in seen.values():
        assert len(digests) == len(set(digests)), "a content came twice"


def test_a_locked_item_waits_for_the_lock(shop: Shop) -> None:
    """The file is told of once, and goes in by itself when the lock is given back."""
    from vault import locks
    from vault.ledger import people

    pia = people.add(shop.vault.ledger, shop.people["ada"], "pia", ["engineer"])
    locks.take(shop.vault, pia, "10-0042", "reworking")
    shop.watch()
    shop.save("10-0042/a.step", b"one")
    shop.until(lambda: shop.lines("later"))
    assert "locked by pia" in shop.lines("later")[0]["sentence"]
    time.sleep(3)
    assert shop.kept("10-0042") == {}
    locks.release(shop.vault, pia, "10-0042")
    shop.until(lambda: shop.kept("10-0042") == {"a.step": b"one"})
    assert len(shop.lines("later")) == 1


def test_a_vault_that_falls_away_is_waited_for(shop: Shop) -> None:
    """Renamed away as an unmounted disk would be: told once, nothing lost, going on by itself."""
    shop.watch()
    shop.save("10-0042/a.step", b"one")
    shop.until(lambda: shop.lines("checked in"))
    away = shop.vault.root.with_name("away")
    shop.vault.root.rename(away)
    shop.save("10-0042/a.step", b"two")
    shop.until(lambda: shop.lines("away"))
    time.sleep(2)
    away.rename(shop.vault.root)
    shop.until(lambda: shop.lines("back"))
    shop.until(lambda: shop.kept("10-0042") == {"a.step": b"two"})
    assert len(shop.lines("away")) == 1


def test_an_old_copy_and_work_from_an_old_version_undo_nothing(shop: Shop) -> None:
    """Neither is checked in over what a colleague did meanwhile; both are told, once."""
    from release import desk

    def by_web(data: bytes) -> None:
        path = shop.cad.with_name("theirs")
        path.write_bytes(data)
        desk.check_in(shop.vault, shop.people["ada"], "10-0042", {"a.step": path}, "by web")

    by_web(b"one")
    by_web(b"two")
    shop.save("10-0042/a.step", b"one")
    watcher = shop.watch()
    shop.until(lambda: shop.lines("older"))
    shop.save("10-0042/a.step", b"one, and changed")
    shop.until(lambda: shop.lines("later"))
    assert shop.kept("10-0042") == {"a.step": b"two"}
    shop.save("10-0042/a.step", b"two")  # they took the newer one, as the sentence says
    time.sleep(3 * QUIET)
    shop.save("10-0042/a.step", b"two, and changed")
    shop.until(lambda: shop.kept("10-0042") == {"a.step": b"two, and changed"})
    watcher.kill()
    watcher.wait(10)
    by_web(b"three")
    shop.save("10-0042/a.step", b"two, changed again")
    shop.watch()
    shop.until(lambda: len(shop.lines("later")) == 2)
    assert shop.kept("10-0042") == {"a.step": b"three"}


def test_bad_files_are_told_once_and_taken_when_they_are_good(shop: Shop, draw: Any) -> None:
    """Empty, broken, with a name nobody can keep: one sentence each, the good ones beside go in."""
    shop.watch()
    shop.save("10-0042/empty.step", b"")
    shop.save("10-0042/broken.pdf", b"%PDF-1.7 and no more")
    shop.save("10-0042/con.step", b"device")
    shop.save(os.fsdecode(b"10-0042/\xff\x1b[2J.step"), b"hostile")
    shop.save("10-0042/good.step", b"good")
    (shop.cad / "10-0042/link.pdf").symlink_to(shop.vault.root / "titleblock.toml")
    shop.until(lambda: len(shop.lines("refused")) == 4 and shop.lines("checked in"))
    time.sleep(5 * QUIET)
    assert len(shop.lines("refused")) == 4
    assert shop.kept("10-0042") == {"good.step": b"good"}
    shop.save("10-0042/broken.pdf", draw("whole.pdf").read_bytes())
    shop.until(lambda: "broken.pdf" in shop.kept("10-0042"))


def test_once_says_by_its_exit_code_whether_all_is_in(shop: Shop) -> None:
    """For a nightly task: 0 when everything is kept, 1 when something stays out."""
    shop.save("10-0042/a.step", b"one")
    assert shop.watch("--once").wait(60) == 0
    assert shop.kept("10-0042") == {"a.step": b"one"}
    shop.save("10-0042/b.pdf", b"no pdf")
    assert shop.watch("--once").wait(60) == 1


def test_a_ledger_in_trouble_is_waited_for(shop: Shop) -> None:
    """A database error is told and tried again; the watcher does not end, and loses nothing."""
    import sqlite3

    def renamed(old: str, new: str) -> None:
        with closing(sqlite3.connect(shop.vault.root / "ledger.db")) as db:
            db.execute(f"ALTER TABLE {old} RENAME TO {new}")

    watcher = shop.watch()
    shop.save("10-0042/part.step", b"one\n")
    shop.until(lambda: shop.lines("checked in"))
    renamed("person", "elsewhere")
    try:
        shop.save("10-0042/part.step", b"two\n")
        shop.until(lambda: shop.lines("away"))
        assert watcher.poll() is None
    finally:
        renamed("elsewhere", "person")
    shop.until(lambda: shop.kept("10-0042") == {"part.step": b"two\n"})
    assert shop.lines("back")


def test_a_folder_that_went_away_is_listened_to_again(shop: Shop) -> None:
    """The source of events dies with the folder; when both are there again it listens again."""
    shop.watch()
    shop.save("10-0042/part.step", b"one\n")
    shop.until(lambda: shop.lines("checked in"))
    away = shop.cad.with_name("away")
    shop.cad.rename(away)
    shutil.copytree(away, shop.cad)
    shop.until(lambda: shop.lines("deaf"))
    shop.until(lambda: shop.lines("hears"))
    shop.save("10-0043/plate.step", b"new\n")
    shop.until(lambda: shop.kept("10-0043") == {"plate.step": b"new\n"})
