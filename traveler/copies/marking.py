# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a numbered copy says in its stamp: all that the release's stamp says, and whose copy it is.

The release's own code gives way to the copy's, which answers the same and for whom besides.
Pure functions: the same record and code give the same stamp, and that the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from release.log import Revision
from release.stamp.template import Stamp
from release.transaction import stamp_of
from traveler.copies.records import Copy
from vault.codes import qr_address


def stamps(
    revision: Revision, copy: Copy, code: str, public_url: str, deviation: str, later: str
) -> Iterator[Stamp]:
    """Yield the stamps to try on a copy, the fullest first; a small sheet has room for less.

    One for a job wears the template of job copies, but never where the revision is not current.
    None says less than the stamp of the release and the copy's number.  ``deviation`` is the
    decision by which the job may go on with a revision that is not current, ``later`` the label
    of the one that superseded it; empty where there is none.
    """
    plain = stamp_of(revision)
    bare = replace(plain, state=copy.marked, url=qr_address(public_url, "c", code))
    said = (
        ("By deviation", deviation),
        ("Superseded by", later if copy.marked == "superseded" else ""),
    )
    least = (*plain.extra, *(one for one in said if one[1]), ("Copy", copy.number))
    yield replace(bare, extra=(*least, *_further(copy)))
    yield replace(bare, extra=least)


def _further(copy: Copy) -> Iterator[tuple[str, str]]:
    yield ("Issued to", f"{copy.person}, {copy.at[:10]}")
    if copy.job is None:
        return
    if copy.qty is not None:
        yield ("Quantity", str(copy.qty))
    yield ("Job", copy.job)
    if copy.seq is not None:
        yield ("Operation", str(copy.seq))
    if copy.station:
        yield ("Station", copy.station)
