# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about the order of work: one class each."""

from __future__ import annotations

from vault.errors import BadInput


class BadRanking(BadInput):
    """“{name}” is no rule for what goes first; known are: {known}."""
