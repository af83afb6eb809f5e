"""Similar mentions and the search by meaning as pages: what they list, and what they say without results."""

import pytest

from tests.factories import make_keyword, make_mention
from tests.pages import words
from tests.reports.files import csv_rows
from tests.vectors import near, store_vectors

CLOSE, RELATED = "late delivery of lamps", "late lamps delivery and broken switch parts"


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def test_page_lists_similar_mentions_with_closeness_and_way_back(keyword, asked, viewer, as_person, at, read):
    other = make_mention(keyword, title="Retard de livraison", language="fr")
    store_vectors([(other.document, near(1, 0.9))])
    client = as_person(viewer)
    text = read(client, at("similar_mentions", asked.pk) + "?period=30d")
    assert "Retard de livraison" in text and "Very similar" in text and "French" in text
    body = client.get(at("similar_mentions", asked.pk) + "?period=30d").content.decode()
    assert f'{at("mention", asked.pk)}?period=30d"' in body


def test_pane_loads_the_first_ones(keyword, asked, viewer, as_person, at):
    for number in range(7):
        mention = make_mention(keyword, title=f"Similar {number}")
        store_vectors([(mention.document, near(1, 0.9, number))])
    client = as_person(viewer)
    detail = client.get(at("mention", asked.pk), headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{at("similar_mentions", asked.pk)}' in detail
    pane = client.get(at("similar_mentions", asked.pk), headers={"HX-Request": "true"}).content.decode()
    assert pane.count("<li>") == 5 and "View all similar mentions" in pane and "<html" not in pane


def test_page_says_why_it_is_empty(keyword, asked, viewer, as_person, at, read, monkeypatch):
    client = as_person(viewer)
    assert "No similar mentions" in read(client, at("similar_mentions", asked.pk))
    bare = make_mention(keyword)
    assert "Not compared yet" in read(client, at("similar_mentions", bare.pk))
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    assert "ALTER EXTENSION vector UPDATE" in read(client, at("similar_mentions", asked.pk))


def test_mention_of_another_project_is_not_found(asked, stranger, as_person, at):
    foreign = make_mention(make_keyword(stranger.memberships.get().project))
    assert as_person(stranger).get(at("similar_mentions", foreign.pk)).status_code == 404


@pytest.fixture
def found(keyword, stand_in_encoder):
    mentions = [make_mention(keyword, title=title) for title in (RELATED, CLOSE)]
    stand_in_encoder.store([mention.document for mention in mentions])
    return mentions


def test_mention_list_marks_what_was_found_by_meaning(found, viewer, as_person, at, read):
    text = read(as_person(viewer), at("mentions") + f'?q=~"{CLOSE}"')
    assert text.index(CLOSE) < text.index(RELATED)
    assert "Found by meaning" in text and "Very similar" in text and "Closest in meaning first" in text


def test_mention_list_explains_empty_and_malformed_searches(found, viewer, as_person, at, read):
    client = as_person(viewer)
    assert "Try another phrase" in read(client, at("mentions") + '?q=~"a garden party"')
    assert "can only be combined" in read(client, at("mentions") + f'?q=lamp OR ~"{CLOSE}"')


def test_search_page_ranks_and_says_what_it_cannot_find(found, viewer, as_person, at, read):
    client = as_person(viewer)
    text = read(client, at("search") + f'?q=~"{CLOSE}"')
    assert text.index(CLOSE) < text.index(RELATED) and "2 results" in text
    assert "Items that no keyword matches can’t be found by meaning." in text and "Track this search" not in text
    assert "No mention has a similar meaning" in read(client, at("search") + '?q=~"a garden party"')


def test_search_page_without_encoder_says_what_works_instead(found, viewer, as_person, at, read, monkeypatch):
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    client = as_person(viewer)
    for url in (at("search"), at("mentions")):
        text = read(client, url + f'?q=~"{CLOSE}"')
        assert "can’t search by meaning yet" in text and "search for words" in text


def test_keyword_form_rejects_phrase_and_names_the_fix(owner, as_person, at):
    owner.language = "en"
    owner.save()
    form = {"name": "Late", "type": "topic", "query": '~"late delivery"'}
    text = words(as_person(owner).post(at("keyword_new"), form))
    assert "keywords match words" in text and 'Try: "late delivery"' in text


def test_export_has_the_order_of_the_list(found, viewer, as_person, at):
    for name in ("mentions", "items"):
        form = {"format": "csv", "separator": "comma"}
        rows = csv_rows(as_person(viewer).post(at("export", name) + f'?q=~"{CLOSE}"', form))
        assert [row["Title"] for row in rows] == [CLOSE, RELATED]
