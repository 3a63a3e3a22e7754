# SPDX-License-Identifier: AGPL-3.0-or-later
"""Titleblock stands beside an ERP and never becomes one: no column of the ledger may say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from vault.ledger import engine

FOREIGN = (
    "price", "cost", "amount", "currency", "invoice", "tax", "vat", "discount", "margin", "budget",
    "rate", "account", "debit", "credit", "balance", "payment", "paid", "wage", "salary", "payroll",
    "stock", "inventory", "onhand", "bin", "warehouse", "reorder", "purchase", "purchasing",
    "vendor", "supplier", "quote", "quotation", "lease", "revenue", "ledger",
)  # fmt: skip


def foreign(name: str) -> list[str]:
    """Return the words of a name that belong to accounting, purchasing, stock or payroll."""
    words = re.split(r"[_\W]+", name.lower())
    singular = {word.removesuffix("s") for word in words}
    return sorted(word for word in FOREIGN if word in singular or word in words)


def test_no_table_or_column_belongs_to_an_erp(tmp_path: Path) -> None:
    """Every table of a freshly made ledger is looked at, whichever floor brought it."""
    ledger = engine.create(f"sqlite:///{tmp_path}/ledger.db")
    with ledger.reading() as connection:
        inspector = sa.inspect(connection)
        names = {
            f"{table}.{column['name']}"
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
        }
    ledger.close()
    assert len(names) > 50
    assert {name: foreign(name) for name in names if foreign(name)} == {}


@pytest.mark.parametrize(
    "name", ["job.unit_price", "job.costs", "item.stock_qty", "person.wage", "job.purchase_order"]
)
def test_the_look_finds_what_it_looks_for(name: str) -> None:
    """The check above can fail."""
    assert foreign(name)


def test_no_form_and_no_answer_asks_for_what_an_erp_keeps(project: Path) -> None:
    """Fields of forms, columns of exports and names in the API's description are looked at too."""
    from traveler.exchange import exporting, mapping

    fields = set(mapping.FIELDS)
    for place in (project / "web" / "templates").glob("*.html"):
        text = place.read_text(encoding="utf-8")
        fields |= set(re.findall(r'name="([a-z_]+)"', text))
        fields |= set(re.findall(r"field\([^,]+, '([a-z_]+)'", text))
    for columns, _gather in exporting._KINDS.values():
        fields |= set(columns)
    assert len(fields) > 60
    assert {name: foreign(name) for name in fields if foreign(name)} == {}
