"""Posts of the editorial calendar that were published."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Value
from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from workplace.goals.metrics.base import Metric
from workplace.models import Post


class PublishedPosts(Metric):
    name, label, has_filter = "posts", _("Published posts"), False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        edges = Value(list(starts), output_field=ArrayField(DateTimeField()))
        number = Func(F("published_at"), edges, function="width_bucket", output_field=IntegerField())
        found = Post.objects.filter(
            project=f.project_id, status=Post.Status.PUBLISHED, published_at__gte=f.since, published_at__lt=f.until
        )
        counted = found.values(number=number).annotate(posts=Count("pk")).order_by()
        counts = dict(counted.values_list("number", "posts"))
        return [counts.get(place, 0) for place in range(1, len(starts) + 1)]
