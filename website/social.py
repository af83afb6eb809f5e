"""Recognize visits from social sites by source and medium, the same way for all providers. Pure.

Providers group visits differently, and an own server may not group them at all, so this reads the two values that all
of them have. Called by website/reading.py, which stores the result.
"""

import re

# Hosts and names of networks, as referrers and `utm_source` have them.
_NETWORKS = {
    *("facebook", "fb", "instagram", "ig", "threads", "messenger", "whatsapp", "linkedin", "lnkd", "twitter", "x"),
    *("youtube", "youtu", "tiktok", "pinterest", "pin", "reddit", "snapchat", "telegram", "discord", "discordapp"),
    *("mastodon", "mamot", "bluesky", "bsky", "tumblr", "vk", "weibo", "quora", "medium", "twitch", "viadeo", "xing"),
    *("hacker news", "ycombinator", "lemmy", "peertube", "pixelfed", "misskey", "discourse", "slideshare", "flickr"),
}
_DOMAINS = {"t.co": "twitter", "x.com": "x", "t.me": "telegram", "wa.me": "whatsapp", "pin.it": "pinterest"}
# A short name is a network only as a whole source, or in its own domain.
_SHORT = {"x", "ig", "fb", "vk", "pin"}
_MEDIA = re.compile(r"(?:^|[-_ ])(?:social|sm|social[-_ ]?(?:network|media|paid|organic)|paid[-_ ]?social)(?:$|[-_ ])")


def is_social(source: str, medium: str) -> bool:
    """Return whether a visit came from a social site."""
    source, medium = source.strip().lower(), medium.strip().lower()
    if _MEDIA.search(medium):
        return True
    if medium in ("email", "cpc", "ppc", "organic", "display"):
        return False
    host = source.removeprefix("https://").removeprefix("http://").partition("/")[0]
    if host in _DOMAINS or host in _NETWORKS:
        return True
    labels = host.split(".")
    return len(labels) > 1 and any(label in _NETWORKS and label not in _SHORT for label in labels[-3:])
