# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told at a traveler: one class each."""

from __future__ import annotations

from vault.errors import Refused


class NotOutside(Refused):
    """Operation {seq} of job {job} is done here at {station}, so nothing is sent away for it;
    start it as any other, or mark the station as a vendor's."""
