# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is found out about the items of an order, so that the rules can judge it.

Rules, people and the release log are read once for a whole order.  Only what some rule that applies
asks for is looked up; what cannot be found out is kept as such, with the reason, and passes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, Final

from release import log as release_log
from release import readings, requirements
from release.change import Order, OrderItem
from release.errors import NoSuchRevision
from release.finding import Finding
from release.log import ReleaseLog, Revision
from release.rules.case import Block, Case, Child, Holder, Known, Need, Standing
from release.rules.condition import About
from release.rules.content import ChildrenReleased, SaysMetadata
from release.rules.distributed import Asked
from release.rules.grammar import Rules
from vault import bom, canonical, clock, errors, grammars, item, locks, names
from vault.home import Vault
from vault.ledger import people
from vault.objects.store import Digest

APPROVER: Final = "approver"
MOST_CHILDREN: Final = 5_000
_NOTES: Final = (".recall.json", "current.json")
_ROUTE: Final = "route.toml"


class Inquiry:
    """Asks the vault about one item after another; good for one judging, then thrown away."""

    def __init__(
        self, vault: Vault, rules: Rules, log: ReleaseLog | None = None, now: str = "",
        people_then: Mapping[str, frozenset[str]] | None = None,
    ) -> None:  # fmt: skip
        """Judge by these rules, at the present or as log, clock and people once stood.

        Locks of the past are on no record, so then there are none.
        """
        self._vault = vault
        self.rules = rules
        self.log = log or ReleaseLog(vault)
        self.now = now or clock.now()
        self._is_past = bool(now)
        self._people_then = people_then
        self._note = cache(self._note_of)
        self._lines = cache(self._released_lines)
        self._working = cache(vault.history.folder_of)
        self._released = cache(self._latest)

    # --- judging ---------------------------------------------------------------------------------

    def judged(self, order: Order, one: OrderItem, letter: str = "") -> tuple[Finding, ...]:
        """Return every finding on an item; ``letter`` where it is known which it gets."""
        case = self.case(order, one, letter)
        return requirements.judged(self.rules.requirements, self.looked_up(case))

    def asked_to_read(self, order: Order, one: OrderItem, letter: str = "") -> tuple[Asked, ...]:
        """Return who has to acknowledge an item's new revision, each once: by the order, by lists.

        A list of which it cannot be told whether it applies asks nobody here; its finding is open.
        """
        found = {name: Asked(name, order.change) for name in order.readers}
        if self.rules.lists:
            case = self.case(order, one, letter)
            for rule in self.rules.lists:
                try:
                    names = rule.readers(case)
                except errors.Refusal:
                    continue
                for name in names:
                    found.setdefault(name, Asked(name, rule.name))
        return tuple(found.values())

    def case(self, order: Order, one: OrderItem, letter: str = "") -> Case:
        """Return what is known of an item without looking into its files."""
        released = self._released(one.number)
        current = self._note(one.number).get("state") == "current"
        return Case(
            order=order, item=one, approvers=self.approvers, people=self.people,
            deputies=self.rules.deputies, groups=self.rules.groups,
            released_owner=released.owner if released else None,
            released_tree=released.tree if released and current else None,
            about=self._about(one, released), letter=letter or self.next_label(one.number),
            scheme=self.rules.scheme, now=self.now,
        )  # fmt: skip

    def looked_up(self, case: Case) -> Case:
        """Return a case with all that the rules that apply ask for."""
        needs: set[Need] = set()
        for rule in self.rules.requirements:
            if not rule.needs <= needs and _applies(case, rule.when.refuses):
                needs |= rule.needs
        ways: Mapping[Need, tuple[str, Callable[[Case], Any]]] = {
            "faults": ("faults", self._faults), "manifests": ("manifests", self._manifests),
            "children": ("children", self._children), "lock": ("lock", self._lock),
            "blocks": ("blocks", self._blocks),
        }  # fmt: skip
        told: dict[str, Any] = {}
        unknown: dict[str, str] = {}
        for need in needs:
            field, way = ways[need]
            try:
                told[field] = way(case)
            except errors.Refusal as refusal:
                unknown[need] = str(refusal)
            except Exception as fault:  # noqa: BLE001 - what fails here is an error finding, not a crash
                unknown[need] = f"it could not be looked up: {type(fault).__name__}: {fault}"
        return replace(case, known=Known(**told, unknown=unknown))

    # --- what is the same for all items --------------------------------------------------------

    @cached_property
    def people(self) -> dict[str, frozenset[str]]:
        """Return the active people with their roles."""
        if self._people_then is not None:
            return dict(self._people_then)
        everybody = people.everybody(self._vault.ledger)
        return {one.name: one.roles for one in everybody if not one.disabled}

    @cached_property
    def approvers(self) -> dict[str, frozenset[str]]:
        """Return the active people who may approve at all, with their roles."""
        return {name: roles for name, roles in self.people.items() if APPROVER in roles}

    @cached_property
    def _asks_metadata(self) -> bool:
        return any(one.when.metadata or isinstance(one, SaysMetadata)
                   for one in self.rules.requirements)  # fmt: skip

    @cached_property
    def _asks_stations(self) -> bool:
        return any(one.when.station for one in self.rules.requirements)

    @cached_property
    def _asks_all_levels(self) -> bool:
        return any(isinstance(one, ChildrenReleased) and one.levels == "all"
                   for one in self.rules.requirements)  # fmt: skip

    def next_label(self, number: str) -> str:
        """Return the label the next release of an item gets: one that was never given before.

        Where the scheme was changed since the last release, the new one starts at its first label.
        """
        scheme, latest = self.rules.scheme, self._note(number).get("rev")
        if latest is None:
            return scheme.first()
        given = self._given(number)
        try:
            label = scheme.after(latest)
        except errors.BadRevision:
            label = scheme.first()
        while label in given:
            label = scheme.after(label)
        return label

    # --- inside ----------------------------------------------------------------------------------

    def _note_of(self, number: str) -> dict[str, Any]:
        """Return which revision of an item is the latest and how it stands; empty where none is."""
        tip = self.log.tip
        path = release_log.standing_path(number)
        data = None if tip is None else self._vault.history.blob(tip, path)
        return {} if data is None else dict(canonical.loads(data))

    def _given(self, number: str) -> set[str]:
        """Return the labels an item ever had, from the names of its records alone."""
        found = self._vault.history.folder(self.log.tip or "", release_log.folder(number))
        return {name.removesuffix(".json") for name in found if not name.endswith(_NOTES)}

    def _latest(self, number: str) -> Revision | None:
        """Return the latest revision, recalled or not: a recall hands no authority to a draft."""
        rev = self._note(number).get("rev")
        try:
            return self.log.revision(number, rev) if rev else None
        except NoSuchRevision:
            return None

    def _about(self, one: OrderItem, released: Revision | None) -> tuple[About, ...]:
        now = About(
            one.number, one.kind, one.path, self._metadata(self._blob(one, item.FILE)),
            self._stations(self._blob(one, _ROUTE)) if self._asks_stations else (),
        )  # fmt: skip
        if released is None:
            return (now,)
        data, route = None, None
        if self._asks_metadata:
            data = self._was(released, item.FILE)
        if self._asks_stations:
            route = self._was(released, _ROUTE)
        return (now, About(released.number, released.kind, released.path, self._metadata(data),
                           self._stations(route)))  # fmt: skip

    def _was(self, released: Revision, name: str) -> bytes | None:
        return self._vault.history.blob(released.source_commit, f"{released.path}/{name}")

    def _stations(self, route: bytes | None) -> tuple[str, ...] | None:
        """Return the stations a route names, none where there is no route, None for an odd one."""
        try:
            told = None if route is None else grammars.parsed(_ROUTE, route, _ROUTE)
        except errors.Refusal:
            return None
        return () if told is None else tuple(dict.fromkeys(one.station for one in told.steps))

    def _metadata(self, data: bytes | None) -> Mapping[str, Any] | None:
        if not self._asks_metadata:
            return {}
        try:
            return None if data is None else item.parse(data, item.FILE).metadata
        except errors.BadManifest:
            return None

    def _blob(self, one: OrderItem, name: str) -> bytes | None:
        entry = self._working(one.tree).get(name) if one.tree else None
        return None if entry is None else self._vault.history.blob_of(entry.oid)

    def _faults(self, case: Case) -> dict[str, str]:
        """Return, for every file of an item that cannot be released, why not."""
        found: dict[str, str] = {}
        for file in case.item.files:
            if not file.md5:
                continue
            digest = Digest(md5=file.md5, sha256=file.sha256, size=file.size)
            try:
                path = self._vault.objects.path(digest, file.name)
            except errors.Refusal as refusal:
                found[file.name] = str(refusal)
                continue
            if file.is_pdf and (why := readings.fault(self._vault, file, path)):
                found[file.name] = why
        return found

    def _manifests(self, case: Case) -> dict[str, str]:
        """Return, for every small text file with a grammar, what is wrong with it, or nothing."""
        found: dict[str, str] = {}
        for file in case.item.files:
            if file.name not in grammars.KEPT_IN_GIT or file.name == item.FILE:
                continue
            found[file.name] = ""
            data = self._blob(case.item, file.name)
            try:
                grammars.check(file.name, data or b"", file.name)
            except errors.Refusal as refusal:
                found[file.name] = str(refusal)
        return found

    def _blocks(self, case: Case) -> dict[str, Block]:
        return {file.name: readings.block(self._vault, file)
                for file in case.item.files if file.is_pdf and file.md5}  # fmt: skip

    def _lock(self, case: Case) -> Holder | None:
        lock = None if self._is_past else locks.held(self._vault, case.item.number)
        return None if lock is None else Holder(lock.by, lock.at)

    def _children(self, case: Case) -> tuple[Child, ...] | None:
        """Return what an item is made of, each child once for every parent that has it."""
        data = self._blob(case.item, bom.FILE)
        if data is None:
            return None
        return tuple(self._below(case.order, case.item.number, bom.parse(data)))

    def _below(self, order: Order, parent: str, lines: tuple[bom.Line, ...]) -> Iterator[Child]:
        along = {names.fold(one.number): one for one in order.items}
        waiting = [(parent, lines)]
        seen = {names.fold(parent)}
        count = 0
        while waiting:
            above, its = waiting.pop()
            for line in its:
                count += 1
                if count > MOST_CHILDREN:
                    raise errors.BadManifest(
                        where=parent, why=f"it has more than {MOST_CHILDREN} parts"
                    )
                fold = names.fold(line.number)
                with_it = along.get(fold)
                yield self._child(line.number, above, with_it)
                if self._asks_all_levels and fold not in seen:
                    seen.add(fold)
                    data = self._blob(with_it, bom.FILE) if with_it else None
                    below = bom.parse(data) if data else () if with_it else self._lines(line.number)
                    waiting.append((line.number, below))

    def _child(self, number: str, parent: str, with_it: OrderItem | None) -> Child:
        note = self._note(number)
        standing: Standing
        if with_it is not None:
            standing = "in order"
        elif note.get("state") == "current":
            standing = "current"
        elif note:
            standing = "recalled"
        elif self._vault.catalogue.item(number) is None:
            standing = "unknown"
        else:
            standing = "never released"
        return Child(number, parent, standing, str(note.get("rev", "")))

    def _released_lines(self, number: str) -> tuple[bom.Line, ...]:
        """Return the lines of a bill of materials as it was released."""
        released = self._released(number)
        if released is None or all(file.name != bom.FILE for file in released.files):
            return ()
        return bom.parse(self.log.read(released, bom.FILE))


def _applies(case: Case, refuses: Callable[[tuple[About, ...], str], str | None]) -> bool:
    try:
        return refuses(case.about, case.order.change_class) is None
    except errors.Refusal:
        return False  # the finding says so
