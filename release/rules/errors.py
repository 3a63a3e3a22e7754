# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules may refuse, one class each; the docstring is the sentence."""

from __future__ import annotations

from vault.errors import Conflict, Refused


class CannotTell(Refused):
    """It cannot be told what {what} is: {why}."""


class RulesMoved(Conflict):
    """The rules changed while you edited them ({by}); nothing was saved, so look at what is in force
    now and make your change to that."""
