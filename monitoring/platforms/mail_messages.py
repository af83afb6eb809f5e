"""Turn an email message into entries: one per message, or one per link of a Google Alerts message. Pure.

In: the bytes of a message, perhaps without its end, and the time at which the server received it. Out: entries.
Called by platforms/mailbox.py. Attachments are ignored.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from monitoring.records import Entry

# Python's parser repairs most damage; this is what it raises for the rest.
MALFORMED = (ValueError, TypeError, AttributeError, LookupError, MessageError, RecursionError)
MAX_RAW = 20_000
MAX_LINKS = 100  # of a Google Alerts message
# A plain text that is shorter than this often says only that the message has another part.
SHORT = 200
GOOGLE_ALERTS = "googlealerts-noreply@google.com"
_TARGET = re.compile(r"[?&](?:url|q)=(https?(?::|%3[aA]).*?)(?:&(?:ct|cd|usg|sa|source|ei)=|$)")
_RAW_HEADERS = ("Message-ID", "Date", "From", "Subject", "List-Id", "Archived-At", "In-Reply-To")


def entries_of(message: bytes, received: str) -> tuple[Entry, ...]:
    """Return the entries of a message. Raise one of `MALFORMED`."""
    parsed = message_from_bytes(message, policy=policy.default)
    if not parsed.keys():
        raise ValueError("no header")
    entry = _entry(parsed, received)
    if entry.author_handle.lower() == GOOGLE_ALERTS:
        return _alerts(entry) or (entry,)
    return (entry,)


def _entry(message: EmailMessage, received: str) -> Entry:
    name, address = _author(message)
    body, is_html = _body(message)
    identifier = _header(message, "Message-ID").strip("<> ")
    headers = {header: _header(message, header) for header in _RAW_HEADERS}
    return Entry(
        native_id=identifier or hashlib.blake2b(json.dumps([headers, body]).encode(), digest_size=16).hexdigest(),
        url=_archived_at(message),
        title=_header(message, "Subject"),
        body=body,
        body_is_html=is_html,
        author=name,
        author_handle=address,
        published=_time(message, received),
        kind="article",
        reply_to=_header(message, "In-Reply-To").strip("<> "),
        raw=json.dumps({name: value for name, value in headers.items() if value}, ensure_ascii=False)[:MAX_RAW],
    )


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name) or "").split())


def _author(message: EmailMessage) -> tuple[str, str]:
    """Return the name and address of the author, or the name of the list."""
    addresses = getattr(message.get("From"), "addresses", ())
    name, address = (addresses[0].display_name, addresses[0].addr_spec) if addresses else ("", "")
    listed = _header(message, "List-Id").partition("<")[0].strip(' "')
    return name or listed or address, address if address != "<>" else ""


def _archived_at(message: EmailMessage) -> str:
    """Return the web address of the message, if it names one (RFC 5064)."""
    url = _header(message, "Archived-At").strip("<> ")
    return url if urlsplit(url).scheme in ("http", "https") else ""


def _time(message: EmailMessage, received: str) -> datetime | None:
    """Return when the message was sent: not later than the server received it, as senders may write any time."""
    arrived = None
    if received:
        arrived = datetime.strptime(received.strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    sent = getattr(message.get("Date"), "datetime", None)
    if sent is None:
        return arrived
    sent = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    return min(sent, arrived) if arrived else sent


def _body(message: EmailMessage) -> tuple[str, bool]:
    """Return the text of a message, and whether it is HTML."""
    plain, marked = (_content(message.get_body((kind,))) for kind in ("plain", "html"))
    if marked and len(plain.strip()) < SHORT:
        return marked, True
    return plain, False


def _content(part: Any) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a charset that doesn't exist
        return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _alerts(message: Entry) -> tuple[Entry, ...]:
    """Return one entry per link of a Google Alerts message: the same page in two alerts is one item."""
    if not message.body_is_html:
        return ()
    try:
        root = html.fromstring(message.body.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.LxmlError:  # an empty text
        return ()
    titles: dict[str, str] = {}
    texts: dict[str, str] = {}
    for link in root.iter("a"):
        target = alert_target(link.get("href") or "")
        title = _words(link)
        if target and len(titles) < MAX_LINKS and len(title) >= len(titles.get(target, "")):
            titles[target] = title
            texts[target] = _words(next(link.iterancestors("td", "li", "div"), link))
    return tuple(
        Entry(
            native_id=target,
            url=target,
            title=title,
            body=texts[target].removeprefix(title).strip(),
            body_is_html=False,
            author=urlsplit(target).hostname or "",
            published=message.published,
            kind="article",
            raw=message.raw,
        )
        for target, title in titles.items()
        if title
    )


def alert_target(href: str) -> str:
    """Return the page behind a link of Google Alerts, "" for a link to Google itself."""
    if not (urlsplit(href).hostname or "").endswith("google.com"):
        return ""
    found = _TARGET.search(href)
    target = (found[1] if "://" in found[1] else unquote(found[1])) if found else ""
    host = urlsplit(target).hostname or ""
    return "" if host == "google.com" or host.endswith(".google.com") else target


def _words(element: etree._Element) -> str:
    return " ".join(" ".join(map(str, element.itertext())).split())
