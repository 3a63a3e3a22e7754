# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos, notes and results from the floor: the traveler's code, a badge and its PIN."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, jsonify, render_template, url_for

from traveler.floor import scan, watching
from traveler.floor.scan import FloorView
from traveler.quality import evidence, gauges, measurements, remaining
from traveler.quality.errors import NothingToMeasure
from traveler.quality.evidence import Wanted
from traveler.quality.measurements import Reading
from vault import codes
from vault.errors import Refusal
from web import badge, forms, tablet, uploads
from web.forms import Answer
from web.views import quality
from web.visitor import device, vault

MOST_ROWS, AHEAD = 200, 100
"""Characteristics of a step, and the next pieces to measure, that a tablet takes along."""
KINDS: Final = ("photo", "note", "document", "certificate", "heat")


def evidence_page(token: str) -> Answer:
    """Ask for a photo, a note or a certificate of the traveler's step, or keep it."""
    view = scan.look(vault(), token)

    def added() -> Response:
        person = badge.who()
        wanted = Wanted(
            kind=forms.needed("kind", "What it is"), job=view.job.number, seq=_seq(view),
            balloon=forms.text("balloon"), words=forms.text("words"), heat=forms.text("heat"),
        )  # fmt: skip
        with uploads.sent("files") as files:
            evidence.add(vault(), person, wanted, files, device=device(),
                         idempotency_key=forms.text("key"), token=token)  # fmt: skip
        return forms.gone_on(url_for("floor.page", token=token, done="evidence"))

    return forms.answered(added, lambda refusal: _asking_evidence(token, view, refusal))


def measure_page(token: str) -> Answer:
    """Ask for one result of the traveler's step, or record it and ask for the next."""
    view = scan.look(vault(), token)

    def recorded() -> Response:
        person = badge.who()
        balloon, piece = (
            forms.needed("balloon", "The characteristic"),
            forms.needed("piece", "Piece"),
        )
        reading = Reading(balloon, piece, forms.needed("result", "The result"),
                          gauge=forms.text("gauge"))  # fmt: skip
        done = measurements.record(
            vault(), person, view.job.number, _seq(view), [reading], device=device(),
            idempotency_key=forms.text("key"), token=token,
        )  # fmt: skip
        said = done.outside[0].id if done.outside else None
        return forms.gone_on(
            url_for("floor_quality.measure_page", token=token, said=said, ok=None if said else 1,
                    last=piece, of=balloon, gauge=forms.text("gauge") or None, who=person.name)
        )  # fmt: skip

    return forms.answered(recorded, lambda refusal: _asking_result(token, view, refusal))


def plan(token: str) -> Response:
    """Tell the page's program what the step still asks to be measured, for when there is no contact."""
    view = watching.view(vault(), token)
    found = remaining.at(vault(), view.job.number, _seq(view))
    ahead = found.ahead(AHEAD + 1)
    pieces = ahead[:AHEAD]
    return jsonify(
        seq=_seq(view), pieces=pieces, more=len(ahead) > AHEAD,
        rows=[
            {
                "balloon": told.balloon, "requirement": told.requirement, "unit": told.unit,
                "lower": told.lower, "upper": told.upper, "attribute": told.is_attribute, "gauge": told.gauge,
                "open": row.open, "measured": sorted(row.measured.intersection(pieces)),
            }
            for row in found.rows[:MOST_ROWS] for told in (row.characteristic,)
        ],
        gauges=[
            {"code": one.code, "kind": one.kind, "state": state}
            for one, state in gauges.listing(vault()) if state != "retired"
        ],
    )  # fmt: skip


def measured(token: str) -> dict[str, Any]:
    """Record the result that was pressed at a tablet; returns what to say, and which result is out."""
    view, person = scan.look(vault(), token), badge.who()
    balloon, piece = forms.needed("balloon", "The characteristic"), forms.needed("piece", "Piece")
    reading = Reading(
        balloon, piece, forms.needed("result", "The result"), gauge=forms.text("gauge")
    )
    done = measurements.record(
        vault(), person, view.job.number, forms.whole("seq", "The step"), [reading],
        device=device(), idempotency_key=forms.needed("key", "The key"), token=token,
        sent=tablet.sent(),
    )  # fmt: skip
    if not done.outside:
        return {"said": f"Balloon {balloon}, piece {piece}: in tolerance."}
    one = done.outside[0]
    over = f"{one.by} {one.verdict}" if one.by else one.verdict
    read = f"{one.text} {one.unit}".rstrip()
    said = f"Balloon {balloon}, piece {piece}: {read} is out of tolerance, {over}."
    return {"said": f"{said} Set the piece aside and mark it.", "out": one.id}


def _seq(view: FloorView) -> int | None:
    return view.step.operation.seq if view.step is not None else None


def _asking_evidence(token: str, view: FloorView, refusal: Refusal | None) -> str:
    return render_template(
        "floor_evidence.html", view=view, job=view.job, step=view.step, kinds=KINDS,
        typed=forms.typed("kind", "words", "heat", "balloon", "operator"),
        who=badge.asked(evidence.STAFF), refusal=str(refusal) if refusal else None,
        back=url_for("floor.page", token=token),
        here=url_for("floor_quality.evidence_page", token=token),
        key=forms.text("key") or codes.new_code(),
    )  # fmt: skip


def _asking_result(token: str, view: FloorView, refusal: Refusal | None) -> str:
    found = remaining.at(vault(), view.job.number, _seq(view))
    if refusal is None and not found.plan.characteristics:
        refusal = NothingToMeasure(item=view.job.item, rev=view.job.rev)
    chosen = quality.asked_for(found)
    number = forms.number_asked("said")
    with vault().ledger.reading() as connection:
        said = quality.out_of(connection, view.job.number, number) if number else None
    return render_template(
        "floor_measure.html", view=view, job=view.job, code=token, step=view.step, found=found, chosen=chosen,
        left=found.open, said=said,
        ok=forms.asked("ok"), last=forms.asked("last"), last_of=forms.asked("of"),
        gauges=[one for one in gauges.listing(vault()) if one[1] != "retired"],
        gauge=forms.text("gauge") or forms.asked("gauge"),
        typed=forms.typed("result") | {"operator": forms.text("operator") or forms.asked("who")},
        who=badge.asked(measurements.STAFF),
        refusal=str(refusal) if refusal else None, back=url_for("floor.page", token=token),
        here=url_for("floor_quality.measure_page", token=token),
        key=forms.text("key") or codes.new_code(),
        before=quality.said_before(view.job.number, chosen),
    )  # fmt: skip
