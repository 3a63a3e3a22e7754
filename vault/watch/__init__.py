# SPDX-License-Identifier: AGPL-3.0-or-later
"""Watching a folder: what changed in it, whether it has stopped changing, and where it belongs."""
