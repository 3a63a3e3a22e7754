# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of every file, by digest: one contract, several stores."""
