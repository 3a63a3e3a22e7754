# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published table of odd sheets is what the engine does."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vault.worker import Worker


@pytest.fixture(scope="module")
def paper(project: Path) -> ModuleType:
    """Return docs/stamping.py."""
    spec = importlib.util.spec_from_file_location("stamping", project / "docs" / "stamping.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["stamping"] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    return module


def test_the_published_table_is_what_becomes_of_every_odd_sheet(
    paper: ModuleType, worker: Worker
) -> None:
    """Every row is made again; `python docs/stamping.py` writes the table and its pictures anew."""
    table = paper.table(paper.rows(worker, pictures=False))
    assert paper.DOCUMENT.read_text("utf-8").startswith(table)


def test_the_table_covers_enough_and_every_sheet_has_a_sentence(
    paper: ModuleType, sheets: Any
) -> None:
    """At least forty kinds of oddness, each told in words, each that comes out with a picture."""
    names = [*sheets.cases, *sheets.refused]
    assert len(names) >= 40
    assert list(sheets.about) == names
    for name in sheets.cases:
        assert (paper.PICTURES / paper.file_name(paper.Row(name, "", "", ""))).exists(), name
