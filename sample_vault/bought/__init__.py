# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bought parts: specification control drawings."""
