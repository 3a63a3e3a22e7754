# SPDX-License-Identifier: AGPL-3.0-or-later
"""What differs between two revisions: drawings as pictures and words, tables, text, solids."""
