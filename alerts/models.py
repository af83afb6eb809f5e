"""Alert rules, the incidents they open, and digest subscriptions."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from monitoring.models import Keyword, Mention


class Rule(models.Model):
    """Alerts when a keyword has too many mentions in a sliding time window.

    `sentiment` counts only mentions with that label, plus uncertain ones if `with_uncertain`; "" counts all.
    `above`: more than `threshold` mentions in `window_s` seconds. `increase`: up by at least `percent` % from the
    previous period, with at least `minimum` mentions. The conditions are in alerts/conditions/registry.py.
    `counts_stories` counts near-identical items once; rules of earlier versions count each item.
    """

    class Condition(models.TextChoices):
        ABOVE = "above", _("Above a threshold")
        INCREASE = "increase", _("Up by a percentage")

    class Sentiment(models.TextChoices):
        NEGATIVE = Mention.Sentiment.NEGATIVE.value, _("Negative only")
        NEUTRAL = Mention.Sentiment.NEUTRAL.value, _("Neutral only")
        POSITIVE = Mention.Sentiment.POSITIVE.value, _("Positive only")
        __empty__ = _("All mentions")

    class Window(models.IntegerChoices):
        MIN_15 = 900, _("15 minutes")
        HOUR_1 = 3600, _("1 hour")
        HOUR_6 = 21600, _("6 hours")
        DAY_1 = 86400, _("24 hours")
        DAY_7 = 604800, _("7 days")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rules")
    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="rules", verbose_name=_("keyword"))
    sentiment = models.CharField(
        _("mentions to count"), max_length=8, choices=Sentiment, blank=True, default="", db_default=""
    )
    with_uncertain = models.BooleanField(_("include uncertain mentions"), default=False, db_default=False)
    counts_stories = models.BooleanField(_("count near-identical items once"), default=True, db_default=False)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, default=Condition.ABOVE)
    threshold = models.PositiveIntegerField(_("number of mentions"), null=True, blank=True)
    percent = models.PositiveIntegerField(_("percentage"), null=True, blank=True)
    minimum = models.PositiveIntegerField(_("minimum number of mentions"), default=5)
    window_s = models.PositiveIntegerField(_("time window"), choices=Window, default=Window.HOUR_1)
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
        return f"{self.keyword} · {self.condition}"


class Incident(models.Model):
    """One episode in which a rule was triggered, from `opened_at` to `closed_at` (UTC; None while open).

    `value` and `baseline` are the counts of the time window and of the previous period at opening; `peak` is the
    highest count since, of the window that ended at `peak_at` (None if an earlier version stored the incident).
    `settings` stores the rule at opening (conditions.base.Settings as JSON, plus `window_s`), so editing the rule does
    not change past incidents.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="incidents")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    value = models.PositiveIntegerField()
    baseline = models.PositiveIntegerField(default=0)
    peak = models.PositiveIntegerField()
    peak_at = models.DateTimeField(null=True)
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(closed_at=None), name="one_open_incident_per_rule")
        ]
        indexes = [models.Index(fields=["rule", "-opened_at"], name="incident_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.opened_at:%Y-%m-%d %H:%M}"


class Digest(models.Model):
    """A member's subscription to a project's digest. `hour` and `weekday` (0 = Monday) are in the member's time zone.

    `sent_until` (UTC) is the end of the last window and the start of the next.
    """

    class Frequency(models.TextChoices):
        NEVER = "never", _("Never")
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")

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
    send_empty = models.BooleanField(_("send even when there’s nothing new"), default=False)
    sent_until = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_digest_per_person_and_project"),
            models.CheckConstraint(condition=Q(hour__lt=24, weekday__lt=7), name="digest_time_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.user}"
