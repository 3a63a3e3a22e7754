# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about first article inspections: one class each."""

from __future__ import annotations

from vault.errors import BadInput, NotAllowed, NotFound, Refused


class NoSuchArticle(NotFound):
    """There is no first article inspection {number}; `titleblock fai list` shows what is there."""


class ArticleCannot(Refused):
    """{number} is {state}, so nobody can {act} it; a new one can be opened."""


class BadArticleScope(BadInput):
    """“{scope}” is no scope of a first article; choose full or partial."""


class PartialNeedsBaseline(BadInput):
    """A partial first article refers to an approved one of the same item; name it, as FA-0001."""


class FullShowsAll(BadInput):
    """A full first article shows every characteristic; leave the balloons out, or open a partial one
    with its baseline."""


class BaselineUnfit(Refused):
    """{baseline} cannot be the baseline: {why}."""


class ArticleNeedsReason(BadInput):
    """Say why this first article is made: new part, new revision, change of process, lapse."""


class NothingMeasured(Refused):
    """{number} cannot be verified: {what}; measure it first."""


class ArticleOutside(Refused):
    """{number} cannot be verified: {what} is out of tolerance and no nonconformance names it; open
    one first."""


class CustomerNotAsked(Refused):
    """{number} does not wait for the customer: {why}."""


class SamePerson(NotAllowed):
    """{name} verified {number}, so somebody else has to approve it."""


class ReasonNotDue(NotFound):
    """No first article is due on {job} for “{ref}”; `titleblock fai due {job}` lists the reasons."""


class ReasonWaived(Refused):
    """“{ref}” was set aside by {person} on {job} already; `titleblock fai ask` has it asked again."""


class ReasonAsked(Refused):
    """“{ref}” is asked already; nobody has set it aside."""


class WaiverNeedsReason(BadInput):
    """Say why {ref} needs no first article, or why it needs one again; the reason stays on record."""
