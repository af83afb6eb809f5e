"""The words of an item for comparing it with others: folded, without addresses, boilerplate and bylines. Pure.

In: title and text as stored. Out: `StoryText`. Called by stories/keys.py and stories/sameness.py.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

# Longer texts are compared by their beginning, of about ten pages.
MAX_CHARS = 30_000
# Sentences that publishers, agencies and content systems add to a text. A longer sentence is content.
MAX_BOILERPLATE = 200

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\b\S+@\S+\.\w+|(?<!\w)@\w+(?:@\S+)?|\bpic\.twitter\.com/\S+")
_BOILERPLATE = re.compile(
    r"""
    \b(?:read|continue\ reading|find\ out|learn|see)\ more\b | \bread\ (?:also|the\ full|on\b|next)
    | \bmore\ on\ this\b
    | \bcontinue\ reading\b | \ball\ rights\ reserved\b | \bcopyright\b | ©
    | \b(?:the\ post|l[’']article|cet\ article|this\ article|this\ story|article)\b.{0,150}
      \b(?:appeared\ first|first\ appeared|first\ published|originally\ published|est\ apparu|a\ été\ publié
      |provient\ de)\b
    | \bappeared\ first\ on\b | \bsubscribe\b.{0,80}\b(?:newsletter|channel|today|now)\b | \bsign\ up\ for\b
    | \bfollow\ us\b | \bclick\ here\b | \bshare\ (?:this|on)\b | \badvertisement\b | \bsource\ ?:
    | \blire\ (?:aussi|la\ suite|plus|l[’']article|également)\b | \ben\ savoir\ plus\b | \bla\ suite\ (?:sur|après)\b
    | \bà\ lire\ (?:aussi|également)\b | \btous\ droits\ réservés\b | \babonnez-vous\b | \bsuivez-nous\b
    | \brejoignez-nous\b | \binscrivez-vous\b.{0,80}\b(?:newsletter|infolettre)\b | \bcliquez\ ici\b | \bpartage[rz]\b
    | \bcet?\ (?:article|contenu)\ est\ (?:réservé|paru) | \bcrédit(?:s)?\ photo
    | \bphoto\ (?:credit|by|d[’']illustration)
    | \bavec\ (?:afp|reuters|agences?)\b | \b(?:via|selon|source)\ (?:l[’'])?(?:afp|reuters|ap|belga|ats|agences?)\b
    | \bwith\ (?:afp|reuters|ap|agencies)\b | \breporting\ by\b | \bediting\ by\b | \badditional\ reporting\b
    | ^\W*(?:by|par)\ [A-ZÀ-Ý][\w.’'-]+(?:\ (?:and|et|de|van|le|la)?\ ?[A-ZÀ-Ý][\w.’'-]+){0,5}\W*$
    | ^\W*(?:publié|mis\ à\ jour|modifié|posted|published|updated|last\ updated)\b.{0,80}$
    | ^\W*(?:afp|reuters|ap|belga|ats|la\ rédaction)\W*$ | ^\W*rt\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "PARIS, 12 mars (AFP) - ", "LONDON (Reuters) – ", "(Belga) ": where and from whom a dispatch is.
_DATELINE = re.compile(
    r"^\W{0,3}(?:[A-ZÀ-Ý][\w’' -]{1,30},?\s{0,2})?"
    r"(?:(?:le\s)?\d{1,2}\s\w{3,9}\.?\s?(?:\d{4})?,?\s?|\w{3,9}\s\d{1,2},?\s)?"
    r"\((?:AFP|Reuters|AP|Belga|ATS|Keystone-ATS|PA Media|CNW|La Presse Canadienne|Agence)[^)]{0,30}\)\s*[-–—:]*\s*",
)
_RETWEET = re.compile(r"^\s*RT\s*:?\s*(?=\S)")
_SENTENCES = re.compile(r"(?<=[.!?…])[\s”»\"]*\s+(?=\S)|\n+|\s+\|\s+")
# A number with its separators, a character of a script without spaces, or a word.
_TOKEN = re.compile(
    r"\d+(?:[\u202f\u00a0., ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
    r"|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_]+(?:\d+)?",
)
_MARKS = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
# " - Le Monde", " | Le Monde": what a search engine or a feed adds to a title.
_SUFFIX = re.compile(r"\s+[-–—|·]\s+[^-–—|·]{1,40}$")
_GROUPED = re.compile(r"[\u202f\u00a0., ](?=\d{3}(?!\d))")


@dataclass(frozen=True)
class StoryText:
    """An item as it is compared. `is_review` if it is the opinion of one person about something."""

    title: str
    text: str
    is_review: bool = False

    @cached_property
    def tokens(self) -> tuple[tuple[str, ...], tuple[bool, ...]]:
        """The folded words of the text, or of the title if there is none; and which of them are specific."""
        return _tokens(_content(self.text[:MAX_CHARS]) or self.title)

    @property
    def words(self) -> tuple[str, ...]:
        return self.tokens[0]

    @property
    def specific(self) -> tuple[bool, ...]:
        """For each word, whether it is a number or a name: what differs between two texts of one template."""
        return self.tokens[1]

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        """The folded words of the title, without the name of a publisher at its end."""
        return _tokens(_SUFFIX.sub("", self.title))[0]

    @property
    def has_text(self) -> bool:
        return bool(self.text.strip())


def fold(text: str) -> str:
    """Return a text without case and accents; ligatures become letters."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_LETTERS)


def _content(text: str) -> str:
    """Return a text without addresses, the place and agency before a dispatch, and boilerplate."""
    text = _DATELINE.sub("", _RETWEET.sub("", _ADDRESS.sub(" ", text)), count=1)
    if not _BOILERPLATE.search(text) and "\n" not in text:
        return text.strip()
    sentences = _SENTENCES.split(text)
    kept = [one for one in sentences if len(one) > MAX_BOILERPLATE or not _BOILERPLATE.search(one)]
    return " ".join(_DATELINE.sub("", one, count=1) for one in kept).strip()


def _tokens(text: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    words, specific = [], []
    end = 0
    for match in _TOKEN.finditer(text):
        raw = match.group()
        is_number = raw[0].isdigit()
        starts_sentence = end == 0 or any(mark in ".!?…\n:" for mark in text[end : match.start()])
        words.append(_number(raw) if is_number else fold(raw))
        specific.append(is_number or (raw[0].isupper() and not starts_sentence))
        end = match.end()
    return tuple(words), tuple(specific)


def _number(raw: str) -> str:
    """Return a number in one form: "1 200", "1,200" and "1.200" are 1200, "5,20" and "5.2" are 5.2."""
    digits = _GROUPED.sub("", raw).replace(",", ".")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
