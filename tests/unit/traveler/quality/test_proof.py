# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rule of proof: what is asked, what answers it, and what is waived; pure, on values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.quality import proof
from traveler.quality.proof import Asked, Basis, Demand, Given, Step, Waiver

KINDS = st.sampled_from(["measurement", "photo", "certificate", "first piece", "inspector", "kit"])
SEQS = st.sampled_from([None, 10, 20, 30])
STEPS = [Step(10), Step(20, ("first piece",)), Step(30, ("measurements", "photo before shipping"))]


def has(kind: str, seq: int | None = None) -> Given:
    """Return something given."""
    return Given(kind, seq, "evidence/1", "otto", "2026-11-29T08:00:00Z")


def waived(kind: str, seq: int | None, before: str = "step") -> Waiver:
    """Return a waiver."""
    return Waiver(1, kind, before, seq, "quinn", "2026-11-29T08:00:00Z", "customer agreed")


def demand(kind: str, before: str = "step", seq: int | None = None) -> Demand:
    """Return what a customer asks for."""
    return Demand(7, kind, before, seq, "Halvard", "", "quinn", "2026-11-29T08:00:00Z", "contract")


@given(KINDS, st.sampled_from(proof.MOMENTS))
def test_what_is_asked_is_read_as_it_is_written(kind: str, before: str) -> None:
    """Writing and reading are one grammar, whatever the case and the spaces."""
    asked = Asked(kind, before)
    assert proof.read(str(asked)) == asked
    assert proof.read(f"  {str(asked).upper()}  ".replace(" ", "  ")) == asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Measurements", Asked("measurement")),
        ("certificate before shipping", Asked("certificate", "shipping")),
        ("photos before packet", Asked("photo", "packet")),
        ("look before you leap", Asked("look before you leap")),
        ("before shipping", Asked("before shipping")),
    ],
)
def test_the_words_of_routes_are_understood(text: str, asked: Asked) -> None:
    """Plurals have one spelling, and only known moments end a kind."""
    assert proof.read(text) == asked


def test_each_requirement_is_had_missing_or_waived() -> None:
    """Nothing is there that was not given, and what was given counts before a waiver."""
    basis = Basis((demand("certificate", "shipping"),), (has("first piece", 20),),
                  (waived("measurement", 30),))  # fmt: skip
    found = basis.state(STEPS)
    assert [one.sentence for one in found.lines] == [
        "first piece at step 20: given by otto",
        "measurement at step 30: waived by quinn (customer agreed)",
        "photo at step 30 before shipping: missing",
        "certificate before shipping: missing",
    ]
    told = found.as_json()
    assert {name: [one["kind"] for one in told[name]] for name in told} == {
        "have": ["first piece"], "missing": ["photo", "certificate"], "waived": ["measurement"],
    }  # fmt: skip


def test_a_step_owes_its_own_proof_and_shipping_owes_every_steps() -> None:
    """Before a step ends only its own counts; whatever is missing is owed at shipping."""
    found = Basis((demand("certificate", "packet"),)).state(STEPS)
    assert [one.required.kind for one in found.owed("step", 20)] == ["first piece"]
    assert [one.required.kind for one in found.owed("step", 30)] == ["measurement"]
    assert found.owed("step", 10) == ()
    assert [one.required.kind for one in found.owed("shipping")] == [
        "first piece", "measurement", "photo",
    ]  # fmt: skip
    assert found.owed("packet") == found.missing


def test_what_was_given_at_another_step_does_not_count() -> None:
    """A photo of step 10 proves nothing at step 20; a certificate speaks for the whole job."""
    steps = [Step(10), Step(20, ("photo", "certificate"))]
    here = Basis((), (has("photo", 10), has("photo"), has("certificate", 10))).state(steps)
    assert [one.required.kind for one in here.missing] == ["photo"]


def test_a_demand_without_a_step_is_owed_at_the_last_one() -> None:
    """And so is one for a step that a new route no longer has: it is never dropped silently."""
    for seq in (None, 99):
        (line,) = [one for one in Basis((demand("photo", "step", seq),)).state(STEPS).lines
                   if one.required.source == "customer"]  # fmt: skip
        assert line.required.seq == 30


def test_what_two_ask_for_is_owed_once() -> None:
    """The route's and the customer's measurement at step 30 are one."""
    found = Basis((demand("measurement", "step", 30),)).state(STEPS)
    assert [one.required.source for one in found.lines if one.required.kind == "measurement"] == [
        "item"
    ]


@given(
    st.lists(st.tuples(KINDS, SEQS), max_size=6),
    st.lists(st.tuples(KINDS, SEQS), max_size=4),
    st.lists(st.tuples(KINDS, st.sampled_from(proof.MOMENTS), SEQS), max_size=4),
)
def test_giving_more_never_makes_more_missing(
    gave: list[tuple[str, int | None]],
    more: list[tuple[str, int | None]],
    asked: list[tuple[str, str, int | None]],
) -> None:
    """Proof is monotone: whatever is added only takes lines out of what is missing."""
    demands = tuple(demand(kind, before, seq) for kind, before, seq in asked)
    first = Basis(demands, tuple(has(*one) for one in gave)).state(STEPS)
    then = Basis(demands, tuple(has(*one) for one in gave + more)).state(STEPS)
    assert {one.required for one in then.missing} <= {one.required for one in first.missing}
    assert len(then.lines) == len(first.have) + len(first.missing) + len(first.waived)


@given(st.lists(st.tuples(KINDS, st.sampled_from(proof.MOMENTS), SEQS), max_size=6))
def test_everything_owed_can_be_waived_and_then_nothing_is(
    asked: list[tuple[str, str, int | None]],
) -> None:
    """A waiver for each missing line leaves none at any moment."""
    demands = tuple(demand(kind, before, seq) for kind, before, seq in asked)
    found = Basis(demands).state(STEPS)
    waivers = tuple(waived(one.required.kind, one.required.seq, one.required.before)
                    for one in found.missing)  # fmt: skip
    after = Basis(demands, (), waivers).state(STEPS)
    assert after.missing == ()
    assert after.owed("packet") == ()
