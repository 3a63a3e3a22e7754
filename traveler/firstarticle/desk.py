# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs on first articles: open, list materials, verify, approve, reject, cancel.

The forms are filled from the released plan and from the results that stand when somebody of
quality verifies; what is verified is kept as it was, and another person approves it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from release.log import ReleaseLog, Revision
from traveler import job_records, series, words
from traveler.decisions import records as decisions
from traveler.firstarticle import forms, records, rules, tables
from traveler.firstarticle.errors import (
    ArticleCannot,
    ArticleNeedsReason,
    ArticleOutside,
    BadArticleScope,
    BaselineUnfit,
    CustomerNotAsked,
    FullShowsAll,
    NoSuchArticle,
    NothingMeasured,
    PartialNeedsBaseline,
    SamePerson,
)
from traveler.firstarticle.records import Article
from traveler.firstarticle.rules import Facts
from traveler.job_records import Job, subject
from traveler.nonconformance import records as nonconformances
from traveler.quality import plan, views
from traveler.quality.views import CharacteristicResults
from vault import bom, canonical
from vault.home import Vault
from vault.ledger import people
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

QUALITY = ("quality",)
APPROVERS = ("approver", "quality")
_FIELDS = frozenset(number for number, _ in forms.FORM2)
_INDEX = frozenset({"15", "16", "17", "18"})
_SAID = {"serial": ("serial number", 200), "drawing": ("drawing number", 80),
         "changes": ("additional changes", 300), "process": ("process reference", 200),
         "supplier": ("supplier code", 40), "comments": ("comments", 500)}  # fmt: skip
_TYPES = {"assembly": "Sub-assembly", "part": "Detail"}


def open_new(
    vault: Vault, actor: Person, number: str, scope: str, reason: str, *, baseline: str = "",
    balloons: Sequence[str] = (), **told: str,
) -> Article:  # fmt: skip
    """Open a first article on a job, in full or in part of an approved one.

    ``told`` may say what ``describe`` takes.  An item of kind assembly is one unless told otherwise.
    Raises RoleNeeded, NoSuchJob, BadArticleScope, ArticleNeedsReason, FullShowsAll, NoSuchBalloon,
    PartialNeedsBaseline or BaselineUnfit.
    """
    require(actor, *QUALITY)
    if scope not in {rules.FULL, rules.PARTIAL}:
        raise BadArticleScope(scope=scope)
    if scope == rules.FULL and balloons:
        raise FullShowsAll
    facts = Facts(scope, words.line("reason", reason, 300), **_told(told))
    if not facts.reason:
        raise ArticleNeedsReason
    with vault.ledger.writing(actor.name) as writing:
        job = job_records.known(writing.connection, number)
        log = ReleaseLog(vault)
        found = plan.of_revision(log, job.item, job.rev)
        facts = replace(facts, balloons=tuple(found.find(one).balloon for one in balloons))
        kind = log.revision(job.item, job.rev).kind
        if not told.get("detail") and kind == rules.ASSEMBLY:
            facts = replace(facts, detail=rules.ASSEMBLY)
        if scope == rules.PARTIAL:
            facts = replace(facts, baseline=_baseline(writing.connection, job, baseline))
        row = writing.insert(tables.first_article, job=job.number, item=job.item, rev=job.rev,
                             state="draft", entries=1)  # fmt: skip
        made = Article(row["id"], job.number, job.item, job.rev, "draft", 1, writing.at,
                       writing.actor, facts)  # fmt: skip
        _enter(writing, made, "open", "")
    return made


def describe(vault: Vault, actor: Person, number: str, **told: str) -> Article:
    """Say more of a draft: what is named is put in the place of what was said before.

    ``serial`` (3), ``drawing`` (6), ``changes`` (8), ``process`` (9), ``supplier`` (11), ``detail``
    (13: ``detail`` or ``assembly``), ``customer`` (24: ``wanted`` or ``no``), ``comments`` (26).
    Raises RoleNeeded, ArticleCannot or BadWords.
    """
    require(actor, *QUALITY)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        return _act(writing, before, "describe", "", replace(before.facts, **_told(told)))


def index(vault: Vault, actor: Person, number: str, rows: Sequence[Mapping[str, str]]) -> Article:
    """Write fields 15 to 18, by field number, in the place of what the bill of material says.

    Raises RoleNeeded, ArticleCannot or BadWords.
    """
    return _listed(vault, actor, number, "index", rows, _INDEX)


def materials(
    vault: Vault, actor: Person, number: str, rows: Sequence[Mapping[str, str]]
) -> Article:
    """Write the lines of form 2, by field number; raises ArticleCannot, BadWords."""
    return _listed(vault, actor, number, "list", rows, _FIELDS)


def verify(vault: Vault, actor: Person, number: str, password: str) -> Article:
    """Fill the forms from what stands now and sign field 20, with the password again.

    Raises NothingMeasured, ArticleOutside, WrongPassword, ArticleCannot or RoleNeeded.
    """
    require(actor, *QUALITY)
    people.check_password(vault.ledger, actor.name, password)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        _allowed(before, "verify")
        filled = _filled(vault, writing.connection, before)
        filled["form1"] = forms.signed(
            filled["form1"], actor.shown, writing.at[:10], approving=False
        )
        facts = replace(before.facts, verified_by=writing.actor, verified_at=writing.at,
                        forms=filled)  # fmt: skip
        return _act(writing, before, "verify", "", facts)


def approve(vault: Vault, actor: Person, number: str, password: str, remark: str = "") -> Article:
    """Sign field 22, with the password again; never by who verified it.

    Raises SamePerson, WrongPassword, ArticleCannot or RoleNeeded.
    """
    require(actor, *APPROVERS)
    said = words.line("remark", remark, 300)
    with vault.ledger.reading() as connection:
        asked = known(connection, number)
        if asked.facts.verified_by == actor.name:
            raise SamePerson(name=actor.name, number=asked.number)
    people.check_password(vault.ledger, actor.name, password)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        if before.facts.verified_by == actor.name:
            raise SamePerson(name=actor.name, number=before.number)
        _allowed(before, "approve")
        signed = forms.signed(
            before.facts.forms["form1"], actor.shown, writing.at[:10], approving=True
        )
        facts = replace(before.facts, approved_by=writing.actor, approved_at=writing.at,
                        forms={**before.facts.forms, "form1": signed})  # fmt: skip
        return _act(writing, before, "approve", said, facts)


def accept(vault: Vault, actor: Person, number: str, who: str, day: str = "") -> Article:
    """Write down who approved it for the customer, fields 24 and 25; once, and only where asked.

    Raises RoleNeeded, ArticleCannot, CustomerNotAsked or BadWords.
    """
    require(actor, *QUALITY)
    by = words.line("customer's approval", who, 120)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        _allowed(before, "accept")
        form1 = before.facts.forms["form1"]
        if form1["24"] != forms.AWAITED or not by:
            why = ("nobody is named" if not by else "its approval was not asked for"
                   if form1["24"] == forms.NA else f"{form1['24']} has approved it")  # fmt: skip
            raise CustomerNotAsked(number=before.number, why=why)
        on = words.day(day) if day else writing.at[:10]
        told = {**before.facts.forms, "form1": forms.accepted(form1, by, on)}
        return _act(writing, before, "accept", by, replace(before.facts, forms=told))


def reject(vault: Vault, actor: Person, number: str, why: str) -> Article:
    """Send it back with the reason; what was verified falls."""
    require(actor, *APPROVERS)
    return _back(vault, actor, number, "reject", why)


def cancel(vault: Vault, actor: Person, number: str, why: str) -> Article:
    """Give up a draft, with the reason."""
    require(actor, *QUALITY)
    return _back(vault, actor, number, "cancel", why)


def show(vault: Vault, number: str) -> Article:
    """Return a first article; raises NoSuchArticle."""
    with vault.ledger.reading() as connection:
        return known(connection, number)


def listing(vault: Vault, job: str = "", item: str = "") -> list[Article]:
    """Return the first articles of a job or an item, or all, oldest first."""
    with vault.ledger.reading() as connection:
        return records.listed(connection, job, item)


def known(connection: Connection, number: str) -> Article:
    """Return one by ``FA-0001``; raises NoSuchArticle."""
    which = series.FIRST_ARTICLE.number(number)
    found = records.article(connection, which) if which is not None else None
    if found is None:
        raise NoSuchArticle(number=number)
    return found


# --- inside -----------------------------------------------------------------


def _told(told: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of a first article as it is kept."""
    found: dict[str, Any] = {
        name: words.line(what, told[name], longest)
        for name, (what, longest) in _SAID.items() if name in told
    }  # fmt: skip
    if told.get("detail"):
        found["detail"] = rules.ASSEMBLY if told["detail"] == rules.ASSEMBLY else rules.DETAIL
    if "customer" in told:
        found["customer"] = "wanted" if told["customer"] == "wanted" else ""
    return found


def _listed(
    vault: Vault, actor: Person, number: str, deed: str, rows: Sequence[Mapping[str, str]],
    fields: frozenset[str],
) -> Article:  # fmt: skip
    require(actor, *QUALITY)
    told = tuple(
        {field: words.line(f"field {field}", text, 200) for field, text in row.items()
         if field in fields and text.strip()}
        for row in rows
    )  # fmt: skip
    name = "index" if deed == "index" else "materials"
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        lines: dict[str, Any] = {name: tuple(row for row in told if row)}
        facts = replace(before.facts, **lines)
        return _act(writing, before, deed, "", facts)


def _index(
    log: ReleaseLog, connection: Connection, one: Article, revision: Revision
) -> list[tuple[str, str, str, str]]:
    """Return fields 15 to 18: as written, else the bill of material with the newest FAIR of each."""
    if one.facts.index:
        return [(row.get("15", forms.NA), row.get("16", forms.NA), row.get("17", forms.NA),
                 row.get("18", forms.NA)) for row in one.facts.index]  # fmt: skip
    if one.facts.detail != rules.ASSEMBLY or all(each.name != bom.FILE for each in revision.files):
        return []
    rows = []
    for line in bom.parse(log.read(revision, bom.FILE)):
        last = log.latest(line.number)
        part = log.revision(line.number, last) if last else None
        fair = [each.number for each in records.listed(connection, item=line.number)
                if each.state == "approved"]  # fmt: skip
        rows.append((
            line.number, part.title if part else forms.NA,
            _TYPES.get(part.kind, part.kind.capitalize()) if part else "Standard or bought",
            fair[-1] if fair else forms.NA,
        ))  # fmt: skip
    return rows


def _changes(connection: Connection, job: Job) -> str:
    """Return the deviations a job was made under, which no revision has taken up yet."""
    found = decisions.decisions(connection, [job.number])[job.number]
    return "; ".join(one.sentence for one in found if one.choice == "deviation")


def _filled(vault: Vault, connection: Connection, one: Article) -> dict[str, Any]:
    job = job_records.known(connection, one.job)
    log = ReleaseLog(vault)
    revision = log.revision(one.item, one.rev)
    rows = _rows(views.results_in(log, connection, job).characteristics, one)
    named: defaultdict[str, list[str]] = defaultdict(list)
    for each in nonconformances.listed(connection, nonconformances.Filter(job=one.job)):
        for balloon in each.facts.balloons:
            named[balloon.casefold()].append(each.number)
    for row in rows:
        balloon = row.characteristic.balloon
        if not row.results:
            raise NothingMeasured(number=one.number, what=f"balloon {balloon} has no result")
        if row.outside and balloon.casefold() not in named:
            raise ArticleOutside(number=one.number, what=f"balloon {balloon}")
    scope = "Full FAI" if one.facts.scope == rules.FULL else (
        f"Partial FAI, baseline {one.facts.baseline}")  # fmt: skip
    drawing = next((Path(it.name).stem for it in revision.files if it.stamped), one.item)
    return {
        "form1": forms.form1(forms.Head(
            item=one.item, title=revision.title, serial=one.facts.serial, fair=one.number,
            rev=one.rev, drawing=one.facts.drawing or drawing,
            changes=one.facts.changes or _changes(connection, job), process=one.facts.process or
            f"route of job {one.job}", organization=vault.settings.shop_name, order=job.order,
            detail=one.facts.detail.capitalize(), scope=f"{scope}: {one.facts.reason}",
            index=_index(log, connection, one, revision), nonconforming=bool(named),
            comments=one.facts.comments, supplier=one.facts.supplier,
            awaited=one.facts.customer == "wanted",
        )),
        "form2": forms.form2(one.facts.materials),
        "form3": forms.form3(rows, named),
    }  # fmt: skip


def _rows(rows: Sequence[CharacteristicResults], one: Article) -> list[CharacteristicResults]:
    wanted = {balloon.casefold() for balloon in one.facts.balloons}
    found = [row for row in rows if not wanted or row.characteristic.balloon.casefold() in wanted]
    if not found:
        raise NothingMeasured(number=one.number, what="no characteristic is in its scope")
    return found


def _baseline(connection: Connection, job: Job, text: str) -> str:
    if not text:
        raise PartialNeedsBaseline
    base = known(connection, text)
    if base.item != job.item:
        raise BaselineUnfit(baseline=base.number, why=f"it is of {base.item}")
    if base.state != "approved":
        raise BaselineUnfit(baseline=base.number, why=f"it is {base.state}")
    return f"{base.number} ({base.item} {base.rev})"


def _back(vault: Vault, actor: Person, number: str, deed: str, why: str) -> Article:
    reason = words.reason_for("first article", why)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        facts = replace(before.facts, forms={}, verified_by="", verified_at="")
        return _act(writing, before, deed, reason, facts)


def _allowed(before: Article, deed: str) -> str:
    after = rules.ARTICLE.get((before.state, deed))
    if after is None:
        raise ArticleCannot(number=before.number, state=before.state, act=deed)
    return after


def _act(writing: Writing, before: Article, deed: str, said: str, facts: Facts) -> Article:
    now = replace(before, state=_allowed(before, deed), entries=before.entries + 1, facts=facts,
                  changed_at=writing.at, changed_by=writing.actor)  # fmt: skip
    writing.update(tables.first_article, now.id, state=now.state, entries=now.entries)
    _enter(writing, now, deed, said)
    return now


def _enter(writing: Writing, now: Article, deed: str, said: str) -> None:
    facts = {key: one for key, one in asdict(now.facts).items() if one not in ("", (), {})}
    writing.insert(
        tables.first_article_entry, first_article=now.id, number=now.entries, at=writing.at,
        person=writing.actor, act=deed, words=said, state=now.state,
        facts=canonical.dumps(facts).decode(),
    )  # fmt: skip
    told = {"words": said} if said else {}
    writing.record(f"first_article.{deed}", subject(now.job), first_article=now.number,
                   scope=now.facts.scope, reason=now.facts.reason, **told)  # fmt: skip
