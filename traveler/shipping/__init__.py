# SPDX-License-Identifier: AGPL-3.0-or-later
"""What leaves: shipments with their proof, and the certificates of conformance that go with them."""
