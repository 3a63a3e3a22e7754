# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which names, kinds and sizes of files a push may bring; one policy with the web form.

git lets most of these through (``receive.fsckObjects`` accepts ``CON.pdf``, a newline, a
symbolic link to ``/etc/passwd``), so this is judged here, in every new commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from hooks.errors import NameRefused, NamesCollide, NotAPlainFile, SteeringFile, TooLargeForGit
from hooks.pushed import Addition, Crowd
from vault import grammars, names
from vault.errors import Refusal
from vault.history import raw

if TYPE_CHECKING:
    from vault.history.repository import History

LARGEST: Final = grammars.LARGEST_TEXT
_KINDS: Final = {
    raw.LINK: "a symbolic link",
    raw.REPOSITORY: "another repository (a submodule)",
    raw.FOLDER: "an empty folder",
}


def faults(history: History, found: Iterable[Addition | Crowd]) -> Iterator[Refusal]:
    """Yield all that is wrong with what a push brings, each path told once."""
    told: set[tuple[str, str]] = set()
    for one in found:
        told_of = _of_crowd(one) if isinstance(one, Crowd) else _of_file(history, one)
        for fault in told_of:
            key = (type(fault).__name__, str({**fault.facts, "commit": ""}))
            if key not in told:
                told.add(key)
                yield fault


def steers(path: str) -> bool:
    """Say whether a path is one that git or DVC obey."""
    return any(names.is_steering(part) for part in path.split("/"))


def _of_crowd(one: Crowd) -> Iterator[Refusal]:
    for first, second in names.clashes(one.names):
        yield NamesCollide(first=one.path + first, second=one.path + second, commit=one.commit[:12])


def _of_file(history: History, one: Addition) -> Iterator[Refusal]:
    commit = one.commit[:12]
    if steers(one.path):
        yield SteeringFile(path=one.path, commit=commit)
    elif why := names.path_fault(one.path):
        yield NameRefused(path=one.path, why=why, commit=commit)
    mode = one.node.mode
    if mode not in {raw.FILE, raw.PROGRAM}:
        what = _KINDS.get(mode, f"of the unknown mode {mode:o}")
        yield NotAPlainFile(path=one.path, what=what, commit=commit)
        return
    size = history.size(one.node.oid)
    if size > LARGEST:
        yield TooLargeForGit(path=one.path, size=size, limit=LARGEST, commit=commit)
