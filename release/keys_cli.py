# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing keys and exports on the command line: what an auditor takes away, and whom it names."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, session, table

if TYPE_CHECKING:
    from release.certificates import State
    from release.keys import KeyState


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(keys)
    trunk.add_command(export)


@click.group(invoke_without_command=True)
@terminal.reads
@click.pass_context
def keys(context: click.Context) -> None:
    """List the keys that sign releases; replace or revoke one.

    The fingerprint is what others compare an export or a mirror with: give it to them by another
    way than the files. `titleblock signers -o FILE` writes the list as git and ssh-keygen read it.
    """
    if context.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    from release import keys as signing_keys

    found = signing_keys.listing(session().vault)
    rows = [(one.fingerprint, _standing(one), one.since or "the first", one.until or "–", one.reason)
            for one in found]  # fmt: skip
    say(
        [asdict(one) for one in found],
        table(["FINGERPRINT", "STATE", "SINCE", "COUNTS UNTIL", "WHY"], rows),
    )


@keys.command()
@click.option("-m", "why", required=True, help="Why it is replaced.")
@terminal.reads
def rotate(why: str) -> None:
    """Replace the signing key by a new one; what the old one signed keeps counting.

    The entry of the release log that names the new key is signed by the old one, whose private part
    is removed afterwards.
    """
    from dataclasses import asdict

    from release import keys as signing_keys

    here = session()
    made = signing_keys.rotate(here.vault, here.actor, why)
    say(asdict(made), f"{made.fingerprint} signs from now on; tell it to whoever verifies exports.")


@keys.command()
@click.argument("fingerprint")
@click.option("--from", "since", required=True, metavar="MOMENT",
              help="What it signed later does not count: 2026-11-01T12:00Z.")  # fmt: skip
@click.option("-m", "why", required=True, help="Why it is revoked.")
@terminal.reads
def revoke(fingerprint: str, since: str, why: str) -> None:
    """Revoke a key that was replaced: `verify` names everything it signed after a moment."""
    from dataclasses import asdict

    from release import keys as signing_keys

    here = session()
    made = signing_keys.revoke(here.vault, here.actor, fingerprint, since, why)
    say(asdict(made), f"{made.fingerprint} counts until {made.until}. Next: titleblock verify")


@keys.group(invoke_without_command=True)
@terminal.reads
@click.pass_context
def certificate(context: click.Context) -> None:
    """Show the certificate that signs released PDFs (`pdf_signature = "on"` in titleblock.toml).

    Any reader of PDFs then shows tampering; one that nobody vouches for has to be trusted in the
    reader once. Compare the fingerprint by another way than the file.
    """
    if context.invoked_subcommand is not None:
        return
    from release import certificates

    _say_certificate(certificates.shown(session().vault))


@certificate.command("make")
@click.option("--name", default="", help="Whose it is [the shop's name].")
@click.option("--years", type=int, default=10, show_default=True, help="How long it holds.")
@terminal.reads
def make_certificate(name: str, years: int) -> None:
    """Make a key and a certificate for it; the key before is removed, what it signed stays good."""
    from release import certificates

    here = session()
    _say_certificate(certificates.make(here.vault, here.actor, name, years))


@certificate.command("take")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--password-stdin", is_flag=True,
              help="Read the password of the file from standard input.")  # fmt: skip
@click.option("--locked", is_flag=True, help="Ask for the password of the file.")
@terminal.reads
def take_certificate(file: Path, password_stdin: bool, locked: bool) -> None:
    """Take over a certificate with its key: PKCS #12 (.p12, .pfx) or PEM, RSA or ECDSA."""
    from release import certificates

    here = session()
    asks = password_stdin or locked
    password = terminal.secret("Password of the file", password_stdin) if asks else ""
    _say_certificate(certificates.take(here.vault, here.actor, file, password))


def _say_certificate(state: State) -> None:
    one = state.now
    vouched = "nobody else vouches for it" if one.own else f"issued by {one.issuer}"
    say(
        state.as_json(),
        [f"{one.subject}, {vouched}; holds from {one.since} to {one.until}.",
         f"SHA-256 {one.fingerprint}",
         "Released PDFs are signed with it." if state.on
         else 'Released PDFs are not signed: set pdf_signature = "on" in titleblock.toml.',
         *(f"Before: {old.subject}, to {old.until}, SHA-256 {old.fingerprint}"
           for old in state.before)],
    )  # fmt: skip


@click.command()
@click.argument("number")
@click.argument("rev", required=False)
@click.option("-o", "out", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="A new or empty folder, or the zip file.")  # fmt: skip
@click.option("--zip", "zipped", is_flag=True, help="One zip file instead of a folder.")
@terminal.reads
def export(number: str, rev: str | None, out: Path, zipped: bool) -> None:
    """Write one release [the current one] as a folder that verifies anywhere, without the vault.

    Files original and stamped, record, change order with its sign-offs, the signed commits they
    stand in, a signed manifest, and a verifier that needs nothing but Python.
    """
    from dataclasses import asdict

    from release import exporting

    here = session()
    made = exporting.export(here.vault, here.actor, number, rev, out.absolute(), zipped=zipped)
    say(
        {**asdict(made), "place": str(made.place)},
        [f"{made.number} {made.rev} ({made.state}): {made.files} files in {made.place}.",
         f"Signed with {made.key}; tell that to the reader by another way.",
         *([] if zipped else [f"Verify it anywhere: python3 -I {made.place}/verify.py"])],
    )  # fmt: skip


def _standing(one: KeyState) -> str:
    if one.signs:
        return "signs"
    return "revoked" if one.revoked else "replaced"
