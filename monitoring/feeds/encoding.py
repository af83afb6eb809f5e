"""Decode the bytes of a feed: what they are decides, then what the feed and the server say they are. Pure.

In: bytes and the Content-Type header. Out: the same in UTF-8. Bytes that are UTF-8 but for some stay UTF-8, and only
those are repaired, as windows-1252. Called by parse.py, opml.py and json_feed.py.
"""

import codecs
import re
from contextlib import suppress

_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>", re.I)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{1,40})", re.I)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)

# Codecs by Python's name, and what browsers read instead: a superset.
_SUPERSETS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "utf-8-sig": "utf-8",
}  # fmt: skip
_WINDOWS = frozenset({"cp1252", "utf-8"})
# Of these, bytes below 128 can be parts of other characters.
_NO_CHARSET = re.compile(r"utf-(?:16|32).*|idna|punycode|(?:raw-?_?)?unicode[-_]escape|undefined")
_STATEFUL = re.compile(r"utf-7|hz|iso2022.*")
_MULTIBYTE = re.compile(r"gb18030|cp932|cp949|big5.*|euc.*|johab|shift.*")
# Short texts in such an encoding can be UTF-8 by chance; longer ones cannot.
_MIN_CERTAIN = 6
# Of the letters that are not ASCII: more invalid bytes show that an encoding is another one.
_MAX_REPLACED = 0.05

_ESCAPED = re.compile("[\udc80-\udcff]+")
# Halves of characters that were cut by bytes: of a letter such as "é", of "’", of an emoji.
_CUT = re.compile("[\udcc2\udcc3](?![^\\W\\d_\udc80-\udcff])|\udce2\udc80|\udcf0\udc9f\udc80?[\udc80-\udcbf]?")
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_SURROGATE_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_FROM_WINDOWS = {0xDC00 + n: bytes([n]).decode("cp1252", "ignore") or "\ufffd" for n in range(0x80, 0x100)}


def to_utf8(body: bytes, content_type: str) -> bytes:
    """Return the body in UTF-8, with its declaration only if it is that already."""
    encodings = _declared(body, content_type)
    body = body.removeprefix(codecs.BOM_UTF8)
    is_wide = body.startswith(tuple(mark for mark, _ in _WIDE_MARKS))
    if not is_wide and all(name == "utf-8" for name in encodings) and _is_utf8(body):
        return body
    return _DECLARATION.sub("", _decode(body, encodings), count=1).encode("utf-8", "replace")


def decode_utf8(body: bytes) -> str:
    """Return bytes that should be UTF-8 as text, with invalid ones repaired."""
    if b"\xed" in body:
        body = _SURROGATE_PAIR.sub(_joined, body)
    text = body.decode("utf-8", "surrogateescape")
    if _ESCAPED.search(text):
        valid, invalid = _count(body, text)
        if valid > invalid:
            text = _CUT.sub("\ufffd", text)
        text = _ESCAPED.sub(lambda run: run[0].translate(_FROM_WINDOWS), text)
    return text


def _declared(body: bytes, content_type: str) -> list[str]:
    """Return the encodings that the feed and the server name, the more credible one first."""
    in_feed, in_header = _DECLARED.match(body[:1000].removeprefix(codecs.BOM_UTF8)), _CHARSET.search(content_type)
    feed = _codec(in_feed[1].decode()) if in_feed else ""
    header = _codec(in_header[1]) if in_header else ""
    # Servers add this one to all files.
    return list(filter(None, dict.fromkeys([feed, header] if header in _WINDOWS else [header, feed])))


def _codec(label: str) -> str:
    """Return the name of Python's codec for a label, "" if there is none for texts."""
    for name in (label, label.lower().removeprefix("x-")):
        with suppress(LookupError, ValueError):
            found = codecs.lookup(name)
            # The declaration could be read, so the text is no UTF-16.
            if _NO_CHARSET.fullmatch(found.name) or not found._is_text_encoding:
                return ""
            return _SUPERSETS.get(found.name, found.name)
    return ""


def _decode(body: bytes, encodings: list[str]) -> str:
    for mark, encoding in _WIDE_MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    if body.isascii():
        stateful = next((name for name in encodings if _STATEFUL.fullmatch(name)), "ascii")
        return body.decode(stateful, "replace")
    others = [name for name in encodings if name != "utf-8"]
    as_utf8 = body.decode("utf-8", "surrogateescape")
    valid, invalid = _count(body, as_utf8)
    is_multibyte = any(map(_MULTIBYTE.fullmatch, others))
    if valid > invalid * (9 if is_multibyte else 1) and (not is_multibyte or valid >= _MIN_CERTAIN):
        return decode_utf8(body)
    for encoding in others:
        text = body.decode(encoding, "replace")
        if text.count("\ufffd") <= _MAX_REPLACED * (valid + invalid) or encoding == "cp1252":
            return decode_utf8(body) if encoding == "cp1252" and not valid else text
    return decode_utf8(body)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _count(body: bytes, text: str) -> tuple[int, int]:
    """Return how many letters beyond ASCII are UTF-8, and how many bytes are not."""
    invalid = len(text) - len(text.encode("utf-8", "ignore").decode())
    return len(text) - invalid - len(body.translate(None, _BEYOND_ASCII)), invalid


def _joined(pair: re.Match[bytes]) -> bytes:
    """Return a character that was encoded as two halves, as some databases do, in UTF-8."""
    halves = pair[0].decode("utf-8", "surrogatepass")
    return halves.encode("utf-16", "surrogatepass").decode("utf-16").encode()
