"""Website figures in the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_keyword
from tests.website.factories import make_website
from tests.website.world import make_figures
from website.models import WebsiteDay
from website.readers.base import Dimension


@pytest.fixture
def website(project):
    return make_figures(make_keyword(project, "Lumen", type="brand"))


def test_websites_have_their_state(project, viewer, website, program):
    now = timezone.now()
    make_website(project, provider="plausible", error_code="quota", failing_since=now)
    found = program(viewer).get(f"/projects/{project.pk}/websites").json()
    assert [one["provider"] for one in found] == ["matomo", "plausible"]
    assert (found[0]["name"], found[0]["error"], found[0]["zone"]) == ("Maison Lumen", None, "UTC")
    assert found[0]["read_until"] == (now.date() - timedelta(days=1)).isoformat()
    assert found[1]["error"]["code"] == "quota" and "Plausible" in found[1]["error"]["message"]
    assert "sealed" not in str(found) and "settings" not in str(found)


def test_figures_have_totals_days_and_breakdowns_that_agree(project, viewer, website, program):
    path = f"/projects/{project.pk}/websites/{website.pk}/figures"
    found = program(viewer).get(path).json()
    days = WebsiteDay.objects.order_by("-day")[:28]
    assert len(found["days"]) == found["totals"]["days"] == 28
    assert (
        found["totals"]["sessions"] == sum(day["sessions"] for day in found["days"]) == sum(d.sessions for d in days)
    )
    assert found["totals"]["conversion_rate"] == pytest.approx(100 * 7 * 28 / found["totals"]["sessions"])
    breakdowns = {one["dimension"]: one for one in found["breakdowns"]}
    assert set(breakdowns) == set(Dimension)
    pages = breakdowns["landing_page"]
    assert pages["total"] == sum(row["count"] for row in pages["values"]) + pages["rest"] and pages["rest"] == 240
    assert breakdowns["campaign"]["values"][0] == {"value": "automne-2026", "detail": "contenu-12", "count": 252}


def test_figures_of_asked_days(project, viewer, website, program):
    path = f"/projects/{project.pk}/websites/{website.pk}/figures"
    day = timezone.now().date() - timedelta(days=3)
    found = program(viewer).get(path, since=day.isoformat(), until=day.isoformat()).json()
    assert [one["day"] for one in found["days"]] == [day.isoformat()]


@pytest.mark.parametrize(
    "days", [{"since": "2026-02-01", "until": "2026-01-01"}, {"since": "2020-01-01"}, {"since": "x"}]
)
def test_days_that_cannot_be_used_are_refused(project, viewer, website, program, days):
    refused = program(viewer).get(f"/projects/{project.pk}/websites/{website.pk}/figures", **days)
    assert refused.status_code == 422 and refused.json()["errors"]


def test_figures_of_another_project_are_not_found(project, stranger, website, program):
    other = stranger.memberships.get().project_id
    assert program(stranger).get(f"/projects/{other}/websites/{website.pk}/figures").status_code == 404
