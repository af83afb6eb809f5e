"""The form of a goal, and its page."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)


def form(today, **changes):
    values = {
        "name": "Talk about Lumen",
        "metric": "mentions",
        "keyword": "",
        "query": "",
        "unit": "",
        "is_sum": "yes",
        "direction": "up",
        "target": "100",
        "baseline": "",
        "starts_on": today - 20 * DAY,
        "ends_on": today + 19 * DAY,
        "owner": "",
    }
    return values | changes


def create(client, project, values):
    return client.post(reverse("goal_new", args=[project.pk]), values)


def page_of(client, goal):
    return client.get(reverse("goal", args=[goal.project_id, goal.pk])).text
