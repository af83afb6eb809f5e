"""Prepare a text for the tokenizer of the encoder, the same at run time as in training. Pure."""

import html
import re

# Of a longer text the start counts: tokenizers take quadratic time on some texts of a megabyte.
MAX_CHARS = 1000
_READ_CHARS = 4 * MAX_CHARS
# The placeholders of public sets of tweets, "http" and "@user", go too. Handles stay: they name who is meant.
_REMOVED = re.compile(r"https?://\S+|www\.\S+|(?<!\w)http(?!\w)|(?<!\w)@user(?!\w)|[\x00-\x1f\x7f-\x9f\ufffd]")
_SPACES = re.compile(r"\s+")


def prepared(text: str) -> str:
    """Return the start of the text without URLs, HTML entities, control characters and lone surrogates."""
    start = text[:_READ_CHARS].encode("utf-8", "replace").decode("utf-8")
    plain = _REMOVED.sub(" ", html.unescape(html.unescape(start)))
    return _SPACES.sub(" ", plain).strip()[:MAX_CHARS]
