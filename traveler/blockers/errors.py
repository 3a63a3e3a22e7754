# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about blockers: one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, Refused


class NoSuchBlocker(NotFound):
    """There is no blocker {id}; `titleblock blockers` shows what is there."""


class NoSuchBlockerType(BadInput):
    """“{type}” is no type of blocker; choose one of {types}."""


class BadBlockerFact(BadInput):
    """“{key}” cannot be set on a blocker of type {type}: {why}."""


class BlockerNowhere(BadInput):
    """A blocker belongs to a job, one of its operations, or a station; name a job or a station."""


class StepOfNoJob(BadInput):
    """Step {seq} belongs to a job; name the job as well, or leave the step out."""


class BlockerHoldsNothing(BadInput):
    """A blocker there would hold nothing: {why}; {way}."""


class BadOwner(BadInput):
    """{name} cannot be given a blocker: {why}; name somebody who works here."""


class BadHours(BadInput):
    """{why}; escalating takes whole hours from 1 to 2000, and to whom."""


class NothingCorrected(BadInput):
    """Nothing about blocker {id} would be different; say what is known now."""


class BlockerCannot(Refused):
    """Blocker {id} is {state}, so nobody can {act} it; {way}."""


class NoPhoto(BadInput):
    """No photo was given; choose one or more pictures and add them again."""


class NoSuchPhoto(NotFound):
    """Blocker {id} has no photo {photo}; it has {photos}."""


class PhotoWithdrawn(Conflict):
    """Photo {photo} of blocker {id} was withdrawn by {by} already; nothing is left to be done."""


class BlockerMoved(Conflict):
    """Blocker {id} was changed by {by} meanwhile; look at it again, then do what is still needed."""


class BlockerDecides(Refused):
    """Blocker {id} closes by itself once job {job} is decided; see
    `titleblock job decide {job}`."""


class BlockerFollows(Refused):
    """Blocker {id} belongs to {number} and closes with it; see `titleblock nc show {number}`."""


class NotTheirBlocker(NotAllowed):
    """{name} cannot {act} blocker {id}; that is up to {who}."""


class NoSuchTick(NotFound):
    """Blocker {id} has no step {step} that is still to be done; it has {steps}."""
