# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts as SVG drawn by the server: no script, and readable as tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from traveler.quality.capability import Bar
from traveler.quality.charts import Chart

WIDE: Final = 720
HIGH: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 74, 70, 14, 30
_LINE = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"></line>')
_TEXT = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')


def run_chart(chart: Chart) -> Markup:
    """Return the newest results in their order, with both limits and the mean."""
    if not chart.run:
        return Markup("")
    values = [one.value for one in chart.run]
    found = chart.summary.capability
    marks = [*(limit for limit in (chart.grid.lower, chart.grid.upper) if limit is not None),
             *([found.mean] if found else [])]  # fmt: skip
    up, low, high = _scale([*values, *marks], HIGH - _BOTTOM, _TOP)
    step = (WIDE - _LEFT - _RIGHT) / max(len(values) - 1, 1)
    at = [(round(_LEFT + place * step, 1), up(one)) for place, one in enumerate(values)]
    parts = [_frame(), *_limits(chart, up)]
    if found:
        parts += [_across("mean", up(found.mean)),
                  _TEXT.format(WIDE - _RIGHT + 6, up(found.mean) + 4, "start", "mean")]  # fmt: skip
    parts.append(Markup('<polyline class="trace" points="{}"></polyline>').format(
        " ".join(f"{x},{y}" for x, y in at)))  # fmt: skip
    parts += [
        Markup('<circle class="dot{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
            "" if one.measurement.passes else " out", x, y, 3 if one.measurement.passes else 5,
            f"{one.measurement.job}, piece {one.measurement.piece}: {one.measurement.text}",
        )
        for one, (x, y) in zip(chart.run, at, strict=True)
    ]  # fmt: skip
    parts += [_TEXT.format(_LEFT - 6, HIGH - _BOTTOM + 4, "end", short(low)),
              _TEXT.format(_LEFT - 6, _TOP + 8, "end", short(high)),
              _TEXT.format(_LEFT, HIGH - 8, "start", "oldest shown"),
              _TEXT.format(WIDE - _RIGHT, HIGH - 8, "end", "newest")]  # fmt: skip
    return _drawn(f"Run chart of the newest {len(values)} results", parts)


def histogram(chart: Chart) -> Markup:
    """Return how all results are distributed; bars beyond a limit are marked."""
    if not chart.bars or chart.summary.characteristic.is_attribute:
        return Markup("")
    bars = chart.bars
    ends = [bars[0].since, bars[-1].until,
            *(limit for limit in (chart.grid.lower, chart.grid.upper) if limit is not None)]  # fmt: skip
    low, high = min(ends), max(ends)
    most = max(one.count for one in bars)

    def across(value: float) -> float:
        return round(_LEFT + (value - low) / ((high - low) or 1) * (WIDE - _LEFT - _RIGHT), 1)

    parts = [_frame(), *(_bar(chart, one, across, most) for one in bars if one.count)]
    for word, limit in (("LSL", chart.grid.lower), ("USL", chart.grid.upper)):
        if limit is not None:
            parts += [_LINE.format("limit", across(limit), _TOP, across(limit), HIGH - _BOTTOM),
                      _TEXT.format(across(limit), HIGH - 8, "middle", f"{word} {short(limit)}")]  # fmt: skip
    parts += [_TEXT.format(_LEFT - 6, _TOP + 8, "end", str(most)),
              _TEXT.format(_LEFT - 6, HIGH - _BOTTOM + 4, "end", "0")]  # fmt: skip
    return _drawn(f"Histogram of {sum(one.count for one in bars)} results", parts)


def short(value: float) -> str:
    """Return a number for an axis, six digits at most."""
    return f"{value:.6g}"


def _bar(chart: Chart, one: Bar, across: Callable[[float], float], most: int) -> Markup:
    middle, grid = (one.since + one.until) / 2, chart.grid
    out = (grid.lower is not None and middle < grid.lower) or (
        grid.upper is not None and middle > grid.upper
    )
    tall = round(one.count / most * (HIGH - _TOP - _BOTTOM), 1)
    wide = max(round(across(one.until) - across(one.since) - 1, 1), 1)
    return Markup(
        '<rect class="bar{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
    ).format(" out" if out else "", across(one.since), HIGH - _BOTTOM - tall, wide, tall,
             f"{short(one.since)} to {short(one.until)}: {one.count}")  # fmt: skip


def _limits(chart: Chart, up: Callable[[float], float]) -> list[Markup]:
    parts = []
    for word, limit in (("USL", chart.grid.upper), ("LSL", chart.grid.lower)):
        if limit is not None:
            parts += [_across("limit", up(limit)),
                      _TEXT.format(WIDE - _RIGHT + 6, up(limit) + 4, "start", word)]  # fmt: skip
    return parts


def _across(kind: str, y: float) -> Markup:
    return _LINE.format(kind, _LEFT, y, WIDE - _RIGHT, y)


def _frame() -> Markup:
    return _LINE.format(
        "axis", _LEFT, HIGH - _BOTTOM, WIDE - _RIGHT, HIGH - _BOTTOM
    ) + _LINE.format("axis", _LEFT, _TOP, _LEFT, HIGH - _BOTTOM)


def _scale(
    values: Sequence[float], bottom: float, top: float
) -> tuple[Callable[[float], float], float, float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.001 or 1.0
    low, high = low - room, high + room

    def up(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    return up, low, high


def _drawn(title: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(WIDE, HIGH, title) + Markup("").join(parts) + Markup("</svg>")
