"""Authors: who publishes the items of a project, what a team notes about them, and the rules of their labels."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.sealed_field import SealedField

MAX_TAG = 50  # characters
MAX_NOTE = 2000


class Author(models.Model):
    """An identity in a project: an account of a platform, or a name at a site (monitoring/content/authors.py).

    `key` is the hash of the identity. `site` is the domain of an identity that is a name only. The other columns are
    kept: lists of 100,000 authors sort by them, which counting at each view can't do. ingest/author_refresh.py
    computes them from the documents, seconds after a change: the names and `followers` (null if unknown) of the newest
    document; `mention_count`, documents with a mention that is not ignored; `first_at` and `last_at`, when the first
    and the last of these were published (UTC); the labels, by the rules of `AuthorSettings`; and `welcome_at`, when
    the author wrote for the first time, or again after a long time. An author's page counts what it shows.

    `speaks_for` is the brand or competitor whose official account this is, as people said; null for most.
    `greeted_at` is when somebody greeted the author or dismissed that. After `erased_at` the names are "", nothing of
    the author is stored again, and `key` is the `erased_key`, which recognizes them (ingest/erasure.py). Times are
    UTC.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="authors", db_index=False)
    platform = models.CharField(max_length=30)
    site = models.CharField(max_length=255, blank=True, default="", db_default="")
    key = models.UUIDField()
    name = models.CharField(max_length=200, blank=True)
    handle = models.CharField(max_length=200, blank=True)
    url = models.TextField(blank=True)
    followers = models.IntegerField(null=True)
    mention_count = models.IntegerField(default=0, db_default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    is_regular = models.BooleanField(default=False, db_default=False)
    is_detractor = models.BooleanField(default=False, db_default=False)
    is_ambassador = models.BooleanField(default=False, db_default=False)
    welcome_at = models.DateTimeField(null=True)
    greeted_at = models.DateTimeField(null=True)
    greeted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    speaks_for = models.ForeignKey(
        "monitoring.Keyword", on_delete=models.SET_NULL, null=True, related_name="accounts", db_index=False
    )
    refreshed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_author_per_identity")]
        indexes = [
            models.Index(fields=["project", "id"], name="author_by_id"),
            models.Index(
                fields=["project", "-mention_count", "-id"],
                condition=Q(mention_count__gt=0),
                name="author_by_mentions",
            ),
            models.Index(
                fields=["project", "-last_at", "-id"], condition=Q(mention_count__gt=0), name="author_by_last"
            ),
            models.Index(
                fields=["project", "-followers", "-id"],
                condition=Q(mention_count__gt=0, followers__isnull=False),
                name="author_by_followers",
            ),
            models.Index(
                fields=["project", "-welcome_at", "-id"],
                condition=Q(welcome_at__isnull=False),
                name="author_by_welcome",
            ),
            models.Index(fields=["project", "name"], name="author_by_name"),
            models.Index(
                fields=["speaks_for"], condition=Q(speaks_for__isnull=False), name="author_official_accounts"
            ),
            models.Index(fields=["erased_at"], condition=Q(erased_at__isnull=False), name="author_erased"),
            GinIndex(fields=["search"], name="author_search", fastupdate=True),
        ]

    def __str__(self) -> str:
        return self.name or self.handle or self.url or str(_("Erased author"))


class AuthorChecks(models.Manager["AuthorCheck"]):
    # The join leaves out authors that were deleted with their last document.
    _ADD = """
    INSERT INTO monitoring_authorcheck (author_id)
    SELECT DISTINCT a.id FROM monitoring_document d JOIN monitoring_author a ON a.id = d.written_by_id
    WHERE d.id = ANY(%s) ORDER BY 1
    """

    def add_documents(self, document_ids: Iterable[int]) -> None:
        """Queue the authors of documents whose mentions have changed."""
        if ids := sorted(set(document_ids)):
            with connection.cursor() as cursor:
                cursor.execute(self._ADD, [ids])


class AuthorCheck(models.Model):
    """An author whose kept columns are to be computed again: written with mentions, deleted with the result.

    An author can have several rows. Nothing is unique, so no writer waits for another.
    """

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")

    objects = AuthorChecks()

    def __str__(self) -> str:
        return str(self.author_id)


class AuthorTag(models.Model):
    """A tag that people gave an author, in the form of mention tags (monitoring/services/mention_tags.py)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="tags", db_index=False)
    tag = models.CharField(max_length=MAX_TAG)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "tag"], name="one_tag_per_author")]
        indexes = [models.Index(fields=["project", "tag"], include=("author",), name="author_tag_by_project")]

    def __str__(self) -> str:
        return f"{self.tag} on {self.author_id}"


class AuthorNote(models.Model):
    """A note of a member about an author. `version` rises with each change, which names the one that was read."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=MAX_NOTE)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"note {self.pk} about {self.author_id}"


def _whole(default: int, low: int, high: int) -> dict[str, Any]:
    """Return the arguments of a field for a whole number."""
    limits = [MinValueValidator(low), MaxValueValidator(high)]
    return {"default": default, "db_default": default, "validators": limits}


class AuthorSettings(models.Model):
    """The rules of the labels of a project's authors, and the progress of its background work on them.

    Labels count documents of the last `days` that have a mention of a keyword other than a competitor's: from
    `regular_mentions` an author is regular; with `detractor_mentions` negative ones and `detractor_share` percent of
    the analyzed ones a detractor; likewise an ambassador. An author is welcomed who writes for the first time, or
    again after `return_days`; the queue has those of the last `welcome_days`.

    `backfilled_to` is the progress of giving documents of earlier versions their author: those with this id or a
    higher one are done, all if it is null. `walked_to` is the progress of computing all authors again, by id, newest
    first, null if done; `walked_at` (UTC) is when that began.

    `erasure_secret` is the encrypted secret of `erased_key`, "" until the first erasure.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="author_settings")
    days = models.PositiveSmallIntegerField(_("Period of the labels (days)"), **_whole(90, 1, 730))
    regular_mentions = models.PositiveSmallIntegerField(
        _("Regular: at least this many mentions"), **_whole(5, 1, 1000)
    )
    detractor_mentions = models.PositiveSmallIntegerField(
        _("Detractor: at least this many negative mentions"), **_whole(3, 1, 1000)
    )
    detractor_share = models.PositiveSmallIntegerField(
        _("Detractor: at least this share of negative mentions (%)"), **_whole(50, 1, 100)
    )
    ambassador_mentions = models.PositiveSmallIntegerField(
        _("Ambassador: at least this many positive mentions"), **_whole(3, 1, 1000)
    )
    ambassador_share = models.PositiveSmallIntegerField(
        _("Ambassador: at least this share of positive mentions (%)"), **_whole(60, 1, 100)
    )
    return_days = models.PositiveSmallIntegerField(
        _("Returning: no mention for this many days"), **_whole(180, 1, 3650)
    )
    welcome_days = models.PositiveSmallIntegerField(_("Welcome queue: authors of the last days"), **_whole(30, 1, 365))
    backfilled_to = models.BigIntegerField(null=True)
    walked_to = models.BigIntegerField(null=True)
    walked_at = models.DateTimeField(null=True)
    erasure_secret = SealedField(blank=True, default="", db_default="")

    RULES = (
        *("days", "regular_mentions", "detractor_mentions", "detractor_share", "ambassador_mentions"),
        *("ambassador_share", "return_days", "welcome_days"),
    )

    def __str__(self) -> str:
        return f"authors of {self.project_id}"
