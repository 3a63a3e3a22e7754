# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vault served by a process of its own, and people with the programs they have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault

BIN = Path(sys.executable).parent
PATIENCE_S = 90


@dataclass
class Server:
    """``titleblock serve`` on a port of its own; may be killed and started again."""

    root: Path
    port: int
    workers: int = 2
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and return when it answers."""
        self.process = subprocess.Popen(
            [BIN / "titleblock", "--vault", self.root, "serve", "--port", str(self.port),
             "--workers", str(self.workers)],
            start_new_session=True,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except OSError:
                assert self.process.poll() is None, "the server stopped"
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.05)
            else:
                return

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop all its processes; with SIGKILL they get no chance to tidy up."""
        if self.process is not None:
            process, self.process = self.process, None
            os.killpg(process.pid, how)
            try:
                process.wait(PATIENCE_S)
            finally:
                if process.poll() is None:  # else the next test pays for this one
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


@pytest.fixture
def server(vault: Vault) -> Iterator[Server]:
    """Return a server of the vault that answers."""
    from web.serving import free_port

    served = Server(vault.root, free_port("127.0.0.1"))
    served.start()
    yield served
    served.stop()


@pytest.fixture
def token(vault: Vault) -> Callable[..., str]:
    """Return a maker of tokens: ``token("eli")``, ``token("eli", "read")``."""
    from vault.ledger import people

    def issued(name: str, scope: str = "git") -> str:
        return people.issue_token(vault.ledger, name, name, scope)

    return issued
