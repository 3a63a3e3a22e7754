# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line for items, change orders, releases and verification."""

from __future__ import annotations

import click

from release import (
    backup_cli,
    change_cli,
    import_cli,
    item_cli,
    keys_cli,
    review_cli,
    rules_cli,
    search_cli,
    verify_cli,
    watch_cli,
)
from release.redline import cli as redline_cli
from release.stamp import cli as stamp_cli


def hang(trunk: click.Group) -> None:
    """Hang every verb of this floor on the trunk."""
    for branch in (
        item_cli,
        search_cli,
        import_cli,
        watch_cli,
        change_cli,
        review_cli,
        rules_cli,
        verify_cli,
        keys_cli,
        backup_cli,
        stamp_cli,
        redline_cli,
    ):
        branch.hang(trunk)
