# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is built and installed is ours, whole, and bounded."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

AGPL_SHA256 = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def strangers(owners: Mapping[str, list[str]], floors: tuple[str, ...]) -> dict[str, list[str]]:
    """Return our top-level names that another distribution installs too."""
    found = {name: sorted(set(owners.get(name, ())) - {"titleblock"}) for name in floors}
    return {name: others for name, others in found.items() if others}


def test_no_other_distribution_installs_our_names(floors: tuple[str, ...], project: Path) -> None:
    """`vault`, `release`, `traveler`, `web` and `hooks` are plain words; here they are ours."""
    assert strangers(packages_distributions(), floors) == {}
    for name in floors:
        module = importlib.import_module(name)
        assert Path(str(module.__file__)).is_relative_to(project), module.__file__


def test_a_stranger_is_found(floors: tuple[str, ...]) -> None:
    """The check names the distribution that brings one of our names."""
    owners = {"vault": ["titleblock", "hvac-client"], "web": ["titleblock"], "flask": ["Flask"]}
    assert strangers(owners, floors) == {"vault": ["hvac-client"]}


def test_the_licence_is_the_agpl_word_for_word(project: Path, pyproject: dict[str, Any]) -> None:
    """LICENSE is the text as the Free Software Foundation publishes it."""
    assert hashlib.sha256((project / "LICENSE").read_bytes()).hexdigest() == AGPL_SHA256
    assert pyproject["project"]["license"] == "AGPL-3.0-or-later"


def test_every_dependency_has_a_floor_and_a_ceiling(pyproject: dict[str, Any]) -> None:
    """An unbounded requirement resolves to releases of long ago, or to breaking ones."""
    for requirement in pyproject["project"]["dependencies"]:
        bounds = requirement.partition(";")[0]
        assert re.search(r">=\d", bounds), requirement
        assert re.search(r"<\d", bounds), requirement


def test_python_is_the_same_for_every_tool(pyproject: dict[str, Any]) -> None:
    """The package, ruff, mypy and dev.py agree on the oldest Python."""
    tool = pyproject["tool"]
    assert pyproject["project"]["requires-python"] == ">=3.11"
    assert tool["ruff"]["target-version"] == "py311"
    assert tool["mypy"]["python_version"] == "3.11"
