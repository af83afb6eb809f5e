"""Names of languages, countries, platforms, ratings, author labels and near misses, from stored codes, translated.

Called by filter dimensions, forms and template filters.
"""

from babel import Locale
from django.utils.translation import get_language, get_language_info, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

UNKNOWN_LANGUAGE = "und"  # ISO 639-2 for undetermined: "" in the database

AUTHOR_LABELS = {
    "regular": pgettext_lazy("author label", "Regular"),
    "detractor": pgettext_lazy("author label", "Detractor"),
    "ambassador": pgettext_lazy("author label", "Ambassador"),
}

# By the causes of monitoring/query_tools/widenings.py.
NEAR_MISS_LABELS = {
    "plural": gettext_lazy("Plural or singular"),
    "typo": gettext_lazy("Typos"),
    "spelling": gettext_lazy("Joined or separate"),
    "exact": gettext_lazy("Accents and case"),
    "exclusion": gettext_lazy("Excluded"),
    "condition": gettext_lazy("One condition not met"),
}


def language_name(code: str) -> str:
    """Return the name of an ISO 639 code, the code itself if Django has no name for it."""
    if code == UNKNOWN_LANGUAGE:
        return _("Unknown")
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code


def country_name(code: str) -> str:
    """Return the name of an ISO 3166 code, the code itself if the CLDR has no name for it."""
    locale = Locale.parse(get_language() or "en", sep="-")
    return locale.territories.get(code.upper(), code)


def stars_name(stars: int) -> str:
    """Return "1 star"."""
    return ngettext("%(number)s star", "%(number)s stars", stars) % {"number": stars}


def translated(text: str) -> str:
    """Return a text of a platform in the active language; platforms mark theirs with `gettext_noop`."""
    return _(text) if text else ""


def platform_name(platform: str) -> str:
    """Return the name of a platform that items belong to, the platform's code if it has none."""
    return {"feed": _("Feeds"), "email": _("Email")}.get(platform) or _PLATFORMS.get(platform, platform)


# Names of their own, the same in every language.
_PLATFORMS = {
    "appstore": "App Store", "bingnews": "Bing News", "bluesky": "Bluesky", "devto": "DEV", "discourse": "Discourse",
    "facebook": "Facebook", "gdelt": "GDELT", "github": "GitHub", "googlenews": "Google News",
    "googleplay": "Google Play", "guardian": "The Guardian", "hackernews": "Hacker News", "instagram": "Instagram",
    "lemmy": "Lemmy", "linkedin": "LinkedIn", "lobsters": "Lobsters", "mastodon": "Mastodon", "mediawiki": "MediaWiki",
    "medium": "Medium", "newsapi": "NewsAPI.org", "pinterest": "Pinterest", "producthunt": "Product Hunt",
    "reddit": "Reddit", "stackexchange": "Stack Exchange", "telegram": "Telegram", "threads": "Threads",
    "tiktok": "TikTok", "trustpilot": "Trustpilot", "wordpress": "WordPress", "x": "X", "youtube": "YouTube",
}  # fmt: skip
