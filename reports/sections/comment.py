"""The text that the team writes itself, in a little Markdown."""

from reports.blocks import Block, Markup
from reports.reader import Reader


def read(reader: Reader) -> list[Block]:
    """Return the comment; nothing if it is empty, so the section is left out."""
    text = reader.comment.strip()
    return [Markup(text)] if text else []
