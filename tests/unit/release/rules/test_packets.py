# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates of packets in the rules: read strictly, chosen by customer, hiding what nobody shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import BadRules
from release.rules import grammar, packets
from release.rules.example import DEFAULT, EXAMPLE

HEAD = '\n[[packets.template]]\nname = "x"\n'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("\n[packets]\ncolour = 1", "colour"),
        ("\n[packets]\ntemplate = 1", r"\[\[packets.template\]\]"),
        ('\n[[packets.template]]\npeople = "names"', "needs a name"),
        (HEAD + "customers = []", "empty list"),
        (HEAD + "customers = [1]", "must be a text"),
        (HEAD + 'people = "faces"', "initials, role, names"),
        (HEAD + 'show = ["prices"]', "prices"),
        (HEAD + 'show = "notes"', "list of words"),
        (HEAD + 'leave_out = ["foto"]', "foto"),
        (HEAD + 'leave_out = ["nonconformances"]', "nonconformances are in every packet"),
        (HEAD + 'leave_out = ["deviations"]', "deviations are in every packet"),
        (HEAD + 'leave_out = ["waivers"]', "waivers are in every packet"),
        (HEAD + 'leave_out = ["overrides"]', "overrides are in every packet"),
        (HEAD + "hide = []", "hide"),
        (HEAD + HEAD.upper().replace("PACKETS.TEMPLATE", "packets.template").replace("NAME", "name"),
         "two templates"),
        (HEAD * 201, "more than 200"),
    ],
)  # fmt: skip
def test_a_fault_in_a_template_is_refused_and_named(text: str, word: str) -> None:
    """Nothing is guessed, and nothing that has to be said can be left out."""
    with pytest.raises(BadRules, match=word):
        grammar.read(DEFAULT + text)


def test_without_templates_the_standard_one_hides_all_and_leaves_nothing_out() -> None:
    """What a shop forgets to write down stays inside."""
    one = grammar.read(DEFAULT).packet_templates.of("Anybody")
    assert (one.name, one.people, one.leave_out) == ("standard", "initials", frozenset())
    assert all(one.hides(what) for what in packets.HIDDEN)


def test_the_last_template_that_fits_counts() -> None:
    """A pattern knows no case; a job without a customer gets what is for everybody."""
    text = (
        f'{DEFAULT}\n[[packets.template]]\nname = "all"\n\n[[packets.template]]\nname = "theirs"\n'
        'customers = ["halvard *"]\n'
    )
    chosen = grammar.read(text).packet_templates
    assert [chosen.of(one).name for one in ("HALVARD Robotics", "Halvard", "")] == [
        "theirs", "all", "all",
    ]  # fmt: skip


def test_templates_survive_being_written() -> None:
    """The example's, and what a page of the browser saves."""
    first = grammar.read(EXAMPLE)
    assert len(first.packet_templates.templates) == 2
    assert grammar.read(grammar.written(first)).packet_templates == first.packet_templates


TEMPLATES = st.lists(
    st.fixed_dictionaries(
        {"name": st.from_regex(r"[a-z]{1,9}", fullmatch=True)},
        optional={
            "customers": st.lists(
                st.text("abAB *?é", min_size=1, max_size=9).filter(str.strip), min_size=1, max_size=3
            ),
            "people": st.sampled_from(packets.PEOPLE),
            "show": st.lists(st.sampled_from(sorted(packets.HIDDEN))),
            "leave_out": st.lists(st.sampled_from(sorted(packets.PARTS))),
        },
    ),
    max_size=5, unique_by=lambda one: one["name"],
)  # fmt: skip


@given(TEMPLATES, st.text("abAB é", max_size=9))
def test_every_customer_gets_one_template_and_it_is_one_that_fits(
    told: list[dict[str, Any]], customer: str
) -> None:
    """Read, written and read again they are the same; the chosen one fits, or none does."""
    made = packets.read({"template": told})
    chosen = made.of(customer)
    fitting = [one for one in made.templates if one.fits(customer)]
    assert chosen == (fitting[-1] if fitting else packets.Template())
    rules = grammar.read(DEFAULT)
    kept = grammar.Rules(rules.blob, rules.scheme, rules.requirements, {}, {},
                         packets={"template": told} if told else {})  # fmt: skip
    assert grammar.read(grammar.written(kept)).packet_templates == made
