r"""Read what LinkedIn writes in its own forms: the text of posts, and the time in an id. Pure; called by linkedin.py.

Facts: the `commentary` of a post has hashtags, mentions and escapes: {hashtag|\#|lumen},
@[Lumen](urn:li:organization:1) and \( (https://learn.microsoft.com/linkedin/marketing/community-management/shares/
little-text-format). Ids begin with the milliseconds since 1970 at which they were given, 22 bits from the right:
observed, not documented.
"""

import re
from datetime import UTC, datetime, timedelta

_HASHTAG = re.compile(r"\{hashtag\|\\?#\|([^{}|]*)\}")
_MENTION = re.compile(r"@\[((?:[^\\\]]|\\.)*)\]\(urn:li:[^()]*\)")
_ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
# Notifications are kept this long.
_OLDEST = timedelta(days=60)


def plain(commentary: str) -> str:
    """Return the text of a post without its markup."""
    text = _MENTION.sub(r"@\1", _HASHTAG.sub(r"#\1", commentary))
    return _ESCAPED.sub(r"\1", text)


def published(urn: str, modified_ms: float) -> datetime:
    """Return when a comment or post was written (UTC): the time in its id, else that of its notification."""
    modified = datetime.fromtimestamp(modified_ms / 1000, UTC)
    numbers = re.findall(r"\d+", urn)
    written_ms = int(numbers[-1]) >> 22 if numbers else 0
    is_time = 0 <= modified_ms - written_ms <= _OLDEST.total_seconds() * 1000
    return datetime.fromtimestamp(written_ms / 1000, UTC) if is_time else modified
