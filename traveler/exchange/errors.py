# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about files for and from an ERP."""

from __future__ import annotations

from vault.errors import BadInput, NotFound, Refused


class BadMapping(BadInput):
    """The map {where} cannot be used: {why}; `titleblock erp map` prints one to begin with."""


class BadOrderFile(BadInput):
    """The file {where} cannot be read as a list of orders: {why}."""


class NothingToExport(NotFound):
    """There is no export “{what}”; there are: {known}."""


class CursorAhead(BadInput):
    """Event {since} has not happened, the last one is {until}; if a backup was restored, ask from 0
    and compare with what the ERP has."""


class QuantityStays(Refused):
    """Job {job} was released with {qty} pieces, and that stays what its travelers say; make another
    job for {more}, or close this one."""
