"""The fields of posts and reviews, from the row to pages and the API."""

import pytest
from django.utils import timezone

from monitoring.content.native_keys import key_of
from monitoring.models import DocumentSource
from tests.factories import make_keyword, make_mention, make_source

REVIEW = {
    "author": "Ada Martin",
    "author_handle": "@ada@lumen.example",
    "followers": 1200,
    "likes": 1,
    "replies": 2,
    "shares": 0,
    "rating": 4.0,
}


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def test_mention_shows_what_its_platform_says_of_it(as_person, viewer, at, read, keyword):
    mention = make_mention(keyword, **REVIEW)
    text = read(as_person(viewer), at("mention", mention.pk))
    for shown in ("@ada@lumen.example", "★★★★☆", "Rating: 4 out of 5", "1 like", "2 replies", "0 shares"):
        assert shown in text, shown
    assert "view" not in text.partition("Rating: 4 out of 5")[2].partition("shares")[0]
    assert "1,200 followers" in text


def test_list_shows_author_and_rating(as_person, viewer, at, read, keyword):
    make_mention(keyword, **REVIEW)
    text = read(as_person(viewer), at("mentions"))
    assert "Ada Martin" in text and "Rating: 4 out of 5" in text and "1 like" not in text


def test_mention_page_shows_nothing_for_unknown_fields(as_person, viewer, at, read, keyword):
    text = read(as_person(viewer), at("mention", make_mention(keyword, author="Ada").pk))
    for shown in ("★", "☆", "like", "repl", "share", "follower", "In reply to"):
        assert shown not in text.partition("Open original")[0], shown


def test_handle_that_is_the_author_is_shown_once(as_person, viewer, at, read, keyword):
    mention = make_mention(keyword, author="ada", author_handle="@ada")
    assert read(as_person(viewer), at("mention", mention.pk)).count("ada") == 1


def test_mention_page_links_to_what_it_responds_to(as_person, viewer, at, read, project, keyword):
    source = make_source(project)
    posts = [make_mention(keyword, source=source, title=title) for title in ("Lumen first", "Lumen second")]
    for post, native_id in zip(posts, ("1", "2"), strict=True):
        DocumentSource.objects.filter(document=post.document).delete()
        DocumentSource.objects.create(
            document=post.document, source=source, native_key=key_of(native_id), published=timezone.now()
        )
    client = as_person(viewer)
    reply = make_mention(keyword, source=source, reply_to="2", thread="1")
    response = client.get(at("mention", reply.pk)).content.decode()
    assert all(post.document.url in response for post in posts)
    text = read(client, at("mention", reply.pk))
    assert "In reply to: Lumen second" in text and "Conversation: Lumen first" in text


def test_mention_page_says_that_it_responds_to_a_post_that_is_not_stored(as_person, viewer, at, read, keyword):
    mention = make_mention(keyword, reply_to="77", thread="70")
    assert "In reply to another post" in read(as_person(viewer), at("mention", mention.pk))


def test_counts_follow_the_language(as_person, viewer, at, read, keyword):
    viewer.language = "fr"
    viewer.save()
    mention = make_mention(keyword, likes=0, replies=1, views=2000, rating=4.5)
    text = read(as_person(viewer), at("mention", mention.pk))
    assert "★★★★★ Note : 4,5 sur 5" in text
    assert "0 j’aime" in text and "1 réponse" in text and "vues" in text
