# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered copies: take one, find one, account for each; and what recalls still leave to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

from flask import Response, render_template, request, send_file, url_for

from release import settling
from release.log import ReleaseLog
from traveler import jobs, recalls
from traveler.copies import issuing, old, register
from traveler.copies.issuing import Issued, Wanted
from traveler.copies.records import Copy, CopyFilter
from traveler.copies.register import CopyView
from traveler.nonconformance import views as nc_views
from vault.errors import NotFound, Refusal
from vault.home import Vault
from web import forms, paging
from web.forms import Answer
from web.headers import sandboxed
from web.views.files import named
from web.views.items import found
from web.visitor import device, me, vault

PAGE: Final = 100
AT_ONCE: Final = 1000
TABS: Final = (
    ("collect", "To collect"), ("open", "Out"), ("missing", "Missing"), ("collected", "Collected"),
    ("destroyed", "Destroyed"), ("", "All"),
)  # fmt: skip
ORDERS: Final = (("item", "By item"), ("job", "By job"), ("person", "By person"))
DONE: Final = {
    "collect": "Collected: it is on record that this copy came back.",
    "destroy": "Destroyed: it is on record that this copy does not exist any more.",
    "miss": "Declared missing. Should it turn up, scan it and say so.",
    "correct": "Put right: this copy counts as being out again.",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Copies that belong together in the list, under the words and the address of what they share."""

    name: str
    href: str
    standing: str
    rows: list[Copy]


def listing() -> Answer:
    """Show copies by item, job or person; a scanned or typed code leads to its copy."""
    code = request.args.get("code", "").strip()[:500]
    refusal = None
    if code:
        try:
            return forms.sent_to(
                url_for("copies.page", copy=register.look(vault(), code).copy.number)
            )
        except NotFound as missed:
            refusal = missed
    chosen = _chosen()
    by = forms.asked("by") if forms.asked("by") in dict(ORDERS) else ORDERS[0][0]
    narrowed, skipped = _narrowed(), forms.number_asked("skip")
    rows = _rows(chosen, CopyFilter(**narrowed), skipped, PAGE + 1)
    more = ""
    if len(rows) > PAGE:
        rows = rows[:PAGE]
        further: dict[str, Any] = {name: value or None for name, value in narrowed.items()}
        more = url_for("copies.listing", state=chosen, by=by, skip=skipped + PAGE, **further)
    page = render_template(
        "copies.html", groups=_grouped(rows, by), tabs=TABS, orders=ORDERS, chosen=chosen, by=by,
        narrowed=narrowed, more=more, code=code, refusal=str(refusal) if refusal else None,
        first=skipped + 1, shown=len(rows),
    )  # fmt: skip
    return (page, refusal.status) if refusal else page


def page(copy: str) -> Answer:
    """Show a copy and what was done with it, or put on record what became of it."""

    def acted() -> Response:
        act = forms.text("act")
        register.act(vault(), me(), copy, act, forms.text("note"), device())
        return forms.gone_on(url_for("copies.page", copy=copy, done=act))

    return forms.answered(acted, lambda refusal: _shown(register.look(vault(), copy), refusal))


def of_item(number: str, rev: str, name: str) -> Response:
    """Hand out a copy of a released drawing to whoever is signed in."""
    row = found(number)
    wanted = Wanted(row.number, rev, name)
    return sent(issuing.issue(vault(), me(), wanted, device(), forms.text("key")))


def of_job(job: str, name: str) -> Response:
    """Hand out a copy of a job's drawing to whoever is signed in."""
    known = jobs.show(vault(), job).job
    wanted = Wanted(known.item, known.rev, name, known.number)
    return sent(issuing.issue(vault(), me(), wanted, device(), forms.text("key")))


def sent(issued: Issued) -> Response:
    """Send a copy that was handed out, under a name that says which it is."""
    copy = issued.copy
    answer = send_file(
        BytesIO(issued.data), mimetype="application/pdf", as_attachment=True, etag=False,
        download_name=named(copy.item, f"{copy.rev}_{copy.number}", copy.file),
    )  # fmt: skip
    answer.headers["X-Copy"] = copy.number
    return sandboxed(answer)


def recall_list() -> str:
    """Show what recalls and supersessions still leave to do."""
    everything = forms.asked("all") == "1"
    return render_template(
        "recalls.html",
        rows=paging.paged(
            recalls.listing(vault(), closed=everything),
            lambda one: f"{one.number} {one.rev} {one.standing} {one.reason} {one.order}",
        ),
        everything=everything,
    )


def recall_page(number: str, rev: str) -> str:
    """Show the copies and jobs of a withdrawn revision, and what became of each."""
    one = recalls.of(vault(), number, rev)
    ncs = nc_views.behind(vault(), [one.number], recall=one.rev)
    return render_template("recall.html", one=one, ncs=ncs)


def everything() -> Iterator[Copy]:
    """Return every copy the address asks for, those to be collected where it does not say."""
    here, chosen, wanted = vault(), _chosen(), CopyFilter(**_narrowed())
    if chosen == "collect":
        return iter(register.to_collect(here, wanted))
    return _further(here, replace(wanted, state=chosen))


def _further(here: Vault, wanted: CopyFilter) -> Iterator[Copy]:
    skipped = 0
    while found := register.listing(here, wanted, AT_ONCE, skipped):
        yield from found
        skipped += AT_ONCE


def _chosen() -> str:
    asked = forms.asked("state") if "state" in request.args else TABS[0][0]
    return asked if asked in dict(TABS) else ""


def _narrowed() -> dict[str, str]:
    return {name: forms.asked(name) for name in ("item", "rev", "job", "person")}


def _rows(chosen: str, wanted: CopyFilter, skipped: int, most: int) -> list[Copy]:
    if chosen == "collect":
        return register.to_collect(vault(), wanted)[skipped : skipped + most]
    return register.listing(vault(), replace(wanted, state=chosen), most, skipped)


def _grouped(rows: Iterable[Copy], by: str) -> list[Group]:
    settling.settle(vault())
    rows = list(rows)
    standings = old.standings(ReleaseLog(vault()), ((one.item, one.rev) for one in rows))
    groups: dict[tuple[str, ...], Group] = {}
    key, head = _GROUPS[by]
    for one in rows:
        if key(one) not in groups:
            name, href = head(one)
            standing = standings[one.item, one.rev] if by == "item" else ""
            groups[key(one)] = Group(name, href, standing, [])
        groups[key(one)].rows.append(one)
    return [groups[one] for one in sorted(groups)]


_GROUPS: Final[
    dict[str, tuple[Callable[[Copy], tuple[str, ...]], Callable[[Copy], tuple[str, str]]]]
] = {
    "item": (
        lambda one: (one.item, one.rev),
        lambda one: (f"{one.item} {one.rev}",
                     url_for("items.revision", number=one.item, rev=one.rev)),
    ),
    "job": (
        lambda one: (one.job or "",),
        lambda one: (one.job, url_for("jobs.page", job=one.job)) if one.job else ("For no job", ""),
    ),
    "person": (
        lambda one: (one.person,),
        lambda one: (one.person, url_for("copies.listing", state="open", person=one.person)),
    ),
}  # fmt: skip


def _shown(view: CopyView, refusal: Refusal | None) -> str:
    return render_template(
        "copy.html", view=view, copy=view.copy, said=register.SAID, typed=forms.typed("note"),
        done=None if refusal else DONE.get(forms.asked("done")),
        refusal=str(refusal) if refusal else None,
    )  # fmt: skip
