# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts over jobs: each characteristic of an item, and one of them with run chart and histogram."""

from __future__ import annotations

from flask import render_template

from traveler.quality import charts
from web import forms, plots
from web.visitor import vault


def item(number: str) -> str:
    """Show what all results say of each characteristic of an item's revision."""
    name, rev, found = charts.of_item(vault(), number, forms.asked("rev") or None)
    return render_template("charts.html", number=name, rev=rev, rows=found)


def one(number: str, balloon: str) -> str:
    """Show one characteristic over all jobs."""
    chart = charts.of_characteristic(vault(), number, balloon, forms.asked("rev") or None)
    return render_template(
        "chart.html", chart=chart, told=chart.summary.characteristic,
        found=chart.summary.capability, run=plots.run_chart(chart), bars=plots.histogram(chart),
        short=plots.short,
    )  # fmt: skip
