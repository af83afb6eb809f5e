"""The keywords that decide which posts of a stream are stored see the same fields as those that match stored posts."""

from datetime import UTC, datetime

import pytest

from monitoring.platforms.bluesky_posts import entry_of_record
from monitoring.streaming.matching import StreamMatcher
from tests.factories import make_keyword

URI = "at://did:plc:ada/app.bsky.feed.post/k1"


def post(**fields):
    record = {"text": "Ma lampe Lumen", "createdAt": "2026-11-20T12:00:00Z", "langs": ["fr"], **fields}
    return entry_of_record(URI, record, datetime(2026, 11, 20, 12, tzinfo=UTC).isoformat())


REPLY = {"parent": {"uri": URI}, "root": {"uri": URI}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "wants_post", "wants_reply"),
    [
        ("lumen kind:post", True, False),
        ("kind:comment lumen", False, True),
        ("lumen NOT kind:comment", True, False),
        ("lumen platform:bluesky site:bsky.app", True, True),
    ],
)
def test_wanting_applies_conditions_on_fields(source, project, query, wants_post, wants_reply):
    make_keyword(project, query=query)
    matcher = StreamMatcher(source.platform)
    assert bool(matcher.wanting(post())) == wants_post
    assert bool(matcher.wanting(post(reply=REPLY))) == wants_reply
