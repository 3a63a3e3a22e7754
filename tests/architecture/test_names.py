# SPDX-License-Identifier: AGPL-3.0-or-later
"""Folders and files are called what they hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

SAY_NOTHING = {
    "base", "common", "core", "helper", "helpers", "lib", "main", "manager", "misc", "shared",
    "stuff", "tools", "util", "utils",
}  # fmt: skip
PROTOCOLS = {"dvc", "git"}  # spoken to clients, so a module may be called by them
LICENCE = "# SPDX-License-Identifier: AGPL-3.0-or-later"


def faults(names: list[str], libraries: set[str]) -> list[str]:
    """Return the paths of which a part says nothing, is misspelt, or names a library."""
    found = []
    for name in names:
        for part in Path(name).with_suffix("").parts:
            spelt = re.fullmatch(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*|__init__", part)
            if part in SAY_NOTHING or part in libraries - PROTOCOLS or not spelt:
                found.append(name)
    return found


def test_every_name_says_what_it_holds(sources: list[Any], pyproject: dict[str, Any]) -> None:
    """No core, utils or helpers, no library as a module's name, only lower case."""
    libraries = {name.lower() for name in pyproject["tool"]["titleblock"]["borders"]}
    assert faults([source.name for source in sources], libraries) == []


def test_a_name_that_says_nothing_is_found() -> None:
    """The check itself finds each kind of bad name, and no good one."""
    bad = ["vault/utils.py", "web/helpers/x.py", "web/flask.py", "vault/Item.py"]
    good = ["vault/item.py", "vault/objects/_folder.py", "web/remote/git.py", "vault/__init__.py"]
    assert faults(bad + good, {"flask", "git"}) == bad


def test_every_folder_of_code_is_a_package_with_one_sentence(sources: list[Any]) -> None:
    """`__init__` holds a docstring and nothing else, else layering is defeated silently."""
    folders = {source.path.parent for source in sources}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
    for source in sources:
        if source.path.name == "__init__.py":
            assert len(source.tree.body) == 1, f"{source.name} holds more than a docstring"
            assert ast.get_docstring(source.tree), f"{source.name} has no docstring"


def test_no_package_lies_below_tests(tracked: list[Path], project: Path) -> None:
    """Test files are found by path; a package there would import under a second name."""
    below = [path for path in tracked if path.is_relative_to(project / "tests")]
    assert [path for path in below if path.name == "__init__.py"] == []


def test_every_python_file_begins_with_its_licence(tracked: list[Path]) -> None:
    """The first line of every Python file names the licence as SPDX writes it."""
    files = [path for path in tracked if path.suffix == ".py"]
    assert len(files) > 50
    bad = [p for p in files if not p.read_text(encoding="utf-8").startswith(LICENCE + "\n")]
    assert bad == []


def test_the_five_packages_are_the_ones_built(
    pyproject: dict[str, Any], floors: tuple[str, ...]
) -> None:
    """The wheel, the layering and these tests speak of the same five packages."""
    tool = pyproject["tool"]
    assert tuple(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == floors
    assert tuple(tool["importlinter"]["root_packages"]) == floors
    assert {*floors, "dev.py"} == set(tool["mypy"]["files"])
