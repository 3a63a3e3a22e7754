# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a push may be refused for, one class each; the docstring is the sentence."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, Refused, TooLarge, Unavailable

# --- who pushes, and where to -----------------------------------------------


class NobodyPushes(NotAllowed):
    """Nobody was named as the one who pushes; push over HTTP with a token, or set TITLEBLOCK_USER
    to your name in the vault."""


class RefNotOpen(NotAllowed):
    """{ref} cannot be pushed: {why}; push to main, to work/{name}/… or to refs/for/release."""


class MainStays(Refused):
    """The branch main cannot be deleted; to take files away, remove them in a commit and push
    that."""


class MainMovesForward(Conflict):
    """The branch main moves only forward, and {new} does not contain what is there now ({old});
    run `git pull --rebase` and push again, without --force."""


class OneAtATime(Refused):
    """{ref} was pushed together with {other}; push refs/for/release alone, it takes the commits to
    main as well."""


class NotACommit(BadInput):
    """{ref} was pushed with {oid}, which is no commit; push a branch."""


# --- names and kinds of files -----------------------------------------------


class NameRefused(BadInput):
    """{path} cannot enter the vault: {why}; rename it (git mv), amend the commit {commit} and push
    again."""


class NamesCollide(BadInput):
    """{first} and {second} are one and the same name on Windows and macOS; rename one of them,
    amend the commit {commit} and push again."""


class NotAPlainFile(BadInput):
    """{path} is {what}, which does not enter the vault; put the file itself in its place, amend the
    commit {commit} and push again."""


class SteeringFile(BadInput):
    """{path} steers git or DVC of everybody who clones, so it cannot be pushed; take the change
    out of the commit {commit} and push again."""


class TooLargeForGit(TooLarge):
    """{path} has {size} bytes and would stay in every clone for ever (the limit is {limit}); take
    it out of the commit {commit} and check it in with `titleblock checkin`, or `dvc add` it and push
    the pointer."""


class BelongsIntoObjects(BadInput):
    """{path} is a PDF in git itself, which no release could stamp; `git rm --cached` it, `dvc add`
    it and push the pointer, or check it in with `titleblock checkin`."""


# --- items ------------------------------------------------------------------


class NumberTwice(Conflict):
    """{path} and {other} both say they are item {number}; numbers are unique without regard to
    case, so give one of them another number."""


class NumberChanged(Refused):
    """{path} says number {now}, but the item there is {number}, and the number of an item never
    changes; put {number} back and make a new item in a folder of its own."""


class ItemStays(Refused):
    """{path} was removed, but {number} is {why}; put the folder back (git checkout), or move it as
    a whole."""


class ItemInItem(BadInput):
    """{path} lies within the item in {outer}; an item holds no other item, so move one of them."""


class NoSuchOwner(BadInput):
    """{path} names {owner} as approval owner, but there is nobody of that name here; name somebody
    of `titleblock user list`."""


# --- pointers ---------------------------------------------------------------


class BytesNotThere(NotFound):
    """{path} points at bytes that are not in the vault (md5 {md5}); run `dvc push`, then push
    again."""


class PointerWrong(BadInput):
    """{path} says {told}, but the bytes in the vault have {found}; `dvc add` the file again, run
    `dvc push`, amend the commit and push again."""


class FileTwice(BadInput):
    """{path} stands in git although {pointer} points at a file of that name; keep one of them
    (`git rm --cached` the file, or remove the pointer)."""


class OnlyAPointer(BadInput):
    """{path} is a Git LFS pointer, not the file; check out the file itself (`git lfs pull`) and
    check that in with `titleblock checkin`, or `dvc add` it."""


# --- orders -----------------------------------------------------------------


class NotInTheOrder(Refused):
    """{numbers} changed too, but {change} does not hold them; push them to main on their own, or
    cancel {change} and push to refs/for/release again."""


class NothingForRelease(Refused):
    """No item of {commit} differs from its last release, so there is nothing to open an order for;
    check in a change first."""


class ManyOrders(Conflict):
    """The pushed items are in several open orders ({changes}); amend one of them by name:
    `git push origin HEAD:refs/for/release/{first}`."""


# --- where the hooks are ----------------------------------------------------


class NoRepository(NotFound):
    """There is no git repository at {where}; name a clone, a vault, or the vault.git of one."""


class HookTrouble(Unavailable):
    """This is a fault of Titleblock, not of yours, and nothing was changed; give your administrator
    the file {where} on the server."""
