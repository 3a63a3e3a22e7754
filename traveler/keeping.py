# SPDX-License-Identifier: AGPL-3.0-or-later
"""The objects the floor's tables refer to, each named as somebody would ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from sqlalchemy.engine import Connection

from traveler import series
from traveler.blockers import photos
from traveler.blockers.photos import PhotoBytes
from traveler.customer import talk_records
from traveler.customer.talk_records import Attachment
from traveler.packet import records as packets
from traveler.quality import file_records as files
from traveler.quality.file_records import FiledBytes
from vault.ledger.engine import Ledger
from vault.ledger.keeping import Kept

AT_ONCE: Final = 1000
_ROLES: Final = {"shown": ", the picture drawn anew", "thumb": ", the small picture"}


class _Row(Protocol):
    @property
    def id(self) -> int: ...


_Found = TypeVar("_Found", bound=_Row)


def kept(ledger: Ledger) -> Iterator[Kept]:
    """Yield every file of evidence, of blockers' photos, of packets and of questions.

    Named by ``traveler.chain``.
    """
    for file in _all(ledger, files.after):
        yield Kept("evidence", _words(file), file.digest)
    for photo in _all(ledger, photos.after):
        yield Kept("blocker photo", _of_blocker(photo), photo.digest)
    for packet in _all(ledger, packets.after):
        called = f"{packet.job}, {packet.label} revision {packet.rev}"
        yield Kept("packet", f"{called}, {packet.name}", packet.zip)
        yield Kept("packet", f"{called}, its PDF", packet.pdf)
    for where, sent in _files(ledger):
        yield Kept("question", f"{where}, {sent.name} as it came", sent.given)
        yield Kept("question", f"{where}, {sent.name}", sent.sent)


def _files(ledger: Ledger) -> Iterator[tuple[str, Attachment]]:
    last = 0
    while True:
        with ledger.reading() as connection:
            found = talk_records.files_after(connection, last, AT_ONCE)
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1][1].id


def _all(
    ledger: Ledger, after: Callable[[Connection, int, int], Sequence[_Found]]
) -> Iterator[_Found]:
    """Yield rows a thousand at a time: nobody holds the ledger while each object is read."""
    last = 0
    while True:
        with ledger.reading() as connection:
            found = after(connection, last, AT_ONCE)
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].id


def _of_blocker(photo: PhotoBytes) -> str:
    """Return where a photo belongs: ``J-7, step 20, blocker 3, photo 1 spindle.jpg``."""
    step = f"step {photo.seq}" if photo.seq is not None else ""
    parts = [photo.job or "", step, photo.station or "", f"blocker {photo.blocker}"]
    told = ", ".join(part for part in parts if part)
    return f"{told}, photo {photo.photo} {photo.name}{_ROLES.get(photo.role, '')}"


def _words(file: FiledBytes) -> str:
    """Return where a file belongs: ``J-7, step 20, NC-0003, photo bore.jpg (evidence 12)``."""
    parts = [file.job]
    if file.seq is not None:
        parts.append(f"step {file.seq}")
    if file.nonconformance is not None:
        parts.append(series.NONCONFORMANCE.name(file.nonconformance))
    parts.append(f"{file.kind} {file.name} (evidence {file.evidence})")
    return ", ".join(parts) + _ROLES.get(file.role, "")
