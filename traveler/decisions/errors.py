# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about a job whose revision is no longer the one to work from: one class each."""

from __future__ import annotations

from vault.errors import BadInput, NotAllowed, NotFound, Refused


class NothingToDecide(Refused):
    """Job {job} is {why}, so there is nothing to decide."""


class BadChoice(BadInput):
    """“{choice}” is no decision on a job; choose deviation, move or hold."""


class ChoiceNotOpen(Refused):
    """Job {job} cannot {choice}: {why}."""


class NotTheirDecision(NotAllowed):
    """{name} cannot let job {job} go on by deviation: that takes an approver, or {owner}, who owns
    the approval of {number}."""


class NoSuchStep(NotFound):
    """Revision {rev} has no operation {seq} to {act}; it has {operations}."""
