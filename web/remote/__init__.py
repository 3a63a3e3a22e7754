# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stock clients speak with the vault: git, DVC and git-lfs, each with a token."""
