"""Posts are published with their pictures and descriptions, once, also if an upload or a worker fails."""

import time

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from monitoring.messages.post_errors import POST_ERROR_TEXTS, post_error_text
from monitoring.platforms.pictures import PICTURE_CODES
from tests.lookalikes.platforms.base import Reply
from tests.lookalikes.platforms.picture_posts import WITH_PICTURES
from tests.lookalikes.platforms.publishing import PUBLISHING
from tests.monitoring.polling.test_kill import kill, start, wait_until
from tests.pictures import picture_bytes
from tests.workplace.publishing_place import TEXT, Place, publish_though_killed, row, run
from tests.workplace.test_publishing import SEND
from workplace import posts
from workplace.models import OutgoingPost, Post
from workplace.post_pictures import PictureValues, set_pictures, write_new

ALTS = ["A lamp", "", "Une lampe « rouge » 🎄"]


@pytest.fixture(params=["mastodonsearch"])
def place(request, project):
    with WITH_PICTURES[request.param]() as server:
        server.now = timezone.now()
        server.posts = []
        yield Place(server, project)


every_platform = pytest.mark.parametrize("place", sorted(WITH_PICTURES), indirect=True)


def post_of(place, user, alts=ALTS):
    """Return a post that is due, with a picture of another color per description."""
    post = place.post(user)
    colors = ("#0b6370", "#aa5500", "#225522", "#332266")
    pictures = [PictureValues(alt, data=picture_bytes(color=color)) for alt, color in zip(alts, colors, strict=False)]
    set_pictures(post, pictures, write_new(pictures))
    return post


def uploads(server):
    """Return the requests that upload a file."""
    return [one for one in server.requests if one.path.endswith(("uploadBlob", "/media", "/upload", "/photos"))]


def test_every_error_of_pictures_has_its_sentences():
    assert set(PICTURE_CODES) <= set(POST_ERROR_TEXTS)


@every_platform
def test_post_is_published_with_its_pictures_in_order(place, manager):
    post = post_of(place, manager)
    assert run().status == "published"
    assert [one.text for one in place.server.published] == [TEXT]
    assert place.server.shown == {1: ALTS}
    stored = {bytes(one.jpeg) for one in post.pictures.all()}
    assert {one.jpeg for one in place.server.uploads.values()} == stored
    run()
    assert len(place.server.published) == 1 and len(uploads(place.server)) == 3


@every_platform
def test_post_without_pictures_uploads_nothing(place, manager):
    place.post(manager)
    assert run().status == "published"
    assert place.server.shown == {1: []} and not uploads(place.server)


@every_platform
def test_refused_picture_fails_the_post_and_says_why(place, manager, owner, as_person):
    place.server.refuses_pictures = True
    post = post_of(place, manager)
    assert run().status == "failed" and row().error_code == "picture_refused"
    assert place.server.published == [] and len(uploads(place.server)) == 1
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    with translation.override("en"):
        assert str(post_error_text("picture_refused").message) in page
    place.server.refuses_pictures = False
    post.refresh_from_db()
    posts.take_step(post, manager, post.version, "schedule")
    assert run().status == "published" and place.server.shown == {1: ALTS}


@every_platform
def test_lost_response_publishes_no_second_post_with_pictures(place, manager):
    post_of(place, manager)
    place.server.loses = True
    for _ in range(4):
        if run().status == "published":
            break
    assert Post.objects.get().status == "published"
    assert place.server.shown == {1: ALTS} and len(place.server.published) == 1


@every_platform
@pytest.mark.parametrize("status", [429, 500, 503])
def test_failed_upload_is_tried_again(place, manager, status):
    post_of(place, manager)
    fail_upload(place.server, place.server.rate_limited() if status == 429 else Reply(b"", status))
    assert run().status == "publishing" and (row().state, row().requested_at) == ("queued", None)
    assert run().status == "published" and place.server.shown == {1: ALTS}


def fail_upload(server, reply):
    """Let the server respond this to the next upload."""
    respond = server.respond

    def respond_or_fail(request):
        if not uploads(server):
            return respond(request)
        server.respond = respond
        return reply

    server.respond = respond_or_fail


def test_picture_that_is_processed_later_is_waited_for(place, manager):
    place.server.processing = 2
    post_of(place, manager, ["A lamp"])
    assert run().status == "published" and place.server.shown == {1: ["A lamp"]}
    assert [one.path for one in place.server.requests if "/api/v1/media/" in one.path] == ["/api/v1/media/900001"] * 2


def test_token_without_the_scope_for_pictures_says_so(place, manager):
    post_of(place, manager)
    fail_upload(place.server, Reply({"error": "This action is outside the authorized scopes"}, 403))
    assert run().status == "failed" and row().error_code == "reply_permission"
    assert place.server.published == []


def test_text_alone_is_published_where_vigie_takes_no_pictures(project, manager, owner, as_person):
    with PUBLISHING["discourse"]() as server:
        server.now, server.posts = timezone.now(), []
        post = post_of(Place(server, project), manager)
        page = as_person(owner).get(reverse("post", args=[project.pk, post.pk])).text
        assert "Attach the pictures on the platform." in page
        assert run().status == "published" and len(server.published) == 1


def test_page_says_nothing_about_pictures_that_are_published(place, manager, owner, as_person):
    post = post_of(place, manager)
    page = as_person(owner).get(reverse("post", args=[place.project.pk, post.pk])).text
    assert "Attach the pictures on the platform." not in page


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@every_platform
def test_worker_killed_at_any_statement_publishes_the_pictures_once(place, manager):
    post_of(place, manager, ["A lamp"])
    kills = publish_though_killed()
    assert Post.objects.get().status == "published" and OutgoingPost.objects.count() == 1
    assert place.server.shown == {1: ["A lamp"]} and kills > 10


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@every_platform
def test_worker_killed_while_it_uploads_publishes_once(place, manager):
    post_of(place, manager, ["A lamp"])
    place.server.delay_s = 0.5
    worker = start("-c", SEND, DJANGO_SETTINGS_MODULE="config.settings")
    wait_until(lambda: bool(place.server.uploads), worker)
    kill(worker)
    time.sleep(1)  # The platform finishes the request.
    place.server.delay_s = 0
    assert (row().state, row().requested_at, place.server.published) == ("sending", None, [])
    assert run().status == "published"
    assert place.server.shown == {1: ["A lamp"]} and len(uploads(place.server)) >= 2
