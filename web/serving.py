# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running the application: processes of granian, or threads of waitress where there is none.

Two processes of one thread each answer more requests than one of many threads,
because the database gives the interpreter lock away at every row.
"""

from __future__ import annotations

# Imports inside functions: only one of the two servers is there on every system.
import gc
import logging
import os
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from flask import Flask

from release.follower import Follower
from vault import home
from vault.reader import Reader
from web.app import create_app
from web.errors import PortTaken
from web.turns import THREADS, Timed, Turns

ROOT: Final = "TITLEBLOCK_SERVED"
TIMED: Final = "TITLEBLOCK_TIMED"
WAITRESS_THREADS: Final = 8
PARTING_SECONDS: Final = 10
"""How long a stopped server waits for clients that keep their connection open."""


def load() -> Flask:
    """Return the application of one server process; the folder of the vault is in its environment."""
    root = Path(os.environ[ROOT])
    app = create_app(root)
    Reader(root).start()
    Follower(root).start()
    app.wsgi_app = Turns(app.wsgi_app)  # type: ignore[method-assign]
    if os.environ.get(TIMED):
        app.wsgi_app = Timed(app.wsgi_app)  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()  # what is there now stays: walking through it took a page 50 ms now and then
    return app


def free_port(host: str, port: int = 0) -> int:
    """Return the port, or one nobody listens on where it is 0; raises PortTaken.

    Granian would share a port with another server in silence, and every other answer would come
    from the wrong vault.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # there the option means the sharing that is to be found out
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise PortTaken(host=host, port=port) from fault
        return int(probe.getsockname()[1])


def serve(root: Path, host: str, port: int, workers: int, *, timing: bool = False) -> None:
    """Serve a vault until stopped; raises PortTaken or what opening the vault refuses.

    With ``timing`` every answer tells what it cost (`Timed`).
    """
    home.open_vault(root).close()
    os.environ[ROOT] = str(root)
    os.environ[TIMED] = "1" if timing else ""
    if find_spec("granian") is not None:
        _by_granian(host, port, workers)
    else:
        _by_waitress(host, port)


def _by_granian(host: str, port: int, workers: int) -> None:
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    logging.getLogger("_granian").addFilter(_is_news)
    Granian(
        "web.serving:load", address=host, port=port, interface=Interfaces.WSGI, factory=True,
        workers=workers, blocking_threads=THREADS, log_level=LogLevels.warning, websockets=False,
        respawn_failed_workers=True, workers_kill_timeout=PARTING_SECONDS,
    ).serve()  # fmt: skip


def _is_news(record: logging.LogRecord) -> bool:
    """Drop the advice on threads: `Turns` limits how many of them are in the interpreter."""
    return not record.getMessage().startswith("Configuration allows spawning")


def _by_waitress(host: str, port: int) -> None:
    import waitress  # noqa: PLC0415

    app = load()
    waitress.serve(
        app, host=host, port=port, threads=WAITRESS_THREADS, ident=None,
        clear_untrusted_proxy_headers=False,  # we judge them, the same under either server
        max_request_body_size=2**40,  # each address has a limit of its own
    )  # fmt: skip
