# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal is one sentence in one file, and is raised with all the facts it tells."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from vault.errors import Refusal, printable

EXIT_CODES = {1, 2, 3, 4, 5}
STATUSES = {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 428, 429, 500, 501, 503}


def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Yield every kind of refusal under one."""
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def places(kind: type[Refusal]) -> set[str]:
    """Return the facts that a sentence tells."""
    return {field for _, field, _, _ in Formatter().parse(kind.template()) if field is not None}


@pytest.fixture(scope="module")
def refusals(sources: list[Any]) -> dict[str, type[Refusal]]:
    """Return every kind of refusal by name, its family left out."""
    for source in sources:
        if source.path.name == "errors.py":
            importlib.import_module(source.name.removesuffix(".py").replace("/", "."))
    ours = [kind for kind in below(Refusal) if Refusal not in kind.__bases__]
    return {kind.__name__: kind for kind in ours}


def test_every_sentence_is_one_and_can_be_filled_in(refusals: dict[str, type[Refusal]]) -> None:
    """The docstring formats with its facts, begins large, ends with a full stop or a quotation."""
    assert len(refusals) > 50
    for kind in refusals.values():
        assert kind.__doc__, f"{kind.__name__} says nothing"
        facts = places(kind)
        assert all(fact.isidentifier() for fact in facts), f"{kind.__name__} has a nameless place"
        told = str(kind(**dict.fromkeys(facts, "Xylophone")))
        assert "{" not in told, kind.__name__
        assert told[0].isupper() or not told[0].isalpha() or told.startswith("git "), told
        assert told.endswith((".", ": Xylophone")), told
        assert "\n" not in told, told


def test_every_refusal_has_a_known_exit_code_and_status(refusals: dict[str, type[Refusal]]) -> None:
    """Exit codes are the documented ones, and the HTTP status agrees with them."""
    for kind in refusals.values():
        assert kind.exit_code in EXIT_CODES, kind.__name__
        assert kind.status in STATUSES, kind.__name__
        assert (kind.exit_code == 3) == (kind.status in {404, 410}), kind.__name__
        assert kind.exit_code != 5 or kind.status == 500, kind.__name__


def test_names_are_given_once(sources: list[Any]) -> None:
    """No two refusals share a name, so that a report names one."""
    found: dict[str, str] = {}
    for source in sources:
        if source.path.name != "errors.py":
            continue
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                assert node.name not in found, f"{node.name}: {source.name}, {found[node.name]}"
                found[node.name] = source.name


def test_refusals_live_in_the_file_of_their_floor(
    sources: list[Any], refusals: dict[str, type[Refusal]]
) -> None:
    """A class that derives from a refusal is written in an errors.py."""
    families = {kind.__name__ for kind in Refusal.__subclasses__()} | {"Refusal", *refusals}
    for source in sources:
        if source.path.name == "errors.py":
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
                assert not bases & families, f"{source.name}: {node.name} belongs into errors.py"


def calls(tree: ast.Module, names: set[str]) -> Iterator[tuple[str, set[str], int]]:
    """Yield each refusal made in a file: its name, the facts given, its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name | ast.Attribute):
            name = ast.unparse(node.exc).rpartition(".")[2]
            if name in names:
                yield name, set(), node.lineno
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            spread = any(word.arg is None for word in node.keywords)
            if name in names and not spread:
                yield name, {str(word.arg) for word in node.keywords}, node.lineno


def test_every_refusal_is_raised_with_its_facts(
    sources: list[Any], refusals: dict[str, type[Refusal]]
) -> None:
    """No sentence can fail for want of a fact at the moment somebody needs it."""
    made = 0
    for source in sources:
        for name, facts, line in calls(source.tree, set(refusals)):
            made += 1
            wanted = places(refusals[name]) - facts
            assert not wanted, f"{source.name}:{line}: {name} is raised without {sorted(wanted)}"
    assert made > 50


def test_every_refusal_is_raised_somewhere(
    sources: list[Any], refusals: dict[str, type[Refusal]]
) -> None:
    """No sentence is kept that nobody can ever see."""
    text = "\n".join(source.text for source in sources if source.path.name != "errors.py")
    unused = sorted(name for name in refusals if name not in text)
    assert unused == []


def test_a_sentence_cannot_steer_a_terminal() -> None:
    """Control characters and turned writing in a fact are shown, not obeyed."""
    assert printable("a\x1b[31mb\u202ec") == "a\\u001b[31mb\\u202ec"


def test_the_table_of_refusals_is_made_from_the_code(project: Path, tables: Any) -> None:
    """docs/errors.md is what `make docs` would write."""
    assert (project / "docs" / "errors.md").read_text(encoding="utf-8") == tables.errors()
