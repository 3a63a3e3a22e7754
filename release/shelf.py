# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shelf: looking at items and taking files out, released ones checked byte for byte."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from release import settling
from release.log import ReleaseLog
from vault import derived, durable, errors, names, pointer, trimming
from vault.catalogue_rows import ItemRow
from vault.home import Vault
from vault.pointer import Pointer


def item(vault: Vault, number: str) -> dict[str, Any]:
    """Return an item with its revisions, the oldest first; raises NoSuchItem."""
    settling.settle(vault)
    row = _row(vault, number)
    log = ReleaseLog(vault)
    current = log.current(row.number)
    return {
        "number": row.number,
        "title": row.title,
        "kind": row.kind,
        "owner": row.owner,
        "path": row.path,
        "current": current.rev if current else None,
        "working": current is None or current.tree != row.tree,
        "revisions": [
            {"rev": one.rev, "state": log.standing(one.number, one.rev), "change": one.change,
             "released_at": one.released_at, "released_by": one.released_by, "notes": one.notes}
            for one in log.revisions(row.number)
        ],
    }  # fmt: skip


def files(vault: Vault, number: str, rev: str | None) -> list[dict[str, Any]]:
    """Return the files of a released revision, or of what lies on ``main`` where ``rev`` is None."""
    main = settling.settle(vault)
    row = _row(vault, number)
    if rev is not None:
        revision = ReleaseLog(vault).wanted(row.number, rev)
        return [
            {"name": one.name, "size": one.size, "sha256": one.sha256,
             "stamped": one.stamped.sha256 if one.stamped else None}
            for one in revision.files
        ]  # fmt: skip
    found = []
    for name, data, told in _working(vault, main, row):
        if told is not None:
            sha256 = told.sha256 or vault.objects.identify(told.md5, told.name).sha256
            found.append({"name": told.name, "size": told.size, "sha256": sha256, "md5": told.md5})
        else:
            sha256 = hashlib.sha256(data).hexdigest()
            found.append({"name": name, "size": len(data), "sha256": sha256})
    return found


def story(vault: Vault, number: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return check-ins, releases and recalls of an item, the newest first.

    A check-in is ``by`` who brought it; whoever wrote it (pushed, imported) is its ``author``.
    """
    settling.settle(vault)
    row = _row(vault, number)
    log = ReleaseLog(vault)
    told = [
        {"at": one.at, "by": one.by, "what": one.message, "commit": one.commit, "kind": "check-in",
         "author": vault.history.commit_at(one.commit).author}
        for one in vault.catalogue.iterations(row.number, limit=limit)
    ]  # fmt: skip
    for one in log.revisions(row.number):
        told.append({"at": one.released_at, "by": one.released_by, "commit": one.source_commit,
                     "what": f"released {one.rev} with {one.change}: {one.notes}",
                     "kind": "release"})  # fmt: skip
        told += [
            {"at": signed["at"], "by": signed["by"], "commit": "", "kind": "sign-off",
             "what": ": ".join(filter(None, (f"{signed['meaning']} {one.change}", signed["comment"])))}
            for signed in one.signoffs
        ]  # fmt: skip
        recall = log.recall(one.number, one.rev)
        if recall is not None:
            told.append({"at": recall.at, "by": recall.by, "commit": "", "kind": "recall",
                         "what": f"recalled {one.rev}: {recall.reason}"})  # fmt: skip
    return sorted(told, key=lambda event: event["at"], reverse=True)[:limit]


def take(vault: Vault, number: str, rev: str | None, out: Path, *, stamped: bool) -> dict[str, Any]:
    """Write the files of a released revision into a folder; raises NeverReleased, NoSuchRevision."""
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.wanted(_row(vault, number).number, rev)
    paths = {one.name: log.path(revision, one.name, stamped=stamped) for one in revision.files}
    out.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        _copied(path, out / name)
    return {"number": revision.number, "rev": revision.rev, "files": list(paths),
            "state": log.standing(revision.number, revision.rev)}  # fmt: skip


def take_working(vault: Vault, number: str, out: Path) -> dict[str, Any]:
    """Write the files of an item as they lie on ``main`` into a folder."""
    main = settling.settle(vault)
    row = _row(vault, number)
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    for name, data, told in _working(vault, main, row):
        if told is not None:
            _copied(vault.objects.path(vault.objects.identify(told.md5, told.name), told.name),
                    out / told.name)  # fmt: skip
            taken.append(told.name)
        else:
            durable.write(out / name, data)
            taken.append(name)
    return {"number": row.number, "rev": "working", "files": taken, "state": "not released"}


def working_path(vault: Vault, number: str, name: str) -> Path:
    """Return a checked local path of a file as it lies on ``main``; raises NoSuchFile."""
    main = settling.settle(vault)
    row = _row(vault, number)
    data = vault.history.blob(main, f"{row.path}/{pointer.pointer_name(name)}")
    if data is not None:
        told = pointer.parse(data, f"{row.path}/{pointer.pointer_name(name)}")
        return vault.objects.path(vault.objects.identify(told.md5, told.name), told.name)
    text = vault.history.blob(main, f"{row.path}/{name}") if "/" not in name else None
    if text is None:
        raise errors.NoSuchFile(where=row.number, name=name)
    place = vault.cache / "text" / hashlib.sha256(text).hexdigest()
    if not trimming.used(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        durable.write(place, text)
        derived.added(vault.root, place)
    return place


def _working(vault: Vault, main: str, row: ItemRow) -> Iterator[tuple[str, bytes, Pointer | None]]:
    """Yield what lies in an item's folder on ``main``: name, bytes, and what a pointer points to."""
    for name, entry in vault.history.folder(main, row.path).items():
        if entry.kind == "blob":
            data = vault.history.blob_of(entry.oid)
            points = name.endswith(names.POINTER)
            yield name, data, pointer.parse(data, f"{row.path}/{name}") if points else None


def _row(vault: Vault, number: str) -> ItemRow:
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    return row


def _copied(source: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}.aside")
    shutil.copyfile(source, aside)
    aside.chmod(0o644)
    aside.replace(target)
