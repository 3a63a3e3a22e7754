# SPDX-License-Identifier: AGPL-3.0-or-later
"""The complete file set of an item at a revision, as bytes by name (all but the STEP file)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from sample_vault.actuator import drawings as actuator
from sample_vault.bought import drawings as bought
from sample_vault.catalogue import stem
from sample_vault.drafting.canvas import Canvas
from sample_vault.extras import EXTRAS
from sample_vault.office import Job
from sample_vault.papers import drawings as papers
from sample_vault.register import Entry, Row
from sample_vault.vise import drawings as vise

DRAWINGS: dict[str, Callable[[str], Job]] = {
    **actuator.DRAWINGS,
    **bought.DRAWINGS,
    **papers.DRAWINGS,
    **vise.DRAWINGS,
}

_BOM = ("number", "qty", "find")
_CHECKS = ("balloon", "requirement", "nominal", "lower", "upper", "unit", "gauge")


def files_of(entry: Entry, rev: str) -> tuple[dict[str, bytes], list[Canvas]]:
    """All files of a revision, and the sheets of its drawing for the checker."""
    made = {"item.toml": _item(entry, rev).encode()}
    sheets: list[Canvas] = []
    if entry.number in DRAWINGS:
        job = DRAWINGS[entry.number](rev)
        made[f"{stem(entry.number)}.pdf"] = job.drawing.write()
        sheets = job.drawing.canvases
    if route := entry.at(rev, entry.route):
        made["route.toml"] = _route(route).encode()
    if bom := entry.at(rev, entry.bom):
        made["bom.csv"] = _table(_BOM, bom)
    if checks := entry.at(rev, entry.checks):
        made["characteristics.csv"] = _table(_CHECKS, checks)
    if entry.number in EXTRAS:
        made |= EXTRAS[entry.number](rev)
    return made, sheets


def _value(value: object) -> str:
    """A TOML value: strings, numbers and lists of strings are all that occurs here."""
    return json.dumps(value, ensure_ascii=False)


def _item(entry: Entry, rev: str) -> str:
    lines = [
        f"number = {_value(entry.number)}",
        f"title  = {_value(entry.title)}",
        f"kind   = {_value(entry.kind)}",
        f"owner  = {_value(entry.owner)}",
    ]
    meta = {k: v for k, v in entry.metadata.items() if "_" not in k}
    if "material" in meta:
        meta["material"] = entry.material(rev)
    lines += [f"{key} = {_value(value)}" for key, value in meta.items()]
    return "\n".join(lines) + "\n"


def _route(rows: list[Row]) -> str:
    blocks = []
    for row in rows:
        body = "\n".join(f"{key} = {_value(value)}" for key, value in row.items())
        blocks.append(f"[[operation]]\n{body}\n")
    return "\n".join(blocks)


def _table(columns: tuple[str, ...], rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
