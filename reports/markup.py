"""The Markdown of a report's comment: paragraphs, emphasis, lists and links.

In: text. Out: safe HTML, or plain text. HTML in it is shown as it was typed; images, headings and tables are no part
of it, so nothing is loaded from elsewhere.
"""

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote"}


@cache
def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("zero", {"html": False, "breaks": True})
    return renderer.enable(["emphasis", "list", "link", "newline", "blockquote", "escape"])


def markup_html(text: str) -> SafeString:
    """Return the HTML; links lead only to web pages and mail addresses."""
    html = nh3.clean(
        str(_renderer().render(text)),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # nh3 made it safe


def markup_lines(text: str) -> list[str]:
    """Return the paragraphs and list items as plain text, for PDFs and emails."""
    lines = []
    for token in _renderer().parse(text):
        if token.type == "inline":
            parts = [
                "\n" if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or ()
            ]
            lines.append("".join(parts))
    return [line for line in lines if line.strip()]
