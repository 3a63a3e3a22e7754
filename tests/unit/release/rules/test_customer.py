# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[customer]`` in the rules: read strictly, written back, nothing told that was not allowed."""

from __future__ import annotations

from typing import Any

import pytest

from release.errors import BadRules
from release.rules import customer, example, grammar
from release.rules.customer import REASONS, Customers


def test_without_a_word_no_day_is_told() -> None:
    """Steps and types of blockers are, planners and quality answer."""
    plain = customer.read({})
    assert plain == Customers()
    assert (plain.forecast, plain.steps) == (False, True)
    assert plain.reasons == frozenset(REASONS)
    assert plain.may_answer == {"planner", "quality"}
    assert plain.told == {}


def test_the_types_are_those_of_blockers() -> None:
    """A type the floor gains has to be thought of here before a customer hears of it."""
    from traveler.blockers import kinds

    assert set(REASONS) == set(kinds.NAMES)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ([], "customer"),
        ({"forcast": True}, "forcast"),
        ({"forecast": "yes"}, "forecast"),
        ({"reasons": "material"}, "reasons"),
        ({"reasons": ["prices"]}, "reasons"),
        ({"may_answer": []}, "may_answer"),
        ({"may_answer": ["customer"]}, "may_answer"),
        ({"may_answer": ["boss"]}, "may_answer"),
        ({"may_answer": ["operator"]}, "may_answer"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(told: Any, where: str) -> None:
    """A misspelt rule is not silently none."""
    with pytest.raises(options_fault()) as refused:
        customer.read(told)
    assert where in f"{refused.value.where} {refused.value.why}"


def options_fault() -> Any:
    """Return what a part of the rules raises."""
    from release.rules.options import Fault

    return Fault


@pytest.mark.parametrize(
    "told",
    [{"forecast": True}, {"steps": False}, {"reasons": []}, {"reasons": ["material", "machine"]},
     {"may_answer": ["engineer"]}, {"forecast": True, "steps": False, "reasons": ["labor"]}],
)  # fmt: skip
def test_rules_are_written_as_they_were_read(told: dict[str, Any]) -> None:
    """Through the whole file and back."""
    from release.rules import options

    text = "\n".join(
        [example.EXAMPLE.partition("[customer]")[0], "[customer]", *options.lines(told)]
    )
    read = grammar.read(text)
    assert read.customer == customer.read(told)
    assert grammar.read(grammar.written(read)).customer == read.customer


def test_schema_1_does_not_know_it() -> None:
    """Vaults of the first days are read as they always were."""
    with pytest.raises(BadRules):
        grammar.read(
            'schema = 1\n[[sign-off]]\nname = "owner"\nby = "owner"\n[customer]\nforecast = true\n'
        )
