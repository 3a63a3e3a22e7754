# SPDX-License-Identifier: AGPL-3.0-or-later
"""What history is made of, as plain values: the names of refs, commits, files, who a commit is by.

Nothing heavy is imported here: what git runs at every push needs these, and libgit2 costs 50 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from vault import clock

MAIN: Final = "refs/heads/main"
RULES: Final = "refs/meta/rules"
RELEASES: Final = "refs/meta/releases"
CHANGES: Final = "refs/changes/"
LOCKS: Final = "refs/locks/"
COMMITTER: Final = ("Titleblock", "titleblock@localhost")
_TRIMMED: Final = "".join(map(chr, range(33))) + ".,:;<>\"\\'"
"""What git itself takes off both ends of a name and an address."""
_CUT: Final = str.maketrans("", "", "<>\0")


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder: ``kind`` is ``blob`` or ``tree``, ``oid`` the git object."""

    name: str
    kind: str
    oid: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as people ask for it: who, when (UTC), why."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: str
    message: str

    @property
    def subject(self) -> str:
        """Return the first line of the message."""
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit is by; the address is only a label in history."""

    name: str
    email: str


class Kept(Protocol):
    """The objects of a repository, by whatever means they are read."""

    @property
    def place(self) -> Path:
        """Return the folder new objects are written to."""
        ...

    def held(self, oid: str) -> tuple[str, bytes] | None:
        """Return kind and bytes of an object, or None; raises DamagedHistory."""
        ...


def commit_text(tree: str, parent: str | None, author: Author, message: str) -> bytes:
    """Return a commit of now, as git stores it; a name can write no line of it."""
    at = int(clock.instant().timestamp())
    people = [
        ("author", author.name, author.email or f"{author.name}@localhost"),
        ("committer", *COMMITTER),
    ]
    lines = [
        f"tree {tree}",
        *([f"parent {parent}"] if parent else ()),
        *(
            f"{role} {_clean(' '.join(name.split())) or 'nobody'} "
            f"<{_clean(''.join(email.split()))}> {at} +0000"
            for role, name, email in people
        ),
    ]
    return "\n".join([*lines, "", message.replace("\0", "")]).encode()


def is_oid(text: str) -> bool:
    """Say whether a text is a full object name, and so cannot be an option or a ref."""
    return len(text) == 40 and all(sign in "0123456789abcdef" for sign in text)


def _clean(text: str) -> str:
    return text.translate(_CUT).strip(_TRIMMED)
