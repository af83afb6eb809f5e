"""A story: near-identical items of a project, shown and counted as one; and what is needed to find them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from accounts.models import Project


class Story(models.Model):
    """Near-identical documents: `Document.story` and its copy `Mention.story` refer to it, null for most.

    Its items, their number and the first one are read from them, so they are never out of date. `is_fixed` after a
    person split or joined it: then no item leaves it, and it is not joined with another fixed story, unless a person
    says so. New items still join it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stories")
    is_fixed = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)


class StoryRedirect(models.Model):
    """The story that took in the items of a story that no longer exists; it may itself have been taken in later.

    Without foreign keys to stories: `target` is followed until a story exists (insights/story_redirects.py).
    """

    story_id = models.BigIntegerField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    target = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.story_id} in {self.target}"


class StorySignature(models.Model):
    """The keys under which near-identical texts are found, for a limited time.

    `published` (UTC) is the document's. `stored_at` (UTC) is when the text was read: the row is deleted some weeks
    later, and with the content of the document.
    """

    document = models.OneToOneField(
        "monitoring.Document", on_delete=models.CASCADE, primary_key=True, related_name="story_signature"
    )
    keys = ArrayField(models.BigIntegerField())
    published = models.DateTimeField()
    stored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # One row per document instead of one per key. Without a pending list, which each lookup would scan.
            GinIndex(fields=["keys"], name="story_signature_keys", fastupdate=False),
            models.Index(fields=["stored_at"], name="story_signature_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.document_id)


class StoryCheck(models.Model):
    """A document whose story is to be found: written with its mentions and edits, deleted with the result.

    A document can have several rows. Nothing is unique, so no writer waits for another.
    """

    document = models.ForeignKey("monitoring.Document", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.document_id)
