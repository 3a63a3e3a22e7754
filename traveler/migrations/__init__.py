# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the floor's tables came to be, step by step."""
