# SPDX-License-Identifier: AGPL-3.0-or-later
"""What git itself does for us: SSH-signed commits and tags, refs by compare-and-swap, fsck.

Every call is a fixed verb with names we validated; nothing a person typed
becomes an option, a ref or an address.  The person's own configuration of git
is shut out, so that a vault answers alike on every machine.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import git

from vault import clock, durable, errors
from vault.history import allowed, keyring, sshsig, stale
from vault.history.allowed import EXPORT, GIT, PRINCIPAL, Allowed
from vault.history.keyring import ALLOWED_SIGNERS, KEY
from vault.history.repository import COMMITTER, Author, History, is_oid

NOTHING = "0" * 40


@dataclass(frozen=True, slots=True)
class Key:
    """The vault's signing key: an ed25519 key pair of OpenSSH and the list of keys to trust."""

    private: Path
    allowed_signers: Path

    @property
    def folder(self) -> Path:
        """Return the folder the key lies in."""
        return self.private.parent


def make_key(folder: Path) -> Key:
    """Make the vault's first signing key in a folder only its owner can read.

    Raises MissingProgram where OpenSSH is not installed.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    public = keyring.generated(folder, KEY)
    first = Allowed(PRINCIPAL, public, f"{GIT},{EXPORT}")
    durable.write(folder / ALLOWED_SIGNERS, allowed.written([first]))
    durable.fsync_tree(folder)
    return key_in(folder)


def key_in(folder: Path) -> Key:
    """Return the key that lies in a folder."""
    return Key(folder / KEY, folder / ALLOWED_SIGNERS)


@dataclass(frozen=True, slots=True)
class NewTag:
    """A tag to be made: its name below ``refs/tags/``, the commit it stands for, what it says."""

    name: str
    target: str
    message: str


class Signer:
    """Signs commits and tags of a history with the vault's key, and checks such signatures."""

    def __init__(self, history: History, key: Key) -> None:
        """Bind a key to a history; nothing is run yet."""
        self.history = history
        self._key = key
        self._git = git.Git(str(history.git_dir))

    def commit(self, tree: str, parent: str | None, *, message: str, author: Author) -> str:
        """Write a signed commit of a tree and return it; no ref moves."""
        self._complete_keys()
        with keyring.signing(self._key.folder):
            return self._commit(tree, parent, message, author)

    def commit_at(
        self, at: str, tree: str, parent: str | None, *, message: str, author: Author
    ) -> str:
        """Do what ``commit`` does, told a moment, for who holds the keys (``keyring.replacing``)."""
        return self._commit(tree, parent, message, author, at)

    def _commit(
        self, tree: str, parent: str | None, message: str, author: Author, at: str | None = None
    ) -> str:
        parents = [] if parent is None else ["-p", _oid(parent)]
        made = self._run(
            ["commit-tree", f"-S{self._key.private}", _oid(tree), *parents, "-F", "-"],
            given=message.encode(), author=author, at=at,
        )  # fmt: skip
        return made.strip()

    def seal(self, data: bytes, namespace: str) -> bytes:
        """Return the armoured signature of bytes, as ``ssh-keygen -Y verify`` checks it."""
        self._complete_keys()
        with keyring.signing(self._key.folder):
            return sshsig.sign(self._key.private.read_bytes(), namespace, data)

    def move(
        self, ref: str, new: str, old: str | None, verify: Mapping[str, str | None] | None = None
    ) -> None:
        """Move a ref from ``old`` (None: it does not exist) to ``new``; raises MovedOn.

        ``verify`` names refs that must still stand where they were seen: all are locked
        while the one ref moves, so a decision cannot be overtaken between reading and writing.
        """
        seen = {**(verify or {}), ref: old}
        lines = [f"verify {name} {_oid(at or NOTHING)}" for name, at in seen.items() if name != ref]
        lines.append(f"update {ref} {_oid(new)} {_oid(old or NOTHING)}")
        given = "\n".join([*lines, ""]).encode()
        for last in (False, True):
            try:
                self._run(["update-ref", "--no-deref", "--stdin"], given=given)
            except git.GitCommandError as refusal:
                for name, at in seen.items():
                    if self.history.tip(name) != at:
                        now = self.history.tip(name) or "nothing"
                        raise errors.MovedOn(ref=name, now=now) from refusal
                if last or not all(stale.clear(self.history.git_dir, name) for name in seen):
                    raise errors.DamagedHistory(where=ref, why=_last_line(refusal)) from refusal
            else:
                break
        self.history.settle_on_disk(ref)

    def forget(self, ref: str, old: str) -> None:
        """Remove a ref that still stands at ``old``; for refs of passing use only.

        Raises MovedOn where somebody was first.
        """
        try:
            self._run(["update-ref", "--no-deref", "-d", ref, _oid(old)])
        except git.GitCommandError as refusal:
            if self.history.tip(ref) != old:
                now = self.history.tip(ref) or "nothing"
                raise errors.MovedOn(ref=ref, now=now) from refusal
            raise errors.DamagedHistory(where=ref, why=_last_line(refusal)) from refusal
        self.history.settle_on_disk(ref)

    def refs(self, prefix: str) -> list[tuple[str, str]]:
        """Return the refs below a prefix with their targets, by name; reads no other refs."""
        said = self._run(["for-each-ref", "--format=%(refname) %(objectname)", prefix])
        parts = (line.partition(" ") for line in said.splitlines())
        return [(name, target) for name, _, target in parts]

    def started(self, words: Sequence[str]) -> git.Git.AutoInterrupt:
        """Start a verb of git that is fed on its standard input, and return the process."""
        return self._git.execute(
            self._argv(words), env=_environment(), as_process=True, istream=subprocess.PIPE
        )

    def tag(self, name: str, target: str, message: str, author: Author) -> str:
        """Create a signed annotated tag and return its ref; raises MovedOn where the name is taken.

        The tag object names the moment of now; a tag is never moved.
        """
        self._complete_keys()
        with keyring.signing(self._key.folder):
            self._run(
                ["-c", f"user.signingkey={self._key.private}", "tag", "-s", "-F", "-", "--", name,
                 _oid(target)],
                given=message.encode(), author=author, taken=f"refs/tags/{name}",
            )  # fmt: skip
        self.history.settle_on_disk(f"refs/tags/{name}")
        return f"refs/tags/{name}"

    def tags(self, wanted: Sequence[NewTag]) -> None:
        """Create many signed annotated tags, by the vault itself, with two waits for the disk.

        Made one by one each would cost a process and a flush.  One that is there already, since
        somebody else makes the same ones, stays as it is.
        """
        if not wanted:
            return
        self._complete_keys()
        with keyring.signing(self._key.folder):
            private = self._key.private.read_bytes()
            made = self.history.kept_tags(
                [_tag_object(one, lambda data: sshsig.sign(private, GIT, data)) for one in wanted]
            )
        refs = {f"refs/tags/{one.name}": oid for one, oid in zip(wanted, made, strict=True)}
        if not self._created(refs):
            for ref, oid in refs.items():
                if self.history.tip(ref) is None:
                    self._created({ref: oid})
        self._flush(list(refs))

    def _created(self, refs: Mapping[str, str]) -> bool:
        """Create refs, all or none, and say whether they were; they are flushed by ``_flush``."""
        given = "".join(f"create {ref} {_oid(oid)}\n" for ref, oid in refs.items()).encode()
        words = ["-c", "core.fsync=all,-reference", "update-ref", "--no-deref", "--stdin"]
        try:
            self._run(words, given=given)
        except git.GitCommandError as refusal:
            if all(self.history.tip(ref) is None for ref in refs):
                raise errors.DamagedHistory(
                    where=next(iter(refs)), why=_last_line(refusal)
                ) from refusal
            return False
        return True

    def _flush(self, refs: Sequence[str]) -> None:
        """Flush refs and every folder on the way to them, all at the same time."""
        files = [self.history.git_dir / ref for ref in refs]
        folders = {folder for file in files for folder in file.parents
                   if folder.is_relative_to(self.history.git_dir / "refs")}  # fmt: skip
        with contextlib.ExitStack() as opened:
            handles = []
            for file in files:
                with contextlib.suppress(FileNotFoundError):  # packed meanwhile
                    handles.append(opened.enter_context(file.open("rb")).fileno())
            durable.fsync_handles(handles)
        durable.fsync_folders(folders)

    def commit_fault(self, commit: str) -> str | None:
        """Return why git itself does not let a commit pass, or None; a process for each question."""
        return self._checked(["verify-commit", _oid(commit)])

    def tag_fault(self, oid: str) -> str | None:
        """Return why git itself does not let a tag object pass, or None where it does."""
        return self._checked(["verify-tag", _oid(oid)])

    def damage(self) -> list[str]:
        """Return what git's own check of the whole repository finds wrong, a line for each fault."""
        status, said, complaint = self._git.execute(
            self._argv(["fsck", "--full", "--strict", "--no-dangling", "--no-progress"]),
            env=_environment(), with_extended_output=True, with_exceptions=False,
        )  # fmt: skip
        lines = [line for line in f"{said}\n{complaint}".splitlines() if line.strip()]
        return lines or (["git fsck failed"] if status else [])

    # --- inside --------------------------------------------------------------

    def _complete_keys(self) -> None:
        if keyring.begun(self._key.folder):  # a crash left a replacement half done
            with keyring.replacing(self._key.folder):
                keyring.complete(self.history, self._key.folder)

    def _argv(self, words: Sequence[str]) -> list[str]:
        return [
            "git", f"--git-dir={self.history.git_dir}",
            "-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={self._key.allowed_signers}",
            "-c", "core.fsync=all", "-c", "core.useReplaceRefs=false", "-c", "core.hooksPath=/dev/null",
            "-c", "core.filesRefLockTimeout=5000",
            *words,
        ]  # fmt: skip

    def _run(
        self,
        words: Sequence[str],
        given: bytes = b"",
        author: Author | None = None,
        taken: str = "",
        at: str | None = None,
    ) -> str:
        told = _environment(author)
        if at is not None:
            told |= {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        try:
            answer = subprocess_run(self._git, self._argv(words), given, told)
        except git.GitCommandError as failure:
            if taken and self.history.tip(taken) is not None:
                raise errors.MovedOn(ref=taken, now=self.history.tip(taken)) from failure
            raise
        return answer

    def _checked(self, words: Sequence[str]) -> str | None:
        status, _said, complaint = self._git.execute(
            self._argv(words), env=_environment(), with_extended_output=True, with_exceptions=False
        )
        if status == 0:
            return None
        return _last(str(complaint)) or "the signature does not hold"


def _tag_object(one: NewTag, sign: Callable[[bytes], bytes]) -> bytes:
    """Return an annotated tag as git stores it: what it says, and the signature of that."""
    name, email = COMMITTER
    told = (
        (
            f"object {_oid(one.target)}\ntype commit\ntag {one.name}\n"
            f"tagger {name} <{email}> {int(clock.instant().timestamp())} +0000\n\n{one.message.strip()}\n"
        )
        .replace("\0", "")
        .encode()
    )
    return told + sign(told)


def subprocess_run(
    runner: git.Git, argv: list[str], given: bytes, environment: dict[str, str]
) -> str:
    """Run git with bytes on its standard input; raises GitCommandError where it fails."""
    process = runner.execute(argv, env=environment, as_process=True, istream=subprocess.PIPE)
    said, complaint = process.communicate(given)
    if process.returncode:
        raise git.GitCommandError(argv, process.returncode, complaint, said)
    return str(said, "utf-8") if isinstance(said, bytes) else said


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def _last_line(failure: git.GitCommandError) -> str:
    return _last(str(failure.stderr)) or "git gave no reason"


def _oid(text: str) -> str:
    if not is_oid(text):
        raise errors.DamagedHistory(where=text, why="it is not an object name")
    return text


def _environment(author: Author | None = None) -> dict[str, str]:
    name, email = (author.name, author.email) if author else COMMITTER
    return {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "0",
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email or f"{name}@localhost",
        "GIT_COMMITTER_NAME": COMMITTER[0],
        "GIT_COMMITTER_EMAIL": COMMITTER[1],
        "LC_ALL": "C",
        "TZ": "UTC",
    }
