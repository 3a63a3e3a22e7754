# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules may refuse, one class each; the docstring is the sentence."""

from __future__ import annotations

from vault.errors import BadInput, Refused


class CannotTell(Refused):
    """It cannot be told what {what} is: {why}."""


class BadDay(BadInput):
    """“{day}” is no day; write it as 2026-11-20."""
