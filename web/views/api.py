# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same facts for programs: what a page shows, as JSON, under ``/api/v1``."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

from flask import Response, current_app, jsonify, request

from release import desk, settling, shelf, structure
from release.errors import NoSuchRevision
from traveler import jobs, lifecycle, recalls
from traveler.blockers import handling, stats
from traveler.blockers.kinds import kind_named
from traveler.blockers.records import ACTIVE, BlockerFilter
from traveler.blockers.telling import history_json
from traveler.copies import register
from traveler.copies.records import CopyFilter
from traveler.decisions import deciding
from traveler.exchange import exporting
from traveler.job_records import JobFilter
from vault import canonical
from vault.catalogue import ITEM_STATES
from web import forms
from web.doors import Address
from web.errors import NoSuchState
from web.views.items import FACETS, current_rev, sees_work
from web.visitor import vault, visitor

PAGE: Final = 200
ADDRESSES: Final = "titleblock-addresses"
READS_ONLY: Final = (
    "These addresses read. A drawing, a model or a machine's program is a file of an item: it is"
    " checked in (git, a watched folder, the form, `titleblock checkin`), released by a change order,"
    " named by a step of the route, and fetched at /items/{number}/{rev}/files/{name} with the same"
    " token. There is no address that puts one onto a job past its release. Orders come in by"
    " `titleblock erp import`."
)


def items() -> Response:
    """List items by number; ``q`` searches, ``kind``, ``state``, ``owner``, ``material`` narrow.

    ``after`` goes on; the counts of what each of the four would leave are in ``facets``.
    """
    settling.settle(vault())
    words = forms.asked("q")
    narrowed = {name: forms.asked(name) or None for name in FACETS}
    if narrowed["state"] not in {None, *ITEM_STATES}:
        raise NoSuchState(state=narrowed["state"], what="items", states=", ".join(ITEM_STATES))
    rows = vault().catalogue.items(forms.asked("after") or None, PAGE, words, **narrowed)
    counted = asdict(vault().catalogue.facets(words, **narrowed))
    told = [
        {"number": row.number, "title": row.title, "kind": row.kind, "owner": row.owner,
         "current": current_rev(row.number)}
        for row in rows
    ]  # fmt: skip
    following = rows[-1].number if len(rows) == PAGE else None
    return jsonify({"items": told, "next": following, "facets": counted})


def item(number: str) -> Response:
    """Return an item with its revisions."""
    told = shelf.item(vault(), number)
    if not sees_work():
        told.pop("working")
    return jsonify(told)


def files(number: str, rev: str) -> Response:
    """List the files of a revision; ``current`` and ``working`` too."""
    if rev == "working" and not sees_work():
        raise NoSuchRevision(number=number, rev=rev)
    told = shelf.files(vault(), number, None if rev == "working" else rev)
    return jsonify({"number": number, "rev": rev, "files": told})


def bom(number: str, rev: str) -> Response:
    """Return what a revision is made of, down to the last part; ``current`` and ``working`` too."""
    if rev == "working" and not sees_work():
        raise NoSuchRevision(number=number, rev=rev)
    return jsonify(asdict(structure.bom(vault(), number, rev)))


def where_used(number: str, rev: str) -> Response:
    """Return what uses a revision, up to the products; ``any`` revision and ``current`` too."""
    told = structure.where_used(vault(), number, None if rev == "any" else rev)
    lines = [asdict(one) for one in told.lines if sees_work() or one.standing != "working"]
    return jsonify({"number": told.number, "rev": told.rev, "lines": lines, "whole": told.whole})


def changes() -> Response:
    """List change orders; ``state`` restricts."""
    settling.settle(vault())
    state = forms.asked("state")
    rows = vault().catalogue.orders(
        {state} if state else None, before=forms.asked("before") or None, limit=PAGE
    )
    told = [
        {"change": row.change, "state": row.state, "author": row.author, "notes": row.notes,
         "opened_at": row.opened_at, "items": canonical.loads(row.items.encode())}
        for row in rows
    ]  # fmt: skip
    return jsonify({"changes": told, "next": rows[-1].change if len(rows) == PAGE else None})


def change(change: str) -> Response:
    """Return a change order with its findings and sign-offs."""
    return jsonify(desk.judge(vault(), change, visitor().person).told())


def job_list() -> Response:
    """List jobs, open ones first and the earliest due; ``state`` and ``q`` restrict, ``skip`` goes on."""
    wanted = JobFilter(state=forms.asked("state"), words=forms.asked("q"))
    skipped = forms.number_asked("skip")
    rows = jobs.listing(vault(), wanted, PAGE, skipped)
    following = skipped + PAGE if len(rows) == PAGE else None
    return jsonify({"jobs": [one.as_json() for one in rows], "next": following})


def job(job: str) -> Response:
    """Return a job with its operations and how its revision stands."""
    return jsonify(jobs.show(vault(), job).as_json())


def copies() -> Response:
    """List copies; ``item``, ``rev``, ``job``, ``person`` and ``state`` restrict, also ``collect``."""
    wanted = CopyFilter(**{name: forms.asked(name) for name in ("item", "rev", "job", "person")})
    skipped, state = forms.number_asked("skip"), forms.asked("state")
    if state == "collect":
        rows = register.to_collect(vault(), wanted)[skipped : skipped + PAGE]
    else:
        rows = register.listing(vault(), replace(wanted, state=state), PAGE, skipped)
    following = skipped + PAGE if len(rows) == PAGE else None
    return jsonify({"copies": [one.as_json() for one in rows], "next": following})


def copy(copy: str) -> Response:
    """Return a copy by its number, with all that was done with it."""
    view = register.look(vault(), copy)
    acts = [{"act": one.act, "at": one.at, "by": one.person, "note": one.note} for one in view.acts]
    return jsonify({**view.copy.as_json(), "standing": view.standing, "acts": acts})


def recall_list() -> Response:
    """List what recalls and supersessions still leave to do; ``all=1`` lists closed ones too."""
    found = recalls.listing(vault(), closed=forms.asked("all") == "1")
    return jsonify({"recalls": [one.as_json() for one in found]})


def blocker_list() -> Response:
    """List blockers, the oldest first; ``state``, ``job``, ``station``, ``owner``, ``type`` restrict.

    Without a state those that still want something; ``all`` are all, ``skip`` goes on.
    """
    state, kind = forms.asked("state"), forms.asked("type")
    known = ("all", *lifecycle.states(lifecycle.BLOCKER))
    if state and state not in known:
        raise NoSuchState(state=state, what="blockers", states=", ".join(known))
    wanted = BlockerFilter(
        forms.asked("job"), forms.asked("station"), forms.asked("owner"),
        kind_named(kind).name if kind else "",
        {"": ACTIVE, "all": frozenset[str]()}.get(state, frozenset({state})),
    )  # fmt: skip
    skipped = forms.number_asked("skip")
    rows = handling.listing(vault(), wanted, PAGE, skipped)
    following = skipped + PAGE if len(rows) == PAGE else None
    return jsonify({"blockers": [one.as_json() for one in rows], "next": following})


def blocker(blocker: int) -> Response:
    """Return a blocker with all that was done about it."""
    view, entries = handling.show(vault(), blocker)
    return jsonify({**view.as_json(), "history": history_json(view.kind, entries)})


def blocker_counts() -> Response:
    """Return the statistics of blockers: types, ages, owners."""
    return jsonify(stats.counted(vault()).as_json())


def exported(export: str) -> Response:
    """Return what an ERP may want to know since a cursor: jobs, completions, times or shipments."""
    found = exporting.export(vault(), export, forms.event_asked("since"))
    return Response(found.json_parts(), mimetype="application/json")


def decision(job: str) -> Response:
    """Return what is to be decided about a job, how both routes differ, and what was decided."""
    return jsonify(deciding.question(vault(), job, forms.asked("item")).as_json())


def description() -> Response:
    """Return what is here as an OpenAPI 3.1 document, made from the table of addresses."""
    table: dict[str, Address] = current_app.extensions[ADDRESSES]
    paths = {
        _path(one.rule): {"get": _operation(one)}
        for one in table.values()
        if one.manner == "api" and one.get is not None
    }
    return jsonify({
        "openapi": "3.1.0",
        "info": {"title": "Titleblock", "version": "1", "description": READS_ONLY,
                 "license": {"name": "AGPL-3.0-or-later"}},
        "servers": [{"url": request.host_url.rstrip("/")}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": paths,
    })  # fmt: skip


def _path(rule: str) -> str:
    return rule.replace("<", "{").replace(">", "}")


def _operation(address: Address) -> dict[str, Any]:
    names = [part[1:-1] for part in address.rule.split("/") if part.startswith("<")]
    problem = {"description": "A refusal, as a problem document (RFC 9457)",
               "content": {"application/problem+json": {}}}  # fmt: skip
    return {
        "summary": (address.view.__doc__ or "").strip().splitlines()[0],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ],
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {}}},
            "default": problem,
        },
    }
