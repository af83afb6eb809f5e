"""Repair what most often keeps an XML feed from being well-formed: raw "&" and "<", references of HTML, and characters
that XML does not allow. Pure; called by parse.py before a feed is read a second time.

In: a feed in UTF-8. Out: the same, in which "AT&T" is text, as browsers read it. Other faults remain.
"""

import re
from html.entities import html5

# Their content is no markup; they reach to the end if they are not closed.
_SECTION = re.compile(rb"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.S)
# CDATA as HTML parsers write it.
_COMMENTED = b"<!--[CDATA["
_BROKEN_OPENING = re.compile(rb"<!\[(?!CDATA\[)\s?(?i:cdata)\s?\[")
_CONTROL = bytes([*range(9), 11, 12, *range(14, 32)])
_RAW_AMPERSAND = re.compile(rb"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z_][\w.:-]{0,60});)")
_RAW_LESS_THAN = re.compile(rb"<(?![A-Za-z/!?_:\x80-\xff])")
_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([\w.:-]{1,61}));")
_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%\"'<>]{1,100})\s")


def repair_xml(data: bytes) -> bytes:
    """Return the feed with these faults repaired."""
    data = data.translate(None, _CONTROL)
    if _COMMENTED in data:
        data = data.replace(_COMMENTED, b"<![CDATA[").replace(b"]]-->", b"]]>")
    data = _BROKEN_OPENING.sub(b"<![CDATA[", data)
    declared = frozenset(_ENTITY.findall(data)) if b"<!ENTITY" in data else frozenset()

    def replaced(reference: re.Match[bytes]) -> bytes:
        decimal, hexadecimal, name = reference.groups()
        if name is not None:
            return reference[0] if name in declared else _character_of(name)
        number = int(decimal) if decimal else int(hexadecimal, 16)
        return reference[0] if _is_allowed(number) else b""

    pieces = _SECTION.split(data)
    for index in range(0, len(pieces), 2):
        piece = pieces[index]
        if b"&" in piece:
            piece = _REFERENCE.sub(replaced, _RAW_AMPERSAND.sub(b"&amp;", piece))
        pieces[index] = _RAW_LESS_THAN.sub(b"&lt;", piece).replace(b"]]>", b"]]&gt;")
    return b"".join(pieces)


def _character_of(name: bytes) -> bytes:
    """Return what stands for a reference of HTML in XML: the character, or the reference as a text."""
    character = html5.get(f"{name.decode('ascii', 'replace')};", "")
    if not character or character in "<>&\"'":
        return b"&amp;" + name + b";"
    return character.encode()


def _is_allowed(number: int) -> bool:
    """Return whether XML allows a character."""
    return number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xDFFF < number < 0xFFFE or 0xFFFF < number < 0x110000
