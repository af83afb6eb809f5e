"""Servers with odd statuses and redirects (hostile.py)."""

import itertools

from tests.lookalikes.hostile import FEED, Peer, behavior, feed_response, head, sends


def _redirect(name: str, location: str | bytes, *codes: str, status: int = 302):
    value = location if isinstance(location, bytes) else location.encode()
    return sends(f"redirect {name}", head(b"Location: " + value, status=f"HTTP/1.1 {status} x"), *codes)


def _redirect_within(name: str, location: str, *codes: str, status: int = 302):
    """Redirect below the behavior's own path, where the feed is. {path}, {host} and {port} are filled in."""

    def act(peer: Peer) -> None:
        if peer.path.count("/") > 1:
            peer.send(feed_response())
            return
        filled = location.format(path=peer.path, port=peer.server.shared_port)
        peer.send(head("Location: " + filled, status=f"HTTP/1.1 {status} x"))

    return behavior(f"redirect {name}", *codes)(act)


def _endless_redirects(peer: Peer) -> None:
    peer.send(head(f"Location: {peer.path}/x", status="HTTP/1.1 302 x"))


def _growing_redirects(peer: Peer) -> None:
    peer.send(head(f"Location: {peer.path}/{'x' * 600}", status="HTTP/1.1 302 x"))


def _loop_of_three(peer: Peer) -> None:
    steps = {1: "/1", 2: "/1/2"}
    path = "/" + peer.path.split("/")[1]
    peer.send(head(f"Location: {path}{steps.get(peer.path.count('/'), '')}", status="HTTP/1.1 301 x"))


REDIRECTS = [
    behavior("redirects without end", "too_many_redirects")(_endless_redirects),
    behavior("redirects that grow", "too_many_redirects", "bad_redirect")(_growing_redirects),
    behavior("redirects in a loop of three", "redirect_loop")(_loop_of_three),
    behavior("redirect with an endless body", "redirect_loop")(
        lambda peer: (peer.send(head("Location: ?", status="HTTP/1.1 302 x")), peer.flood(b"moved "))
    ),
    _redirect("to nothing", "", "bad_redirect"),
    sends("redirect without Location", head(status="HTTP/1.1 301 x"), "bad_redirect"),
    _redirect("to a fragment", "#top", "redirect_loop"),
    _redirect("to spaces", "   ", "redirect_loop", "bad_redirect"),
    _redirect("to a private address", "http://10.0.0.1/feed", "private_address", status=301),
    _redirect("to a private IPv6 address", "http://[fd00::1]/feed", "private_address"),
    _redirect("to a mapped private address", "http://[::ffff:10.0.0.1]/feed", "private_address"),
    _redirect("to the metadata service", "http://169.254.169.254/latest/meta-data/", "private_address"),
    _redirect("to an IPv6 address with a zone", "http://[fe80::1%25eth0]/", "bad_redirect", "private_address"),
    _redirect("to a file", "file:///etc/passwd", "bad_redirect"),
    _redirect("to gopher", "gopher://127.0.0.1:6379/_FLUSHALL", "bad_redirect"),
    _redirect("to a script", "javascript:alert(1)", "bad_redirect"),
    _redirect("to data", "data:application/rss+xml,<rss/>", "bad_redirect"),
    _redirect("to a mail port", "http://127.0.0.1:25/", "bad_redirect"),
    _redirect("to port 0", "http://127.0.0.1:0/", "bad_redirect"),
    _redirect("to port 99999", "http://127.0.0.1:99999/", "bad_redirect"),
    _redirect("to a port in words", "http://127.0.0.1:http/", "bad_redirect"),
    _redirect("without a host", "http:///feed", "bad_redirect", "not_found"),
    _redirect("to an open bracket", "http://[::", "bad_redirect"),
    _redirect("to a backslash", "http://127.0.0.1\\@10.0.0.1/", "bad_redirect"),
    _redirect("to a host of 300 letters", f"http://{'a' * 300}.example/", "bad_redirect"),
    _redirect("to a broken IDN", "http://xn--\u00fc.example/", "bad_redirect", "dns"),
    _redirect("to NUL", b"http://127.0.0.1/\x00", "bad_redirect"),
    _redirect("to bytes", b"\xff\xfe\x80\x81", "", "bad_redirect", "redirect_loop", "too_many_redirects"),
    _redirect("to 60 kB", "/" + "a" * 60_000, "bad_redirect"),
    sends(
        "redirect with two Locations",
        head("Location: /a", "Location: http://10.0.0.1/", status="HTTP/1.1 302 x"),
        "bad_redirect",
        "private_address",
        "too_many_redirects",
        "redirect_loop",
        "not_found",
    ),
    _redirect_within("with credentials", "http://user:secret@127.0.0.1:{port}{path}/feed", "", status=301),
    _redirect_within("to a path", "{path}/feed?a=b#top", ""),
    _redirect_within("with an encoded line end", "{path}/%0d%0aSet-Cookie:%20a=b", ""),
    _redirect_within("without a scheme", "//127.0.0.1:{port}{path}/feed", "", status=308),
]


def _status(status: int, *headers: str, codes: tuple[str, ...], body: bytes = b"no") -> object:
    name = f"status {status}" + (f" with {', '.join(headers)}" if headers else "")
    return sends(name[:80], feed_response(*headers, body=body, status=f"HTTP/1.1 {status} x"), *codes)


_RETRY_AFTER = (
    "-1", "0", "99999999999999999999", "9" * 5000, "1e9", "1.5", "", "soon", "60, 120",
    "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 99 Foo 99999 99:99:99 +9999",
    "\u00b2", "\x00",
)  # fmt: skip

STATUSES = [
    *(_status(status, codes=("empty",), body=b"") for status in (200, 202, 204, 205)),
    _status(206, "Content-Range: bytes 0-9/999", codes=("protocol",), body=FEED),
    _status(226, "IM: feed", codes=("protocol",), body=FEED),
    *(_status(status, codes=("http_error",)) for status in (300, 305, 306, 402, 416, 421, 425)),
    _status(451, codes=("legal_reasons",)),
    _status(304, codes=("protocol",), body=b""),
    _status(401, codes=("sign_in_required",)),
    _status(403, codes=("forbidden",)),
    _status(401, "WWW-Authenticate: Negotiate", 'WWW-Authenticate: Basic realm="', codes=("sign_in_required",)),
    _status(407, "Proxy-Authenticate: Basic", codes=("proxy_sign_in_required",)),
    *(_status(status, codes=("server_error",)) for status in (500, 505, 511, 599, 999)),
    *(_status(429, f"Retry-After: {value}", codes=("rate_limited",)) for value in _RETRY_AFTER),
    _status(503, "Retry-After: 3", "Retry-After: 999999", codes=("unavailable",)),
    behavior("status 500 with an endless body", "server_error")(
        lambda peer: (peer.send(head(status="HTTP/1.1 500 x")), peer.flood(b"sorry "))
    ),
]

REDIRECTS_AND_STATUSES = list(itertools.chain(REDIRECTS, STATUSES))
