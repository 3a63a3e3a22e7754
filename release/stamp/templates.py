# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grammar of stamp templates in the rules: which stamp looks how, by state and sheet size.

    [stamps]                          # what holds for every stamp
    language = "de"                   # en de fr es he ar
    mark = "mark.svg"                 # one of the pictures below
    banner = "CUI//SP-EXPT"           # at the top and the bottom of every page
    notice = "Contains technical data under ITAR."
    labels = { approver = "Freigabe" }
    signatures = { "Mei Chen" = "mchen.png" }
    pictures = { "mark.svg" = "<svg …>", "mchen.png" = "iVBORw0KGgo…" }   # SVG, or PNG in base64

    [[stamps.template]]               # later ones go before earlier ones
    states = ["released", "job"]      # none: every state
    sheets = ["from A2"]              # none: every size; "A3", "up to A4", "from A2"
    places = ["placeholder", "top right", "bottom"]
    layouts = ["wide"]                # wide, short, tall
    word = "FREI"                     # also advice, watermark ("" for none), band = "#0d5e3d"

Pure functions on values; a key nobody knows is refused.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from release.errors import BadRules
from release.stamp.place import PLACES
from release.stamp.template import LAYOUTS, STANDARD, STATES, Colour, Template
from release.stamp.wording import FIELDS, LANGUAGES

LARGEST: Final = 64 * 1024  # bytes of a picture; it is in every stamped file
SIZES: Final[Mapping[str, tuple[float, float]]] = {  # mm, ISO 216 and ANSI Y14.1
    "A5": (148, 210), "A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841),
    "A0": (841, 1189), "ANSI A": (216, 279), "ANSI B": (279, 432), "ANSI C": (432, 559),
    "ANSI D": (559, 864), "ANSI E": (864, 1118), "Legal": (216, 356),
}  # fmt: skip
NEAR: Final = 6.0  # mm, by which a sheet may miss its size
_KEYS: Final = frozenset(one.name for one in fields(Template))


@dataclass(frozen=True, slots=True)
class Condition:
    """When a template holds, and what it changes; no states or sheets: always."""

    states: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, state: str, wide: float, high: float) -> bool:
        """Say whether it holds for a state on a sheet whose sides are in mm."""
        if self.states and state not in self.states:
            return False
        return not self.sheets or any(_is_size(sheet, wide, high) for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of a vault, in the order in which they are laid over each other."""

    conditions: tuple[Condition, ...] = ()

    def of(self, state: str, wide: float, high: float) -> Template:
        """Return the template for a state on a sheet whose sides are in mm."""
        made = STANDARD
        for condition in self.conditions:
            if condition.holds(state, wide, high):
                made = replace(made, **condition.changes)
        return made

    def told(self) -> list[dict[str, Any]]:
        """Return them as JSON, for the worker process and for the identity of a stamped file."""
        return [
            {"states": list(one.states), "sheets": list(one.sheets), "changes": dict(one.changes)}
            for one in self.conditions
        ]


def heard(told: Sequence[Mapping[str, Any]]) -> Templates:
    """Return templates as ``told`` wrote them."""
    return Templates(
        tuple(
            Condition(tuple(one["states"]), tuple(one["sheets"]), _tuples(one["changes"]))
            for one in told
        )
    )


def _tuples(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _frozen(value) for key, value in changes.items()}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def read(
    told: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None, where: str = "stamps"
) -> Templates:
    """Return the templates of the ``[stamps]`` table of the rules; raises BadRules.

    ``pictures`` are files by name, besides those in the table itself.
    """
    files = {**(pictures or {}), **_pictures(told.get("pictures", {}), where)}
    common = {key: value for key, value in told.items() if key not in {"template", "pictures"}}
    conditions = [_condition(common, files, where)] if common else []
    listed = told.get("template", [])
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise BadRules(where=where, why="write each template as [[stamps.template]]")
    for number, one in enumerate(listed, 1):
        conditions.append(_condition(one, files, f"{where} template {number}"))
    return Templates(tuple(conditions))


def _pictures(told: Any, where: str) -> dict[str, bytes]:
    if not isinstance(told, Mapping) or not all(isinstance(one, str) for one in told.values()):
        raise BadRules(where=where, why="`pictures` must be a table of texts")
    found = {}
    for name, text in told.items():
        try:
            svg = "<svg" in text[:4096]
            found[name] = text.encode() if svg else base64.b64decode(text, validate=False)
        except ValueError as fault:
            raise BadRules(where=where, why=f"“{name}” is neither SVG nor base64") from fault
    return found


def _condition(told: Mapping[str, Any], files: Mapping[str, bytes], where: str) -> Condition:
    states = _listed(told, "states", where)
    sheets = _listed(told, "sheets", where)
    for state in states:
        _one_of(state, STATES, where, "states")
    for sheet in sheets:
        _one_of(re.sub(r"^(up to|from) ", "", sheet), tuple(SIZES), where, "sheets")
    changes = {
        key: _value(key, value, files, where)
        for key, value in told.items()
        if key not in {"states", "sheets"}
    }
    return Condition(states, sheets, changes)


def _value(key: str, value: Any, files: Mapping[str, bytes], where: str) -> Any:
    if key not in _KEYS:
        known = ", ".join(sorted({*_KEYS, "states", "sheets"}))
        raise BadRules(where=where, why=f"“{key}” is not known; known are {known}")
    if key in {"layouts", "places"}:
        allowed = LAYOUTS if key == "layouts" else PLACES
        names = _listed({key: value}, key, where)
        for name in names:
            _one_of(name, allowed, where, key)
        if key == "layouts" and not names:
            raise BadRules(where=where, why="`layouts` names none")
        return names
    if key in {"labels", "signatures"}:
        return _pairs(key, value, files, where)
    if not isinstance(value, str):
        raise BadRules(where=where, why=f"`{key}` must be a text")
    if key == "language":
        _one_of(value, LANGUAGES, where, key)
    if key == "band":
        return _colour(value, where)
    return _picture(value, files, where) if key == "mark" and value else value


def _pairs(
    key: str, value: Any, files: Mapping[str, bytes], where: str
) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise BadRules(where=where, why=f"`{key}` must be a table of texts")
    if key == "labels":
        for name in value:
            _one_of(name, FIELDS, where, key)
        return tuple(sorted(value.items()))
    return tuple(sorted((name, _picture(one, files, where)) for name, one in value.items()))


def _picture(name: str, files: Mapping[str, bytes], where: str) -> str:
    data = files.get(name)
    if data is None:
        raise BadRules(where=where, why=f"there is no picture “{name}”")
    if len(data) > LARGEST:
        raise BadRules(where=where, why=f"“{name}” is larger than {LARGEST // 1024} kB")
    if not data.startswith(b"\x89PNG\r\n\x1a\n") and b"<svg" not in data[:4096]:
        raise BadRules(where=where, why=f"“{name}” is neither PNG nor SVG")
    return base64.b64encode(data).decode()


def _colour(value: str, where: str) -> Colour:
    found = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", value)
    if not found:
        raise BadRules(where=where, why="`band` must read #rrggbb")
    red, green, blue = (int(part, 16) / 255 for part in found.groups())
    if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5:
        raise BadRules(where=where, why="`band` is too light for the white words on it")
    return round(red, 3), round(green, 3), round(blue, 3)


def _listed(told: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = told.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRules(where=where, why=f"`{key}` must be a list of texts")
    return tuple(value)


def _one_of(name: str, known: Sequence[str], where: str, key: str) -> None:
    if name not in known:
        raise BadRules(where=where, why=f"`{key}`: “{name}” is none of {', '.join(known)}")


def _is_size(sheet: str, wide: float, high: float) -> bool:
    short, long = sorted((wide, high))
    name = re.sub(r"^(up to|from) ", "", sheet)
    own_short, own_long = SIZES[name]
    if sheet.startswith("up to "):
        return short * long <= (own_short + NEAR) * (own_long + NEAR)
    if sheet.startswith("from "):
        return short * long >= (own_short - NEAR) * (own_long - NEAR)
    return abs(short - own_short) <= NEAR and abs(long - own_long) <= NEAR
