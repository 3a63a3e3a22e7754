# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line that looks at the object store and moves it elsewhere."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING

import click

from vault import errors, terminal
from vault.terminal import say, session

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.objects.moving import Journal, Moved
    from vault.objects.store import ObjectStore


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(objects)


@click.group()
def objects() -> None:
    """Look at where the bytes are kept, or move them elsewhere."""


@objects.command()
@terminal.reads
def status() -> None:
    """Say where the bytes are, whether they can be reached, how many and how large they are."""
    vault = session().vault
    told = {"store": vault.settings.storage, "reachable": True, "why": "", "objects": 0, "bytes": 0}
    try:
        sizes = [size for _md5, size in vault.objects.sizes()]
    except errors.Unavailable as fault:
        if not terminal.wants_json():
            raise
        say({**told, "reachable": False, "why": str(fault)}, "")
        click.get_current_context().exit(fault.exit_code)
    told |= {"objects": len(sizes), "bytes": sum(sizes)}
    say(told, f"{vault.settings.storage}: {len(sizes)} objects, {sum(sizes)} bytes, reachable.")


@objects.command()
@click.argument("url", metavar="URL")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@terminal.reads
def move(url: str, dry_run: bool) -> None:
    """Copy all objects to another store, prove each, and keep new ones there from then on.

    URL is a folder (counted from the vault's), file:///…, or
    s3://BUCKET/FOLDER?endpoint=…&region=…&profile=…; keys come from the usual AWS variables or
    profile.  The vault may be in use meanwhile, but for the last moment.  A run that was
    interrupted is taken up again by the same command; the old store is not changed.
    """
    from vault import settings
    from vault.objects import moving, opening

    vault = session().vault
    session().standing.require("admin")
    if url == vault.settings.storage and "TITLEBLOCK_STORAGE" not in os.environ:
        _there_already(vault, url)
        return
    _can_switch(vault, url)
    settings.checked(vault.root / settings.FILE, storage=url)
    told = moving.journal(vault.root, url)
    target = opening.open_bare(url, vault.root, create=not dry_run,
                               hold_years=vault.settings.hold_years)  # fmt: skip
    plan = moving.plan(vault.objects, target, told)
    if dry_run:
        left = len(plan.open)
        say(
            {"store": url, "objects": plan.objects, "bytes": plan.size, "open": left},
            f"{left} of {plan.objects} objects would be sent or proved at {url}.",
        )
        return
    with terminal.progress("Moving", len(plan.open)) as advance:
        done = moving.move(vault.objects, target, told, advance, plan)
    old = vault.settings.storage
    _switch(vault, url, target, told, done)
    say(
        {"store": url, "objects": done.objects, "bytes": done.size, "sent": done.sent,
         "found": done.found, "old": old},
        [
            f"{done.objects} objects are at {url}: {done.sent} sent now, each proved by its sha256.",
            "From now on the vault keeps them there.",
            f"The old store {old} is untouched; delete it when `titleblock verify` finds all good.",
        ],
    )  # fmt: skip


@contextmanager
def _opening(vault: Vault) -> Iterator[None]:
    """Open the ledger while the store makes its list; earlier it would take from the objects.

    What stops it is raised where the ledger is asked for.
    """

    def work() -> None:
        with suppress(Exception):
            _ = vault.ledger

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _there_already(vault: Vault, url: str) -> None:
    """Say that nothing is to do, once the list of the store agrees with the proofs of the move.

    The store is asked for its list and no byte is read; neither the ledger nor the settings change,
    so neither is loaded for it.  Raises MissingObject where a proved one is not there.
    """
    from vault.objects import moving

    there = dict(vault.objects.sizes())
    proved = moving.journal(vault.root, url).proved
    gone = sorted(md5 for md5, one in proved.items() if there.get(md5) != one.size)
    if gone:
        raise errors.MissingObject(name=f"an object that was proved at {url}", md5=gone[0])
    later = len(there) - len(proved)
    say(
        {"store": url, "objects": len(there), "bytes": sum(there.values()), "sent": 0, "found": 0,
         "old": url, "proved": len(proved)},
        [f"Nothing to do: the vault keeps its {len(there)} objects at {url} already.",
         f"{len(proved)} were proved when they were moved, {later} came since."],
    )  # fmt: skip


def _can_switch(vault: Vault, url: str) -> None:
    if "TITLEBLOCK_STORAGE" in os.environ:
        raise errors.StorageFromEnvironment
    if url.startswith("memory:"):
        raise errors.BadSettings(where=url, why="memory forgets everything")


def _switch(vault: Vault, url: str, target: ObjectStore, told: Journal, done: Moved) -> None:
    """Bring what came in meanwhile, and write the new address while nobody else has the old one."""
    from vault import settings
    from vault.objects import moving

    with vault.presence.alone() as alone:
        if not alone:
            raise errors.VaultInUse(count=done.objects)
        with _opening(vault):
            left = moving.plan(vault.objects, target, told)
        ledger = vault.ledger  # no address is changed that could not be written down
        if left.open:
            moving.move(vault.objects, target, told, begun=left)
            left = moving.plan(vault.objects, target, told)
        if left.open:
            raise errors.MoveIncomplete(count=len(left.open), why=f"{left.open[0]} did not stay.")
        settings.write(vault.root / settings.FILE, storage=url)
    with ledger.writing(session().actor.name) as writing:
        writing.record("storage.moved", "vault", old=vault.settings.storage, new=url,
                       objects=left.objects)  # fmt: skip
