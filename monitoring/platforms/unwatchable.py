"""Platforms that can't be watched by keyword, why, and what comes nearest. Data; shown in the gallery of sources.

An honest list saves people the search: no setting and no key opens these. Pure.
"""

from dataclasses import dataclass

from monitoring.platforms.base import gettext_noop


@dataclass(frozen=True, slots=True)
class Unwatchable:
    """A platform without a keyword search for others' posts. `instead` has names of platforms of the registry.

    `name` is a proper name unless it is marked for the catalogs; `reason` always is.
    """

    name: str
    reason: str
    instead: tuple[str, ...] = ()


UNWATCHABLE: tuple[Unwatchable, ...] = (
    Unwatchable(
        gettext_noop("Facebook: public posts"),
        gettext_noop(
            "Facebook doesn’t let programs search public posts. Only posts and comments on your own Page can be read."
        ),
        ("facebook", "x", "bluesky"),
    ),
    Unwatchable(
        gettext_noop("Instagram: captions and comments"),
        gettext_noop(
            "Instagram has no search for words. Approved apps can read hashtags, media that tag their own account, "
            "and comments on it."
        ),
        ("instagram", "instagrammentions"),
    ),
    Unwatchable(
        gettext_noop("LinkedIn: posts of others"),
        gettext_noop("LinkedIn gives approved apps only what concerns their own Page: comments on it and mentions."),
        ("linkedin", "x"),
    ),
    Unwatchable(
        "TikTok",
        gettext_noop("TikTok’s search is open only to researchers of non-profit institutions."),
        ("youtube",),
    ),
    Unwatchable("Snapchat", gettext_noop("Snapchat has no search for programs."), ("youtube",)),
    Unwatchable(
        "Pinterest",
        gettext_noop("Pinterest’s search covers only your own pins."),
        ("feed",),
    ),
    Unwatchable(
        gettext_noop("Private groups and messages"),
        gettext_noop(
            "Facebook groups, WhatsApp, Messenger, private Telegram channels, and Discord servers can be read by "
            "their members only."
        ),
        ("discourse", "lemmy"),
    ),
    Unwatchable("Google+", gettext_noop("The service was shut down in 2019."), ("mastodon", "bluesky")),
    Unwatchable("Viadeo", gettext_noop("The service no longer exists."), ("feed",)),
    Unwatchable("Periscope", gettext_noop("The service was shut down in 2021."), ("youtube",)),
)
