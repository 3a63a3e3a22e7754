# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of a clone, by DVC's own API: what changed, bring them, add them, send them.

This runs in the engineer's process only.  The server never imports it: DVC follows what a
repository tells it, and a pushed one may be hostile.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from dvc.exceptions import DvcException
from dvc.repo import Repo

from vault import pointer
from vault.objects.store import take_in
from vault.workspace.errors import BytesNotMoved, PulledDamaged
from vault.workspace.place import Workspace


@dataclass(frozen=True, slots=True)
class Moved:
    """What a pull did in the work tree: paths by what happened to them."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def changed(workspace: Workspace) -> dict[str, str]:
    """Return the files whose bytes are not those of their pointers: ``modified`` or ``missing``."""
    words = {"deleted": "missing", "not in cache": ""}
    found = {}
    with _opened(workspace) as repo:
        for told in repo.status().values():
            for one in told:
                for path, word in dict(one.get("changed outs", {})).items():
                    found[path.replace(os.sep, "/")] = words.get(word, "modified")
    return {path: word for path, word in found.items() if word}


def bring(workspace: Workspace) -> Moved:
    """Pull the bytes of every pointer; what arrived is compared with the sha256 it should have.

    Raises BytesNotMoved, and PulledDamaged after taking damaged files away again.
    """
    with _opened(workspace) as repo:
        told: dict[str, Any] = repo.pull(force=True)
    moved = Moved(*(tuple(path.replace(os.sep, "/") for path in told.get(kind, ()))
                    for kind in ("added", "modified", "deleted")))  # fmt: skip
    damaged = [path for path in (*moved.added, *moved.changed) if not _right(workspace, path)]
    for path in damaged:
        (workspace.root / path).unlink()
    if damaged:
        raise PulledDamaged(names=", ".join(damaged))
    return moved


def add(workspace: Workspace, paths: Sequence[str]) -> list[str]:
    """Take files into DVC's cache and write their pointers, with sha256; return the pointers."""
    if not paths:
        return []
    for path in paths:
        kept = workspace.root / pointer.pointer_name(path)
        if kept.exists():
            kept.chmod(kept.stat().st_mode | 0o200)
    with _opened(workspace) as repo:
        repo.add([str(workspace.root / path) for path in paths])
    return [_with_sha256(workspace, path) for path in paths]


def send(workspace: Workspace) -> int:
    """Push the bytes of every pointer that the vault does not have yet; return how many."""
    with _opened(workspace) as repo:
        return int(repo.push())


@contextmanager
def _opened(workspace: Workspace) -> Iterator[Repo]:
    """Give DVC's view of the clone, its progress bars on; its faults become ours.

    DVC counts paths from the current folder, so that is the clone's own meanwhile.
    """
    logging.getLogger("dvc").setLevel(logging.INFO)
    try:
        with chdir(workspace.root), Repo(str(workspace.root)) as repo:
            yield repo
    except DvcException as fault:
        cause = f" ({fault.__cause__})" if fault.__cause__ else ""
        raise BytesNotMoved(why=f"{fault}{cause}") from fault


def _right(workspace: Workspace, path: str) -> bool:
    kept = pointer.pointer_name(path)
    told = pointer.parse((workspace.root / kept).read_bytes(), kept)
    with (workspace.root / path).open("rb") as file:
        return told.sha256 in {None, hashlib.file_digest(file, "sha256").hexdigest()}


def _with_sha256(workspace: Workspace, path: str) -> str:
    kept = pointer.pointer_name(path)
    place = workspace.root / kept
    told = pointer.parse(place.read_bytes(), kept)
    with (workspace.root / path).open("rb") as file:
        digest = take_in(file)
    same = digest.md5 == told.md5  # not so where it was saved again this very moment
    place.write_bytes(pointer.write(replace(told, sha256=digest.sha256 if same else None)))
    return kept
