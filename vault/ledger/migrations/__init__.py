# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the vault's tables came to be, step by step; Alembic runs these."""
