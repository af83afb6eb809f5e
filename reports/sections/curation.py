"""Issues of collections that were published in the period."""

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.formats import number, short_date
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader
from workplace.models import CollectionIssue

MAX_ROWS = 50


def read(reader: Reader) -> list[Block]:
    """Return a table of the issues, the oldest first."""
    found = CollectionIssue.objects.filter(
        collection__project=reader.project,
        published_at__gte=reader.window.start,
        published_at__lt=reader.window.end,
    )
    issues = found.annotate(count=Count("items")).select_related("collection").order_by("published_at", "pk")
    rows = [
        [
            issue.title,
            issue.collection.name,
            number(issue.count),
            short_date(issue.published_at.astimezone(reader.zone).date()),
        ]
        for issue in issues[:MAX_ROWS]
        if issue.published_at
    ]
    if not rows:
        return [Sentence(_("No issue of a collection was published in this period."))]
    return [Table([_("Issue"), _("Collection"), _("Items"), _("Published on")], rows)]
