"""A secret address under which feed readers get the newest mentions of a keyword or a saved view."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Project, User
from monitoring.models import Keyword
from workplace.models.saved_views import SavedView


class FeedAddress(models.Model):
    """An RSS or JSON feed of a keyword or a view, as its owner would see the list. Only the hash of its token is
    stored. `last_read_at` is exact to an hour. All times are UTC.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="feed_addresses")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, null=True, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(keyword=None, view__isnull=False) | Q(keyword__isnull=False, view=None),
                name="feed_of_one_keyword_or_view",
            )
        ]

    def __str__(self) -> str:
        return str(self.view or self.keyword)
