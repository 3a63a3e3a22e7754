# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page behind a customer's link: it says nothing until it is opened, which is written down."""

from __future__ import annotations

from typing import Final

from flask import Response, jsonify, render_template, request, url_for

from traveler.customer import logins, messages, questions, shares
from traveler.customer.errors import NoSuchQuestion, NotYourWords, PasscodeLocked, WrongPasscode
from traveler.customer.orders import Order
from traveler.customer.stage import STAGES
from traveler.packet import issuing
from traveler.shipping.errors import ConfirmedAlready, NoSuchShipment, ShipmentCannot
from vault.errors import BadInput, Refusal, TooMany
from web import forms
from web.forms import Answer
from web.limits import Bucket
from web.views import customer, packets
from web.visitor import device, me, vault

TRIES: Final = Bucket(size=40, seconds=3.0)
"""Forty openings of one device at once, then one every three seconds."""
SHOWN: Final = 50
DONE: Final = {"withdrawn": "The link opens nothing any more."}


def page(share: str) -> Answer:
    """Ask to open a link; show the order behind it, or send its packet."""
    if request.method != "POST":
        return _asked(share, None)
    TRIES.take(request.remote_addr or "")
    passcode, act = forms.secret("passcode"), forms.text("act")
    refusal: Refusal | None = None
    try:
        if act in {"zip", "pdf"}:
            one, _path = shares.fetched(vault(), share, passcode, device(), pdf=act == "pdf")
            return packets.sent(one, pdf=act == "pdf")
        if act == "file":
            return customer.handed_over(
                *shares.attachment(vault(), share, passcode, device(), customer.asked_file())
            )
        if act in customer.ASKING or act == "arrived":
            refusal = _asking(share, passcode, act)
        view = shares.opened(vault(), share, passcode, device())
    except (WrongPasscode, PasscodeLocked) as refused:
        return _asked(share, refused)
    done = "" if refusal else "asked" if act in customer.ASKING else act
    return _shown(share, view, passcode, refusal, customer.DONE.get(done, ""))


def _asking(share: str, passcode: str, act: str) -> Refusal | None:
    """Ask or confirm through the link; return why it was refused, so that the words stand there still."""
    try:
        if act == "arrived":
            shares.confirmed(vault(), share, passcode, device(), **customer.arrived())
            return None
        with customer.attached() as files:
            shares.asked(
                vault(), share, passcode, device(), forms.needed("words", "The question"),
                question=forms.whole("question", "the question") if act == "add" else 0,
                corrects=forms.whole("corrects", "what it corrects", 0), key=forms.text("key"),
                files=files,
            )  # fmt: skip
    except (
        BadInput,
        TooMany,
        NotYourWords,
        NoSuchQuestion,
        ConfirmedAlready,
        NoSuchShipment,
        ShipmentCannot,
    ) as refusal:
        if isinstance(refusal, PasscodeLocked):
            raise
        return refusal
    return None


def standing(share: str) -> Response:
    """Say which packets of a link's order count, for a page that was opened; nobody else is told."""
    return jsonify(state=shares.standing(vault(), share, forms.asked("seen")))


def of_job(job: str) -> Answer:
    """Show the links to a job and every use of each; make one, or withdraw one."""
    made, refusal = "", None
    if request.method == "POST":
        try:
            if forms.needed("act", "what to do") == "withdraw":
                shares.withdraw(vault(), me(), forms.whole("share", "the link"))
                return forms.gone_on(url_for("links.of_job", job=job, done="withdrawn"))
            _one, made = shares.make(
                vault(), me(), job, days=forms.whole("days", "how many days", shares.DAYS),
                passcode=forms.secret("passcode"), dates=bool(forms.text("dates")),
                whom=forms.text("whom"),
            )  # fmt: skip
        except Refusal as fault:
            refusal = fault
    shown = render_template(
        "shares.html", job=job, shares=shares.listing(vault(), job), made=made, days=shares.DAYS,
        looks=logins.looks(vault(), me(), job=job)[:SHOWN],
        questions=questions.of_job(vault(), me(), job)[::-1],
        told=messages.told(vault(), me(), job=job),
        done=DONE.get(forms.asked("done"), ""), refusal=str(refusal) if refusal else "",
        typed=forms.typed("whom", "days"),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown


def _asked(share: str, refusal: Refusal | None) -> str | tuple[str, int]:
    found = shares.look(vault(), share)
    shown = render_template(
        "share.html", share=share, locked=found.passcode_hash is not None, view=None,
        refusal=str(refusal) if refusal else "",
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown


def _shown(
    share: str, view: Order, passcode: str, refusal: Refusal | None, done: str
) -> str | tuple[str, int]:
    seen = shares.ticket(shares.look(vault(), share), share)
    shown = render_template(
        "share.html", share=share, view=view, seen=seen or None, counts=issuing.standing(vault(), view.job),
        stages=STAGES, passcode=passcode, locked=False,
        names=customer.who(), nobody=shares.NOBODY, refusal=str(refusal) if refusal else "",
        done=done,
        typed=forms.typed(*customer.TYPED) if refusal else dict.fromkeys(customer.TYPED, ""),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown
