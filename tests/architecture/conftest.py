# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of the house look at: its sources, its configuration, its tracked files."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FLOORS = ("vault", "release", "traveler", "web", "hooks")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file of the five packages."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def floor(self) -> str:
        """Return the package it belongs to."""
        return self.name.partition("/")[0]


@pytest.fixture(scope="session")
def floors() -> tuple[str, ...]:
    """Return the names of the five packages."""
    return FLOORS


@pytest.fixture(scope="session")
def sources(project: Path) -> list[Source]:
    """Return every Python file of the five packages, parsed."""
    found = []
    for floor in FLOORS:
        for path in sorted((project / floor).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(project).as_posix()
            found.append(Source(path, name, text, ast.parse(text, str(path))))
    return found


@pytest.fixture(scope="session")
def pyproject(project: Path) -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def tracked(project: Path) -> list[Path]:
    """Return every file that git keeps, or would keep, of the project."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True).stdout
    return [path for name in told.split("\0") if name and (path := project / name).is_file()]


@pytest.fixture(scope="session")
def tables(project: Path) -> ModuleType:
    """Return docs/tables.py, which writes the tables of the documents."""
    spec = importlib.util.spec_from_file_location("tables", project / "docs" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
