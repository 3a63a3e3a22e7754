# SPDX-License-Identifier: AGPL-3.0-or-later
"""Connections to one web server: kept open, watched while bytes move, given up where it drips.

The head of a request is written here in one piece, just as it was signed, and goes out together
with the beginning of its body: with hundreds of objects a second the client shares the processor
with everything else, and what a general web client does around a request costs more than the
request.  ``http.client`` connects, goes through proxies and reads answers.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import http.client
import io
import os
import re
import select
import socket
import ssl
import time
import urllib.request
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote, urlsplit

CONNECT_S: Final = 2.0
ANSWER_S: Final = 5.0
SLOWEST: Final = 100_000  # bytes a second, after the first seconds
PIECE: Final = 256 * 1024
KEPT: Final = 32  # connections nobody uses at the moment
EXACT_S: Final = 0.05  # by so much a time-out may be longer than it should
KEPT_S: Final = 20.0  # what was idle for longer, something on the way may have forgotten

_BUFFER: Final = 64 * 1024
_DONE = re.compile(rb"HTTP/1\.1 200 [^\r\n]*\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n]*\r\n)+\r\n")
_HUNG_UP: Final = {errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET, errno.ECONNABORTED}

Stretch = tuple[BinaryIO, int, int]
"""A file, where in it a body begins, and the body's size in bytes."""

Body = Stretch | memoryview


class Fleeting(Exception):
    """A try failed in a way that another may not; ``silent`` where nothing answered at all."""

    def __init__(self, why: str, *, silent: bool = False) -> None:
        """Keep why."""
        super().__init__(why)
        self.silent = silent


def size_of(body: Body) -> int:
    """Return the bytes of a body."""
    return len(body) if isinstance(body, memoryview) else body[2]


class Done:
    """A success without a body, whose head came in one piece, as most puts are answered.

    ``http.client`` reads the head of every other answer, by way of the e-mail parser: that takes
    the processor twice as long as the put itself.
    """

    __slots__ = ("headers",)
    status: Final = 200

    def __init__(self, headers: dict[str, str]) -> None:
        """Keep the headers; their names are in lower case."""
        self.headers = headers

    def read(self, _size: int = -1, /) -> bytes:
        """Return the body."""
        return b""


Answer = http.client.HTTPResponse | Done


class Talk:
    """The connections to a server; may be used from many threads at once."""

    def __init__(self, root: str) -> None:
        """Remember scheme, host and port of a server; nothing is asked yet."""
        self._root = urlsplit(root)
        self._proxy = _proxy(self._root.scheme, self._root.netloc)
        self._idle: deque[tuple[float, http.client.HTTPConnection]] = deque()
        weakref.finalize(self, _hang_up, self._idle)

    @contextlib.contextmanager
    def asked(
        self, method: str, target: str, headers: Mapping[str, str], body: Body | None,
        left: float,
    ) -> Iterator[Answer]:  # fmt: skip
        """Send a request and give its answer; a connection is kept once its answer was read.

        ``left`` is the seconds somebody still waits.  Raises Fleeting, from reading the answer too.
        """
        line = None
        whole = False
        try:
            with _TOLD:
                line = self._kept() or self._connected(left)
                _tell(line.sock, self._head(method, target, headers), body)
                answer = _answered(line.sock, method)
            yield answer
            whole = isinstance(answer, Done) or _is_whole(answer)
        except http.client.HTTPException:
            raise Fleeting("the connection failed") from None
        finally:
            if line is not None:
                if whole:  # http.client closes an answer it could not read, too
                    self._keep(line)
                else:
                    line.close()

    def _head(self, method: str, target: str, headers: Mapping[str, str]) -> bytes:
        if self._proxy and self._root.scheme == "http":
            target = f"http://{self._root.netloc}{target}"
            headers = {**headers, **_who(self._proxy)}
        lines = "".join([f"{name}: {told}\r\n" for name, told in headers.items()])
        if not lines.count("\r") == lines.count("\n") == len(headers):  # a break in a value
            told = {name: " ".join(one.split()) for name, one in headers.items()}
            lines = "".join([f"{name}: {one}\r\n" for name, one in told.items()])
        return f"{method} {target} HTTP/1.1\r\nuser-agent: titleblock\r\n{lines}\r\n".encode()

    def _connected(self, left: float) -> http.client.HTTPConnection:
        place, port = self._root.hostname or "", self._root.port
        wait = max(min(CONNECT_S, left), 0.001)
        make: Any = http.client.HTTPConnection
        more: dict[str, Any] = {}
        if self._root.scheme == "https":
            make, more = http.client.HTTPSConnection, {"context": self._trusted}
        if not self._proxy:
            line = make(place, port, timeout=wait, **more)
        else:
            by = urlsplit(self._proxy)
            line = make(by.hostname or "", by.port or 80, timeout=wait, **more)
            if self._root.scheme == "https":
                line.set_tunnel(place, port, headers=_who(self._proxy))
        try:
            line.connect()
        except TimeoutError:
            line.close()
            raise
        except OSError as fault:
            line.close()
            if isinstance(fault, ssl.SSLCertVerificationError):
                raise Fleeting("its certificate is not one that is trusted here") from None
            raise Fleeting("nothing answers there") from None
        return line  # type: ignore[no-any-return]

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
        except OSError:
            raise Fleeting("what AWS_CA_BUNDLE names cannot be read") from None
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _kept(self) -> http.client.HTTPConnection | None:
        """Return a connection that is still open, the one used last."""
        while True:
            try:
                since, line = self._idle.pop()
            except IndexError:
                return None
            if time.monotonic() - since < KEPT_S and _is_quiet(line.sock):
                return line
            line.close()

    def _keep(self, line: http.client.HTTPConnection) -> None:
        if len(self._idle) < KEPT:
            self._idle.append((time.monotonic(), line))
        else:
            line.close()


class _Told:
    """Says in words how a connection failed."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        """Raise Fleeting where a time-out or the system ended it."""
        if isinstance(fault, TimeoutError):
            raise Fleeting("it does not answer", silent=True) from None
        if isinstance(fault, OSError):
            raise Fleeting("the connection failed") from None


_TOLD: Final = _Told()


def _hang_up(idle: deque[tuple[float, http.client.HTTPConnection]]) -> None:
    while idle:
        idle.pop()[1].close()


def _tell(sock: socket.socket, head: bytes, body: Body | None) -> None:
    """Send a request; who hangs up in the midst of it may have answered, so that is not judged."""
    pace = _Pace()
    try:
        for piece in _pieces(body):
            _allow(sock, pace)
            rest = _together(sock, head, piece) if head else piece
            head = b""
            if rest:
                _allow(sock, pace)
                sock.sendall(rest)
            pace.count(len(piece))
    except OSError as fault:
        if isinstance(fault, TimeoutError) or fault.errno not in _HUNG_UP:
            raise


def _pieces(body: Body | None) -> Iterator[memoryview | bytes]:
    """Yield a body in pieces; one that is empty is one empty piece."""
    if body is None:
        yield b""
    elif isinstance(body, memoryview):
        for begin in range(0, len(body) or 1, PIECE):
            yield body[begin : begin + PIECE]
    else:
        file, begin, left = body
        file.seek(begin)
        while True:
            piece = file.read(min(left, PIECE))
            left -= len(piece)
            yield piece
            if not left:
                return
            if not piece:
                raise Fleeting("what is sent became shorter")


def _together(sock: socket.socket, head: bytes, piece: memoryview | bytes) -> memoryview | bytes:
    """Send a head and the beginning of its body at once; return what of the body is left.

    Joining the two would cost as much as sending them: so much memory is fetched from the system,
    and given back, for each.
    """
    if isinstance(sock, ssl.SSLSocket) or not hasattr(sock, "sendmsg"):
        sock.sendall(head + piece)
        return b""
    sent = sock.sendmsg((head, piece))
    if sent < len(head):
        sock.sendall(head[sent:])
        return piece
    return memoryview(piece)[sent - len(head) :]


def _allow(sock: socket.socket, pace: _Pace) -> None:
    """Let the next bytes take what the pace leaves them; a system call only where that changed."""
    left = pace.left()
    if left <= 0:
        raise Fleeting("it is too slow", silent=True)
    if not left <= (sock.gettimeout() or 0.0) <= left + EXACT_S:
        sock.settimeout(left)


def _answered(sock: socket.socket, method: str) -> Answer:
    """Return an answer whose head was read."""
    coming = _Watched(sock)
    if done := _done(coming.ahead()):
        return done
    answer = http.client.HTTPResponse(cast("socket.socket", coming), method=method)  # makes a file
    answer.begin()
    return answer


def _done(head: bytes) -> Done | None:
    """Read a success whose head is all that came; None where it is anything else, or odd."""
    if not _DONE.fullmatch(head):
        return None
    lines = [line.partition(":") for line in head[:-4].decode("latin-1").split("\r\n")[1:]]
    headers = {name.lower(): told.strip() for name, _colon, told in lines}
    if headers.get("content-length") != "0" or {"connection", "transfer-encoding"} & headers.keys():
        return None
    return Done(headers) if len(headers) == len(lines) else None


def _is_whole(answer: http.client.HTTPResponse) -> bool:
    """Tell whether nothing of an answer is left to come and the connection may be used again."""
    if answer.isclosed() and answer.length:
        raise Fleeting("the connection failed")  # the body broke off
    return answer.isclosed() and not answer.will_close


def _is_quiet(sock: socket.socket) -> bool:
    """Tell whether an idle connection is open: nothing comes, not even its end."""
    if hasattr(select, "poll") and not isinstance(sock, ssl.SSLSocket):
        coming = select.poll()
        coming.register(sock, select.POLLIN)
        return not coming.poll(0)
    try:
        sock.setblocking(False)
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        pass
    return False


class _Pace:
    """Counts bytes and tells how long a talk may go on before it is too slow to be of use."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._moved = 0

    def count(self, size: int) -> float:
        """Add bytes that moved and return the seconds the next may take; none left is negative."""
        self._moved += size
        return self.left()

    def left(self) -> float:
        """Return the seconds the next bytes may take."""
        late = time.monotonic() - self._begun - self._moved / SLOWEST
        return ANSWER_S - max(late, 0.0)


class _Watched(io.RawIOBase):
    """What a socket receives, head and body, within the pace of ``_Pace``.

    A socket's own time-out begins anew with every byte, so a server that drips would never end.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._pace = _Pace()
        self._ahead = b""

    def ahead(self) -> bytes:
        """Return the first bytes that come; they are read once more by whoever reads from here."""
        with _TOLD:
            _allow(self._sock, self._pace)
            self._ahead = self._sock.recv(_BUFFER)
        self._pace.count(len(self._ahead))
        return self._ahead

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if self._ahead:
            size = min(len(buffer), len(self._ahead))
            buffer[:size], self._ahead = self._ahead[:size], self._ahead[size:]
            return size
        with _TOLD:
            _allow(self._sock, self._pace)
            size = self._sock.recv_into(buffer)
        self._pace.count(size)
        return size

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return itself as what an answer is read from."""
        return io.BufferedReader(self, _BUFFER)


def _proxy(scheme: str, netloc: str) -> str:
    """Return the proxy the environment names for a server, unless it names an exception too."""
    if urllib.request.proxy_bypass(netloc):
        return ""
    told = urllib.request.getproxies().get(scheme, "")
    return told if "://" in told or not told else f"http://{told}"


def _who(proxy: str) -> dict[str, str]:
    """Return the header that lets us through a proxy, where its address says who we are."""
    told = urlsplit(proxy)
    if not told.username:
        return {}
    pair = f"{unquote(told.username)}:{unquote(told.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
