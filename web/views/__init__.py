# SPDX-License-Identifier: AGPL-3.0-or-later
"""Views: each parses, calls one verb, and renders; no rule and no SQL stands here."""
