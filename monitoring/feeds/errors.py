"""The one value that says why bytes could not be read; made by parse.py, reference.py, json_feed.py and opml.py.

Callers turn `code` into words: "empty", "not_a_feed", "html_page", "xml_bomb", "too_complex", "unreadable", and from
opml.py "not_opml".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseError:
    """`detail` is for logs and support, never for translation: short, machine-made, without the feed's own text."""

    code: str
    detail: str = ""
