# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists that are read whole and drawn page by page: which rows, and the addresses before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from flask import request, url_for

from web import forms

SIZE: Final = 100
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Page(Generic[One]):
    """Some rows of a list: from which to which of how many, and where the others are.

    ``words`` were looked for; ``all`` says how many rows there are without them.
    """

    rows: Sequence[One]
    first: int
    total: int
    all: int
    words: str
    before: str
    after: str

    @property
    def last(self) -> int:
        """Return the number of the last row."""
        return self.first + len(self.rows) - 1


def paged(rows: Sequence[One], text: Callable[[One], str], size: int = SIZE) -> Page[One]:
    """Return the page the query asks for with ``skip``, of the rows in whose text ``q`` stands."""
    words = forms.asked("q")
    parts = words.casefold().split()
    found = [one for one in rows if not parts or _has(text(one), parts)]
    skipped = forms.number_asked("skip")
    if skipped >= len(found):
        skipped = 0
    after = _address(skipped + size) if skipped + size < len(found) else ""
    before = _address(max(0, skipped - size)) if skipped else ""
    return Page(
        found[skipped : skipped + size], skipped + 1, len(found), len(rows), words, before, after
    )


def _has(text: str, parts: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(part in folded for part in parts)


def _address(skip: int) -> str:
    asked: dict[str, Any] = {name: text for name, text in request.args.items() if name != "done"}
    return url_for(request.endpoint or "", **(asked | {"skip": skip or None}))
