"""Extract title, text and language of a web page. Pure; no bytes raise an exception.

Called by query_tools/explain.py for a URL of which no item is stored.
"""

import re
from dataclasses import dataclass

from lxml import etree, html

from monitoring.content.clean import html_text
from monitoring.content.scrub import scrub

# Longer pages contain scripts and styles after this.
MAX_PAGE_BYTES = 2_000_000
_PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
# Elements that are the same on every page of a site.
_BOILERPLATE = ("nav", "footer", "aside", "script", "style", "noscript", "template", "head")


@dataclass(frozen=True, slots=True)
class Page:
    """A web page as plain text; `language` is a tag in lower case or "".

    `image` is the URL of the picture that the page names for previews, as written there; `image_alt` describes it.
    """

    title: str = ""
    text: str = ""
    language: str = ""
    image: str = ""
    image_alt: str = ""


def read_page(body: bytes, content_type: str = "") -> Page | None:
    """Return the page, or None for other content: an image, a PDF, an archive. `content_type` is the HTTP header."""
    kind = content_type.partition(";")[0].strip().lower()
    if (kind and kind not in _PAGE_TYPES) or b"\0" in body[:1000]:
        return None
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.I)
    if kind == "text/plain":
        return Page(text=scrub(_decoded(body, charset[1] if charset else "utf-8")))
    root = _parse(body[:MAX_PAGE_BYTES], charset and charset[1])
    if root is None:
        return Page()
    title = " ".join((root.findtext(".//title") or "").split())
    language = (root.get("lang") or "").strip().lower()
    image, image_alt = _meta(root, "og:image", "twitter:image"), _meta(root, "og:image:alt", "twitter:image:alt")
    etree.strip_elements(root, *_BOILERPLATE, with_tail=False)
    text = html_text(html.tostring(root, encoding="unicode"))
    language = language if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", language) else ""
    return Page(scrub(title), scrub(text), language, scrub(image), scrub(image_alt))


def _meta(root: html.HtmlElement, *names: str) -> str:
    """Return the first value of these properties, "" if the page has none."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name, content = meta.get("property") or meta.get("name") or "", meta.get("content") or ""
        found.setdefault(name.strip().lower(), " ".join(content.split()))
    return next((found[name] for name in names if found.get(name)), "")


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _parse(body: bytes, charset: str | None) -> html.HtmlElement | None:
    # Without a declaration libxml2 assumes Latin-1, but most such pages are UTF-8.
    default = None if re.search(rb"charset", body[:2048], re.I) else "utf-8"
    for encoding in (charset, default) if charset else (default,):
        try:
            parser = html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, remove_comments=True)
            return html.document_fromstring(body, parser=parser)
        except (LookupError, ValueError, AssertionError, etree.LxmlError):
            continue
    return None
