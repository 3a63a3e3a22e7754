# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line that serves a vault to browsers."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the web server.
import click

from vault.terminal import session
from web import demo_cli


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(serve)
    demo_cli.hang(trunk)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="The port; 0 takes a free one.")  # fmt: skip
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64),
              help="Server processes.")  # fmt: skip
@click.option("--timing", is_flag=True,
              help="Tell in each answer what it cost (Server-Timing), for whoever measures.")  # fmt: skip
def serve(host: str, port: int, workers: int, timing: bool) -> None:
    """Serve the vault to browsers until stopped."""
    from web import serving

    vault = session().vault
    root, public = vault.root, vault.settings.public_url
    port = serving.free_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Serving {root} on http://{shown}:{port} (in QR codes: {public}). Ctrl+C stops it.")
    serving.serve(root, host, port, workers, timing=timing)
