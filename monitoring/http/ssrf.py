"""Which addresses of the outside may be reached: a URL in, a `Target` out; a host in, checked IP addresses out.

Called by `session.py` at the moment a TCP connection is made, so that what was checked is what is connected to, and
by `fetch.py` for each URL and each redirect. A refusal travels as the exception `Refused`, because it has to pass
through requests and urllib3; `fetch.py` turns it into a `FetchError` value.
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

# What a stored address may have; keeps a hostile redirect from growing without end.
MAX_URL_LENGTH = 2000
# Lookups under way at once: a resolver that hangs may hold this many threads, never more. As many as fetching threads.
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
# All IPv6 that is public today lies in 2000::/3; inside it are Teredo and other IETF assignments (2001::/23), 6to4
# (2002::/16, which wraps any IPv4) and the two documentation networks.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# On an IPv6-only network DNS64 wraps public IPv4 addresses in this prefix (RFC 6052): the wrapped address decides.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# The "bad ports" of the WHATWG Fetch standard: services that could be made to act on a line of an HTTP request (mail,
# IRC, SSH...). Feeds on other odd ports are real, so everything else is open.
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
# What may stand in a path or query as it is (RFC 3986, and "%" of what is already encoded); the rest is encoded.
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
_PLAIN = re.compile(r"[A-Za-z0-9!$%&'()*+,/:;=?@\[\]~._-]*")


class Refused(Exception):
    """A request that is not made or not gone on with; `code` is one of `fetch.ERROR_CODES`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Target:
    """A URL made ready: `url` is ASCII, without credentials and fragment; `authorization` is a header value or ""."""

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


def read_url(url: str) -> Target:
    """The one reading of a URL that everything else goes by. Raises `Refused("bad_url")`."""
    url = url.strip()
    if len(url) > MAX_URL_LENGTH:
        raise Refused("bad_url", f"longer than {MAX_URL_LENGTH} characters")
    if _CONTROL_CHARACTERS.search(url):
        raise Refused("bad_url", "control character in the address")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("bad_url", str(error)) from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise Refused("bad_url", "not an http or https address")
    # A browser reads "\" as "/", urlsplit as part of the host: no address with two readings is fetched.
    if "\\" in parts.netloc:
        raise Refused("bad_url", "backslash in the host")
    host = ascii_host(host)
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if port in _BAD_PORTS:
        raise Refused("bad_url", f"port {port} is not a web port")
    shown_host = f"[{host}]" if ":" in host else host
    netloc = shown_host if port == _DEFAULT_PORTS[parts.scheme] else f"{shown_host}:{port}"
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _PLAIN.fullmatch(tail):
        tail = quote(tail, safe=_URL_SAFE)
    userinfo = parts.netloc.rpartition("@")[0]
    return Target(f"{parts.scheme}://{netloc}{tail}", parts.scheme, host, port, userinfo)


def same_site(target: Target, onward: Target) -> bool:
    """Whether secrets sent to `target` may go on to `onward`: the same origin, or its move to https."""
    if target.origin == onward.origin:
        return True
    return target.origin == ("http", onward.host, 80) and onward.origin == ("https", target.host, 443)


def ascii_host(host: str) -> str:
    """The host as it stands in a Host header: lower case, IDNA, no trailing dot, IPv6 in its short form."""
    host = host.removesuffix(".")
    if ":" in host:
        try:
            if "%" not in host:
                return str(ipaddress.IPv6Address(host))
        except ValueError:
            pass
        raise Refused("bad_url", "malformed IPv6 address")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").removesuffix(".")
        except idna.IDNAError as error:
            raise Refused("bad_url", f"host name: {error}") from None
    host = host.lower()
    if len(host) > 253 or not _ASCII_HOST.fullmatch(host):
        raise Refused("bad_url", "no valid host name in the address")
    return host


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public Internet, seen through every wrapping of IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _CLOSED_V6)


class AllowList:
    """Private hosts that the operator opens: "host", "host:port", an address, "address:port" or a CIDR network."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._names: set[tuple[str, int | None]] = set()
        self._networks: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int | None]] = []
        for entry in entries:
            self._add(entry.strip().lower())

    def _add(self, entry: str) -> None:
        host, port = entry, None
        if match := re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:/]+):(\d+)", entry):
            host, port = match[1], int(match[2])
        host = host.strip("[]")
        try:
            self._networks.append((ipaddress.ip_network(host), port))
        except ValueError:
            if "/" in host or ":" in host:
                raise
            self._names.add((host, port))

    def opens(self, host: str, port: int, address: IPAddress) -> bool:
        if (host, None) in self._names or (host, port) in self._names:
            return True
        return any(address in network and only in (None, port) for network, only in self._networks)


def system_resolver(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Guard:
    """Resolves a host and lets through only addresses that may be reached. Shared by all fetching threads."""

    def __init__(self, allowed_hosts: Iterable[str] = (), resolver: Resolver = system_resolver) -> None:
        self._allowed = AllowList(allowed_hosts)
        self._resolver = resolver
        self._lookups = threading.BoundedSemaphore(MAX_LOOKUPS)

    def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        """Addresses to connect to, best first.

        One private address among public ones refuses them all: no honest public site answers that way, and which
        one is connected to must not depend on order or luck.
        """
        try:
            found = [ipaddress.ip_address(host)]
        except ValueError:
            found = [ipaddress.ip_address(text) for text in self._look_up(host, port, timeout_s)]
        for address in found:
            if not is_public(address) and not self._allowed.opens(host, port, address):
                where = "" if host == str(address) else f"{host} is at "
                raise Refused("private_address", f"{where}{address}, which is not a public address")
        return [str(address) for address in dict.fromkeys(found)]

    def _look_up(self, host: str, port: int, timeout_s: float) -> Sequence[str]:
        # getaddrinfo takes no time limit and may wait half a minute for a dead name server, so it runs in a thread of
        # its own that is left behind when it is late (60 us, once a connection).
        deadline = time.monotonic() + timeout_s
        if not self._lookups.acquire(timeout=timeout_s):
            raise Refused("dns", "too many name lookups are hanging")
        answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._answer, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            raise Refused("dns", f"no answer from the name server for {host} in time") from None
        if isinstance(answer, Exception):
            raise Refused("dns", f"{host}: {getattr(answer, 'strerror', None) or answer}")
        if not answer:
            raise Refused("dns", f"{host} has no address")
        return answer

    def _answer(self, host: str, port: int, answers: queue.SimpleQueue[Sequence[str] | Exception]) -> None:
        try:
            answers.put(self._resolver(host, port))
        except (OSError, ValueError) as error:
            answers.put(error)
        finally:
            self._lookups.release()


def host_key(url: str) -> str:
    """One name for a host however it is spelled, without port and scheme; "" for a URL that cannot be fetched.

    Claims on sources are counted by it (monitoring/polling/leases.py).
    """
    try:
        return read_url(url).host
    except Refused:
        return ""
