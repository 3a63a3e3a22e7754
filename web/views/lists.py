# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of the floor as CSV: what a page shows page by page, whole and narrowed as the page was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Protocol, cast

from flask import Response, request, url_for

from traveler import csv_table, jobs
from traveler.blockers import handling
from traveler.dispatch import desk
from traveler.dispatch.board import Section
from traveler.nonconformance import views as nonconformances
from traveler.quality import gauges
from web.errors import NoSuchPage
from web.views import blockers as blockers_page
from web.views import copies as copies_page
from web.views import dispatch as dispatch_page
from web.views import jobs as jobs_page
from web.views import nc as nc_page
from web.visitor import vault

AT_ONCE: Final = 1000
_OF_PAGES: Final = frozenset({"skip", "rows", "done", "live", "by", "table"})
"""What an address says of a page alone, not of what is on it."""

Facts = Mapping[str, Any]
Rows = Iterator[Facts]


class Told(Protocol):
    """Whatever programs read as JSON."""

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        ...


def sent(table: str) -> Response:
    """Send a list as CSV, with the filters of its page; raises NoSuchPage for a list there is not."""
    if table not in _LISTS:
        raise NoSuchPage
    columns, rows = _LISTS[table]
    answer = Response(csv_table.parts(columns, rows()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    return answer


def address(table: str) -> str:
    """Return where the list is that the page in hand shows, narrowed as it is."""
    asked: dict[str, Any] = {
        name: text for name, text in request.args.items() if name not in _OF_PAGES
    }
    return url_for("lists.sent", table=table, **asked)


# --- inside: what is asked is read at once, the rows while they are sent -----------------------


def _jobs() -> Rows:
    here, wanted = vault(), jobs_page.wanted()
    return _flat(_all(lambda skip: jobs.listing(here, wanted, AT_ONCE, skip)))


def _blockers() -> Rows:
    here, wanted = vault(), blockers_page.wanted()
    return _flat(_all(lambda skip: handling.listing(here, wanted, AT_ONCE, skip)))


def _copies() -> Rows:
    return _flat(copies_page.everything())


def _nonconformances() -> Rows:
    here, wanted = vault(), nc_page.wanted()
    return _flat(_all(lambda skip: nonconformances.listing(here, wanted, AT_ONCE, skip)))


def _gauges() -> Rows:
    return iter([{**asdict(one), "state": state} for one, state in gauges.listing(vault())])


def _dispatch() -> Rows:
    shown = dispatch_page.section_asked()
    section = cast("Section", "next" if shown == "load" else shown)
    return _flat(iter(desk.board(vault()).section(section, dispatch_page.wanted_asked())))


def _all(part: Callable[[int], Sequence[Told]]) -> Iterator[Told]:
    skipped = 0
    while found := part(skipped):
        yield from found
        skipped += AT_ONCE


def _flat(found: Iterator[Told]) -> Rows:
    """Yield rows of texts and numbers: a fact of several parts is told part by part."""
    for one in found:
        row: dict[str, Any] = {}
        for name, value in one.as_json().items():
            if isinstance(value, Mapping):
                row |= {f"{name}_{part}": said for part, said in value.items()}
            elif isinstance(value, list | tuple):
                row[name] = "; ".join(_word(part) for part in value)
            else:
                row[name] = value
        yield row


def _word(part: Any) -> str:
    if isinstance(part, Mapping):
        return " ".join(str(said) for said in part.values() if said not in {None, "", False})
    return str(part)


_LISTS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[], Rows]]]] = {
    "jobs": (
        ("job", "number", "rev", "title", "state", "standing", "qty", "due", "customer", "order",
         "done", "of", "blocked", "step_seq", "step_station", "step_state", "need_by", "forecast",
         "verdict", "why"),
        _jobs,
    ),
    "dispatch": (
        ("job", "op", "station", "why", "act", "who", "number", "rev", "customer", "qty", "due",
         "rank", "verdict", "need_by", "op_forecast", "forecast", "pin", "provisional"),
        _dispatch,
    ),
    "blockers": (
        ("id", "type", "state", "blocking", "job", "op", "station", "what", "owner", "path", "until",
         "next_check", "overdue", "escalated", "escalate_to", "raised_at", "raised_by", "hours",
         "changed_at"),
        _blockers,
    ),
    "copies": (
        ("copy", "number", "rev", "file", "marked", "job", "op", "station", "qty", "person", "at",
         "state", "sha256"),
        _copies,
    ),
    "nonconformances": (
        ("nonconformance", "state", "job", "op", "number", "rev", "qty", "what", "found_at", "pieces",
         "containment", "holds", "disposition", "disposed_by", "disposed_at", "disposed_why",
         "approved_by", "approved_at", "cause", "action", "change", "recall", "raised_at",
         "raised_by"),
        _nonconformances,
    ),
    "gauges": (("code", "kind", "name", "state", "due", "retired"), _gauges),
}  # fmt: skip
