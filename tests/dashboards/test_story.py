"""The page of a story: its numbers and items agree, and items are split, joined and returned."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import ActivityEntry
from monitoring.insights import story as story_insights
from monitoring.models import Document, Mention, Story
from monitoring.services.stories import join_stories
from tests.factories import make_keyword, make_mention, make_mentions, make_story

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
TEXT = "The lamp by Lumen is recalled because its battery can overheat, the company said on Monday in a statement."


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


@pytest.fixture
def story(keyword):
    """Five items on three sites within two days; the last one is ignored, one has another text."""
    rows = [
        {"title": f"Recall {number}", "text": TEXT, "published": NOW + timedelta(minutes=minutes), **fields}
        for number, (minutes, fields) in enumerate(
            [
                (0, {"url": "https://agency.example/1", "author": "Léa", "followers": 900}),
                (20, {"url": "https://www.agency.example/2", "author": "Léa", "followers": 1000}),
                (60, {"url": "https://radio.example/3", "text": TEXT + " Radio Lumen adds a sentence."}),
                (600, {"url": "https://forum.example/4", "platform": "reddit", "sentiment": "negative"}),
                (1800, {"url": "https://radio.example/5", "status": "ignored"}),
            ]
        )
    ]
    return make_story(keyword, rows)


def open_story(client, at, story, query="", **kwargs):
    return client.get(at("story", story.pk) + query, **kwargs)


def ids(context):
    return [item.row.id for item in context["items"]]


def titles(context):
    return [item.row.document.title for item in context["items"]]


def mentions_of(story):
    return list(Mention.objects.filter(story=story).order_by("published"))


def test_page_tells_how_the_story_spread(as_person, viewer, at, story):
    page = open_story(as_person(viewer), at, story)
    facts = page.context["facts"].found
    assert (facts.items, facts.site_count, len(facts.platforms), facts.authors) == (5, 3, 2, 1)
    assert facts.sites[0] == ("agency.example", 2)
    assert (facts.followers, facts.unknown_followers) == (1000, 3)
    html = page.content.decode()
    assert "Half of the items appeared within 60 minutes, 90% within 30 hours, the last one after 30 hours." in html
    assert "75% of the 4 reprints have the same text, the others an adapted one." in html
    assert "Followers of 3 items are unknown." in html
    items = page.context["items"]
    assert titles(page.context) == [f"Recall {number}" for number in range(5)]
    assert [item.is_first for item in items] == [True, False, False, False, False]
    assert (items[1].delay, items[2].text, items[3].text) == ("20 minutes later", "adapted text", "same text")
    assert sum(count for _title, _url, count in page.context["chart"].rows) == 5
    assert [count for _name, count, _query in page.context["facts"].sentiments] == [0, 0, 1, 0]


def test_numbers_of_the_page_agree_with_the_lists_behind_them(as_person, viewer, at, keyword, story, project):
    make_mention(make_keyword(project), mentions_of(story)[0].document)  # one item, two mentions
    Mention.objects.filter(document=mentions_of(story)[0].document_id).update(story=story)
    client = as_person(viewer)
    context = open_story(client, at, story).context
    listed = client.get(f"{at('mentions')}?{context['query']}&counts=1").context
    assert context["facts"].found.items == listed["count"].value == len(listed["rows"]) == len(context["items"]) == 5
    for _name, count, query in [*context["facts"].platforms, *context["facts"].sentiments]:
        assert client.get(f"{at('mentions')}?{query}&counts=1").context["count"].value == count
    for _title, url, count in context["chart"].rows:
        if count:
            assert client.get(f"{url}&counts=1").context["count"].value == count


def test_items_are_paged_from_the_first_to_the_last(as_person, viewer, at, story, monkeypatch):
    monkeypatch.setattr(story_insights.items_of, "__defaults__", (None, 2))
    client = as_person(viewer)
    page = open_story(client, at, story)
    seen = ids(page.context)
    while cursor := page.context["next_cursor"]:
        page = open_story(client, at, story, f"?cursor={cursor}", headers={"HX-Request": "true"})
        seen += ids(page.context)
    assert seen == [mention.pk for mention in mentions_of(story)]
    assert open_story(client, at, story, "?cursor=nonsense").status_code == 200


def test_page_leads_back_to_the_list_and_says_how_many_items_it_has(as_person, viewer, at, story):
    client = as_person(viewer)
    page = open_story(client, at, story, "?from=2026-11-10&to=2026-11-10&stories=fold")
    assert page.context["listed"] == 4
    assert "4 items are in your list" in page.content.decode()
    assert client.get(f"{at('mentions')}?{page.context['listed_query']}&counts=1").context["count"].value == 4
    assert "stories=fold" in page.context["back"]


def test_reading_pane_lists_the_other_items_of_the_story(as_person, viewer, at, keyword, story):
    client = as_person(viewer)
    html = client.get(at("mention", mentions_of(story)[1].pk)).content.decode()
    assert "4 other items of the same story" in html and at("story", story.pk) in html
    assert "same story" not in client.get(at("mention", make_mention(keyword).pk)).content.decode()


def test_items_are_split_and_returned(as_person, english_manager, at, story):
    client = as_person(english_manager)
    last = mentions_of(story)[3:]
    page = client.post(at("story_split", story.pk), {"id": [one.pk for one in last]}, follow=True)
    assert titles(page.context) == ["Recall 0", "Recall 1", "Recall 2"]
    assert "2 items split from this story." in page.content.decode()
    changed = page.context["changed"]
    new = client.get(at("story", changed.new_story))
    assert titles(new.context) == ["Recall 3", "Recall 4"]

    page = client.post(at("story_undo", changed.new_story), {"change": changed.entry_id}, follow=True)
    assert page.redirect_chain[0][0] == at("story", story.pk)
    assert len(page.context["items"]) == 5 and "Change undone." in page.content.decode()
    again = client.post(at("story_undo", story.pk), {"change": changed.entry_id}, follow=True)
    assert "Nothing to undo" in again.content.decode()
    assert list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "story.split",
        "mention.undone",
    ]


def test_split_of_all_items_or_none_is_refused(as_person, english_manager, at, story):
    client = as_person(english_manager)
    everything = {"id": [one.pk for one in mentions_of(story)]}
    assert (
        "leave at least one item" in client.post(at("story_split", story.pk), everything, follow=True).content.decode()
    )
    assert "Select items first." in client.post(at("story_split", story.pk), follow=True).content.decode()
    assert not ActivityEntry.objects.exists()


def test_item_that_left_the_story_meanwhile_is_not_split_again(as_person, manager, at, keyword, story):
    other = make_story(keyword, 2)
    taken = Mention.objects.filter(story=other).first()
    as_person(manager).post(at("story_split", story.pk), {"id": taken.pk})
    assert Document.objects.get(pk=taken.document_id).story_id == other.pk


def test_search_finds_items_to_join_and_says_what_joins_with_them(as_person, english_manager, at, keyword, story):
    alone = make_mention(keyword, title="Lumen recalls a lamp")
    pair = make_story(keyword, [{"title": "Lumen recall, a comment"}, {"title": "Unlike words", "text": "Nothing"}])
    client = as_person(english_manager)
    page = open_story(client, at, story, "?find=lumen", headers={"HX-Request": "true"})
    assert {(row.document.title, items) for row, items in page.context["matches"]} == {
        ("Lumen recalls a lamp", 1),
        ("Lumen recall, a comment", 2),
    }
    assert "joins with all 2 items of its story" in page.content.decode()
    assert "<html" not in page.content.decode()

    chosen = [alone.pk, Mention.objects.filter(story=pair).order_by("-published").first().pk]
    page = client.post(at("story_join", story.pk), {"id": chosen}, follow=True)
    assert page.context["facts"].found.items == 8
    assert "3 items joined to this story." in page.content.decode()
    client.post(at("story_undo", story.pk), {"change": page.context["changed"].entry_id})
    assert Document.objects.filter(story=pair).count() == 2
    assert Document.objects.get(pk=alone.document_id).story_id is None
    assert Document.objects.filter(story=story).count() == 5


def test_search_says_what_is_wrong_or_that_nothing_matches(as_person, english_manager, at, story):
    client = as_person(english_manager)
    assert "No other item matches" in open_story(client, at, story, "?find=zebra").content.decode()
    assert open_story(client, at, story, "?find=(lumen").context["find_problem"]
    assert (
        "already"
        in client.post(at("story_join", story.pk), {"id": mentions_of(story)[0].pk}, follow=True).content.decode()
    )


def test_undo_of_a_split_is_offered_in_the_history_of_the_item(as_person, english_manager, at, story):
    client = as_person(english_manager)
    last = mentions_of(story)[4]
    client.post(at("story_split", story.pk), {"id": last.pk})
    [undoable] = [event for event in client.get(at("mention", last.pk)).context["past"] if event.undoes]
    client.post(at("mention_undo"), {"id": last.pk, "change": undoable.undoes})
    assert Document.objects.get(pk=last.document_id).story_id == story.pk
    assert "Split from the story undone." in client.get(at("mention", last.pk)).content.decode()


def test_link_to_a_story_that_was_joined_with_another_leads_there(
    as_person, viewer, manager, at, keyword, story, project
):
    other = make_story(keyword, 2)
    items = [Document.objects.filter(story=one).first().pk for one in (story, other)]
    join_stories(project, manager, items, other.pk)
    client = as_person(viewer)
    response = client.get(f"{at('story', story.pk)}?period=7d")
    assert (response.status_code, response.url) == (302, f"{at('story', other.pk)}?period=7d")
    listed = client.get(f"{at('mentions')}?story={story.pk}&period=90d&counts=1")
    items = Mention.objects.filter(story=other).exclude(status="ignored")
    assert listed.context["count"].value == items.values("document").distinct().count()
    assert client.get(at("story", 10**9)).status_code == 404


def test_viewers_read_and_strangers_find_no_story(as_person, viewer, stranger, at, story):
    client, chosen = as_person(viewer), {"id": mentions_of(story)[0].pk, "change": 1}
    page = open_story(client, at, story, "?find=lumen")
    assert "data-pick" not in page.content.decode() and "matches" not in page.context
    for name in ("story_split", "story_join", "story_undo"):
        assert client.post(at(name, story.pk), chosen).status_code == 403
        assert as_person(stranger).post(at(name, story.pk), chosen).status_code == 404
    assert open_story(as_person(stranger), at, story).status_code == 404
    assert not Story.objects.filter(is_fixed=True).exists()


def test_page_costs_as_many_queries_for_many_items(as_person, manager, at, keyword, story, queries):
    client = as_person(manager)
    url = at("story", story.pk) + "?find=lumen"
    client.get(url)
    few = queries(client, url)
    more = make_mentions(keyword, [{"text": TEXT, "author": f"Author {n}", "followers": n} for n in range(20)])
    Mention.objects.filter(pk__in=[one.pk for one in more]).update(story=story)
    Document.objects.filter(pk__in=[one.document_id for one in more]).update(story=story)
    assert queries(client, url) == few
