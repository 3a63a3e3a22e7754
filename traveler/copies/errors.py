# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about numbered copies: one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotFound, Refused


class NoSuchCopy(NotFound):
    """There is no copy {copy} of this vault; the print is not one of ours or was not read
    completely, so do not work from it."""


class NoCopyOfRecalled(Refused):
    """{number} {rev} was recalled, so no copy of it is handed out; `titleblock item show {number}`
    shows what is current."""


class OnlyDrawingsAreCopies(BadInput):
    """{name} carries no stamp, so it cannot be a numbered copy; only released PDFs are."""


class CopyOfAnotherRevision(Refused):
    """Job {job} is on {item} {rev}, so a copy of {number} {other} is not for it; take the drawing
    from the job."""


class CopyCannot(Conflict):
    """Copy {copy} is {state}, so it cannot be {act}; `titleblock copies show {copy}` tells what was
    done with it, and `titleblock copies correct {copy} -m WHY` puts a mistake right."""


class BadCopyAct(BadInput):
    """“{act}” is nothing that is done with a copy; choose one of {known}."""


class CopyNeedsNote(BadInput):
    """The record of {what} needs a note that says how it came to that; give it with -m."""
