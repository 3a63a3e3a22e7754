# SPDX-License-Identifier: AGPL-3.0-or-later
"""The locking API of git-lfs, so that stock ``git lfs lock``, ``locks`` and ``unlock`` hold items.

git-lfs locks paths, the vault locks items, so the lock on an item is shown once for each of its
files, and locking or unlocking any of them does it for the item.  That is what makes git-lfs keep
every file of an item somebody else holds read-only, and stop a push that changes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import Response, jsonify, request

from release import settling
from vault import locks
from vault.catalogue_rows import ItemRow
from vault.errors import LockedBy
from vault.locks import Lock
from vault.names import POINTER
from web.errors import MissingField, NoItemAt, NoSuchLock
from web.remote.basic import LFS_JSON
from web.visitor import me, vault

MOST: Final = 1000
"""Locks in one answer; the client asks for the rest."""
FORCED: Final = "git lfs unlock --force"


def kept() -> Response:
    """List locks, all or those of a path or id, or take one; raises NoItemAt, MissingField."""
    main = settling.settle(vault())
    if request.method == "POST":
        return _taken(str(_asked().get("path") or ""))
    path, lock = request.args.get("path", ""), request.args.get("id", "")
    if path:
        row = _item_at(path)
        found = locks.held(vault(), row.number) if row else None
        told = [_told(found, path)] if found else []
    else:
        told = [one for one in _all(main) if lock in {"", one["id"]}]
    page, rest = _page(told, request.args)
    return _answer(200, {"locks": page} | rest)


def verify() -> Response:
    """Say which locks are the asker's and which are others', as git-lfs wants to know before a push."""
    page, rest = _page(list(_all(settling.settle(vault()))), _asked())
    mine = [one for one in page if one["owner"]["name"] == me().name]
    theirs = [one for one in page if one["owner"]["name"] != me().name]
    return _answer(200, {"ours": mine, "theirs": theirs} | rest)


def unlock(lock: str) -> Response:
    """Give a lock back, or break it where the client forces it; raises NoSuchLock, NotYourLock."""
    main = settling.settle(vault())
    found = next((one for one in locks.listing(vault()) if one.id == lock.partition("-")[0]), None)
    row = vault().catalogue.item(found.number) if found else None
    if found is None or row is None:
        raise NoSuchLock
    names = (_told(found, path) for path in _names(main, row.path))
    told = next((one for one in names if one["id"] == lock), _told(found, row.path))
    if _asked().get("force") and told["owner"]["name"] != me().name:
        locks.break_(vault(), me(), row.number, FORCED)
    else:
        locks.release(vault(), me(), row.number)
    return _answer(200, {"lock": told})


def _taken(path: str) -> Response:
    if not path:
        raise MissingField(what="The path")
    row = _item_at(path)
    if row is None:
        raise NoItemAt(path=path)
    try:
        why = str(_asked().get("why") or "")
        made = locks.take(vault(), me(), row.number, why)
    except LockedBy as refusal:
        told: dict[str, Any] = {"message": str(refusal)}
        found = locks.held(vault(), row.number)
        if found is not None:
            told["lock"] = _told(found, path)
        return _answer(409, told)
    return _answer(201, {"lock": _told(made, path)})


def _all(main: str) -> Iterator[dict[str, Any]]:
    """Yield every lock, once for each file of its item."""
    for lock in locks.listing(vault()):
        row = vault().catalogue.item(lock.number)
        if row is not None:
            yield from (_told(lock, path) for path in _files(main, row.path))


def _files(main: str, folder: str) -> Iterator[str]:
    for entry in vault().history.folder(main, folder).values():
        path = f"{folder}/{entry.name}"
        if entry.kind == "tree":
            yield from _files(main, path)
        else:
            yield path


def _names(main: str, folder: str) -> Iterator[str]:
    """Yield the files as git has them and, for a pointer, the drawing that lies beside it."""
    for path in _files(main, folder):
        yield path
        if path.endswith(POINTER):
            yield path.removesuffix(POINTER)


def _item_at(path: str) -> ItemRow | None:
    """Return the item a file belongs to: the one in the nearest folder above it."""
    folder = path.rpartition("/")[0]
    while folder:
        row = vault().catalogue.item_at(folder)
        if row is not None:
            return row
        folder = folder.rpartition("/")[0]
    return None


def _told(lock: Lock, path: str) -> dict[str, Any]:
    """Return a lock as git-lfs keeps it: by path and id, so each path has an id of its own.

    ``why`` is ours: git-lfs passes over what it does not know, ``titleblock`` in a clone shows it.
    """
    mark = hashlib.sha256(path.encode()).hexdigest()[:16]
    return {
        "id": f"{lock.id}-{mark}", "path": path, "locked_at": lock.at, "owner": {"name": lock.by},
        "why": lock.reason,
    }  # fmt: skip


def _page(
    told: list[dict[str, Any]], asked: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    start, limit = _number(asked.get("cursor"), 0), _number(asked.get("limit"), MOST)
    end = start + min(max(limit, 1), MOST)
    return told[start:end], {"next_cursor": str(end)} if end < len(told) else {}


def _number(given: object, default: int) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else default


def _asked() -> Mapping[str, Any]:
    given = request.get_json(force=True, silent=True)
    return given if isinstance(given, dict) else {}


def _answer(status: int, told: Mapping[str, Any]) -> Response:
    answer = jsonify(told)
    answer.status_code, answer.mimetype = status, LFS_JSON
    return answer
