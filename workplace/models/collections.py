"""A collection: items that people pick, comment and publish as numbered issues."""

import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, validate_time_zone
from accounts.time_zones import zone_of

MAX_NAME, MAX_TITLE, MAX_INTRO = 80, 120, 2_000
MAX_ITEM_TITLE, MAX_SOURCE, MAX_EXCERPT, MAX_COMMENT, MAX_URL = 300, 120, 500, 2_000, 2_000
MAX_SECTION, MAX_ALT = 80, 200


class Collection(models.Model):
    """A series of issues with a page that needs no account.

    The page is at `slug` if it is public. A secret address is derived from `secret` and the key of the server, so
    neither the database nor a backup has it; a new `secret` revokes it. `language` is that of new issues and of the
    page; days are those of `time_zone`.
    """

    class Access(models.TextChoices):
        SECRET = "secret", _("Secret address")
        PUBLIC = "public", _("Public")
        OFF = "off", _("Off")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collections")
    name = models.CharField(_("name"), max_length=MAX_NAME)
    slug = models.SlugField(_("URL"), max_length=60)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    intro = models.TextField(_("introduction"), max_length=MAX_INTRO, blank=True)
    access = models.CharField(_("access"), max_length=10, choices=Access, default=Access.SECRET)
    secret = models.UUIDField(default=uuid.uuid4, unique=True)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(access="public"), name="one_public_collection"),
            models.CheckConstraint(condition=Q(access__in=["secret", "public", "off"]), name="collection_access"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)


class CollectionIssue(models.Model):
    """One edition of a collection: a draft until `published_at`, then unchanged as long as it is published.

    `sections` are [{"id": 1, "title": "…"}] in their order; items of the section 0 come before all of them. `gaps`
    are the times in which sources failed, as workplace/curation/gaps.py writes them: stored when it is published. A
    draft is published at `publish_at`, as `planned_by` asked, and emailed if it `sends`; `plan_problem` is why that
    failed: a missing "title" or "items", or the "rights" of who planned it. A person asks for the emails to the
    readers at `send_requested_at`; all are in the outbox since `sent_at`. `editor` is the name of who published it.
    `version` counts the changes of the title, the introduction and `shows_gaps`, `order_version` those of the sections
    and of the order of the items: people name the version that they saw (workplace/curation/versions.py). All times
    are UTC.
    """

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=MAX_TITLE, blank=True)
    intro = models.TextField(_("introduction"), max_length=MAX_INTRO, blank=True)
    sections = models.JSONField(default=list)
    shows_gaps = models.BooleanField(default=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    gaps = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1, db_default=1)
    order_version = models.PositiveIntegerField(default=1, db_default=1)
    editor = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    sends = models.BooleanField(default=False, db_default=False)
    planned_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    plan_problem = models.CharField(max_length=10, blank=True, default="", db_default="")
    send_requested_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "number"], name="one_issue_per_number"),
            models.CheckConstraint(
                condition=Q(publish_at=None) | Q(published_at=None), name="planned_issue_is_a_draft"
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_requested_at"],
                condition=Q(send_requested_at__isnull=False, sent_at=None),
                name="issue_to_send",
            ),
            models.Index(fields=["publish_at"], condition=Q(publish_at__isnull=False), name="issue_to_publish"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.collection} {self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class CollectionItem(models.Model):
    """A link of an issue with what it shows of it: nothing is read from anywhere else later.

    `document_id` is the collected item that it was picked from; it has no foreign key, since the item may be deleted
    after its retention period. `published_on` is null if the day is unknown. A deleted item has no text any more
    (`removed_at`). Items of a section are in the order of `position`. `version` counts the changes of its texts.
    `offered_picture` is the URL of the picture that the page names for previews: Vigie reads it once a person asks.

    An item with a `metric` of workplace/goals/metrics/ shows a figure of the last `days`, about the mentions of a
    keyword or of all: it has no link. `figure` is what workplace/curation/figures.py stores when the issue is
    published, {} in a draft. `about_keyword` has no foreign key: a published figure stays when its keyword is deleted.
    """

    issue = models.ForeignKey(CollectionIssue, on_delete=models.CASCADE, related_name="items", db_index=False)
    document_id = models.BigIntegerField(null=True, blank=True)
    url = models.CharField(_("URL"), max_length=MAX_URL, blank=True)
    title = models.CharField(_("title"), max_length=MAX_ITEM_TITLE, blank=True)
    source = models.CharField(_("source"), max_length=MAX_SOURCE, blank=True)
    excerpt = models.TextField(_("excerpt"), max_length=MAX_EXCERPT, blank=True)
    published_on = models.DateField(_("date"), null=True, blank=True)
    comment = models.TextField(_("comment"), max_length=MAX_COMMENT, blank=True)
    section = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1, db_default=1)
    offered_picture = models.CharField(max_length=MAX_URL, blank=True, default="", db_default="")
    offered_alt = models.CharField(max_length=MAX_ALT, blank=True, default="", db_default="")
    metric = models.CharField(max_length=30, blank=True, default="", db_default="")
    about_keyword = models.BigIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(default=0, db_default=0)
    figure = models.JSONField(default=dict)
    removed_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "document_id"], name="one_item_per_document")]
        indexes = [
            models.Index(fields=["issue", "position"], name="item_by_position"),
            models.Index(
                fields=["document_id"], condition=Q(document_id__isnull=False), name="collection_item_of_document"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ItemPicture(models.Model):
    """The picture of an item: a JPEG that Vigie wrote itself (workplace/curation/pictures.py), and its description."""

    item = models.OneToOneField(CollectionItem, on_delete=models.CASCADE, related_name="picture")
    jpeg = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    alt = models.CharField(_("description"), max_length=MAX_ALT)

    def __str__(self) -> str:
        return self.alt
