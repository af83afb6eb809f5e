"""Good hours from when people respond to what a project publishes, and from mentions."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Project
from monitoring.content.native_keys import key_of
from monitoring.models import Author, DocumentSource
from tests.factories import make_keyword, make_mentions, make_source
from workplace.models import OutgoingPost, OutgoingReply, Post
from workplace.post_hours import PERIOD, good_hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand(project):
    return make_keyword(project, "Lumen", "lumen", type="brand")


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def evening(now):
    """Return 9 p.m. in UTC of a day of the last week."""
    return (now - timedelta(days=5)).replace(hour=21, minute=10)


def published(project, native_id, at):
    post = Post.objects.create(project=project, title="Advent")
    variant = post.variants.create(platform="bluesky")
    fields = {"state": "sent", "sent_at": at, "native_id": native_id}
    return OutgoingPost.objects.create(project=project, variant=variant, text="Advent", **fields)


def replies(brand, parents, at, **fields):
    rows = [{"platform": "bluesky", "kind": "comment", "reply_to": parent, "published": at} for parent in parents]
    return make_mentions(brand, [row | fields for row in rows])


def test_replies_to_own_posts_replies_and_official_accounts_count(project, brand, now, evening):
    published(project, "at://post", evening)
    (asked,) = make_mentions(brand, [{"platform": "bluesky", "published": evening}])
    draft = asked.document.drafts.create(project=project, text="Yes")
    sent = {"state": "sent", "sent_at": evening, "native_id": "at://answer"}
    OutgoingReply.objects.create(project=project, document=asked.document, draft=draft, text="Yes", **sent)
    official = Author.objects.create(project=project, platform="bluesky", key=uuid4(), speaks_for=brand)
    own = {"platform": "bluesky", "written_by": official, "kind": "post", "published": evening}
    (said,) = make_mentions(brand, [own])
    DocumentSource.objects.create(
        document=said.document, source=make_source(project), native_key=key_of("at://said"), published=evening
    )
    replies(brand, ["at://post", "at://said", "at://said", "at://answer", "at://other", ""], evening)
    replies(brand, ["at://post"], evening, written_by=official)
    replies(brand, ["at://post"], evening, platform="x")
    replies(brand, ["at://post"], now - PERIOD - timedelta(days=1))
    hours = good_hours(project, timezone.get_fixed_timezone(0), now).responses
    assert (hours.count, hours.posts) == (4, 3)


def test_likes_and_shares_count_at_their_hour(project, now, evening):
    for number in range(10):
        published(project, f"at://{number}", evening).gains.create(at=evening.replace(minute=0), count=5)
    hours = good_hours(project, timezone.get_fixed_timezone(0), now)
    assert (hours.responses.count, hours.responses.posts) == (50, 10) and hours.used is hours.responses
    assert hours.used.best()[0].hour == 21


def test_pages_say_which_hours_they_use(as_person, owner, at, project, brand, read, now):
    client, night = as_person(owner), (now - timedelta(days=3)).replace(hour=1, minute=30)
    make_mentions(brand, [{"published": night - timedelta(days=number)} for number in range(60)])
    text = read(client, at("calendar_hours"))
    assert "When people mention you" in text and "When people respond to you" not in text
    assert "Posts are compared with the hours at which people mention you." in text
    assert "0 responses to your posts. Hours of responses appear from 50 responses to 10 posts on." in text
    midday = night.replace(hour=12)
    for number in range(60):
        published(project, f"at://{number}", midday).gains.create(at=midday.replace(minute=0), count=1)
    text = read(client, at("calendar_hours"))
    assert text.index("When people respond to you") < text.index("When people mention you")
    assert "From 60 replies, likes and shares of 60 posts and replies of yours" in text
    assert "Posts are compared with the hours at which people respond to you." in text
    day = (midday + timedelta(days=1)).date()
    hint = client.get(f"{at('post_hour')}?day={day}&at=04:00&time_zone=UTC").content.decode()
    assert "Few people respond to you at this hour." in hint


def test_hours_of_another_project_do_not_count(project, brand, now, evening):
    other_project = Project.objects.create(name="Other")
    for number in range(10):
        published(other_project, f"at://{number}", evening).gains.create(at=evening, count=9)
    assert good_hours(project, timezone.get_fixed_timezone(0), now).responses.count == 0
