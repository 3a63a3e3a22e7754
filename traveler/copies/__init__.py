# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies: every stamped drawing handed out for a job or taken away, numbered, and where it went."""
