"""
The one way out to other servers: nothing but public addresses is ever connected to.

A name is resolved once, every address it has is looked at, and the connection goes to one of those
addresses, so that a second answer of a name server changes nothing. What a redirect points to
passes the same gate.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import (  # noqa: TID251  # this is the way out
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Timer
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError

PORTS = (443, 8443)
# The whole exchange, whatever the other side does.
SECONDS = 15.0
REDIRECTS = 3
_LONGEST = 2_000
_MOVED = (301, 302, 303, 307, 308)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Addresses that the registry calls global although they lead elsewhere: protocol assignments,
# the relays of 6to4, what embeds an IPv4 address (Teredo, 6to4), examples in documents, and where
# a cloud (Azure) answers its own machines.
_LEADS_ELSEWHERE = [
    ip_network(each)
    for each in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "168.63.129.16/32",
    )
]
# Only here are IPv6 addresses given out; NAT64 and the rest of the transitions lie outside.
_GIVEN_OUT = IPv6Network("2000::/3")


class EgressError(DomainError):
    """The other server could not be asked, or gave no usable answer."""


class ForbiddenAddressError(EgressError):
    """The address is none that mops connects to; no connection was opened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(url: str, *, most_bytes: int, headers: Mapping[str, str] | None = None) -> Answer:
    """
    GET ``url`` and follow up to three redirects, with ``headers`` on each request.

    Raises:
        ForbiddenAddressError: an address on the way is not public, or not https.
        EgressError: no answer in time, one that was cut off, or one above ``most_bytes``.
    """
    for _step in range(REDIRECTS + 1):
        answer = _exchange("GET", url, body=None, headers=headers or {}, most_bytes=most_bytes)
        if answer.status not in _MOVED or "location" not in answer.headers:
            return answer
        url = urljoin(url, answer.headers["location"])
    raise EgressError(_("The address leads from one place to the next without an end."))


def post(url: str, body: bytes, *, content_type: str, seconds: float | None = None) -> int:
    """
    POST ``body`` and give the status of the answer. A redirect is an answer, not a way.

    The whole exchange may last ``seconds`` from the connection on, by default ``SECONDS``.

    Raises:
        ForbiddenAddressError: the address is not public, or not https.
        EgressError: no answer in time.
    """
    headers = {"Content-Type": content_type}
    return _exchange(
        "POST", url, body=body, headers=headers, most_bytes=64 * 1024, seconds=seconds
    ).status


def check(url: str) -> str:
    """
    Refuse now what can be told without a name server, and give the host. Requests look again.

    Raises:
        ForbiddenAddressError: the address is not https, or is a number that is not public.
    """
    target = _target(url)
    with suppress(OSError, UnicodeError):
        _refuse_private(target, _found(target, flags=socket.AI_NUMERICHOST))
    return target.host


def _exchange(
    method: str,
    url: str,
    *,
    body: bytes | None,
    headers: Mapping[str, str],
    most_bytes: int,
    seconds: float | None = None,
) -> Answer:
    seconds = SECONDS if seconds is None else seconds
    target = _target(url)
    secured = _context().wrap_socket(
        _connected(_addresses(target), target.port, timeout=seconds / 3),
        server_hostname=target.host,
        do_handshake_on_connect=False,
        # An answer that ends without a goodbye may have been cut off.
        suppress_ragged_eofs=False,
    )
    with _deadline(secured, seconds), secured:
        secured.do_handshake()
        connection = HTTPSConnection(target.host, target.port)
        connection.sock = secured
        connection.request(
            method, target.path, body=body,
            headers={"User-Agent": "mops", "Accept-Encoding": "identity", **headers},
        )  # fmt: skip
        return _read(connection.getresponse(), most_bytes=most_bytes)


def _read(response: HTTPResponse, *, most_bytes: int) -> Answer:
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        size = most_bytes // (1024 * 1024)
        raise EgressError(
            ngettext(
                "The answer is larger than %(count)d MB.",
                "The answer is larger than %(count)d MB.",
                size,
            )
            % {"count": size}
        )
    if response.length:
        raise IncompleteRead(body, response.length)
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, body)


# -- Where to ------------------------------------------------------------------------------------
class _Target(NamedTuple):
    host: str
    port: int
    path: str


def _target(url: str) -> _Target:
    """Read an address strictly: what is odd about it is refused, not mended."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(" \\"):
        raise ForbiddenAddressError(_("This is no web address that can be used."))
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise ForbiddenAddressError(_("This is no web address that can be used.")) from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https":
        raise ForbiddenAddressError(_("The address must begin with https://."))
    if not host:
        raise ForbiddenAddressError(_("This is no web address that can be used."))
    if "@" in parts.netloc:
        raise ForbiddenAddressError(_("The address must not hold a name or a password before @."))
    if host in settings.ALLOWED_HOSTS:
        raise ForbiddenAddressError(_("The address is the one of mops itself."))
    return _Target(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _addresses(target: _Target) -> list[Address]:
    """Resolve the name once, and refuse it if any of its addresses is not to be reached."""
    try:
        addresses = _found(target)
    except (OSError, UnicodeError) as error:
        raise EgressError(_("No server is known under this address.")) from error
    _refuse_private(target, addresses)
    return addresses


def _found(target: _Target, *, flags: int = 0) -> list[Address]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, flags=flags)
    return [_plain(str(sockaddr[0])) for *_rest, sockaddr in found]


def _refuse_private(target: _Target, addresses: list[Address]) -> None:
    for address in addresses:
        if _is_allowed(address):
            continue
        if not _is_public(address):
            raise ForbiddenAddressError(_("The address leads into a private network."))
        if target.port not in PORTS:
            raise ForbiddenAddressError(_("Only the ports 443 and 8443 can be used."))


def _plain(text: str) -> Address:
    """Read an address as the system gives it; an IPv4 address in IPv6 clothes is the former."""
    address = ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT:
        return False
    return not any(address in network for network in _LEADS_ELSEWHERE)


def _is_allowed(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.EGRESS_ALLOWED)))


@cache
def _networks(written: tuple[str, ...]) -> list[Network]:
    return [ip_network(each) for each in written]


# -- The connection ------------------------------------------------------------------------------
def _connected(addresses: list[Address], port: int, *, timeout: float) -> socket.socket:
    for address in addresses:
        try:
            return socket.create_connection((str(address), port), timeout=timeout)
        except OSError:
            continue
    raise EgressError(_("The server does not answer."))


@contextmanager
def _deadline(sock: socket.socket, seconds: float) -> Iterator[None]:
    """
    Hang up when the time is over, however slowly the other side goes on talking.

    Raises:
        EgressError: the time was over, or the exchange broke.
    """
    sock.settimeout(seconds)
    over: list[bool] = []

    def hang_up() -> None:
        over.append(True)
        with suppress(OSError):
            # The socket below: to shut the TLS layer down from another thread would break it.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        raise EgressError(_what_broke(error, is_over=bool(over))) from error
    finally:
        timer.cancel()


def _what_broke(error: Exception, *, is_over: bool) -> str:
    if is_over or isinstance(error, TimeoutError):
        return _("The server took too long to answer.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The certificate of the server is not valid.")
    return _("The server broke off before the answer was complete.")


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.EGRESS_CA_FILE or None)
