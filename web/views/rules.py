# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of release: read by the whole office, tried out and saved by administrators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from flask import render_template, request, url_for

from release import rulebook
from release.change import CLASSES
from release.errors import BadRules
from release.requirements import SignedOff
from release.rulebook import Saved
from release.rules import grammar, options, reach, trial
from release.rules.case import Requirement
from release.rules.distributed import Distributed
from release.rules.grammar import Rules
from release.rules.reach import Reached
from release.rules.trial import Trial
from traveler.dispatch import rules as turns
from traveler.dispatch import whatif
from traveler.dispatch.whatif import Outcome
from traveler.schedule import ranking
from vault.errors import Refusal, WrongUse
from web import forms
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import me, vault

VERSIONS: Final = 20
ITEMS: Final = 2_000
"""For how many items a page looks whether somebody can sign them."""
SECONDS: Final = 5.0
"""How long a page tries rules out on orders before it shows what it has."""
DONE: Final = {"save": "The rules are saved and in force."}


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as the page shows it; ``asks`` is whom a sign-off asks, or what a check is told."""

    name: str
    asks: str
    when: str
    may_override: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What rules that are not saved would mean: what is odd about them, what they would decide."""

    warnings: list[str]
    trial: Trial
    difference: list[str]
    ranking: tuple[str, ...]
    outcome: Outcome | None
    """What another ranking would move on the floor, None where it stays."""


def page() -> Answer:
    """Show the rules in force, or try out or save others."""
    if request.method != "POST":
        return _shown("", None, None)
    act, new = forms.text("act"), request.form.get("rules", "").replace("\r\n", "\n")
    try:
        if act == "save":
            rulebook.edit(vault(), me(), new, forms.text("why"), forms.text("seen") or None)
            return forms.gone_on(url_for("rules.page", done="save"))
        if act == "try":
            return _shown(new, None, _preview(new))
    except WrongUse:
        raise
    except Refusal as refusal:
        return _shown(new, refusal, None), refusal.status
    raise NotReadable(why="the form does not say what to do")


def _preview(new: str) -> Preview:
    told = grammar.read(new)
    try:
        now = rulebook.current(vault())
    except BadRules:
        now = told  # what is broken decides nothing, so there is nothing to compare with
    changes = trial.candidates(vault())
    done = trial.run(vault(), now, told, changes, seconds=SECONDS)
    old, _blob = rulebook.text(vault())
    turn = turns.of(told)
    moved = whatif.run(vault(), whatif.Trial({}, turn)) if turn != turns.of(now) else None
    return Preview(reach.warnings(vault(), told, ITEMS), done,
                   list(rulebook.difference(old, new)), turn, moved)  # fmt: skip


def _shown(typed: str, refusal: Refusal | None, preview: Preview | None) -> str:
    text, blob = rulebook.text(vault())
    broken, rules = "", None
    try:
        rules = grammar.read(text, blob)
    except BadRules as fault:
        broken = str(fault)
    number, change_class = forms.asked("number"), forms.asked("class") or CLASSES[0]
    found, unknown = _reached(number, change_class, rules)
    return render_template(
        "rules.html", text=typed or text, blob=blob, broken=broken,
        signing=[_signing(one) for one in rules.sign_offs] if rules else [],
        checks=[_check(one) for one in rules.requirements
                if not isinstance(one, SignedOff | Distributed)] if rules else [],
        lists=[_list(one) for one in rules.lists] if rules else [],
        scheme=rules.scheme.name if rules else "", stand_ins=_stand_ins(rules),
        turn=[(name, ranking.told(name)) for name in turns.of(rules)] if rules else [],
        groups={name: sorted(all_) for name, all_ in rules.groups.items()} if rules else {},
        warnings=reach.warnings(vault(), rules, ITEMS) if rules else [], versions=_versions(),
        preview=preview, number=number, change_class=change_class, classes=CLASSES, reached=found,
        unknown=unknown, refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")), why=forms.text("why"),
    )  # fmt: skip


def _reached(
    number: str, change_class: str, rules: Rules | None
) -> tuple[list[Reached], str]:  # fmt: skip
    if not number or rules is None or change_class not in CLASSES:
        return [], ""
    try:
        return reach.reached(vault(), number, change_class, rules), ""
    except Refusal as refusal:
        return [], str(refusal)


def _versions() -> list[Saved]:
    return list(islice(rulebook.story(vault()), VERSIONS))


def _signing(one: SignedOff) -> Line:
    asks = f"{one.count} of {one.whom()}" if one.count > 1 else one.whom()
    if one.meaning != "approved":
        asks += f", {one.meaning}"
    if one.delegation:
        asks += "; may be delegated"
    if one.author_may_sign:
        asks += "; authors may sign"
    return Line(one.name, asks, str(one.when), ", ".join(sorted(one.may_override)))


def _list(one: Distributed) -> Line:
    asks = one.whom().replace(" or ", " and ")
    return Line(one.name, asks, str(one.when), ", ".join(sorted(one.may_override)))


def _check(one: Requirement) -> Line:
    told = options.told(one)
    for known in ("check", "name", "may_override", "when"):
        told.pop(known, None)
    asked = (type(one).__doc__ or "").split("\n")[0].rstrip(".")
    asks = "; ".join([asked,
                      *(f"{key} {options.toml(value)}" for key, value in told.items())])  # fmt: skip
    return Line(one.name, asks, str(one.when), ", ".join(sorted(one.may_override)))


def _stand_ins(rules: Rules | None) -> list[tuple[str, str]]:
    if rules is None:
        return []
    return [
        (person, ", ".join(" ".join(filter(None, (
            one.name, f"from {one.since}" if one.since else "",
            f"until {one.until}" if one.until else ""))) for one in all_))
        for person, all_ in sorted(rules.deputies.items())
    ]  # fmt: skip
