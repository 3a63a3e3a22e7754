# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about nonconformances: one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, Refused


class NoSuchNonconformance(NotFound):
    """There is no nonconformance {number}; `titleblock nc list` shows what is there."""


class NonconformanceCannot(Refused):
    """{number} is {state}, so nobody can {act} it; {way}."""


class NonconformanceMoved(Conflict):
    """{number} was changed by {by} meanwhile; look at it again, then do what is still needed."""


class NoSuchDisposition(BadInput):
    """“{text}” is no disposition; choose rework, repair, use as is, scrap or return."""


class PartsDoNotAddUp(BadInput):
    """{number} is about {qty} pieces, but {told} are disposed of; decide on each of them once."""


class PiecesLeft(Refused):
    """{number} cannot write off pieces of job {job} at step {seq}: {packed} are packed or shipped,
    and only {out} would be left; unpack them first."""


class BadHold(BadInput):
    """“{text}” does not say what waits; choose rest, job or nothing."""


class TooManyNonconforming(BadInput):
    """Job {job} has {most} pieces, so {qty} of them cannot be nonconforming."""


class NotTheirDisposition(NotAllowed):
    """{name} cannot sign {disposition} for {number}: that takes {owner}, who owns the approval of
    {item}, or a deputy of theirs."""


class DispositionNeedsReason(BadInput):
    """Say why {number} is to be disposed of as {disposition}; the reason stays on record."""


class ReworkNeedsSteps(BadInput):
    """{disposition} of {number} needs the steps to take; name at least one with its station, or an
    operation to do again."""


class NoReworkHere(BadInput):
    """{disposition} of {number} takes no steps; leave them out, or choose rework or repair."""


class ReworkNeedsOperation(Refused):
    """{number} names no operation it was found at, so nobody knows where rework leaves the route;
    correct it first."""


class ReworkUndone(Refused):
    """{number} cannot be closed while its steps in job {job} are not done: {steps}."""


class NotExplained(Refused):
    """{number} cannot be closed without {what}; add it with `titleblock nc explain {number}`."""


class NonconformanceOpen(Refused):
    """{what} waits for {numbers}, which is not closed; dispose of it and close it first."""
