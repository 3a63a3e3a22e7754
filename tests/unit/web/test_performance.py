# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures over time as pages, CSV and JSON: what is shown, to whom, and what is refused."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import Any

import pytest

RANGE = "from=2026-01-01&to=2026-12-31"


@pytest.fixture
def worked(app: Any, stock: Any) -> Any:
    """Return the application whose job was worked on by otto in March, on a tablet."""
    from traveler import jobs
    from traveler.floor import starting, stopping
    from vault import clock
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    pat, otto = (people.get(vault.ledger, name) for name in ("pat", "otto"))
    moments = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (7, 8)]
    with clock.standing_at(moments[0]):
        jobs.add(
            vault, pat, "J-7", stock.number, 4, "2026-03-20", customer="<b>Halvard</b> & Söhne"
        )
        jobs.release_job(vault, pat, "J-7")
        starting.start(vault, otto, "J-7", 10, device="=tablet(1)")
    with clock.standing_at(moments[1]):
        stopping.finish(vault, otto, "J-7", 10, 3, 1, device="=tablet(1)")
    return vault


def test_the_overview_shows_charts_with_a_table_beside_each(worked: Any, guest: Any) -> None:
    """Planned 10 + 2 × 4 = 18 minutes, 60 taken; the same figure in the chart and in the table."""
    page = guest("pat").get(f"/performance?{RANGE}").get_data(as_text=True)
    assert "Planned and actual hours, 12 periods" in page
    assert "Mar 2026: actual 1 h" in page
    assert "30.0&nbsp;%" in page
    assert page.count('role="img"') == page.count("<figure")
    assert "How each figure is counted" in page


def test_what_people_typed_is_text_and_never_markup(worked: Any, guest: Any) -> None:
    """A customer called like markup is shown by its name."""
    page = guest("pat").get(f"/performance?{RANGE}&show=customers").get_data(as_text=True)
    assert "&lt;b&gt;Halvard&lt;/b&gt; &amp; Söhne" in page
    assert "<b>Halvard" not in page


def test_an_empty_range_says_why(worked: Any, guest: Any) -> None:
    """With the first day there is anything to see."""
    page = guest("pat").get("/performance?from=2020-01-01&to=2020-12-31").get_data(as_text=True)
    assert "the first day with figures is 2026-03-02" in page


BAD = [("from=yesterday", "is no range of days"), ("by=moon", "cannot be grouped by"),
       ("from=2026-05-01&to=2026-04-01", "it ends before it begins")]  # fmt: skip


@pytest.mark.parametrize(("asked", "said"), BAD)
@pytest.mark.parametrize("where", ["/performance", "/performance/people",
                                   "/performance/stations/saw"])  # fmt: skip
def test_a_bad_range_is_refused_and_shown_again(
    worked: Any, guest: Any, where: str, asked: str, said: str
) -> None:
    """One sentence, and what was typed still in the form."""
    answer = guest("pat").get(f"{where}?{asked}")
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_an_item_and_a_station_tell_their_steps(worked: Any, stock: Any, guest: Any) -> None:
    """With single operations and their jobs; an unknown station is not found."""
    page = guest("otto").get(f"/performance/items/{stock.number}?{RANGE}").get_data(as_text=True)
    assert "/jobs/J-7/history" in page
    page = guest("otto").get(f"/performance/stations/SAW?{RANGE}").get_data(as_text=True)
    assert "Yield at the step" in page
    assert "75.0 %" in page
    assert guest("otto").get("/performance/stations/nowhere").status_code == 404


def test_the_record_of_a_job_says_who_when_where_and_from_which_device(
    worked: Any, guest: Any
) -> None:
    """And as CSV in which a device called like a formula stays a name."""
    page = guest("pat").get("/jobs/J-7/history").get_data(as_text=True)
    assert "started step 10" in page
    assert "=tablet(1)" in page
    text = guest("pat").get("/jobs/J-7/history/acts.csv").get_data().decode("utf-8-sig")
    rows = [one for one in csv.DictReader(text.splitlines()) if one["act"] == "operation.finish"]
    assert [(one["who"], one["station"], one["device"], one["at"]) for one in rows] == [
        ("otto", "saw", "'=tablet(1)", "2026-03-02T08:00:00Z")
    ]
    work = guest("pat").get("/api/v1/jobs/J-7/history").get_json()["work"]
    assert [(one["who"], one["minutes"], one["good"], one["scrap"]) for one in work] == [
        ("otto", 60.0, 3, 1)
    ]
    assert guest("pat").get("/jobs/J-99/history").status_code == 404


def test_every_table_is_there_as_csv_and_as_json(worked: Any, guest: Any) -> None:
    """The same rows in both."""
    from traveler.performance import telling

    for name in telling.KNOWN:
        sheet = guest("pat").get(f"/performance/tables/{name}.csv?{RANGE}")
        told = guest("pat").get(f"/api/v1/performance/{name}?{RANGE}")
        assert (sheet.status_code, told.status_code) == (200, 200), name
        rows = list(csv.DictReader(sheet.get_data().decode("utf-8-sig").splitlines()))
        assert len(rows) == len(told.get_json()[name.replace("-", "_")])
    assert guest("pat").get("/api/v1/performance?by=moon").status_code == 422


def test_figures_of_a_person_are_seen_by_nobody_else(worked: Any, guest: Any) -> None:
    """No page, table, filter or program shows them, an administrator's neither."""
    own = guest("otto").get(f"/performance/people/otto?{RANGE}").get_data(as_text=True)
    assert "Figures of otto" in own
    for name in ("pat", "ada", "quinn"):
        client = guest(name)
        assert client.get("/performance/people/otto").status_code == 403
        assert client.get("/performance/tables/periods.csv?person=otto").status_code == 403
        assert client.get("/api/v1/performance/periods?person=otto").status_code == 403
        assert client.get(f"/api/v1/performance/people?{RANGE}").get_json()["people"] == []
        page = client.get(f"/performance/people?{RANGE}").get_data(as_text=True)
        assert "You see your own figures" in page
        assert "/performance/people/otto" not in page


def test_looking_writes_nothing_into_the_ledger(worked: Any, guest: Any) -> None:
    """The figures are kept beside it, so a page that is only read records no act."""
    from vault.ledger import events

    client = guest("pat")
    client.get("/performance")
    before = events.head(worked.ledger)
    client.get(f"/performance?{RANGE}")
    client.get("/jobs/J-7/history")
    assert events.head(worked.ledger) == before
