# SPDX-License-Identifier: AGPL-3.0-or-later
"""A change order on paper: everything that was decided, by whom, on which bytes, and boxes for ink.

What it says is the record as it stands; its code leads to the order as it is when it is scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from release import desk, orders
from release.change import Order, Signoff
from release.finding import Finding
from release.gate import Judgement
from release.log import ReleaseLog
from release.printed.placing import placed
from release.stamp import qr
from vault import clock, worker
from vault.home import Vault
from vault.ledger.people import Person

RECORD: Final = (
    "Commit {commit} of refs/changes/{change}, signed by the vault; each signature is bound to "
    "the bytes above."
)
NOT_SAID: Final = "–"
NAMED: Final = 12  # items named in a line; the tables name all
_HASH: Final = 32  # signs of a sha256 in a line


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was drawn: where the PDF is, its pages, and the address in its code."""

    change: str
    path: Path
    pages: int
    address: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        told = {"change": self.change, "file": str(self.path), "pages": self.pages}
        return {**told, "qr": self.address}


def print_order(vault: Vault, actor: Person | None, name: str, out: Path, paper: str = "") -> Sheet:
    """Write a change order as PDF, on A4 or Letter; by default the vault's own paper.

    Raises NoSuchChange, NotAllowed or WorkerGaveUp.
    """
    judgement = desk.judge(vault, name, actor)
    order = judgement.order
    address = f"{vault.settings.public_url}/changes/{order.change}"
    facts = _facts(vault, judgement, address, actor.shown if actor else "")
    with placed(out) as aside:
        answer = worker.shared().call(
            "release.printed.flow_draw:draw", name=out.name, out=aside,
            paper_name=paper or vault.settings.paper, facts=facts,
        )  # fmt: skip
    return Sheet(order.change, out, int(answer["pages"]), address)


def _facts(vault: Vault, judgement: Judgement, address: str, who: str) -> dict[str, Any]:
    order = judgement.order
    commit = orders.load(vault, order.change).commit
    printed = f"printed {_when(clock.now())}" + (f" for {who}" if who else "")
    return {
        "title": f"Change order {order.change}",
        "shop": vault.settings.shop_name,
        "kind": f"CHANGE ORDER, {order.state.upper()}",
        "name": order.change,
        "said": " ".join(order.notes.split()),
        "qr": ["".join("1" if dark else "0" for dark in row) for row in qr.matrix(address)],
        "foot": f"{order.change}, record {commit[:12]}, {printed}",
        "sections": [
            _section("", [("", 1), ("", 3)], _terms(order)),
            _section("Items", [("Item", 4), ("From", 1), (_to_be(order), 1.8), ("What changed", 4),
                     ("Finished pieces", 2), ("Jobs in process", 2)],
                     _items(order, _letters(vault, judgement))),
            _section("Signatures", [("Printed name", 3), ("Meaning", 3), ("Date and time", 2.4),
                     ("Signed with", 2), ("For", 3)], map(_signature, order.signoffs),
                     "Nobody has signed."),
            *_more(order),
            _section("Findings", [("Requirement", 2), ("Verdict", 1.6), ("Reason", 5),
                     ("Items", 2.4)], _findings(judgement.findings), "Nothing was judged."),
            _section("What a signature covers", [("Item", 1.6), ("File", 4), ("Bytes", 1.2),
                     ("sha256", 4)], _bytes(order)),
            _section("Story", [("Date and time", 2), ("By", 1.4), ("Act", 1.2), ("What", 6)],
                     ((_when(one.at), "automatic" if one.automatic else one.by, one.act, one.text)
                      for one in order.events)),
            _section("Record", [("", 1)], [(RECORD.format(commit=commit, change=order.change),)]),
        ],
    }  # fmt: skip


def _section(
    title: str, columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[str]],
    nothing: str = "None.",
) -> dict[str, Any]:  # fmt: skip
    return {"title": title, "columns": list(columns), "rows": [list(row) for row in rows],
            "nothing": nothing}  # fmt: skip


def _terms(order: Order) -> list[tuple[str, str]]:
    told = [
        ("Class", order.change_class),
        ("Author", f"{order.author}, opened {_when(order.opened_at)}"),
        ("Observers", ", ".join(order.observers)),
        ("Has to be read by", ", ".join(order.readers)),
    ]
    return [(label, value) for label, value in told if value]


def _to_be(order: Order) -> str:
    return "Released as" if order.state == "released" else "Will be"


def _letters(vault: Vault, judgement: Judgement) -> Mapping[str, str]:
    """Return the letters the items were given, or would be now."""
    if judgement.order.state != "released":
        return judgement.next
    made = ReleaseLog(vault).made_by(judgement.order.change)
    return {number: one.rev for number, one in made.items()}


def _items(order: Order, letters: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (f"{one.number}\n{one.title}", one.from_rev or "new", letters.get(one.number, NOT_SAID),
         one.notes or NOT_SAID, one.stock or "not said", one.in_process or "not said")
        for one in order.items
    ]  # fmt: skip


def _signature(one: Signoff) -> tuple[str, ...]:
    void = [number for number in one.items if number in one.voided]
    stands = len(void) < len(one.items)
    meaning = one.meaning if stands or one.meaning == "rejected" else f"{one.meaning}, VOID"
    said = "\n".join(filter(None, (meaning, one.comment)))
    covered = _named(list(one.items))
    if void:
        covered += f"\nvoid for {_named(void)}: {one.voided[void[0]]}"
    name = f"{one.full_name or one.by}\n{one.by}"
    return name, said, _when(one.at), one.executed or "password", covered


def _more(order: Order) -> list[dict[str, Any]]:
    """Return the sections most orders do not have."""
    found = []
    if order.overrides:
        columns = [("Requirement", 2.0), ("By", 1.4), ("Date and time", 2.0), ("Why", 5.0)]
        rows = [(one.requirement, one.by, _when(one.at), one.reason) for one in order.overrides]
        found.append(_section("Overrides", columns, rows))
    if order.delegations:
        columns = [("By", 1.4), ("Lets sign", 1.4), ("Date and time", 2.0), ("Why", 5.0)]
        told = [(one.by, one.to, _when(one.at), one.reason) for one in order.delegations]
        found.append(_section("Delegations", columns, told))
    return found


def _findings(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """Return each sentence once, with the items it is said of."""
    same: dict[tuple[str, str, str], list[str]] = {}
    for one in findings:
        same.setdefault((one.requirement, one.verdict, one.reason), []).append(one.item)
    return [(*key, _named(items)) for key, items in same.items()]


def _bytes(order: Order) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for one in order.items:
        rows.append((one.number, f"git tree {one.tree}", "", ""))
        rows += [
            ("", file.name, f"{file.size}", f"{file.sha256[:_HASH]}\n{file.sha256[_HASH:]}")
            for file in one.files
        ]  # fmt: skip
    return rows


def _named(numbers: Sequence[str]) -> str:
    more = len(numbers) - NAMED
    return ", ".join(numbers[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _when(stored: str) -> str:
    return stored.replace("T", " ").replace("Z", " UTC")
