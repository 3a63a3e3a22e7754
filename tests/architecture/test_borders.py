# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each third-party library is spoken only where pyproject.toml says so."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

RULE = "TID251"


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level name of every import, deferred ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def crossings(
    name: str, tree: ast.Module, borders: dict[str, list[str]], floors: tuple[str, ...]
) -> list[str]:
    """Return the libraries a file speaks although no border lies there."""
    ours = {*floors, *sys.stdlib_module_names}
    return sorted(
        library
        for library in set(imported(tree)) - ours
        if not any(fnmatchcase(name, place) for place in borders.get(library, ()))
    )


def test_every_library_stays_within_its_border(
    sources: list[Any], pyproject: dict[str, Any], floors: tuple[str, ...]
) -> None:
    """No file of the five packages imports a library that is not spoken there."""
    borders = pyproject["tool"]["titleblock"]["borders"]
    found = {one.name: crossings(one.name, one.tree, borders, floors) for one in sources}
    assert {name: libraries for name, libraries in found.items() if libraries} == {}


def test_a_crossing_is_found(floors: tuple[str, ...]) -> None:
    """The check finds an import at the top, in a function, and of a library nobody named."""
    tree = ast.parse("import flask\ndef f():\n    from pygit2 import Repository\nimport vault, os")
    borders = {"flask": ["web/*"], "pygit2": ["vault/history/*"]}
    assert crossings("release/desk.py", tree, borders, floors) == ["flask", "pygit2"]
    assert crossings("web/app.py", tree, borders, floors) == ["pygit2"]
    assert crossings("web/app.py", ast.parse("import requests"), borders, floors) == ["requests"]


def test_ruff_guards_the_same_borders(sources: list[Any], pyproject: dict[str, Any]) -> None:
    """Ruff's ban and its exceptions say what the table of borders says."""
    borders = pyproject["tool"]["titleblock"]["borders"]
    lint = pyproject["tool"]["ruff"]["lint"]
    assert set(borders) <= set(lint["flake8-tidy-imports"]["banned-api"])
    excused = [glob for glob, rules in lint["per-file-ignores"].items() if RULE in rules]
    places = [place for every in borders.values() for place in every]
    for source in sources:
        by_ruff = any(fnmatchcase(source.name, glob) for glob in excused)
        by_table = any(fnmatchcase(source.name, place) for place in places)
        assert by_ruff == by_table, f"{source.name}: ruff says {by_ruff}, the table {by_table}"
