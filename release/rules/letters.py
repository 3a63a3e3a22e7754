# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which revision letter the name of a file states: ``10-0042_C.pdf``, ``bracket rev B.step``."""

from __future__ import annotations

import re
from fnmatch import translate
from glob import escape

from vault import errors
from vault.revisions import Scheme

LETTER = "{rev}"
NUMBER = "{number}"
_WORD = re.compile(
    r"(?:^|[ _.\-(])(?i:rev(?:ision)?|index|indice|ind)"
    r"(?:[ _.\-]{0,3}([A-Z]{1,2}|\d{1,6})|[ _.\-]{1,3}([a-z]))(?=[ _.\-)]|$)"
)
_AFTER = re.compile(r"[ _\-]([A-Z]{1,2})(?=[ _.\-]|$)")


def stated(name: str, number: str, scheme: Scheme, pattern: str = "") -> str | None:
    """Return the letter a file name states, or None where it states none.

    With a pattern (``{number}_{rev}*``) the letter stands where it says.  Without one it follows
    the word rev, or the item's number right away as a capital letter of the scheme.
    """
    if pattern:
        found = compiled(pattern, number).fullmatch(name)
        return found[1] if found else None
    bare = name.rpartition(".")[0] or name
    found = _WORD.search(bare)
    if found:
        return (found[1] or found[2]).upper()
    if bare.casefold().startswith(number.casefold()):
        after = _AFTER.match(bare[len(number) :])
        if after and is_label(after[1], scheme):
            return after[1]
    return None


def compiled(pattern: str, number: str) -> re.Pattern[str]:
    """Return a pattern for file names as an expression whose first group is the letter."""
    head, _rev, tail = pattern.partition(LETTER)
    head, tail = (_plain(part.replace(NUMBER, escape(number))) for part in (head, tail))
    return re.compile(f"{head}([A-Za-z]{{1,2}}|\\d{{1,6}}){tail}", re.IGNORECASE)


def is_label(text: str, scheme: Scheme) -> bool:
    """Say whether a text is a revision of the scheme."""
    try:
        scheme.parse(text)
    except errors.BadRevision:
        return False
    return True


def same(one: str, other: str) -> bool:
    """Say whether two spellings of a letter mean the same: ``c`` and ``C``, ``02`` and ``2``."""
    return _spelled(one) == _spelled(other)


def _spelled(text: str) -> str:
    text = text.strip().casefold()
    return text.lstrip("0") or "0" if text.isdecimal() else text


def _plain(glob: str) -> str:
    return translate(glob).removesuffix("\\Z").removesuffix("\\z")
