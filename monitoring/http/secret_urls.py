"""Find the secrets in a URL: passwords, and tokens by the names of their parameters and path segments. Pure.

In: a URL. Out: the URL as people see it, with "…" for each secret, or the secrets. Called wherever a URL that a person
entered is stored or shown; polling/addresses.py keeps the whole URL encrypted.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

MARK = "…"
# Shorter ones are words of any text; they are hidden in URLs all the same.
_SHORTEST_IN_TEXTS = 6

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
_HIDDEN = re.compile(r"(?:=|//|/|private-)(?:…|%E2%80%A6)\d*(?=[&;#/@]|$)", re.I)
_WHOLE = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]+/…\d*", re.I)


def hide(url: str, *, whole: bool = False) -> str:
    """Return a URL as people see it. `whole` leaves only its host."""
    shown, end = [], 0
    for start, stop in _spans(url, whole):
        shown += [url[end:start], MARK]
        end = stop
    return "".join(shown) + url[end:]


def secrets_in(url: str, *, whole: bool = False) -> tuple[str, ...]:
    """Return the secrets of a URL, as they are written there and decoded."""
    found = [url[start:stop] for start, stop in _spans(url, whole)]
    return tuple(dict.fromkeys(text for secret in found for text in (secret, unquote(secret))))


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


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text with "…" for each of these secrets, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_IN_TEXTS and secret in text:
            text = text.replace(secret, MARK)
    return text


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
