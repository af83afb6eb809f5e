"""A web page to its title, its readable text and its language. Pure, and total: what cannot be read is a code.

Called by monitoring/query_tools/explain.py for an address that no source has brought.
"""

import re
from dataclasses import dataclass

from lxml import etree, html

from monitoring.content.clean import html_text
from monitoring.content.scrub import scrub

# Pages with more markup than this carry it in scripts and styles at their end.
MAX_PAGE = 2_000_000
_TEXTS = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
# What stands on every page of a site and says nothing about this one.
_AROUND = ("nav", "footer", "aside", "script", "style", "noscript", "template", "head")


@dataclass(frozen=True, slots=True)
class Page:
    title: str = ""
    text: str = ""
    language: str = ""


def read_page(body: bytes, content_type: str = "") -> Page | None:
    """None for what is no page: a picture, a PDF, an archive."""
    kind = content_type.partition(";")[0].strip().lower()
    if (kind and kind not in _TEXTS) or b"\0" in body[:1000]:
        return None
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.I)
    if kind == "text/plain":
        return Page(text=scrub(_decoded(body, charset[1] if charset else "utf-8")))
    root = _tree(body[:MAX_PAGE], charset and charset[1])
    if root is None:
        return Page()
    title = " ".join((root.findtext(".//title") or "").split())
    language = (root.get("lang") or "").strip().lower()
    etree.strip_elements(root, *_AROUND, with_tail=False)
    text = html_text(html.tostring(root, encoding="unicode"))
    return Page(scrub(title), scrub(text), language if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", language) else "")


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _tree(body: bytes, charset: str | None) -> html.HtmlElement | None:
    # Without a word about it libxml2 takes Latin-1; most pages that say nothing are UTF-8.
    usual = None if re.search(rb"charset", body[:2048], re.I) else "utf-8"
    for encoding in (charset, usual) if charset else (usual,):
        try:
            parser = html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, remove_comments=True)
            return html.document_fromstring(body, parser=parser)
        except (LookupError, ValueError, AssertionError, etree.LxmlError):
            continue
    return None
