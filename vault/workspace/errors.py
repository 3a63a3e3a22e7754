# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person in a clone may be told: every refusal, one class each."""

from __future__ import annotations

from vault.errors import (
    BadInput,
    Conflict,
    Damaged,
    NotFound,
    NotSignedIn,
    Refused,
    Unavailable,
    WrongUse,
)


class NoWorkspace(NotFound):
    """{where} is not in a clone of a vault; make one with `titleblock clone URL DIR`."""


class NoVaultAtUrl(NotFound):
    """There is no vault at {url}; give its address (http://…), or the folder it is in."""


class NothingToCloneInto(Conflict):
    """There is something at {where} already; choose an empty or new folder for the clone."""


class WhoseToken(WrongUse):
    """The token belongs to somebody, who has to be named; add --as USER or write the address as
    http://USER@HOST/."""


class TokenRefused(NotSignedIn):
    """The vault says: {why}"""


class VaultSays(Refused):
    """The vault says: {why}"""


class VaultAway(Unavailable):
    """The vault at {url} does not answer ({why}); look at the network and try again."""


class GitFailed(Refused):
    """git {verb} failed: {why}; look at it with `git status`, then try again."""


class BehindTheVault(Conflict):
    """Others have pushed since you last pulled; `titleblock pull`, then push again. Your commit and
    your bytes are kept."""


class BytesNotMoved(Unavailable):
    """The bytes of the files could not be moved: {why}; nothing is lost, so try again."""


class WouldOverwrite(Conflict):
    """{names} changed here and in the vault; keep yours under another name, or delete it here, then
    pull again."""


class PulledDamaged(Damaged):
    """{names} arrived with other bytes than the ones recorded (sha256) and was removed; tell your
    administrator to run `titleblock verify`."""


class NothingToPush(Refused):
    """There is nothing to push: everything here is in the vault already."""


class MessageNeeded(BadInput):
    """{count} changed files would be pushed; say why with -m MESSAGE."""


class NotAnItem(NotFound):
    """There is no item {number} in this clone; `titleblock pull` first, or check the number."""
