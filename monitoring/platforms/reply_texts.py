"""How long a reply is for its platform, and how long it may be. Pure; called before a draft is sent, and to warn.

Bluesky counts what a reader sees as one character (https://docs.bsky.app/docs/advanced-guides/posts). X counts
characters of most other scripts and emojis as two, links as 23 (https://docs.x.com/fundamentals/counting-characters).
Mastodon counts links as 23 and leaves out the server of a mention
(https://docs.joinmastodon.org/user/posting/#text); servers may allow more than 500.
"""

import re
import unicodedata
from collections.abc import Callable

# Characters per reply that platforms accept; others accept more than anybody reads.
MAX_LENGTH = {
    "bluesky": 300,
    "x": 280,
    "mastodon": 500,
    "threads": 500,
    "googleplay": 350,
    "stackexchange": 600,
    "linkedin": 1250,
    "instagram": 2200,
    "appstore": 5970,
    "facebook": 8000,
    "reddit": 10_000,
    "youtube": 10_000,
}
# Their servers or subscriptions may allow more: a longer text is only warned about.
VARIABLE_LIMITS = frozenset({"discourse", "mastodon", "x"})
LINK_LENGTH = 23
LINK = re.compile(r"https?://[^\s<>\"]+")
_MENTION = re.compile(r"(@\w+)@[\w.-]+\w")
_JOINER = "\u200d"
_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that X counts as one


def text_length(text: str, platform: str) -> int:
    """Return the length of a text as the platform counts it."""
    return _COUNTERS.get(platform, len)(text)


def excess(text: str, platform: str) -> tuple[int, int] | None:
    """Return the length and the limit of a text that is too long, None for any other."""
    limit = MAX_LENGTH.get(platform, 0)
    length = text_length(text, platform)
    return (length, limit) if limit and length > limit else None


def graphemes(text: str) -> list[str]:
    """Return what a reader sees as single characters: letters with their accents, flags, joined emojis."""
    found: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if found and (_continues(char) or found[-1].endswith(_JOINER) or _is_pair(found[-1], char)):
            found[-1] += char
        else:
            found.append(char)
    return found


def _continues(char: str) -> bool:
    is_modifier = 0x1F3FB <= ord(char) <= 0x1F3FF or 0xE0020 <= ord(char) <= 0xE007F
    return char == _JOINER or is_modifier or unicodedata.category(char) in ("Mn", "Me", "Mc")


def _is_pair(before: str, char: str) -> bool:
    """Return whether two characters are the halves of a flag, or a line break of two characters."""
    is_flag = len(before) == 1 and all(0x1F1E6 <= ord(one) <= 0x1F1FF for one in (before, char))
    return is_flag or (before, char) == ("\r", "\n")


def _weighted(text: str) -> int:
    rest, links = LINK.subn("", text)
    return links * LINK_LENGTH + sum(_weight(one) for one in graphemes(rest))


def _weight(grapheme: str) -> int:
    if any(ord(char) >= 0x1F000 or char == "\ufe0f" for char in grapheme):
        return 2
    return sum(1 if any(low <= ord(char) <= high for low, high in _SINGLE) else 2 for char in grapheme)


def _mastodon(text: str) -> int:
    rest, links = LINK.subn("", text)
    return links * LINK_LENGTH + len(graphemes(_MENTION.sub(r"\1", rest)))


_COUNTERS: dict[str, Callable[[str], int]] = {
    "bluesky": lambda text: len(graphemes(text)),
    "x": _weighted,
    "mastodon": _mastodon,
}
