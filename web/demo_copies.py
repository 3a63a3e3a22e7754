# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's copies: who took which drawing when, what became of it, and a recall that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from release import desk
from release.log import ReleaseLog
from traveler import readers
from traveler.copies import issuing, register
from traveler.copies.issuing import Wanted
from vault import codes
from vault.home import Vault
from vault.ledger.people import Person
from web.drawings import drawing_of

CODES: Final = "copies.txt"
DEVICE: Final = "demo"


def take(
    vault: Vault, who: Mapping[str, Person], rows: Sequence[Mapping[str, Any]], prints: Path
) -> None:
    """Hand out the copies of some rows of the story, and account for those that are closed."""
    log = ReleaseLog(vault)
    for row in rows:
        number, rev = row["item"].split()
        file = drawing_of(number, log.revision(number, rev).files)
        if file is None:
            continue
        key = codes.new_code()
        wanted = Wanted(number, rev, file.name, row.get("job", ""), row.get("seq"))
        issued = issuing.issue(vault, who[row["who"]], wanted, DEVICE, key)
        copy = issued.copy.number
        (prints / f"{copy}.pdf").write_bytes(issued.data)
        with (prints / CODES).open("a", encoding="utf-8") as kept:
            kept.write(f"{copy} /c/{issuing.derived(row['who'], key).lower()} {row['item']}\n")
        if "act" in row:
            register.act(vault, who["pat"], copy, row["act"], row.get("note", ""), DEVICE)


def withdraw(
    vault: Vault, who: Mapping[str, Person], recalls: Sequence[Mapping[str, Any]],
    reads: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    """Recall what the story recalls, and let those acknowledge who did."""
    for row in recalls:
        number, rev = row["item"].split()
        desk.recall(vault, who[row["by"]], number, rev, row["reason"], row["instruction"],
                    row.get("ask", ""))  # fmt: skip
    for row in reads:
        number, rev = row["item"].split()
        readers.acknowledge(vault, who[row["who"]], number, rev, DEVICE)


def worth_opening(vault: Vault, prints: Path) -> list[tuple[str, str]]:
    """Return the addresses of copies that show something, each with why, one of a kind."""
    found: dict[str, tuple[str, str]] = {}
    for line in (prints / CODES).read_text("utf-8").splitlines():
        copy, address, item = line.split(" ", 2)
        view = register.look(vault, copy)
        kind = view.copy.state if view.closed else view.standing
        found.setdefault(kind, (address, f"copy {copy} of {item}, as scanned: {kind}"))
    return list(found.values())
