# SPDX-License-Identifier: AGPL-3.0-or-later
"""Titleblock stands beside an ERP and never becomes one: no column of the ledger may say so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from vault.ledger import engine

FOREIGN = (
    "price", "cost", "amount", "currency", "invoice", "tax", "vat", "discount", "margin", "budget",
    "rate", "account", "pay", "debit", "credit", "balance", "payment", "paid", "wage", "salary", "payroll",
    "stock", "inventory", "onhand", "bin", "warehouse", "reorder", "purchase", "purchasing",
    "vendor", "supplier", "quote", "quotation", "lease", "revenue", "ledger",
)  # fmt: skip


def foreign(name: str) -> list[str]:
    """Return the words of a name that belong to accounting, purchasing, stock or payroll."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    words = set(re.split(r"[_\W]+", parted))
    for word in tuple(words):
        words |= {word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)}
    return sorted(words.intersection(FOREIGN))


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
    "name",
    ["job.unit_price", "job.costs", "item.stock_qty", "person.wage", "job.purchase_order", "unitPrice",
     "taxes", "inventories", "person.hourly_rate", "salaries", "pay"],
)  # fmt: skip
def test_the_look_finds_what_it_looks_for(name: str) -> None:
    """The check above can fail."""
    assert foreign(name)


SPOKEN = {
    "--ledger": "the database of the vault", "ledger": "the database of the vault",
    "--stock": "what becomes of finished parts of the old revision", "stock": "the same",
    "--supplier": "who made a part of a first article (AS9102 form 2)",
    "vendor": "to whom pieces are sent to be worked on (issue of the outside process)",
}  # fmt: skip
"""Words of an ERP that mean something else here, each with what it means."""
VERBS = frozenset({"text", "needed", "whole", "asked", "number_asked", "secret", "typed"})


def test_no_form_and_no_answer_asks_for_what_an_erp_keeps(project: Path) -> None:
    """Fields of forms and columns of exports are looked at too."""
    from traveler.exchange import exporting, mapping

    fields = set(mapping.FIELDS)
    for place in (project / "web" / "templates").rglob("*.html"):
        text = place.read_text(encoding="utf-8")
        fields |= set(re.findall(r'name="([a-z_]+)"', text))
        fields |= set(re.findall(r"field\([^,]+, '([a-z_]+)'", text))
    for columns, _gather in exporting._KINDS.values():
        fields |= set(columns)
    assert len(fields) > 60
    assert {name: foreign(name) for name in fields if foreign(name)} == {}


def test_no_command_no_event_and_no_answer_of_the_api_speaks_of_it(project: Path) -> None:
    """Keys of what programs read, facts of events, options and fields that are read: by the source."""
    names: set[str] = set()
    for floor in ("vault", "release", "traveler", "web", "hooks"):
        for place in (project / floor).rglob("*.py"):
            names |= set(_named(ast.parse(place.read_text(encoding="utf-8")), place.name))
    assert {"due", "--qty", "withdrawn", "why", "need_by"} <= names, "it looks where names stand"
    assert len(names) > 500
    found = {name: foreign(name) for name in names if foreign(name) and name not in SPOKEN}
    assert found == {}
    assert names >= SPOKEN.keys(), "an exception that nothing needs is taken out"


def test_the_api_describes_nothing_of_it(project: Path) -> None:
    """Every address with its parameters, as the description of the API has them."""
    from web.addresses import TABLE

    rules = {part for one in TABLE for part in re.split(r"[/<>:.]", one.rule) if part}
    assert {one for one in rules if foreign(one)} == {"account"}  # a person's own page
    assert len(rules) > 100


def _named(tree: ast.AST, file: str) -> Iterator[str]:
    for node in ast.walk(tree):
        told = isinstance(node, ast.FunctionDef) and node.name in {"as_json", "told", "_told"}
        if told or (isinstance(node, ast.FunctionDef) and file == "api.py"):
            keys = [key for one in ast.walk(node) if isinstance(one, ast.Dict) for key in one.keys]
            yield from (
                key.value for key in keys
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            )  # fmt: skip
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = [
                one.value for one in node.args
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]  # fmt: skip
            if node.func.attr == "record":
                yield from (one.arg for one in node.keywords if one.arg)
            elif node.func.attr in {"option", "argument"} or (
                node.func.attr in VERBS and getattr(node.func.value, "id", "") == "forms"
            ):
                yield from (text for text in texts if re.fullmatch(r"[-a-z_]+", text))
