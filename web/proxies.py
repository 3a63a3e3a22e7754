# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behind a reverse proxy: from which address a request really came.

A proxy writes the address of whoever asked it into ``X-Forwarded-For``, after what stood there
before.  So the header is believed only where the proxy that sent it is one of the shop's
(``trusted_proxies``), and then only from the right, up to the first address that is none of them:
everything left of that may have been made up.  Whatever is not clear is no address at all.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

UNTOLD: Final = "titleblock.untold_proxy"
"""Names the sender of a request that says it was passed on, where no such proxy is known."""
_HEADER: Final = "HTTP_X_FORWARDED_FOR"
_TRACES: Final = (_HEADER, "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class BehindProxies:
    """An application whose ``REMOTE_ADDR`` is the address of who asked, empty where nobody knows."""

    def __init__(self, application: Application, proxies: Sequence[str]) -> None:
        """Put an application behind the shop's proxies, each an address or a network."""
        self._application = application
        self._proxies = tuple(ipaddress.ip_network(one) for one in proxies)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request; who sent it is found out before anything else looks."""
        peer = str(environ.get("REMOTE_ADDR") or "")
        if self._knows(peer):
            environ["REMOTE_ADDR"] = self.origin(str(environ.get(_HEADER) or ""))
        elif any(environ.get(one) for one in _TRACES):
            environ[UNTOLD] = peer or "an unknown address"
        return self._application(environ, start_response)

    def origin(self, forwarded: str) -> str:
        """Return the right-most address of the header that is no proxy of ours, empty for none."""
        for part in reversed(forwarded.split(",")):
            hop = part.strip()
            if address(hop) is None:
                return ""
            if not self._knows(hop):
                return hop
        return ""

    def _knows(self, hop: str) -> bool:
        return within(hop, self._proxies)


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address as networks are compared with it, None where the text is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def within(text: str, networks: Iterable[Network]) -> bool:
    """Say whether a text is an address in one of the networks."""
    found = address(text)
    return found is not None and any(found in one for one in networks)
