"""The search over all stored items."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from monitoring.insights import documents as reading
from monitoring.models import Document
from tests.factories import make_document, make_documents, make_keyword, make_mention, make_source
from tests.pages import words

HTMX = {"HX-Request": "true"}


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen", type="brand")


def titles(response):
    return [re.sub(r"<[^>]+>", "", row.title) for row in response.context["rows"]]


def test_search_finds_items_with_and_without_mention(as_person, viewer, at, project, keyword):
    mention = make_mention(keyword, title="A lamp by Lumen", text="", published=timezone.now() - timedelta(hours=1))
    other = make_document(project, title="A lamp in the rain", text="", url="https://site.example/rain")
    make_document(project, title="A story of the sea", text="")
    response = as_person(viewer).get(at("search"), {"q": "lamp"})
    assert titles(response) == ["A lamp in the rain", "A lamp by Lumen"]
    page = response.content.decode()
    assert "2 results" in page and "<mark>lamp</mark>" in page
    assert f'href="{at("mention", mention.pk)}"><span class="who"' in page
    assert f'href="{at("explain")}?document={other.pk}"' in page and "No matching keyword" in page
    assert 'href="https://site.example/rain" target="_blank" rel="noopener noreferrer"' in page


def test_search_finds_items_that_are_not_indexed_yet(as_person, viewer, at, project):
    make_document(project, title="A lamp", text="")
    Document.objects.update(search=None)
    assert titles(as_person(viewer).get(at("search"), {"q": "lamp"})) == ["A lamp"]


def test_search_filters_by_mentions_and_period(as_person, viewer, at, project, keyword):
    make_mention(keyword, title="Old lamp", text="", published=timezone.now() - timedelta(days=20))
    make_document(project, title="New lamp", text="")
    client = as_person(viewer)
    assert titles(client.get(at("search"), {"q": "lamp", "in": "mentions"})) == ["Old lamp"]
    assert titles(client.get(at("search"), {"q": "lamp", "period": "7d"})) == ["New lamp"]
    none = client.get(at("search"), {"q": "lamp", "in": "mentions", "period": "7d"}).content.decode()
    assert "No results match these filters" in none and f'href="{at("search")}?q=lamp"' in none
    assert len(titles(client.get(at("search"), {"q": "lamp", "in": "moon", "period": "century"}))) == 2


def test_search_finds_nothing_of_other_projects(as_person, viewer, stranger, at, project):
    make_documents(stranger.projects.get(), [{"title": "A secret lamp"}] * 3)
    Document.objects.filter(pk=Document.objects.first().pk).update(search=None)
    client = as_person(viewer)
    for q in ("lamp", '"secret lamp"', "site:site.example", "lamp NEAR/3 secret", "lamp -rain"):
        assert client.get(at("search"), {"q": q}).context["rows"] == []
    assert as_person(stranger).get(at("search"), {"q": "lamp"}).status_code == 404


def test_search_points_at_query_error(as_person, manager, at):
    page = as_person(manager).get(at("search"), {"q": "lamp (late OR"}).content.decode()
    assert 'role="alert"' in page and 'class="form-caret"' in page and 'aria-invalid="true"' in page
    assert "keywords/new" not in page.partition('class="bar"')[2].partition("</header>")[0]


@pytest.mark.parametrize(
    "q", ["x" * 1001, "a\0b", "site:a\0b", "((((", "\ud83d", "-lamp", "  ", "'); DROP", "a:b:c", "&|!<->:*"]
)
def test_search_answers_any_input(as_person, viewer, at, project, q):
    make_document(project)
    assert as_person(viewer).get(at("search"), {"q": q.encode(errors="surrogatepass")}).status_code == 200


def test_search_pagination_lists_each_item_once(as_person, viewer, at, project):
    made = make_documents(project, 120)
    client, cursor, seen = as_person(viewer), None, []
    while True:
        headers = HTMX if cursor else {}
        response = client.get(at("search"), {"q": "lumen", **({"cursor": cursor} if cursor else {})}, headers=headers)
        assert ("<html" in response.content.decode()) == (cursor is None)
        seen += [row.document.pk for row in response.context["rows"]]
        cursor = response.context["page"].next_cursor
        if cursor is None:
            break
    assert seen == [document.pk for document in made]
    assert "No more results." in response.content.decode()


def test_long_search_shows_how_far_back_it_searched(as_person, viewer, at, project, monkeypatch):
    monkeypatch.setattr(reading, "MAX_CHECKED", 10)
    make_documents(project, 30)
    page = as_person(viewer).get(at("search"), {"q": '"lumen about"'}).content.decode()
    assert "Search further back" in page and "No results so far" in page and "intersect" not in page


def test_long_search_says_when_it_is_finished(as_person, viewer, at, project, monkeypatch):
    monkeypatch.setattr(reading, "MAX_CHECKED", 10)
    make_documents(project, 15)
    client = as_person(viewer)
    page = client.get(at("search"), {"q": '"lumen about"'}).content.decode()
    rest = unescape(re.search(r'hx-get="([^"]+cursor=[^"]+)"', page)[1])
    for headers in ({}, HTMX):
        last = words(client.get(rest, headers=headers))
        assert "No more results." in last and "Nothing collected" not in last


def test_search_offers_managers_to_track_it(as_person, manager, viewer, at, project):
    make_document(project)
    address = at("keyword_new") + "?query=lumen+%23x"
    assert address in as_person(manager).get(at("search"), {"q": "lumen #x"}).content.decode()
    assert address not in as_person(viewer).get(at("search"), {"q": "lumen #x"}).content.decode()


def test_search_without_results_shows_next_step(as_person, viewer, at, read, project):
    client = as_person(viewer)
    assert "Search all collected content" in read(client, at("search"))
    assert "Nothing collected yet" in read(client, at("search") + "?q=lamp")
    make_document(project)
    assert "No results for these words" in read(client, at("search") + "?q=nowhere")


def test_empty_mention_list_links_to_search_in_all_content(as_person, viewer, at, project, keyword):
    make_mention(keyword)
    client = as_person(viewer)
    assert (
        f'href="{at("search")}?q=nowhere%20%2Bx"' in client.get(at("mentions"), {"q": "nowhere +x"}).content.decode()
    )
    assert f'href="{at("search")}?q=' not in client.get(at("mentions"), {"q": "lumen"}).content.decode()


def test_url_that_is_not_http_is_not_linked(as_person, viewer, at, project):
    make_document(project, title="Lamp", url="javascript:alert(1)")
    make_document(project, title="Lamp", url="http://[x/")
    assert "javascript:" not in as_person(viewer).get(at("search"), {"q": "lamp"}).content.decode()


def test_every_project_page_links_to_the_search(as_person, viewer, at):
    client = as_person(viewer)
    for page in ("sources", "search"):
        body = client.get(at(page)).content.decode()
        assert f'<a class="rail-link" href="{at("search")}"' in body
        assert f'<a class="sheet-link" href="{at("search")}"' in body


def test_search_has_constant_query_count(as_person, manager, at, project, keyword, queries):
    client, address = as_person(manager), at("search") + "?q=lumen"
    make_mention(keyword, source=make_source(project))
    few = queries(client, address)
    for _ in range(5):
        make_mention(keyword, source=make_source(project))
    make_documents(project, [{"source": make_source(project)} for _ in range(60)])
    assert queries(client, address) == few <= 20
