"""Posts of the editorial calendar that were published in the period, and how many of each type."""

from collections import Counter

from django.utils.translation import gettext as _

from accounts.formats import number, short_date
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader
from workplace.models import Post

MAX_ROWS = 50


def read(reader: Reader) -> list[Block]:
    """Return the posts, the oldest first, after a sentence with the number per type."""
    found = Post.objects.filter(
        project=reader.project,
        status=Post.Status.PUBLISHED,
        published_at__gte=reader.window.start,
        published_at__lt=reader.window.end,
    )
    kinds = Counter(found.values_list("kind", flat=True))
    if not kinds:
        return [Sentence(_("No posts were published in this period."))]
    counted = ", ".join(f"{Post.Kind(kind).label} ({number(count)})" for kind, count in kinds.most_common())
    rows = [
        [post.title, str(post.get_kind_display()), short_date(post.published_at.astimezone(reader.zone).date())]
        for post in found.order_by("published_at", "pk")[:MAX_ROWS]
        if post.published_at
    ]
    return [Sentence(counted), Table([_("Post"), _("Type"), _("Published on")], rows)]
