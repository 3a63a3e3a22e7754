# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nonconformances: what is not as the drawing asks, what was decided about it, and by whom."""
