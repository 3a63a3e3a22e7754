# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requirements on frozen cases: nothing is satisfied because something is missing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from release.change import Bound, FileFact, Order, OrderItem, Override, Signoff
from release.finding import all_pass
from release.requirements import SignedOff, judged
from release.rules.case import Case, Deputy, Known
from release.rules.files import DiffersFromRelease, FilesIntact, SomethingToRelease

ITEM = OrderItem(
    "10-0001", "Bracket", "part", "mchen", "items/10", "c" * 40, "t" * 40, None,
    (FileFact("drawing.pdf", 9, "a" * 64, "m" * 32), FileFact("item.toml", 5, "b" * 64)), ("eli",),
)  # fmt: skip
ORDER = Order("CO-0001", "open", "why", "eli", "2026-01-01T00:00:00Z", (ITEM,))
PEOPLE = {
    "mchen": frozenset({"approver"}), "rkim": frozenset({"approver", "quality"}),
    "ada": frozenset({"admin"}),
}  # fmt: skip
CASE = Case(
    ORDER, ITEM, {name: PEOPLE[name] for name in ("mchen", "rkim")}, people=PEOPLE,
    letter="A", now="2026-01-03T00:00:00Z",
)  # fmt: skip
OWNER = SignedOff("approval owner", ("owner",), may_override=frozenset({"admin"}))


def signed(by: str, item: OrderItem = ITEM, meaning: str = "approved") -> Signoff:
    """Return a signature on an item."""
    return Signoff(by, by.title(), meaning, "2026-01-02T00:00:00Z", "",
                   {item.number: Bound(item.tree, item.digest)})  # fmt: skip


def with_signoffs(*signoffs: Signoff, case: Case = CASE) -> Case:
    """Return a case whose order carries signatures."""
    return replace(case, order=replace(case.order, signoffs=signoffs))


def test_the_owners_signature_satisfies_and_is_named() -> None:
    """The finding says who signed and which tree was judged."""
    finding = OWNER.judge(with_signoffs(signed("mchen")))
    assert finding.verdict == "satisfied"
    assert "mchen" in finding.reason
    assert finding.tree == ITEM.tree


def test_nobodys_and_strangers_signatures_do_not_count() -> None:
    """Without the owner's own approval the requirement stays open and says whom it waits for."""
    for signoffs in ((), (signed("rkim"),), (signed("mchen", meaning="rejected"),)):
        finding = OWNER.judge(with_signoffs(*signoffs))
        assert finding.verdict == "unsatisfied"
        assert "mchen" in finding.remedy


def test_an_author_cannot_approve_even_as_the_only_owner() -> None:
    """Who opened the order or checked in a change is barred, and the reason says so."""
    by_author = replace(CASE, order=replace(ORDER, author="mchen"))
    by_contributor = replace(CASE, item=replace(ITEM, contributors=("eli", "mchen")))
    for case in (by_author, by_contributor):
        finding = OWNER.judge(with_signoffs(signed("mchen", case.item), case=case))
        assert finding.verdict == "unsatisfied"
        assert "made this change" in finding.reason


def test_a_rule_with_nobody_to_satisfy_it_is_unsatisfied() -> None:
    """No owner, an owner without the role, a role nobody has: never open by default."""
    cases = [
        replace(CASE, item=replace(ITEM, owner="")),
        replace(CASE, item=replace(ITEM, owner="otto")),
        replace(CASE, approvers={}),
    ]
    assert [OWNER.judge(case).verdict for case in cases] == ["unsatisfied"] * 3
    assert SignedOff("q", ("role:planner",)).judge(CASE).verdict == "unsatisfied"
    assert SignedOff("two", ("owner",), count=2).judge(with_signoffs(signed("mchen"))).verdict == (
        "unsatisfied"
    )


def test_authority_is_read_from_the_release_not_from_what_is_judged() -> None:
    """Naming a friend as owner in the change itself does not make the friend its judge."""
    taken_over = replace(CASE, item=replace(ITEM, owner="rkim"), released_owner="mchen")
    by_friend = with_signoffs(signed("rkim", taken_over.item), case=taken_over)
    by_owner = with_signoffs(signed("mchen", taken_over.item), case=taken_over)
    assert OWNER.judge(by_friend).verdict == "unsatisfied"
    assert OWNER.judge(by_owner).verdict == "satisfied"


def test_a_deputy_stands_in_where_the_rules_name_one() -> None:
    """Deputies come from the rules, never from the order."""
    case = replace(CASE, deputies={"mchen": (Deputy("rkim"),)})
    assert OWNER.judge(with_signoffs(signed("rkim"), case=case)).verdict == "satisfied"


def test_broken_files_an_empty_item_and_an_unchanged_one_are_open() -> None:
    """Each says what is wrong and what to do."""
    broken = FilesIntact().judge(replace(CASE, known=Known(faults={"drawing.pdf": "it has no pages"})))
    assert broken.verdict == "unsatisfied"
    assert "it has no pages" in broken.reason
    bare = replace(CASE, item=replace(ITEM, files=ITEM.files[1:]))
    assert SomethingToRelease().judge(bare).verdict == "unsatisfied"
    same = replace(CASE, item=replace(ITEM, from_rev="A"), released_tree=ITEM.tree)
    assert DiffersFromRelease().judge(same).verdict == "unsatisfied"
    assert DiffersFromRelease().judge(CASE).verdict == "not applicable"


def test_a_gate_without_requirements_stays_shut() -> None:
    """No rule is an error, and no findings at all are no pass either."""
    assert not all_pass(judged((), CASE))
    assert not all_pass(())


def test_an_override_opens_only_its_own_requirement_and_tree_and_stays_visible() -> None:
    """The finding says overridden, by whom and why; other bytes are not covered."""
    override = Override(OWNER.name, "ada", "2026-01-02T00:00:00Z", "fire", {"10-0001": ITEM.tree})
    case = replace(CASE, order=replace(ORDER, overrides=(override,)))
    (finding,) = judged((OWNER,), case)
    assert (finding.verdict, finding.passes) == ("overridden", True)
    assert "ada" in finding.reason
    assert "fire" in finding.reason
    moved = replace(case, item=replace(ITEM, tree="u" * 40))
    assert not judged((OWNER,), moved)[0].passes
    assert not judged((SignedOff("other", ("owner",)),), case)[0].passes


@given(st.sets(st.sampled_from(["mchen", "rkim", "eli", "otto"])), st.integers(1, 3))
def test_only_distinct_able_people_are_ever_counted(signers: set[str], count: int) -> None:
    """Satisfied exactly when enough different approvers who are no authors have signed."""
    rule = SignedOff("n", ("role:approver",), count=count)
    case = with_signoffs(*(signed(name) for name in sorted(signers)), *(signed("mchen"),) * 2)
    able = {"mchen", "rkim"} & (signers | {"mchen"})
    assert (rule.judge(case).verdict == "satisfied") == (len(able) >= count)
