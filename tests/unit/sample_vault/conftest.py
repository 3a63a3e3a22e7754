# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sample vault as its tests see it: every revision folder, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample_vault.catalogue import ITEMS, folder_of
from sample_vault.register import register

REVISIONS = [(n, rev) for n, entry in register().items() for rev in entry.revisions]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `revision` every (number, letter) there is."""
    if "revision" in metafunc.fixturenames:
        metafunc.parametrize("revision", REVISIONS, ids=lambda r: f"{r[0]}-{r[1]}")


@pytest.fixture
def folder(revision: tuple[str, str]) -> Path:
    """The folder of the revision under test."""
    return folder_of(*revision)


@pytest.fixture
def items() -> Path:
    """The folder of all items."""
    return ITEMS
