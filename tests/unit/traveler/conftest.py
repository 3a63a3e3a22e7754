# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shop with something to make: released items with and without a route, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

ROUTE = """
[[operation]]
seq = 10
station = "saw-1"
title = "Cut bar"
setup_minutes = 5
run_minutes = 0.5

[[operation]]
seq = 20
station = "mill-2"
title = "Mill first side"
setup_minutes = 30
run_minutes = 4
notes = "Zero on datum A."
files = ["setup.txt"]

[[operation]]
seq = 30
station = "bench"
title = "Deburr"
parallel = true

[[operation]]
seq = 40
station = "cmm"
title = "Inspect"
proof = ["measurements", "photo"]
"""


@dataclass(frozen=True)
class Shop:
    """An opened vault with people, and the verbs a test needs to bring its items along."""

    vault: Vault
    people: dict[str, Person]
    folder: Path

    def __getattr__(self, name: str) -> Person:
        """Return a person by name: ``shop.pat``."""
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def check_in(self, number: str, **files: str) -> None:
        """Check in text files, their names with a dot written as ``__``."""
        from release import desk

        given: dict[str, Path] = {}
        for name, text in files.items():
            place = self.folder / name.replace("__", ".")
            place.write_text(text)
            given[place.name] = place
        desk.check_in(self.vault, self.people["eli"], number, given, "as drawn")

    def release(self, number: str, **files: str) -> str:
        """Check in, sign and release; return the letter."""
        from release import desk

        self.check_in(number, **files)
        order = desk.open_change(self.vault, self.people["eli"], [number], "as drawn").order
        desk.sign(self.vault, self.people["mchen"], "correct horse 7", order.change)
        return desk.release(self.vault, self.people["eli"], order.change)[0].rev

    def release_drawing(self, text: str, number: str = "10-0042", **more: Any) -> str:
        """Draw a sheet, check it in as ``bracket.pdf``, sign and release it; return the letter."""
        import pymupdf

        from release import desk

        place = self.folder / "bracket.pdf"
        with pymupdf.open() as sheet:
            page = sheet.new_page(width=842, height=595)
            page.draw_rect((20, 20, 822, 575), width=1)
            page.insert_text((60, 60), text, fontsize=14)
            sheet.save(place, no_new_id=True)
        desk.check_in(self.vault, self.people["eli"], number, {place.name: place}, text)
        order = desk.open_change(self.vault, self.people["eli"], [number], text, **more).order
        desk.sign(self.vault, self.people["mchen"], "correct horse 7", order.change)
        return desk.release(self.vault, self.people["eli"], order.change)[0].rev

    def recall(self, number: str, rev: str, *told: str) -> None:
        """Withdraw a revision, perhaps with an instruction and whom to ask."""
        from release import desk

        why = "hole in the wrong place"
        desk.recall(self.vault, self.people["mchen"], number, rev, why, *told)

    def prove(self, job: str = "J-1") -> None:
        """Have all proof waived that a job owes, so that every step can be finished."""
        from traveler.quality import proof_desk

        for one in proof_desk.show(self.vault, job).missing:
            proof_desk.waive(
                self.vault,
                self.people["quinn"],
                job,
                one.required.kind,
                "a test",
                seq=one.required.seq,
            )

    def job(self, number: str = "J-1", qty: int = 5, *, released: bool = True, **more: Any) -> str:
        """Plan, and usually release, a job of 10-0042."""
        from traveler import jobs

        jobs.add(self.vault, self.people["pat"], number, "10-0042", qty, "2027-03-01", **more)
        if released:
            jobs.release_job(self.vault, self.people["pat"], number)
        return number


def _opened(root: Path, folder: Path) -> Shop:
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(root)
    folder.mkdir(exist_ok=True)
    return Shop(vault, {one.name: one for one in people.everybody(vault.ledger)}, folder)


@pytest.fixture(scope="session")
def stocked(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a vault where 10-0042 has a route, 10-0050 none, and 10-0060 is not released."""
    from release import desk

    root = tmp_path_factory.mktemp("stocked") / "vault"
    shutil.copytree(founded, root, symlinks=True)
    shop = _opened(root, root.parent / "drawn")
    for number, title in (("10-0042", "Bracket"), ("10-0050", "Bolt"), ("10-0060", "Lid")):
        desk.add_item(shop.vault, shop.people["eli"], number, title, "mchen")
    shop.release("10-0042", route__toml=ROUTE, setup__txt="Vice, soft jaws.")
    shop.release("10-0050", note__txt="Bought.")
    shop.check_in("10-0060", note__txt="Not ready.")
    shop.vault.close()
    return root


@pytest.fixture
def shop(stocked: Path, tmp_path: Path) -> Iterator[Shop]:
    """Return a fresh copy of that shop."""
    root = tmp_path / "vault"
    shutil.copytree(stocked, root, symlinks=True)
    opened = _opened(root, tmp_path / "drawn")
    yield opened
    opened.vault.close()


@pytest.fixture(scope="session")
def sketched(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the stocked vault with 10-0042 B, which has a drawing, and job J-1 on it; only copied."""
    root = tmp_path_factory.mktemp("sketched") / "vault"
    shutil.copytree(stocked, root, symlinks=True)
    shop = _opened(root, root.parent / "drawn")
    shop.release_drawing("SECOND")
    shop.job("J-1")
    shop.vault.close()
    return root


@pytest.fixture
def drawn(sketched: Path, tmp_path: Path) -> Iterator[Shop]:
    """Return a fresh copy of the shop whose 10-0042 B has a drawing, with job J-1 on it."""
    root = tmp_path / "vault"
    shutil.copytree(sketched, root, symlinks=True)
    opened = _opened(root, tmp_path / "drawn")
    yield opened
    opened.vault.close()


@pytest.fixture(scope="session")
def in_a_row(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the stocked vault with 10-0042 B, four steps in a row that owe no proof; only copied."""
    root = tmp_path_factory.mktemp("in_a_row") / "vault"
    shutil.copytree(stocked, root, symlinks=True)
    shop = _opened(root, root.parent / "drawn")
    plain = ROUTE.replace("parallel = true", "").replace('proof = ["measurements", "photo"]', "")
    shop.release("10-0042", route__toml=plain)
    shop.vault.close()
    return root


@pytest.fixture
def serial(in_a_row: Path, tmp_path: Path) -> Iterator[Shop]:
    """Return a fresh copy of the shop whose 10-0042 B has no steps side by side."""
    root = tmp_path / "vault"
    shutil.copytree(in_a_row, root, symlinks=True)
    opened = _opened(root, tmp_path / "drawn")
    yield opened
    opened.vault.close()


@pytest.fixture
def refused() -> Callable[..., Any]:
    """Return a context manager that expects a refusal of a class and looks into its sentence."""

    def expect(kind: type[BaseException], words: str) -> Any:
        import re

        return pytest.raises(kind, match=re.escape(words))

    return expect
