"""Compute the size of a document with its declared entities expanded, before a parser expands them.

No entity is expanded here: sizes are added up, so a “billion laughs” document takes a few milliseconds. Called by
feedparser_parser.py.
"""

import re

_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%\"'<>]{1,100})\s+(?:\"([^\"]*)\"|'([^']*)')")
_USE = re.compile(rb"&([^\s&;#<>]{1,100});")


def expanded_size(data: bytes) -> int:
    """Return the bytes that references to declared entities expand to, nested ones included; a cycle is infinite."""
    if b"<!ENTITY" not in data:
        return 0
    declared = {name: first or second for name, first, second in reversed(_ENTITY.findall(data))}
    sizes: dict[bytes, int] = {}
    return sum(_size(name, declared, sizes, depth=0) for name in _USE.findall(_ENTITY.sub(b"", data)))


# Deeper than any real declaration, and below Python's recursion limit.
_MAX_DEPTH = 50
_INFINITE = 10**12


def _size(name: bytes, declared: dict[bytes, bytes], sizes: dict[bytes, int], *, depth: int) -> int:
    if name not in declared:
        return 0
    if depth > _MAX_DEPTH:
        return _INFINITE
    if name not in sizes:
        sizes[name] = _INFINITE
        value = declared[name]
        nested = (_size(inner, declared, sizes, depth=depth + 1) for inner in _USE.findall(value))
        sizes[name] = min(_INFINITE, len(value) + sum(nested))
    return sizes[name]
