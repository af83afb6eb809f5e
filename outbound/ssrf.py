"""Decide which URLs and addresses may be reached: a URL in, a `Target` out; a host in, checked IP addresses out.

Called by client.py for each URL and redirect, and by transport.py when it connects, so the checked address is the one
connected to. A refusal is the exception `RequestRefused`, because it has to pass through requests and urllib3;
client.py turns it into a `FetchError` value.
"""

import base64
import ipaddress
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import idna

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

# The length of the URL column; also stops redirects that make a URL longer each time.
MAX_URL_LENGTH = 2000
# Simultaneous lookups, as many as polling threads: a resolver that hangs occupies no more threads than this.
MAX_LOOKUPS = 64

# Special-purpose IPv4 networks that are not globally reachable (IANA registry, RFC 6890), plus multicast and class E.
_CLOSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
# All public IPv6 addresses are in 2000::/3; inside it are Teredo and other IETF assignments (2001::/23), 6to4
# (2002::/16, which wraps any IPv4) and the two documentation networks.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# On an IPv6-only network DNS64 embeds public IPv4 addresses in this prefix (RFC 6052): the IPv4 address decides.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# The "bad ports" of the WHATWG Fetch standard: services that might execute a line of an HTTP request (mail, IRC,
# SSH...). Feeds exist on all kinds of other ports, so those are allowed.
# fmt: off
_BAD_PORTS = frozenset((
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513,
    514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720,
    1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
))
# fmt: on
_DEFAULT_PORTS = {"http": 80, "https": 443}

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ASCII_HOST = re.compile(r"(?!\.)(?:[a-z0-9_-]{1,63}(?:\.(?!$)|$))+")
# Characters allowed in a path or query (RFC 3986, and "%" of what is already encoded); others are percent-encoded.
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
_PLAIN = re.compile(r"[A-Za-z0-9!$%&'()*+,/:;=?@\[\]~._-]*")


class RequestRefused(Exception):
    """A request that Vigie doesn't make or doesn't continue. `code` is one of `records.ERROR_CODES`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Target:
    """A URL to request: `url` is ASCII, without credentials and fragment; `authorization` is a header value or ""."""

    url: str
    scheme: str
    host: str
    port: int
    userinfo: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def authorization(self) -> str:
        if not self.userinfo:
            return ""
        user, _, password = self.userinfo.partition(":")
        pair = f"{unquote(user)}:{unquote(password)}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")

    @property
    def url_with_userinfo(self) -> str:
        if not self.userinfo:
            return self.url
        return self.url.replace("://", f"://{self.userinfo}@", 1)


def parse_url(url: str) -> Target:
    """Parse a URL, the only place that does. Raise RequestRefused("bad_url") if it can't be requested."""
    url = url.strip()
    if len(url) > MAX_URL_LENGTH:
        raise RequestRefused("bad_url", f"longer than {MAX_URL_LENGTH} characters")
    if _CONTROL_CHARACTERS.search(url):
        raise RequestRefused("bad_url", "control character in the URL")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # its message may quote a password
        raise RequestRefused("bad_url", "malformed host or port") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise RequestRefused("bad_url", "not an http or https URL")
    # A browser parses "\" as "/", urlsplit as part of the host: refuse what parsers disagree on.
    if "\\" in parts.netloc:
        raise RequestRefused("bad_url", "backslash in the host")
    host = ascii_host(host)
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if port in _BAD_PORTS:
        raise RequestRefused("bad_url", f"port {port} is not a web port")
    shown_host = f"[{host}]" if ":" in host else host
    netloc = shown_host if port == _DEFAULT_PORTS[parts.scheme] else f"{shown_host}:{port}"
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _PLAIN.fullmatch(tail):
        tail = quote(tail, safe=_URL_SAFE)
    userinfo = parts.netloc.rpartition("@")[0]
    return Target(f"{parts.scheme}://{netloc}{tail}", parts.scheme, host, port, userinfo)


def same_site(target: Target, redirect: Target) -> bool:
    """Return whether secrets sent to `target` may be sent to `redirect`: the same origin, or its move to https."""
    if target.origin == redirect.origin:
        return True
    return target.origin == ("http", redirect.host, 80) and redirect.origin == ("https", target.host, 443)


def ascii_host(host: str) -> str:
    """Return the host as written in a Host header: lower case, IDNA, no trailing dot, IPv6 in its short form.

    Raise RequestRefused("bad_url") if it is malformed.
    """
    host = host.removesuffix(".")
    if ":" in host:
        try:
            if "%" not in host:
                return str(ipaddress.IPv6Address(host))
        except ValueError:
            pass
        raise RequestRefused("bad_url", "malformed IPv6 address")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").removesuffix(".")
        except idna.IDNAError as error:
            raise RequestRefused("bad_url", f"host name: {error}") from None
    host = host.lower()
    if len(host) > 253 or not _ASCII_HOST.fullmatch(host):
        raise RequestRefused("bad_url", "no valid host name in the URL")
    return host


def is_public(address: IPAddress) -> bool:
    """Return whether an address is on the public internet. An IPv4 address embedded in IPv6 decides for it."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _CLOSED_V6)


class AllowList:
    """The private hosts that the server admin allows: "host", an address or a CIDR network, with or without ":port".

    Raises ValueError for a malformed entry.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._names: set[tuple[str, int | None]] = set()
        self._networks: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int | None]] = []
        for entry in entries:
            self._add(entry.strip().lower())

    def _add(self, entry: str) -> None:
        host, port = entry, None
        if match := re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:/]+):(\d+)", entry):
            host, port = match[1], int(match[2])
            if not 0 < port < 65536:
                raise ValueError(f"{port} is not a port")
        host = host.strip("[]")
        try:
            self._networks.append((ipaddress.ip_network(host), port))
        except ValueError:
            if "/" in host or ":" in host or re.fullmatch(r"[0-9.]+", host):
                raise
            try:
                self._names.add((ascii_host(host), port))
            except RequestRefused as refusal:
                raise ValueError(refusal.detail) from None

    def allows(self, host: str, port: int, address: IPAddress) -> bool:
        if (host, None) in self._names or (host, port) in self._names:
            return True
        return any(address in network and only in (None, port) for network, only in self._networks)


def system_resolver(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class CheckedResolver:
    """Resolves a host to addresses that may be reached. Shared by all polling threads."""

    def __init__(self, allowed_hosts: Iterable[str] = (), resolver: Resolver = system_resolver) -> None:
        self._allowed = AllowList(allowed_hosts)
        self._resolver = resolver
        self._lookups = threading.BoundedSemaphore(MAX_LOOKUPS)

    def resolve(self, host: str, port: int, timeout_s: float) -> list[str]:
        """Return the addresses to connect to, best first. Raise RequestRefused if there are none or one is private.

        A private address among public ones refuses them all: no legitimate public site has both, and the address
        connected to must not depend on their order.
        """
        try:
            found = [ipaddress.ip_address(host)]
        except ValueError:
            found = [ipaddress.ip_address(text) for text in self._look_up(host, port, timeout_s)]
        for address in found:
            if not is_public(address) and not self._allowed.allows(host, port, address):
                where = "" if host == str(address) else f"{host} is at "
                raise RequestRefused("private_address", f"{where}{address}, which is not a public address")
        return [str(address) for address in dict.fromkeys(found)]

    def _look_up(self, host: str, port: int, timeout_s: float) -> Sequence[str]:
        # getaddrinfo has no timeout and may wait half a minute for a name server, so it runs in a thread that is
        # abandoned if it is late (60 µs per connection).
        deadline = time.monotonic() + timeout_s
        if not self._lookups.acquire(timeout=timeout_s):
            raise RequestRefused("dns", "too many pending name lookups")
        results: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._run_resolver, args=(host, port, results), daemon=True).start()
        try:
            result = results.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            raise RequestRefused("dns", f"no response from the name server for {host} in time") from None
        if isinstance(result, Exception):
            raise RequestRefused("dns", f"{host}: {getattr(result, 'strerror', None) or result}")
        if not result:
            raise RequestRefused("dns", f"{host} has no address")
        return result

    def _run_resolver(self, host: str, port: int, results: queue.SimpleQueue[Sequence[str] | Exception]) -> None:
        try:
            results.put(self._resolver(host, port))
        except Exception as error:  # the caller waits for a result in any case
            results.put(error)
        finally:
            self._lookups.release()


def host_key(url: str) -> str:
    """Return the canonical host of a URL, without scheme and port; "" for a URL that can't be fetched.

    Leases on sources are limited per host by it (monitoring/polling/leases.py).
    """
    try:
        return parse_url(url).host
    except RequestRefused:
        return ""
