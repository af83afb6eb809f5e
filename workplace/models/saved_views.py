"""A saved view: a filter of mentions under a name; and the columns that a person shows views in."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_NAME = 80
MAX_QUERY = 4000  # characters: proxies refuse URLs that are much longer


class SavedView(models.Model):
    """A named filter. `query` is the query string that `MentionFilter.to_query` writes, read again at each use.

    A view is its owner's; the whole project sees it if it `is_shared`. A shared view outlives its owner's account.
    Views are in the order of `position`, then of their creation.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=MAX_NAME)
    query = models.TextField(max_length=MAX_QUERY)
    is_shared = models.BooleanField(_("shared with the project"), default=False)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project", "owner", Lower("name"), condition=Q(owner__isnull=False), name="one_view_per_owner_and_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Column(models.Model):
    """A view that a person shows as a column, in the order of `position`; the page doesn't refresh a paused one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="columns")
    position = models.SmallIntegerField()
    is_paused = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "view"], name="one_column_per_view")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
