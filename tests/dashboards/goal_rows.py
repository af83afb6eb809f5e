"""The goals and annotations in tests/dashboards/world.py."""

from datetime import timedelta

from django.utils import timezone

from workplace.models import Annotation, FollowerCount, Goal, GoalFigure, OwnAccount


class GoalRows:
    """Adds goals to a World, which has `project` and `size`."""

    def _goal(self, owner):
        """Add a goal, a figure of the first one, an annotation, and an own account."""
        today = timezone.now().date()
        days = {"starts_on": today - timedelta(days=40), "ends_on": today + timedelta(days=40)}
        points = [[(today - timedelta(days=number)).isoformat(), 40 - number] for number in range(40, 0, -1)]
        reading = {
            "through": points[-1][0],
            "value": 39,
            "expected": 50,
            "forecast": {"middle": 80, "low": 60, "high": 99},
            "reached_on": (today + timedelta(days=70)).isoformat(),
            "needed": 1.5,
            "points": points,
            "problem": "",
        }
        goal = Goal.objects.create(
            project=self.project,
            name=f"Goal {self.size}",
            metric="manual",
            target=100,
            is_sum=True,
            time_zone="UTC",
            owner=owner,
            reading=reading,
            status="behind",
            read_at=timezone.now(),
            **days,
        )
        first = self.project.goals.order_by("pk").first()
        GoalFigure.objects.create(goal=first, day=today - timedelta(days=self.size), value=1, entered_by=owner)
        Annotation.objects.create(project=self.project, text=f"Campaign {self.size}", starts_on=today, ends_on=today)
        self._account(today)
        return goal

    def _account(self, today):
        """Add an own account with its followers of some days."""
        number = f"social.example/{self.size}"
        account = OwnAccount.objects.create(
            project=self.project, platform="mastodon", native_id=number, name=f"@{number}"
        )
        FollowerCount.objects.bulk_create(
            FollowerCount(account=account, day=today - timedelta(days=offset), followers=2_000 - offset)
            for offset in range(40)
        )
