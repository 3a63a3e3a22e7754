# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fresh ledger for each test, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.ledger.engine import Ledger


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an empty ledger, made once because Alembic takes half a second."""
    from vault.ledger import engine

    place = tmp_path_factory.mktemp("ledger") / "ledger.db"
    engine.create(f"sqlite:///{place}").close()
    return place


@pytest.fixture
def ledger_file(migrated: Path, tmp_path: Path) -> Path:
    """Return a copy of the empty ledger's file."""
    place = tmp_path / "ledger.db"
    shutil.copyfile(migrated, place)
    return place


@pytest.fixture
def ledger(ledger_file: Path) -> Iterator[Ledger]:
    """Return an opened empty ledger."""
    from vault.ledger import engine

    opened = engine.open_ledger(f"sqlite:///{ledger_file}")
    yield opened
    opened.close()
