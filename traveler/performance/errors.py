# SPDX-License-Identifier: AGPL-3.0-or-later
"""What figures over time may refuse: one class each, its docstring is the sentence."""

from __future__ import annotations

from vault.errors import BadInput, Damaged, NotAllowed, NotFound


class BadPeriod(BadInput):
    """“{given}” is no range of days: {why}; write days as 2026-03-01, the first one first."""


class BadGrouping(BadInput):
    """Figures cannot be grouped by “{by}”; group them by {known}."""


class NoSuchFigures(NotFound):
    """There is no table “{name}” here; there are {known}."""


class FiguresOfOthers(NotAllowed):
    """Figures of a person are seen by that person, and by others only where the rules name their
    role; an administrator writes it as [performance] people = ["planner"]."""


class BadPerformanceRules(BadInput):
    """The part [performance] of the rules cannot be read: {why}; write it as
    people = ["planner", "quality"], or leave it out."""


class FiguresDiffer(Damaged):
    """The kept figures differ from a recount in {count} rows, first {where}; count them anew with
    `titleblock performance recount`."""
