# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[packets]`` in the rules: what the proof packet of a customer holds, and what it must not say.

    [[packets.template]]              # later ones go before earlier ones
    name = "aerospace"
    customers = ["Halvard *"]         # none: every customer
    people = "names"                  # initials, role or names of who worked at the machines
    show = ["stations"]               # stations, notes, causes: hidden where nothing is said
    leave_out = ["history"]           # parts that do not go in

What is internal is hidden unless a template shows it, so that what a shop forgets to write down is
kept in.  Nonconformances and deviations are in every packet: a template cannot leave them out.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from release.rules import options
from release.rules.options import Fault, Option
from vault.names import fold

PARTS: Final[Mapping[str, str]] = {
    "certificates": "the certificates of conformance",
    "making": "how it was made, step by step",
    "results": "the inspection results",
    "documents": "material certificates, documents and notes",
    "photos": "the photos",
    "first article": "the first article inspection",
    "shipments": "the shipments",
    "proof": "the list of the proof that was asked for",
    "drawings": "the released drawings",
    "history": "the list of events, history.csv",
}
"""The parts a template may leave out, with what people read."""
ALWAYS: Final = ("nonconformances", "deviations", "overrides", "waivers")
"""What no template leaves out, since a packet without it would be a lie."""
HIDDEN: Final[Mapping[str, str]] = {
    "stations": "stations and machines",
    "notes": "notes of the floor",
    "causes": "causes and actions of nonconformances",
}
"""What is internal, with what people read; hidden unless a template shows it."""
INITIALS, ROLE, NAMES = "initials", "role", "names"
PEOPLE: Final = (INITIALS, ROLE, NAMES)
PLAIN: Final = "standard"
"""The template where the rules name none for a customer."""
MOST: Final = 200
OPTIONS: Final = (
    Option("name", "title", "what people see, and what the packet says it was made by"),
    Option("customers", "patterns", "whose packets it is for, as `Halvard *`; all if nothing is"
           " said. Later templates go before earlier ones"),
    Option("people", "people", "how who worked at the machines is named: `initials` if nothing is"
           " said, `role` or `names`; who decides and signs is always named"),
    Option("show", "shown", f"what is hidden else, of {', '.join(HIDDEN)}"),
    Option("leave_out", "parts", f"parts that do not go in, of {', '.join(PARTS)};"
           f" {', '.join(ALWAYS)} always do"),
)  # fmt: skip
"""What ``[[packets.template]]`` may say."""


@dataclass(frozen=True, slots=True)
class Template:
    """What goes into the packets of some customers, and how much of the shop it shows."""

    name: str = PLAIN
    customers: tuple[str, ...] = ()
    people: str = INITIALS
    show: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()

    def fits(self, customer: str) -> bool:
        """Say whether it is for a customer."""
        folded = fold(customer)
        return not self.customers or any(
            fnmatch.fnmatchcase(folded, fold(one)) for one in self.customers
        )

    def hides(self, what: str) -> bool:
        """Say whether something internal stays in the shop."""
        return what not in self.show


@dataclass(frozen=True, slots=True)
class Packets:
    """All templates of a vault, in the order they are written."""

    templates: tuple[Template, ...] = ()

    def of(self, customer: str) -> Template:
        """Return the template for a customer: the last that fits, else the plain one."""
        fitting = [one for one in self.templates if one.fits(customer)]
        return fitting[-1] if fitting else Template()


def read(told: Any) -> Packets:
    """Return what the table says; raises Fault."""
    if not isinstance(told, Mapping):
        raise Fault("packets", "it must be a table")
    options.known(told, {"template"}, "packets")
    found = told.get("template", [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise Fault("packets.template", "write each one as [[packets.template]]")
    if len(found) > MOST:
        raise Fault("packets", f"it has more than {MOST} templates")
    made = tuple(_template(one, f"packets.template {at}") for at, one in enumerate(found, 1))
    names = [fold(one.name) for one in made]
    for one in made:
        if names.count(fold(one.name)) > 1:
            raise Fault(f"packets.template (“{one.name}”)", "two templates have this name")
    return Packets(made)


def _template(told: Mapping[str, Any], where: str) -> Template:
    options.known(told, {one.name for one in OPTIONS}, where)
    name = options.title(told.get("name"), where)
    where = f"{where} (“{name}”)"
    customers = (
        options.texts(told["customers"], f"{where}.customers") if "customers" in told else ()
    )
    people = told.get("people", INITIALS)
    if people not in PEOPLE:
        raise Fault(f"{where}.people", f"it must be one of {', '.join(PEOPLE)}")
    left = _chosen(told, "leave_out", (*PARTS, *ALWAYS), where)
    for one in ALWAYS:
        if one in left:
            raise Fault(f"{where}.leave_out", f"{one} are in every packet, whoever it is for")
    return Template(name, customers, people, _chosen(told, "show", tuple(HIDDEN), where), left)


def _chosen(
    told: Mapping[str, Any], key: str, known: tuple[str, ...], where: str
) -> frozenset[str]:
    value = told.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Fault(f"{where}.{key}", "it must be a list of words")
    for one in value:
        if one not in known:
            raise Fault(f"{where}.{key}", f"“{one}” is none of {', '.join(known)}")
    return frozenset(value)
