# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each commit of a long chain changed, at a cost that follows the change.

A folder of hundreds of names is read once for each commit that touches it and compared as a set;
libgit2's own comparison opens every name of it, and takes twenty times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vault.history import raw
from vault.history.repository import History

_KEPT: Final = 64  # folders
Change = tuple[str, str | None, str | None]


class Steps:
    """Compares commits one after another, and remembers the folders it read last."""

    def __init__(self, history: History) -> None:
        """Bind to a history; nothing is read yet."""
        self._history = history
        self._read: dict[str, bytes] = {}

    def changed(self, old: str | None, new: str) -> Iterator[Change]:
        """Yield path, old and new blob of each file that differs; None stands for no file."""
        before = None if old is None else self._history.tree(old)
        yield from self._differing(before, self._history.tree(new), "")

    def _differing(self, old: str | None, new: str | None, under: str) -> Iterator[Change]:
        gone, fresh = raw.differing(self._tree(old), self._tree(new), new or old or under)
        was, now = ({one.name: one for one in found} for found in (gone, fresh))
        for name in sorted(was.keys() | now.keys()):
            before, after = was.get(name), now.get(name)
            folders = [one.oid if one and one.is_folder else None for one in (before, after)]
            files = [one.oid if one and not one.is_folder else None for one in (before, after)]
            if any(folders):
                yield from self._differing(folders[0], folders[1], f"{under}{name}/")
            if any(files):
                yield f"{under}{name}", files[0], files[1]

    def _tree(self, oid: str | None) -> bytes:
        """Return a folder as git stores it; what one commit wrote the next is compared with."""
        if oid is None:
            return b""
        known = self._read.pop(oid, None)
        self._read[oid] = data = self._history.raw_tree(oid) if known is None else known
        if len(self._read) > _KEPT:
            del self._read[next(iter(self._read))]
        return data
