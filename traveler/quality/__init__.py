# SPDX-License-Identifier: AGPL-3.0-or-later
"""What shows that the parts are right: characteristics, measurements, and what hangs on them."""
