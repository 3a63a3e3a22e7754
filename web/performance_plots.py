# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts of figures over time as SVG drawn by the server: no script, a table beside each.

Nothing is told by colour alone: what is late or actual is hatched, a period without a figure has
a dash where its bar would stand, and every bar carries its value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import ceil, floor, log10
from typing import Final

from markupsafe import Markup

from traveler.performance.desk import Row
from traveler.performance.measures import Figures
from web import present

WIDE: Final = 720
HIGH: Final = 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 8, 26, 34
LABELLED: Final = 14
"""The most columns that carry their value; beyond, it is told by the table and on pointing."""
_TEXT = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>')
_LINE = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"></line>')
_RECT = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>')
_DOT = Markup('<circle class="dot" cx="{}" cy="{}" r="4"><title>{}</title></circle>')
HATCH = Markup(
    '<svg class="hatching" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="ground" width="6" height="6"></rect>'
    '<line class="stripe" x1="0" y1="0" x2="0" y2="6"></line></pattern></defs></svg>'
)
"""The one pattern of all charts of a page; it stands before the first of them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a column: how tall, how it is drawn, and the sentence told on pointing at it."""

    value: float
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Column:
    """What stands over one period: bars on one another, or beside one another; none is unknown."""

    label: str
    bars: tuple[Bar, ...]
    value: str = ""


def on_time(rows: Sequence[Row]) -> Markup:
    """Return deliveries by the period they were due in: on time below, late hatched above."""
    columns = [
        Column(_label(one), (
            Bar(one.figures.kept, "good", f"{_label(one)}: {one.figures.kept} on time"),
            Bar(one.figures.due - one.figures.kept, "hatched",
                f"{_label(one)}: {one.figures.due - one.figures.kept} late or short"),
        ) if one.figures.due else (), _percent(one.figures.on_time))
        for one in rows
    ]  # fmt: skip
    return _columns("Deliveries by due date", columns, "", stacked=True)


def yields(rows: Sequence[Row], of_steps: bool) -> Markup:
    """Return the yield by period, of whole jobs or of the operations of a station."""

    def share(of: Figures) -> float | None:
        return of.step_yield if of_steps else of.first_pass_yield

    return _shares("Yield at the step" if of_steps else "First-pass yield", rows, share)


def scrap(rows: Sequence[Row]) -> Markup:
    """Return scrap and, hatched on it, rework as shares of the pieces operations counted."""
    columns = []
    for one in rows:
        lost, again = one.figures.scrap_ratio, one.figures.rework_ratio
        bars = () if lost is None or again is None else (
            Bar(100 * lost, "bad", f"{_label(one)}: {_percent(lost)} scrap"),
            Bar(100 * again, "hatched", f"{_label(one)}: {_percent(again)} rework"),
        )  # fmt: skip
        total = "" if lost is None or again is None else _percent(lost + again)
        columns.append(Column(_label(one), bars, total))
    return _columns("Scrap and rework, share of pieces", columns, " %", stacked=True)


def times(rows: Sequence[Row]) -> Markup:
    """Return planned hours and, hatched beside them, actual ones."""
    columns = []
    for one in rows:
        planned, spent = one.figures.planned / 60, one.figures.spent / 60
        bars = (
            Bar(planned, "plain", f"{_label(one)}: planned {_number(planned)} h"),
            Bar(spent, "hatched", f"{_label(one)}: actual {_number(spent)} h"),
        )
        known = bars if one.figures.timed else ()
        columns.append(Column(_label(one), known, _percent(one.figures.plan_ratio)))
    return _columns("Planned and actual hours", columns, " h", stacked=False)


def blocked(rows: Sequence[Row]) -> Markup:
    """Return the working hours that blockers took, by period."""
    columns = [
        Column(_label(one), (
            Bar(one.figures.manned / 60, "bad", f"{_label(one)}: {_number(one.figures.manned / 60)} h"),
        ), _number(one.figures.manned / 60))
        for one in rows
    ]  # fmt: skip
    return _columns("Working hours blocked", columns, " h", stacked=True)


def lying(title: str, rows: Sequence[tuple[str, float, str]]) -> Markup:
    """Return bars that lie, the longest first, each with its name before and its value behind."""
    if not rows:
        return Markup("")
    most = max(value for _, value, _ in rows) or 1.0
    high = 26 * len(rows) + 4
    parts = []
    for place, (name, value, said) in enumerate(rows):
        y = 4 + 26 * place
        wide = round(max(value / most * (WIDE - 330), 1.0), 1)
        shown = name if len(name) <= 26 else f"{name[:25]}…"
        parts += [
            _TEXT.format("name", 204, y + 14, "end", shown),
            _RECT.format("bar plain", 212, y, wide, 18, f"{name}: {said}"),
            _TEXT.format("value", 218 + wide, y + 14, "start", said),
        ]
    return _drawn(title, parts, high)


def timeline(
    stretches: Sequence[tuple[int, int, int, str]], running: frozenset[int], zone: tzinfo
) -> Markup:
    """Return the stretches of work on a job, a lane for each step; those that go on are hatched."""
    if not stretches:
        return Markup("")
    first, last = min(one[1] for one in stretches), max(one[2] for one in stretches)
    span = max(last - first, 60)
    lanes = {seq: place for place, seq in enumerate(sorted({one[0] for one in stretches}))}
    high = 26 * len(lanes) + 30

    def across(at: int) -> float:
        return round(_LEFT + (at - first) / span * (WIDE - _LEFT - _RIGHT), 1)

    parts = [_TEXT.format("scale", _LEFT - 8, 26 * place + 18, "end", seq)
             for seq, place in lanes.items()]  # fmt: skip
    parts += [_LINE.format("grid", _LEFT, 26 * place + 28, WIDE - _RIGHT, 26 * place + 28)
              for place in lanes.values()]  # fmt: skip
    for place, (seq, begin, end, said) in enumerate(stretches):
        kind = "hatched" if place in running else "plain"
        wide = max(across(end) - across(begin), 2.0)
        parts.append(
            _RECT.format(f"bar {kind}", across(begin), 26 * lanes[seq] + 4, wide, 20, said)
        )
    for at, anchor, x in ((first, "start", _LEFT), (last, "end", WIDE - _RIGHT)):
        told = datetime.fromtimestamp(at, zone)
        said = f"{present.day_text(told.date())} {told:%H:%M}"
        parts.append(_TEXT.format("period", x, high - 8, anchor, said))
    return _drawn(f"Work on {len(lanes)} steps over time", parts, high)


# --- inside -----------------------------------------------------------------


def _shares(title: str, rows: Sequence[Row], share: Callable[[Figures], float | None]) -> Markup:
    """Return a share by period as dots on a line, the scale ending at 100 %."""
    found = [(one, share(one.figures)) for one in rows]
    known = [100 * value for _, value in found if value is not None]
    if not known:
        return Markup("")
    low = _low(min(known))
    step = (WIDE - _LEFT - _RIGHT) / len(found)
    parts = [*_scale(low, 100.0, " %")]
    lines: list[list[tuple[float, float]]] = [[]]
    for place, (one, value) in enumerate(found):
        x = round(_LEFT + step * (place + 0.5), 1)
        parts += _named(place, len(found), x, _label(one))
        if value is None:
            parts.append(_TEXT.format("none", x, HIGH - _BOTTOM - 6, "middle", "–"))
            lines.append([])
            continue
        y = _up(100 * value, low, 100.0)
        lines[-1].append((x, y))
        said = f"{_label(one)}: {_percent(value)}"
        parts.append(_DOT.format(x, y, said))
        if len(found) <= LABELLED:
            dips = any(other is not None and other > value
                       for _, other in found[max(0, place - 1) : place + 2])  # fmt: skip
            parts.append(_TEXT.format("value", x, y + 18 if dips else y - 9, "middle",
                                      _percent(value)))  # fmt: skip
    return _drawn(f"{title}, {len(found)} periods", [*map(_trace, lines), *parts], HIGH, "standing")


def _trace(line: Sequence[tuple[float, float]]) -> Markup:
    """Return the line through dots, nothing where it is one alone."""
    if len(line) < 2:
        return Markup("")
    points = " ".join(f"{x},{y}" for x, y in line)
    return Markup('<polyline class="trace" points="{}"></polyline>').format(points)


def _low(least: float) -> float:
    """Return where a scale of shares begins, with room for a value below its dot."""
    return 0.0 if least < 50 else floor((least - 4) / 10) * 10.0


def _named(place: int, count: int, x: float, label: str) -> list[Markup]:
    """Return the name of a period below its column, where there is room for it."""
    every = _every(count)
    if place % every:
        return []
    kind = "period odd" if place // every % 3 else "period"
    return [_TEXT.format(kind, x, HIGH - 12, "middle", _shortened(label, count))]


def _columns(title: str, columns: Sequence[Column], unit: str, *, stacked: bool) -> Markup:
    tall = [(sum if stacked else max)(bar.value for bar in one.bars) for one in columns if one.bars]
    if not any(tall):
        return Markup("")
    top = _top(max(tall))
    step = (WIDE - _LEFT - _RIGHT) / len(columns)
    parts = [*_scale(0.0, top, unit)]
    for place, one in enumerate(columns):
        middle = _LEFT + step * (place + 0.5)
        parts += _named(place, len(columns), round(middle, 1), one.label)
        if not one.bars:
            parts.append(_TEXT.format("none", round(middle, 1), HIGH - _BOTTOM - 6, "middle", "–"))
            continue
        parts += _bars(one, middle, step * 0.72, top, stacked=stacked)
        if len(columns) <= LABELLED and one.value:
            reach = (sum if stacked else max)(bar.value for bar in one.bars)
            y = _up(reach, 0.0, top) - 6
            parts.append(_TEXT.format("value", round(middle, 1), y, "middle", one.value))
    return _drawn(f"{title}, {len(columns)} periods", parts, HIGH, "standing")


def _bars(column: Column, middle: float, wide: float, top: float, *, stacked: bool) -> list[Markup]:
    found, below = [], 0.0
    each = wide if stacked else wide / len(column.bars)
    for place, bar in enumerate(column.bars):
        left = middle - wide / 2 + (0 if stacked else place * each)
        upper, lower = _up(below + bar.value, 0.0, top), _up(below, 0.0, top)
        if bar.value > 0:
            found.append(_RECT.format(f"bar {bar.kind}", round(left, 1), upper, round(each, 1),
                                      round(max(lower - upper, 1.0), 1), bar.said))  # fmt: skip
        below += bar.value if stacked else 0.0
    return found


def _scale(low: float, top: float, unit: str) -> list[Markup]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        value = low + (top - low) * share
        y = _up(value, low, top)
        parts += [_LINE.format("axis" if not share else "grid", _LEFT, y, WIDE - _RIGHT, y),
                  _TEXT.format("scale", _LEFT - 6, y + 4, "end", f"{_number(value)}{unit}")]  # fmt: skip
    return parts


def _up(value: float, low: float, top: float) -> float:
    return round(HIGH - _BOTTOM - (value - low) / (top - low) * (HIGH - _BOTTOM - _TOP), 1)


def _top(most: float) -> float:
    """Return the round number a scale ends with."""
    unit = 10 ** floor(log10(most))
    return float(next(step * unit for step in (1, 2, 4, 5, 8, 10) if step * unit >= most))


def _every(count: int) -> int:
    """Return which columns carry the name of their period, so that no two names touch."""
    return ceil(count / 13)


def _label(row: Row) -> str:
    return row.period.label if row.period else row.name


def _shortened(label: str, count: int) -> str:
    """Return the name of a period as it fits below a column: ``Mar ’26``."""
    head, _, year = label.rpartition(" ")
    return f"{head} ’{year[2:]}" if head and count > 6 else label


def _percent(share: float | None) -> str:
    if share is None:
        return ""
    return f"{100 * share:.0f} %" if share in {0.0, 1.0} else f"{100 * share:.1f} %"


def _number(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def _drawn(title: str, parts: Sequence[Markup], high: int, kind: str = "lying") -> Markup:
    head = Markup('<svg class="plot {}" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(kind, WIDE, high, title) + Markup("").join(parts) + Markup("</svg>")
