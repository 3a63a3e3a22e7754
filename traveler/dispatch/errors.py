# SPDX-License-Identifier: AGPL-3.0-or-later
"""What dispatch may refuse: one class each, its docstring is the sentence."""

from __future__ import annotations

from vault.errors import BadInput, NotFound, Refused


class BadDispatchRules(BadInput):
    """The part [dispatch] of the rules cannot be read: {why}; write it as
    ranking = ["pinned", "late first", "need-by"]."""


class BadPlace(BadInput):
    """“{place}” is no place to pin a job at; give a number from 1 to {most}."""


class CannotPin(Refused):
    """Job {job} is {state}, so it has no turn to be given; pin a job that is not closed."""


class NotPinned(NotFound):
    """Job {job} is not pinned; `titleblock dispatch` shows which jobs are."""


class BadTrial(BadInput):
    """“{text}” cannot be tried: {why}; write it as JOB=PLACE, as J-2041=1."""
