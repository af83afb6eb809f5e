"""Posts of the editorial calendar that were published, and the engagement of those that Vigie published."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from workplace.goals.metrics.base import Metric
from workplace.models import OutgoingPost, Post


class PublishedPosts(Metric):
    name, label, has_filter = "posts", _("Published posts"), False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        found = Post.objects.filter(
            project=f.project_id, status=Post.Status.PUBLISHED, published_at__gte=f.since, published_at__lt=f.until
        )
        counted = found.values(number=_number("published_at", starts)).annotate(posts=Count("pk")).order_by()
        counts = dict(counted.values_list("number", "posts"))
        return [counts.get(place, 0) for place in range(1, len(starts) + 1)]


class PostEngagement(Metric):
    """Reactions, comments and shares of the posts of a window, as last read from their platforms."""

    name, label, has_filter = "post_engagement", _("Engagement of published posts"), False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        found = OutgoingPost.objects.filter(
            project=f.project_id, state=OutgoingPost.State.SENT, sent_at__gte=f.since, sent_at__lt=f.until
        )
        counts = (Coalesce(F(name), 0) for name in ("likes", "replies", "shares"))
        total = Sum(sum(counts, start=Value(0)))
        summed = found.values(number=_number("sent_at", starts)).annotate(total=total).order_by()
        totals = dict(summed.values_list("number", "total"))
        return [totals.get(place, 0) for place in range(1, len(starts) + 1)]


def _number(field: str, starts: Sequence[datetime]) -> Func:
    """Return the expression for the number of the window that a time is in, from 1."""
    edges = Value(list(starts), output_field=ArrayField(DateTimeField()))
    return Func(F(field), edges, function="width_bucket", output_field=IntegerField())
