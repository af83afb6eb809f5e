"""The rows of alerts and of their messages in a project that grows (world.py)."""

from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from alerts.models import HoldingStatement, Incident, IncidentEntry, IncidentTask, Rule
from alerts.rules import settings_of
from delivery.models import Delivery, Destination


class AlertRows:
    """Add rows to `project`, which is `owner`'s, and to its first `incident`; their names have its `size`."""

    def _rule(self, keyword):
        return Rule.objects.create(project=self.project, keyword=keyword, threshold=1, created_by=self.owner)

    def _incident(self, rule, **fields):
        then = {**asdict(settings_of(rule)), "window_s": rule.window_s}
        opened_at = timezone.now() - timedelta(hours=1)
        return Incident.objects.create(rule=rule, opened_at=opened_at, value=2, peak=2, settings=then, **fields)

    def _incident_work(self, user):
        """Add a task, a comment and a holding statement; return the first and the last."""
        fields = {"incident": self.incident, "user": user}
        comment = f"Ask @{{{user.pk}}}"
        IncidentEntry.objects.create(**fields, kind="comment", text=comment, mentioned=[user.pk])
        IncidentEntry.objects.create(**fields, kind="assigned", data={"person": user.pk})
        task = IncidentTask.objects.create(incident=self.incident, title=f"Task {self.size}", assignee=user)
        return task, HoldingStatement.objects.create(
            project=self.project, name=f"Press {self.size}", text_fr="Bonjour"
        )

    def _destination(self):
        """Add a channel with a message to it that failed."""
        destination = Destination.objects.create(
            project=self.project, channel="slack", name=f"Room {self.size}", language="en"
        )
        Delivery.objects.create(
            key=f"to:{destination.pk}",
            kind=Delivery.Kind.INCIDENT,
            project=self.project,
            channel="slack",
            destination=destination,
            recipient=destination.name,
            subject="Alert",
            notice={},
            state="failed",
        )
        return destination

    def _delivery(self):
        return Delivery.objects.create(
            key=f"delivery:{Delivery.objects.count()}",
            kind=Delivery.Kind.DIGEST,
            project=self.project,
            user=self.owner,
            recipient=self.owner.email,
            subject="Digest",
        )
