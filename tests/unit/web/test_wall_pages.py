# SPDX-License-Identifier: AGPL-3.0-or-later
"""A wall with more stations than have room: whatever is red is in sight, and nothing is told twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from traveler.dispatch.board import AtStation
from web import wall_pages


def station(place: int, red: bool, at_work: bool) -> AtStation:
    """Return a station, with something that runs where it is at work."""
    running = ("an entry",) if at_work else ()
    return AtStation(
        f"S-{place:03}", "", running, (), (), (), None, red, "why"  # type: ignore[arg-type]
    )  # fmt: skip


@given(
    seen=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=150).map(
        lambda pairs: [station(place, *pair) for place, pair in enumerate(pairs)]
    )
)
def test_no_red_station_is_out_of_sight(seen: list[AtStation]) -> None:
    """Each is told large on one page or on all, and in the map; what the map leaves out is counted."""
    wall = wall_pages.laid_out(seen)
    red = [one for one in seen if one.red]
    told = [one for page in wall.pages for one in page.stations[page.staying :]]
    stay = {page.stations[: page.staying] for page in wall.pages}
    assert len(stay) == 1
    (staying,) = stay
    assert [one for one in (*staying, *told) if one.red] == red
    assert len(told) == len({one.code for one in told})
    room = wall_pages.WHOLE if len(seen) <= wall_pages.WHOLE else wall_pages.PLACES
    assert all(len(page.stations) <= room for page in wall.pages)
    if len(seen) > wall_pages.WHOLE:
        assert len([one for one in wall.map if one.red]) + wall.more_red == len(red)
        assert len(wall.map) + wall.more_red + wall.more_green == len(seen)
        assert len(wall.map) <= wall_pages.MAPPED


def test_the_marks_say_which_page_it_is() -> None:
    """Few red ones stay while those at work turn; many red ones turn alone."""
    few = [station(place, place < 3, at_work=True) for place in range(30)]
    pages = wall_pages.laid_out(few).pages
    assert [page.said for page in pages] == [f"page {one} of 6" for one in range(1, 7)]
    assert all(page.stations[:3] == tuple(few[:3]) for page in pages)
    many = [station(place, place < 20, at_work=True) for place in range(30)]
    assert [page.said for page in wall_pages.laid_out(many).pages] == [
        "red 1 to 8 of 20", "red 9 to 16 of 20", "red 17 to 20 of 20",
    ]  # fmt: skip
    idle = wall_pages.laid_out([station(place, False, at_work=False) for place in range(13)])
    assert [page.said for page in idle.pages] == [""]
