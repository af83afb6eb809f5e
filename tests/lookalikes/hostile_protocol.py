"""Servers that break HTTP: status lines, headers, lengths, chunks, early ends, slowness, TLS (hostile.py)."""

import time

from tests.lookalikes.hostile import FEED, Behavior, Peer, behavior, chunked, feed_response, head, sends

_ALL = b"%x\r\n%s\r\n" % (len(FEED), FEED)
_END = b"0\r\n\r\n"
_H2_SETTINGS = (
    b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff"
)

STATUS_LINES = [
    sends("no response", b"", "protocol"),
    sends("only line ends", b"\r\n" * 100, "protocol"),
    sends("status is a word", b"HTTP/1.1 banana\r\n\r\n" + FEED, "protocol"),
    sends("status is missing", b"HTTP/1.1\r\n\r\n" + FEED, "protocol"),
    sends("status is negative", b"HTTP/1.1 -200 OK\r\n\r\n" + FEED, "protocol"),
    sends("status of two digits", b"HTTP/1.1 20 OK\r\n\r\n" + FEED, "protocol"),
    sends("status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n" + FEED, "protocol"),
    sends("status of 5,000 digits", b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\n\r\n" + FEED, "protocol"),
    sends("status 000", b"HTTP/1.1 000 None\r\n\r\n" + FEED, "protocol"),
    sends("status in Arabic digits", "HTTP/1.1 ٢٠٠ OK\r\n\r\n".encode() + FEED, "protocol"),
    sends("no reason", b"HTTP/1.1 200\r\n\r\n" + FEED, ""),
    sends("NUL in the reason", b"HTTP/1.1 200 O\x00K\r\n\r\n" + FEED, ""),
    sends("line ends without CR", b"HTTP/1.1 200 OK\nContent-Type: text/xml\n\n" + FEED, ""),
    sends("HTTP/0.9", FEED, "protocol"),
    sends("HTTP/2 in the status line", b"HTTP/2 200\r\n\r\n" + FEED, "protocol"),
    sends("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "protocol"),
    sends("HTTP/2 frames", _H2_SETTINGS, "protocol"),
    sends("Shoutcast", b"ICY 200 OK\r\n\r\n" + FEED, "protocol"),
    sends("SSH banner", b"SSH-2.0-OpenSSH_9.6\r\n", "protocol"),
    sends("TLS alert on a plain port", b"\x15\x03\x03\x00\x02\x02\x16", "protocol"),
    behavior("endless status line", "protocol")(lambda peer: peer.flood(b"HTTP/1.1 200 ")),
]

HEADERS = [
    sends("header without colon", feed_response("nonsense"), "", "protocol", "not_a_feed"),
    sends("space before colon", feed_response("X-Cache : hit"), ""),
    sends("header without a name", feed_response(": nothing"), ""),
    sends("folded header", feed_response("X-Long: a\r\n b\r\n\tc"), ""),
    sends("NUL in a header", feed_response("X-Nul: a\x00b", 'ETag: "a\x00b"'), ""),
    sends("non-ASCII header", feed_response("X-Café: crème", b"X-Raw: \xff\xfe\x80", 'ETag: "é"'), ""),
    sends("CR in a header", feed_response("X-Split: a\rSet-Cookie: b=c"), ""),
    sends("header line of 60 kB", feed_response("X-Long: " + "a" * 60_000), ""),
    sends("header line of 70 kB", feed_response("X-Long: " + "a" * 70_000), "protocol"),
    sends("200 headers", feed_response(*[f"X-{n}: {n}" for n in range(200)]), "protocol"),
    sends("90 headers of 60 kB", feed_response(*[f"X-{n}: " + "a" * 60_000 for n in range(90)]), "too_large"),
    sends("90 cookies", feed_response(*[f"Set-Cookie: c{n}={'x' * 2000}; Domain=.example" for n in range(90)]), ""),
    sends("two content types", feed_response("Content-Type: text/html; charset=utf-16"), ""),
    sends("content type of 5 kB", feed_response("Content-Type: " + "text/" * 1000), ""),
    sends(
        "odd validators", feed_response("ETag: ", 'ETag: W/W/"""', "Last-Modified: yesterday\x85", "Date: never"), ""
    ),
    sends("validators of 20 kB", feed_response(f'ETag: "{"x" * 20_000}"', "Last-Modified: " + "9" * 20_000), ""),
    sends(
        "odd freshness",
        feed_response("Cache-Control: max-age=-1, max-age=" + "9" * 99, "Age: \xb2", "Expires: 0", "Date: \x00"),
        "",
    ),
    behavior("endless headers", "protocol", "too_large")(
        lambda peer: (peer.send(head()[:-2]), peer.flood(b"X: y\r\n"))
    ),
    behavior("endless header line", "protocol")(lambda peer: (peer.send(head()[:-2] + b"X: "), peer.flood(b"y"))),
]

LENGTHS = [
    sends("length too long", head(f"Content-Length: {len(FEED) + 100}") + FEED, "protocol"),
    sends("length too short", head("Content-Length: 20") + FEED, "not_a_feed"),
    sends("length 0", head("Content-Length: 0") + FEED, "empty"),
    sends("length negative", head("Content-Length: -5") + FEED, ""),
    sends("length is a word", head("Content-Length: many") + FEED, ""),
    sends("length is empty", head("Content-Length: ") + FEED, ""),
    sends("length in hex", head("Content-Length: 0x10") + FEED, ""),
    sends("length of 5,000 digits", head("Content-Length: " + "9" * 5000) + FEED, "", "protocol", "too_large"),
    sends("length huge", head("Content-Length: 99999999999999999999") + FEED, "too_large"),
    sends("two different lengths", head("Content-Length: 3", f"Content-Length: {len(FEED)}") + FEED, "protocol"),
    sends("same length twice", head(f"Content-Length: {len(FEED)}, {len(FEED)}") + FEED, "", "protocol"),
    sends("length and chunks", head("Content-Length: 3", "Transfer-Encoding: chunked") + _ALL + _END, ""),
]

CHUNKS = [
    sends("chunk size negative", chunked(b"-5\r\nhello\r\n", _END), "protocol"),
    sends("chunk size -1", chunked(b"-1\r\n", FEED), "protocol"),
    sends("chunk size negative and huge", chunked(b"-" + b"f" * 500 + b"\r\n", FEED), "protocol"),
    sends("chunk size is a word", chunked(b"many\r\n", FEED), "protocol"),
    sends("chunk size is empty", chunked(b"\r\n", FEED), "protocol"),
    sends("chunk size is NUL", chunked(b"\x00\r\n", FEED), "protocol"),
    sends("chunk size of 5,000 digits", chunked(b"f" * 5000 + b"\r\n", FEED), "protocol"),
    sends("chunk size huge", chunked(b"7fffffffffffffff\r\n", FEED), "protocol"),
    sends("chunk size in 0x form", chunked(b"0x%x\r\n%s\r\n" % (len(FEED), FEED), _END), "", "protocol"),
    sends("chunk larger than announced", chunked(b"5\r\n", FEED, b"\r\n", _END), "protocol"),
    sends("no line end after a chunk", chunked(_ALL[:-2], _END), "protocol"),
    sends("no last chunk", chunked(_ALL), "protocol"),
    sends("chunk extensions", chunked(b"%x;a=b;c\r\n%s\r\n" % (len(FEED), FEED), _END), ""),
    sends("trailers", chunked(_ALL, b"0\r\nX-Sum: 1\r\nContent-Length: 3\r\n\r\n"), ""),
    sends("chunks of one byte", chunked(*(b"1\r\n%c\r\n" % byte for byte in FEED), _END), ""),
    sends("chunked in capitals", head("Transfer-Encoding: CHUNKED") + _ALL + _END, ""),
    sends("chunked twice", head("Transfer-Encoding: chunked, chunked") + _ALL + _END, "", "protocol", "not_a_feed"),
    sends("chunked in HTTP/1.0", head("Transfer-Encoding: chunked", status="HTTP/1.0 200 OK") + _ALL + _END, ""),
    behavior("endless chunk extension", "protocol")(lambda peer: (peer.send(chunked(b"5;")), peer.flood(b"a=b;"))),
    behavior("endless trailers", "", "protocol", "too_large")(
        lambda peer: (peer.send(chunked(_ALL, b"0\r\n")), peer.flood(b"X: y\r\n"))
    ),
    behavior("endless trailer", "", "protocol", "too_large")(
        lambda peer: (peer.send(chunked(_ALL, b"0\r\nX: ")), peer.flood(b"y"))
    ),
    behavior("endless chunks", "too_large")(lambda peer: (peer.send(chunked()), peer.flood(b"5\r\nhello\r\n"))),
]

INTERIM = [
    sends("100 Continue", head(status="HTTP/1.1 100 Continue") + feed_response(), ""),
    sends("102 Processing", head(status="HTTP/1.1 102 Processing") + feed_response(), ""),
    sends(
        "103 Early Hints",
        head("Link: </style.css>; rel=preload", status="HTTP/1.1 103 Early Hints") + feed_response(),
        "",
    ),
    sends(
        "several interim responses",
        b"".join(head("Content-Length: 5", status=f"HTTP/1.1 {status} x") for status in (100, 103, 102, 103, 199, 100))
        + feed_response(),
        "",
    ),
    sends("chunked 103", head("Transfer-Encoding: chunked", status="HTTP/1.1 103 x") + chunked(_ALL, _END), ""),
    sends("103 and nothing else", head(status="HTTP/1.1 103 Early Hints"), "protocol"),
    sends(
        "103 before a redirect loop",
        head(status="HTTP/1.1 103 x") + head("Location: #", status="HTTP/1.1 302 x"),
        "redirect_loop",
    ),
    sends("101 Switching Protocols", head("Upgrade: h2c", status="HTTP/1.1 101 x") + _H2_SETTINGS, "http_error"),
    behavior("endless 100 Continue", "too_large", "protocol")(lambda peer: peer.flood(head(status="HTTP/1.1 100 x"))),
    behavior("endless 103 Early Hints", "too_large", "protocol")(
        lambda peer: peer.flood(head("Link: </a>", status="HTTP/1.1 103 x"))
    ),
]


def _reset_after(data: bytes) -> Behavior:
    return lambda peer: (peer.send(data), peer.reset())


def _drip_after(data: bytes, dripped: bytes):
    return lambda peer: (peer.send(data), peer.drip(dripped))


ENDS = [
    sends("closed in the status line", b"HTTP/1.1 20", "protocol"),
    sends("closed in the headers", head('ETag: "1"')[:-6], "protocol", "", "empty"),
    sends("closed after the headers", head("Content-Length: 500"), "protocol"),
    sends("closed in the body", feed_response()[:-40], "protocol"),
    sends("closed in a chunk size", chunked(b"f"), "protocol"),
    sends("closed in a chunk", chunked(_ALL[:60]), "protocol"),
    behavior("reset without a response", "protocol")(_reset_after(b"")),
    behavior("reset in the headers", "protocol")(_reset_after(head()[:-4])),
    behavior("reset in the body", "protocol")(_reset_after(feed_response()[:-40])),
    behavior("reset before a request", "protocol", "connect", scheme="http")(lambda peer: peer.reset()),
    behavior("closed before a request", "protocol", scheme="http")(lambda peer: None),
]

SLOW = [
    behavior("silence", "timeout", hangs=True)(Peer.hang),
    behavior("silence after the headers", "timeout", hangs=True)(
        lambda peer: (peer.send(head("Content-Length: 500")), peer.hang())
    ),
    behavior("silence in the body", "timeout", hangs=True)(
        lambda peer: (peer.send(feed_response()[:-9]), peer.hang())
    ),
    behavior("dripping status line", "timeout", hangs=True)(_drip_after(b"", b"HTTP/1.1 200 OK ")),
    behavior("dripping headers", "timeout", hangs=True)(_drip_after(head()[:-2], b"X-A: b\r\n")),
    behavior("dripping interim responses", "timeout", hangs=True)(_drip_after(b"", head(status="HTTP/1.1 103 x"))),
    behavior("dripping body", "timeout", hangs=True)(_drip_after(head("Content-Length: 99999"), FEED)),
    behavior("dripping chunk size", "timeout", hangs=True)(_drip_after(chunked(), b"0")),
    behavior("dripping chunks", "timeout", hangs=True)(_drip_after(chunked(), b"1\r\na\r\n")),
    behavior("dripping trailers", "timeout", "", hangs=True)(_drip_after(chunked(_ALL, b"0\r\n"), b"X: y\r\n")),
]


def _keep_alive(response: bytes):
    """Send `response` to every request for one path, without ever closing the connection."""

    def act(peer: Peer) -> None:
        path = peer.path
        while peer.path == path:
            peer.send(response)
            if not peer.read_request():
                return
        peer.server.act(peer)

    return act


KEPT_OPEN = [
    behavior("junk after a response", "")(_keep_alive(feed_response() + b"\x00junk\r\n\r\nHTTP/1.1 999 x\r\n\r\n")),
    behavior("two responses to one request", "")(
        _keep_alive(feed_response() + feed_response(status="HTTP/1.1 410 x"))
    ),
    behavior("304 with a body", "protocol")(_keep_alive(feed_response(status="HTTP/1.1 304 x"))),
    behavior("204 with a body", "empty")(_keep_alive(feed_response(status="HTTP/1.1 204 x"))),
    behavior("kept open and then reset", "")(
        lambda peer: (peer.send(feed_response()), peer.read_request(), peer.reset())
    ),
]

TLS = [
    behavior("plain HTTP on a TLS port", "tls", scheme="https")(lambda peer: peer.send(feed_response())),
    behavior("TLS garbage", "tls", scheme="https")(lambda peer: peer.send(b"\x16\x03\x03\xff\xff" + b"\xaa" * 99)),
    behavior("TLS alert", "tls", scheme="https")(lambda peer: peer.send(b"\x15\x03\x03\x00\x02\x02\x28")),
    behavior("closed in the TLS handshake", "tls", "protocol", scheme="https")(lambda peer: None),
    behavior("reset in the TLS handshake", "tls", "protocol", "connect", scheme="https")(Peer.reset),
    behavior("silence in the TLS handshake", "timeout", hangs=True, scheme="https")(lambda peer: time.sleep(3)),
    behavior("certificate for another host", "tls", scheme="https")(lambda peer: peer.start_tls("other.example")),
    behavior("TLS without HTTP", "protocol", scheme="https")(lambda peer: (peer.start_tls(), peer.send(b"hello"))),
    behavior("TLS cut without close_notify", "protocol", "tls", scheme="https")(
        lambda peer: (peer.start_tls(), peer.read_request(), peer.send(feed_response()[:-40]), peer.connection.close())
    ),
    behavior("TLS body without a length", "", scheme="https")(
        lambda peer: (peer.start_tls(), peer.read_request(), peer.send(head() + FEED))
    ),
]

PROTOCOL = [*STATUS_LINES, *HEADERS, *LENGTHS, *CHUNKS, *INTERIM, *ENDS, *SLOW, *KEPT_OPEN, *TLS]
