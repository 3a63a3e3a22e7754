# SPDX-License-Identifier: AGPL-3.0-or-later
"""An act that may have waited at a tablet, held against how the job stands when it comes."""

from __future__ import annotations

from typing import Any

from release.log import ReleaseLog
from traveler import ground, operation_records
from traveler.job_records import Job
from traveler.tablet import sending
from traveler.tablet.sending import DIRECT, Sent
from traveler.words import today
from vault.home import Vault
from vault.ledger.engine import Writing


def facts(vault: Vault, writing: Writing, sent: Sent, job: Job | None) -> dict[str, Any]:
    """Return what the record says besides of an act that was pressed a while ago; raises ActStale.

    Nothing is asked of what was not pressed at a tablet.
    """
    if job is None or sent == DIRECT:
        return {}
    steps = operation_records.operations(writing.connection, job.number)
    stand = ground.ground(ReleaseLog(vault), writing.connection, job, steps,
                          today(vault.settings.time_zone))  # fmt: skip
    now = sending.mark(job, steps, stand)
    if stale := sending.stale(sent, now):
        raise stale
    late = {"done_at": sending.moment(sent, writing.at, ())} if sent.late else {}
    return sending.waived(sent, now) | late
