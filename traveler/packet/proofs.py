# SPDX-License-Identifier: AGPL-3.0-or-later
"""What quality has on record of a job, as sections, files and findings of its packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler.packet.sections import Enclosed, Finding, Section
from traveler.records import Job
from vault.home import Vault


@dataclass(frozen=True, slots=True)
class Proven:
    """What is on record: ``certificate`` stands first, ``exceptions`` are said again at the end."""

    certificate: tuple[Section, ...] = ()
    sections: tuple[Section, ...] = ()
    exceptions: tuple[str, ...] = ()
    files: tuple[Enclosed, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def proven(_vault: Vault, _log: ReleaseLog, _connection: Connection, _job: Job) -> Proven:
    """Return what there is."""
    return Proven()
