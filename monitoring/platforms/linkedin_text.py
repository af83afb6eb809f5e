r"""Read what LinkedIn writes in its own forms: notifications, texts, times in ids. Pure; called by linkedin.py.

Facts: the `commentary` of a post has hashtags, mentions and escapes: {hashtag|\#|lumen},
@[Lumen](urn:li:organization:1) and \( (https://learn.microsoft.com/linkedin/marketing/community-management/shares/
little-text-format). Ids begin with the milliseconds since 1970 at which they were given, 22 bits from the right:
observed, not documented.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

_COMMENT_ID = re.compile(r"urn:li:comment:\(.*,(\d+)\)")
_HASHTAG = re.compile(r"\{hashtag\|\\?#\|([^{}|]*)\}")
_MENTION = re.compile(r"@\[((?:[^\\\]]|\\.)*)\]\(urn:li:[^()]*\)")
_ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
_RESERVED = re.compile(r"[\\|{}@\[\]()<>*_~]|(?<=\w)#|#(?!\w)")
# Notifications are kept this long.
_OLDEST = timedelta(days=60)


def plain(commentary: str) -> str:
    """Return the text of a post without its markup."""
    text = _MENTION.sub(r"@\1", _HASHTAG.sub(r"#\1", commentary))
    return _ESCAPED.sub(r"\1", text)


def commentary(text: str) -> str:
    """Return a text as the commentary of a post: reserved characters escaped, except the # of hashtags.

    LinkedIn cuts a post off at the first one that isn't (little-text-format).
    """
    return _RESERVED.sub(r"\\\g<0>", text)


def published(urn: str, modified_ms: float) -> datetime:
    """Return when a comment or post was written (UTC): the time in its id, else that of its notification."""
    modified = datetime.fromtimestamp(modified_ms / 1000, UTC)
    numbers = re.findall(r"\d+", urn)
    written_ms = int(numbers[-1]) >> 22 if numbers else 0
    is_time = 0 <= modified_ms - written_ms <= _OLDEST.total_seconds() * 1000
    return datetime.fromtimestamp(written_ms / 1000, UTC) if is_time else modified


def about(notification: dict[str, Any]) -> dict[str, Any]:
    """Return what a notification is about, as JSON: its id, URL, time and text, and where to request it."""
    decorated = notification.get("decoratedGeneratedActivity") or {}
    content = decorated.get("comment") or decorated.get("share") or {}
    post = notification.get("sourcePost") or ""
    urn = notification.get("generatedActivity") or content.get("entity") or post
    if not urn:
        raise ValueError("a notification about nothing")
    owner, comment = content.get("owner") or "", _COMMENT_ID.fullmatch(urn)
    found = {
        "id": urn,
        "url": f"https://www.linkedin.com/feed/update/{urn}",
        "path": f"posts/{quote(urn, safe='')}",
        "text": content.get("text") or (content.get("message") or {}).get("text") or "",
        "owner": owner if owner.startswith("urn:li:organization:") else "",
        "at": notification["lastModifiedAt"],
        "post": "",
    }
    if not comment:
        return found
    path = f"socialActions/{quote(post, safe='')}/comments/{comment[1]}"
    url = f"https://www.linkedin.com/feed/update/{post}?commentUrn={quote(urn, safe='')}"
    return found | {"id": f"urn:li:comment:{comment[1]}", "url": url, "path": path, "post": post}
