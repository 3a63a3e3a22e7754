# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line that founds a vault, tidies it and hands out its public key."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path

import click

from vault import terminal
from vault.terminal import say, session


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(init)
    trunk.add_command(signers)
    trunk.add_command(tidy)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--public-url", help="The base address in every QR [http://127.0.0.1:8000].")
@click.option("--storage", help="Where the bytes go [a folder in the vault].")
@click.option("--ledger", help="The database of people and jobs [a SQLite file in the vault].")
@click.option("--shop-name", default="", help="The name on pages, stamps and travelers.")
@click.option("--admin", metavar="USER", help="The first administrator [--as, else your login].")
@terminal.reads
def init(
    folder: Path, public_url: str | None, storage: str | None, ledger: str | None, shop_name: str,
    admin: str | None,
) -> None:  # fmt: skip
    """Make a new vault in an empty or new folder."""
    from vault import founding

    first = admin or session().user or terminal.login_name()
    vault = founding.found(
        folder.absolute(), first,
        public_url=public_url, storage=storage, ledger=ledger, shop_name=shop_name,
    )  # fmt: skip
    root = vault.root
    vault.close()
    say(
        {"vault": str(root), "admin": first},
        [
            f"The vault is at {root}.",
            f"The first administrator is {first}, who has no password yet. Next:",
            f"  titleblock --vault {root} --as {first} user password {first}",
            f"  titleblock --vault {root} --as {first} user add NAME --role engineer",
            f"  titleblock --vault {root} serve",
        ],
    )


@click.command()
@click.option("-o", "out", type=click.Path(path_type=Path), help="Write to this file.")
@terminal.reads
def signers(out: Path | None) -> None:
    """Print the public key that signs releases, as git and ssh-keygen read it.

    With it anybody checks a release of a clone: `git -c gpg.ssh.allowedSignersFile=FILE
    verify-tag release/<number>/<rev>`.
    """
    from vault import durable

    text = (session().vault.keys / "allowed_signers").read_text("utf-8")
    if out is not None:
        durable.write(out.absolute(), text.encode())
    say({"allowed_signers": text}, text.rstrip() if out is None else f"Written to {out}.")


@click.command()
@terminal.reads
def tidy() -> None:
    """Pack the tags of many releases into one file, and bring the cache below its limit.

    Nothing anybody sees changes: pictures and copies are made again when somebody looks.  The tags are
    worth it after some ten thousand releases, when everything that lists them gets slow.  People
    may work meanwhile.  `git pack-refs` and `git gc` do not do it, and must not.
    """
    from vault import derived
    from vault.history import packing
    from vault.ledger import people

    here = session()
    people.require(here.actor, "admin")
    done = packing.pack_tags(here.vault.history)
    cache = derived.make_room(here.vault.root, here.vault.settings.largest_derived)
    left = cache.size - cache.freed
    say(
        {"tags": done.tags, "packed": done.loose_before - done.loose_after,
         "cache": left, "cache_freed": cache.freed, "cache_removed": cache.removed},
        [f"{done.tags} tags, of which {done.loose_before - done.loose_after} were packed now.",
         f"The cache holds {left // 1_000_000} MB; {cache.freed // 1_000_000} MB were removed now."],
    )  # fmt: skip
