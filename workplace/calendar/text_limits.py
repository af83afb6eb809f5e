"""The platforms that posts are planned for, and how long a text may be on each, as the platform counts. Pure.

Limits of posts, which differ from those of replies (monitoring/platforms/reply_texts.py, whose counters these are):
LinkedIn 3,000 (https://www.linkedin.com/help/linkedin/answer/a528176), Facebook 63,206, Instagram and TikTok 2,200
(https://developers.tiktok.com/doc/content-posting-api-reference-direct-post), YouTube 5,000 for a description,
Telegram 4,096 (https://core.telegram.org/method/messages.sendMessage), Pinterest 800, Reddit 40,000, Discourse 32,000
by default (max_post_length).
"""

from dataclasses import dataclass

from monitoring.platforms.reply_texts import VARIABLE_LIMITS, text_length

WEBSITE = "website"
LIMITS: dict[str, int] = {
    "bluesky": 300,
    "mastodon": 500,
    "facebook": 63_206,
    "instagram": 2200,
    "linkedin": 3000,
    "threads": 500,
    "x": 280,
    "tiktok": 2200,
    "youtube": 5000,
    "pinterest": 800,
    "reddit": 40_000,
    "discourse": 32_000,
    "telegram": 4096,
    WEBSITE: 0,  # no limit
}
PLATFORMS = tuple(LIMITS)


@dataclass(frozen=True)
class Count:
    """The length of a text on a platform, and its limit; 0 for none. A `variable` limit depends on the server."""

    platform: str
    length: int
    limit: int
    is_variable: bool

    @property
    def excess(self) -> int:
        """By how much the text is too long."""
        return max(self.length - self.limit, 0) if self.limit else 0


def count(text: str, platform: str) -> Count:
    """Return the length of a text as a platform counts it."""
    return Count(platform, text_length(text, platform), LIMITS.get(platform, 0), platform in VARIABLE_LIMITS)
