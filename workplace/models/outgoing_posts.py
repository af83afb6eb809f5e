"""The outbox of posts: one row per platform of a post that Vigie publishes itself."""

from django.db import models
from django.db.models import Q

from accounts.models import Project
from workplace.models.outgoing import Outgoing
from workplace.models.posts import MAX_PLACE, MAX_PLACE_TITLE, PostVariant


class OutgoingPost(Outgoing):
    """A post on its way to one platform, written when it is due, in the transaction that begins to publish it.

    `title` and `place` are those of the variant then. `likes`, `replies` and `shares` are what it had at `counted_at`
    (UTC), null where that is unknown; `tried_at` (UTC) is when its counts were last asked for.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="outgoing_posts")
    variant = models.ForeignKey(PostVariant, on_delete=models.CASCADE, related_name="outgoing", db_index=False)

    title = models.CharField(max_length=MAX_PLACE_TITLE, blank=True, default="")
    place = models.CharField(max_length=MAX_PLACE, blank=True, default="")
    likes = models.IntegerField(null=True)
    replies = models.IntegerField(null=True)
    shares = models.IntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant"],
                condition=Q(state__in=["queued", "sending", "unknown", "sent"]),
                name="one_publication_per_platform",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "failed", "unknown", "canceled"]),
                name="outgoing_post_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["variant", "-id"], name="outgoing_post_by_variant"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["queued", "sending", "unknown"], due_at__isnull=False),
                name="outgoing_post_due",
            ),
        ]

    def __str__(self) -> str:
        return f"post {self.pk} of {self.variant_id}"


class PostGain(models.Model):
    """How many likes and shares a published post gained in an hour (`at`, UTC): between two reads of its counts."""

    post = models.ForeignKey(OutgoingPost, on_delete=models.CASCADE, related_name="gains", db_index=False)
    at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "at"], name="one_gain_per_post_and_hour")]

    def __str__(self) -> str:
        return f"{self.post_id}, {self.at}: {self.count}"
