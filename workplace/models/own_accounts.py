"""The own accounts of a project at platforms, and how many followed each on each day."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Project
from monitoring.models import Credential

MAX_KEY = 200


class OwnAccount(models.Model):
    """An account whose followers are counted once a day by workplace/own_accounts.py.

    `credential` reads it, null if it isn't connected any more; `key` is what names it among the accounts of that
    credential, "" if it has one only. `native_id` is its id at `platform`, "" until the first count, and for an
    account that another credential reads already; `name` is what people know it by. `error_code` is why the last
    count failed, since `failing_since`. A worker owns the row until `next_read_at` (UTC).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="own_accounts", db_index=False)
    credential = models.ForeignKey(Credential, on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=MAX_KEY, blank=True)
    platform = models.CharField(max_length=30)
    native_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    failing_since = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credential", "key"], name="one_account_per_credential"),
            models.UniqueConstraint(
                fields=["project", "platform", "native_id"], condition=~Q(native_id=""), name="one_account_per_id"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "platform", "name", "id"], name="own_account_by_name"),
            models.Index(fields=["next_read_at", "id"], name="own_account_due"),
        ]

    def __str__(self) -> str:
        """Return what people know it by; before the first count, the name of its credential."""
        return self.name or self.key or self.native_id or str(self.credential or "")


class FollowerCount(models.Model):
    """How many followed an account on a day (UTC). A day that was not read has no row."""

    account = models.ForeignKey(OwnAccount, on_delete=models.CASCADE, related_name="counts", db_index=False)
    day = models.DateField()
    followers = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_count_per_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.followers}"
