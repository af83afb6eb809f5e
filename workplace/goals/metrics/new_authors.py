"""Authors whose first mention is of a day."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Value
from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from monitoring.models import Author
from workplace.goals.metrics.base import Metric


class NewAuthors(Metric):
    name, label, has_filter = "new_authors", _("New authors"), False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        found = Author.objects.filter(project=f.project_id, first_at__gte=f.since, first_at__lt=f.until)
        edges = Value(list(starts), output_field=ArrayField(DateTimeField()))
        number = Func(F("first_at"), edges, function="width_bucket", output_field=IntegerField())
        days = found.values(number=number).annotate(authors=Count("pk")).order_by()
        counts = dict(days.values_list("number", "authors"))
        return [counts.get(number, 0) for number in range(1, len(starts) + 1)]
