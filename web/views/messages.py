# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages to customers: a draft with the source of every sentence, edited and sent by a person."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import render_template, request, url_for

from traveler.customer import messages, questions
from traveler.customer.facts import Fact
from traveler.customer.messages import Draft
from vault.errors import Refusal
from web import forms
from web.forms import Answer
from web.visitor import device, me, vault

DONE: Final = {
    "sent": "It stands on the customer's page. Copy it, or open it in a mail, where they wait for one."
}


def of_job(job: str) -> Answer:
    """Show the draft about one order, and what was sent so far; send."""
    return _page(url_for("messages.of_job", job=job), job=job)


def of_customer() -> Answer:
    """Show the draft about all orders of a customer, and what was sent so far; send."""
    customer = forms.asked("customer")
    return _page(url_for("messages.of_customer", customer=customer), customer=customer)


def _page(action: str, *, job: str = "", customer: str = "") -> Answer:
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            messages.send(
                vault(), me(), request.form.get("words", ""), job=job, customer=customer,
                mark=forms.text("mark"), corrects=forms.whole("corrects", "what it corrects", 0),
                device=device(), key=forms.text("key"),
            )  # fmt: skip
        except Refusal as fault:
            refusal = fault
        else:
            return forms.gone_on(f"{action}{'&' if '?' in action else '?'}done=sent")
    draft = messages.draft(vault(), me(), job=job, customer=customer)
    told = messages.told(vault(), me(), job=job, customer=customer)
    shown = render_template(
        "message.html", draft=draft, action=action, told=told,
        mail={one.id: _mail(draft, one.words) for one in told},
        sources=[_source(one) for one in draft.facts], sends=questions.may_answer(vault(), me()),
        done=DONE.get(forms.asked("done"), ""), refusal=str(refusal) if refusal else "",
        typed=forms.typed("corrects") | {"words": request.form.get("words", "") if refusal else ""},
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown


def _source(fact: Fact) -> tuple[str, str]:
    """Return the record a fact rests on and the way to it."""
    if fact.kind == "step":
        return f"job {fact.job}, step {fact.where}", url_for("jobs.page", job=fact.job)
    if fact.kind == "blocker":
        return f"blocker {fact.where} of job {fact.job}", url_for(
            "blockers.page", blocker=int(fact.where)
        )
    if fact.kind == "packet":
        return fact.where, url_for("packets.page", packet=fact.where)
    if fact.kind == "shipment":
        return fact.where, url_for("shipping.page", job=fact.job)
    if fact.kind == "forecast":
        return f"forecast of job {fact.job}", url_for("jobs.page", job=fact.job)
    return f"job {fact.job}", url_for("jobs.page", job=fact.job)


def _mail(draft: Draft, words: str) -> str:
    """Return the address that opens a message in a mail program, to be sent from there."""
    subject = (
        f"Order {draft.order}"
        if draft.order
        else f"Job {draft.job}"
        if draft.job
        else "Your orders"
    )
    to = ",".join(quote(one, safe="@") for one in draft.to)
    return f"mailto:{to}?subject={quote(subject)}&body={quote(words.replace(chr(10), chr(13) + chr(10)))}"
