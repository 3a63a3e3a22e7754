# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lane: one thing that does one piece of work at a time, and the work booked on it.

Bookings lie on the lane's own axis of manned minutes, where a night or a holiday takes no room.
Touching bookings are kept as one stretch, so a busy lane is a short list.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from traveler.schedule.clock import Clock


class Lane:
    """Booked stretches of one machine or bench, in manned minutes of its clock."""

    __slots__ = ("_ends", "_starts", "clock")

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing booked."""
        self.clock = clock
        self._starts: list[int] = []
        self._ends: list[int] = []

    def first_fit(self, after: int, work: int) -> int:
        """Return the first manned minute not before ``after`` from which ``work`` minutes are free.

        It never gets earlier when ``after`` gets later: that is what makes forecasts monotone.
        """
        starts, ends = self._starts, self._ends
        for place in range(bisect_right(ends, after), len(starts)):
            if after + work <= starts[place]:
                break
            after = ends[place]
        return after

    def book(self, start: int, work: int) -> None:
        """Take ``work`` manned minutes from ``start`` on; they must be free."""
        starts, ends = self._starts, self._ends
        end = start + work
        if not ends or start >= ends[-1]:  # the usual case: work comes one after the other
            if ends and start == ends[-1]:
                ends[-1] = end
            else:
                starts.append(start)
                ends.append(end)
            return
        place = bisect_left(starts, start)
        joins_before = place > 0 and ends[place - 1] == start
        joins_after = place < len(starts) and starts[place] == end
        if joins_before and joins_after:
            ends[place - 1] = ends[place]
            del starts[place], ends[place]
        elif joins_before:
            ends[place - 1] = end
        elif joins_after:
            starts[place] = start
        else:
            starts.insert(place, start)
            ends.insert(place, end)

    def free(self, start: int, work: int) -> None:
        """Give back ``work`` manned minutes from ``start`` on; they must be booked."""
        end = start + work
        place = bisect_right(self._starts, start) - 1
        first, last = self._starts[place], self._ends[place]
        left = [(first, start)] if first < start else []
        right = [(end, last)] if end < last else []
        kept = left + right
        self._starts[place : place + 1] = [one for one, _ in kept]
        self._ends[place : place + 1] = [one for _, one in kept]

    def busy(self, since: int, until: int) -> int:
        """Return how many manned minutes are booked between two of them."""
        total = 0
        for place in range(bisect_right(self._ends, since), len(self._starts)):
            if self._starts[place] >= until:
                break
            total += min(self._ends[place], until) - max(self._starts[place], since)
        return total
