# SPDX-License-Identifier: AGPL-3.0-or-later
"""History: what was checked in, decided and released, in one bare git repository."""
