"""The match explainer page: conditions, marked texts, stored items and fetched pages."""

import re
import time
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from monitoring.models import Keyword, Mention
from monitoring.query_tools import explain as explainer
from monitoring.services.keywords import create_keyword, pause_keyword, update_keyword
from tests.factories import make_document, make_keyword, make_mention, make_source
from tests.fetching import fetched
from tests.lookalikes.feeds import FeedServer
from tests.pages import words

TEXT = "Encore une panne chez L’Oréal : le service, client ne répond pas."


@pytest.fixture
def explain_url(at):
    return lambda **asked: f"{at('explain')}?{urlencode(asked)}"


def signs(response):
    """Return the lines of the tree as (sign, condition)."""
    body = response.content.decode()
    line = r'<li><div class="explain-line"><span class="explain-sign" data-sign="(\w+)".*?<code[^>]*>(.*?)</code>'
    found = re.findall(line, body, re.S)
    return [(sign, re.sub("&quot;", '"', text)) for sign, text in found]


def marks(response):
    return re.findall(r"<mark[^>]*>(.*?)</mark>", response.content.decode())


def test_it_works(as_person, viewer, project, read, explain_url):
    make_keyword(project, "Panne", "panne remboursement")
    page = read(as_person(viewer), explain_url(text=TEXT, keyword=project.keywords.get().pk))
    assert "Doesn’t match “Panne”" in page
    assert "“panne” was found, but “remboursement” wasn’t." in page
    assert signs(as_person(viewer).get(explain_url(text=TEXT, query="panne remboursement"))) == [
        ("unmet", "panne AND remboursement"),
        ("met", "panne"),
        ("unmet", "remboursement"),
    ]


def test_explanation_marks_french_variants_of_typed_words(as_person, viewer, explain_url):
    response = as_person(viewer).get(explain_url(text=TEXT, query='l\'oreal "service client" -météo'))
    assert "Matches" in words(response)
    assert marks(response) == ["L’Oréal", "service, client"]
    assert "“l&#x27;oreal” and “service client” were found. Nothing excluded was found." in response.content.decode()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("remboursement", "“remboursement” wasn’t found."),
        ("coupure OR bug", "None of these was found: “coupure” and “bug”."),
        ("panne -(client OR météo)", "“client” was found, but is excluded."),
        (
            "panne NEAR/2 client",
            "“panne” and “client” were found, but 6 words apart at the closest; the maximum is 2.",
        ),
        ("panne client bug", "“panne” and “client” were found, but “bug” wasn’t."),
        ("panne cher bug", "“panne” was found, but “cher” and “bug” weren’t."),
        ("client ONEAR/9 panne", "“client” and “panne” were found, but not in this order."),
        ("{2} panne", "“panne” was found once (minimum: 2)."),
        ("MIN/2(panne, bug, cher)", "1 entry from the list was found (minimum: 2)."),
        ("=Panne", "“=Panne” was only found with different capitalization or accents."),
        ('"client service"', "The words in “client service” were found, but not next to each other."),
        ("title:panne", "Condition not met: “title:panne”. The word was found, but not in this field."),
        ("panne site:lemonde.fr", "“panne” was found. Condition not met: “site:lemonde.fr”."),
    ],
)
def test_explanation_reason_names_unmet_conditions(as_person, viewer, read, explain_url, query, reason):
    assert reason in read(as_person(viewer), explain_url(text=TEXT, query=query))


def test_explanation_marks_excluded_words(as_person, viewer, explain_url):
    response = as_person(viewer).get(explain_url(text="panne et météo", query="panne -météo"))
    assert '<mark>panne</mark> et <mark class="excluded">météo</mark>' in response.content.decode()
    assert signs(response) == [("unmet", "panne AND NOT météo"), ("met", "panne"), ("unmet", "NOT météo")]


def test_explanation_shortens_long_alternatives(as_person, viewer, explain_url):
    query = " OR ".join([f"mot{n}" for n in range(50)] + ["panne"])
    response = as_person(viewer).get(explain_url(text=TEXT, query=query))
    assert ("met", "panne") in signs(response)
    assert len(signs(response)) == 8
    assert "and 44 more without a match" in words(response)


def test_explanation_lists_matching_keywords_first(as_person, viewer, project, explain_url, queries):
    make_keyword(project, "Amer", "coupure")
    make_keyword(project, "Panne", "panne")
    make_keyword(project, "Zen", "client", is_paused=True)
    address = explain_url(text=TEXT)
    page = words(as_person(viewer).get(address))
    assert "2 of 3 keywords match" in page
    assert page.index("matches: Panne") < page.index("Zen Paused") < page.index("doesn’t match: Amer")
    assert queries(as_person(viewer), address) <= 8


@pytest.mark.parametrize(
    "spelling", ["https://www.site.example/a?utm_source=x", "site.example/a/", "HTTP://Site.Example/a#top"]
)
def test_explanation_finds_stored_item_by_any_variant_of_its_url(
    as_person, viewer, project, read, explain_url, spelling
):
    from monitoring.content.native_keys import key_of
    from monitoring.content.urls import canonical_url

    url = "http://site.example/a"
    source = make_source(project, title="Le Phare")
    make_document(project, title="Lumen brille", url=url, source=source, address_key=key_of(canonical_url(url)))
    page = read(as_person(viewer), explain_url(url=spelling, query="lumen"))
    assert "Matches" in page and "Lumen brille" in page and "Le Phare" in page


def test_explanation_says_that_the_source_edited_the_item(as_person, viewer, project, explain_url):
    keyword = make_keyword(project, query="lumen")
    mention = make_mention(keyword, title="Opening", text="", unmatched_at=timezone.now())
    page = words(as_person(viewer).get(explain_url(document=mention.document_id, keyword=keyword.pk)))
    assert "The source edited this item" in page


def test_explanation_finds_the_item_of_a_fragment_else_the_newest_at_the_url(
    as_person, viewer, project, read, explain_url
):
    from monitoring.content.native_keys import key_of
    from monitoring.content.urls import canonical_url

    url = "https://site.example/versions"
    for number in (1, 2, 3):
        key = {"address_key": key_of(canonical_url(url)), "variant": number}
        make_document(project, title=f"Lumen {number}.0", url=f"{url}#v{number}", **key)
    assert "Lumen 2.0" in read(as_person(viewer), explain_url(url=f"{url}#v2", query="lumen"))
    assert "Lumen 3.0" in read(as_person(viewer), explain_url(url=url, query="lumen"))


def test_explanation_says_whether_stored_item_is_a_mention_and_why_that_differs(
    as_person, viewer, manager, project, explain_url
):
    document = make_document(project, title="Lumen brille", text="")
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    ask = lambda: words(as_person(viewer).get(explain_url(document=document.pk, keyword=keyword.pk)))  # noqa: E731
    assert "This item is a mention of this keyword · To review" in ask()
    Mention.objects.update(status="replied")
    keyword = update_keyword(keyword, manager, query="halo")
    assert "Doesn’t match" in ask() and "Someone has already handled this mention" in ask()
    Mention.objects.all().delete()
    keyword = pause_keyword(keyword, manager, True)
    keyword = update_keyword(keyword, manager, query="lumen")
    assert "This item isn’t a mention of this keyword. This keyword is paused." in ask()
    type(keyword).objects.update(is_paused=False, backfilled_to=document.pk + 1)
    assert "still searching past items" in ask()
    type(keyword).objects.update(backfilled_to=None)
    assert "an earlier version" in ask()
    type(keyword).objects.update(languages=["en"], platforms=["mastodon"])
    document.language = "fr"
    document.save()
    assert "only tracked in other languages. This keyword is only tracked on other platforms." in ask()


def test_explanation_ignores_items_and_keywords_of_other_projects(
    as_person, viewer, stranger, project, explain_url, at
):
    theirs = stranger.memberships.get().project
    document, keyword = make_document(theirs, title="Secret of Ailleurs"), make_keyword(theirs, "Theirs")
    page = as_person(viewer).get(explain_url(document=document.pk, query="secret"))
    assert "no longer stored" in words(page) and "Ailleurs" not in words(page)
    assert "Theirs" not in words(as_person(viewer).get(explain_url(text="x", keyword=keyword.pk)))
    assert as_person(stranger).get(at("explain")).status_code == 404


def test_explanation_escapes_markup(as_person, viewer, explain_url):
    evil = "<script>alert(1)</script> panne <img src=x onerror=alert(2)>\" ' <b>panne</b>"
    response = as_person(viewer).get(explain_url(text=evil, title=evil, query='panne OR "<b>x</b> y"'))
    body = response.content.decode().partition("<main")[2]
    assert "<script>alert" not in body and "<img src=x" not in body and "<b>x" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>panne</mark>" in body


def test_explanation_redirects_short_requests_to_a_link(as_person, viewer, at):
    client = as_person(viewer)
    short = client.post(at("explain"), {"text": TEXT, "query": "panne", "keyword": ""})
    assert short.status_code == 302 and "Matches" in words(client.get(short.url))
    long = client.post(at("explain"), {"text": TEXT * 200, "query": "panne"})
    assert long.status_code == 200 and "200 times" in words(long)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, "Paste a text or enter an item URL."),
        ({"text": "x" * 1_000_000}, "The limit is 200,000 characters: remove 800,000 characters."),
        ({"text": "x", "query": "y" * 10_001}, "The limit is 10,000 characters: remove 1 character."),
        ({"text": "x", "query": "(lumen"}, "Missing closing parenthesis (character 1)."),
        ({"text": "x", "keyword": "99999999"}, "not one of the available choices"),
        ({"url": "http://x.example/", "document": "nonsense"}, "whole number"),
    ],
)
def test_explain_form_shows_error_at_its_field(as_person, viewer, at, asked, error):
    assert error in words(as_person(viewer).post(at("explain"), asked))


def test_explanation_fetches_unstored_url_for_managers_only(as_person, manager, viewer, at, explain_url, settings):
    page = '<html lang="fr"><head><title>La panne</title></head><body><nav>Menu</nav><p>Box en <b>panne</b></p></body>'
    with FeedServer() as server:
        server.put("/a", body=page.encode(), content_type="text/html; charset=utf-8")
        server.put("/gone", status=404)
        server.put("/picture", body=b"\x89PNG\0", content_type="image/png")
        asked = {"url": server.url("/a"), "query": "panne -menu", "fetch": "1"}
        assert "Paste its text instead, or ask a manager to fetch the page." in words(
            as_person(viewer).get(explain_url(url=asked["url"], query="x"))
        )
        as_person(viewer).post(at("explain"), asked, follow=True)
        assert not server.requests
        manager.language = "en"
        manager.save()
        client = as_person(manager)
        assert "Fetch this page now" in words(client.get(explain_url(url=asked["url"], query="x")))
        assert not server.requests
        found = fetched(client, client.post(at("explain"), asked))
        assert "Matches" in words(found) and "This page was just fetched and isn’t stored." in words(found)
        assert marks(found) == ["panne", "panne"]
        for path, reason in (
            ("/gone", "Nothing was found at this URL (404)"),
            ("/picture", "doesn’t lead to a page with text"),
        ):
            answer = words(fetched(client, client.post(at("explain"), {**asked, "url": server.url(path)})))
            assert reason in answer and "Paste the page’s text instead." in answer
    refused = words(fetched(client, client.post(at("explain"), {**asked, "url": "http://10.0.0.1/"})))
    assert "private network" in refused


def test_mention_and_keyword_pages_link_to_explanation(as_person, viewer, project, at, explain_url):
    keyword = make_keyword(project, "Lumen", "lumen")
    mention = make_mention(keyword)
    client = as_person(viewer)
    link = f"{at('explain')}?document={mention.document_id}&amp;keyword={keyword.pk}"
    assert link in client.get(at("mention", mention.pk)).content.decode()
    assert f"{at('explain')}?keyword={keyword.pk}" in client.get(at("keyword", keyword.pk)).content.decode()
    form = client.get(explain_url(keyword=keyword.pk)).content.decode()
    assert f'<option value="{keyword.pk}" selected>' in form and "errorlist" not in form


def test_explanation_closes_all_lists_of_deep_and_long_queries(as_person, viewer, at):
    deep = "panne"
    for _ in range(16):
        deep = f"(NOT (bug {deep}) OR service) client"
    wide = " ".join(f"mot{n}" for n in range(900))
    for query in (deep, wide):
        response = as_person(viewer).post(at("explain"), {"text": TEXT * 40, "query": query})
        tree = response.content.decode().partition('<ul class="explain-tree"')[2].partition("</section>")[0]
        # One more closes the list of the whole tree.
        assert tree.count("</ul>") - tree.count("<ul") == 1
        assert tree.count("<li") == tree.count("</li>")
    assert "and 501 more" in words(response)


def test_explanation_uses_stored_item_after_redirect(as_person, manager, project, at):
    from monitoring.content.native_keys import key_of
    from monitoring.content.urls import canonical_url

    with FeedServer() as server:
        server.put("/short", status=302, location="/a")
        server.put("/a", body=b"<p>Another text", content_type="text/html")
        url = server.url("/a")
        make_document(project, title="Kept", text="lumen", url=url, address_key=key_of(canonical_url(url)))
        client, asked = as_person(manager), {"url": server.url("/short"), "query": "lumen", "fetch": "1"}
        manager.language = "en"
        manager.save()
        page = words(fetched(client, client.post(at("explain"), asked)))
    assert "Kept" in page and "Another text" not in page


def test_explanation_shows_other_keywords_when_one_fails(as_person, viewer, project, read, explain_url):
    make_keyword(project, "Broken", "(panne")
    make_keyword(project, "Panne", "panne")
    page = read(as_person(viewer), explain_url(text=TEXT))
    assert "Its query is invalid" in page and "1 of 2 keywords matches" in page
    assert "Couldn’t check this" in read(
        as_person(viewer), explain_url(text=TEXT, keyword=project.keywords.get(name="Broken").pk)
    )


def test_answers_tokenize_a_long_text_once_for_all_keywords():
    keywords = [Keyword(pk=number, query=f"absent{number}") for number in range(2000)]
    subject = explainer.pasted(" ".join(f"mot{number}" for number in range(20_000)))
    began = time.monotonic()
    assert all(answer.condition is None for answer in explainer.answers(subject, keywords, seconds=0))
    assert time.monotonic() - began < 4  # tokenizing it for each keyword takes ten
