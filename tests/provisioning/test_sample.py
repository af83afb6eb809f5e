"""The sample project: loading it through the real ingest, its feeds, and removing it."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Project, Role
from alerts.models import Rule
from monitoring.enrichment.score_mentions import analyze_mentions
from monitoring.models import Author, Document, Mention, RequestBudget, Source, Triage
from monitoring.polling.poller import poll_due
from provisioning.sample.feeds import FEEDS, current_items, past_items
from provisioning.sample.fields import as_of
from provisioning.sample.load import load_sample
from provisioning.sample.visits import social_of, visits_of
from tests.racing import race
from website.readers.base import Dimension
from workplace.models import SavedReply

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
BASE_URL = "http://127.0.0.1:8000/sample"


def test_sample_project_is_loaded_and_removed_from_pages(stranger, as_person):
    client = as_person(stranger)
    response = client.post(reverse("load_sample"))
    project = Project.objects.get(is_sample=True)
    assert response.url == reverse("overview", args=[project.pk])
    assert Mention.objects.filter(keyword__project=project).count() > 500
    assert not Mention.objects.filter(is_backlog=False).exists()
    sites = set(Author.objects.filter(project=project).exclude(site="").values_list("site", flat=True))
    assert "phare-du-design.example" in sites and all(site.endswith(".example") for site in sites)
    assert list(Rule.objects.filter(project=project).order_by("pk").values_list("sentiment", flat=True)) == [
        "",
        "negative",
    ]
    page = client.get(response.url)
    assert page.status_code == 200 and page.text.count('class="row-act"') == 5  # of 6 complaints that need a reply
    assert Triage.objects.filter(document__project=project, due_at__gt=timezone.now()).count() == 6
    assert SavedReply.objects.filter(project=project).count() == 4
    assert project.goals.count() == 3 and not project.goals.filter(status="").exists()
    assert sorted(project.posts.values_list("status", flat=True)) == [
        *("draft", "draft", "idea"),
        *("published", "published", "scheduled"),
    ]
    check_website_and_review(client, project)
    remove = reverse("remove_sample", args=[project.pk])
    assert remove in client.get(reverse("project_settings", args=[project.pk])).text
    assert client.post(remove).status_code == 302
    assert not Project.objects.filter(is_sample=True).exists()
    assert client.get(reverse("overview", args=[project.pk])).status_code == 404


def check_website_and_review(client, project):
    """The pages of the website and of curation are filled."""
    website = project.websites.get()
    assert website.days.count() == 90 and website.next_read_at > NOW + timedelta(days=3_000)
    page = client.get(reverse("website", args=[project.pk])).text
    assert "Visits from social sites follow mentions after 1 day" in page
    published, draft = project.collections.get().issues.order_by("number")
    assert published.published_at and published.items.count() == 4
    assert draft.published_at is None and draft.items.count() == 2
    assert published.title in client.get(reverse("curation", args=[project.pk])).text


def test_sample_visits_are_reproducible_add_up_and_follow_mentions():
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(90)]
    mentions = {days[40]: 30}
    found = visits_of(days, mentions)
    assert found == visits_of(days, mentions)
    for one in found:
        for dimension in (Dimension.SOURCE, Dimension.LANDING_PAGE):
            assert sum(row.count for row in one.rows if row.dimension is dimension) == one.sessions
        assert sum(row.count for row in one.rows if row.dimension is Dimension.KEY_EVENT) == one.key_events
    peak = max(found, key=social_of)
    assert peak.day == days[41]
    sundays = [one.sessions for one in found if one.day.weekday() == 6 and one is not peak]
    fridays = [one.sessions for one in found if one.day.weekday() == 4 and one is not peak]
    assert min(sundays) > max(fridays)


def test_sample_mentions_get_varied_sentiment_from_real_model(stranger):
    project = load_sample(stranger)
    assert not Mention.objects.exclude(sentiment="").exists()
    analyze_mentions(budget_s=0)
    analyzed = Mention.objects.filter(keyword__project=project).exclude(sentiment="")
    assert len(set(analyzed.values_list("sentiment", flat=True))) >= 3


def test_each_person_has_a_sample_project_of_their_own(stranger, owner, as_person):
    first, second = load_sample(stranger), load_sample(owner)
    assert first != second and load_sample(owner) == second
    for project, person in ((first, stranger), (second, owner)):
        assert list(project.memberships.values_list("user", "role")) == [(person.pk, Role.ADMIN)]
    assert as_person(owner).get(reverse("overview", args=[first.pk])).status_code == 404
    assert as_person(owner).post(reverse("remove_sample", args=[first.pk])).status_code == 404
    as_person(owner).post(reverse("remove_sample", args=[second.pk]))
    assert Project.objects.filter(pk=first.pk, is_sample=True, deleted_at=None).exists()
    assert load_sample(owner) not in (first, second)


def test_sample_feeds_of_two_projects_have_their_own_urls(stranger, owner, client):
    urls = [
        Source.objects.filter(project=load_sample(user), platform="feed").values_list("url", flat=True)
        for user in (stranger, owner)
    ]
    assert not set(urls[0]) & set(urls[1])
    for url in (urls[0][0], urls[1][0]):
        assert client.get(url.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_guest_of_a_sample_project_loads_another_and_keeps_the_role(stranger, viewer, as_person):
    sample = load_sample(stranger)
    Membership.objects.create(project=sample, user=viewer, role=Role.VIEWER)
    own = as_person(viewer).post(reverse("load_sample")).url
    assert own != reverse("overview", args=[sample.pk])
    assert sample.memberships.get(user=viewer).role == Role.VIEWER


def test_owner_who_left_a_sample_project_gets_a_new_one(stranger, owner):
    sample = load_sample(stranger)
    Membership.objects.create(project=sample, user=owner, role=Role.ADMIN)
    sample.memberships.get(user=stranger).delete()
    assert load_sample(stranger) != sample
    assert load_sample(owner) != sample


def test_concurrent_loads_create_one_sample_project(stranger):
    first, second = race(lambda: load_sample(stranger).pk, lambda: load_sample(stranger).pk)
    assert first == second


def test_remove_sample_returns_404_for_regular_project(project, owner, as_person):
    assert as_person(owner).post(reverse("remove_sample", args=[project.pk])).status_code == 404
    assert Project.objects.filter(pk=project.pk, deleted_at=None).exists()


def test_poller_finds_new_mention_in_sample_feeds(stranger, live_server, settings):
    settings.SAMPLE_FEEDS_URL = live_server.url
    load_sample(stranger)
    outcomes = poll_due()
    assert len(outcomes) == len(FEEDS)
    assert not any(outcome.error_code for outcome in outcomes)
    assert Mention.objects.filter(is_backlog=False).exists()
    assert Source.objects.exclude(next_poll_at__lt=timezone.now() + timedelta(minutes=3)).count() == 0


def test_sample_has_posts_of_a_microblog_past_and_present(stranger, live_server, settings):
    settings.SAMPLE_FEEDS_URL = live_server.url
    project = load_sample(stranger)
    posts = Document.objects.filter(project=project, platform="mastodon", kind="post")
    past = posts.count()
    assert past > 100
    assert not posts.filter(followers=None).exists() and posts.filter(likes__gt=10).exists()
    Project.objects.update(created_at=timezone.now() - timedelta(minutes=10))
    poll_due()
    assert not Source.objects.exclude(error_code="").values_list("url", "error_code", "error_detail")
    assert posts.count() > past
    assert not Source.objects.exclude(error_code="").exists()
    response = Client().get(f"/sample/{project.pk}/lueur/api/v1/timelines/tag/lumen")
    assert response.json()[0]["account"]["followers_count"] is not None
    assert Client().get(f"/sample/{project.pk}/lueur/api/v1/instance").status_code == 404
    assert Client().get(f"/sample/{project.pk}/forum-maison/api/v1/timelines/tag/lumen").status_code == 404


def test_sample_has_threads_of_forums_and_reviews_with_ratings(stranger, live_server, settings):
    settings.SAMPLE_FEEDS_URL = live_server.url
    project = load_sample(stranger)
    documents = Document.objects.filter(project=project)
    comments = documents.filter(platform="lemmy", kind="comment").exclude(thread="")
    reviews = documents.filter(platform="appstore", kind="review", rating__gte=1, rating__lte=5).exclude(country="")
    past = comments.count(), reviews.count()
    assert min(past) > 20
    threads = set(comments.values_list("thread", flat=True))
    assert documents.filter(url__in=threads, kind="post").count() == len(threads)
    for language in ("fr", "en"):
        assert comments.filter(language=language).exists() and reviews.filter(language=language).exists()
    Project.objects.update(created_at=timezone.now() - timedelta(minutes=14))
    poll_due()
    assert not Source.objects.exclude(error_code="").values_list("url", "error_code", "error_detail")
    assert comments.count() > past[0] and reviews.count() > past[1]
    review = reviews.order_by("-id").first()
    assert Client().get(review.url.removeprefix(live_server.url)).status_code == 200


def test_sample_platforms_are_read_as_the_items_that_were_made(stranger, live_server, settings):
    settings.SAMPLE_FEEDS_URL = live_server.url
    project = load_sample(stranger)
    Project.objects.update(created_at=timezone.now() - timedelta(minutes=14))
    project.refresh_from_db()
    started = timezone.now()  # an item that appears while the sources are polled may be missed
    for _ in range(4):  # the limits allow a part of the searches at a time
        RequestBudget.objects.all().delete()
        Source.objects.update(next_poll_at=timezone.now())
        poll_due()
    for feed in FEEDS:
        if feed.platform in ("lemmy", "appstore"):
            made = current_items(feed, project.created_at, started, f"{live_server.url}/sample")
            stored = set(Document.objects.filter(project=project).values_list("url", flat=True))
            lumen = [entry for entry in made if "lumen" in (entry.title + entry.body).lower()]
            assert lumen and {entry.url for entry in lumen} <= stored, feed.slug


def test_counts_of_sample_items_grow_with_their_age():
    for feed in FEEDS:
        for entry in past_items(feed, NOW, BASE_URL)[:40]:
            if entry.likes is not None:
                young, old = as_of(entry, entry.published), as_of(entry, entry.published + timedelta(days=2))
                assert young.likes <= old.likes == entry.likes
                assert young.engagement <= old.engagement == entry.engagement
    assert any(
        as_of(entry, entry.published).engagement < entry.engagement for entry in past_items(FEEDS[-1], NOW, BASE_URL)
    )


def test_sample_feed_returns_404_without_sample_project(client, db):
    assert client.get(reverse("sample_feed", args=[1, FEEDS[0].slug])).status_code == 404


def test_sample_feed_returns_404_for_regular_project(client, project):
    assert client.get(reverse("sample_feed", args=[project.pk, FEEDS[0].slug])).status_code == 404


def test_load_sample_command_loads_project_for_user(stranger):
    out = StringIO()
    call_command("load_sample", stranger.email, stdout=out)
    assert "documents" in out.getvalue()


def test_past_items_are_reproducible_and_within_90_days():
    for feed in FEEDS:
        entries = past_items(feed, NOW, BASE_URL)
        assert entries == past_items(feed, NOW, BASE_URL)
        assert all(NOW - timedelta(days=91) < entry.published < NOW for entry in entries)
        assert len({entry.native_id for entry in entries}) == len(entries)
        assert not any("{" in entry.title + entry.body for entry in entries)


def test_crisis_doubles_volume():
    entries = [entry for feed in FEEDS for entry in past_items(feed, NOW, BASE_URL)]
    crisis = sum(NOW - timedelta(days=6) < entry.published for entry in entries)
    before = sum(NOW - timedelta(days=12) < entry.published <= NOW - timedelta(days=6) for entry in entries)
    assert crisis > 2 * before


def test_sample_feeds_only_add_items_and_add_one_per_minute():
    seen = {}
    for minutes in range(20):
        now = NOW + timedelta(minutes=minutes)
        for feed in FEEDS:
            for entry in current_items(feed, NOW, now, BASE_URL):
                assert seen.setdefault(entry.native_id, entry) == entry
        if minutes < 15:
            assert any(now - timedelta(minutes=1) <= entry.published <= now for entry in seen.values())
    assert len(seen) > 50
