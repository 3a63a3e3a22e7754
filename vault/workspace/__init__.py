# SPDX-License-Identifier: AGPL-3.0-or-later
"""An engineer's clone of a vault: git for history, DVC for the bytes, the vault's locks for both."""
