# SPDX-License-Identifier: AGPL-3.0-or-later
"""git over HTTP at ``/vault.git``: ``git http-backend`` behind the guard, streamed both ways.

No body is ever held whole: a thread feeds what the client sends, and what git says goes out as it
comes.  The hooks judge a push; they learn from ``REMOTE_USER`` whose token it was.  Work branches
are private: nobody but their owner and administrators, who make mirrors, is shown them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import IO, Final

from flask import Response, request

from vault import home
from vault.ledger.people import Person
from vault.objects.store import Readable
from web.doors import MAKERS
from web.errors import GitSilent, NotGit, NotYourPage
from web.visitor import me, vault

PIECE: Final = 64 * 1024  # bytes
PATIENCE_S: Final = 10
FETCH: Final = "git-upload-pack"
PUSH: Final = "git-receive-pack"
_PASSED_ON: Final = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
_OURS: Final = "TITLEBLOCK_"
_NOT_OURS: Final = frozenset({"TITLEBLOCK_USER", "TITLEBLOCK_VAULT"})


def refs() -> Response:
    """Say which refs there are, the first step of every fetch and push; raises NotGit."""
    service = request.args.get("service", "")
    if service not in {FETCH, PUSH}:
        raise NotGit
    if service == PUSH and not me().roles & MAKERS:
        raise NotYourPage(name=me().name, roles=", ".join(sorted(MAKERS)))
    return _answered("info/refs", f"service={service}")


def fetch() -> Response:
    """Send what a client asks for; raises NotGit."""
    return _answered(FETCH)


def push() -> Response:
    """Take in what a client pushes; hooks judge it.  Raises NotGit."""
    return _answered(PUSH)


def _answered(what: str, query: str = "") -> Response:
    kind = f"application/x-{what}-request"
    if request.method == "POST" and request.mimetype != kind:
        raise NotGit
    process = subprocess.Popen(
        [_backend()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=_environment(me(), what, query),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    Thread(target=_feed, args=(_body(), process.stdin), daemon=True).start()
    try:
        heads = _heads(process.stdout)
    except BaseException:
        _stop(process)
        raise
    answer = Response(
        _pieces(process, process.stdout), status=heads.get("status", "200")[:3],
        content_type=heads.get("content-type", "text/plain"), direct_passthrough=True,
    )  # fmt: skip
    answer.call_on_close(lambda: _stop(process))
    return answer


def _body() -> Readable | None:
    return request.stream if request.method == "POST" else None


def _feed(body: Readable | None, sink: IO[bytes]) -> None:
    """Hand the request on; where the client breaks off, git sees an end that comes too early."""
    with suppress(Exception), sink:
        while body is not None and (piece := body.read(PIECE)):
            sink.write(piece)


def _heads(stream: IO[bytes]) -> Mapping[str, str]:
    """Return the header lines of a CGI answer; raises GitSilent where there are none."""
    found: dict[str, str] = {}
    for raw in stream:
        line = raw.decode("latin-1").strip()
        if not line:
            return found
        name, _, value = line.partition(":")
        found[name.strip().lower()] = value.strip()
    raise GitSilent


def _pieces(process: subprocess.Popen[bytes], stream: IO[bytes]) -> Iterator[bytes]:
    try:
        while piece := stream.read1(PIECE):  # type: ignore[attr-defined]
            yield piece
        process.wait(PATIENCE_S)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End git, with what it started, where it has not ended: the client went away."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _environment(person: Person, what: str, query: str) -> dict[str, str]:
    """Return the whole environment of git, from scratch: what a request says is never a variable."""
    ours = {name: os.environ[name] for name in os.environ
            if name.startswith(_OURS) and name not in _NOT_OURS}  # fmt: skip
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    asked = {
        "REQUEST_METHOD": "POST" if request.method == "POST" else "GET",
        "QUERY_STRING": query,
        "PATH_INFO": f"/{home.GIT}/{what}",
        "CONTENT_TYPE": request.content_type or "",
        "REMOTE_ADDR": request.remote_addr or "",
        "REMOTE_USER": person.name,
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    if request.content_length is not None:
        asked["CONTENT_LENGTH"] = str(request.content_length)
    if request.headers.get("Content-Encoding", "").lower() in {"gzip", "x-gzip"}:
        asked["HTTP_CONTENT_ENCODING"] = "gzip"
    if request.headers.get("Git-Protocol") in {"version=1", "version=2"}:
        asked["GIT_PROTOCOL"] = request.headers["Git-Protocol"]
    fixed = {
        "GIT_PROJECT_ROOT": str(vault().root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C.UTF-8",
    }
    return passed | ours | fixed | asked | _configured(person)


def _configured(person: Person) -> dict[str, str]:
    """Return the settings of git for this request, as its environment takes them."""
    settings = [("safe.directory", str(vault().root / home.GIT))]
    if "admin" not in person.roles:
        settings += [
            ("uploadpack.hideRefs", "refs/heads/work/"),
            ("uploadpack.hideRefs", f"!refs/heads/work/{person.name}/"),
        ]
    told = {"GIT_CONFIG_COUNT": str(len(settings))}
    for place, (name, value) in enumerate(settings):
        told |= {f"GIT_CONFIG_KEY_{place}": name, f"GIT_CONFIG_VALUE_{place}": value}
    return told


@cache
def _backend() -> str:
    """Return the program itself, for going through ``git`` would start one process more."""
    said = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True)
    folder = Path(said.stdout.strip())
    return str(folder / ("git-http-backend.exe" if os.name == "nt" else "git-http-backend"))
