# SPDX-License-Identifier: AGPL-3.0-or-later
"""A finding: what one requirement says of one item, never a mere yes or no.

The words follow the submit requirements of code review, since every approval
system that has only *approved* and *not approved* fails open somewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Verdict = Literal["satisfied", "unsatisfied", "overridden", "not applicable", "error"]
PASSES: Final = frozenset({"satisfied", "overridden", "not applicable"})


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of a requirement on an item: why, and what to do where it is open.

    ``tree`` names the git tree that was judged, so that a verdict can never be
    taken for one on other bytes.
    """

    requirement: str
    item: str
    tree: str
    verdict: Verdict
    reason: str
    remedy: str = ""

    @property
    def passes(self) -> bool:
        """Say whether a release may go on in the face of this finding."""
        return self.verdict in PASSES

    def told(self) -> dict[str, Any]:
        """Return the finding as it stands in records and ``--json``."""
        return asdict(self)


def all_pass(findings: tuple[Finding, ...]) -> bool:
    """Say whether nothing is open; no findings at all is not a pass but an unguarded gate."""
    return bool(findings) and all(finding.passes for finding in findings)
