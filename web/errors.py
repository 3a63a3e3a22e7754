# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the web side itself may refuse, one class each; the docstring is the sentence."""

from __future__ import annotations

from vault.errors import (
    BadInput,
    Conflict,
    Damaged,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooMany,
    Unavailable,
    WrongUse,
)


class SignInFirst(NotSignedIn):
    """Nobody is signed in here; sign in and come back."""


class NotYourPage(NotAllowed):
    """{name} may not use this page: it takes the role {roles}; ask somebody who has it, or an
    administrator to give it."""


class NoSuchPage(NotFound):
    """There is nothing at this address; check it, or start from the first page."""


class NoSuchPicture(NotFound):
    """{name} has no page {page} that can be shown; download the file instead."""


class MethodNotHere(WrongUse):
    """This address does not take {method}; go back and use the form again."""

    status = 405


class NobodyHere(NotSignedIn):
    """{name} is not signed in at this tablet any more; the badge PIN has to be given again, then it
    is sent."""


class OffTheNetwork(NotAllowed):
    """Travelers and screens open here only from the shop's own network; join it, or sign in first."""


class UntoldProxy(NotAllowed):
    """Travelers and screens open here only from the shop's own network, and this request was passed on by
    {address}, which is no proxy of the shop; sign in, or have an administrator name it in
    trusted_proxies."""


class NothingByThatName(NotFound):
    """“{given}” is no code, job or copy of this shop; scan it again, or type a job as J-2231, a step
    as J-2231-020, a copy as C-000123."""


class BadgeFirst(NotSignedIn):
    """A typed job number opens only for somebody of the floor: say who you are first, or scan the
    code on the paper."""


class NotWhileAway(BadInput):
    """“{act}” cannot be sent from the floor page; only start, pause,
    finish, a note, a photo, a blocker, a result and a report can."""


class UnknownHost(WrongUse):
    """This server does not answer under that name; use its own address, or add the name to
    `trusted_hosts` in titleblock.toml."""


class ForeignForm(NotAllowed):
    """That form was not sent from a page of this server, so nothing was done; open the page here
    and send it again."""


class FormTooOld(NotAllowed):
    """That form is too old to be trusted, so nothing was done; load the page again and send it once
    more."""


class SentTooMuch(TooLarge):
    """That is more than this address takes ({limit}); send fewer or smaller files."""


class TooManyTries(TooMany):
    """Too many tries from this device; wait {seconds} seconds and try again."""


class BoardsBusy(TooMany):
    """Too many boards ask this server at once; this one asks again in {seconds} s."""


class MissingField(BadInput):
    """{what} is missing; fill it in and send the form again."""


class NoSuchState(BadInput):
    """There is no state “{state}” of {what}; ask for one of {states}."""


class NotANumber(BadInput):
    """{what} must be a whole number, not “{given}”; correct it and send the form again."""


class PasswordsDiffer(BadInput):
    """The two new passwords are not the same; type the new one twice."""


class NotReadable(WrongUse):
    """The request cannot be read: {why}; correct it and send it again."""


class NotReady(Unavailable):
    """The vault cannot be read now; the log of the server says why."""


class NoSample(NotFound):
    """The sample vault is not at {where}; run the demo from a checkout of the source
    (`make demo`)."""


class PortTaken(Conflict):
    """Something else listens on {host} port {port} already; stop it, or choose another port with
    --port."""


class BytesDiffer(BadInput):
    """The bytes that arrived have the md5 {found}, not {wanted} as their address says, so nothing
    was kept; push again."""


class NoFolders(BadInput):
    """This vault keeps files, not folders of DVC; `dvc add` each file by itself and push again."""


class NoSuchObject(NotFound):
    """There are no bytes at the address {md5}; `dvc push` them from where they were added."""


class NotAsPromised(Damaged):
    """The demo is not as it should be: {where} {what}; report it, with serve.log of the demo."""


class NoSuchAct(BadInput):
    """There is no act “{act}” here; load the page again and use its buttons."""


class NoItemAt(NotFound):
    """{path} belongs to no item of this vault; push its item first, then lock it."""


class NoSuchLock(NotFound):
    """That lock is gone already; `git lfs locks` shows what is locked."""


class NotGit(WrongUse):
    """This address speaks with git alone, over its smart protocol; use `git clone`, `git fetch` or
    `git push` with it."""

    status = 415


class GitSilent(Unavailable):
    """git on the server did not answer; try again, and look into the log of the server if it stays
    so."""
