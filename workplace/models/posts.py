"""The posts of a project’s editorial calendar, their texts per platform, comments on them, and the rules for them."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Project, User, default_time_zone, validate_time_zone
from accounts.time_zones import zone_of
from monitoring.models import Credential
from workplace.calendar.charter import Charter
from workplace.calendar.statuses import EDITABLE
from workplace.calendar.text_limits import PLATFORMS
from workplace.calendar.wall_clock import WallClock

MAX_TITLE, MAX_TEXT, MAX_CAMPAIGN, MAX_COMMENT, MAX_URL = 150, 70_000, 100, 2000, 2000
MAX_PLACE_TITLE, MAX_PLACE = 300, 100
MAX_TONE, MAX_SIGNATURE, MAX_TERMS, MAX_TERM = 2000, 100, 100, 100
MAX_DOMAINS = 20


class CalendarRules(models.Model):
    """The conditions of a project for its posts, and the charter of its brand; a project without a row has none.

    `tone` is shown to writers. Texts avoid `forbidden` words and have the `hashtags` and the `signature`. With
    `tags_links`, links to `link_domains` get campaign parameters when a post is published (workplace/post_texts.py).
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="calendar_rules")
    needs_approval = models.BooleanField(_("Only approved posts can be scheduled"), default=False)
    tone = models.TextField(_("tone"), max_length=MAX_TONE, blank=True, default="")
    forbidden = models.JSONField(default=list)
    hashtags = models.JSONField(default=list)
    signature = models.CharField(_("signature"), max_length=MAX_SIGNATURE, blank=True, default="")
    tags_links = models.BooleanField(default=False, db_default=False)
    link_domains = models.JSONField(default=list, db_default=Value([], models.JSONField()))

    def __str__(self) -> str:
        return f"{self.project}"

    @property
    def charter(self) -> Charter:
        return Charter(tuple(self.forbidden), tuple(self.hashtags), self.signature)


class Post(models.Model):
    """A text that the project plans to publish.

    `due_day` and `due_time` are the wall clock of `time_zone`, and all three are the plan; `due_at` (UTC) follows from
    them and orders the posts. `written_by` wrote the text last, and may not approve it. `version` rises with every
    change: each change names the version that the person saw. `import_key` is the identity of an imported event or
    row. `reminded_at` is when people were reminded of the present `due_at`. Other times are UTC.
    """

    class Status(models.TextChoices):
        IDEA = "idea", pgettext_lazy("post", "Idea")
        DRAFT = "draft", pgettext_lazy("post", "Draft")
        TO_APPROVE = "to_approve", pgettext_lazy("post", "To approve")
        APPROVED = "approved", pgettext_lazy("post", "Approved")
        SCHEDULED = "scheduled", pgettext_lazy("post", "Scheduled")
        PUBLISHING = "publishing", pgettext_lazy("post", "Being published")
        PUBLISHED = "published", pgettext_lazy("post", "Published")
        FAILED = "failed", pgettext_lazy("post", "Failed")
        CANCELED = "canceled", pgettext_lazy("post", "Canceled")

    class Kind(models.TextChoices):
        INFORMATION = "information", pgettext_lazy("post", "Information")
        TESTIMONIAL = "testimonial", pgettext_lazy("post", "Testimonial")
        PHOTO = "photo", pgettext_lazy("post", "Photo")
        VIDEO = "video", pgettext_lazy("post", "Video")
        LIVE = "live", pgettext_lazy("post", "Live")
        QUESTION = "question", pgettext_lazy("post", "Question")
        OFFER = "offer", pgettext_lazy("post", "Offer")
        JOB = "job", pgettext_lazy("post", "Job")
        EVENT = "event", pgettext_lazy("post", "Event")
        OTHER = "other", pgettext_lazy("post", "Other")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="posts", db_index=False)
    title = models.CharField(_("title"), max_length=MAX_TITLE)
    text = models.TextField(_("text"), max_length=MAX_TEXT, blank=True)
    kind = models.CharField(_("type"), max_length=12, choices=Kind, default=Kind.INFORMATION)
    campaign = models.CharField(_("campaign"), max_length=MAX_CAMPAIGN, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.IDEA)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    due_day = models.DateField(_("day"), null=True, blank=True)
    due_time = models.TimeField(_("time"), null=True, blank=True)
    time_zone = models.CharField(max_length=64, default=default_time_zone, validators=[validate_time_zone])
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    import_key = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        *("idea", "draft", "to_approve", "approved"),
                        *("scheduled", "publishing", "published", "failed", "canceled"),
                    ]
                ),
                name="post_status_known",
            ),
            models.CheckConstraint(
                condition=Q(due_day=None, due_time=None, due_at=None)
                | Q(due_day__isnull=False, due_time__isnull=False, due_at__isnull=False),
                name="post_time_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(due_at__isnull=False), name="scheduled_post_has_time"
            ),
            models.UniqueConstraint(
                fields=["project", "import_key"], condition=~Q(import_key=""), name="post_imported_once"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "due_at", "id"], name="post_by_time"),
            models.Index(
                fields=["due_at"], condition=Q(status="scheduled", reminded_at=None), name="post_to_remind_of"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)

    @property
    def wall_clock(self) -> WallClock | None:
        """When the post is planned, None without a date."""
        if self.due_day is None or self.due_time is None:
            return None
        return WallClock(self.due_day, self.due_time, self.zone)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None


class PostVariant(models.Model):
    """A platform that a post is for.

    `text` is "" where the text of the post is used; `url` is where it was published. With a `credential`, Vigie
    publishes it (workplace/publishing.py), else people do. `place` is a subreddit or category, `title` the title
    there: only for platforms that need them (workplace/post_accounts.py).
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="variants", db_index=False)
    platform = models.CharField(max_length=12)
    text = models.TextField(max_length=MAX_TEXT, blank=True)
    url = models.CharField(max_length=MAX_URL, blank=True)
    credential = models.ForeignKey(Credential, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=MAX_PLACE_TITLE, blank=True, default="")
    place = models.CharField(max_length=MAX_PLACE, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "platform"], name="one_variant_per_platform"),
            models.CheckConstraint(condition=Q(platform__in=PLATFORMS), name="post_platform_known"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.platform}"


class PostComment(models.Model):
    """A comment of the team on a post. It is never published."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=MAX_COMMENT)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.post_id}: {self.text[:50]}"
