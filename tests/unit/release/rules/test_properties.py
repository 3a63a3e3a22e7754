# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold for all rules: they read back as written, and less evidence never opens a gate."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from release.change import (
    CLASSES,
    Bound,
    Delegation,
    FileFact,
    Order,
    OrderItem,
    Override,
    Signoff,
)
from release.errors import BadRules
from release.finding import all_pass
from release.requirements import MEANINGS, SignedOff, judged
from release.rules import grammar, options
from release.rules.case import Block, Case, Child, Deputy, Holder, Known
from release.rules.condition import About, When
from release.rules.distributed import Distributed
from release.rules.example import DEFAULT, EXAMPLE
from release.rules.grammar import Rules
from vault import revisions
from vault.item import KINDS
from vault.ledger.people import ROLES

NAMES = ("eli", "mchen", "rkim", "quinn", "ada", "otto")
VISIBLE = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")),
    min_size=1, max_size=12,
)  # fmt: skip
ROLE_SETS = st.frozensets(st.sampled_from(sorted(ROLES)), max_size=3)
PATTERNS = st.lists(VISIBLE, max_size=3).map(tuple)
DAYS = st.one_of(st.just(""), st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat))


@st.composite
def conditions(draw: st.DrawFn) -> When:
    """Return any condition the grammar can write."""
    values = st.one_of(VISIBLE, st.booleans(), st.integers(-9, 9))
    metadata = draw(st.dictionaries(VISIBLE, st.lists(values, min_size=1, max_size=3), max_size=2))
    return When(
        draw(PATTERNS), tuple(draw(st.lists(st.sampled_from(KINDS), max_size=2))),
        tuple(draw(st.lists(st.sampled_from(CLASSES), max_size=2))), draw(PATTERNS),
        tuple((key, tuple(all_)) for key, all_ in metadata.items()), draw(PATTERNS),
    )  # fmt: skip


@st.composite
def sign_offs(draw: st.DrawFn, name: str, groups: list[str]) -> SignedOff:
    """Return any sign-off rule."""
    asked = ["owner", *(f"role:{one}" for one in sorted(ROLES)), *(f"person:{one}" for one in NAMES),
             *(f"group:{one}" for one in groups)]  # fmt: skip
    by = draw(st.lists(st.sampled_from(asked), min_size=1, max_size=3, unique=True))
    return SignedOff(
        name, tuple(by), draw(st.integers(1, 3)), draw(st.sampled_from(MEANINGS)), draw(ROLE_SETS),
        draw(st.booleans()), draw(st.booleans()), draw(ROLE_SETS), draw(conditions()),
    )  # fmt: skip


@st.composite
def checks(draw: st.DrawFn, name: str) -> Any:
    """Return any check with any options."""
    kind = draw(st.sampled_from(sorted(options.CHECKS)))
    forms = {
        "flag": st.booleans(), "levels": st.sampled_from(["direct", "all"]),
        "pattern": st.sampled_from(["", "{number}_{rev}*", "*-{rev}.???"]),
        "files": st.lists(st.lists(VISIBLE, min_size=1, max_size=2).map(tuple), min_size=1,
                          max_size=3).map(tuple),
        "patterns": st.lists(VISIBLE, min_size=1, max_size=3).map(tuple),
        "texts": st.lists(VISIBLE, min_size=1, max_size=3).map(tuple),
        "fields": st.lists(st.sampled_from(["number", "revision", "date", "title"]), min_size=1,
                           max_size=4).map(tuple),
    }  # fmt: skip
    told = {one.name: draw(forms[one.form]) for one in options.OPTIONS.get(kind, ())}
    made: Any = options.CHECKS[kind]
    return made(name=name, may_override=draw(ROLE_SETS), when=draw(conditions()), **told)


@st.composite
def rule_books(draw: st.DrawFn) -> Rules:
    """Return any rules the grammar can write."""
    groups = draw(st.dictionaries(st.sampled_from(["board", "night"]),
                                  st.frozensets(st.sampled_from(NAMES), min_size=1), max_size=2))  # fmt: skip
    names = draw(st.lists(VISIBLE, min_size=2, max_size=5, unique=True))
    names = [f"r {one}" for one in names]
    some = draw(st.integers(1, len(names)))
    readers = ["owner", *(f"role:{one}" for one in sorted(ROLES) if one != "customer"),
               *(f"person:{one}" for one in NAMES), *(f"group:{one}" for one in groups)]  # fmt: skip
    requirements = (
        *(draw(sign_offs(name, sorted(groups))) for name in names[:some]),
        *(draw(checks(name)) for name in names[some:]),
        *(
            Distributed(f"d {one}", tuple(asked), draw(ROLE_SETS), draw(conditions()))
            for one in draw(st.lists(VISIBLE, max_size=2, unique=True))
            if (asked := draw(st.lists(st.sampled_from(readers), min_size=1, unique=True)))
        ),
    )
    since, until = sorted((draw(DAYS), draw(DAYS)))
    deputies = draw(st.dictionaries(st.sampled_from(NAMES), st.just((Deputy("rkim", since, until),)),
                                    max_size=2))  # fmt: skip
    scheme = revisions.SCHEMES[draw(st.sampled_from(sorted(revisions.SCHEMES)))]
    return Rules("", scheme, requirements, deputies, groups)


@given(rule_books())
@settings(max_examples=150)
def test_rules_read_back_as_they_were_written(rules: Rules) -> None:
    """Grammar and writer agree on every rule there can be."""
    assert grammar.read(grammar.written(rules)) == rules


@pytest.mark.parametrize("text", [DEFAULT, EXAMPLE])
def test_the_rules_we_ship_read_back_as_they_were_written(text: str) -> None:
    """The default and the example too."""
    rules = grammar.read(text)
    assert grammar.read(grammar.written(rules)) == rules


@given(st.text(max_size=300))
def test_any_text_is_rules_or_refused(text: str) -> None:
    """Nothing else ever comes out of the reader."""
    with pytest.raises(BadRules):
        grammar.read(text)


PARTS = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(string.printable, max_size=8), st.just("owner"),
              st.just("2026-11-20"), st.just("{rev}"), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "folder", "kind", "metadata", "from", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = ["name", "by", "count", "meaning", "roles", "delegation", "author_may_sign", "may_override",
        "when", "check", "files", "fields", "required", "pattern", "levels", "ignore", "keys"]  # fmt: skip


@given(st.sampled_from(["sign-off", "require", "groups", "deputies", "revision"]),
       st.dictionaries(st.sampled_from(KEYS), PARTS, max_size=5),
       st.sampled_from(sorted(options.CHECKS)))  # fmt: skip
@settings(max_examples=300)
def test_hostile_values_in_known_places_are_rules_or_refused(
    table: str, told: dict[str, Any], check: str
) -> None:
    """Whatever type stands in whatever key, the answer is rules or a refusal with a place."""
    told = {"check": check, **told} if table == "require" else told
    head = f"[[{table}]]" if table in {"sign-off", "require"} else f"[{table}]"
    text = "\n".join([DEFAULT, head, *options.lines(told)]).replace("[deputies]\n[deputies]", "")
    try:
        grammar.read(text)
    except BadRules as refusal:
        where = refusal.facts["where"]
    else:
        where = "nowhere: it can be read"
    assert where


ITEM = OrderItem(
    "10-0001", "Bracket", "part", "mchen", "items/10/10-0001", "c" * 40, "t" * 40, "A",
    (FileFact("10-0001_B.pdf", 9, "a" * 64, "m" * 32), FileFact("item.toml", 5, "b" * 64)), ("eli",),
    notes="hole", stock="rework", in_process="hold",
)  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return an item with any signatures, delegations, overrides and things known of it."""
    bound = {ITEM.number: Bound(ITEM.tree, ITEM.digest)}
    signoffs = tuple(
        Signoff(by, by, draw(st.sampled_from(["approved", "approved", "reviewed"])),
                f"2026-01-0{draw(st.integers(1, 9))}T00:00:00Z", "", bound)
        for by in draw(st.lists(st.sampled_from(NAMES), max_size=5))
    )  # fmt: skip
    delegations = tuple(Delegation("mchen", to, "2026-01-02T00:00:00Z", "away")
                        for to in draw(st.sets(st.sampled_from(NAMES), max_size=1)))  # fmt: skip
    overrides = tuple(Override(name, "ada", "2026-01-03T00:00:00Z", "why", {ITEM.number: ITEM.tree})
                      for name in draw(st.sets(st.sampled_from(["r a", "r b"]), max_size=1)))  # fmt: skip
    people = {
        name: draw(ROLE_SETS) | {"approver"} for name in draw(st.sets(st.sampled_from(NAMES)))
    }
    order = Order("CO-0001", "open", "why", "eli", "2026-01-01T00:00:00Z", (ITEM,), signoffs, overrides,
                  change_class=draw(st.sampled_from(CLASSES)), delegations=delegations)  # fmt: skip
    known = Known(
        faults=draw(st.sampled_from([{}, {"10-0001_B.pdf": "broken"}])),
        manifests=draw(st.sampled_from([{}, {"route.toml": ""}, {"route.toml": "bad"}])),
        children=draw(st.sampled_from([None, (), (Child("x", ITEM.number, "recalled", "A"),)])),
        lock=draw(st.sampled_from([None, Holder("otto", "2026-01-01T00:00:00Z")])),
        blocks=draw(st.sampled_from([{}, {"10-0001_B.pdf": Block(({"revision": "C"},), 9)}])),
        unknown=draw(st.sampled_from([{}, {"blocks": "the worker gave up"}])),
    )  # fmt: skip
    about = (
        About(ITEM.number, ITEM.kind, ITEM.path, draw(st.sampled_from([None, {}, {"a": "b"}]))),
    )
    return Case(order, ITEM, people, {"mchen": (Deputy("rkim"),)}, {"board": frozenset(NAMES)}, people,
                letter="B", now="2026-01-09T00:00:00Z", about=about, known=known)  # fmt: skip


@given(cases(), rule_books())
@settings(max_examples=300)
def test_a_signature_less_never_makes_a_finding_pass(case: Case, rules: Rules) -> None:
    """Take any one signature away: what was open stays open."""
    case = replace(case, groups=rules.groups)
    before = judged(rules.requirements, case)
    for place in range(len(case.order.signoffs)):
        signoffs = case.order.signoffs[:place] + case.order.signoffs[place + 1 :]
        less = replace(case, order=replace(case.order, signoffs=signoffs))
        after = judged(rules.requirements, less)
        for was, now in zip(before, after, strict=True):
            assert was.passes or not now.passes


@given(cases(), rule_books(), rule_books())
@settings(max_examples=200)
def test_a_requirement_more_never_opens_what_was_blocked(
    case: Case, rules: Rules, further: Rules
) -> None:
    """Whatever is added, a blocked order stays blocked; and each finding has a reason."""
    case = replace(case, groups={**rules.groups, **further.groups})
    extra = tuple(one for one in further.requirements if not isinstance(one, SignedOff))
    few, many = judged(rules.requirements, case), judged((*rules.requirements, *extra), case)
    assert all_pass(few) or not all_pass(many)
    assert all(one.reason for one in many)
    assert all(one.remedy for one in many if not one.passes)


@given(cases(), rule_books())
def test_nothing_passes_that_nobody_signed(case: Case, rules: Rules) -> None:
    """Without a signature and without an override no rules whatever let an item through."""
    bare = replace(case.order, signoffs=(), overrides=())
    assert not all_pass(judged(rules.requirements, replace(case, order=bare)))
