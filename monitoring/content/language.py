"""Identify the language of a text. In: a text, the language tag of its source, the tracked languages of the project.
Out: a tag in lower case ("fr", "fr-ca"), or "" if it is uncertain. Pure; called by ingest/store.py and the commands.

py3langid (naive Bayes over byte n-grams, BSD) decides; the source's tag and the tracked languages only change the
likelihoods, since French feeds that claim to be English are common. docs/sentiment.md has how often it is right.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache

from py3langid.langid import LanguageIdentifier

from monitoring.records import Item

# The most used languages on the web. Each additional one attracts short texts in similar languages.
_LANGUAGES = (
    "ar bg bn br ca cs da de el en es et eu fa fi fr gl he hi hr ht hu hy id is it ja ka ko lb lt lv mk mr ms nl no "
    "oc pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur vi zh"
)
LANGUAGES = tuple(_LANGUAGES.split())
# How many times more likely a language is if the project tracks it, and if the source has its tag: with higher factors
# gibberish becomes French in projects that track French; with lower ones a tenth of all tweets has no language.
TRACKED_FACTOR, HINT_FACTOR = 6.0, 10.0
MIN_SHARE = 0.3  # of all likelihoods, below which the language is unknown
MAX_CHARS = 150  # two lines suffice, and each takes 30 microseconds
_URL_OR_HANDLE = re.compile(r"https?://\S*|www\.\S*|[@#]\w+")
_FOUR_LETTERS = re.compile(r"(?:.*?[^\W\d_]){4}", re.DOTALL)


def identify(text: str, hint: str = "", tracked: Collection[str] = ()) -> str:
    """Return the language of a text. `hint` is the tag of the source; `tracked` are ISO 639-1 codes. Never raises."""
    hint = hint.strip().lower().replace("_", "-")
    hinted = hint.partition("-")[0]
    words = _URL_OR_HANDLE.sub(" ", text[: 2 * MAX_CHARS])[:MAX_CHARS]
    if not _FOUR_LETTERS.match(words):
        return ""
    best, share = load().classify(words)
    if share * _factor(best, hinted, tracked) > (1 - share) * _highest_factor(best, hinted, tracked):
        return hint if hinted == best else best
    likelihoods = dict(load().rank(words))
    for code, factor in [*((code, TRACKED_FACTOR) for code in tracked), (hinted, HINT_FACTOR)]:
        if code in likelihoods:
            likelihoods[code] *= factor
    best = max(likelihoods, key=likelihoods.__getitem__)
    if likelihoods[best] < MIN_SHARE * sum(likelihoods.values()):
        return ""
    return hint if hinted == best else best


def with_language(item: Item, tracked: Collection[str] = ()) -> Item:
    """Return an item with the language of its title and text; its own is the tag of the source."""
    return replace(item, language=identify(f"{item.title}\n{item.text}", item.language, tracked))


def _factor(code: str, hinted: str, tracked: Collection[str]) -> float:
    return (TRACKED_FACTOR if code in tracked else 1) * (HINT_FACTOR if code == hinted else 1)


def _highest_factor(best: str, hinted: str, tracked: Collection[str]) -> float:
    """Return the highest factor that another language than the best may have; ranking all takes as long again."""
    hint = 1 if hinted in ("", best) else HINT_FACTOR
    return hint * (TRACKED_FACTOR if any(code != best for code in tracked) else 1)


@cache
def load() -> LanguageIdentifier:
    """Return py3langid restricted to LANGUAGES, loaded once per process."""
    identifier = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
