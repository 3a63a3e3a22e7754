# SPDX-License-Identifier: AGPL-3.0-or-later
"""The object store as an HTTP remote of stock DVC: ``/dvc/files/md5/<ab>/<rest>``.

DVC asks whether an object is there with a GET that it closes at once, pushes with a POST of the
bytes and no digest, and never lists.  Here an upload is hashed while it is written aside, and kept
only if its md5 is the address it was sent to, so one that broke off is not; its sha256 goes into
the ledger at once.  Whatever is sent was read to its end and compared before the first byte
leaves.  Folders in DVC's sense (``.dir`` objects) are not kept: a crafted one writes outside the
clone that pulls it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from flask import Response, request

from vault.ledger import events
from vault.objects.store import CHUNK, Digest, Readable, is_address
from web.errors import BytesDiffer, NoFolders, NoSuchObject
from web.visitor import me, vault

FOLDER: Final = ".dir"
SHA256: Final = "X-Content-SHA256"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def kept(ab: str, rest: str) -> Response:
    """Send an object, or take one in.

    Raises NoSuchObject, DamagedObject, BytesDiffer, NoFolders or what the store refuses.
    """
    if request.method in {"POST", "PUT"}:
        return _taken_in(ab + rest)
    return _sent(ab + rest)


# --- taking in --------------------------------------------------------------


class _Checked:
    """The bytes of an upload, which end only if they are the ones its address promises."""

    def __init__(self, source: Readable, md5: str) -> None:
        """Begin to hash; nothing is read yet."""
        self._source = source
        self._wanted = md5
        self._md5 = hashlib.md5(usedforsecurity=False)

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; at the end raises BytesDiffer, and the store keeps nothing."""
        chunk = self._source.read(size)
        self._md5.update(chunk)
        if not chunk and self._md5.hexdigest() != self._wanted:
            raise BytesDiffer(wanted=self._wanted, found=self._md5.hexdigest())
        return chunk


def _taken_in(md5: str) -> Response:
    if md5.endswith(FOLDER):
        raise NoFolders
    if not is_address(md5):
        raise NoSuchObject(md5=md5)
    digest = vault().objects.put(_Checked(request.stream, md5))
    if _recorded(md5) != digest:
        with vault().ledger.writing(me().name) as writing:
            writing.record("object.received", _subject(md5), sha256=digest.sha256, size=digest.size)
    answer = Response("", 201)
    answer.headers[SHA256] = digest.sha256
    return answer


def _recorded(md5: str) -> Digest | None:
    """Return what the ledger says came in at an address, or None where nothing came in here."""
    for one in events.of(vault().ledger, _subject(md5), limit=1):
        return Digest(md5, str(one.facts["sha256"]), int(one.facts["size"]))
    return None


def _subject(md5: str) -> str:
    return f"object/{md5}"


# --- sending ----------------------------------------------------------------


def _sent(md5: str) -> Response:
    objects = vault().objects
    if not objects.has(md5):
        raise NoSuchObject(md5=md5)
    digest = _recorded(md5) or objects.identify(md5)
    file = objects.open(digest)
    try:
        answer = _whole_or_part(file, digest)
    except BaseException:
        file.close()
        raise
    answer.call_on_close(file.close)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = f'"{md5}"'
    answer.headers[SHA256] = digest.sha256
    return answer


def _whole_or_part(file: BinaryIO, digest: Digest) -> Response:
    span = _span(request.headers.get("Range", ""), digest.size)
    if span is not None and span[0] > span[1]:
        return Response(
            "There are no such bytes; ask for fewer.\n", 416, mimetype="text/plain",
            headers={"Content-Range": f"bytes */{digest.size}"},
        )  # fmt: skip
    first, last = span or (0, digest.size - 1)
    file.seek(first)
    answer = Response(_pieces(file, last - first + 1), mimetype="application/octet-stream")
    answer.content_length = last - first + 1
    if span is not None:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {first}-{last}/{digest.size}"
    return answer


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte asked for (RFC 9110 14.1.2), or None for all of them.

    The first lies behind the last where the file has no such bytes.  Several ranges at once, or
    what is no range, are passed over, as the standard allows.
    """
    found = _RANGE.fullmatch(asked)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) else (size, size - 1)
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left and (chunk := file.read(min(left, CHUNK))):
        left -= len(chunk)
        yield chunk
