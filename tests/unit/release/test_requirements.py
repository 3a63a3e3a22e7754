# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requirements on frozen cases: nothing is satisfied because something is missing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from release.change import Bound, Delegation, FileFact, Order, OrderItem, Override, Signoff
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


def test_a_deputy_stands_in_on_the_days_the_rules_name() -> None:
    """What counts is the day of the signature, not the day of judging."""
    for since, until, verdict in (
        ("", "", "satisfied"), ("2026-01-02", "2026-01-02", "satisfied"),
        ("2026-01-03", "", "unsatisfied"), ("", "2026-01-01", "unsatisfied"),
    ):  # fmt: skip
        case = replace(CASE, deputies={"mchen": (Deputy("rkim", since, until),)})
        assert OWNER.judge(with_signoffs(signed("rkim"), case=case)).verdict == verdict


def delegated(to: str, at: str = "2026-01-01T00:00:00Z", case: Case = CASE) -> Case:
    """Return a case in whose order mchen lets somebody else sign, who did."""
    order = replace(case.order, delegations=(Delegation("mchen", to, at, "away"),))
    return with_signoffs(signed(to, case.item), case=replace(case, order=order))


def test_a_delegate_counts_where_the_rule_says_so_and_only_then() -> None:
    """By default nobody may pass their signature on; the delegate has to be an approver, no author."""
    lets = replace(OWNER, delegation=True)
    assert OWNER.judge(delegated("rkim")).verdict == "unsatisfied"
    told = lets.judge(delegated("rkim"))
    assert told.verdict == "satisfied"
    assert "standing in for mchen" in told.reason
    assert lets.judge(delegated("ada")).verdict == "unsatisfied"  # no approver
    assert (
        lets.judge(delegated("rkim", "2026-01-03T00:00:00Z")).verdict == "unsatisfied"
    )  # too late
    wrote = replace(CASE, item=replace(ITEM, contributors=("rkim",)))
    assert lets.judge(delegated("rkim", case=wrote)).verdict == "unsatisfied"


def test_an_author_cannot_choose_their_own_judge_by_delegation() -> None:
    """Who is barred from approving is barred from passing it on."""
    owns = replace(CASE, item=replace(ITEM, contributors=("mchen",)))
    lets = replace(OWNER, delegation=True)
    assert lets.judge(delegated("rkim", case=owns)).verdict == "unsatisfied"


def test_groups_several_and_roles_say_who_is_asked() -> None:
    """Any of a list; roles narrow them down."""
    case = replace(CASE, groups={"board": frozenset({"rkim", "otto"})})
    by_rkim = with_signoffs(signed("rkim"), case=case)
    assert SignedOff("b", ("group:board",)).judge(by_rkim).verdict == "satisfied"
    assert SignedOff("b", ("person:mchen", "group:board")).judge(by_rkim).verdict == "satisfied"
    narrow = SignedOff("b", ("role:approver",), roles=frozenset({"quality"}))
    assert narrow.judge(by_rkim).verdict == "satisfied"
    assert narrow.judge(with_signoffs(signed("mchen"), case=case)).verdict == "unsatisfied"
    two = SignedOff("b", ("group:board",), count=2).judge(by_rkim)
    assert "nobody can satisfy this rule: otto is not an active person" in two.reason


def test_reviewed_is_not_approved_and_approved_is_not_reviewed() -> None:
    """Each meaning stands for itself (21 CFR 11.50)."""
    reviewed = replace(OWNER, meaning="reviewed")
    assert reviewed.judge(with_signoffs(signed("mchen"))).verdict == "unsatisfied"
    assert reviewed.judge(with_signoffs(signed("mchen", meaning="reviewed"))).verdict == "satisfied"
    assert OWNER.judge(with_signoffs(signed("mchen", meaning="reviewed"))).verdict == "unsatisfied"


def test_a_rejection_takes_back_an_earlier_approval_of_the_same_bytes() -> None:
    """What somebody said last is what they say."""
    then = with_signoffs(signed("mchen"), signed("mchen", meaning="rejected"))
    assert OWNER.judge(then).verdict == "unsatisfied"
    again = with_signoffs(*then.order.signoffs, signed("mchen"))
    assert OWNER.judge(again).verdict == "satisfied"


def test_an_author_cannot_set_the_sign_off_on_their_own_change_aside() -> None:
    """An administrator who made the change may override checks, never its sign-off."""
    override = Override(OWNER.name, "ada", "2026-01-02T00:00:00Z", "fire", {"10-0001": ITEM.tree})
    own = replace(CASE, order=replace(ORDER, author="ada", overrides=(override,)))
    told = judged((OWNER,), own)[0]
    assert told.verdict == "unsatisfied"
    assert "the override by ada does not count" in told.reason
    lenient = replace(OWNER, author_may_sign=True)
    assert judged((lenient,), own)[0].verdict == "overridden"


def test_an_override_counts_only_from_whom_the_rules_let() -> None:
    """A rule nobody may override, or somebody without the role: the finding stays open."""
    override = Override(OWNER.name, "ada", "2026-01-02T00:00:00Z", "fire", {"10-0001": ITEM.tree})
    case = replace(CASE, order=replace(ORDER, overrides=(override,)))
    assert not judged((replace(OWNER, may_override=frozenset()),), case)[0].passes
    assert not judged((replace(OWNER, may_override=frozenset({"quality"})),), case)[0].passes
    assert not judged((OWNER,), replace(case, people={}))[0].passes


def test_broken_files_an_empty_item_and_an_unchanged_one_are_open() -> None:
    """Each says what is wrong and what to do."""
    broken = FilesIntact().judge(
        replace(CASE, known=Known(faults={"drawing.pdf": "it has no pages"}))
    )
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
