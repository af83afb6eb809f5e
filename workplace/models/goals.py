"""Goals: what a team wants to reach by when, figures that people enter, and annotations of charts."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, validate_time_zone
from accounts.time_zones import zone_of
from monitoring.models import Keyword
from workplace.models.own_accounts import OwnAccount

MAX_NAME, MAX_QUERY, MAX_UNIT, MAX_NOTE = 120, 2_000, 20, 200


class Goal(models.Model):
    """A metric (workplace/goals/metrics/registry.py) with its target, for the days `starts_on` to `ends_on`.

    The days are those of `time_zone`. It measures the mentions of a keyword, of all if there is none, under `query`,
    the query string of a list of mentions; or the followers of `account`. `baseline` is the value before the start,
    null if it is unknown. `is_lower_better`: the target is an upper limit. `unit` and `is_sum` describe figures that
    people enter: those of a sum add up. `reading` is what goals/read.py last computed, at `read_at` (UTC), {} before;
    `status` is its status.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="goals", db_index=False)
    name = models.CharField(_("name"), max_length=MAX_NAME)
    metric = models.CharField(_("metric"), max_length=30)
    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    account = models.ForeignKey(OwnAccount, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    query = models.CharField(max_length=MAX_QUERY, blank=True)
    target = models.FloatField(_("target"))
    baseline = models.FloatField(_("baseline"), null=True, blank=True)
    is_lower_better = models.BooleanField(default=False)
    unit = models.CharField(_("unit"), max_length=MAX_UNIT, blank=True)
    is_sum = models.BooleanField(default=False)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reading = models.JSONField(default=dict)
    status = models.CharField(max_length=15, blank=True, default="")
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="goal_has_days")]
        indexes = [
            models.Index(fields=["project", "ends_on", "id"], name="goal_by_end"),
            models.Index(fields=["read_at", "id"], name="goal_by_reading"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)


class GoalFigure(models.Model):
    """A figure of a day that somebody entered."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="figures", db_index=False)
    day = models.DateField()
    value = models.FloatField()
    entered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "day"], name="one_figure_per_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.value}"


class Annotation(models.Model):
    """A text on the charts of a project, such as the name of a campaign: the days `starts_on` to `ends_on`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annotations", db_index=False)
    text = models.CharField(_("text"), max_length=MAX_NOTE)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="annotation_has_days")]
        indexes = [models.Index(fields=["project", "-starts_on", "-id"], name="annotation_by_start")]

    def __str__(self) -> str:
        return self.text
