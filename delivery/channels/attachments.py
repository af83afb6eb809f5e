"""The attachment of a post in Mattermost and Rocket.Chat, whose format both took from Slack. Pure."""

from collections.abc import Callable
from typing import Any

from delivery.channels.texts import safe
from delivery.notice import ALERT, RESOLVED, Notice

_COLORS = {ALERT: "#c62828", RESOLVED: "#2e7d32"}


def attachment(notice: Notice, text: str, escape: Callable[[str], str]) -> dict[str, Any]:
    """Return the attachment with `text`, which is escaped already; `escape` is for the other parts."""
    found: dict[str, Any] = {
        "title": safe(notice.title, 200, escape),
        "color": _COLORS.get(notice.tone, "#455a64"),
        "text": text,
        "fields": [
            {"title": safe(fact.label, 60, escape), "value": safe(fact.value, 160, escape), "short": True}
            for fact in notice.facts[:10]
        ],
    }
    if notice.links:
        found["title_link"] = notice.links[0].url
    return found
