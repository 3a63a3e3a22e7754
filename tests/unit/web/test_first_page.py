# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page by role, and long lists that go on instead of being cut."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def vault(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


@pytest.fixture
def person(vault: Any) -> dict[str, Any]:
    """Return everybody by name."""
    from vault.ledger import people

    return {one.name: one for one in people.everybody(vault.ledger)}


def test_quality_is_told_what_is_not_settled(guest: Any, stock: Any) -> None:
    """The open nonconformance stands on the first page of quality, and of nobody on the floor."""
    assert "NC-0001" in guest("quinn").get("/").text
    assert "NC-0001" not in guest("otto").get("/").text


def test_a_proposed_disposition_waits_for_the_owner(
    guest: Any, vault: Any, person: dict[str, Any]
) -> None:
    """Use as is needs the approval owner: it stands below what waits for the owner's signature."""
    from traveler.nonconformance import disposing

    page = guest("mchen").get("/").text
    assert "NC-0001" not in page
    disposing.dispose(vault, person["quinn"], "NC-0001", "use as is", "it clears")
    page = guest("mchen").get("/").text
    assert page.index("Waiting for your signature") < page.index("NC-0001")


def test_a_gauge_out_of_date_is_told_to_quality_alone(
    guest: Any, vault: Any, person: dict[str, Any]
) -> None:
    """Nobody may measure with it, so quality sees to it first."""
    from traveler.quality import gauges

    gauges.add(vault, person["quinn"], "CAL-1", "Calliper", due="2020-01-01")
    assert "CAL-1" in guest("quinn").get("/").text
    assert "CAL-1" not in guest("pat").get("/").text


def test_an_operator_sees_what_runs_in_their_name(
    guest: Any, vault: Any, person: dict[str, Any]
) -> None:
    """Nothing runs: a line says so.  Started: the step stands first, with the way to scan."""
    from traveler.floor import starting

    page = guest("otto").get("/").text
    assert "No step runs in your name." in page
    assert 'href="/scan"' in page
    starting.start(vault, person["otto"], "J-1", 10)
    page = guest("otto").get("/").text
    assert "step 10: Cut the blank" in page
    assert 'href="/scan"' not in guest("eli").get("/").text


def test_what_waits_stands_before_what_does_not(guest: Any) -> None:
    """Lists that want something come first; an empty one is a sentence, not a box."""
    page = guest("mchen").get("/").text
    assert page.index("Waiting for your signature") < page.index("No other change is in review.")
    assert "h-review" not in page


def test_long_lists_go_on(guest: Any, vault: Any, person: dict[str, Any]) -> None:
    """More jobs than a page holds: quality pages on to the rest, the item leads to all of them."""
    from traveler import jobs

    assert "All jobs on it" not in guest("eli").get("/items/10-0042").text
    for number in range(50):
        jobs.add(vault, person["pat"], f"M-{number:02}", "10-0042", 1, "2026-12-01")
    assert "/quality/M-" not in guest("quinn").get("/quality").text, "planned, so not measured"
    first = guest("quinn").get("/quality?state=").text
    assert first.count('href="/quality/M-') == 50
    assert "J-1" not in first
    assert 'href="/quality?state=&amp;skip=50"' in first
    assert 'href="/quality/J-1"' in guest("quinn").get("/quality?state=&skip=50").text
    assert 'href="/quality/M-07"' in guest("quinn").get("/quality?q=m-07").text, "words find all"
    item = guest("eli").get("/items/10-0042").text
    assert item.count('href="/jobs/M-') == 12
    assert 'href="/jobs?state=&amp;q=10-0042"' in item


def test_every_page_of_a_job_leads_to_the_others(guest: Any) -> None:
    """The ways between the pages of a job are the same on each; whoever may not go is not led."""
    ways = ("travelers", "proof", "fai", "shipping", "packet", "links")
    for page in ("/jobs/J-1", "/quality/J-1", *(f"/jobs/J-1/{way}" for way in ways)):
        text = guest("quinn").get(page).text
        for way in ways:
            assert f'href="/jobs/J-1/{way}"' in text, (page, way)
        assert 'href="/quality/J-1"' in text, page
    floor = guest("otto").get("/jobs/J-1").text
    assert 'href="/jobs/J-1/links"' not in floor
    assert 'href="/jobs/J-1/packet"' not in floor
    assert 'href="/jobs/J-1/proof"' in floor
