"""Posts of the editorial calendar that were published in the period, how many of each type, and their engagement."""

from collections import Counter

from django.utils.translation import gettext as _

from accounts.formats import number, short_date
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader
from workplace.models import OutgoingPost, Post

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
    shown = list(found.order_by("published_at", "pk")[:MAX_ROWS])
    engagement = _engagement([post.pk for post in shown])
    rows = [
        [
            post.title,
            str(post.get_kind_display()),
            short_date(post.published_at.astimezone(reader.zone).date()),
            number(engagement[post.pk]) if post.pk in engagement else "–",
        ]
        for post in shown
        if post.published_at
    ]
    return [Sentence(counted), Table([_("Post"), _("Type"), _("Published on"), _("Engagement")], rows)]


def _engagement(ids: list[int]) -> dict[int, int]:
    """Return likes, replies and shares over all platforms that gave them, by post."""
    found: dict[int, int] = {}
    rows = OutgoingPost.objects.filter(variant__post__in=ids, counted_at__isnull=False)
    for pk, *counts in rows.values_list("variant__post", "likes", "replies", "shares"):
        known = [count for count in counts if count is not None]
        if known:
            found[pk] = found.get(pk, 0) + sum(known)
    return found
