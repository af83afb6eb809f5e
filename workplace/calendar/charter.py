"""The charter of a brand, checked in the text of a post. Pure.

In: a text and what the project asks for. Out: what the text has or lacks; nothing is ever prevented.
"""

from dataclasses import dataclass

from monitoring.query.folding import fold
from workplace.draft_warnings import forbidden_in


@dataclass(frozen=True)
class Charter:
    """Words that texts avoid, and hashtags and a signature that they have."""

    forbidden: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    signature: str = ""


@dataclass(frozen=True)
class Findings:
    """The forbidden words of a text, the hashtags that it lacks, and whether it lacks the signature."""

    forbidden: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    lacks_signature: bool = False


def check(text: str, charter: Charter) -> Findings:
    """Return what does not follow the charter; nothing in an empty text."""
    if not text.strip():
        return Findings()
    folded = fold(text)
    words = {word.strip(".,;:!?()«»“”\"'").strip() for word in folded.split()}
    return Findings(
        forbidden=forbidden_in(text, charter.forbidden),
        hashtags=tuple(tag for tag in charter.hashtags if fold(tag) not in words),
        lacks_signature=bool(charter.signature) and fold(charter.signature) not in folded,
    )


def read_hashtags(text: str) -> list[str]:
    """Return hashtags from a line of words: each once, with its #."""
    names = (word.strip(",;").lstrip("#") for word in text.split())
    return list({fold(name): f"#{name}" for name in names if name}.values())
