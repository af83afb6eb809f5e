"""Names of platforms and columns of posts, in the active language. Called by the pages, the exports and the import."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.messages.labels import platform_name
from workplace.calendar.csv_posts import CAMPAIGN, DATE, KIND, PLATFORMS, TEXT, TIME, TITLE, ZONE
from workplace.calendar.text_limits import WEBSITE


def place_name(platform: str) -> str:
    """Return the name of a platform of posts."""
    return _("Website") if platform == WEBSITE else platform_name(platform)


def place_words(platform: str, place: str) -> str:
    """Return where on a platform a post goes, such as “r/Lyon”; "" where that is not needed."""
    if not place:
        return ""
    return f"r/{place}" if platform == "reddit" else _("category %(number)s") % {"number": place}


def column_labels() -> dict[str, str]:
    """Return the labels of the columns that can be imported, by their names."""
    return {
        TITLE: _("Title"),
        TEXT: _("Text"),
        DATE: _("Date"),
        TIME: pgettext("post", "Time"),
        ZONE: _("Time zone"),
        PLATFORMS: _("Platforms"),
        KIND: _("Type"),
        CAMPAIGN: _("Campaign"),
    }
