# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results as measuring machines and tables bring them: one reader for each kind of file."""
