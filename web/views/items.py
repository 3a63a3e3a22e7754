# SPDX-License-Identifier: AGPL-3.0-or-later
"""Items: the list, the page of one, and the page of each of its revisions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from flask import Response, render_template, url_for

from release import desk, exporting, lifecycle, onday, settling, shelf, structure
from release.errors import BadDay, NoSuchRevision
from release.log import INSTRUCTIONS, Recall, ReleaseLog, Revision
from traveler import readers
from traveler.copies import register
from vault import canonical, item, locks
from vault.catalogue import ITEM_STATES
from vault.catalogue_rows import Hit, ItemRow
from vault.errors import NoSuchItem, Refusal
from vault.ledger import people
from vault.ledger.errors import NoSuchPerson
from vault.search import Piece
from web import drawings, forms
from web.doors import OFFICE
from web.drawings import FileRow, Picture, WorkingFile
from web.views import jobs
from web.visitor import device, has_role, me, vault

HISTORY: Final = 25
JOBS: Final = 12  # jobs on a page; the list of jobs has all of them
STRUCTURE: Final = 200  # lines of a structure on a page
FACETS: Final = ("kind", "state", "owner", "material")
DONE: Final = {
    "new": "The item is made. Check in its drawing next.",
    "checkin": "Checked in.",
    "lock": "The item is locked: nobody but you can check in to it.",
    "unlock": "The lock is given back.",
    "break": "The lock is broken; both names and the reason are on record.",
    "restore": "The files are what they were then, as a new check-in; nothing since is lost.",
    "read": "It is on record that you have read this revision.",
}


INSTRUCTION_WORDS: Final = tuple(
    zip(
        INSTRUCTIONS,
        ("Stop work", "Finish the lot, start no new one", "Stop and scrap it", "Stop and ask"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision in the list of an item."""

    rev: str
    standing: str
    released_at: str
    released_by: str
    change: str
    notes: str
    recall: str


@dataclass(frozen=True, slots=True)
class Working:
    """What lies on ``main`` beside the release: its files, and the order that is open on it.

    ``ready`` says that there is something a change order could release.
    """

    files: list[FileRow]
    differs: bool
    ready: bool
    order: str


class ItemLine(NamedTuple):
    """An item in the list, with its current revision, and the text of a file it was found by."""

    number: str
    title: str
    kind: str
    owner: str
    current: str | None
    file: str = ""
    snippet: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow what was found, or to widen it again where it is chosen."""

    value: str
    count: int
    address: str
    chosen: bool


def listing() -> str:
    """Show items by number, or those a search finds, and how they divide."""
    settling.settle(vault())
    words, after = forms.asked("q"), forms.asked("after")
    asked = {name: forms.asked(name) for name in FACETS}
    if asked["state"] not in ITEM_STATES:
        asked["state"] = ""
    narrowed = {name: value or None for name, value in asked.items()}
    size = forms.rows_asked()
    if words:
        hits = vault().catalogue.search(words, after or None, size + 1, **narrowed)
        found_lines = _lines([hit.item for hit in hits], {hit.item.number: hit for hit in hits})
    else:
        found_lines = _lines(vault().catalogue.items(after or None, size + 1, "", **narrowed), {})
    more = everything = ""
    if len(found_lines) > size:
        found_lines = found_lines[:size]
        more = _address(words, narrowed, found_lines[-1].number, size)
        if size < forms.MANY_ROWS:
            everything = _address(words, narrowed, after, forms.MANY_ROWS)
    facets = vault().catalogue.facets(words, **narrowed)
    return render_template(
        "items.html", rows=found_lines, words=words, more=more, page_size=size, narrowed=asked,
        all=everything, many=forms.MANY_ROWS,
        facets=[(name, choices) for name in FACETS
                if (choices := _choices(name, getattr(facets, name), words, asked))],
        partial=facets.partial,
    )  # fmt: skip


def _lines(rows: Sequence[ItemRow], hits: Mapping[str, Hit]) -> list[ItemLine]:
    current = vault().catalogue.current([row.number for row in rows])
    return [_line(row, current.get(row.number), hits.get(row.number)) for row in rows]


def _line(row: ItemRow, current: str | None, hit: Hit | None) -> ItemLine:
    return ItemLine(
        row.number, row.title, row.kind, row.owner, current,
        hit.file if hit else "", hit.snippet if hit and hit.file else (),
    )  # fmt: skip


def _address(
    words: str, narrowed: Mapping[str, str | None], after: str = "", rows: int = forms.ROWS
) -> str:
    further: dict[str, Any] = {name: value or None for name, value in narrowed.items()}
    shown = rows if rows > forms.ROWS else None
    return url_for("items.listing", q=words or None, after=after or None, rows=shown, **further)


def _choices(
    name: str, counted: tuple[tuple[str, int], ...], words: str, asked: Mapping[str, str]
) -> list[Choice]:
    """Return the links of one facet; a single value that nobody chose divides nothing."""
    if len(counted) < 2 and not asked[name]:
        return []
    found = []
    for value, count in counted:
        further = {**asked, name: "" if asked[name] == value else value}
        address = _address(words, further)
        found.append(Choice(value, count, address, asked[name] == value))
    return found


def page(number: str) -> Response | str:
    """Show an item: its current drawing, revisions, files, working state, jobs, history."""
    settling.settle(vault())
    row = found(number)
    if row.number != number:
        return forms.sent_to(url_for("items.page", number=row.number), 302)
    return _page(row, None)


def _page(row: ItemRow, refusal: Refusal | None) -> str:
    log = ReleaseLog(vault())
    current = log.current(row.number)
    files = drawings.working_files(row.number) if sees_work() else []
    on_it = jobs.of_item(row.number, JOBS + 1)
    return render_template(
        "item.html", item=row, current=current,
        working=_working(row, files, current) if sees_work() else None,
        lock=locks.held(vault(), row.number), metadata=_metadata(row), owner_name=_owner(row.owner),
        picture=_picture(row.number, current, files),
        released_files=drawings.released_rows(current, current.rev, originals=sees_work())
        if current else [],
        revisions=_revisions(log, row.number), **_then(row.number),
        recalled=_last_recall(log, row.number) if current is None else None,
        jobs=on_it[:JOBS],
        more_jobs=url_for("jobs.listing", state="", q=row.number) if len(on_it) > JOBS else "",
        made_of=_made_of(row.number, current), used_in=_used_in(row.number),
        history=shelf.story(vault(), row.number, HISTORY) if sees_work() else [],
        done=DONE.get(forms.asked("done")), refusal=str(refusal or ""),
    )  # fmt: skip


def _then(number: str) -> dict[str, Any]:
    """Return what the page says of a moment somebody asked for, or why it is none."""
    asked = forms.asked("at")
    told: dict[str, Any] = {"then_asked": asked, "then": None, "then_refusal": ""}
    if asked:
        try:
            told["then"] = onday.item(vault(), number, asked)
        except BadDay as refusal:
            told["then_refusal"] = str(refusal)
    return told


def revision(number: str, rev: str) -> Response | str:
    """Show one revision, released (``current`` too) or ``working``."""
    return _revision_page(number, rev, None)


def recall(number: str, rev: str) -> Response | str | tuple[Response | str, int]:
    """Withdraw a revision, with the reason."""
    try:
        desk.recall(
            vault(), me(), number, rev, forms.text("reason"),
            forms.text("instruction", INSTRUCTIONS[0]), forms.text("ask"),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.status in {404, 500}:
            raise
        return _revision_page(number, rev, refusal), refusal.status
    return forms.gone_on(url_for("copies.recall_page", number=found(number).number, rev=rev))


def read(number: str, rev: str) -> Response | str | tuple[Response | str, int]:
    """Put on record that whoever is signed in has read a revision."""
    try:
        readers.acknowledge(vault(), me(), found(number).number, rev, device())
    except Refusal as refusal:
        if refusal.status in {404, 500}:
            raise
        return _revision_page(number, rev, refusal), refusal.status
    return forms.gone_on(url_for("items.revision", number=number, rev=rev, done="read"))


def export(number: str, rev: str) -> Response | str | tuple[Response | str, int]:
    """Send a release as a zip of files, record and proofs that verifies anywhere; it is on record."""
    row = found(number)
    aside = vault().cache / "exports"
    aside.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="export-", dir=aside))
    try:
        log = ReleaseLog(vault())
        wanted = log.wanted(row.number, rev)
        place = folder / f"{wanted.number}_{wanted.rev}"
        made = exporting.export(vault(), me(), wanted.number, wanted.rev, place, zipped=True)
    except Refusal as refusal:
        shutil.rmtree(folder, ignore_errors=True)
        if refusal.status in {404, 500}:
            raise
        return _revision_page(number, rev, refusal), refusal.status
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return forms.passed_on(made.place, folder)


def restore(number: str) -> Response | tuple[str, int]:
    """Make an item's files what they were at an earlier check-in, with the reason."""
    row = found(number)
    try:
        desk.restore(vault(), me(), row.number, forms.text("commit"), forms.text("reason"))
    except Refusal as refusal:
        if refusal.status in {404, 500}:
            raise
        return _page(row, refusal), refusal.status
    return forms.gone_on(url_for("items.page", number=row.number, done="restore"))


def found(number: str) -> ItemRow:
    """Return an item's row, by any spelling of its number; raises NoSuchItem."""
    row = vault().catalogue.item(number)
    if row is None:
        raise NoSuchItem(number=number)
    return row


def current_rev(number: str) -> str | None:
    """Return the label of an item's current revision, out of the catalogue."""
    rows = vault().catalogue.revisions(number)
    return next((one.rev for one in rows if one.state == "current"), None)


def sees_work() -> bool:
    """Say whether this person may see what is not released; the floor and customers may not."""
    return has_role(*OFFICE)


def _revision_page(number: str, rev: str, refusal: Refusal | None) -> Response | str:
    settling.settle(vault())
    row = found(number)
    log = ReleaseLog(vault())
    if rev == "working":
        if not sees_work():
            raise NoSuchRevision(number=row.number, rev=rev)
        return _working_page(row, log.current(row.number))
    shown = log.wanted(row.number, rev)
    if row.number != number:
        return forms.sent_to(url_for("items.revision", number=row.number, rev=rev), 302)
    standing = log.standing(shown.number, shown.rev)
    recalled = standing == "recalled"
    receipts = readers.receipts(vault(), shown.number, shown.rev)
    return render_template(
        "revision.html", item=shown, rev=shown.rev, revision=shown,
        standing=standing, recall=log.recall(shown.number, shown.rev),
        current=log.current(shown.number), refusal=str(refusal) if refusal else None,
        picture=drawings.released_picture(
            shown, _page_address(number, rev), forms.page_asked(), recalled=recalled
        ),
        rows=drawings.released_rows(
            shown, shown.rev, originals=sees_work(), recalled=recalled
        ),
        may_recall=me().name == shown.owner or "admin" in me().roles,
        typed=forms.typed("reason", "instruction", "ask"), instructions=INSTRUCTION_WORDS,
        receipts=receipts, copies_out=len(register.open_copies(vault(), shown.number, shown.rev)),
        owes=standing == "current"
        and any(one.person == me().name and not one.at for one in receipts),
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _working_page(row: ItemRow, current: Revision | None) -> str:
    found_files = drawings.working_files(row.number)
    address = _page_address(row.number, "working")
    return render_template(
        "revision.html", item=row, rev="working", revision=None, standing="working", recall=None,
        current=current, refusal=None, may_recall=False, typed={}, instructions=(), receipts=[],
        copies_out=0, owes=False, done=None,
        picture=drawings.working_picture(row.number, found_files, address, forms.page_asked()),
        rows=drawings.working_rows(row.number, found_files),
    )  # fmt: skip


def _page_address(number: str, rev: str) -> Callable[[int], str]:
    return lambda page: url_for("items.revision", number=number, rev=rev, page=page)


def _picture(number: str, current: Revision | None, files: list[WorkingFile]) -> Picture | None:
    """Return the picture of the current drawing; before the first release, of the working one."""
    if current is not None:
        return drawings.released_picture(current, _page_address(number, current.rev), 1)
    return drawings.working_picture(number, files, _page_address(number, "working"), 1)


def _working(row: ItemRow, files: list[WorkingFile], current: Revision | None) -> Working:
    open_orders = vault().catalogue.orders(lifecycle.OPEN_STATES, number=row.number, limit=1)
    differs = current is None or current.tree != row.tree
    return Working(
        files=drawings.working_rows(row.number, files),
        differs=differs,
        ready=differs and any(one.name != item.FILE for one in files),
        order=open_orders[0].change if open_orders else "",
    )


def _made_of(number: str, current: Revision | None) -> structure.Structure | None:
    """Return what the current revision is made of; who may see work sees it before a release."""
    if current is None and not sees_work():
        return None
    told = structure.bom(vault(), number, current.rev if current else "working")
    return told if told.lines else None


def _used_in(number: str) -> list[structure.Parent]:
    told = structure.where_used(vault(), number, levels=1)
    return [one for one in told.lines if sees_work() or one.standing != "working"][:STRUCTURE]


def _revisions(log: ReleaseLog, number: str) -> list[RevisionRow]:
    rows = []
    for one in reversed(log.revisions(number)):
        withdrawn = log.recall(number, one.rev)
        why = withdrawn.reason if withdrawn else ""
        standing = log.standing(number, one.rev)
        rows.append(
            RevisionRow(
                one.rev, standing, one.released_at, one.released_by, one.change, one.notes, why
            )
        )
    return rows


def _last_recall(log: ReleaseLog, number: str) -> Recall | None:
    latest = log.latest(number)
    return log.recall(number, latest) if latest else None


def _metadata(row: ItemRow) -> list[tuple[str, object]]:
    told: Mapping[str, object] = canonical.loads(row.metadata.encode())
    return [
        (key, value) for key, value in sorted(told.items()) if isinstance(value, str | int | float)
    ]


def _owner(name: str) -> str:
    try:
        return people.get(vault().ledger, name).shown
    except NoSuchPerson:
        return name
