# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every list of the floor as CSV: whole, narrowed as its page is, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

PAGES = {
    "jobs": ("/jobs", "J-1"), "dispatch": ("/dispatch", "J-1"), "blockers": ("/blockers", "material"),
    "copies": ("/copies?state=", "C-000001"), "nonconformances": ("/nc", "NC-0001"),
    "gauges": ("/gauges", "PG-50"),
}  # fmt: skip
"""The page of each list, and a word of a row the stocked vault has."""


def rows(browser: Any, address: str) -> list[dict[str, str]]:
    """Return the rows of a list."""
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("table", PAGES)
def test_a_page_leads_to_its_list_narrowed_as_it_is(guest: Any, stock: Any, table: str) -> None:
    """The address on the page gives the same rows the page shows."""
    from traveler.quality import gauges
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(stock.root)
    gauges.add(vault, people.get(vault.ledger, "quinn"), "PG-50", "Pin gauge", "Ø50")
    vault.close()
    page, word = PAGES[table]
    browser = guest("pat")
    found = re.search(rf'href="(/lists/{table}\.csv[^"]*)"', browser.get(page).text)
    assert found is not None
    shown = rows(browser, found[1].replace("&amp;", "&"))
    assert any(word in row.values() for row in shown)
    assert None not in shown[0], "a row has cells the first line does not name"


def test_a_list_is_narrowed_and_whole(
    guest: Any, stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words and states of the page count; its page does not; parts of a thousand are put together."""
    from traveler import jobs
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(stock.root)
    for number in range(7):
        jobs.add(vault, people.get(vault.ledger, "pat"), f"J-7{number}", stock.number, 1, "2027-03-01",
                 customer="=Acme")  # fmt: skip
    vault.close()
    monkeypatch.setattr("web.views.lists.AT_ONCE", 2)
    browser = guest("pat")
    found = rows(browser, "/lists/jobs.csv?state=planned&q=J-7&skip=3")
    assert [one["job"] for one in found] == [f"J-7{number}" for number in range(7)]
    assert {one["customer"] for one in found} == {"'=Acme"}
    assert rows(browser, "/lists/jobs.csv?q=J-7") == []


def test_a_list_there_is_not_is_refused(guest: Any, stock: Any) -> None:
    """And none is for customers."""
    assert guest("pat").get("/lists/prices.csv").status_code == 404
    assert guest("cora").get("/lists/jobs.csv").status_code in {403, 404}
