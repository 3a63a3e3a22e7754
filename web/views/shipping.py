# SPDX-License-Identifier: AGPL-3.0-or-later
"""What leaves a job: shipments with their certificates, first articles, and their papers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from flask import Response, jsonify, render_template, url_for

from release import rulebook
from traveler import jobs
from traveler.firstarticle import desk as articles
from traveler.firstarticle import due
from traveler.firstarticle import forms as article_forms
from traveler.firstarticle import papers as article_papers
from traveler.inspection import report
from traveler.shipping import desk, papers
from vault import codes
from vault.errors import Refusal
from web import forms, uploads
from web.errors import NoSuchPage, NotReadable
from web.forms import Answer
from web.visitor import device, has_role, me, vault

DONE: Final = {
    "pack": "Packed.", "send": "It has left.", "receive": "Received.", "cancel": "Unpacked.",
    "correct": "Corrected; what was said before stays on record.", "attach": "Kept with it.",
    "certify": "Signed; the certificate is on the list.", "open": "Opened.",
    "list": "Form 2 is written.", "verify": "Verified: another person approves it.",
    "approve": "Approved; it is never altered again.", "reject": "Sent back.",
    "describe": "Form 1 is written.", "index": "The parts are written.",
    "accept": "The customer's approval is on form 1.", "cancel_fai": "Given up; it stays on record.",
    "waive": "Set aside, on record; further jobs of the item are not asked for it either.",
    "ask": "Asked again.",
}  # fmt: skip
_FIELDS: Final = ("qty", "to", "boxes", "pieces", "scope", "reason", "baseline", "balloons",
                  "serial", "process", "comments", "ref", "why")  # fmt: skip
_LABELS: Final = (
    ("serial", "3 Serial numbers"), ("drawing", "6 Drawing, if not the file"),
    ("changes", "8 Additional changes"), ("process", "9 Process reference, if not the route"),
    ("supplier", "11 Supplier code"), ("comments", "26 Comments"),
)  # fmt: skip
_DESCRIBED: Final = (*(name for name, _ in _LABELS), "detail", "customer")
_PAPERS: Final[dict[str, Callable[[Any, str, Path], int]]] = {
    "SH": papers.slip, "CC": papers.certificate, "FA": article_papers.article,
}  # fmt: skip


def page(job: str) -> Answer:
    """Show what has left of a job and what holds the rest, or act on it."""
    return _answered(job, "shipping.page", _ship, _leaving)


def article(job: str) -> Answer:
    """Show the first articles of a job and whether one is due, or act on one."""
    return _answered(job, "shipping.article", _inspect, _articles)


def api_articles(job: str) -> Response:
    """Return whether a first article is due on a job, every reason, and those that were opened."""
    told = due.owed(vault(), job)
    found = articles.listing(vault(), told.job)
    return jsonify({**told.as_json(), "articles": [one.as_json() for one in found]})


def paper(job: str, paper: str) -> Response:
    """Send a packing slip, a certificate, first article forms or the inspection report."""
    number, _, kind = paper.rpartition(".")
    with tempfile.TemporaryDirectory(prefix="paper-") as folder:
        out = Path(folder) / "paper"
        if paper == "inspection.pdf":
            report(vault(), job, out)
        elif kind == "xlsx" and number[:2].upper() == "FA":
            article_papers.workbook(vault(), number, out)
        elif kind == "pdf" and number[:2].upper() in _PAPERS:
            _PAPERS[number[:2].upper()](vault(), number, out)
        else:
            raise NoSuchPage
        return forms.handed_out(out, f"{job}_{paper}")


# --- inside -----------------------------------------------------------------


def _answered(
    job: str, address: str, act: Callable[[str, str], None],
    show: Callable[[str, Refusal | None], str],
) -> Answer:  # fmt: skip
    def acted() -> Response:
        deed = forms.text("act")
        act(job, deed)
        return forms.gone_on(url_for(address, job=job, done=deed))

    return forms.answered(acted, lambda refusal: show(job, refusal))


def _ship(job: str, deed: str) -> None:
    number, why = forms.text("shipment"), forms.text("why")
    if deed == "pack":
        told = {name: forms.text(name) for name in ("to", "boxes", "pieces") if forms.text(name)}
        desk.pack(vault(), me(), job, forms.whole("qty", "How many pieces"), device=device(),
                  idempotency_key=forms.text("key"), **told)  # fmt: skip
    elif deed == "send":
        desk.ship(vault(), me(), number, carrier=forms.text("carrier"),
                  tracking=forms.text("tracking"), device=device())  # fmt: skip
    elif deed == "receive":
        desk.receive(vault(), me(), number, forms.text("by"), forms.text("on"), why)
    elif deed == "cancel":
        desk.cancel(vault(), me(), number, why)
    elif deed == "attach":
        with uploads.sent("files") as files:
            desk.attach(vault(), me(), number, files, why, device=device())
    elif deed == "certify":
        desk.certify(vault(), me(), number, forms.secret("password"),
                     remarks=forms.text("remarks"), shelf_life=forms.text("shelf_life"), why=why)  # fmt: skip
    else:
        raise NotReadable(why="the form does not say what to do")


def _inspect(job: str, deed: str) -> None:
    number = forms.text("fai")
    if deed == "open":
        told = {name: forms.text(name) for name in _DESCRIBED if forms.text(name)}
        articles.open_new(
            vault(), me(), job, forms.needed("scope", "The scope"), forms.text("reason"),
            baseline=forms.text("baseline"),
            balloons=forms.text("balloons").replace(",", " ").split(), **told,
        )  # fmt: skip
    elif deed == "describe":
        articles.describe(vault(), me(), number, **{name: forms.text(name) for name in _DESCRIBED})
    elif deed == "index":
        articles.index(vault(), me(), number, _lines("index", 15))
    elif deed == "list":
        articles.materials(vault(), me(), number, _lines("materials", 5))
    elif deed == "accept":
        articles.accept(vault(), me(), number, forms.text("who"), forms.text("day"))
    elif deed in {"verify", "approve"}:
        sign = articles.verify if deed == "verify" else articles.approve
        sign(vault(), me(), number, forms.secret("password"))
    elif deed in {"reject", "cancel_fai"}:
        back = articles.reject if deed == "reject" else articles.cancel
        back(vault(), me(), number, forms.text("why"))
    elif deed in {"waive", "ask"}:
        mark = due.waive if deed == "waive" else due.ask
        mark(vault(), me(), job, forms.text("ref"), forms.text("why"), device())
    else:
        raise NotReadable(why="the form does not say what to do")


def _lines(name: str, first: int) -> list[dict[str, str]]:
    """Return what was typed a line each, its parts between bars, by field number."""
    return [
        {str(first + at): part.strip() for at, part in enumerate(line.split("|"))}
        for line in forms.text(name).splitlines() if line.strip()
    ]  # fmt: skip


def _leaving(number: str, refusal: Refusal | None) -> str:
    found = desk.look(vault(), number)
    return render_template(
        "shipping.html", found=found, job=found.job, ships=has_role(*desk.SHIPPERS),
        certifies=has_role(*rulebook.current(vault()).quality.may_certify),
        **_common(refusal),
    )  # fmt: skip


def _articles(number: str, refusal: Refusal | None) -> str:
    view = jobs.show(vault(), number)
    return render_template(
        "fai.html", job=view.job, owed=due.owed(vault(), view.job.number),
        may_waive=has_role(*rulebook.current(vault()).quality.may_waive),
        found=articles.listing(vault(), view.job.number),
        others=[one for one in articles.listing(vault(), item=view.job.item)
                if one.state == "approved"],
        inspects=has_role(*articles.QUALITY), approves=has_role(*articles.APPROVERS),
        form1=article_forms.FORM1, form3=article_forms.FORM3, described=_LABELS, **_common(refusal),
    )  # fmt: skip


def _common(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "typed": forms.typed(*_FIELDS), "refusal": str(refusal) if refusal else None,
        "done": None if refusal else DONE.get(forms.asked("done")), "key": codes.new_code(),
    }  # fmt: skip
