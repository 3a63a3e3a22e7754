# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doors of the house: make, dev.py and CI say and do the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.markers import Marker


@pytest.fixture(scope="module")
def lock(project: Path) -> dict[str, Any]:
    """Return uv.lock."""
    return tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))


def test_every_target_is_a_verb(project: Path, dev: ModuleType) -> None:
    """The Makefile and dev.py have the same verbs, and each tells what it is for."""
    told = (project / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*## .+\n\t@\$\(PYTHON\) dev.py (\w+)", told, re.MULTILINE)
    assert {target for target, _ in targets} == set(dev.VERBS)
    assert all(target == verb for target, verb in targets)


def test_help_lists_every_verb(project: Path, dev: ModuleType) -> None:
    """`dev.py help` prints the Makefile's own comments."""
    words = [sys.executable, project / "dev.py", "help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert [verb for verb in dev.VERBS if f"\n  {verb} " not in told] == []


def test_an_unknown_verb_is_wrong_use(project: Path) -> None:
    """It lists what there is and exits 2."""
    words = [sys.executable, project / "dev.py", "frobnicate"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "demo" in told.stdout


def test_pip_alone_would_install_what_the_lock_says(dev: ModuleType, lock: dict[str, Any]) -> None:
    """For this Python the lines for pip name what is installed, each version with its hashes."""
    wanted = {}
    for line in dev.exported(lock, dev=True):
        requirement, marker, hashes = re.fullmatch(
            r"(\S+)(?: ; (.+?))? ((?:--hash=sha256:[0-9a-f]{64} ?)+)", line
        ).groups()  # type: ignore[union-attr]
        assert hashes
        if marker is None or Marker(marker).evaluate():
            name, version = requirement.split("==")
            assert name not in wanted, f"{name} twice"
            wanted[name] = version
    have = {re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in distributions()}
    tools = {"titleblock", "pip", "uv", "wheel"}
    assert len(wanted) > 100
    assert wanted.items() - have.items() == set()
    assert set(have) - set(wanted) <= tools


def test_a_package_behind_two_conditions_has_both(dev: ModuleType) -> None:
    """Ways to one package are joined by or, the conditions met on one way by and."""
    assert dev.condition({frozenset({"a"}), frozenset({"b", "c"})}) == "(a) or (b) and (c)"
    assert dev.condition({frozenset({"a"}), frozenset()}) == ""


def test_tools_that_tests_start_are_asked_for(project: Path, dev: ModuleType) -> None:
    """A program that a test looks for on the PATH is one that `dev.py test` brings."""
    known = {need.name for need in (*dev.TO_RUN, *dev.TO_TEST)} | {
        "git",
        "sh",
        "pdftotext",
        "pdfsig",
    }
    for path in (project / "tests").rglob("*.py"):
        for program in re.findall(
            r"\b(?:which|tool)\(\"([a-z-]+)\"", path.read_text(encoding="utf-8")
        ):
            assert program in known, f"{path.name} looks for {program}"


def test_ci_runs_the_command_of_the_readme(project: Path) -> None:
    """.ci/run calls `make test`, which the README shows, and can be started."""
    script = project / ".ci" / "run"
    assert "\nmake test\n" in script.read_text(encoding="utf-8")
    assert "make test" in (project / "README.md").read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)


def test_the_installed_distribution_is_this_one(pyproject: dict[str, Any]) -> None:
    """The environment holds the version of this source."""
    assert distribution("titleblock").version == pyproject["project"]["version"]
