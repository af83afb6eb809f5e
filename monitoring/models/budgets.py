"""The rest of a platform's limits: one row per limit of a credential, or of an API host without one."""

from django.db import models


class RequestBudget(models.Model):
    """The bucket of a limit (monitoring/platforms/buckets.py), in Postgres: a lost Redis never means more requests.

    `key` is the platform, and the credential or the host. `name` is that of the limit with its window in seconds.
    `quota_left` and `quota_resets_at` (UTC) are the platform's own words in its last response, for the Sources page.
    """

    key = models.CharField(max_length=400)
    name = models.CharField(max_length=60)
    left = models.FloatField()
    at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)
    quota_left = models.FloatField(null=True)
    quota_resets_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="one_budget_per_limit")]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"
