# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an exported release tells its reader: what it is, what state it was in, how to verify it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from release.log import Revision
from vault.history.allowed import EXPORT, PRINCIPAL

_README: Final = """\
# {number} {rev}: {title}

Released {released_at} by {released_by} with {change}; {approved}.

**{says}**

| file | what it is |
|---|---|
| `files/` | the released files as they were signed |
| `stamped/` | the PDFs as they were given out, with the release stamp |
| `record.json` | the record of the release: every file with its sha256, findings, sign-offs |
| `order.json` | the change order: who asked, who signed what, when, on which bytes |
| `current.json`{recall} | what the vault's log said of this item when this was exported |
| `state.json` | the same in words: current, superseded or recalled, and since when |
| `evidence/` | the signed commits of the vault that hold these records, as git stores them |
| `MANIFEST.sha256`, `.sig` | the sha256 of every file here, signed |
| `allowed_signers` | the vault's keys, as OpenSSH reads them |

## Verify it

The signature was made with the key `{key}`. Nobody can know from this folder whose key that is:
compare it with what the vault prints (`titleblock keys`), or with an earlier export you trust.

With nothing but Python 3.9 or later, no network; it names whatever is wrong and exits with 5:

```console
python3 -I verify.py --fingerprint {key}
```

With what every Linux and Mac has:

```console
sha256sum -c MANIFEST.sha256
ssh-keygen -Y verify -f allowed_signers -I {principal} -n {namespace} -s MANIFEST.sha256.sig < MANIFEST.sha256
```

And that the record stands in the vault's signed release log, with git:

```console
PROOF=$(mktemp -d) && git init -q --bare $PROOF
for f in evidence/*; do git --git-dir=$PROOF hash-object -w --literally -t "${{f##*.}}" "$f"; done
git --git-dir=$PROOF -c gpg.ssh.allowedSignersFile="$PWD/allowed_signers" verify-commit {entry}
git --git-dir=$PROOF show {entry}:{path} | cmp - record.json
```
"""


def readme(one: Revision, state: Mapping[str, object], entry: str, path: str) -> bytes:
    """Return the README of an export; only the sentence on the state depends on the moment."""
    by = sorted(
        {str(s["full_name"] or s["by"]) for s in one.signoffs if s["meaning"] == "approved"}
    )
    return _README.format(
        number=one.number, rev=one.rev, title=one.title, released_at=one.released_at,
        released_by=one.released_by, change=one.change, says=state["says"], key=state["key"],
        approved=f"approved by {', '.join(by)}" if by else "a requirement was overridden",
        recall=", `recall.json`" if state["recalled"] else "", principal=PRINCIPAL,
        namespace=EXPORT, entry=entry, path=path,
    ).encode()  # fmt: skip
