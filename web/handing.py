# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing out what people gave: pictures drawn anew to be seen, all else as an attachment only."""

from __future__ import annotations

from flask import Response, send_file

from traveler.quality.evidence_records import EvidenceFile
from web.headers import sandboxed
from web.visitor import vault


def kept(one: EvidenceFile, name: str) -> Response:
    """Send a file that was kept, under a name to save it by."""
    drawn = one.role in {"shown", "thumb"}
    answer = send_file(
        vault().objects.open(one.digest, one.name),
        mimetype="image/jpeg" if drawn else "application/octet-stream",
        as_attachment=not drawn, download_name=name, etag=one.digest.sha256,
    )  # fmt: skip
    return sandboxed(answer, "private, no-cache" if drawn else "no-store")
