# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of files from a watched folder: checked in to their item, or put into the inbox.

Two cases ask for care, because a folder knows nothing of the vault's past.  A file that is the
same as an *earlier* iteration is an old copy, not new work.  A file made from a version that
somebody else has replaced meanwhile would undo their work.  Both are reported and left alone.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from release import desk
from release.errors import OlderThanVault, Overtaken
from vault import checkin, errors, following, home, inbox, item, names, settings
from vault.catalogue_rows import ItemRow
from vault.errors import BadInput, Refusal, Refused, TooLarge
from vault.home import Vault
from vault.ledger import engine, people
from vault.ledger.people import Person
from vault.reading import pictures
from vault.watch import belonging, versions
from vault.watch.belonging import Place
from vault.watch.file_names import FileNames
from vault.watch.memory import Memory
from vault.watch.patience import Seen
from vault.watch.versions import Version
from vault.watch.watcher import Away, Later, Taken

INBOX: Final = "inbox"
DELETIONS_NAMED: Final = 5
_TOML: Final = 256 * 1024  # bytes; an item.toml is smaller


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the watcher's report: what happened, as a word and as a sentence."""

    kind: str
    sentence: str
    number: str = ""
    files: tuple[str, ...] = ()
    commit: str = ""


Tell = Callable[[Line], None]
Became = dict[str, Seen | Later]


@dataclass(slots=True)
class VaultDesk:
    """The desk of ``vault.watch.watcher``: it opens the vault when needed, and again after a loss.

    ``place`` is the vault and ``root`` the watched folder; ``aside`` is made where copies lie.
    """

    place: Path
    root: Path
    user: str
    memory: Memory
    aside: Path
    tell: Tell
    vault: Vault | None = None
    file_names: FileNames = field(default_factory=FileNames)
    _groups: dict[str, str] = field(default_factory=dict)
    _at: str = ""

    # --- what the watcher asks ---------------------------------------------------------------

    def group(self, path: str) -> str:
        """Return the item a file belongs to; raises Away."""
        if path not in self._groups:
            with self._opened() as vault:
                found = self._belongs(vault, path)
            self._groups[path] = found.number if found else INBOX
        return self._groups[path]

    def receive(self, batch: tuple[Taken, ...]) -> Became:
        """Check files in, or put them into the inbox; raises Away where the vault is not there."""
        with self._opened() as vault:
            actor = people.get(vault.ledger, self.user)
            self._groups.clear()
            places = {one.path: self._belongs(vault, one.path) for one in batch}
            by_number: dict[str, list[Taken]] = {}
            for one in batch:
                found = places[one.path]
                by_number.setdefault(found.number if found else "", []).append(one)
            became: Became = {}
            for number, taken in by_number.items():
                row = vault.catalogue.item(number) if number else None
                if row is None:
                    became |= self._to_inbox(vault, actor, taken)
                else:
                    became |= self._to_item(vault, actor, row, taken, places)
            return became

    def missing(self, gone: Mapping[str, Seen]) -> None:
        """Report files that were deleted; the vault keeps what it has."""
        kept = [path for path, one in gone.items() if one.outcome == "kept"]
        if len(kept) > DELETIONS_NAMED:
            some = ", ".join(kept[:3])
            self._say("gone", f"{len(kept)} files are gone from the folder ({some} …); the vault "
                      "keeps them all. If the folder is a share that fell away, mount it.",
                      files=kept)  # fmt: skip
            return
        for path in kept:
            one = gone[path]
            self._say("gone", f"{path} was deleted here; {one.number} keeps it. To remove it there "
                      f"too: titleblock checkin {one.number} --remove {one.name}",
                      one.number, [path])  # fmt: skip

    def say(self, kind: str, sentence: str, *paths: str) -> None:
        """Report what the watcher itself has to say."""
        self._say(kind, sentence, files=paths)

    def close(self) -> None:
        """Let go of the vault."""
        if self.vault is not None:
            self.vault.close()
            self.vault = None

    # --- where files belong ------------------------------------------------------------------

    def _belongs(self, vault: Vault, path: str) -> Place | None:
        filed = inbox.of_origin(vault, self._origin(path))
        if filed is not None and filed.state == "filed":
            return Place(filed.number, "it was filed there from the inbox")
        manifest = self._manifest(path)
        return belonging.place(path, self.root.name, manifest, _known(vault), self._named(vault))

    def _manifest(self, path: str) -> str | None:
        """Return the number in the item.toml beside a file, or None where none can be read."""
        beside = self.root / PurePosixPath(path).parent / item.FILE
        try:
            if beside.is_symlink() or beside.stat().st_size > _TOML:
                return None
            return item.parse(beside.read_bytes(), item.FILE).number
        except (OSError, Refusal):
            return None

    def _named(self, vault: Vault) -> Callable[[str], str | None]:
        return lambda name: _item_at(vault, self.file_names.named(name))

    def _guess(self, vault: Vault, path: str, copy: Path) -> Place | None:
        def text() -> str:
            if not path.lower().endswith(".pdf"):
                return ""
            with contextlib.suppress(Refusal):
                return " ".join(pictures.facts(vault.worker, copy)["text"])
            return ""

        manifest = self._manifest(path)
        if manifest is not None:
            return Place(manifest, f"the item.toml beside it says so, but there is no {manifest}")
        return belonging.guess(
            path, self.root.name, _known(vault),
            lambda stem: _item_at(vault, self.file_names.stem(stem)), text,
        )  # fmt: skip

    # --- to the inbox ------------------------------------------------------------------------

    def _to_inbox(
        self, vault: Vault, actor: Person, batch: Sequence[Taken], why: str = ""
    ) -> Became:
        became: Became = {}
        for one in batch:
            name = PurePosixPath(one.path).name
            guess = self._guess(vault, one.path, one.copy)
            told = guess.number if guess else "", why or (guess.why if guess else "")
            try:
                made = inbox.put(vault, actor, self._origin(one.path), name, one.copy, *told)
            except Refusal as refusal:
                became[one.path] = self._refused(one, refusal)
                continue
            self._moved_away(vault, actor, one)
            became[one.path] = Seen(one.look, one.sha256, "inbox")
            if made.state == "waiting" and (one.before is None or one.before.sha256 != made.sha256):
                perhaps = f", perhaps {told[0]} ({told[1]})" if told[0] else ""
                self._say("inbox", f"{one.path} belongs to no item for certain{perhaps}; it waits in "
                          f"the inbox as {made.id}: titleblock inbox file {made.id} "
                          f"{told[0] or 'NUMBER'}", files=[one.path])  # fmt: skip
        return became

    def _moved_away(self, vault: Vault, actor: Person, one: Taken) -> None:
        """Take an entry out of the inbox whose file has another name now."""
        former = (
            inbox.of_origin(vault, self._origin(one.renamed_from)) if one.renamed_from else None
        )
        if former is not None and former.state == "waiting" and former.sha256 == one.sha256:
            inbox.done(vault, actor, former, "dropped", note=f"renamed to {one.path}")

    def _origin(self, path: str) -> str:
        return f"{platform.node()}:{self.root}/{path}"

    # --- to an item --------------------------------------------------------------------------

    def _to_item(
        self, vault: Vault, actor: Person, row: ItemRow, batch: Sequence[Taken],
        places: Mapping[str, Place | None],
    ) -> Became:  # fmt: skip
        there = versions.current(vault, row)
        became: Became = {}
        go: dict[str, Taken] = {}
        crowded = []
        for one in sorted(batch, key=lambda one: (_rank(places[one.path]), one.path)):
            name = PurePosixPath(one.path).name
            try:
                name = names.file_name(name)
                holder = self.memory.holder(row.number, name)
                if any(names.fold(name) == names.fold(other) for other in go) or (
                    holder not in (None, one.path, one.renamed_from)
                ):
                    crowded.append(one)
                    continue
                self._is_newer(vault, row, there.get(names.fold(name)), one)
            except Overtaken as refusal:
                became[one.path] = Later(str(refusal))
                continue
            except OlderThanVault as refusal:
                became[one.path] = Seen(one.look, one.sha256, "older", row.number, name, one.sha256)
                self._say("older", str(refusal), row.number, [one.path])
                continue
            except Refusal as refusal:
                became[one.path] = self._refused(one, refusal)
                continue
            go[name] = one
        became |= self._checked_in(vault, actor, row, go, there)
        why = "the folder has another file of this name for that item"
        return became | self._to_inbox(vault, actor, crowded, why)

    def _is_newer(self, vault: Vault, row: ItemRow, current: Version | None, one: Taken) -> None:
        """Raise OlderThanVault or Overtaken where checking the file in would undo somebody's work."""
        if current is None or current.sha256 == one.sha256:
            return
        base = self._base(vault, row, one)
        if base == current.sha256:
            return
        if base:
            raise Overtaken(
                name=current.name, number=row.number, by=row.changed_by, at=row.changed_at
            )
        at = versions.earlier(vault, row, current, one.sha256)
        if at:
            raise OlderThanVault(name=current.name, number=row.number, at=at)

    def _base(self, vault: Vault, row: ItemRow, one: Taken) -> str:
        """Return which content of the item a file was made from, or nothing where nobody knows."""
        if one.before is None:
            return ""
        if one.before.outcome == "inbox":
            filed = inbox.of_origin(vault, self._origin(one.path))
            return filed.sha256 if filed is not None and filed.number == row.number else ""
        return one.before.base if one.before.number == row.number else ""

    def _checked_in(
        self, vault: Vault, actor: Person, row: ItemRow, go: Mapping[str, Taken],
        there: Mapping[str, Version],
    ) -> Became:  # fmt: skip
        became: Became = {}
        new, remove = {}, []
        for name, one in go.items():
            current = there.get(names.fold(name))
            former = self._former(row, one, there)
            if former and names.fold(former) != names.fold(name):
                remove.append(former)
            if current is None or (current.name, current.sha256) != (name, one.sha256):
                new[name] = one
            became[one.path] = Seen(one.look, one.sha256, "kept", row.number, name, one.sha256)
        if not (new or remove):
            return became
        try:
            became |= self._committed(vault, actor, row, new, remove)
        except Refusal as refusal:
            return became | self._sorted_out(vault, actor, row, new, remove, refusal)
        for one in new.values():
            self._moved_away(vault, actor, one)
        return became

    def _committed(
        self, vault: Vault, actor: Person, row: ItemRow, new: Mapping[str, Taken],
        remove: Sequence[str],
    ) -> Became:  # fmt: skip
        listed = ", ".join(new)
        message = f"{listed or 'files'} saved in {self.root.name}"
        if remove:
            message = f"{', '.join(remove)} renamed to {listed or 'a file that is there already'}"
        files = {name: one.copy for name, one in new.items()}
        try:
            made = desk.check_in(vault, actor, row.number, files, message, remove)
        except errors.NothingToCheckIn:
            return {}
        what = f"{', '.join(remove)} is now called {listed}" if remove else f"{listed} checked in"
        self._say("renamed" if remove else "checked in", f"{row.number}: {what}.", row.number,
                  [one.path for one in new.values()], made.commit)  # fmt: skip
        return {}

    def _sorted_out(
        self, vault: Vault, actor: Person, row: ItemRow, new: Mapping[str, Taken],
        remove: Sequence[str], refusal: Refusal,
    ) -> Became:  # fmt: skip
        """Return what became of files that were refused together: the good ones go in alone."""
        if not _is_final(refusal):
            return {one.path: Later(str(refusal)) for one in new.values()}
        good, became = dict(new), Became()
        for name, one in new.items():
            try:
                checkin.checked(vault, name, one.copy)
            except Refusal as fault:
                became[one.path] = self._refused(one, fault)
                del good[name]
        if len(good) == len(new):  # none is bad by itself
            return {one.path: self._refused(one, refusal) for one in new.values()}
        if good:
            try:
                became |= self._committed(vault, actor, row, good, remove)
            except Refusal as again:
                became |= {one.path: Later(str(again)) for one in good.values()}
        return became

    def _former(self, row: ItemRow, one: Taken, there: Mapping[str, Version]) -> str:
        """Return the name in the item that a renamed file had, where it still has those bytes."""
        before = self.memory.seen.get(one.renamed_from)
        if before is None or before.outcome != "kept" or before.number != row.number:
            return ""
        current = there.get(names.fold(before.name))
        return current.name if current is not None and current.sha256 == one.sha256 else ""

    def _refused(self, one: Taken, refusal: Refusal) -> Seen | Later:
        if not _is_final(refusal):
            return Later(str(refusal))
        self._say("refused", f"{one.path} stays out: {refusal}", files=[one.path])
        before = one.before or Seen(None, "", "refused")
        return replace(before, look=one.look, sha256=one.sha256, outcome="refused")

    def _say(
        self, kind: str, sentence: str, number: str = "", files: Sequence[str] = (),
        commit: str = "",
    ) -> None:  # fmt: skip
        self.tell(Line(kind, sentence, number, tuple(files), commit))

    # --- the vault, there or not -------------------------------------------------------------

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Vault]:
        """Give the vault, up to date; raises Away where it cannot be reached or answers nothing."""
        try:
            if self.vault is None:
                self.vault = home.open_vault(self.place)
            main = following.follow(self.vault)
            self.file_names.follow(self.vault, main)
            self.aside.mkdir(parents=True, exist_ok=True)  # now the vault is surely there
            if main != self._at:
                self._groups.clear()
                self._at = main
            yield self.vault
        except Exception as fault:
            there = self._is_there()
            if there and not isinstance(fault, (Refusal, OSError, *engine.TROUBLE)):
                raise  # not a vault that is away, but a bug
            self.close()
            why = f"does not answer: {fault}" if there else f"is not at {self.place}."
            raise Away(f"The vault {why}") from fault

    def _is_there(self) -> bool:
        try:
            return all((self.place / one).is_file() for one in (settings.FILE, f"{home.GIT}/HEAD"))
        except OSError:  # a share that went stale
            return False


def _is_final(refusal: Refusal) -> bool:
    """Say whether only other bytes can change a refusal; else it is tried again later."""
    return isinstance(refusal, BadInput | TooLarge | Refused)


def _rank(found: Place | None) -> int:
    return found.rank if found else 0


def _known(vault: Vault) -> Callable[[str], str | None]:
    def known(text: str) -> str | None:
        row = vault.catalogue.item(text) if text.isascii() else None
        return row.number if row else None

    return known


def _item_at(vault: Vault, folder: str | None) -> str | None:
    row = vault.catalogue.item_at(folder) if folder else None
    return row.number if row else None
