"""Items of real platforms that differ from the usual: null and missing fields, and items with further texts."""

import pytest

from monitoring.platforms.pages import read_items
from monitoring.platforms.windows import next_window
from monitoring.records import Entry
from tests.lookalikes.platforms.base import NOW, Reply, make_posts
from tests.lookalikes.platforms.bluesky import BlueskyServer
from tests.lookalikes.platforms.discourse import DiscourseServer
from tests.lookalikes.platforms.hackernews import HackerNewsServer
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer, status_of
from tests.lookalikes.platforms.meta_comments import FacebookServer
from tests.lookalikes.platforms.reddit import RedditServer
from tests.lookalikes.platforms.x import XServer
from tests.lookalikes.platforms.youtube import YouTubeServer
from tests.monitoring.platforms.polling import Polls


def read(server_class, make_body, changes):
    """Return the only entry of a response with one item that was changed, and its text."""
    with server_class() as server:
        server.posts = make_posts(1)
        if server.secrets:
            Polls(server).poll()
        polls = Polls(server)
        real, changed = server._reply, []

        def reply(request):
            answer = real(request)
            body = make_body(server)
            if not changed and answer.status == 200 and type(answer.body) is type(body):
                if isinstance(body, dict) and not set(body) <= set(answer.body):
                    return answer  # a token or session
                changed.append(1)
                item = body if isinstance(body, dict) else body[0]
                changes(item)
                return Reply(body)
            return answer

        server._reply = reply
        result = polls.poll(requests=6)
        assert result.error is None and changed
        assert result.report["skipped"] == 0
        [entry] = polls.entries.values()
        return entry, polls.texts()[entry.native_id]


def reddit(**changes):
    def body(server):
        return {"data": {"after": None, "children": [server._thing(server.posts[0])]}}

    return read(RedditServer, body, lambda page: page["data"]["children"][0]["data"].update(changes))


def x(includes=None, **changes):
    def body(server):
        return {"data": [server._post(server.posts[0])], "includes": includes or {}, "meta": {"result_count": 1}}

    return read(XServer, body, lambda page: page["data"][0].update(changes))


def mastodon(**changes):
    return read(
        MastodonTagServer, lambda server: [status_of(server, server.posts[0])], lambda item: item.update(changes)
    )


def facebook(**changes):
    return read(
        FacebookServer,
        lambda server: {"data": [server.item(server.posts[0])]},
        lambda page: page["data"][0].update(changes),
    )


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"body": None}, ("", None)),
        ({"likes": "many"}, ("Lumen", None)),
        ({"likes": 12.0}, ("Lumen", 12)),
        ({"likes": True}, ("Lumen", None)),
    ],
)
def test_read_items_repairs_fields_that_are_none_of_their_type(wrong, expected):
    fields = {"native_id": "1", "url": "https://a.example", "title": "", "body": "Lumen", "likes": None} | wrong
    entries, skipped = read_items([{}], lambda _: Entry(**fields))
    assert ([(entry.body, entry.likes) for entry in entries], skipped) == ([expected], 0)


@pytest.mark.parametrize("wrong", [{"body": ["Lumen"]}, {"native_id": None}, {"url": ""}, {"author": {"name": "Ada"}}])
def test_read_items_counts_an_item_that_nothing_could_store(wrong):
    fields = {"native_id": "1", "url": "https://a.example", "title": "", "body": "Lumen"} | wrong
    assert read_items([{}], lambda _: Entry(**fields)) == ((), 1)


def test_read_items_counts_an_item_with_an_impossible_time():
    def overflow(_):
        raise OverflowError("date value out of range")

    assert read_items([{}], overflow) == ((), 1)


def test_next_window_turns_pages_where_a_server_ignores_the_time():
    first = next_window([30, 20], None, has_more=True)
    again = next_window([30, 20], first, has_more=True)
    assert (first, again) == ({"until": 20, "page": 0}, {"until": 20, "page": 1})
    assert next_window([19, 10], again, has_more=True) == {"until": 10, "page": 0}
    assert next_window([30, 20], {"until": 10, "page": 0}, has_more=True) == {"until": 10, "page": 1}


def test_reddit_reads_a_crosspost_with_the_text_of_the_original():
    original = {"title": "Panne chez Lumen", "selftext": "Plus **rien** ne marche"}
    path = "/r/lampes/comments/abc/panne/"
    _, text = reddit(selftext="", is_self=False, url=path, crosspost_parent_list=[original])
    assert "Plus rien ne marche" in text and "Panne chez Lumen" in text
    assert f"https://www.reddit.com{path}" in text


def test_reddit_reads_captions_of_a_gallery():
    items = [{"media_id": "a", "caption": "Ma lampe Lumen"}, {"media_id": "b"}]
    _, text = reddit(selftext="", is_self=False, url="https://www.reddit.com/gallery/x", gallery_data={"items": items})
    assert "Ma lampe Lumen" in text


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"edited": True}, "updated", None),
        ({"edited": False}, "updated", None),
        ({"score_hidden": True, "score": 1}, "likes", None),
        ({"score": -4}, "likes", -4),
        ({"author": None}, "author_url", ""),
        ({"permalink": "/r/a/comments/b/c/?ref=search_posts"}, "url", "https://www.reddit.com/r/a/comments/b/c/"),
        ({"selftext": None, "selftext_html": None}, "body", ""),
    ],
)
def test_reddit_reads_odd_fields(changes, field, expected):
    assert getattr(reddit(**changes)[0], field) == expected


def test_reddit_decodes_entities_once_where_a_response_has_them():
    entry, text = reddit(
        title="A &amp; B", selftext="C &lt;3 &amp;amp;", selftext_html="&lt;div&gt;C &amp;lt;3&lt;/div&gt;"
    )
    assert (entry.title, text) == ("A & B", "C <3 &")
    assert reddit(title="A &amp; B", selftext_html="<div>")[0].title == "A &amp; B"


def test_reddit_leaves_out_things_that_are_no_items():
    with RedditServer() as server:
        polls = Polls(server)
        polls.poll_until_done()
        children = [{"kind": "more", "data": {"children": ["a"]}}, {"kind": "t5", "data": {"name": "t5_a"}}]
        server.fail_with(Reply({"data": {"after": None, "children": children}}))
        result = polls.poll()
    assert (result.entries, result.error, result.report["skipped"]) == ((), None, 0)


def test_x_keeps_line_breaks_and_decodes_entities_once():
    assert x(text="Lumen &amp; moi\n&lt;3 &amp;lt;", note_tweet=None)[1] == "Lumen & moi\n<3 &lt;"


def test_x_reads_long_posts_and_whole_links():
    note = {"text": "Lumen, la suite", "entities": {"urls": [{"expanded_url": "https://lumen.example/note"}]}}
    urls = [{"url": "https://t.co/a", "expanded_url": "https://lumen.example/avis"}]
    entry, text = x(text="Lumen… https://t.co/a", note_tweet=note, entities={"urls": urls})
    assert entry.body == "Lumen, la suite"
    assert "https://lumen.example/avis" in text and "https://lumen.example/note" in text


def test_x_reads_a_repost_with_the_text_of_the_original():
    includes = {"tweets": [{"id": "7", "text": "Lumen &amp; la fin de la phrase"}], "users": [{"name": "no id"}]}
    reference = {"type": "retweeted", "id": "7"}
    _, text = x(includes, text="RT @ada: Lumen &amp; la…", referenced_tweets=[reference], note_tweet=None)
    assert text == "RT @ada: Lumen & la…\n\nLumen & la fin de la phrase"


def test_x_takes_the_time_of_a_post_from_its_id_where_it_is_missing():
    entry, _ = x(id="1445880548472328192", created_at=None)
    assert entry.published.isoformat(timespec="seconds").startswith("2021-10-06T22:")


def test_mastodon_reads_choices_of_polls_and_descriptions_of_pictures():
    poll = {"options": [{"title": "Lampe Lumen", "votes_count": 3}, {"title": "Bougie", "votes_count": None}]}
    media = [{"type": "image", "description": "Une lampe allumée"}, {"type": "image", "description": None}]
    _, text = mastodon(content=None, poll=poll, media_attachments=media)
    assert text == "Lampe Lumen\n\nBougie\n\nUne lampe allumée"


def test_mastodon_goes_on_where_link_says_past_a_page_without_posts():
    with MastodonTagServer() as server:
        server.posts = make_posts(3)
        link = '<https://other.example/api/v1/timelines/tag/lumen?max_id=114000000000000003>; rel="next"'
        link += ', <https://other.example/api/v1/timelines/tag/lumen?min_id=9>; rel="prev"'
        server.fail_with(Reply([], headers={"Link": link}))
        polls = Polls(server)
        polls.poll_until_done()
        assert server.requests[1].query["max_id"] == "114000000000000003"
        assert set(polls.entries) == {server.native_id(post) for post in server.posts[:2]}


def test_facebook_reads_posts_without_a_message():
    attachment = {"title": "La lampe Lumen", "description": None, "unshimmed_url": "https://lumen.example/"}
    entry, text = facebook(
        message=None,
        story="Ada a partagé un lien.",
        attachments={"data": [attachment]},
        permalink_url=None,
        **{"from": None},
    )
    assert text == "Ada a partagé un lien.\n\nLa lampe Lumen\n\nhttps://lumen.example/"
    assert (entry.author, entry.url) == ("", f"https://www.facebook.com/{entry.native_id}")


def test_facebook_goes_on_by_time_and_token_where_there_is_no_cursor():
    with FacebookServer() as server:
        server.posts = make_posts(2)
        link = (
            f"{server.url}/v25.0/1/feed?access_token=secret&limit=25&until=1795000000&__paging_token=enc_A&__previous"
        )
        server.fail_with(Reply({"data": [server.item(server.posts[1])], "paging": {"next": link}}))
        polls = Polls(server)
        polls.poll(requests=2)
        query = server.requests[1].query
        assert (query["until"], query["__paging_token"], "access_token" in query) == ("1795000000", "enc_A", False)
        assert "secret" not in repr(polls.results)


def test_discourse_reads_posts_whose_topic_is_missing():
    with DiscourseServer() as server:
        server.posts = make_posts(1)
        post = server._post(server.posts[0]) | {"blurb": None, "name": None}
        server.fail_with(Reply({"posts": [post], "topics": [None], "grouped_search_result": {}}))
        polls = Polls(server)
        assert polls.poll().report["skipped"] == 0
        [entry] = polls.entries.values()
    assert (entry.title, entry.url, entry.author) == ("", "https://forum.example/t/1/2", "ada1")


def test_hackernews_reads_every_page_of_a_server_with_smaller_pages():
    with HackerNewsServer() as server:
        server.posts = make_posts(50)
        real = server._reply

        def smaller(request):
            query = {**request.query, "hitsPerPage": "20"}
            reply = real(type(request)(request.method, request.path, query, request.headers))
            return Reply(reply.body | {"hitsPerPage": 20})

        server._reply = smaller
        polls = Polls(server)
        polls.poll_until_done()
        assert set(polls.entries) == {server.native_id(post) for post in server.posts}


def test_hackernews_reads_jobs_and_comments_without_a_story():
    hits = [
        {
            "objectID": "1",
            "created_at_i": int(NOW.timestamp()),
            "title": "Lumen is hiring",
            "_tags": ["job"],
            "url": None,
        },
        {"objectID": "2", "created_at_i": int(NOW.timestamp()), "comment_text": "Lumen &amp; co", "story_title": None},
        {"objectID": "3", "created_at_i": int(NOW.timestamp()), "author": None, "title": None, "_tags": ["poll"]},
    ]
    with HackerNewsServer() as server:
        server.fail_with(Reply({"hits": hits, "nbHits": 3, "page": 0, "nbPages": 1, "hitsPerPage": 20}))
        polls = Polls(server)
        assert polls.poll().report["skipped"] == 0
    assert [entry.kind for entry in polls.entries.values()] == ["post", "comment", "post"]
    assert polls.texts()["2"] == "Lumen & co"


def test_youtube_reads_a_video_without_its_channel():
    with YouTubeServer() as server:
        server.posts = make_posts(1)
        item = {
            "id": {"kind": "youtube#video", "videoId": "a"},
            "snippet": {"title": "Lumen &amp; co", "description": None},
        }
        item["snippet"] |= {"publishedAt": "2026-11-19T06:00:09Z", "channelId": None, "channelTitle": None}
        playlist = {"id": {"kind": "youtube#playlist", "playlistId": "b"}, "snippet": {"title": "Lumen"}}
        server.fail_with(Reply({"items": [item, playlist]}))
        polls = Polls(server)
        polls.poll(requests=1)
    [entry] = polls.entries.values()
    assert (entry.native_id, entry.author_url, entry.author) == ("a", "", "")


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+14:00", "2999-01-01T00:00:00Z", "soon", None, 7])
def test_bluesky_takes_the_time_of_the_server_where_that_of_the_author_is_wrong(created):
    with BlueskyServer() as server:
        server.posts = make_posts(1)
        polls = Polls(server)
        real = server._reply

        def odd(request):
            reply = real(request)
            for post in reply.body.get("posts", ()):
                post["record"]["createdAt"] = created
                post["record"]["embed"] = {"$type": "app.bsky.embed.video", "alt": "La lampe Lumen en vidéo"}
            return reply

        server._reply = odd
        polls.poll_until_done()
    [entry] = polls.entries.values()
    assert entry.published == server.posts[0].published
    assert "La lampe Lumen en vidéo" in polls.texts()[entry.native_id]


def test_bluesky_renews_its_session_without_a_body():
    """The reference server rejects a refresh that has one."""
    with BlueskyServer() as server:
        server.posts = make_posts(1)
        polls = Polls(server)
        polls.poll_until_done()
        polls.secrets = {**polls.secrets, "access_jwt": "a.e30.b"}
        polls.poll()
        [refresh] = [request for request in server.requests if request.path.endswith("refreshSession")]
        assert (refresh.body, refresh.headers["content-length"]) == (b"", "0")
        assert "content-type" not in refresh.headers
