# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody sees who signs in as a customer: their own orders, and nothing else of the shop.

These are the pages whose reading is written down: who looked at what, when, from which device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import Response, jsonify, render_template, request, send_file, url_for

from traveler.customer import orders, questions, receipts, shares
from traveler.customer.errors import AttachmentNotTaken
from traveler.customer.orders import Order
from traveler.customer.stage import STAGES
from traveler.customer.talk_records import Attachment
from traveler.packet import issuing
from traveler.packet.records import Packet
from vault.errors import BadFileName, Refusal
from web import forms
from web.forms import Answer
from web.headers import sandboxed
from web.limits import Bucket
from web.views import packets
from web.visitor import device, me, names, vault

TYPED: Final = ("words", "question", "shipment", "by", "wrong")
ASKING: Final = frozenset({"ask", "add"})
DONE: Final = {
    "asked": "The shop has it and answers here.",
    "arrived": "Thank you; the shop knows that it arrived.",
}
LOOKS: Final = Bucket(size=120, seconds=1.0)
"""A hundred and twenty looks of one person at once, then one a second: each is written down."""


def listing() -> str:
    """Show the orders of whoever is signed in."""
    LOOKS.take(me().name)
    ended, words, skip = (
        forms.asked("which") == "done",
        forms.asked("q"),
        forms.number_asked("skip"),
    )
    found = orders.listing(vault(), me(), device(), ended=ended, words=words, skip=skip)
    more = (
        url_for("customer.listing", which=forms.asked("which"), q=words, skip=skip + orders.PAGE)
        if found.more else ""
    )  # fmt: skip
    return render_template(
        "customer.html", found=found, ended=ended, words=words, stages=STAGES, more=more, skip=skip,
        names=names(),
    )  # fmt: skip


def order(job: str) -> Answer:
    """Show one order; send a packet of it."""
    LOOKS.take(me().name)
    if request.method == "POST":
        try:
            return _done(job)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            return _shown(orders.look(vault(), me(), job, device()), refusal)
    return _shown(orders.look(vault(), me(), job, device()), None)


def standing(job: str) -> Response:
    """Say which packets of one's own order count, for a page that is open; no look is written down."""
    return jsonify(state=orders.standing(vault(), me(), job))


def who() -> dict[str, str]:
    """Return the names under which people speak, and the word for whoever wrote through a link."""
    return names() | {shares.NOBODY: "Through the link"}


def _done(job: str) -> Response:
    act = forms.needed("act", "what to do")
    if act in ASKING:
        return _asked(job, act)
    if act == "file":
        return handed_over(*orders.attachment(vault(), me(), job, asked_file(), device()))
    if act == "arrived":
        receipts.confirm(vault(), me(), job, **arrived(), device=device())
        return forms.gone_on(url_for("customer.order", job=job, done="arrived"))
    one, _path = orders.fetched(
        vault(), me(), job, forms.needed("packet", "the packet"), device(), pdf=act == "pdf"
    )
    return _sent(one, pdf=act == "pdf")


def arrived() -> dict[str, str]:
    """Return what somebody says of a shipment that came."""
    return {"shipment": forms.needed("shipment", "the shipment"), "by": forms.text("by"),
            "wrong": forms.text("wrong")}  # fmt: skip


def asked_file() -> int:
    """Return which file is asked for."""
    return forms.whole("file", "which file")


@contextmanager
def attached() -> Iterator[Mapping[str, Path]]:
    """Give the files that come with something said, written aside until they are taken."""
    try:
        with forms.uploaded("files", vault().cache / "uploads") as files:
            yield files
    except BadFileName as bad:
        raise AttachmentNotTaken(name=bad.facts["name"], why=bad.facts["why"]) from bad


def handed_over(one: Attachment, path: Path) -> Response:
    """Send a file that goes with something said, to be kept and never to be opened by the browser."""
    answer = send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=one.name
    )
    return sandboxed(answer, "private, no-store")


def _asked(job: str, act: str) -> Response:
    words, key = forms.needed("words", "The question"), forms.text("key")
    with attached() as files:
        if act == "ask":
            questions.ask(vault(), me(), job, words, device=device(), key=key, files=files)
        else:
            questions.add(
                vault(), me(), forms.whole("question", "the question"), words, device=device(),
                key=key, corrects=forms.whole("corrects", "what it corrects", 0), files=files,
            )  # fmt: skip
    return forms.gone_on(url_for("customer.order", job=job, done="asked", _anchor="questions"))


def _sent(one: Packet, *, pdf: bool) -> Response:
    return packets.sent(one, pdf=pdf)


def _shown(view: Order, refusal: Refusal | None) -> str | tuple[str, int]:
    shown = render_template(
        "customer_order.html", view=view, counts=issuing.standing(vault(), view.job), stages=STAGES,
        refusal=str(refusal) if refusal else "", names=who(),
        done=DONE.get(forms.asked("done"), ""), typed=forms.typed(*TYPED),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown
