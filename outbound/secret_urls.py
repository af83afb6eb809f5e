"""Find the secrets in a URL: passwords, and tokens by the names of their parameters and path segments. Pure.

In: a URL. Out: the URL as people see it, with "…" for each secret, or the secrets. Called wherever a URL that a person
entered is stored or shown; polling/addresses.py keeps the whole URL encrypted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

MARK = "…"
# Parts of URLs from these lengths on look random: with a digit, and without.
_LONG_WITH_DIGIT, _LONG = 6, 12

_URL = re.compile(r"(?P<scheme>(?:[a-z][a-z0-9+.-]*:)?//)?(?P<site>[^/?#]*)(?P<path>[^?#]*)(?P<query>.*)", re.I | re.S)
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#?]+)=([^&;#]+)")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")
# The last word of a parameter's name: "access_token", "X-Amz-Signature", "apiKey", "private_token" (GitLab).
_SECRET_WORDS = frozenset(
    {
        "auth", "authorization", "credential", "credentials", "hmac", "jwt", "pass", "passwd", "password", "passwort",
        "pw", "pwd", "session", "sessionid", "sid", "sig", "sign", "signature", "ticket",
    }
)  # fmt: skip
_SECRET_ENDINGS = ("key", "token", "secret", "password")
# The private feed of a person on Reddit: ?feed=<40 hexadecimal digits>&user=NAME.
_REDDIT_TOKEN = re.compile(r"[0-9a-f]{32,}")
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w.-]+")
# Google Calendar, private podcasts: .../private-0123456789abcdef/basic.ics
_PRIVATE_SEGMENT = re.compile(r"(?<=private-)[\w-]{8,}(?=[./]|$)")
# The segment after one with such a name: /rss/private/0a1b2c3d4e5f, /feeds/token/...
_AFTER_NAME = re.compile(r"/(?:auth|key|private|secret|tokens?)/((?=[^/]*\d)[\w.~%-]{12,})(?=/|$)", re.I)
# A path segment, a parameter's value, or a query without a name.
_PIECE = re.compile(r"(?<=[/?&;#=])[^/?&;#=]+=*(?=[/?&;#]|$)")
_EXTENSION = re.compile(r"\.(?:aspx?|atom|html?|ics|json|php|rdf|rss|xml)$", re.I)
# A whole URL is not replaced in a longer one, nor a word in a longer word; "%2F" ends a word.
_URL_END = r"(?![\w/?#%=&;-]|\.\w)"
_WORD_START, _WORD_END = r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{2}))", r"(?![^\W_])"
# Also in a word: private-….ics. URLs that have the character for another reason are very rare.
_HIDDEN = re.compile(r"…|%E2%80%A6", re.I)
_WHOLE = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]+/…\d*", re.I)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, and the pattern that finds it in texts. The pattern's group "before" stays."""

    text: str
    pattern: re.Pattern[str]


def hide(url: str, *, whole: bool = False) -> str:
    """Return a URL as people see it. `whole` leaves only its host."""
    parts = _URL.fullmatch(url)
    if whole and parts and parts["query"] and not parts["path"]:
        url = f"{url[: parts.start('query')]}/{parts['query']}"
    shown, end = [], 0
    for start, stop in _spans(url, whole):
        shown += [url[end:start], MARK]
        end = stop
    return "".join(shown) + url[end:]


def secrets_in(url: str, *, whole: bool = False) -> tuple[Secret, ...]:
    """Return the URL and its secrets, as they are written there and decoded; () for a URL without secrets.

    `whole` adds its long path segments and parameter values: in a URL that is hidden as a whole, each may be a token.
    """
    spans = _spans(url, whole=False)
    if not spans and not whole:
        return ()
    found = {Secret(url, re.compile(f"(?P<before>){re.escape(url)}{_URL_END}")): None}
    for start, stop in [*spans, *(_long_pieces(url) if whole else ())]:
        secret = url[start:stop]
        for text in dict.fromkeys((secret, unquote(secret), quote(unquote(secret), safe=""))):
            found[Secret(text, _pattern(text, url[:start], url[stop:]))] = None
    return tuple(found)


def is_hidden(url: str) -> bool:
    """Return whether a URL is one that `hide` has returned without its secrets: it can't be fetched."""
    return bool(_HIDDEN.search(url))


def is_whole(shown: str) -> bool:
    """Return whether a URL is shown with its host only."""
    return bool(_WHOLE.fullmatch(shown))


def numbered(shown: str, number: int) -> str:
    """Return a shown URL for the source with this number: its last mark has it, from 2 on."""
    head, mark, tail = shown.rpartition(MARK)
    return f"{head}{mark}{number}{tail}" if mark and number > 1 else shown


def without_secrets(text: str, secrets: Iterable[Secret]) -> str:
    """Return a text with "…" for each of these secrets, the longest first."""
    for secret in sorted(secrets, key=lambda one: len(one.text), reverse=True):
        if secret.text in text:
            text = secret.pattern.sub(rf"\g<before>{MARK}", text)
    return text


def _pattern(text: str, head: str, tail: str) -> re.Pattern[str]:
    """Return the pattern of a secret between the head and the tail of its URL.

    Values that look random are found in any text. Others may be ordinary words: only in URLs, at the same parameter
    or place.
    """
    escaped = re.escape(text)
    if len(text) >= _LONG and _is_mixed(text):
        return re.compile(f"(?P<before>){escaped}")
    if len(text) >= _LONG or (len(text) >= _LONG_WITH_DIGIT and _is_mixed(text)):
        return re.compile(f"(?P<before>){_WORD_START}{escaped}{_WORD_END}")
    if tail.startswith("@"):
        return re.compile(f"(?P<before>//){escaped}(?=@)")
    before = re.escape(re.split(r"[/?&;#]", head)[-1])
    return re.compile(f"(?P<before>[/?&;#]{before}){escaped}(?![\\w%-])")


def _is_mixed(text: str) -> bool:
    return any(one.isdigit() for one in text) and any(one.isalpha() for one in text)


def _long_pieces(url: str) -> Iterator[tuple[int, int]]:
    """Yield where a URL has path segments and parameter values that are long enough to be tokens."""
    parts = _URL.fullmatch(url)
    for found in _PIECE.finditer(url, parts.start("path") if parts else 0):
        text = _EXTENSION.sub("", found[0])
        has_digit = any(one.isdigit() for one in text)
        if len(text) >= (_LONG_WITH_DIGIT if has_digit else _LONG):
            yield found.start(), found.start() + len(text)


def _spans(url: str, whole: bool) -> list[tuple[int, int]]:
    """Return where the secrets of a URL are, in its order, without overlaps."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return []
    site, path, query = parts.start("site"), parts.start("path"), parts.start("query")
    userinfo = parts["site"].rpartition("@")[0]
    spans = [(site, site + len(userinfo))] if userinfo else []
    if whole:
        start = path + 1 if parts["path"] else path
        return [*spans, (start, len(url))] if start < len(url) else spans
    spans += ((path + start, path + stop) for start, stop in _in_path(parts["path"]))
    spans += ((query + start, query + stop) for start, stop in _in_query(parts["query"]))
    return spans


def _in_path(path: str) -> list[tuple[int, int]]:
    spans = [found.span() for pattern in (_PRIVATE_SEGMENT, _JWT) for found in pattern.finditer(path)]
    spans += (found.span(1) for found in _AFTER_NAME.finditer(path))
    separate: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if not separate or start >= separate[-1][1]:
            separate.append((start, stop))
    return separate


def _in_query(query: str) -> Iterator[tuple[int, int]]:
    """Yield the values of secret parameters, those of a fragment included."""
    for found in _PARAMETER.finditer(query):
        if _is_secret(unquote(found[1]), unquote(found[2])):
            yield found.span(2)


def _is_secret(name: str, value: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(name)]
    if words and (words[-1] in _SECRET_WORDS or words[-1].endswith(_SECRET_ENDINGS)):
        return True
    return bool((name == "feed" and _REDDIT_TOKEN.fullmatch(value)) or _JWT.match(value))
