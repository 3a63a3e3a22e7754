# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inspection report of a job: every result with its limits, what did not conform, and the proof."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from traveler import jobs, paper
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.records import Filter
from traveler.quality import views
from vault.home import Vault

PASSED: Final = {"pass": "within", "fail": "OUT", "missing": "not measured"}


def report(vault: Vault, job: str, out: Path) -> int:
    """Write the inspection report of a job as PDF: every result with its limits and pass mark."""
    found, view = views.results_of(vault, job), jobs.show(vault, job)
    summary = [
        (row.characteristic.balloon, row.characteristic.requirement, _limits(row),
         f"{len(row.results)} of {row.needed}", str(len(row.outside)), PASSED[row.state])
        for row in found.characteristics
    ]  # fmt: skip
    results = [
        (row.characteristic.balloon, each.piece, f"{each.text} {each.unit}".strip(),
         "within" if each.passes else f"OUT {each.by} {each.verdict}" if each.by else "OUT",
         each.gauge or paper.NOT_SAID,
         f"{each.person}, {each.at[:10]}")
        for row in found.characteristics for each in row.results
    ]  # fmt: skip
    wrong = [(one.number, one.facts.what, str(one.facts.qty), one.facts.disposition or "open",
              one.facts.approved_by or one.facts.disposed_by or paper.NOT_SAID)
             for one in nc_views.listing(vault, Filter(job=job), 10_000)[::-1]]  # fmt: skip
    sections = [
        paper.section("Characteristics", [("Balloon", 0.9), ("Requirement", 4), ("Limits", 2.6),
                 ("Measured", 1.2), ("Out", 0.7), ("Result", 1.4)], summary,
                 "The revision was released without characteristics."),
        paper.section("Results", [("Balloon", 0.9), ("Piece", 1.2), ("Result", 2), ("", 1.6),
                 ("Gauge", 1.6), ("By", 2)], results, "Nothing was measured."),
        paper.section("Nonconformances", [("Number", 1.2), ("What", 5), ("Pieces", 0.8),
                 ("Disposition", 1.6), ("By", 1.4)], wrong),
        paper.section("Proof", [("", 1)], [(line.sentence,) for line in view.ground.proof.lines],
                 "None is asked."),
    ]  # fmt: skip
    job_ = view.job
    said = f"{job_.qty} × {job_.item} {job_.rev} {job_.title}: {PASSED[found.state]}"
    return paper.draw(vault, out, "INSPECTION REPORT", job_.number, said, sections,
                 f"/jobs/{job_.number}", f"plan {found.plan.sha256[:12]}")  # fmt: skip


def _limits(row: views.CharacteristicResults) -> str:
    one = row.characteristic
    if one.is_attribute:
        return one.unit
    return f"{one.lower or '–'} … {one.upper or '–'} {one.unit}"
