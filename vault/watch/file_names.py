# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which item has a file of this name, for all items on ``main``; follows it by what changed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from vault import item, names
from vault.home import Vault

SEVERAL: Final = ""


class FileNames:
    """Names of files, whole and without extension, each with the one folder that has it.

    Nothing is read before the first question, and then only what changed since the last one; a
    removal, which is rare, makes it look at everything again.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._at: str | None = None
        self._names: dict[str, str] = {}
        self._stems: dict[str, str] = {}

    def follow(self, vault: Vault, main: str) -> None:
        """Take in what changed on ``main`` since the last time."""
        if main == self._at:
            return
        changed = vault.history.changed(self._at, main)
        if self._at is not None and any(vault.history.blob(main, one) is None for one in changed):
            self._names.clear()
            self._stems.clear()
            changed = vault.history.changed(None, main)
        for path in changed:
            self._add(path)
        self._at = main

    def named(self, name: str) -> str | None:
        """Return the one folder with a file of this name, in any case."""
        return self._names.get(names.fold(name)) or None

    def stem(self, stem: str) -> str | None:
        """Return the one folder with files of this name before the extension."""
        return self._stems.get(names.fold(stem)) or None

    def _add(self, path: str) -> None:
        folder, _slash, name = path.removesuffix(names.POINTER).rpartition("/")
        if name == item.FILE:
            return
        for index, key in ((self._names, name), (self._stems, PurePosixPath(name).stem)):
            folded = names.fold(key)
            if index.setdefault(folded, folder) != folder:
                index[folded] = SEVERAL
