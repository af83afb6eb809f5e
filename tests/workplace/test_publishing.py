"""Posts of the calendar are published once with a chosen account, also if a platform or a worker fails."""

import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import ActivityEntry
from delivery.models import Delivery
from monitoring.messages.post_errors import post_error_text
from monitoring.models import Credential
from tests.lookalikes.platforms.publishing import PUBLISHING
from tests.monitoring.polling.test_kill import kill, start, wait_until
from tests.racing import race, start_until_blocked
from tests.workplace.publishing_place import PLATFORMS, TEXT, Place, publish_though_killed, row, run, version_of
from workplace import posts, publishing
from workplace.models import OutgoingPost, Post
from workplace.post_accounts import choose_accounts
from workplace.publishing import LATEST
from workplace.tasks import remind_of_posts

SEND = "import django; django.setup(); from workplace.tasks import publish_posts; publish_posts()"


@pytest.fixture(params=["mastodonsearch"])
def place(request, project):
    with PUBLISHING[request.param]() as server:
        server.now = timezone.now()
        server.posts = []
        yield Place(server, project)


every_platform = pytest.mark.parametrize("place", sorted(PLATFORMS), indirect=True)


@every_platform
def test_due_post_is_published_once_with_its_address(place, manager):
    post = place.post(manager)
    run()
    post.refresh_from_db()
    assert post.status == "published" and post.published_at
    assert [one.text for one in place.server.published] == [TEXT]
    assert post.variants.get().url.startswith("https://") and row().state == "sent"
    run()
    assert len(place.server.published) == 1
    actions = list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["post.publishing", "post.published"]


@every_platform
def test_lost_response_publishes_no_second_post(place, manager):
    place.post(manager)
    place.server.loses = True
    for _ in range(4):
        if run().status == "published":
            break
    assert Post.objects.get().status == "published" and row().state == "sent"
    assert len(place.server.published) == 1


@every_platform
def test_refusal_fails_the_post_and_says_why(place, manager, owner, as_person):
    place.server.has_permission = False
    post = place.post(manager)
    assert run().status == "failed"
    sent = Delivery.objects.get(kind="post")
    assert sent.recipient == manager.email and sent.subject == "Non publié : « Open day »"
    with translation.override("fr"):
        assert str(post_error_text(row().error_code).message) in sent.text
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    assert "Not published with @lumen" in page
    assert str(post_error_text(row().error_code).message) in page
    assert row().error_code in ("reply_permission", "credential_rejected")
    assert place.server.published == []


def test_too_long_text_fails_and_can_be_scheduled_again(place, manager):
    post = place.post(manager, text="a" * 600)
    run()
    assert row().error_code == "reply_too_long"
    post.refresh_from_db()
    Post.objects.filter(pk=post.pk).update(text="short")
    posts.take_step(post, manager, post.version, "schedule")
    assert run().status == "published"
    assert [one.text for one in place.server.published] == ["short"]


def test_temporary_failure_is_tried_again(place, manager):
    place.server.fail_with(place.server.rate_limited())
    place.post(manager)
    assert run().status == "publishing" and row().state == "queued"
    assert run().status == "published"
    assert len(place.server.published) == 1


def test_post_of_the_future_draft_and_without_account_is_left(place, manager):
    place.post(manager, ago=-timedelta(hours=1))
    draft = place.post(manager)
    Post.objects.filter(pk=draft.pk).update(status="approved")
    place.post(manager).variants.update(credential=None)
    run()
    assert place.server.published == [] and not OutgoingPost.objects.exists()


def test_post_that_is_much_too_late_fails_instead_of_surprising(place, manager):
    place.post(manager, ago=LATEST + timedelta(minutes=1))
    assert run().status == "failed"
    assert place.server.published == []


def test_post_that_is_scheduled_again_after_its_time_is_published(place, manager):
    post = place.post(manager, ago=LATEST + timedelta(minutes=1))
    assert run().status == "failed"
    post.refresh_from_db()
    posts.take_step(post, manager, post.version, "schedule")
    assert run().status == "published"
    assert len(place.server.published) == 1


@pytest.mark.parametrize("place", ["discourse", "facebook", "linkedin"], indirect=True)
def test_post_whose_source_was_deleted_fails_and_says_so(place, manager, owner, as_person):
    post = place.post(manager)
    place.project.sources.all().delete()
    Credential.objects.update(settings={})
    assert run().status == "failed" and row().error_code == "source_deleted"
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    assert "The source of this account was deleted." in page


def test_account_that_may_not_publish_any_more_fails_the_post(place, manager):
    place.post(manager)
    Credential.objects.update(can_reply=False)
    assert run().status == "failed" and row().error_code == "account_removed"


def test_two_platforms_are_published_once_each_and_the_rest_after_a_failure(place, manager):
    post = place.post(manager)
    with PUBLISHING["bluesky"]() as other:
        second = Place(other, place.project)
        post.variants.create(platform="bluesky", credential=second.credential, text="Short one")
        other.has_permission = False
        assert run().status == "failed"
        assert (len(place.server.published), len(other.published)) == (1, 0)
        other.has_permission = True
        post.refresh_from_db()
        posts.take_step(post, manager, post.version, "schedule")
        assert run().status == "published"
        assert [one.text for one in other.published] == ["Short one"]
        assert len(place.server.published) == 1


@pytest.fixture
def second(place):
    """A second platform, which refuses posts."""
    with PUBLISHING["bluesky"]() as other:
        other.has_permission = False
        yield Place(other, place.project)


def test_platform_that_has_the_post_can_not_be_removed(place, second, manager):
    post = place.post(manager)
    post.variants.create(platform="bluesky", credential=second.credential)
    assert run().status == "failed"
    post.refresh_from_db()
    values = posts.PostValues(post.title, post.text, owner=manager, platforms={"bluesky": ""})
    with pytest.raises(ValidationError) as error:
        posts.change_post(post, manager, post.version, values)
    assert error.value.error_dict["platforms"][0].code == "published"
    assert row().variant.post.variants.count() == 2 and OutgoingPost.objects.filter(state="sent").count() == 1


def test_platform_published_by_hand_after_a_failure_fails_the_post_no_more(place, second, manager):
    post = place.post(manager)
    place.server.has_permission = False
    by_hand = post.variants.create(platform="bluesky", credential=second.credential)
    assert run().status == "failed"
    post.refresh_from_db()
    post = choose_accounts(post, manager, version_of(post), {"bluesky": None})
    posts.take_step(post, manager, post.version, "schedule")
    place.server.has_permission = True
    assert run().status == "scheduled", "it waits for the link of the other platform"
    assert len(place.server.published) == 1
    by_hand.refresh_from_db()
    assert by_hand.credential is None


def test_resolving_an_unknown_outcome_keeps_the_failure_of_another_platform(place, second, manager):
    post = unknown(place, manager, second)
    assert sorted(OutgoingPost.objects.values_list("state", flat=True)) == ["failed", "unknown"]
    Delivery.objects.all().delete()
    posts.take_step(post, manager, post.version, "publish")
    post = Post.objects.get()
    assert post.status == "failed" and "Bluesky" in Delivery.objects.get(kind="post").text
    second.server.has_permission = True
    posts.take_step(post, manager, post.version, "schedule")
    assert run().status == "published"
    assert len(second.server.published) == 1 and place.server.published == []


def test_late_post_names_only_the_platforms_that_do_not_have_it(place, second, manager):
    post = place.post(manager)
    post.variants.create(platform="bluesky", credential=second.credential)
    run()
    post.refresh_from_db()
    posts.take_step(post, manager, post.version, "schedule")
    Delivery.objects.all().delete()
    Post.objects.update(due_at=timezone.now() - LATEST - timedelta(minutes=1))
    assert run().status == "failed"
    text = Delivery.objects.get(kind="post").text
    assert "Bluesky" in text and "Mastodon" not in text


def test_post_is_not_deleted_while_it_is_published(place, manager, owner, as_person):
    post = place.post(manager)
    publishing.begin_due(timezone.now())
    client, url = as_person(owner), reverse("post_delete", args=[place.project.pk, post.pk])
    assert "The post is being published" in client.post(url, follow=True).text
    assert Post.objects.filter(pk=post.pk).exists()
    assert run().status == "published"
    client.post(url)
    assert not Post.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_step_does_not_wait_for_a_worker_that_waits_for_the_post(place, manager):
    post = unknown(place, manager)
    with transaction.atomic():
        OutgoingPost.objects.select_for_update().get()
        step = start_until_blocked(lambda: posts.take_step(post, manager, post.version, "publish"))
        assert step.done() and isinstance(step.exception(), ValidationError)
    posts.take_step(post, manager, post.version, "publish")


def unknown(place, manager, second=None):
    """Leave a post whose outcome nobody knows: the platform lost the response and shows nothing."""
    post = place.post(manager)
    if second:
        post.variants.create(platform=second.platform, credential=second.credential)
    place.server.loses = True
    run()
    for one in (place, second):
        if one:
            one.server.published.clear()
    OutgoingPost.objects.update(requested_at=timezone.now() - timedelta(hours=2))
    for _ in range(12):
        run()
    post.refresh_from_db()
    return post


def test_post_stays_scheduled_while_people_publish_it_elsewhere(place, manager):
    post = place.post(manager)
    post.variants.create(platform="linkedin", text="For LinkedIn")
    assert run().status == "scheduled" and len(place.server.published) == 1
    remind_of_posts()
    reminder = Delivery.objects.get(kind="post")
    assert "For LinkedIn" in reminder.text and TEXT not in reminder.text
    for _ in range(2):
        assert run().status == "scheduled" and OutgoingPost.objects.count() == 1
    post.refresh_from_db()
    posts.take_step(post, manager, post.version, "publish")
    assert Post.objects.get().status == "published"


def test_post_that_vigie_publishes_has_no_reminder(place, manager):
    place.post(manager)
    remind_of_posts()
    assert not Delivery.objects.filter(kind="post").exists()


def test_unknown_outcome_waits_for_a_person(place, manager, owner, as_person):
    post = unknown(place, manager)
    assert [sent.recipient for sent in Delivery.objects.filter(kind="post")] == [manager.email]
    assert (post.status, row().state, row().due_at) == ("publishing", "unknown", None)
    assert place.server.published == []
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    assert "Unknown whether published with @lumen" in page
    links = {"mastodon": "https://social.example/@lumen/1"}
    posts.take_step(post, manager, post.version, "publish", links=links)
    assert row().state == "sent" and post.variants.get().url == links["mastodon"]


def test_each_platform_whose_outcome_is_unknown_has_its_own_email(place, manager):
    with PUBLISHING["facebook"]() as server:
        server.posts, server.loses = [], True
        unknown(place, manager, Place(server, place.project))
    assert list(OutgoingPost.objects.values_list("state", flat=True)) == ["unknown"] * 2
    texts = Delivery.objects.filter(kind="post").values_list("text", flat=True)
    named = [[name for name in ("Facebook", "Mastodon") if name in text] for text in texts]
    assert sorted(named) == [["Facebook"], ["Mastodon"]]


def test_unknown_outcome_that_failed_can_be_published_again(place, manager):
    post = unknown(place, manager)
    post = posts.take_step(post, manager, post.version, "fail")
    assert row().state == "failed"
    posts.take_step(post, manager, post.version, "schedule")
    assert run().status == "published" and len(place.server.published) == 1


def test_account_is_chosen_and_checked(place, manager, owner, as_person, project):
    post = place.post(manager, ago=-timedelta(days=1))
    client, url = as_person(owner), reverse("post_accounts", args=[project.pk, post.pk])
    client.post(url, {"account_mastodon": "", "version": 1})
    assert post.variants.get().credential is None and version_of(post) == 2
    client.post(url, {"account_mastodon": place.credential.pk, "version": 2})
    assert post.variants.get().credential == place.credential
    Credential.objects.update(can_reply=False)
    page = client.post(url, {"account_mastodon": "1", "version": 3}, follow=True).text
    assert "This account can’t publish posts" in page


@pytest.mark.django_db(transaction=True)
def test_two_workers_begin_and_publish_a_post_once(place, manager):
    place.post(manager)
    now = timezone.now()
    race(lambda: publishing.begin_due(now), lambda: publishing.begin_due(now))
    assert OutgoingPost.objects.count() == 1
    race(publishing.send_due, publishing.send_due)
    assert Post.objects.get().status == "published" and len(place.server.published) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", sorted(PLATFORMS), indirect=True)
def test_worker_killed_at_any_statement_publishes_a_post_once(place, manager):
    place.post(manager)
    kills = publish_though_killed()
    assert Post.objects.get().status == "published" and OutgoingPost.objects.count() == 1
    assert len(place.server.published) == 1 and kills > 10


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", sorted(PLATFORMS), indirect=True)
def test_worker_killed_between_request_and_response_publishes_no_second_post(place, manager):
    place.post(manager)
    place.server.delay_s = 0.5
    worker = start("-c", SEND, DJANGO_SETTINGS_MODULE="config.settings")
    wait_until(lambda: bool(place.server.published), worker)
    kill(worker)
    time.sleep(1)  # The platform finishes the request.
    place.server.delay_s = 0
    assert row().state == "sending" and row().requested_at
    for _ in range(3):
        if run().status == "published":
            break
    assert Post.objects.get().status == "published" and len(place.server.published) == 1
