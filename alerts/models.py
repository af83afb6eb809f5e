"""Alert rules, the incidents they open, and digest subscriptions."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.incident_models import HoldingStatement as HoldingStatement
from alerts.incident_models import IncidentEntry as IncidentEntry
from alerts.incident_models import IncidentTask as IncidentTask
from alerts.incident_models import Playbook as Playbook
from delivery.models import Delivery, Destination, ExternalRecipient
from monitoring.models import Keyword, Mention


class RuleQuerySet(models.QuerySet["Rule"]):
    def running(self, now: datetime) -> "RuleQuerySet":
        """Return the rules that are neither paused nor expired, of existing projects."""
        has_time = Q(expires_on=None) | Q(expires_on__gte=now.date())
        return self.filter(has_time, is_paused=False, project__deleted_at=None)


class Rule(models.Model):
    """Alerts when what it measures meets its conditions, in a sliding time window of `window_s` seconds.

    It is about one `keyword`, or about `query`, the query string of a list of mentions; if it has a `view`, its query
    is that of the view at each moment, and the stored one is what is left when somebody deletes the view. Without any
    of them it is about all keywords of the project (alerts/scope.py).

    The first condition is in `measure`, `parameter`, `condition`, `threshold`, `percent`, `change`, `minimum`,
    `sensitivity`, `recovery` and `tests_chance`, the further ones are in `also` as JSON, joined by `joined_by`:
    Settings and Clause of conditions/base.py say what they mean. All have to be met in `hold` evaluations in a row,
    `held` of which have been. `sentiment` counts only mentions with that label, plus uncertain ones if
    `with_uncertain`; "" counts all. `counts_stories` counts near-identical items once; rules of earlier versions count
    each item. `counts_authors` counts each author once, too.

    `cooldown_s` and `max_per_day` limit its incidents (conditions/limits.py), and it ends after `expires_on`. A
    critical rule does not wait for the end of quiet hours. `told_until` (UTC) is when a rule on each mention has last
    looked for them.
    """

    class Measure(models.TextChoices):
        MENTIONS = "mentions", _("Mentions")
        STORIES = "stories", _("Stories")
        NEGATIVE = "negative", _("Negative mentions")
        NEGATIVE_SHARE = "negative_share", _("Share of negative mentions")
        NET_SENTIMENT = "net_sentiment", _("Net sentiment")
        SHARE_OF_VOICE = "share_of_voice", _("Share of voice")
        REACH = "reach", _("Estimated reach")
        AUTHORS = "authors", _("Authors")
        RATING = "rating", _("Low ratings")
        NEWCOMER = "newcomer", _("First mentions by authors with many followers")
        GROWTH = "growth", _("Engagement gained by one post")
        OVERDUE = "overdue", _("Overdue replies")
        SILENT = "silent", _("Silent sources")
        GOALS = "goals", _("Goals behind their pace")

    class Condition(models.TextChoices):
        ABOVE = "above", _("Above a threshold")
        BELOW = "below", _("Below a threshold")
        INCREASE = "increase", _("Up by a percentage")
        DECREASE = "decrease", _("Down by a percentage")
        RISE = "rise", _("Up by a number")
        FALL = "fall", _("Down by a number")
        UNUSUAL = "unusual", _("Unusual for these hours")
        FEW = "few", _("Unusually few for these hours")
        EACH = "each", _("Each mention, as it happens")

    class JoinedBy(models.TextChoices):
        AND = "and", _("All conditions")
        OR = "or", _("Any of the conditions")

    class Sentiment(models.TextChoices):
        NEGATIVE = Mention.Sentiment.NEGATIVE.value, _("Negative only")
        NEUTRAL = Mention.Sentiment.NEUTRAL.value, _("Neutral only")
        POSITIVE = Mention.Sentiment.POSITIVE.value, _("Positive only")
        __empty__ = _("All mentions")

    class Sensitivity(models.TextChoices):
        CALM = "calm", _("Low: only what stands out clearly")
        NORMAL = "normal", _("Normal")
        NERVOUS = "nervous", _("High: slight increases, too")

    class Window(models.IntegerChoices):
        MIN_15 = 900, _("15 minutes")
        HOUR_1 = 3600, _("1 hour")
        HOUR_6 = 21600, _("6 hours")
        DAY_1 = 86400, _("24 hours")
        DAY_7 = 604800, _("7 days")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rules")
    keyword = models.ForeignKey(
        Keyword, on_delete=models.CASCADE, null=True, blank=True, related_name="rules", verbose_name=_("keyword")
    )
    query = models.TextField(_("filter"), blank=True, default="", db_default="")
    # By name: alerts and workplace don't import each other.
    view = models.ForeignKey(
        "workplace.SavedView",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("saved view"),
    )
    measure = models.CharField(
        _("measure"), max_length=20, choices=Measure, default=Measure.MENTIONS, db_default=Measure.MENTIONS
    )
    parameter = models.PositiveIntegerField(default=0, db_default=0)
    sentiment = models.CharField(
        _("mentions to count"), max_length=8, choices=Sentiment, blank=True, default="", db_default=""
    )
    with_uncertain = models.BooleanField(_("include uncertain mentions"), default=False, db_default=False)
    counts_stories = models.BooleanField(_("count near-identical items once"), default=True, db_default=False)
    counts_authors = models.BooleanField(_("count each author once"), default=False, db_default=False)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, default=Condition.ABOVE)
    threshold = models.IntegerField(_("threshold"), null=True, blank=True)
    percent = models.PositiveIntegerField(_("percentage"), null=True, blank=True)
    change = models.PositiveIntegerField(_("change"), null=True, blank=True)
    minimum = models.PositiveIntegerField(_("minimum number of mentions"), default=5)
    sensitivity = models.CharField(
        _("sensitivity"), max_length=10, choices=Sensitivity, default=Sensitivity.NORMAL, db_default="normal"
    )
    recovery = models.IntegerField(_("back to normal at"), null=True, blank=True)
    tests_chance = models.BooleanField(_("ignore changes that chance explains"), default=False, db_default=False)
    also = models.JSONField(default=list, db_default=[], blank=True)
    joined_by = models.CharField(
        _("alert when"), max_length=3, choices=JoinedBy, default=JoinedBy.AND, db_default=JoinedBy.AND
    )
    hold = models.PositiveSmallIntegerField(_("evaluations in a row"), default=1, db_default=1)
    held = models.PositiveSmallIntegerField(default=0, db_default=0)
    window_s = models.PositiveIntegerField(_("time window"), choices=Window, default=Window.HOUR_1)
    is_critical = models.BooleanField(_("critical"), default=False, db_default=False)
    cooldown_s = models.PositiveIntegerField(_("cool-down"), default=0, db_default=0)
    max_per_day = models.PositiveSmallIntegerField(_("maximum per day"), null=True, blank=True)
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    told_until = models.DateTimeField(null=True, blank=True)
    recipients = models.ManyToManyField(User, blank=True, related_name="+", verbose_name=_("recipients"))
    destinations = models.ManyToManyField(Destination, blank=True, related_name="rules", verbose_name=_("channels"))
    is_paused = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    evaluated_at = models.DateTimeField(null=True, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(condition__in=["above", "below"], threshold__isnull=False)
                | Q(condition="increase", percent__isnull=False, percent__gt=0)
                | Q(condition="decrease", percent__isnull=False, percent__gt=0, percent__lte=100)
                | Q(condition__in=["rise", "fall"], change__isnull=False, change__gt=0)
                | Q(condition__in=["unusual", "few", "each"]),
                name="rule_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(sentiment__in=["", "negative", "neutral", "positive"]), name="rule_sentiment_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.keyword or self.view or self.query or self.project} · {self.measure} {self.condition}"


class Incident(models.Model):
    """One episode in which a rule was triggered, from `opened_at` to `closed_at` (UTC; None while open).

    `value` and `baseline` are the counts of the time window and of the previous period at opening; `peak` is the
    highest count since, of the window that ended at `peak_at` (None if an earlier version stored the incident).
    `calm_since` is when the evaluations began to find it resolved (conditions/episodes.py), None while they don't.
    `settings` stores the rule at opening (conditions.base.Settings as JSON, plus `window_s`, the `query` and the
    `subject` of its scope, and the number of the `clause` that the counts are about), so editing the rule does not
    change past incidents.

    An incident that `joined` another one is an episode of a further rule on the same items: pages, messages and
    the log are about the other one, which closes with all that joined it (alerts/incident_joining.py). `limit` is the
    number that the count had to pass at opening, null for earlier incidents. `severity` is the highest so far
    (conditions/severity.py), `usefulness` what people say of it afterwards. `closed_by` is null if it closed by
    itself.
    """

    class Severity(models.TextChoices):
        MODERATE = "moderate", _("Moderate")
        HIGH = "high", _("High")
        CRITICAL = "critical", _("Critical")

    class Usefulness(models.TextChoices):
        USEFUL = "useful", _("Useful")
        FALSE_ALARM = "false_alarm", _("False alarm")

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="incidents")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    value = models.IntegerField()
    baseline = models.IntegerField(default=0)
    peak = models.IntegerField()
    peak_at = models.DateTimeField(null=True)
    calm_since = models.DateTimeField(null=True)
    settings = models.JSONField(default=dict)
    joined = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="others")
    limit = models.FloatField(null=True)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.MODERATE, db_default="moderate")
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    escalated_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    usefulness = models.CharField(max_length=12, choices=Usefulness, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(closed_at=None), name="one_open_incident_per_rule"),
            models.CheckConstraint(
                condition=Q(severity__in=["moderate", "high", "critical"]), name="incident_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(usefulness__in=["", "useful", "false_alarm"]), name="incident_usefulness_known"
            ),
        ]
        indexes = [models.Index(fields=["rule", "-opened_at"], name="incident_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.opened_at:%Y-%m-%d %H:%M}"


class EvaluationState(models.Model):
    """The last complete evaluation of all rules: one row. Since `late_since`, it is late and reported. UTC."""

    evaluated_at = models.DateTimeField()
    late_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.evaluated_at:%Y-%m-%d %H:%M}"


class Digest(models.Model):
    """A member's subscription to a digest. `hour`, `weekday` (0 = Monday) and `month_day` (the last day of a shorter
    month) are in the member's time zone.

    `is_main` is the one that every member has; people add and delete others. It is about the project, some keywords or
    a saved view (`about`), in `languages` (codes; all if empty), and lists all items or the best (`selection`).
    `sent_until` (UTC) is the end of the last window and the start of the next; `last_sent_at` (UTC) is when the last
    message was written.
    """

    class Frequency(models.TextChoices):
        NEVER = "never", _("Never")
        INSTANT = "instant", _("As it happens")
        HOURLY = "hourly", _("Hourly")
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")

    class About(models.TextChoices):
        PROJECT = "project", _("All keywords of the project")
        KEYWORDS = "keywords", _("Some keywords")
        VIEW = "view", _("A saved view")

    class Selection(models.TextChoices):
        ALL = "all", _("All, by keyword")
        BEST = "best", _("The ten best")

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
    is_main = models.BooleanField(default=True, db_default=True)
    about = models.CharField(
        _("content"), max_length=10, choices=About, default=About.PROJECT, db_default=About.PROJECT
    )
    keywords: "models.ManyToManyField[Keyword, models.Model]" = models.ManyToManyField(
        Keyword, blank=True, related_name="+", verbose_name=_("keywords")
    )
    # By name: alerts and workplace don't import each other. Without its view, the digest is about nothing.
    view = models.ForeignKey(
        "workplace.SavedView",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("saved view"),
    )
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True, db_default=[])
    selection = models.CharField(
        _("items"), max_length=10, choices=Selection, default=Selection.ALL, db_default=Selection.ALL
    )
    frequency = models.CharField(_("frequency"), max_length=10, choices=Frequency, default=Frequency.DAILY)
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday, default=Weekday.MONDAY)
    month_day = models.PositiveSmallIntegerField(_("day of the month"), default=1, db_default=1)
    destinations = models.ManyToManyField(Destination, blank=True, related_name="digests", verbose_name=_("channels"))
    send_empty = models.BooleanField(_("send even when there’s nothing new"), default=False)
    sent_until = models.DateTimeField(default=timezone.now)
    last_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user"], condition=Q(is_main=True), name="one_main_digest_per_person"
            ),
            models.CheckConstraint(
                condition=Q(hour__lt=24, weekday__lt=7, month_day__gte=1, month_day__lte=31),
                name="digest_time_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.user}"


class DigestRecipient(models.Model):
    """An address without an account that receives a member's digest, once its owner has confirmed."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="recipients")
    external = models.ForeignKey(ExternalRecipient, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "external"], name="digest_once_per_recipient")]

    def __str__(self) -> str:
        return str(self.external)


class SentDigest(models.Model):
    """The counts of a digest when it was written; its message stays as it was sent.

    `query` and `languages` are those of its scope, `keywords` the number of keywords in it; `negative` are the items
    that the list of negative mentions had, `ignored` those of the window that were ignored then.
    """

    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, primary_key=True, related_name="sent_digest")
    query = models.TextField(blank=True)
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    keywords = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    negative = models.PositiveIntegerField()
    ignored = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.total}"


class QuietHours(models.Model):
    """The hours of each day, and the weekends if `weekends`, in which a person gets no alerts but critical ones.

    `start` and `end` are in the person's time zone; hours that end before they start go on until the next day.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="quiet_hours")
    start = models.TimeField(_("from"))
    end = models.TimeField(_("until"))
    weekends = models.BooleanField(_("also all day on Saturdays and Sundays"), default=False, db_default=False)

    def __str__(self) -> str:
        return f"{self.user}: {self.start:%H:%M}–{self.end:%H:%M}"


class HeldAlert(models.Model):
    """An alert that a person did not get because of their quiet hours: one summary of them follows (alerts/held.py).

    It is about an incident that opened or closed, or about the mentions of a rule on each mention that were found from
    `since` to `until` (UTC; `until` is null in rows of earlier versions). The row is deleted with the summary.
    """

    class Event(models.TextChoices):
        OPENED = "opened"
        CLOSED = "closed"
        MENTIONS = "mentions"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, null=True, related_name="+")
    event = models.CharField(max_length=10, choices=Event)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "rule", "incident", "event"], nulls_distinct=False, name="one_held_alert"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.event} {self.rule_id}"
