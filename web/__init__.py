# SPDX-License-Identifier: AGPL-3.0-or-later
"""The screens: parse, ask one verb, answer."""
