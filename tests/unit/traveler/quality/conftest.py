# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shop whose bracket has characteristics, with a released job of five pieces."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

PLAN = (
    "balloon,requirement,nominal,lower,upper,unit,gauge,sampling,operation\n"
    "1,Bore,12.0,12.000,12.018,mm,Micrometer,all,40\n"
    "2,Height,1.0,0.995,1.005,in,,first,40\n"
    "3,Thread,M5,,,go/no-go,,2,20\n"
)


@pytest.fixture(scope="session")
def planned(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the stocked vault with a plan on 10-0042 and job J-1 in the shop; only copied."""
    from traveler import jobs
    from vault import home
    from vault.ledger import people

    root = tmp_path_factory.mktemp("planned") / "vault"
    shutil.copytree(stocked, root, symlinks=True)
    vault = home.open_vault(root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    _release(vault, who, root.parent, PLAN)
    jobs.add(vault, who["pat"], "J-1", "10-0042", 5, "2027-03-01")
    jobs.release_job(vault, who["pat"], "J-1")
    vault.close()
    return root


def _release(vault: Any, who: Any, folder: Path, plan: str) -> str:
    from release import desk

    place = folder / "characteristics.csv"
    place.write_text(plan)
    desk.check_in(vault, who["eli"], "10-0042", {place.name: place}, "planned")
    order = desk.open_change(vault, who["eli"], ["10-0042"], "planned").order
    desk.sign(vault, who["mchen"], "correct horse 7", order.change)
    return desk.release(vault, who["eli"], order.change)[0].rev


def _opened(planned: Path, folder: Path) -> Any:
    from vault import home
    from vault.ledger import people

    root = folder / "vault"
    shutil.copytree(planned, root, symlinks=True)
    vault = home.open_vault(root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    return SimpleNamespace(
        vault=vault, folder=folder, **who,
        release_plan=lambda text: _release(vault, who, folder, text),
    )  # fmt: skip


@pytest.fixture
def shop(planned: Path, tmp_path: Path) -> Iterator[Any]:
    """Return a fresh copy: ``shop.vault``, people by name, and ``shop.release_plan(text)``."""
    opened = _opened(planned, tmp_path)
    yield opened
    opened.vault.close()


@pytest.fixture(scope="module")
def quiet(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return one copy for all tests of what is refused: nothing is ever recorded in it."""
    opened = _opened(planned, tmp_path_factory.mktemp("quiet"))
    yield opened
    opened.vault.close()
