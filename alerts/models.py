"""Alerting: rules and the incidents they open, digests, and the outbox of everything that is delivered."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from monitoring.models import Mention, Topic


class Rule(models.Model):
    """Warns when the mentions of a topic in a sliding window are too many.

    `sentiment` counts only mentions with that label, and with `with_unsure` the unsure ones too; "" counts all.
    `above`: more than `threshold` mentions in `window_s` seconds. `increase`: up by at least `percent` against the
    window before, with at least `minimum` mentions. alerts/detection.py decides, without this model.
    """

    class Condition(models.TextChoices):
        ABOVE = "above", _("more than a number")
        INCREASE = "increase", _("up by a percentage")

    class Sentiment(models.TextChoices):
        NEGATIVE = Mention.Sentiment.NEGATIVE.value, _("negative ones only")
        NEUTRAL = Mention.Sentiment.NEUTRAL.value, _("neutral ones only")
        POSITIVE = Mention.Sentiment.POSITIVE.value, _("positive ones only")
        __empty__ = _("all of them")

    class Window(models.IntegerChoices):
        MIN_15 = 900, _("15 minutes")
        HOUR_1 = 3600, _("1 hour")
        HOUR_6 = 21600, _("6 hours")
        DAY_1 = 86400, _("24 hours")
        DAY_7 = 604800, _("7 days")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rules")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="rules", verbose_name=_("keyword"))
    sentiment = models.CharField(
        _("which mentions"), max_length=8, choices=Sentiment, blank=True, default="", db_default=""
    )
    with_unsure = models.BooleanField(_("count unsure ones too"), default=False, db_default=False)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, default=Condition.ABOVE)
    threshold = models.PositiveIntegerField(_("number of mentions"), null=True, blank=True)
    percent = models.PositiveIntegerField(_("percentage"), null=True, blank=True)
    minimum = models.PositiveIntegerField(_("minimum number of mentions"), default=5)
    window_s = models.PositiveIntegerField(_("window"), choices=Window, default=Window.HOUR_1)
    recipients = models.ManyToManyField(User, blank=True, related_name="+", verbose_name=_("recipients"))
    is_paused = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    evaluated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(condition="above", threshold__isnull=False)
                | Q(condition="increase", percent__isnull=False, percent__gt=0),
                name="rule_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(sentiment__in=["", "negative", "neutral", "positive"]), name="rule_sentiment_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} · {self.condition}"


class Incident(models.Model):
    """One episode in which a rule was broken, from `opened_at` to `closed_at` (UTC; None while it lasts).

    `value` and `baseline` are the counts of the window and of the one before when it opened; `peak` the highest since.
    `settings` is the rule as it was then (detection.Settings as plain JSON, and `window_s`), so that a later edit does
    not rewrite history.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="incidents")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    value = models.PositiveIntegerField()
    baseline = models.PositiveIntegerField(default=0)
    peak = models.PositiveIntegerField()
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(closed_at=None), name="one_open_incident_per_rule")
        ]
        indexes = [models.Index(fields=["rule", "-opened_at"], name="incident_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.opened_at:%Y-%m-%d %H:%M}"


class Digest(models.Model):
    """A person's subscription to a project's digest. `hour` and `weekday` (0 = Monday) are in the person's zone.

    `sent_until` (UTC) is the end of the last window; the next one begins there.
    """

    class Frequency(models.TextChoices):
        NEVER = "never", _("never")
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="digests")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digests")
    frequency = models.CharField(_("frequency"), max_length=10, choices=Frequency, default=Frequency.DAILY)
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday, default=Weekday.MONDAY)
    send_empty = models.BooleanField(_("also when there is nothing new"), default=False)
    sent_until = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_digest_per_person_and_project"),
            models.CheckConstraint(condition=Q(hour__lt=24, weekday__lt=7), name="digest_time_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.user}"


class Delivery(models.Model):
    """One message to one address: written first, sent after. `key` makes writing it twice impossible.

    A digest's key is "digest:<digest id>:<window end>", an incident's "incident:<id>:<opened|closed>:<user id>".
    SENDING is a claim that ends at `next_attempt_at`; the same `message_id` goes out on every attempt. `error_code`
    is one of alerts/channels/base.py, `error` the words of the other side.
    """

    class Kind(models.TextChoices):
        DIGEST = "digest", _("digest")
        INCIDENT = "incident", _("alert")
        MESSAGE = "message", _("account message")

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        KEPT = "kept", _("kept, not sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    recipient = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=200)
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state__in=["pending", "sending"]), name="delivery_due"
            ),
            models.Index(fields=["-created_at"], name="delivery_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}: {self.subject}"
