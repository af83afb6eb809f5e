"""Convert the Markdown of posts to HTML, which content/clean.py makes safe and plain. Pure; called by platforms."""

from functools import cache

from markdown_it import MarkdownIt

MAX_MARKDOWN = 200_000  # characters, as much as is stored of a text


@cache
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])


def to_html(markdown: str | None) -> str:
    """Return HTML, "" for no text. A line break is one, as on the platforms; HTML in it stays."""
    return str(_renderer().render(markdown[:MAX_MARKDOWN])).strip() if markdown else ""
