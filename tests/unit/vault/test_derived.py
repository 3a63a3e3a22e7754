# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the cache holds of derived files stays below its limit, whoever adds and whoever looks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vault import derived, errors, settings, trimming
from vault.trimming import STILL_IN_USE_S, Budget

if TYPE_CHECKING:
    from vault.home import Vault

LONG_AGO = 10 * STILL_IN_USE_S


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Begin as a new process does."""
    derived._budget.cache_clear()
    yield
    derived._budget.cache_clear()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder whose settings let 100 kB be kept."""
    (tmp_path / settings.FILE).write_text("[vault]\n")
    settings.write(tmp_path / settings.FILE, largest_derived=100_000)
    return tmp_path


def make(root: Path, name: str, age: float = LONG_AGO, size: int = 10_000) -> Path:
    """Keep a file that was last used so many seconds ago."""
    place = root / "cache" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x" * size)
    os.utime(place, (time.time() - age,) * 2)
    return place


def test_what_nobody_looked_at_for_longest_goes_over_all_folders(root: Path) -> None:
    """One limit for all; what lies in other folders of the cache is neither counted nor removed."""
    kept = [make(root, f"{derived.FOLDERS[n % 9]}/ab/{n}.png", LONG_AGO - n) for n in range(12)]
    copies = make(root, "objects/ab", 10 * LONG_AGO, 500_000)
    proofs = make(root, "moving/journal.txt", 10 * LONG_AGO)
    assert trimming.used(kept[0])
    derived.added(root, make(root, "pages/cd/new.png", 0))
    assert [one.exists() for one in kept] == [True] + [False] * 4 + [True] * 7
    assert copies.exists()
    assert proofs.exists()


def test_what_was_just_looked_at_stays_whatever_the_limit(root: Path) -> None:
    """With nothing to be kept, a path somebody holds is still there to be opened."""
    settings.write(root / settings.FILE, largest_derived=0)
    old, new = make(root, "pages/ab/old.png"), make(root, "pages/ab/new.png", 0)
    seen = make(root, "models/ab/seen.glb", STILL_IN_USE_S - 30)
    with seen.open("rb") as held:
        derived.added(root, new)
        assert not old.exists()
        assert new.exists()
        assert seen.exists()
        os.utime(seen, (time.time() - LONG_AGO,) * 2)
        derived.make_room(root, 0)
        assert not seen.exists()
        assert len(held.read()) == 10_000


def test_a_look_costs_no_search(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uses, and additions below a share of the limit, never read a folder."""
    derived.added(root, make(root, "pages/ab/first.png", 0))
    searched: list[object] = []
    monkeypatch.setattr(trimming.os, "scandir", lambda place: searched.append(place) or [])
    for number in range(5):
        derived.added(root, place := make(root, f"pages/ab/{number}.png", 0, 1000))
        assert trimming.used(place)
    assert searched == []
    derived.added(root, make(root, "pages/ab/large.png", 0))
    assert searched


def test_a_new_command_looks_once_an_hour(root: Path) -> None:
    """A hundred commands that each draw one picture do not each search a hundred thousand."""
    derived.added(root, make(root, "pages/ab/first.png", 0))
    old = [make(root, f"pages/ab/{number}.png") for number in range(20)]
    derived._budget.cache_clear()
    derived.added(root, make(root, "pages/ab/second.png", 0, 100))
    assert all(one.exists() for one in old)
    os.utime(root / "cache" / derived.LOOKED, (time.time() - trimming.LOOKED_S - 1,) * 2)
    derived._budget.cache_clear()
    derived.added(root, make(root, "pages/ab/third.png", 0, 100))
    assert not all(one.exists() for one in old)


def test_what_a_crash_left_goes_after_a_day_and_nothing_else_is_followed(root: Path) -> None:
    """Half files of now stay, and a link out of the cache leads nowhere."""
    outside = root / "precious.png"
    outside.write_bytes(b"p" * 200_000)
    os.utime(outside, (1, 1))
    day = make(root, "pages/ab/.dead.aside", trimming.ABANDONED_S + 60)
    now = make(root, "pages/ab/.busy.aside", 60)
    (root / "cache" / "drawn").mkdir()
    (root / "cache" / "drawn" / "link").symlink_to(root, target_is_directory=True)
    derived.make_room(root, 0)
    assert not day.exists()
    assert now.exists()
    assert outside.stat().st_size == 200_000
    assert (root / settings.FILE).exists()


ADDS = """
import sys, os, time
from pathlib import Path
from vault import derived
root, who = Path(sys.argv[1]), sys.argv[2]
for number in range(60):
    place = root / "cache" / "pages" / "ab" / f"{who}-{number}.png"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x" * 10_000)
    os.utime(place, (time.time() - 3000 + number,) * 2)
    derived.added(root, place)
"""


def test_several_processes_keep_one_limit(root: Path) -> None:
    """Two that add at the same time, and delete under each other's hands, end below it."""
    running = [subprocess.Popen([sys.executable, "-c", ADDS, root, who]) for who in ("one", "two")]
    assert [one.wait(60) for one in running] == [0, 0]
    assert 0 < derived.sizes(root)["pages"] <= 100_000 + 2 * 16_000


def test_many_threads_count_together() -> None:
    """One trims while the others go on."""
    trims: list[int] = []
    budget = Budget(16_000, lambda: trims.append(1))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(budget.count, [100] * 330))
    assert 30 <= len(trims) <= 34


@pytest.mark.parametrize("told", ["-1", "'much'", "true", "1e40", str(2**60)])
def test_a_limit_that_is_none_is_refused(root: Path, told: str) -> None:
    """The sentence names the setting."""
    (root / settings.FILE).write_text(f"largest_derived = {told}\n")
    with pytest.raises(errors.BadSettings, match="largest_derived"):
        settings.load(root / settings.FILE)


def test_a_picture_that_was_removed_is_drawn_again(vault: Vault, draw: Callable[..., Path]) -> None:
    """Removed by the limit, the next who looks gets the same bytes."""
    from vault.reading import pictures

    digest = vault.objects.put(draw("a.pdf"), "a.pdf")
    first = pictures.page_picture(vault, digest, 1, 400, "a.pdf")
    data = first.read_bytes()
    os.utime(first, (time.time() - LONG_AGO,) * 2)
    assert derived.make_room(vault.root, 0).removed == 1
    assert not first.exists()
    assert pictures.page_picture(vault, digest, 1, 400, "a.pdf").read_bytes() == data


def test_doctor_and_tidy_say_the_size(vault: Vault) -> None:
    """What is kept, of how much; above it a warning and the remedy; doctor removes nothing."""
    from release import doctor

    aside = make(vault.root, "pages/ab/.dead.aside", trimming.ABANDONED_S + 60)
    make(vault.root, "pages/ab/big.png", LONG_AGO, 5_000_000)
    make(vault.root, "uploads/ab.bin", 0, 3_000_000)
    (told,) = [one for one in doctor.examine(vault) if one.about == "cache"]
    assert told.verdict == "good"
    assert "5.0 MB of at most 2147.5 MB" in told.found
    assert "uploads 3.0 MB" in told.found
    huge = make(vault.root, "pages/ab/huge.png")
    os.truncate(huge, 3 * 1024**3)
    os.utime(huge, (time.time() - LONG_AGO,) * 2)
    (told,) = [one for one in doctor.examine(vault) if one.about == "cache"]
    assert told.verdict == "warning"
    assert "titleblock tidy" in told.remedy
    assert aside.exists()
    program = Path(sys.executable).with_name("titleblock")
    done = subprocess.run([program, "--vault", vault.root, "--as", "ada", "tidy"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    told = re.search(r"holds (\d+) MB; (\d+) MB were removed now", done.stdout)
    assert told is not None
    assert (int(told[1]) < 2200, int(told[2]) > 3200) == (True, True)
    assert not huge.exists()
