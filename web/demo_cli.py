# SPDX-License-Identifier: AGPL-3.0-or-later
"""``titleblock demo``: build the sample shop, serve it, say what is worth opening."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the web server.
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.terminal import table

if TYPE_CHECKING:
    from vault.home import Vault

FOLDER = ".demo"


def hang(trunk: click.Group) -> None:
    """Hang this verb on the trunk."""
    trunk.add_command(demo)


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", envvar="PORT", default=8000, show_default=True,
              type=click.IntRange(0, 65535), help="The port; 0 takes a free one [PORT].")  # fmt: skip
@click.option("--once", envvar="ONCE", is_flag=True,
              help="Build, serve, check over HTTP, and stop [ONCE].")  # fmt: skip
def demo(folder: Path | None, host: str, port: int, once: bool) -> None:
    """Build a demo vault with real drawings, releases and jobs, and serve it."""
    from web import serving

    port = serving.free_port(host, port)
    url = f"http://{host}:{port}"
    if once:
        with tempfile.TemporaryDirectory(prefix="titleblock-demo-") as place:
            vault = _built(folder or Path(place) / "demo", url)
            _checked(vault, host, port)
            vault.close()
        return
    vault = _built((folder or Path(FOLDER)).absolute(), url)
    _tell(vault, url)
    root = vault.root
    vault.close()
    serving.serve(root, host, port, 2)


def _built(root: Path, url: str) -> Vault:
    from vault import home
    from web import demo as story

    if story.is_for(root, url):
        click.echo(f"Using the demo vault at {root} (remove it to begin anew).")
        return home.open_vault(root)
    if root.exists():
        root = root.with_name(f"{root.name}-{url.rpartition(':')[2]}")
        if story.is_for(root, url):
            return home.open_vault(root)
    click.echo(f"Building the demo vault at {root}:")
    return story.build(root, url, lambda line: click.echo(f"  · {line}"))


def _tell(vault: Vault, url: str) -> None:
    from web import demo as story

    click.echo("\nWorth opening:")
    for one in story.worth_opening(vault):
        click.echo(f"  {url}{one.path}\n      {one.why}")
    click.echo("\nOr work in a clone, with git and DVC underneath (as eli):")
    click.echo(f"  titleblock --vault {vault.root} --as ada user token eli --scope git")
    click.echo(f"  titleblock --as eli clone {url} demo-work")
    click.echo(f"  git clone {url}/vault.git demo-work  # the token as password")
    click.echo("\nOr take a release along as proof, and see which keys signed:")
    click.echo(f"  titleblock --vault {vault.root} --as mchen export 10-0042 -o proof --zip")
    click.echo(f"  titleblock --vault {vault.root} keys")
    click.echo(f"\nPrinted travelers, labels and order sheet: {vault.root / story.PRINTS}\n")
    click.echo(table(["LOGIN", "ROLES", "PASSWORD", "PIN"], story.logins()))
    click.echo(f"\nStart at {url}/login, for example as mchen. Ctrl+C stops the server.\n")


def _checked(vault: Vault, host: str, port: int) -> None:
    from web import demo_check, errors

    log = vault.root / "serve.log"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-I", "-c", "from vault.cli import main; main()",
             "--vault", str(vault.root), "serve", "--host", host, "--port", str(port)],
            stdout=said, stderr=said, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            demo_check.check(vault, f"http://{host}:{port}", lambda line: click.echo(f"  ✓ {line}"))
        except errors.NotAsPromised:
            click.echo(log.read_text("utf-8", errors="replace")[-4000:], err=True)
            raise
        finally:
            server.terminate()
            server.wait(timeout=20)
    click.echo("The demo is as it should be.")
