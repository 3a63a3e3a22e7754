# SPDX-License-Identifier: AGPL-3.0-or-later
"""Imports go down the house, never up and never round."""

from __future__ import annotations

import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

PURE = {
    "vault.names", "vault.codes", "vault.revisions", "vault.canonical", "vault.clock",
    "release.lifecycle", "release.requirements", "release.finding", "release.stamp.template",
    "release.rules.case", "release.rules.condition", "release.rules.content", "release.rules.drawing",
    "release.rules.files", "release.rules.feasible", "release.rules.letters", "release.rules.options",
    "release.rules.grammar", "vault.reading.titleblock", "release.stamp.ink", "release.stamp.place",
    "release.stamp.sheet", "traveler.lifecycle", "traveler.schedule",
}  # fmt: skip

TASK = re.compile(r"\"((?:vault|release|traveler|web)(?:\.\w+)+)(?::\w+)?\"")


@pytest.fixture(scope="module")
def graph(floors: tuple[str, ...]) -> Any:
    """Return who imports whom, deferred imports too, those for type checking left out."""
    return grimp.build_graph(
        *floors, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def test_the_floors_import_strictly_downward(project: Path) -> None:
    """Web and hooks stand on traveler, release and vault, and never meet."""
    command = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [command, "--no-cache"], cwd=project, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout
    assert "1 kept, 0 broken" in told.stdout


def test_no_import_goes_round(graph: Any, floors: tuple[str, ...]) -> None:
    """No module imports, over any way, itself."""
    own = {name for name in graph.modules if name.partition(".")[0] in floors}
    ways = {name: graph.find_modules_directly_imported_by(name) & own for name in own}
    try:
        TopologicalSorter(ways).prepare()
    except CycleError as cycle:
        pytest.fail(" imports ".join(reversed(cycle.args[1])))


def test_rules_import_no_library(graph: Any, floors: tuple[str, ...]) -> None:
    """Names, revisions, lifecycles and requirements are plain functions on frozen values."""
    present = PURE & graph.modules
    assert len(present) >= 8
    for name in sorted(present):
        for found in graph.find_modules_directly_imported_by(name):
            top = found.partition(".")[0]
            assert top in floors or top in sys.stdlib_module_names, f"{name} imports {found}"


def test_pdfs_are_opened_in_the_worker_only(
    graph: Any, sources: list[Any], pyproject: dict[str, Any]
) -> None:
    """What speaks to the PDF library is named to the worker as text, and imported by no other."""
    borders = pyproject["tool"]["titleblock"]["borders"]["pymupdf"]
    speaks = {path.removesuffix(".py").replace("/", ".") for path in borders}
    named = {name for one in sources for name in TASK.findall(one.text)} & graph.modules
    tasks = {n for n in named if speaks & graph.find_modules_directly_imported_by(n)}
    inside = (speaks & graph.modules) | tasks
    assert inside
    for name in sorted(inside):
        users = graph.find_modules_that_directly_import(name) - inside
        assert users == set(), f"{name} is imported outside the worker by {users}"
