# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decisions: what happens to a job when its revision is superseded or recalled."""
