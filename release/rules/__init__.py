# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of release: what they may ask, how they are written, and what a change would do."""
