# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof packets: the list, one packet, what is missing for the next, and the answer behind its QR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Response, jsonify, render_template, request, send_file, url_for

from traveler.packet import issuing, letting, telling
from traveler.packet.records import Packet
from vault.errors import Refusal
from web import forms, present
from web.forms import Answer
from web.headers import sandboxed
from web.visitor import device, me, vault

PAGE: Final = 50
FACES: Final = {
    "valid": ("go", "check", "VALID"),
    "replaced": ("halt", "stop", "REPLACED"),
    "revoked": ("halt", "hand", "WITHDRAWN"),
}
LETTING: Final[Mapping[str, Callable[..., object]]] = {"let": letting.let, "hold": letting.hold}
DONE: Final = {
    "issued": "The packet is issued; its bytes are stored as they are.",
    "revoked": "The packet is withdrawn. Nobody can download it any more.",
}


def listing() -> str:
    """Show every packet, the newest first."""
    skipped = forms.number_asked("skip")
    found = issuing.listing(vault(), limit=PAGE + 1, skip=skipped)
    more = url_for("packets.listing", skip=skipped + PAGE) if len(found) > PAGE else ""
    return render_template("packets.html", packets=found[:PAGE], more=more, faces=FACES)


def page(packet: str) -> Answer:
    """Show a packet; withdraw it."""
    one = issuing.show(vault(), packet)
    if request.method == "POST":
        try:
            issuing.revoke(vault(), me(), packet, forms.text("why"), device())
        except Refusal as refusal:
            return _shown(one, refusal)
        return forms.gone_on(url_for("packets.page", packet=packet, done="revoked"))
    return _shown(one, None)


def of_job(job: str) -> Answer:
    """Show what a packet of a job would hold and what is not right yet; issue it."""
    refusal: Refusal | None = None
    if request.method == "POST" and forms.text("act") in LETTING:
        try:
            LETTING[forms.text("act")](
                vault(), me(), forms.whole("evidence", "the evidence"), forms.text("why"),
                device=device(),
            )  # fmt: skip
        except Refusal as fault:
            refusal = fault
        else:
            return forms.gone_on(url_for("packets.of_job", job=job))
    elif request.method == "POST":
        teller = telling.Teller(vault(), job)
        try:
            made = issuing.issue(vault(), me(), job, forms.text("why"), device(), teller)
        except Refusal as fault:
            refusal = fault
        else:
            return forms.gone_on(url_for("packets.page", packet=made.label, done="issued"))
        finally:
            teller.end()
    gathered = issuing.check(vault(), job)
    earlier = issuing.listing(vault(), job=gathered.cover["Job"])
    shown = render_template(
        "packet_new.html", gathered=gathered, job=gathered.cover["Job"], earlier=earlier,
        refusal=str(refusal) if refusal else "", typed=forms.typed("why"), faces=FACES,
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown


def making(job: str) -> Response:
    """Say how far the packet of a job is that is being made."""
    return jsonify(points=telling.points(vault(), job))


def standing(packet: str) -> Response:
    """Say whether a packet counts, for a page that is open."""
    one = issuing.show(vault(), packet)
    return jsonify(state=one.state)


def code_standing(code: str) -> Response:
    """Say whether the packet behind a code counts, for a page that is open."""
    return jsonify(state=issuing.by_code(vault(), code).state)


def file(packet: str, form: str) -> Response:
    """Send the stored bytes; a withdrawn packet is refused."""
    one = issuing.show(vault(), packet)
    return sent(one, pdf=form != "zip")


def sent(one: Packet, *, pdf: bool) -> Response:
    """Send the bytes of a packet as an attachment, through the app, so that withdrawing works at once."""
    path = issuing.file_of(vault(), one, pdf=pdf)
    name = one.name if not pdf else f"{one.name.removesuffix('.zip')}.pdf"
    kind = "application/pdf" if pdf else "application/zip"
    answer = send_file(
        path, mimetype=kind, as_attachment=True, download_name=name, conditional=True
    )
    return sandboxed(answer, "private, no-store")


def code(code: str) -> str:
    """Answer a scanned packet: valid, replaced or withdrawn; no more than the paper in hand says."""
    one = issuing.by_code(vault(), code)
    tone, mark, word = FACES[one.state]
    checked = present.now_time(present.zone(vault().settings.time_zone))
    return render_template(
        "packet_code.html", code=code, packet=one, tone=tone, mark=mark, word=word, checked=checked
    )


def _shown(one: Packet, refusal: Refusal | None) -> str | tuple[str, int]:
    tone, mark, word = FACES[one.state]
    shown = render_template(
        "packet.html", packet=one, tone=tone, mark=mark, word=word, done=DONE.get(forms.asked("done"), ""),
        others=[other for other in issuing.listing(vault(), job=one.job) if other.id != one.id],
        refusal=str(refusal) if refusal else "", typed=forms.typed("why"), faces=FACES,
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown
