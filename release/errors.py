# SPDX-License-Identifier: AGPL-3.0-or-later
"""What release control may refuse, one class each; the docstring is the sentence."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, Refused


class NoSuchChange(NotFound):
    """There is no change order {change}; `titleblock change list` shows what is there."""


class NoSuchRevision(NotFound):
    """{number} has no released revision {rev}; `titleblock item show {number}` lists its
    revisions."""


class NoSuchRedline(NotFound):
    """{name} has no {what} that could be compared; look at the list of its files."""


class RedlineTooLong(Refused):
    """{change} changes {count} files, too many to bind while a browser waits; run
    `titleblock redline --order {change} -o redline.pdf`."""


class NeverReleased(NotFound):
    """{number} has never been released; open a change order with `titleblock change open {number}`
    and have it signed."""


class NothingCurrent(NotFound):
    """{number} has no current revision: {rev} was recalled ({why}); work from nothing until a new
    revision is released, or name the revision you want to look at."""


class NoSuchReleaseCode(NotFound):
    """No release of this vault carries the code {code}; the print is not one of ours or was not
    read completely, so do not work from it."""


class WrongState(Refused):
    """{change} is {state}, so it cannot be {act}; {remedy}."""


class AlreadyReleased(WrongState):
    """{change} was released by {by} at {at} as {released}; an order is released once, so nothing
    was done again."""

    exit_code = 4


class RevisionWrongState(Refused):
    """{number} {rev} is {state}, so it cannot be {act}; `titleblock item show {number}` shows what
    is current."""


class RequirementsOpen(Refused):
    """{change} cannot be released: {open}; `titleblock change show {change}` lists every finding
    with its remedy."""


class ChangedSinceSeen(Conflict):
    """{number} changed since you looked at it ({by}); nothing was signed, so look at {change} again
    and sign what is there now."""


class ChangedSinceSigned(Conflict):
    """{number} changed while {change} was being released ({by}); its sign-offs are void, so have
    the new state signed."""


class InAnotherChange(Conflict):
    """{number} is already in the open change order {change} of {author}; release or cancel that
    one first, or sign it."""


class NothingChanged(Refused):
    """{number} does not differ from its released revision {rev}, so there is nothing to release;
    check in the change first."""


class NothingToRelease(Refused):
    """{number} has no files beside its item.toml; check in the drawing first."""


class NoNotes(BadInput):
    """A {what} needs a text that says why; give it with -m."""


class BadInstruction(BadInput):
    """“{instruction}” does not tell the floor what to do with what is in work; choose one of
    {known}, and say whom to ask where it is “ask” (--ask USER)."""


class NotAnApprover(NotAllowed):
    """{name} may not sign {change}: {why}."""


class NotTheAuthor(NotAllowed):
    """{name} may not {act} {change}: only its author {author}, an approval owner of its items or an
    administrator may."""


class BadChangeClass(BadInput):
    """“{given}” is no class of change; known are {known}."""


class BadDisposition(BadInput):
    """“{given}” does not say what becomes of {what} of {number}; known are {known}."""


class BadPair(BadInput):
    """“{given}” cannot be read: {option} takes NUMBER=TEXT, the number of an item and what is said
    of it."""


class NotInThisOrder(BadInput):
    """{number} is not in {change}; name one of its items, or add it with
    `titleblock change amend {change} --add {number}`."""


class InOtherChanges(Conflict):
    """{items}: these are in other open change orders already; release or cancel those first, or
    leave these items out with --leave-out."""


class NothingChosen(Refused):
    """Nothing {where} is to be released: {why}; check in the change first, or name other items."""


class LastItem(Refused):
    """{change} would hold nothing any more; cancel it with `titleblock change cancel {change}`
    instead."""


class NotYourOrder(NotAllowed):
    """{name} may not {act} {change}: only its author {author} or an administrator may."""


class OnlyObserves(NotAllowed):
    """{name} observes {change}, so they see it and comment on it but cannot {act} it; its author
    {author} can take them off its observers."""


class NotAParty(NotAllowed):
    """{name} may not {act} {change}: that is for its author, approvers and observers; ask its author
    {author} to name you as an observer."""


class CannotWatch(BadInput):
    """{name} cannot be named as {what} of {change}: {why}."""


class NoDelegation(NotAllowed):
    """{name} cannot hand the sign-off of {change} to {to}: {why}."""


class NotDelegated(NotFound):
    """{to} does not sign {change} for {name}, so there is nothing to take back."""


class NotYoursToTakeBack(NotAllowed):
    """{actor} cannot take back that {to} signs {change} for {name}: {name}, {to} or an administrator
    may."""


class SignatureIncomplete(BadInput):
    """A signature takes your own name and your password, and the name given is not {name}; nothing
    was signed, so type both and sign again."""


class NothingToSign(BadInput):
    """No change order was chosen; mark at least one with what your signature means."""


class NotAllSigned(Refused):
    """{failed} of {count} change orders were not signed ({changes}); the others stand, so look at
    what is said of each and sign these again."""


class ReleaseLost(Conflict):
    """{number} {rev} was released by {winner} a moment earlier; nothing of {change} was released,
    so look at {change} again."""


class BadRules(BadInput):
    """The approval rules cannot be used: {where}: {why}; correct the file and save it with
    `titleblock rules edit FILE`."""


class UnstampableFile(Refused):
    """{name} cannot be stamped: {reason}; print or export it to a new PDF and check that in."""

    status = 422


class UnsignablePdf(Refused):
    """{name} cannot be signed: {reason}; print or export it to a new PDF and check that in."""

    status = 422


class CertificateOver(Refused):
    """The certificate that signs released PDFs holds from {since} to {until}; an administrator
    replaces it with `titleblock keys certificate make` or `take`."""


class OlderThanVault(Conflict):
    """{name} here is an old copy: {number} had these bytes at {at} and has newer ones now, so
    nothing was changed; take the newer with `titleblock get {number} --working -o DIR`, or check
    this one in by hand if it shall be valid again."""


class Overtaken(Conflict):
    """{name} of {number} was changed in the vault (last by {by} at {at}) after this copy was made,
    so nothing was overwritten; take theirs with `titleblock get {number} --working -o DIR`, or
    check yours in by hand with `titleblock checkin {number} FILE`."""


class BadDay(BadInput):
    """“{told}” is no day; write it as 2026-03-01, or a moment as 2026-03-01T14:30:00Z."""


class NoMirror(NotFound):
    """{where} cannot be verified: {why}; make it with `git clone --mirror`."""


class PlaceTaken(Conflict):
    """There is something at {where} already; choose another place for the export with -o."""
