# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told: every refusal of the vault, one class each.

The docstring of a class is its sentence, a template over the keyword facts it
is raised with; the class carries the exit code of the command line and the
HTTP status.  Browser, terminal and ``git push`` therefore say the same words.
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar


class Refusal(Exception):
    """The request was refused."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        """Keep the facts, so that JSON answers can carry them beside the sentence."""
        self.facts = facts
        super().__init__(self.sentence())

    @classmethod
    def template(cls) -> str:
        """Return the sentence with its places still open, on one line."""
        return " ".join((cls.__doc__ or "").split())

    def sentence(self) -> str:
        """Return the finished sentence, with control characters made visible."""
        shown = {name: printable(value) for name, value in self.facts.items()}
        return self.template().format_map(shown)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes by facts, since the constructor takes keywords only."""
        return (_again, (type(self), self.facts))


def _again(kind: type[Refusal], facts: dict[str, object]) -> Refusal:
    return kind(**facts)


def printable(value: object) -> str:
    """Return text that cannot steer a terminal: control and bidi characters are escaped."""
    text = value if isinstance(value, str) else str(value)
    return "".join(
        f"\\u{ord(sign):04x}" if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} else sign
        for sign in text
    )


class Refused(Refusal):
    """A rule of the vault says no."""


class BadInput(Refusal):
    """What was given cannot be read."""

    status = 422


class WrongUse(Refusal):
    """The call itself is not of the expected form."""

    exit_code = 2
    status = 400


class NotFound(Refusal):
    """Nothing of that name is here."""

    exit_code = 3
    status = 404


class Conflict(Refusal):
    """Somebody else was first."""

    exit_code = 4
    status = 409


class Damaged(Refusal):
    """Stored data is not what it was."""

    exit_code = 5
    status = 500


class NotSignedIn(Refusal):
    """Nobody is signed in."""

    status = 401


class NotAllowed(Refusal):
    """This person may not do that."""

    status = 403


class TooMany(Refusal):
    """Too many tries in too short a time."""

    status = 429


class TooLarge(Refusal):
    """What was given is larger than the limit."""

    status = 413


class Unavailable(Refusal):
    """A part the work depends on does not answer now."""

    status = 503


# --- files and names --------------------------------------------------------


class BadItemNumber(BadInput):
    """The item number “{number}” cannot be used: {why}; use 1 to 32 of A-Z a-z 0-9 . _ -
    and start with a letter or a digit."""


class BadFileName(BadInput):
    """The name “{name}” cannot be used: {why}; choose another name and try again."""


class BadCode(BadInput):
    """“{code}” is not a code of this vault; scan the QR again or type the 26 signs below it."""


class BadRevision(BadInput):
    """“{label}” is not a revision of the scheme {scheme}; {expected}."""


class RevisionsExhausted(Refused):
    """The scheme {scheme} ends at {last}; give the part a new number, or choose another scheme in
    the rules."""


class NoSuchScheme(BadInput):
    """There is no revision scheme {scheme}; choose one of {known} in the rules."""


class BadPointer(BadInput):
    """The pointer {where} cannot be used: {why}; write it again with `dvc add`."""


class BadManifest(BadInput):
    """{where} cannot be used: {why}; correct it and check it in again."""


class BadSettings(BadInput):
    """The settings file {where} cannot be used: {why}; correct it and start again."""


class EmptyFile(BadInput):
    """{name} is empty; save it again and check in the saved file."""


class UnreadableFile(BadInput):
    """{name} cannot be read: {reason}; open it in the program that made it, save or export it
    again, and check that file in."""


class FileTooLarge(TooLarge):
    """{name} has {size} bytes, the limit is {limit}; raise `largest_file` in titleblock.toml
    or split the file."""


class WorkerGaveUp(Refused):
    """{name} was given up after {limit}; it is too large or built to hurt, so print it to a new
    PDF and try that one."""

    status = 422


class NoModelReader(Refused):
    """{name} is a 3D model, and this installation cannot read those: let the administrator install
    the extra `cad` (`pip install "titleblock[cad]"`), or download the file and open it in a CAD
    program."""

    status = 501


# --- items, history, objects ------------------------------------------------


class NoSuchItem(NotFound):
    """There is no item {number} in this vault; look for the right number with `titleblock search`, or
    make the item with `titleblock item add`."""


class NoSuchFile(NotFound):
    """{where} has no file {name}; `titleblock item files` lists what it has."""


class ItemExists(Conflict):
    """The item {number} exists already as {existing} in {path}; numbers are unique without regard
    to case, so choose another one or check in to that item."""


class FolderTaken(Conflict):
    """The folder {path} holds an item or other files already; choose another one with --path."""


class NoSuchIteration(NotFound):
    """{number} was never changed by a commit {commit}; `titleblock item history {number}` lists
    those that did."""


class NothingToCheckIn(Refused):
    """Every file given for {number} is already in the vault, byte for byte; nothing was changed."""


class MovedOn(Conflict):
    """{ref} moved on while this was being written (now at {now}); nothing was changed, so try
    again on what is there now."""


class LockedBy(Conflict):
    """{number} is locked by {holder} since {at} ({why}); nothing was changed, so ask them to give
    it back with `titleblock unlock {number}`, or an administrator or its approval owner to break
    the lock."""


class NotLocked(NotFound):
    """{number} is not locked; `titleblock locks` shows what is."""


class NotYourLock(NotAllowed):
    """The lock on {number} is held by {holder}, who alone gives it back; an administrator or the
    approval owner of the item breaks it with `titleblock unlock {number} --break -m WHY`."""


class MayNotBreak(NotAllowed):
    """{name} may not break the lock on {number}; its approval owner {owner} or an administrator
    may."""


class NoReasonToBreak(BadInput):
    """Breaking the lock on {number} needs a reason, which its holder is told; add one with -m."""


class MissingObject(Damaged):
    """The bytes of {name} (md5 {md5}) are not in the object store; restore them from a backup or
    `dvc push` them again."""


class DamagedObject(Damaged):
    """The bytes of {name} are not the ones recorded ({why}); restore them from a backup, then run
    `titleblock verify`."""


class AddressTaken(Refused):
    """{name} has the md5 {md5} of other bytes that are kept already, which chance never does; save
    it again in the program that made it, and find out where it comes from."""


class NoStore(Unavailable):
    """The object store is not at {where}; mount its disk, or correct `storage` in
    titleblock.toml."""


class StoreUnwritable(Unavailable):
    """The object store at {where} cannot be written ({why}); nothing was changed, so make room or
    give this user the right to write there and try again."""


class StoreAway(Unavailable):
    """The object store {where} cannot be reached now ({why}); nothing was changed, and what was
    opened here before can still be opened, so try again in a minute."""


class StoreForbidden(Unavailable):
    """The object store {where} does not let this vault in ({why}); look at AWS_PROFILE, or at
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and at this machine's clock."""


class NoBucket(NoStore):
    """There is no bucket {bucket} at {where}; make it, or correct `storage` in titleblock.toml."""


class VaultInUse(Conflict):
    """{count} objects are in the new store, but other programs use the vault now; stop
    `titleblock serve` and `titleblock watch`, and run this again, which then takes seconds."""


class StorageFromEnvironment(WrongUse):
    """TITLEBLOCK_STORAGE is set and would hide the new address; take it out of the environment of
    every program of this vault, and run this again."""


class MoveIncomplete(Damaged):
    """{count} objects could not be moved, the first because: {why} Nothing was switched, and what
    is there already is not sent again when you run this again."""


class DamagedHistory(Damaged):
    """The history is damaged at {where}: {why}; restore vault.git from a mirror."""


class DamagedKeys(Damaged):
    """The list of keys {where} cannot be used: {why}; restore the folder keys/ from a backup."""


class NoCertificate(Refused):
    """Released PDFs are to be signed, but there is no certificate; `titleblock keys certificate make`
    makes one, `take` takes over the shop's own."""


class BadCertificate(BadInput):
    """{where} cannot sign documents: {why}; use a certificate that can, or make one with `titleblock
    keys certificate make`."""


class NoSuchKey(NotFound):
    """No key of this vault has the fingerprint {fingerprint}; `titleblock keys` lists them."""


class KeyInUse(Refused):
    """{fingerprint} is the key that signs now; replace it with `titleblock keys rotate`, then revoke
    it."""


class CatalogueDamaged(Damaged):
    """The catalogue {where} is damaged ({why}); nothing is lost, for `titleblock catalogue rebuild`
    makes it again from history."""


class CatalogueUnusable(Unavailable):
    """The catalogue {where} cannot be used now ({why}); try again, and look at the disk and its
    rights if it stays so."""


class NoVault(NotFound):
    """There is no vault at {where}; make one with `titleblock init DIR` or name one with --vault."""


class NoBackup(NotFound):
    """There is no finished backup at {where}; make one with `titleblock backup DIR`, or name the
    folder that holds BACKUP.json."""


class VaultExists(Conflict):
    """There is something at {where} already; choose an empty folder for a new vault."""


class UnwatchableFolder(Refused):
    """The folder {where} cannot be watched: {why}; choose the folder the drawings are worked on
    in."""


class WatchedAlready(Conflict):
    """Another `titleblock watch` watches {where} already; stop that one first, or let it go on."""


class NoSuchEntry(NotFound):
    """There is nothing {id} in the inbox; `titleblock inbox` lists what waits there."""


class NotWaiting(Conflict):
    """{id} ({name}) does not wait in the inbox any more: it was {state} by {by}; nothing was
    changed."""


class NoNumberInName(BadInput):
    """{folder} has no item.toml and no number in its name; put the number first in the name, or
    write an item.toml into it."""


class NobodyToApprove(BadInput):
    """{folder} has no item.toml, so nobody is named who approves it; name them with --owner."""


class NoReasonToDrop(BadInput):
    """Dropping {name} from the inbox needs a reason; add one with -m."""


class MissingProgram(Unavailable):
    """The program {program} is not on this machine; install it ({how}) and try again."""


# --- people -----------------------------------------------------------------


class NoTerminal(WrongUse):
    """The {what} cannot be asked for without a terminal; pipe it in with {option}."""


class NoActor(WrongUse):
    """Nobody was named as the one who acts; add --as USER or set TITLEBLOCK_USER."""
