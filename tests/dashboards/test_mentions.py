"""The mention list and one mention: filters, pages, and changes of status."""

import html
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import DocumentRevision, DocumentSource, Mention
from tests.factories import make_keyword, make_mention, make_mentions, make_source

HTMX = {"HX-Request": "true"}


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def titles(response):
    return [str(row.document.title) for row in response.context["rows"]]


def test_mentions_are_listed_newest_first(as_person, viewer, at, keyword):
    for hours, title in ((3, "Lumen third"), (1, "Lumen first"), (2, "Lumen second")):
        make_mention(keyword, title=title, published=timezone.now() - timedelta(hours=hours))
    assert titles(as_person(viewer).get(at("mentions"))) == ["Lumen first", "Lumen second", "Lumen third"]


def test_pagination_lists_each_mention_once(as_person, viewer, at, keyword):
    make_mentions(keyword, 120)
    client = as_person(viewer)
    seen, cursor = [], None
    while True:
        page = client.get(at("mentions"), {"period": "30d", **({"cursor": cursor} if cursor else {})})
        seen += [row.id for row in page.context["rows"]]
        cursor = page.context["page"].next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 120
    back = client.get(at("mentions"), {"period": "30d", "cursor": page.context["page"].previous_cursor})
    assert [row.id for row in back.context["rows"]] == seen[30:80]


def test_htmx_receives_following_rows_only(as_person, viewer, at, keyword):
    make_mentions(keyword, 60)
    client = as_person(viewer)
    cursor = client.get(at("mentions"), {"period": "30d"}).context["page"].next_cursor
    more = client.get(at("mentions"), {"period": "30d", "cursor": cursor}, headers=HTMX).content.decode()
    assert more.count("<article") == 30
    assert "<html" not in more


def test_facet_links_lead_to_the_counted_mentions(as_person, viewer, at, project, keyword):
    sources = [make_source(project), make_source(project)]
    for number in range(9):
        make_mention(
            keyword,
            source=sources[number % 2],
            language=["fr", "en", ""][number % 3],
            author=["Ada", "", "Grace"][number % 3],
            status=["to_review", "needs_reply", "ignored"][number % 3],
        )
    client = as_person(viewer)
    checked = 0
    for facet in client.get(at("mentions") + "?counts=1").context["facets"]:
        for choice in facet.choices:
            assert client.get(f"{at('mentions')}?{choice.query}&counts=1").context["count"].value == choice.count
            checked += 1
    assert checked >= 10


def test_list_comes_first_and_its_counts_with_a_second_request(as_person, viewer, at, keyword):
    make_mentions(keyword, [{"status": status} for status in ("to_review", "to_review", "needs_reply")])
    client = as_person(viewer)
    page = client.get(at("mentions")).content.decode()
    assert page.count("<article") == 3 and "data-facet=" not in page and "3 mentions" not in page
    assert all(view in page for view in ("Needs reply", "To review", "All but ignored"))
    counts_url = html.unescape(re.search(r'data-counts-url="([^"]+)"', page)[1])
    counts = client.get(f"{counts_url}&fields=1", headers=HTMX).content.decode()
    assert "3 mentions" in counts and 'data-facet="keyword"' in counts and "Select all 3 in this view" in counts
    assert 'type="checkbox" name="keyword"' in counts and "<html" not in counts
    without_script = html.unescape(re.search(r'<noscript><a class="view" href="([^"]+)"', page)[1])
    assert 'data-facet="keyword"' in client.get(without_script).content.decode()


def test_facet_link_of_selected_value_removes_it(as_person, viewer, at, keyword):
    make_mention(keyword, language="fr")
    facets = as_person(viewer).get(at("mentions") + "?period=7d&language=fr&counts=1").context["facets"]
    [french] = [choice for facet in facets for choice in facet.choices if choice.is_selected]
    assert french.query == "period=7d"


def test_filter_chips_link_to_the_list_without_them(as_person, viewer, at, project, keyword):
    source = make_source(project, title="Le Phare")
    address = (
        f"{at('mentions')}?period=30d&keyword={keyword.pk}&source={source.pk}&status=needs_reply&q=lamp&author=Ada"
    )
    chips = as_person(viewer).get(address).context["bar"].chips
    assert {chip.value for chip in chips} == {"Lumen", "Le Phare", "Needs reply", "lamp", "Ada"}
    assert all(len(re.findall("=", chip.query)) == 5 for chip in chips)


def test_list_points_at_query_error(as_person, viewer, at, keyword):
    page = as_person(viewer).get(at("mentions"), {"q": "lamp (late OR"}).content.decode()
    assert 'role="alert"' in page and 'class="form-caret"' in page
    assert 'aria-invalid="true"' in page


def test_list_reports_and_ignores_unknown_filter(as_person, viewer, at, read, keyword):
    make_mention(keyword, title="Lumen again")
    assert "Lumen again" in read(as_person(viewer), at("mentions") + "?period=century&keyword=999999")


def test_empty_list_shows_next_step(as_person, owner, at, read):
    assert "No keywords yet" in read(as_person(owner), at("mentions"))


def test_mention_page_shows_full_text_and_match_reasons(as_person, viewer, at, keyword):
    text = "Word " * 200 + "and at last LUMEN."
    mention = make_mention(keyword, title="A title", text=text, url="https://site.example/a", author="Ada")
    page = as_person(viewer).get(at("mention", mention.pk)).content.decode()
    assert "and at last <mark>LUMEN</mark>." in page
    assert 'href="https://site.example/a" target="_blank" rel="noopener noreferrer"' in page
    assert "Why this is a mention" in page and ">lumen</code>" in page


def test_mention_page_names_all_sources_of_an_item(as_person, viewer, at, read, project, keyword):
    first, second = make_source(project, title="Le Phare"), make_source(project, title="La Jetée")
    mention = make_mention(keyword, source=first)
    client = as_person(viewer)
    assert "Found in several sources" not in read(client, at("mention", mention.pk))
    DocumentSource.objects.create(
        document=mention.document, source=second, native_key=uuid.uuid4(), published=timezone.now()
    )
    text = read(client, at("mention", mention.pk))
    assert "Found in several sources" in text and "Le Phare" in text and "La Jetée" in text
    assert client.get(at("mentions") + "?counts=1").context["count"].value == 1


def test_mention_page_shows_edits_and_the_versions_before(as_person, viewer, at, read, keyword):
    mention = make_mention(keyword, title="Lumen, third", text="Same")
    document, client = mention.document, as_person(viewer)
    assert "Edits by the source" not in read(client, at("mention", mention.pk))
    now = timezone.now()
    for number, (title, text) in enumerate([("First", "Lumen starts"), ("Lumen, third", "")]):
        DocumentRevision.objects.create(
            document=document, title=title, text=text, replaced_at=now - timedelta(hours=2 - number)
        )
    type(document).objects.update(edited_at=now, edits=4)
    text = read(client, at("mention", mention.pk))
    assert "Text edited 1 hour ago" in text and "(no text)" in text
    assert "Title and text edited 2 hours ago" in text and "First" in text and "Lumen starts" in text
    assert "2 other edits, without their texts." in text
    assert text.index("Text edited") < text.index("Title and text edited")


def test_mention_page_says_since_when_an_item_no_longer_matches(as_person, viewer, at, read, keyword):
    moment = datetime(2026, 3, 2, 14, 27, tzinfo=UTC)
    mention = make_mention(keyword, title="Opening", text="", unmatched_at=moment)
    type(mention.document).objects.update(edited_at=moment, edits=1)
    text = read(as_person(viewer), at("mention", mention.pk))
    assert "No longer matches since the edit of" in text and "2026" in text
    assert "earlier version of the query" not in text and "Last edited" in text
    assert "it no longer matches. The mention still counts." in text


def test_list_marks_items_that_match_no_keyword_any_more(as_person, viewer, at, read, project, keyword):
    now = timezone.now()
    lost = make_mention(keyword, title="Lost", unmatched_at=now)
    kept = make_mention(keyword, title="Kept", unmatched_at=now)
    make_mention(make_keyword(project, query="lamp"), kept.document)
    client = as_person(viewer)
    assert {row.id: row.unmatched_at for row in client.get(at("mentions")).context["rows"]}[lost.pk] == now
    assert read(client, at("mentions")).count("No longer matches") == 1
    assert client.get(at("mentions") + "?counts=1").context["count"].value == 2


def test_url_that_is_not_http_is_not_linked(as_person, viewer, at, keyword):
    mention = make_mention(keyword, title="Lumen", url="javascript:alert(1)")
    assert "javascript:" not in as_person(viewer).get(at("mention", mention.pk)).content.decode()


def test_pages_work_with_malformed_url_after_source_is_deleted(as_person, viewer, at, keyword):
    mention = make_mention(keyword, title="Lumen", url="http://[x/", source=None)
    client = as_person(viewer)
    for page in (at("mentions"), at("mention", mention.pk), at("keyword", keyword.pk)):
        assert "Deleted source" in client.get(page).content.decode()


def test_mention_of_other_project_returns_404(as_person, viewer, at, stranger):
    other = make_mention(make_keyword(stranger.projects.get()))
    assert as_person(viewer).get(at("mention", other.pk)).status_code == 404


def test_status_change_is_stored_and_logged(as_person, manager, at, keyword):
    mention = make_mention(keyword)
    back = at("mentions") + "?period=30d"
    answer = as_person(manager).post(at("mention_change"), {"id": mention.pk, "status": "replied", "next": back})
    assert answer.url == back
    mention.refresh_from_db()
    assert mention.status == Mention.Status.REPLIED
    assert ActivityEntry.objects.filter(user=manager, action="mention.status").count() == 1


def test_status_change_returns_changed_row_to_htmx(as_person, manager, at, keyword):
    mention = make_mention(keyword)
    row = as_person(manager).post(at("mention_change"), {"id": mention.pk, "status": "ignored"}, headers=HTMX)
    assert f'id="mention-{mention.pk}"' in row.content.decode() and 'data-status="ignored"' in row.content.decode()


@pytest.mark.parametrize("data", [{"status": "replied"}, {"status": "burnt"}, {"id": "x", "status": "replied"}])
def test_status_change_rejects_invalid_input(as_person, manager, at, keyword, data):
    if data["status"] == "burnt":
        data = {**data, "id": make_mention(keyword).pk}
    response = as_person(manager).post(at("mention_change"), data, headers=HTMX)
    assert response.status_code == 400 or "data-refused" in response.content.decode()


@pytest.mark.parametrize(
    ("filters", "stays"),
    [
        ("status=to_review", False),
        ("status=ignored", True),
        ("", False),
        ("status=ignored&tag=urgent", False),
        ("status=ignored&assignee=none", True),
        ("status=ignored&assignee=me", False),
        ("status=ignored&founded=true", False),
        ("status=ignored&snoozed=yes", False),
        ("status=ignored&sentiment=positive", True),  # it is not analyzed yet
        ("status=ignored&q=nothing", True),  # no change of a mention affects a search
        ("status=ignored&keyword=999999", True),
    ],
)
def test_changed_row_says_whether_the_list_still_has_it(as_person, manager, at, keyword, filters, stays):
    mention = make_mention(keyword)
    change = {"id": mention.pk, "status": "ignored", "list": f"period=7d&{filters}"}
    row = as_person(manager).post(at("mention_change"), change, headers=HTMX).content.decode()
    assert ('data-fits="no"' not in row) is stays


@pytest.mark.parametrize(("page", "field"), [("mention_change", "status"), ("mention_sentiment", "label")])
@pytest.mark.parametrize("value", ["replied", "positive", "nonsense"])
def test_change_of_other_projects_mention_returns_404(as_person, manager, at, stranger, page, field, value):
    mention = make_mention(make_keyword(stranger.projects.get()))
    client = as_person(manager)
    assert client.post(at(page), {"id": mention.pk, field: value}).status_code == 404
    assert client.post(at(page), {"id": 10**12, field: value}).status_code == 404
    mention.refresh_from_db()
    assert (mention.status, mention.sentiment) == ("to_review", "")


def test_status_change_redirects_when_next_is_not_a_url(as_person, manager, at, keyword):
    decision = {"id": make_mention(keyword).pk, "status": "ignored", "next": "nowhere"}
    assert as_person(manager).post(at("mention_change"), decision).status_code == 302


def test_viewer_cannot_change_status(as_person, viewer, at, keyword):
    mention = make_mention(keyword)
    client = as_person(viewer)
    assert client.post(at("mention_change"), {"id": mention.pk, "status": "ignored"}).status_code == 403
    assert "data-may-edit" not in client.get(at("mentions")).content.decode()
    assert "data-triage" not in client.get(at("mention", mention.pk)).content.decode()


def test_new_mentions_are_counted_without_changing_the_list(as_person, viewer, at, keyword):
    old = make_mention(keyword, published=timezone.now() - timedelta(hours=1))
    client = as_person(viewer)
    assert "new mention" not in client.get(at("mentions_fresh"), {"after": old.pk}).content.decode()
    make_mentions(keyword, [{}, {}, {}])
    assert "3 new mentions" in client.get(at("mentions_fresh"), {"after": old.pk}).content.decode()
    assert client.get(at("mentions_fresh"), {"after": "9" * 4500}).status_code == 200


def test_mention_pages_have_constant_query_count(as_person, manager, at, project, keyword, queries):
    client = as_person(manager)
    one = make_mention(keyword, source=make_source(project), author="Ada")
    few = queries(client, at("mentions")), queries(client, at("mention", one.pk))
    others = [make_keyword(project, f"Keyword {number}", "lamp") for number in range(5)]
    make_mentions([keyword, *others], [{"source": make_source(project), "author": "Ada"} for _ in range(60)])
    many = Mention.objects.last()
    assert (queries(client, at("mentions")), queries(client, at("mention", many.pk))) == few <= (39, 25)


def test_mention_page_says_that_the_text_was_cut(as_person, viewer, at, keyword):
    whole, cut = make_mention(keyword, text="Lumen"), make_mention(keyword, text="Lumen", is_truncated=True)
    pages = [as_person(viewer).get(at("mention", mention.pk)).content.decode() for mention in (whole, cut)]
    assert ["Text cut at 200,000 characters." in page for page in pages] == [False, True]
