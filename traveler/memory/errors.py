# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about the memory of the shop: one class each."""

from __future__ import annotations

from vault.errors import BadInput, NotFound, Refused


class NotRemembered(NotFound):
    """Nothing is remembered of {item} under {ref}; `titleblock memory show {item}` lists what is."""


class DismissalNeedsReason(BadInput):
    """Say why {ref} need not be told any more, as: the fixture was mended; the reason stays on
    record."""


class DismissedAlready(Refused):
    """{ref} of {item} was set aside by {person} already; `titleblock memory restore` brings it
    back."""


class NotDismissed(Refused):
    """{ref} of {item} is told already; there is nothing to bring back."""
