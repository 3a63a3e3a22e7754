# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told by the ledger: every refusal, one class each."""

from __future__ import annotations

from vault.errors import (
    BadInput,
    Conflict,
    Damaged,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)

# --- the ledger itself ------------------------------------------------------


class NoLedger(NotFound):
    """There is no ledger at {where}; restore it from a backup or make a vault with
    `titleblock init DIR`."""


class LedgerExists(Conflict):
    """There is a ledger at {where} already; choose an empty folder for a new vault."""


class LedgerOutdated(Unavailable):
    """The ledger {where} is of an older release of Titleblock ({found}, wanted {wanted}); make a
    backup, then run `titleblock ledger upgrade`."""


class LedgerFromLater(Unavailable):
    """The ledger {where} was written by a later release of Titleblock ({found}); install that
    release, or restore a backup of the time before."""


class LedgerBusy(Unavailable):
    """Another program has kept the ledger locked for {seconds} seconds; close it and try again."""


class LedgerNotDurable(Damaged):
    """The ledger {where} cannot promise that what it accepted survives a power cut ({setting} is
    {found}, wanted {wanted}); keep it on a local disk, not on a network share."""


class LedgerServerUnfit(Unavailable):
    """The database {where} cannot keep a ledger: {setting} is {found}, and has to be {wanted}; make
    it with `createdb -T template0 -E UTF8 -l C NAME` on a server that keeps what it commits."""


class LedgerAway(Unavailable):
    """The database {where} cannot be used now ({why}); start it, or correct `ledger` in
    titleblock.toml."""


class LedgerInUse(Conflict):
    """Other programs use the vault now, so the ledger stays where it is; stop `titleblock serve`
    and `titleblock watch`, then run this again."""


class LedgerDriverMissing(Unavailable):
    """Nothing here speaks to {where}; install Titleblock with its extra `postgresql`, or keep the
    ledger in a file."""


class LedgerNotSpoken(BadInput):
    """The ledger address {url} cannot be used; it has to be of the form sqlite:////path/to/ledger.db
    (four slashes before a path from the root) or postgresql://USER@HOST/DATABASE."""


class DamagedLedger(Damaged):
    """The ledger is damaged at {where}: {what}; restore it from a backup and run
    `titleblock verify`."""


class KeyUsedBefore(Conflict):
    """The idempotency key {key} was used before for something else; send every new request with
    a key of its own."""


# --- people -----------------------------------------------------------------


class NoSuchPerson(NotFound):
    """There is nobody called {name} here; `titleblock user list` shows who is."""


class PersonExists(Conflict):
    """There is already somebody called {name}; choose another name."""


class BadPersonName(BadInput):
    """“{name}” cannot be the name of a person; use 2 to 32 of a-z 0-9 . _ - and start with a
    letter."""


class NoSuchRole(BadInput):
    """“{role}” is not a role; choose among {roles}."""


class BadPassword(BadInput):
    """That password cannot be used: {why}; choose a sentence only you know."""


class BadPin(BadInput):
    """That PIN cannot be used; choose 4 to 8 digits."""


class BadScope(BadInput):
    """“{scope}” is not a scope of a token; choose among {scopes}."""


class BadExpiry(BadInput):
    """“{expires}” is not a moment in the future; write a day as 2027-03-01, or a number of days
    as 90d."""


class FirstIsAdministrator(BadInput):
    """Nobody is here yet, so the first person has to be an administrator; add --role admin."""


class LastAdministrator(Conflict):
    """{name} is the last administrator who can act; make somebody else an administrator first."""


class WrongPassword(NotSignedIn):
    """That name and password do not belong together; try again, or ask an administrator for a
    new password."""


class WrongPin(NotSignedIn):
    """That name and PIN do not belong together; tries left before the PIN is locked:
    {left}."""


class TooManyAttempts(TooMany):
    """{count} wrong {what}s in a row: the {what} of {name} is locked for {minutes} more
    minutes; {remedy}."""


class BadToken(NotSignedIn):
    """That token is unknown, expired or revoked; ask for a new one (`titleblock user token`)."""


class TokenScope(NotAllowed):
    """That token is for {scope}, this needs one for {needed}; ask for one
    (`titleblock user token NAME --scope {needed}`)."""


class NoSuchToken(NotFound):
    """{name} has no token {token}; the list of tokens shows which there are."""


class RoleNeeded(NotAllowed):
    """{name} may not do that: it takes the role {roles}; ask somebody who has it, or an
    administrator to give it."""


class PersonDisabled(NotAllowed):
    """{name} is disabled and cannot act; an administrator can enable the name again."""
