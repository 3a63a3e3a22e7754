# SPDX-License-Identifier: AGPL-3.0-or-later
"""The headers of every answer, errors and static files included.

The policy allows nothing inline: no script, no style, no frame, no foreign host.
"""

from __future__ import annotations

from typing import Final

from flask import Response, g, request

from web.visitor import FORM_COOKIE, cookie_name, encrypted

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
SANDBOX: Final = (
    "default-src 'none'; sandbox; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
PERMISSIONS: Final = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), usb=()"
)
SCANNING: Final = PERMISSIONS.replace("camera=()", "camera=(self)")
"""For the one page that looks through the camera."""
YEAR_S: Final = 31_536_000


def harden(answer: Response) -> Response:
    """Set what every answer carries; a view may only have made the policy stricter."""
    heads = answer.headers
    heads.setdefault("Content-Security-Policy", POLICY)
    heads["X-Content-Type-Options"] = "nosniff"
    heads["Referrer-Policy"] = "no-referrer"
    heads["Cross-Origin-Opener-Policy"] = "same-origin"
    heads["Cross-Origin-Resource-Policy"] = "same-origin"
    heads.setdefault("Permissions-Policy", PERMISSIONS)
    heads["X-Robots-Tag"] = "noindex, nofollow"
    heads.setdefault("Cache-Control", "no-store")
    if heads["Cache-Control"] == "no-store":
        answer.vary.add("Cookie")
    if encrypted():
        heads["Strict-Transport-Security"] = f"max-age={YEAR_S}; includeSubDomains"
    return _with_form_cookie(answer)


def sandboxed(answer: Response, kept: str = "no-store") -> Response:
    """Let what people gave run nothing in the browser, and stay there only as ``kept`` says."""
    answer.headers["Cache-Control"] = kept
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _with_form_cookie(answer: Response) -> Response:
    secret = g.pop("new_form_secret", None)
    if secret and request.method in {"GET", "HEAD", "POST"}:
        answer.set_cookie(
            cookie_name(FORM_COOKIE), secret, httponly=True, samesite="Lax", secure=encrypted()
        )
    return answer
