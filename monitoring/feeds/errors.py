"""The value for bytes that cannot be parsed; returned by parse.py, the parsers and opml.py.

messages/source_errors.py has a message per `code`: "empty", "not_a_feed", "html_page", "sign_in_page", "xml_bomb",
"too_complex", "unreadable", from opml.py "not_opml", and from parsing/ "busy".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseError:
    """Why bytes are no feed. `detail` is for logs and support: short, untranslated, without text of the feed."""

    code: str
    detail: str = ""
