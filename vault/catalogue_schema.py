# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the catalogue, made by sqlite-utils.

It is imported only when a catalogue is begun anew, for it costs a start 100 ms.  Its ``atomic()``
begins deferred, which loses a race between reading and writing, and its ``transform()`` drops
triggers, so neither is used.
"""

from __future__ import annotations

from dataclasses import fields

from vault.catalogue_rows import ItemRow, IterationRow, OrderRow, RevisionRow

_INDEXES = (
    ("item", ["fold"], True), ("item", ["path"], True), ("item", ["kind", "fold"], False),
    ("item", ["owner", "fold"], False), ("iteration", ["fold", "commit"], True),
    ("revision", ["fold", "rev"], True), ("revision", ["code"], False),
    ("revision", ["state", "fold"], False),
    ("change_order", ["change"], True), ("change_order", ["state"], False),
    ("order_item", ["fold"], False), ("item", ["material", "fold"], False),
    ("uses", ["child_fold"], False), ("log_entry", ["at"], False),
)  # fmt: skip


def statements() -> list[str]:
    """Return the statements that make the schema, as sqlite-utils writes them.

    They are run by ``forget`` in one transaction, which sqlite-utils itself would end too early.
    """
    from sqlite_utils import Database  # noqa: PLC0415 - as said above

    made = Database(memory=True)
    texts = {
        "item": (ItemRow, ("words", "material", "drawn")), "iteration": (IterationRow, ("fold",)),
        "revision": (RevisionRow, ("fold",)), "change_order": (OrderRow, ()),
    }  # fmt: skip
    for name, (kind, further) in texts.items():
        columns: dict[str, type] = {one.name: str for one in fields(kind)}
        columns |= {name: int for name in ("sequence", "recalled") if name in columns}
        columns = {"id": int, **columns, **dict.fromkeys(further, str)}
        made.table(name).create(
            columns, pk="id", not_null=set(columns) - {"id"}, strict=True,
            defaults={"drawn": ""} if "drawn" in columns else {},
        )  # fmt: skip
    pair = {"change": str, "fold": str}
    made.table("order_item").create(pair, pk=("change", "fold"), strict=True)
    made.table("cursor").create({"ref": str, "commit": str}, pk="ref", strict=True)
    made.table("unread").create({"fold": str, "tree": str}, pk="fold", strict=True)
    made.table("log_entry").create({"sequence": int, "at": str}, pk="sequence", strict=True)
    made.table("uses").create(
        {"fold": str, "rev": str, "place": int, "parent": str, "child_fold": str, "child": str,
         "qty": str, "find": str}, pk=("fold", "rev", "place"), strict=True,
    )  # fmt: skip
    for name, indexed, unique in _INDEXES:
        made.table(name).create_index(indexed, unique=unique)
    made.table("item").enable_fts(
        ["number", "title", "words", "drawn"], create_triggers=True,
        tokenize="unicode61 remove_diacritics 2",
    )  # fmt: skip
    rows = made.query("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    found = [row["sql"] for row in rows if "_fts_" not in row["name"]]
    made.close()
    return found
