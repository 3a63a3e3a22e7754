# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of blockers, each with the facts somebody needs to do something about it.

A fact may be unknown when the blocker is raised, with gloves on and in a hurry; the board then
says which one is still missing.  No price and no balance: those are the ERP's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from release.change import change_name
from release.errors import NoSuchChange
from traveler import series
from traveler.blockers.errors import BadBlockerFact, NoSuchBlockerType
from traveler.copies import records as copies
from traveler.words import day, line
from vault.names import item_number

LONGEST_FACT: Final = 120
Form = Literal["text", "day", "person", "change", "item", "copy", "shipment"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a kind: its key for programs, its label for people, and what may stand in it.

    ``ends`` marks the day on which work can go on, which the forecast takes over.
    """

    key: str
    label: str
    form: Form = "text"
    ends: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of blocker: its name, what people are asked, and the usual way out of it."""

    name: str
    icon: str
    ask: str
    facts: tuple[Fact, ...]
    path: tuple[str, ...]

    def missing(self, known: Mapping[str, str]) -> tuple[str, ...]:
        """Return the labels of the facts nobody has given yet; a copy that is awaited says enough."""
        if known.get("copy"):
            return ()
        return tuple(one.label for one in self.facts if not one.optional and not known.get(one.key))


_ALL: Final = (
    Kind("material", "box", "Which material or part is missing?",
         (Fact("po", "Purchase order"), Fact("eta", "Expected on", "day", ends=True)),
         ("Ask for a confirmed day", "Book it in and bring it to the station")),
    Kind("approval", "pen", "Which approval is missing?",
         (Fact("change", "Change order", "change"), Fact("item", "Item", "item", optional=True),
          Fact("vote", "Whose vote", "person"),
          Fact("copy", "Copy that has to come back", "copy", optional=True)),
         ("Remind the one whose vote is missing", "Release it")),
    Kind("machine", "gear", "What is wrong with the machine?",
         (Fact("asset", "Machine"), Fact("up", "Expected up on", "day", ends=True)),
         ("Call maintenance", "Prove the first piece")),
    Kind("inspection", "caliper", "What waits for inspection?",
         (Fact("plan", "Inspection plan"), Fact("lot", "Lot", optional=True)),
         ("Measure", "Accept or open a nonconformance")),
    Kind("labor", "person", "Who or which skill is missing?",
         (Fact("skill", "Skill"),),
         ("Find somebody who can", "Tell them when and where")),
    Kind("outside process", "leave", "What is outside?",
         (Fact("vendor", "Company"), Fact("sent", "Sent on", "day"),
          Fact("back", "Expected back on", "day", ends=True)),
         ("Ask for a confirmed day", "Check what came back")),
    Kind("shipping", "truck", "What keeps it from leaving?",
         (Fact("carrier", "Carrier"), Fact("papers", "Papers"),
          Fact("shipment", "Shipment that waits", "shipment", optional=True)),
         ("Complete the papers", "Call the carrier")),
)  # fmt: skip

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({one.name: one for one in _ALL})
NAMES: Final = tuple(KINDS)
_ALSO: Final = {"outside": "outside process", "labour": "labor"}


def kind_named(text: str) -> Kind:
    """Return a kind by its name, however it is joined or cased; raises NoSuchBlockerType."""
    tidy = " ".join(text.replace("-", " ").replace("_", " ").casefold().split())
    found = KINDS.get(_ALSO.get(tidy, tidy))
    if found is None:
        raise NoSuchBlockerType(type=text, types=", ".join(NAMES))
    return found


def checked(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    """Return the facts as they are kept, empty ones left out; raises BadBlockerFact."""
    known = {one.key: one for one in kind.facts}
    kept: dict[str, str] = {}
    for key, value in given.items():
        if key not in known:
            keys = ", ".join(known)
            raise BadBlockerFact(key=key, type=kind.name, why=f"its facts are {keys}")
        tidy = line(known[key].label.lower(), value, LONGEST_FACT)
        if tidy:
            kept[key] = _fitting(kind, known[key], tidy)
    if "back" in kept and kept["back"] < kept.get("sent", ""):
        why = f"{kept['back']} is before {kept['sent']}, when it was sent"
        raise BadBlockerFact(key="back", type=kind.name, why=why)
    return kept


def ending(kind: Kind, facts: Mapping[str, str]) -> str:
    """Return the day on which work can go on as the facts tell it, empty where they do not."""
    return next((facts[one.key] for one in kind.facts if one.ends and facts.get(one.key)), "")


def _fitting(kind: Kind, fact: Fact, value: str) -> str:
    if fact.form == "day":
        return day(value)
    if fact.form == "change":
        try:
            return change_name(value)
        except NoSuchChange as fault:
            why = f"“{value}” is no change order; write it as CO-0012"
            raise BadBlockerFact(key=fact.key, type=kind.name, why=why) from fault
    if fact.form == "copy":
        serial = copies.serial(value)
        if serial is None:
            why = f"“{value}” is no number of a copy; write it as C-000012"
            raise BadBlockerFact(key=fact.key, type=kind.name, why=why)
        return copies.written(serial)
    if fact.form == "shipment":
        which = series.SHIPMENT.number(value)
        if which is None:
            why = f"“{value}” is no number of a shipment; write it as SH-0012"
            raise BadBlockerFact(key=fact.key, type=kind.name, why=why)
        return series.SHIPMENT.name(which)
    return item_number(value) if fact.form == "item" else value
