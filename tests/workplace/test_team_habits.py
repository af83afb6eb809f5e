"""Team habits of a week, shown to each person and to admins, and the measure of the welcome queue."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import ActivityEntry
from monitoring.insights.newcomers import Newcomers, newcomers
from monitoring.models import Author, DocumentActivity, Triage
from tests.factories import make_keyword, make_mention, make_mentions
from workplace.models import Post
from workplace.team_habits import habits, week_of

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
KINDS = ("replies", "decisions", "notes", "greetings", "incidents", "posts")


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


@pytest.fixture
def acts(project, manager, owner, keyword):
    """Marc replied, sorted two items (one of them twice), wrote a note, greeted and published; Ada sorted one item."""
    mentions = make_mentions(keyword, [{"published": timezone.now()}] * 3)
    first, second, third = mentions
    Triage.objects.create(
        document=first.document,
        project=project,
        first_replied_at=timezone.now(),
        replied_by=manager,
        response_s=600,
        due_at=timezone.now() + DAY,
    )

    def change(user, mention, action="mention.status"):
        DocumentActivity.objects.create(entry=record(project, user, action, "x"), document=mention.document)

    change(manager, first)
    change(manager, second)
    change(manager, second, "mention.tagged")
    change(owner, third)
    change(owner, third, "mention.undone")
    for action in ("note.created", "author.greeted", "incident.acknowledged", "keyword.created"):
        record(project, manager, action, "x")
    post = {"status": "published", "published_at": timezone.now(), "owner": manager}
    Post.objects.create(project=project, title="Open day", **post)
    return mentions


def this_week():
    return week_of(timezone.now().astimezone(PARIS).date(), PARIS)


def counts(counter):
    return tuple(counter[kind] for kind in KINDS)


def test_habits_count_each_person_and_the_team(project, manager, owner, acts):
    found = habits(project, this_week())
    assert counts(found.of(manager)) == (1, 2, 1, 1, 1, 1)
    assert counts(found.of(owner)) == (0, 1, 0, 0, 0, 0)
    assert counts(found.total) == (1, 3, 1, 1, 1, 1)


def test_habits_of_another_week_and_project_are_left_out(project, stranger, acts):
    ActivityEntry.objects.update(at=timezone.now() - 8 * DAY)
    Triage.objects.update(first_replied_at=timezone.now() - 8 * DAY)
    Post.objects.update(published_at=timezone.now() - 8 * DAY)
    assert not habits(project, this_week()).total
    assert not habits(stranger.memberships.get().project, this_week()).total


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        (datetime(2026, 10, 28), "2026-10-25T23:00:00+00:00", "2026-11-01T23:00:00+00:00"),
        (datetime(2026, 10, 25), "2026-10-18T22:00:00+00:00", "2026-10-25T23:00:00+00:00"),
    ],
)
def test_week_begins_on_monday_in_the_zone_of_the_person(day, since, until):
    week = week_of(day.date(), PARIS)
    assert (week.since.isoformat(), week.until.isoformat()) == (since, until)


def test_member_sees_own_counts_and_admin_those_of_everybody(project, manager, owner, acts, as_person):
    url = reverse("team", args=[project.pk])
    page = as_person(manager).get(url).text
    assert "L’équipe" in page and "Vous" in page and owner.name not in page.split("</nav>")[-1]
    page = as_person(owner).get(url).text
    assert manager.name in page and "admins see everybody" in page


def test_page_shows_what_waits_and_links_to_it(project, owner, keyword, as_person):
    late = make_mention(keyword, status="needs_reply")
    make_mention(keyword, status="needs_reply")
    Triage.objects.create(document=late.document, project=project, due_at=timezone.now() - DAY, assignee=owner)
    client = as_person(owner)
    page = client.get(reverse("team", args=[project.pk])).text
    for name, number in (("needs-reply", 2), ("overdue", 1), ("unassigned", 1), ("approval", 0)):
        tile = page.split(f'id="tile-{name}"')[1]
        assert f'<span class="tile-value">{number}</span>' in tile
        url = tile.split('href="')[1].split('"')[0].replace("&amp;", "&")
        assert client.get(url).status_code == 200


def test_page_of_another_week(project, owner, acts, as_person):
    client, url = as_person(owner), reverse("team", args=[project.pk])
    assert "Next week" not in client.get(url).text
    last = (timezone.now() - 7 * DAY).date().isoformat()
    page = client.get(f"{url}?week={last}").text
    assert "Next week" in page
    for wrong in ("x", "9999-12-31", "0001-01-01"):
        assert client.get(f"{url}?week={wrong}").status_code == 200


def make_author(project, name, first, **fields):
    key = f"{Author.objects.count() + 1:032x}"
    return Author.objects.create(
        project=project, platform="bluesky", key=key, name=name, first_at=first, welcome_at=first, **fields
    )


def test_welcome_queue_measures_who_was_greeted_and_who_came_back(project, owner, keyword, as_person):
    now = timezone.now()
    for hours in (2, 23, 25, None):
        first = now - 5 * DAY
        make_author(project, "new", first, greeted_at=first + timedelta(hours=hours) if hours else None)
    make_author(project, "of today", now - timedelta(hours=3))
    back, same_day, too_late, ignored = [make_author(project, "old", now - 40 * DAY) for _ in range(4)]
    for author, days in ((back, 20), (same_day, 0.5), (too_late, 35), (ignored, 20)):
        status = "ignored" if author == ignored else "to_review"
        make_mention(keyword, written_by=author, published=now - 40 * DAY + days * DAY, status=status)
    page = as_person(owner).get(reverse("welcome", args=[project.pk])).text
    assert "Greeted within a day: 2 of 4 authors of the last 30 days (50%)." in page
    assert "Back within 30 days: 1 of 4 authors" in page
    assert "of the others" not in page, "too few to compare"
    assert newcomers(project.pk, now) == Newcomers(
        welcomed=4, greeted=2, old=4, returned=1, greeted_old=0, greeted_returned=0
    )


def test_welcome_queue_compares_from_twenty_authors_on_each_side(project, owner, keyword, as_person):
    first = timezone.now() - 40 * DAY
    for number in range(40):
        author = make_author(project, "old", first, greeted_at=first if number < 20 else None)
        if number < 10 or number == 39:
            make_mention(keyword, written_by=author, published=first + 9 * DAY)
    page = as_person(owner).get(reverse("welcome", args=[project.pk])).text
    assert "Of those greeted, 50% came back; of the others, 5%." in page
