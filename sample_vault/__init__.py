# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two small invented products whose drawings, models and routes the demo vault is built from."""
