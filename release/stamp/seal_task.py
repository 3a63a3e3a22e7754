# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shop's signature in a stamped PDF (PAdES): room for it, the value, the check.  In the worker.

The signature is appended, so that the stamped bytes stay as they are before it.  The key is not
here: this process opens files that may be hostile, so it says which bytes are to be signed, and is
given the signature of them.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any, Final

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD: Final = "Titleblock"
DIGEST: Final = "sha256"
MORE: Final = 1600  # bytes of a signature beside the certificates and the value


def prepare(
    path: str, name: str, chain: str, size: int, reason: str, where: str
) -> dict[str, Any]:  # fmt: skip
    """Append room for a signature to a stamped PDF and return what has to be signed, in hex.

    ``fault`` says why there can be none; the file is spoiled then.
    """
    certificates = _certificates(chain)
    metadata = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES, reason=reason, location=where or None,
        name=certificates[0].subject.native.get("common_name"),
    )  # fmt: skip
    signer = _signer(certificates, bytes(size))
    room = 2 * (sum(len(one.dump()) for one in certificates) + size + MORE)
    try:
        with Path(path).open("r+b") as file:
            before, _transform, output = asyncio.run(
                PdfSigner(
                    metadata, signer, new_field_spec=SigFieldSpec(FIELD)
                ).async_digest_doc_for_signing(
                    IncrementalPdfFileWriter(file, strict=False), bytes_reserved=room,
                    in_place=True,
                )
            )  # fmt: skip
            output.flush()
    except (PdfError, ValueError, KeyError, TypeError, IndexError) as fault:
        return {"fault": f"no signature can be appended ({fault})"}
    attributes = asyncio.run(signer.signed_attrs(before.document_digest, DIGEST, use_pades=True))
    return {
        "fault": "", "attributes": attributes.dump().hex(),
        "digest": before.document_digest.hex(), "start": before.reserved_region_start,
        "end": before.reserved_region_end,
    }  # fmt: skip


def finish(
    path: str, name: str, chain: str, attributes: str, signature: str, digest: str, start: int,
    end: int,
) -> dict[str, Any]:  # fmt: skip
    """Put the signature into its room, open the file again and check it; ``fault`` says what not."""
    certificates = _certificates(chain)
    signer = _signer(certificates, bytes.fromhex(signature))
    told = cms.CMSAttributes.load(bytes.fromhex(attributes))
    message = asyncio.run(
        signer.async_sign_prescribed_attributes(DIGEST, signed_attrs=told, dry_run=False)
    )
    try:
        with Path(path).open("r+b") as file:
            place = PreparedByteRangeDigest(bytes.fromhex(digest), start, end)
            PdfTBSDocument.resume_signing(file, place, message)
    except ValueError as fault:
        return {"fault": f"its signature does not fit ({fault})"}
    return check(path, name, certificates[0].sha256.hex(), 0, "")


def check(path: str, name: str, fingerprint: str, size: int, sha256: str) -> dict[str, Any]:
    """Check the signature of a file: whole, unbroken, and by the certificate that is named.

    Where ``size`` is given the bytes before the signature have to be those of that ``sha256``.
    """
    try:
        with Path(path).open("rb") as file:
            if size and hashlib.sha256(file.read(size)).hexdigest() != sha256:
                return {"fault": "the bytes before the signature are not those that were stamped"}
            file.seek(0)
            return {"fault": _checked(PdfFileReader(file, strict=False), fingerprint)}
    except (PdfError, SignatureValidationError, ValueError, KeyError) as fault:
        return {"fault": f"its signature cannot be read ({fault})"}


def _checked(reader: PdfFileReader, fingerprint: str) -> str:
    found = reader.embedded_regular_signatures
    if len(found) != 1:
        return f"it has {len(found)} signatures"
    (one,) = found
    if one.signer_cert.sha256.hex() != fingerprint:
        return "it is signed by another certificate"
    trusted = ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(one, trusted)
    if not status.intact:
        return "it was changed after it was signed"
    if not status.valid:
        return "its signature does not hold"
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return "something was appended after it was signed"
    return ""


def _certificates(chain: str) -> list[x509.Certificate]:
    data = chain.encode("ascii")
    return [x509.Certificate.load(der) for _kind, _heads, der in pem.unarmor(data, multiple=True)]


def _signer(certificates: list[x509.Certificate], value: bytes) -> ExternalSigner:
    store = SimpleCertificateStore.from_certs(certificates[1:])
    return ExternalSigner(certificates[0], store, signature_value=value)
