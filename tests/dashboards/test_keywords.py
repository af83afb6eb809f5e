"""Tracked keywords: the list, the form with its query check, one keyword's page."""

import html
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboards.forms.query_problem import caret
from monitoring.models import Keyword
from tests.factories import make_document, make_documents, make_keyword, make_mention, make_mentions, make_source
from tests.pages import words

pytestmark = pytest.mark.usefixtures("english_manager")

FORM = {"name": "Maison Lumen", "type": "brand", "query": '"maison lumen" OR lumen'}


def test_new_keyword_matches_stored_items(as_person, manager, at, project):
    make_document(project, title="La Maison Lumen ouvre")
    make_document(project, title="Autre chose", text="Rien")
    client = as_person(manager)
    page = client.post(at("keyword_new"), FORM, follow=True)
    keyword = Keyword.objects.get()
    assert page.redirect_chain == [(at("keyword", keyword.pk), 302)]
    assert "Now tracking “Maison Lumen”." in words(page)
    assert keyword.mentions.count() == 1


def test_keyword_form_points_at_query_error(as_person, manager, at):
    page = as_person(manager).post(at("keyword_new"), {**FORM, "query": "lumen (lampe OR"})
    assert Keyword.objects.count() == 0
    text = html.unescape(page.content.decode())
    assert '<pre class="form-caret"' in text and 'aria-invalid="true"' in text
    assert "lumen (lampe OR</textarea>" in text


def test_keyword_form_shows_query_error_once(as_person, manager, at):
    client = as_person(manager)
    refused = client.post(at("keyword_new"), {**FORM, "query": "lumen ("}).content.decode()
    assert refused.count('class="form-caret"') == 1 and "change from:#id_languages, load" not in refused
    assert "change from:#id_languages, load" not in client.get(at("keyword_new")).content.decode()
    assert "change from:#id_languages, load" in client.get(at("keyword_new") + "?query=lumen").content.decode()


def test_keyword_form_is_prefilled_from_the_url(as_person, manager, at):
    page = as_person(manager).get(at("keyword_new"), {"query": '"maison lumen" -"x"', "name": "Maison"})
    assert page.context["form"]["query"].value() == '"maison lumen" -"x"'
    assert page.context["form"]["name"].value() == "Maison"


def test_keyword_form_rejects_hyphen_without_word(as_person, manager, at):
    person = as_person(manager)
    assert "Try: -lampe" in words(person.post(at("keyword_new"), {**FORM, "query": "lumen - lampe"}))
    assert "Try:" not in words(person.post(at("keyword_new"), {**FORM, "query": "lumen -"}))


def test_caret_points_at_the_error_in_its_line():
    shown = caret("one\ntwo (three\nfour", 8, 1)
    assert (shown.before, shown.wrong, shown.after) == ("two ", "(", "three")
    assert shown.pointer == "    ^"


@pytest.mark.parametrize(("query", "position", "length"), [("", 0, 0), ("lamp", 4, 1), ("lamp", 9, 3), ("a\n", 2, 1)])
def test_caret_points_at_an_error_at_the_end(query, position, length):
    shown = caret(query, position, length)
    assert "^" in shown.pointer
    assert (shown.before + shown.wrong + shown.after).rstrip() == query.split("\n")[-1]


def test_keyword_name_is_unique_case_insensitively(as_person, manager, at, project):
    make_keyword(project, "maison lumen")
    page = as_person(manager).post(at("keyword_new"), FORM)
    assert "Another keyword in this project already has this name" in words(page)


def test_keyword_form_saves_changes(as_person, manager, at, project):
    keyword = make_keyword(project, "Lumen", "lumen")
    client = as_person(manager)
    assert "lumen</textarea>" in client.get(at("keyword_edit", keyword.pk)).content.decode()
    client.post(at("keyword_edit", keyword.pk), {**FORM, "languages": ["fr"], "type": "topic"})
    keyword.refresh_from_db()
    assert (keyword.name, keyword.type, keyword.query, keyword.languages) == (
        "Maison Lumen",
        "topic",
        FORM["query"],
        ["fr"],
    )


def check(client, at, query, keyword=None, **fields):
    address = at("keyword_check") + (f"?keyword={keyword.pk}" if keyword else "")
    return client.post(address, {"query": query, **fields}, headers={"HX-Request": "true"})


def test_query_check_shows_preview(as_person, manager, at, project):
    make_document(project, title="Lumen <b>shines</b>", text="A lamp", language="en")
    make_document(project, title="Lumen brille", text="Une lampe", language="fr")
    client = as_person(manager)
    found = check(client, at, "lumen").content.decode()
    assert "<b>2</b> items match." in found and "Out of 2 stored items, nearly all published since" in found
    assert "<mark>Lumen</mark> &lt;b&gt;shines" in found
    assert "matches per day: peak of 2" in found and 'class="spark"' in found
    assert "<b>1</b> item matches." in check(client, at, "lumen", languages=["fr"]).content.decode()
    assert "No matches." in words(check(client, at, "halo"))
    assert "appear here as you type" in check(client, at, " ").content.decode()


def test_query_check_names_sources_of_items(as_person, manager, at, project):
    source = make_source(project, title="Le Phare")
    make_document(project, source=source, url="http://127.0.0.1:8000/sample/1", title="Lumen")
    make_document(project, url="https://www.orphan.example/1", title="Lumen")
    found = words(check(as_person(manager), at, "lumen"))
    assert "Le Phare" in found and "orphan.example" in found and "127.0.0.1" not in found


def test_query_check_shows_error_and_keeps_last_preview(as_person, manager, at):
    answer = check(as_person(manager), at, "lumen (")
    assert answer["HX-Reswap"] == "none"
    at_query = answer.content.decode().partition('id="query-problem" hx-swap-oob="innerHTML"')[2]
    assert 'class="form-caret"' in at_query and 'class="error hint"' in at_query
    assert "HX-Reswap" not in check(as_person(manager), at, "lumen")


def test_query_check_skips_queries_that_the_form_rejects(as_person, manager, at, project):
    make_document(project)
    client = as_person(manager)
    too_long = check(client, at, "lumen OR " * 1200 + "lumen")
    assert too_long["HX-Reswap"] == "none" and "at most 10000 characters" in words(too_long)
    assert check(client, at, "lumen", languages=["\0"]).status_code == 200


def test_query_check_shows_effect_of_an_edit(as_person, manager, at, project):
    make_document(project, title="Lumen brille", text="")
    make_document(project, title="Halo brille", text="")
    keyword = make_keyword(project, "Lumen", "lumen")
    client = as_person(manager)
    text = words(check(client, at, "halo", keyword))
    assert "This change adds 1 item. + Halo brille" in text and "It removes 1 item. − Lumen brille" in text
    assert "This change" not in words(check(client, at, "lumen", keyword))
    assert "Matches the same items as the saved query." in words(check(client, at, "lumen OR lumen*", keyword))


def test_query_check_returns_404_for_keyword_of_other_project(as_person, manager, at, stranger):
    other = make_keyword(stranger.memberships.get().project, "Secret", "secret")
    assert check(as_person(manager), at, "lumen", other).status_code == 404


def test_distinctive_term_button_adds_exclusion(as_person, manager, at, project):
    make_documents(project, [{"title": "Lumen", "text": "ampoule" if n % 2 else ""} for n in range(8)])
    make_documents(project, [{"title": "Halo", "text": ""} for _ in range(30)])
    shown = check(as_person(manager), at, "lumen OR halogène").content.decode()
    assert 'data-term="-ampoule" data-query="(lumen OR halogène) -ampoule"' in shown and "in 4 of 8" in shown
    plain = as_person(manager).post(at("keyword_new"), {**FORM, "query": "lumen", "preview": "1"})
    assert "−ampoule in 4 of 8" in words(plain) and "data-term" not in plain.content.decode()
    assert not Keyword.objects.exists()


def test_keyword_is_paused_and_resumed(as_person, manager, at, project):
    keyword = make_keyword(project, "Lumen")
    client = as_person(manager)
    assert "“Lumen” paused." in words(client.post(at("keyword_pause", keyword.pk), {"paused": "1"}, follow=True))
    keyword.refresh_from_db()
    assert keyword.is_paused
    client.post(at("keyword_pause", keyword.pk), {"paused": "0"})
    keyword.refresh_from_db()
    assert not keyword.is_paused


def test_keyword_delete_page_shows_what_is_deleted(as_person, manager, at, project):
    keyword = make_keyword(project, "Lumen")
    make_mentions(keyword, 3)
    client = as_person(manager)
    assert "Its 3 mentions will also be deleted, along with their statuses." in words(
        client.get(at("keyword_delete", keyword.pk))
    )
    assert Keyword.objects.exists()
    client.post(at("keyword_delete", keyword.pk))
    assert not Keyword.objects.exists()


def test_keyword_list_counts_last_and_previous_30_days(as_person, viewer, at, project):
    keyword = make_keyword(project, "Lumen")
    for days in (0, 3, 40):
        make_mention(keyword, published=timezone.now() - timedelta(days=days))
    [row] = as_person(viewer).get(at("keywords")).context["rows"]
    assert tuple(row.change) == (2, 1)
    assert len(row.sparkline.split()) == 30


def test_keyword_page_shows_only_its_own_numbers(as_person, viewer, at, project):
    keyword, other = make_keyword(project, "Lumen"), make_keyword(project, "Halo", "halo")
    source = make_source(project, title="Le Phare")
    make_mention(keyword, title="Lumen shines", source=source)
    make_mention(other, title="Halo fades")
    page = as_person(viewer).get(at("keyword", keyword.pk))
    assert page.context["change"].now == 1
    text = words(page)
    assert "Lumen shines" in text and "Le Phare 1" in text and "Halo fades" not in text


def test_keyword_page_shows_backfill_progress(as_person, viewer, at, project, read):
    first, *_ = make_documents(project, 10)
    keyword = make_keyword(project, backfilled_to=first.pk + 6)
    make_mention(keyword, first)
    client = as_person(viewer)
    address = at("keyword_progress", keyword.pk)
    page = client.get(at("keyword", keyword.pk))
    assert "Searching past items: 40% done. 1 mention found so far." in words(page)
    assert 'aria-valuenow="40"' in page.content.decode() and f'hx-get="{address}"' in page.content.decode()
    assert "Searching past items: 40% done." in read(client, at("keywords"))
    assert 'hx-trigger="every 2s"' in client.get(address + "?brief").content.decode()
    Keyword.objects.update(backfilled_to=None)
    for asked in (address, address + "?brief"):
        done = client.get(asked)
        assert "1 mention found." in words(done) and "hx-trigger" not in done.content.decode()
    assert "earching past items" not in read(client, at("keyword", keyword.pk)) + read(client, at("keywords"))


def test_keyword_page_hides_backfill_of_paused_keyword(as_person, viewer, at, project):
    keyword = make_keyword(project, backfilled_to=5, is_paused=True)
    assert 'role="progressbar"' not in as_person(viewer).get(at("keyword", keyword.pk)).content.decode()
    assert 'role="progressbar"' not in as_person(viewer).get(at("keywords")).content.decode()


def test_viewer_reads_keywords_and_changes_none(as_person, viewer, at, project):
    keyword = make_keyword(project, "Lumen")
    client = as_person(viewer)
    assert at("keyword_edit", keyword.pk) not in client.get(at("keyword", keyword.pk)).content.decode()
    for name in ("keyword_edit", "keyword_pause", "keyword_delete"):
        assert client.post(at(name, keyword.pk), FORM).status_code == 403


def test_keyword_pages_have_constant_query_count(as_person, viewer, at, project, queries):
    client, keyword = as_person(viewer), make_keyword(project)
    make_mention(keyword, source=make_source(project))
    few = queries(client, at("keywords")), queries(client, at("keyword", keyword.pk))
    for _ in range(9):
        make_mentions(make_keyword(project), [{"source": make_source(project)} for _ in range(3)])
    make_mentions(keyword, [{"source": make_source(project)} for _ in range(9)])
    many = queries(client, at("keywords")), queries(client, at("keyword", keyword.pk))
    # With a single keyword, no item can match two of them, and that query is not made. Three statements are of the
    # time limit: its savepoint (only in tests), its release, and SET LOCAL.
    assert many[0] <= few[0] + 1 <= 16 + 3 and many[1] == few[1] <= 25 + 3
