# SPDX-License-Identifier: AGPL-3.0-or-later
"""XML of strangers as a tree: no document type, hence no entities, and no bottomless nesting."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

DEEPEST: Final = 200
LARGEST: Final = 64 * 1024 * 1024


class NotXml(ValueError):
    """The bytes are not XML this shop reads; says why."""


def tree(data: bytes) -> Element:
    """Return the root of a document, its tags without their name spaces; raises NotXml.

    A document type is refused whatever it says: measuring results have none, and entities,
    outside files and their like all begin there.
    """
    if len(data) > LARGEST:
        raise NotXml(f"it is larger than {LARGEST // 1024 // 1024} MB")
    builder = TreeBuilder()
    depth = 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise NotXml(f"it is nested more than {DEEPEST} deep")
        builder.start(tag.rpartition("}")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition("}")[2])

    def doctype(*_told: object) -> None:
        raise NotXml("it has a document type, which no result file needs")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as fault:
        raise NotXml(str(fault)) from None
    return builder.close()
