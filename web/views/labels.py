# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels to stick on: for the machines, and for the bins of a job."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, request, url_for

from traveler import jobs, labels
from web import forms
from web.visitor import me, vault


def of_stations() -> Response:
    """Return the labels of the stations the query names, of all where it names none."""
    with tempfile.TemporaryDirectory(prefix="labels-") as folder:
        out = Path(folder) / f"stations.{_form()}"
        made = labels.of_stations(vault(), request.args.getlist("station"), out)
        return forms.handed_out(made.path, out.name)


def of_job(job: str) -> Response:
    """Print the labels of a job: they carry a new code, so printing is an act and not a look."""
    if request.method != "POST":
        jobs.show(vault(), job)
        return forms.sent_to(url_for("jobs.page", job=job))
    count = forms.whole("count", "The number of labels", 1)
    with tempfile.TemporaryDirectory(prefix="labels-") as folder:
        out = Path(folder) / f"{job}_labels.{_form()}"
        made = labels.of_job(vault(), me(), job, out, count)
        return forms.handed_out(made.path, out.name)


def _form() -> str:
    return "zpl" if "zpl" in {forms.asked("as"), forms.text("as")} else "pdf"
