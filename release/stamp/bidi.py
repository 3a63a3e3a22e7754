# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order in which signs of mixed directions are shown (Unicode Standard Annex 9).

A stamp says single lines without embeddings or isolates, so this is the part of the algorithm that
plain text needs; signs that steer direction are left out before.  Pure functions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

STEERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RIGHT = frozenset({"R", "AL"})
_STRONG = _RIGHT | {"L"}
_BRACKETS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "「": "」", "（": "）"}
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN"})


def plain(text: str) -> str:
    """Return a text without the signs that steer direction and are never seen."""
    return "".join(sign for sign in text if sign not in STEERING)


def is_right_to_left(text: str) -> bool:
    """Say whether the first letter of a text belongs to a script from right to left (P2, P3)."""
    kinds = map(unicodedata.bidirectional, text)
    return next((kind in _RIGHT for kind in kinds if kind in _STRONG), False)


def levels(text: str) -> list[int]:
    """Return the level of each sign: even ones run to the right, odd ones to the left."""
    base = int(is_right_to_left(text))
    kinds = _weak([unicodedata.bidirectional(sign) or "L" for sign in text], base)
    kinds = _neutral(_bracketed(text, kinds, base), base)
    found = []
    for kind in kinds:
        if base % 2 == 0:
            found.append({"L": 0, "R": 1}.get(kind, 2))  # I1
        else:
            found.append(1 if kind == "R" else 2)  # I2
    for place in range(len(text) - 1, -1, -1):  # L1: spaces at the end stay at the end
        if unicodedata.bidirectional(text[place]) not in {"WS", "S", "B", "BN"}:
            break
        found[place] = base
    return found


def _weak(kinds: list[str], base: int) -> list[str]:
    """Resolve numbers and what stands between them (W1 to W7)."""
    start = "R" if base else "L"
    last = strong = start
    for place, found in enumerate(kinds):
        kind = last if found == "NSM" else found
        kinds[place] = kind
        if kind == "EN" and strong == "AL":
            kinds[place] = "AN"
        if kind in _STRONG:
            strong = kind
        last = kind
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for place in range(1, len(kinds) - 1):
        around = {kinds[place - 1], kinds[place + 1]}
        if (kinds[place] in {"ES", "CS"} and around == {"EN"}) or (
            kinds[place] == "CS" and around == {"AN"}
        ):
            kinds[place] = around.pop()
    kinds = _terminators(kinds)
    strong = start
    for place, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"
    return kinds


def _terminators(kinds: list[str]) -> list[str]:
    """Join signs such as % to the number beside them (W5); what is left is neutral (W6)."""
    runs = [(kind, len(list(run))) for kind, run in groupby(kinds)]
    joined: list[str] = []
    for place, (kind, length) in enumerate(runs):
        beside = {runs[at][0] for at in (place - 1, place + 1) if 0 <= at < len(runs)}
        if kind == "ET" and "EN" in beside:
            kind = "EN"  # noqa: PLW2901 - the run becomes part of the number
        joined += ["ON" if kind in {"ES", "ET", "CS"} else kind] * length
    return joined


def _bracketed(text: str, kinds: list[str], base: int) -> list[str]:
    """Give both brackets of a pair one direction: that of what is inside and before (N0)."""
    side = "R" if base else "L"
    for begin, end in sorted(_pairs(text, kinds)):
        inside = {_side(kind) for kind in kinds[begin + 1 : end] if kind not in _NEUTRAL}
        if not inside:
            continue
        before = next((_side(k) for k in reversed(kinds[:begin]) if k not in _NEUTRAL), side)
        kinds[begin] = kinds[end] = side if side in inside else before
    return kinds


def _pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return where brackets that belong together stand (BD16)."""
    waiting: list[tuple[str, int]] = []
    found: list[tuple[int, int]] = []
    for place, sign in enumerate(text):
        if kinds[place] != "ON":
            continue
        if sign in _BRACKETS:
            waiting.append((_BRACKETS[sign], place))
        elif sign in _BRACKETS.values():
            at = next((n for n in reversed(range(len(waiting))) if waiting[n][0] == sign), None)
            if at is not None:
                found.append((waiting[at][1], place))
                del waiting[at:]
    return found


def _neutral(kinds: list[str], base: int) -> list[str]:
    """Give spaces and signs the direction of what stands around them (N1, N2)."""
    start = "R" if base else "L"
    found: list[str] = []
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        if end > place:
            before = _side(found[-1]) if found else start
            after = _side(kinds[end]) if end < len(kinds) else start
            found += [before if before == after else start] * (end - place)
            place = end
        else:
            found.append(kinds[place])
            place += 1
    return found


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def runs(text: str, marks: Sequence[object]) -> list[tuple[int, int, bool]]:
    """Return pieces of a text as shown from left to right: begin, end, runs to the left.

    A piece ends where the direction or the mark of a sign (as its font) changes (L2).
    """
    depths = levels(text)
    pieces: list[tuple[int, int, int]] = []
    for _key, members in groupby(range(len(text)), key=lambda at: (depths[at], marks[at])):
        places = list(members)
        pieces.append((places[0], places[-1] + 1, depths[places[0]]))
    for depth in range(max(depths, default=0), 0, -1):
        place = 0
        while place < len(pieces):
            end = place
            while end < len(pieces) and pieces[end][2] >= depth:
                end += 1
            pieces[place:end] = pieces[place:end][::-1]
            place = max(end, place + 1)
    return [(begin, end, depth % 2 == 1) for begin, end, depth in pieces]
