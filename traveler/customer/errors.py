# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a customer, or whoever sends a link, may be told: every refusal, one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, TooMany


class NoSuchShare(NotFound):
    """This link leads nowhere (any more); ask the shop for a new one."""


class NoSuchShareNumber(NotFound):
    """There is no link {share}; `titleblock share list` shows what was made."""


class WrongPasscode(NotAllowed):
    """That is not the passcode of this link; {left} more tries before it waits."""


class PasscodeFirst(NotAllowed):
    """This link asks for a passcode first; open it again."""


class PasscodeLocked(TooMany):
    """This link waits {minutes} minutes after wrong passcodes; then try again, or ask the shop."""


class BadShareLife(BadInput):
    """A link cannot last {days} days; give 1 to 730."""


class BadPasscode(BadInput):
    """A passcode needs 6 to 60 characters; choose another, or none."""


class ShareEnded(Conflict):
    """Link {share} was withdrawn already."""


class NoPacketYet(NotFound):
    """There is no valid proof packet for this order yet; the shop issues it when all is right."""


class NotACustomer(BadInput):
    """{login} does not have the role customer, so nobody's orders can be opened to them; give them the
    role first with `titleblock user role`."""


class NoCustomerNamed(BadInput):
    """Name the customer as jobs name them, letter for letter; `titleblock customer list` shows all."""


class TiedAlready(Conflict):
    """{login} sees the orders of {customer} already."""


class NotTied(NotFound):
    """{login} does not see the orders of {customer}; `titleblock customer list` shows who does."""


class NoSuchOrder(NotFound):
    """You have no order {job} here; your list of orders shows all of them."""


class NoSuchOrderPacket(NotFound):
    """This order has no valid packet {packet}; load the page again to see what there is."""


class CustomerStays(Conflict):
    """Job {job} was opened to {customer} by {what}, and would take that along to somebody else;
    withdraw it first, then change the customer."""


class NoSuchQuestion(NotFound):
    """There is no question {question} here; the list of questions shows all of them."""


class NotAnswerable(Conflict):
    """{question} was asked for {customer}, whose job {job} no longer is, so an answer would reach
    nobody; tell {customer} in another way."""


class NotYourWords(NotAllowed):
    """Only one's own words can be corrected, each entry by its own number; load the page again."""


class TooManyQuestions(TooMany):
    """That is the {count}th word on this order within a day; wait until tomorrow, or ring the shop."""


class AttachmentNotTaken(BadInput):
    """{name} cannot go along: {why}; nothing was sent."""


class TooManyAttachments(BadInput):
    """At most {most} files go with a message, and {count} came; send the rest with another one."""


class TooMuchAttached(TooMany):
    """More than {most} MB were sent on this order within a day; wait until tomorrow, or ring the shop."""


class NoSuchAttachment(NotFound):
    """There is no file {number} here; load the page again to see what there is."""


class NobodyToTell(Conflict):
    """Job {job} is nobody's order, so there is nobody to tell; name its customer first with `titleblock job
    amend`."""


class NoSuchMessage(NotFound):
    """There is no message {message} to this customer about this; load the page again."""


class MessageCorrected(Conflict):
    """Message {message} was corrected by message {newer} already; correct that one."""


class DraftOvertaken(Conflict):
    """Something changed while this was written; read the facts again, then send what still holds."""
