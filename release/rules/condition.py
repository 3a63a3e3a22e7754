# SPDX-License-Identifier: AGPL-3.0-or-later
"""``when``: to which items a rule applies, by folder, kind, class, number, metadata and station.

A condition is asked of the item as it is checked in *and* as it was last released, and one of the
two is enough: nobody escapes a rule by taking the mark off that made it apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from release.rules.errors import CannotTell

Pattern = str | bool | int | float
KEYS: Final = ("folder", "kind", "class", "item", "metadata", "station")


@dataclass(frozen=True, slots=True)
class About:
    """What conditions ask of an item.

    ``stations`` are those its route names; they and ``metadata`` are None where they could not be
    read.
    """

    number: str
    kind: str
    folder: str
    metadata: Mapping[str, Any] | None
    stations: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class When:
    """The condition of a rule: for every key that is given, one of its patterns must match.

    ``*`` and ``?`` in a pattern stand for any text and any sign, without regard to case; a folder
    stands for all below it.
    """

    folder: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    metadata: tuple[tuple[str, tuple[Pattern, ...]], ...] = ()
    station: tuple[str, ...] = ()

    @property
    def is_always(self) -> bool:
        """Say whether nothing is asked."""
        return self == ALWAYS

    def refuses(self, about: tuple[About, ...], change_class: str) -> str | None:
        """Return why a rule does not apply, or None where it does.

        Raises CannotTell where metadata or stations are asked for that could not be read.
        """
        found = [self._refuses(one, change_class) for one in about]
        return None if None in found else found[0]

    def _refuses(self, about: About, change_class: str) -> str | None:
        folders = (*self.folder, *(f"{one.rstrip('/')}/*" for one in self.folder))
        asked = (
            ("folder", about.folder, folders, self.folder), ("kind", about.kind, self.kind, ()),
            ("class", change_class, self.classes, ()), ("item", about.number, self.item, ()),
        )  # fmt: skip
        for key, value, patterns, shown in asked:
            if patterns and not any(matches(pattern, value) for pattern in patterns):
                return f"it is for {key} {_or(shown or patterns)}, and this is {value}"
        for key, wanted in self.metadata:
            if about.metadata is None:
                raise CannotTell(
                    what=f"the “{key}” of {about.number}", why="item.toml is unreadable"
                )
            if not any(_found(pattern, about.metadata.get(key)) for pattern in wanted):
                told = about.metadata.get(key)
                has = "has none" if told is None else f"says {told}"
                return f"it is for {key} {_or(wanted)}, and item.toml {has}"
        return self._off_route(about)

    def _off_route(self, about: About) -> str | None:
        """Return why no station of a route is asked for, or None where one is."""
        if not self.station:
            return None
        if about.stations is None:
            raise CannotTell(
                what=f"the stations of {about.number}", why="its route could not be read"
            )
        if any(matches(pattern, one) for pattern in self.station for one in about.stations):
            return None
        names = ", ".join(about.stations)
        has = f"is for {names}" if names else "names none"
        return f"it is for station {_or(self.station)}, and the route {has}"

    def told(self) -> dict[str, Any]:
        """Return the condition as the rules write it, without what is not asked."""
        plain: dict[str, Any] = {
            "folder": list(self.folder), "kind": list(self.kind), "class": list(self.classes),
            "item": list(self.item), "metadata": {key: list(all_) for key, all_ in self.metadata},
            "station": list(self.station),
        }  # fmt: skip
        return {key: value for key, value in plain.items() if value}

    def __str__(self) -> str:
        """Return the condition in words."""
        plain = {**self.told(), **self.told().get("metadata", {})}
        plain.pop("metadata", None)
        return " and ".join(f"{key} {_or(all_)}" for key, all_ in plain.items()) or "always"


ALWAYS: Final = When()


def matches(pattern: str, text: str) -> bool:
    """Say whether a text has the form of a pattern, without regard to case."""
    return fnmatchcase(text.casefold(), pattern.casefold())


def _found(pattern: Pattern, told: Any) -> bool:
    if isinstance(told, list):
        return any(_found(pattern, one) for one in told)
    if told is None or isinstance(told, dict):
        return False
    if isinstance(pattern, str):
        return matches(pattern, str(told).lower() if isinstance(told, bool) else str(told))
    return told == pattern and isinstance(told, bool) == isinstance(pattern, bool)


def _or(patterns: object) -> str:
    shown = [str(one).lower() if isinstance(one, bool) else str(one) for one in patterns]  # type: ignore[attr-defined]
    return " or ".join(shown)
