# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of mixed directions are shown in the order of Unicode's own examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.stamp import bidi

A, B, G = "אבג"


def shown(text: str) -> str:
    """Return the signs as they stand from left to right."""
    pieces = bidi.runs(text, [0] * len(text))
    mirror = str.maketrans("()[]", ")(][")  # as a font does it
    return "".join(
        text[begin:end][::-1].translate(mirror) if leftward else text[begin:end]
        for begin, end, leftward in pieces
    )


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("plain words", "plain words"),
        (A + B + G, G + B + A),
        (f"rev B {A}{B} 10", f"rev B 10 {B}{A}"),  # W2 to W7: the number follows its words
        (f"{A}{B} 10-42", f"10-42 {B}{A}"),  # W4: one separator joins numbers, but - needs ES
        (f"{A} (b) {G}", f"{G} (b) {A}"),
        (f"{A} b (c)", f"b (c) {A}"),  # N0: both brackets together
        (f"a {A}% b", f"a {A}% b"),
        (f"{A}...", f"...{A}"),
        ("", ""),
    ],
)
def test_signs_stand_where_readers_of_both_directions_expect_them(text: str, order: str) -> None:
    """Numbers run to the right inside words that run to the left; brackets stay pairs."""
    assert shown(text) == order


@given(st.text(st.sampled_from("aB1 .,-+%()[]אבגد٣"), max_size=30))
def test_nothing_is_lost_or_doubled(text: str) -> None:
    """Whatever the order, every sign is shown once."""
    pieces = bidi.runs(text, [0] * len(text))
    places = sorted(place for begin, end, _leftward in pieces for place in range(begin, end))
    assert places == list(range(len(text)))


@given(st.text(max_size=30))
def test_what_steers_is_never_shown(text: str) -> None:
    """Signs that turn a line round are taken out before; nothing can make a letter look another."""
    assert not set(bidi.plain(text)) & bidi.STEERING
