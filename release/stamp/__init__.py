# SPDX-License-Identifier: AGPL-3.0-or-later
"""Release markings on PDF pages: what they say, where they stand, how they are drawn."""
