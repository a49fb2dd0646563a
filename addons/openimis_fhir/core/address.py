"""Guard against requests to places an outsider should not reach (SSRF).

The address is checked twice: its form before anything is sent, and the peer that was
really connected to, because a name may resolve differently a moment later.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .exceptions import UnsafeAddress


def check_url(url, internal=False):
    """Return the URL without trailing slash when it may be called.

    :param str url: address entered by an administrator
    :param bool internal: True allows plain http, private and loopback hosts
    :raises UnsafeAddress: other scheme than https, credentials in the address, no host
    """
    parts = urlsplit((url or "").strip())
    allowed = ("https", "http") if internal else ("https",)
    if parts.scheme not in allowed:
        raise UnsafeAddress(parts.scheme or url, code="scheme")
    if not parts.hostname:
        raise UnsafeAddress(url, code="host")
    if parts.username or parts.password:
        raise UnsafeAddress(parts.hostname, code="credentials_in_url")
    if parts.query or parts.fragment:
        raise UnsafeAddress(parts.hostname, code="query")
    if peer := _literal(parts.hostname):
        check_peer(peer, internal)
    return parts.geturl().rstrip("/")  # a name: the adapter checks the peer


def _literal(host):
    """IP address a host is written as, None for a name.

    The resolver also reads `2852039166`, `0xA9FEA9FE` and `169.254.43518`.
    """
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return _ipv6(host)


def _ipv6(host):
    try:
        return ipaddress.IPv6Address(host)
    except ValueError:
        return None


def check_peer(peer, internal=False):
    """Refuse a peer that is not on the public internet, unless `internal`.

    Link-local, multicast and unspecified addresses are refused in any case: cloud
    metadata services live there, openIMIS never does.

    :raises UnsafeAddress: when the peer may not be talked to
    """
    address = ipaddress.ip_address(str(peer).partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    forbidden = address.is_link_local or address.is_multicast or address.is_unspecified
    if forbidden or (not internal and not address.is_global):
        raise UnsafeAddress(str(address), code="private")


class _Guard:
    """Check the connected peer before the first byte is sent."""

    internal = False

    def _new_conn(self):
        sock = super()._new_conn()
        try:
            check_peer(sock.getpeername()[0], self.internal)
        except UnsafeAddress:
            sock.close()
            raise
        return sock


class _GuardedHTTP(_Guard, HTTPConnection):
    pass


class _GuardedHTTPS(_Guard, HTTPSConnection):
    pass


class _InternalHTTP(_GuardedHTTP):
    internal = True


class _InternalHTTPS(_GuardedHTTPS):
    internal = True


def _pools(http, https):
    """Connection pools by scheme, of connections that check their peer."""
    return {
        "http": type("_HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
        "https": type("_HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
    }


POOLS = {
    False: _pools(_GuardedHTTP, _GuardedHTTPS),
    True: _pools(_InternalHTTP, _InternalHTTPS),
}


class GuardedAdapter(HTTPAdapter):
    """Transport adapter for `requests` that connects to allowed hosts only.

    :param bool internal: private and loopback hosts are allowed
    """

    def __init__(self, internal=False):
        self._internal = bool(internal)
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        """Make the pools, with connections that check their peer."""
        done = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS[self._internal]
        return done


def guarded_session(session, internal=False):
    """Mount the guard on a `requests.Session`.

    Proxies and passwords of the environment (`HTTP_PROXY`, `~/.netrc`) are ignored: a
    proxy would resolve the name itself and so walk around the guard.

    :param bool internal: private and loopback hosts are allowed; never those that
        `check_peer` refuses in any case
    """
    session.trust_env = False
    session.mount("https://", GuardedAdapter(internal))
    session.mount("http://", GuardedAdapter(internal))
    return session
