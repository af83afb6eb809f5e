"""The days of a website for exports. In: a website and a period. Out: columns and one batch of rows.

Called by registry.py.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.formats import date_range
from reports.exports.filter_words import Fact
from reports.exports.table import Column, Row
from website import figures
from website.messages import provider_label
from website.models import Website
from website.periods import Period


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    labels = figures.metrics()
    return (
        Column("day", _("Day")),
        Column("sessions", str(labels["sessions"].label)),
        Column("users", _("Users")),
        Column("new_users", str(labels["new_users"].label)),
        Column("social_sessions", str(labels["social_sessions"].label), width=24),
        Column("key_events", str(labels["key_events"].label)),
        Column("converted", _("With a key event"), width=18),
    )


def facts(website: Website, period: Period) -> list[Fact]:
    return [
        (_("Website"), website.name),
        (_("Provider"), provider_label(website.provider)),
        (_("Days"), date_range(period.first, period.last)),
        (_("Time zone of the days"), website.zone_name),
    ]


def batches(website: Website, period: Period) -> Iterator[list[Row]]:
    """Yield all rows, the newest first, as on the page."""
    yield [
        (
            day.day.isoformat(),
            day.sessions,
            day.users,
            day.new_users,
            day.social_sessions,
            day.key_events,
            day.converted,
        )
        for day in reversed(figures.days_of(website, period.first, period.last))
    ]
