# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions of customers as the office sees them: what waits and for how long, and the answers."""

from __future__ import annotations

from typing import Final

from flask import render_template, request, url_for

from traveler.blockers.telling import span
from traveler.customer import questions
from traveler.customer.talk_records import Question
from vault import clock
from vault.errors import Refusal
from web import forms, paging
from web.forms import Answer
from web.views import customer
from web.visitor import device, me, names, vault

ANSWERED: Final = 50
"""Answered questions that are listed; older ones stand with their job."""
DONE: Final = {"answer": "The customer reads it on their page from now on."}


def listing() -> str:
    """Show the questions that wait, with their age, and the newest answered ones."""
    waiting = paging.paged(questions.waiting(vault(), me()), _text)
    return render_template(
        "questions.html", open=waiting, ages={one.id: age(one) for one in waiting.rows},
        answered=questions.answered(vault(), me(), ANSWERED), most=ANSWERED,
    )  # fmt: skip


def page(question: int) -> Answer:
    """Show a question with all that was said; answer it, or send a file of it."""
    one = questions.show(vault(), me(), question)
    if request.method != "POST":
        return _shown(one, None)
    try:
        if forms.text("act") == "file":
            return customer.handed_over(
                *questions.fetched(vault(), me(), question, customer.asked_file(), device())
            )
        with customer.attached() as files:
            questions.answer(
                vault(), me(), question, forms.needed("words", "The answer"),
                corrects=forms.whole("corrects", "what it corrects", 0), device=device(),
                key=forms.text("key"), files=files,
            )  # fmt: skip
    except Refusal as refusal:
        return _shown(one, refusal)
    return forms.gone_on(url_for("questions.page", question=question, done="answer"))


def age(one: Question) -> str:
    """Return for how long the shop has owed an answer, ``3 h``."""
    return span(clock.moment(clock.now()) - clock.moment(one.waits_since or one.asked_at))


def _text(one: Question) -> str:
    return f"{one.label} {one.customer} {one.job} {' '.join(said.words for said in one.said)}"


def _shown(one: Question, refusal: Refusal | None) -> str | tuple[str, int]:
    shown = render_template(
        "question.html", one=one, names=names(), answers=questions.may_answer(vault(), me()),
        done=DONE.get(forms.asked("done"), ""), refusal=str(refusal) if refusal else "",
        typed=forms.typed("words"),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown
