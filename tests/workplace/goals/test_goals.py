"""Goals from the form to their pages: measured, forecast, changed, and only for members."""

from datetime import datetime, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.insights.filters import MentionFilter
from monitoring.models import Author, Source, Triage
from tests.factories import make_keyword, make_mention, make_mentions, make_source
from tests.website.factories import make_days, make_website
from tests.workplace.goals.forms import DAY, PARIS, create, form, page_of
from workplace.goals.changes import MAX_GOALS
from workplace.models import Annotation, Goal, OutgoingPost, Post
from workplace.tasks import read_goals


@pytest.fixture
def brand(project):
    """A brand with two mentions per day for 70 days, read from a source that is older."""
    source = make_source(project, title="Le Phare")
    Source.objects.update(created_at=timezone.now() - 100 * DAY)
    keyword = make_keyword(project, "Lumen", type="brand")
    now = timezone.now().astimezone(PARIS).replace(hour=12)
    rows = [{"source": source, "published": now - DAY * (number // 2)} for number in range(140)]
    make_mentions(keyword, rows)
    return keyword


def test_goal_is_measured_when_it_is_created(person, project, brand, today):
    response = create(person, project, form(today, keyword=brand.pk, target="90"))
    goal = Goal.objects.get()
    assert response.url == reverse("goal", args=[project.pk, goal.pk])
    assert goal.reading["value"] == 40 and goal.reading["expected"] == 45
    assert goal.baseline == 80, "of the 40 days before"
    assert goal.status == "behind" or goal.status == "out_of_reach"
    page = page_of(person, goal)
    assert "at this pace: 80" in page and "Missed by" in page
    assert ActivityEntry.objects.filter(action="goal.created", target=goal.name).exists()


def test_number_and_its_list_agree(person, project, brand, today):
    make_mention(brand, published=timezone.now(), title="Today does not count yet")
    create(person, project, form(today, keyword=brand.pk))
    goal = Goal.objects.get()
    page = page_of(person, goal)
    link = page.split(reverse("mentions", args=[project.pk]) + "?")[1].split('"')[0].replace("&amp;", "&")
    f = MentionFilter.from_query(project, QueryDict(link), timezone.now(), PARIS)
    assert f.mentions().count() == goal.reading["value"] == 40


def test_target_as_a_change_of_the_measured_value(person, project, brand, today):
    create(person, project, form(today, keyword=brand.pk, target="+20 %"))
    assert Goal.objects.get().target == pytest.approx(96)


def test_target_as_a_change_needs_a_known_value(person, project, today):
    response = create(person, project, form(today, target="+20%"))
    assert "enter the target as a number" in response.text
    assert not Goal.objects.exists()


def test_goal_that_starts_today_has_started(person, project, brand, today):
    create(person, project, form(today, keyword=brand.pk, starts_on=today))
    goal = Goal.objects.get()
    page = page_of(person, goal)
    assert goal.status == "unknown" and "It has started. The first figure follows tomorrow." in page
    assert "Starts on" not in page


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": " "}, "This field is required."),
        ({"target": "many"}, "Enter a number."),
        ({"metric": "share_of_voice", "target": "120"}, "Select a keyword."),
        ({"metric": "in_time", "target": "120"}, "Enter a percentage from 0 to 100."),
        ({"metric": "nothing"}, "Select a valid choice."),
        ({"ends_on": "2020-01-01"}, "The last day is before the first one."),
        ({"starts_on": "2020-01-01", "ends_on": "2026-01-01"}, "A goal lasts two years at most."),
        ({"query": "sentiment=angry"}, "angry"),
        ({"keyword": "999999"}, "Select a valid choice."),
    ],
)
def test_form_names_the_field_and_the_fix(person, project, today, changes, text):
    response = create(person, project, form(today, **changes))
    assert text in response.text
    assert not Goal.objects.exists()


@pytest.mark.parametrize(
    ("language", "typed", "target"),
    [("en", "1,200", 1200), ("fr", "1\u202f200", 1200), ("fr", "1200,5", 1200.5), ("en", "1,200.5", 1200.5)],
)
def test_numbers_are_read_as_the_language_writes_them(person, owner, project, today, language, typed, target):
    owner.language = language
    owner.save()
    create(person, project, form(today, target=typed))
    assert Goal.objects.get().target == target


def test_share_of_voice(person, project, brand, today):
    rival = make_keyword(project, "Lampion", type="competitor")
    now = timezone.now()
    make_mentions(rival, [{"published": now - DAY * (1 + number % 28)} for number in range(168)])
    values = form(today, metric="share_of_voice", keyword=brand.pk, target="25")
    create(person, project, values)
    assert Goal.objects.get().reading["value"] == pytest.approx(25, abs=1)


def test_net_sentiment_needs_enough_analyzed_mentions(person, project, today):
    keyword = make_keyword(project, "Lumen", type="brand")
    now = timezone.now()
    make_mentions(keyword, [{"published": now - DAY * 2, "sentiment": "negative"}] * 9)
    create(person, project, form(today, metric="net_sentiment", keyword=keyword.pk, target="15"))
    goal = Goal.objects.get()
    assert goal.status == "unknown" and "Not enough figures yet." in page_of(person, goal)
    make_mentions(keyword, [{"published": now - DAY * 2, "sentiment": "positive"}] * 3)
    Goal.objects.update(read_at=now - timedelta(hours=2))
    read_goals()
    goal.refresh_from_db()
    assert goal.reading["value"] == -50


def test_response_goals(person, project, brand, today):
    mentions = list(brand.mentions.select_related("document").order_by("-published")[2:12])
    for number, mention in enumerate(mentions):
        at = mention.document.published
        Triage.objects.create(
            document=mention.document,
            project=project,
            due_at=at + timedelta(hours=4),
            first_replied_at=at + timedelta(hours=1 if number < 8 else 9),
            response_s=3600 if number < 8 else 9 * 3600,
        )
    create(person, project, form(today, metric="in_time", target="90"))
    create(person, project, form(today, metric="first_response", target="2", direction="down"))
    in_time, first = Goal.objects.order_by("pk")
    assert in_time.reading["value"] == 80
    assert first.reading["value"] == 3600 and first.target == 7200
    assert "at most 2 hours" in page_of(person, first)


def test_new_authors_and_engagement(person, project, brand, today):
    now = timezone.now()
    for number in range(6):
        Author.objects.create(project=project, platform="bluesky", key=f"{number:032x}", first_at=now - number * DAY)
    mention = make_mention(brand, published=now - 2 * DAY, likes=7, engagement=7)
    mention.pk, mention.keyword = None, make_keyword(project, "Lampe")
    mention.save(force_insert=True)  # the same item, which counts once
    create(person, project, form(today, metric="new_authors", target="5"))
    create(person, project, form(today, metric="engagement", target="10"))
    authors, engagement = Goal.objects.order_by("pk")
    assert authors.reading["value"] == 5 and authors.status == "reached"
    assert engagement.reading["value"] == 7


def _published_with_engagement(project, today):
    """Publish posts of two days ago and of long ago: one was counted, one was not yet."""
    post = Post.objects.create(project=project, title="Sent")
    sent = (("bluesky", 2, {"likes": 9, "replies": 2, "shares": 3}), ("x", 2, {}), ("mastodon", 90, {"likes": 100}))
    for platform, days, counts in sent:
        variant = post.variants.create(platform=platform)
        at = datetime.combine(today - days * DAY, datetime.min.time(), PARIS) + timedelta(hours=12)
        OutgoingPost.objects.create(project=project, variant=variant, text="", state="sent", sent_at=at, **counts)


def test_website_figures_and_published_posts(person, project, today):
    website = make_website(project)
    make_days(website, today - DAY, [100] * 10, [20] * 10, key_events=3, converted=2)
    Post.objects.create(project=project, title="Open day", status="published", published_at=timezone.now() - 3 * DAY)
    Post.objects.create(project=project, title="Idea")
    _published_with_engagement(project, today)
    wanted = {"website_sessions": 1000, "website_social_sessions": 200, "website_key_events": 30, "posts": 1}
    wanted["post_engagement"] = 14
    for metric in wanted:
        create(person, project, form(today, metric=metric, target="50"))
    assert {goal.metric: goal.reading["value"] for goal in Goal.objects.all()} == wanted
    create(person, project, form(today, metric="website_conversion_rate", target="50"))
    assert Goal.objects.get(metric="website_conversion_rate").reading["value"] == pytest.approx(2)


def test_days_of_a_website_that_were_not_read_are_unknown(person, project, today):
    make_website(project)
    create(person, project, form(today, metric="website_sessions", target="50"))
    goal = Goal.objects.get()
    assert goal.status == "unknown" and "Too few days for a forecast." in page_of(person, goal)


def test_baseline_of_a_website_needs_all_days(person, project, today):
    website = make_website(project)
    make_days(website, today - 21 * DAY, [10] * 30)
    values = form(today, metric="website_sessions", target="+20%")
    page = create(person, project, values).text
    assert "The value before the first day isn’t known." in page and not Goal.objects.exists()
    create(person, project, values | {"target": "50"})
    assert Goal.objects.latest("pk").baseline is None
    create(person, project, values | {"baseline": "300"})
    assert (Goal.objects.latest("pk").baseline, Goal.objects.latest("pk").target) == (300, 360)
    website.days.all().delete()
    make_days(website, today - 21 * DAY, [10] * 40)
    create(person, project, values)
    assert (Goal.objects.latest("pk").baseline, Goal.objects.latest("pk").target) == (400, 480)
    make_days(make_website(project), today - DAY, [10] * 30)
    create(person, project, values | {"target": "50"})
    assert Goal.objects.latest("pk").baseline is None, "of the other website, some days were read"


def test_change_measures_the_baseline_again_only_if_the_measured_thing_changes(person, project, brand, today):
    create(person, project, form(today, keyword=brand.pk))
    goal = Goal.objects.get()
    url = reverse("goal_edit", args=[project.pk, goal.pk])
    Goal.objects.update(baseline=7)
    person.post(url, form(today, keyword=brand.pk, name="Renamed", baseline="7"))
    goal.refresh_from_db()
    assert (goal.name, goal.baseline) == ("Renamed", 7)
    person.post(url, form(today, keyword=brand.pk, name="Renamed", baseline="7", metric="stories"))
    goal.refresh_from_db()
    assert goal.baseline == 80


def test_hourly_task_reads_goals_that_are_due_and_leaves_settled_ones(person, project, brand, today):
    create(person, project, form(today, keyword=brand.pk))
    create(person, project, form(today, starts_on=today - 60 * DAY, ends_on=today - 30 * DAY))
    long_ago = timezone.now() - timedelta(days=20)
    Goal.objects.update(read_at=long_ago)
    read_goals()
    read, settled = Goal.objects.order_by("pk")
    assert read.read_at > long_ago and settled.read_at == long_ago


def test_goal_that_cannot_be_read_does_not_stop_the_others(person, project, brand, today):
    create(person, project, form(today, keyword=brand.pk))
    create(person, project, form(today, keyword=brand.pk))
    broken, fine = Goal.objects.order_by("pk")
    long_ago = timezone.now() - timedelta(days=1)
    Goal.objects.update(read_at=long_ago)
    Goal.objects.filter(pk=broken.pk).update(metric="gone")
    read_goals()
    fine.refresh_from_db()
    broken.refresh_from_db()
    assert min(fine.read_at, broken.read_at) > long_ago


def test_goals_page_says_how_many_are_on_pace(person, project, brand, today):
    assert "No goals yet" in person.get(reverse("goals", args=[project.pk])).text
    create(person, project, form(today, keyword=brand.pk, target="30"))
    create(person, project, form(today, keyword=brand.pk, target="500"))
    page = person.get(reverse("goals", args=[project.pk])).text
    assert "1 of 2 goals are on pace. 1 is out of reach." in page


def test_number_of_goals_is_limited(person, project, today):
    rows = [
        Goal(project=project, name="x", metric="manual", target=1, time_zone="UTC", starts_on=today, ends_on=today)
    ]
    Goal.objects.bulk_create(rows * MAX_GOALS)
    assert "up to 50 goals" in create(person, project, form(today)).text
    assert Goal.objects.count() == MAX_GOALS


def test_goal_is_deleted_with_its_figures(person, project, today):
    create(person, project, form(today, metric="manual"))
    goal = Goal.objects.get()
    person.post(reverse("goal_figures", args=[project.pk, goal.pk]), {"figures": f"{today}; 5"})
    url = reverse("goal_delete", args=[project.pk, goal.pk])
    assert "The 1 figure that people entered will also be deleted." in person.get(url).text
    person.post(url)
    assert not Goal.objects.exists()


def test_notes_appear_on_charts_of_goals_and_of_the_overview(person, project, brand, today):
    create(person, project, form(today, keyword=brand.pk))
    url = reverse("annotation_new", args=[project.pk])
    person.post(url, {"text": "Christmas campaign", "starts_on": today - 5 * DAY, "ends_on": today})
    assert "Christmas campaign" in page_of(person, Goal.objects.get())
    assert "Christmas campaign" in person.get(reverse("overview", args=[project.pk]) + "?period=30d").text
    note = Annotation.objects.get()
    person.post(reverse("annotation_delete", args=[project.pk, note.pk]))
    assert not Annotation.objects.exists()


def test_note_needs_days_in_order(person, project, today):
    values = {"text": "Campaign", "starts_on": today, "ends_on": today - DAY}
    response = person.post(reverse("annotation_new", args=[project.pk]), values, follow=True)
    assert "The last day is before the first one" in response.text
    assert not Annotation.objects.exists()


def test_days_of_a_goal_are_those_of_its_time_zone(person, project, today):
    """23:30 in Paris belongs to that day, although UTC and the end of summer time say otherwise."""
    keyword = make_keyword(project, "Lumen", type="brand")
    day = today - 10 * DAY
    make_mention(keyword, published=datetime(day.year, day.month, day.day, 23, 30, tzinfo=PARIS))
    make_mention(keyword, published=datetime(day.year, day.month, day.day, 0, 10, tzinfo=PARIS))
    create(person, project, form(today, keyword=keyword.pk, starts_on=day, ends_on=day))
    assert Goal.objects.get().reading["value"] == 2
