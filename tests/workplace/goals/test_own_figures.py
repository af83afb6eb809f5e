"""Figures that people enter for a goal: as lines or as a file, replaced, refused, and forecast."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.workplace.goals.forms import DAY, create, form, page_of
from workplace.goals.read import store_reading
from workplace.models import Goal


def test_own_figures_are_entered_replaced_and_deleted(person, project, today):
    create(person, project, form(today, metric="manual", unit="visitors", target="1000"))
    goal = Goal.objects.get()
    url = reverse("goal_figures", args=[project.pk, goal.pk])
    first, second = today - 3 * DAY, today - 2 * DAY
    person.post(url, {"figures": f"{first}; 100\n{second.strftime('%d/%m/%Y')}\t1 250,5"})
    goal.refresh_from_db()
    assert goal.reading["value"] == 1350.5
    person.post(url, {"figures": f"{second}; 50\n{first};"})
    goal.refresh_from_db()
    assert goal.reading["value"] == 50
    assert "50\u00a0visitors" in page_of(person, goal)


def test_daily_figures_of_a_level_are_forecast_by_week(person, project, today):
    first, last = today - 28 * DAY, today + 90 * DAY
    create(person, project, form(today, metric="manual", is_sum="", target="200", starts_on=first, ends_on=last))
    goal = Goal.objects.get()
    lines = [f"{first + number * DAY}; {100 + number}" for number in range(29)]
    person.post(reverse("goal_figures", args=[project.pk, goal.pk]), {"figures": "\n".join([*lines, f"{last}; 9"])})
    goal.refresh_from_db()
    assert goal.reading["value"] == 128, "the last day is in the future"
    # As weeks of one each, they would end at 141. Forecasts flatten a trend, which would end at 218.
    assert 150 < goal.reading["forecast"]["middle"] < 218


def test_figures_so_small_that_their_square_is_zero_have_a_forecast(person, project, today):
    first = today - 28 * DAY
    create(person, project, form(today, metric="manual", is_sum="", target="1", starts_on=first))
    goal = Goal.objects.get()
    for week in range(1, 5):
        goal.figures.create(day=first + (7 * week - 1) * DAY, value=week * 1e-170)
    store_reading(goal, timezone.now())
    assert goal.reading["value"] == 4e-170


def test_long_line_of_figures_is_refused_at_once(person, project, today):
    create(person, project, form(today, metric="manual", target="1000"))
    goal = Goal.objects.get()
    line = f"{today};{' ' * 90_000}5"
    response = person.post(reverse("goal_figures", args=[project.pk, goal.pk]), {"figures": line}, follow=True)
    assert "Line 1 has no date and number" in response.text


def test_wrong_line_of_figures_is_named_and_nothing_is_stored(person, project, today):
    create(person, project, form(today, metric="manual", target="1000"))
    goal = Goal.objects.get()
    url = reverse("goal_figures", args=[project.pk, goal.pk])
    response = person.post(url, {"figures": f"{today - DAY}; 5\nmany"}, follow=True)
    assert "Line 2 has no date and number" in response.text
    assert not goal.figures.exists()


def test_figures_of_a_file_may_have_a_heading(person, project, today):
    create(person, project, form(today, metric="manual", target="1000"))
    goal = Goal.objects.get()
    file = SimpleUploadedFile("figures.csv", f"\ufeffdate;visitors\r\n{today - DAY};12\r\n".encode())
    person.post(reverse("goal_figures", args=[project.pk, goal.pk]), {"file": file})
    assert goal.figures.get().value == 12
