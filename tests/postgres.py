# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real PostgreSQL server for tests, in a folder of its own, on a free loopback port."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 60
ROLE = "titleblock"


def programs() -> Path | None:
    """Return the folder of the server's programs, the newest there is, or None."""
    places = [Path(found).parent for found in [shutil.which("postgres")] if found]
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: -int(one.parent.name)
    )
    return next((one for one in places if (one / "initdb").is_file()), None)


def _port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _is_root() -> bool:
    return os.geteuid() == 0


def _folder() -> Path:
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="tb-postgres-", dir=memory if memory.is_dir() else "/tmp"))
    if _is_root():
        import pwd

        owner = pwd.getpwnam("postgres")
        os.chown(made, owner.pw_uid, owner.pw_gid)
    return made


@dataclass
class Postgres:
    """One server; it does not run as root, so root lends it the package's own user."""

    bin: Path
    folder: Path = field(default_factory=_folder)
    port: int = field(default_factory=_port)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it on its data, made where there are none, and return when it answers."""
        data = self.folder / "data"
        if not data.exists():
            made = [self.bin / "initdb", "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8"]
            subprocess.run(
                [*made, "--locale=C", "-N"], check=True, capture_output=True, **self._as()
            )
        words = [self.bin / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(self.port)]
        words += ["-k", self.folder, "-c", "max_connections=60", "-c", "shared_buffers=32MB"]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [str(one) for one in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                **self._as(),
            )  # fmt: skip
        end = time.monotonic() + PATIENCE_S
        while not self._answers():
            said = (self.folder / "log.txt").read_text(errors="replace")[-3000:]
            assert self.process.poll() is None, f"the server stopped: {said}"
            assert time.monotonic() < end, f"the server does not answer: {said}"
            time.sleep(0.1)

    def stop(self, how: str = "-INT") -> None:
        """Stop it; ``-QUIT`` as a crash would."""
        if self.process is not None:
            subprocess.run(["kill", how, str(self.process.pid)], check=False)
            self.process.wait(30)
            self.process = None

    def remove(self) -> None:
        """Stop it and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, template: str = "template0", **locale: str) -> str:
        """Make an empty database and return its address."""
        name = f"tb_{secrets.token_hex(6)}"
        more = " ".join(f"{key} '{value}'" for key, value in locale.items())
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template} {more}")
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{name}"

    def ask(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run one statement as the server's owner and return its rows."""
        import psycopg

        address = f"host=127.0.0.1 port={self.port} user={ROLE} dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            found = connection.execute(statement)  # type: ignore[call-overload]
            return list(found) if found.description else []

    def _answers(self) -> bool:
        import psycopg

        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _as(self) -> dict[str, Any]:
        return (
            {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": self.folder}
            if _is_root()
            else {}
        )
