# SPDX-License-Identifier: AGPL-3.0-or-later
"""Order in a clone: bytes kept out of git's sight, and files read-only until their item is locked.

The write bit is a reminder, not a fence: the vault itself refuses what somebody else holds.
"""

from __future__ import annotations

import stat
from collections.abc import Collection
from pathlib import Path
from typing import Final

from vault import durable, item, pointer
from vault.workspace.place import Workspace

MARK: Final = "# what DVC keeps; written by titleblock"
_WRITE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def pointers(workspace: Workspace) -> list[str]:
    """Return the pointers git knows or is about to know, by path."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    found = workspace.listed(*words, "--", f"*{pointer.pointer_name('')}")
    return [path for path in found if (workspace.root / path).is_file()]


def items(workspace: Workspace) -> list[str]:
    """Return the folders of items, new ones too."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    found = workspace.listed(*words, "--", item.FILE, f"**/{item.FILE}")
    return [path.rpartition("/")[0] for path in found if "/" in path]


def item_of(path: str, folders: Collection[str]) -> str:
    """Return the folder of the item a file belongs to, or nothing."""
    folder = path.rpartition("/")[0]
    while folder and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder


def hide_bytes(workspace: Workspace) -> None:
    """Tell git, in this clone only, to look past every file that a pointer stands for."""
    place = workspace.root / ".git" / "info" / "exclude"
    place.parent.mkdir(exist_ok=True)
    before = place.read_text("utf-8") if place.exists() else ""
    theirs = before.partition(MARK)[0].rstrip("\n")
    hidden = [f"/{_literal(_file(path))}" for path in pointers(workspace)]
    text = "\n".join([*([theirs] if theirs else []), MARK, *hidden]) + "\n"
    if text != before:
        durable.write(place, text.encode())


def guard(workspace: Workspace, mine: Collection[str]) -> None:
    """Make the kept files of items one holds writable, and those of all others read-only."""
    folders = set(items(workspace))
    for path in pointers(workspace):
        held = item_of(path, folders) in mine
        for name in (path, _file(path)):
            _set_writable(workspace.root / name, writable=held)


def _set_writable(place: Path, *, writable: bool) -> None:
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return
    wanted = mode | stat.S_IWUSR if writable else mode & ~_WRITE
    if wanted != mode:
        place.chmod(stat.S_IMODE(wanted))


def _file(path: str) -> str:
    return path.removesuffix(pointer.pointer_name(""))


def _literal(path: str) -> str:
    """Return a path as a pattern of git's that means nothing but itself."""
    text = "".join(f"\\{sign}" if sign in "*?[]\\!#" else sign for sign in path)
    return f"{text[:-1]}\\ " if text.endswith(" ") else text
