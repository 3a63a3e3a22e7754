# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns: pages are made one at a time by a process, while slow transfers wait for their clients.

A process of one thread answers more pages than one of many, because the database gives the
interpreter lock away at every row.  But one thread alone would be held by an engineer who clones
over a slow line, and two of them would stop the shop floor.  So there are threads enough for
slow transfers, and pages take turns as if there were one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

THREADS: Final = 16
"""Transfers one server process carries at once."""
SLOW_PLACES: Final = ("/vault.git/", "/dvc/")
SLOW_BODY: Final = 64 * 1024  # bytes; a larger one is still arriving when its turn would begin


class Turns:
    """An application in which whatever can be answered at once waits for its turn."""

    def __init__(self, application: Application) -> None:
        """Put an application in turn."""
        self._application = application
        self._turn = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request; what is sent piece by piece is sent after its turn."""
        if takes_long(environ):
            return self._application(environ, start_response)
        with self._turn:
            return self._application(environ, start_response)


def takes_long(environ: Environ) -> bool:
    """Say whether answering waits for the client: by what is asked, or by how much is sent."""
    if str(environ.get("PATH_INFO", "")).startswith(SLOW_PLACES):
        return True
    told = environ.get("CONTENT_LENGTH") or "0"
    return "HTTP_TRANSFER_ENCODING" in environ or not told.isdigit() or int(told) > SLOW_BODY


class Timed:
    """An application that tells what each answer cost, in a ``Server-Timing`` header.

    ``total`` is from the moment the server had the request to the first byte of the answer, in
    milliseconds, the wait for a turn among them; ``cpu`` is the processor time of that.  It is for
    whoever measures, and not told otherwise: exact times tell strangers more than they should know.
    """

    def __init__(self, application: Application) -> None:
        """Time an application, with whatever waiting goes on in it."""
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, and say what it took."""
        begun, worked = time.perf_counter(), time.thread_time()

        def started(status: str, heads: list[tuple[str, str]], *fault: Any) -> Any:
            total = (time.perf_counter() - begun) * 1000
            cpu = (time.thread_time() - worked) * 1000
            told = ("Server-Timing", f"total;dur={total:.2f}, cpu;dur={cpu:.2f}")
            return start_response(status, [*heads, told], *fault)

        return self._application(environ, started)
