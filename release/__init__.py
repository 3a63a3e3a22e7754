# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may move what, on which evidence; stamping; verification."""
