# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of lists, each drawn once for what stands in it: a list of 200 is mostly as it was before.

A template below ``rows/`` is given its row and nothing that tells who is looking, so that what was
drawn for one person can be shown to the next; asking for more is an error.  A row that changed is
another row, so nothing has to be thrown away when the shop moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from flask import Flask, request
from jinja2 import Environment
from markupsafe import Markup

from web import present

KNOWN: Final = ("url_for", "drawn_icon", "drawn_badge", "when")
KEPT: Final = 5_000
"""Rows of each server process, half a kilobyte each."""

_One = TypeVar("_One")
_Row = TypeVar("_Row")


def apart(app: Flask) -> Environment:
    """Return where rows are drawn: the templates of the application without what a visitor brings."""
    found = app.jinja_env.overlay()
    found.globals = {name: app.jinja_env.globals[name] for name in KNOWN}
    return found


def once_for_each(
    make: Callable[[_One, date, int], _Row],
) -> Callable[[_One, date, int], _Row]:
    """Return ``make``, asked once for the same object and day however often its row is shown.

    The board gives the same object until something happens to its job, and comparing what an
    object is costs nothing against comparing all that stands in it.
    """
    kept: dict[tuple[int, date, int], tuple[_One, _Row]] = {}

    def made(one: _One, today: date, day: int) -> _Row:
        key = id(one), today, day
        known = kept.get(key)
        if known is not None:
            return known[1]
        row = make(one, today, day)
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = one, row  # with the object, so that no other can come to have its id
        return row

    return made


def drawer(app: Flask) -> Callable[..., Markup]:
    """Return what draws rows by the name of their template; ``more`` is the same for all of them."""
    place = apart(app)

    @lru_cache(maxsize=KEPT)
    def drawn(_root: str, name: str, row: Hashable, more: tuple[Hashable, ...]) -> Markup:
        template = place.get_template(f"rows/{name}.html")
        return present.rendered(template.render(row=row, more=more))

    def rows(name: str, several: Iterable[Hashable], *more: Hashable) -> Markup:
        root = request.script_root
        # Each is markup already: the join of Markup would look at every one again.
        return present.rendered("".join([drawn(root, name, one, more) for one in several]))

    return rows
