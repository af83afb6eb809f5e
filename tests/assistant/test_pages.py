"""The pages of the assistant: what each person sees, asks and reads, through HTTP."""

import re

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from assistant import requests, runs
from assistant.models import AssistantRequest, AssistantRules
from monitoring.models import Document
from tests.assistant.world import ago, make_period, only_request
from tests.factories import make_keyword, make_mention, make_source
from tests.pages import words
from workplace.models import Draft, ReplyRules

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
MARK = "Written by an assistant; check it before you use it."


@pytest.fixture
def mentions(project):
    make_source(project, last_success_at=timezone.now())
    return make_period(project, ["A fine lumen", "A dark lumen"])


@pytest.fixture
def summarize(project, owner, as_person, at):
    """Ask for a summary of the overview, let the worker answer, and return the fragment that htmx then gets."""

    def summarize(person=None, **fields):
        client = as_person(person or owner)
        response = client.post(at("assistant_summary"), fields or {"query": "period=7d"}, **HTMX)
        runs.run_pending()
        return client.get(at("assistant_request", AssistantRequest.objects.latest("pk").pk), **HTMX), response

    return summarize


def links(response):
    return re.findall(r'<a [^>]*href="([^"]+)"', response.content.decode())


# --- settings ----------------------------------------------------------------------------------------------


def test_without_a_url_no_page_mentions_the_assistant(project, owner, as_person, at, mentions, allowed):
    client = as_person(owner)
    for url in (at("overview"), at("project_settings"), at("keyword_new"), at("mention", mentions[0].pk)):
        assert "assistant" not in client.get(url).content.decode().lower().replace("css/assistant.css", "").replace(
            "js/assistant.js", ""
        ), url
    assert "No assistant on this server" in words(client.get(at("assistant_settings")))
    assert client.post(at("assistant_settings"), {"is_allowed": "on"}).status_code == 403


def test_admin_allows_the_assistant_and_the_activity_log_says_so(chat, project, owner, as_person, at):
    client = as_person(owner)
    page = words(client.get(at("assistant_settings")))
    assert "127.0.0.1:" in page and "lumen-7b" in page and "up to 30 mentions" in page
    client.post(at("assistant_settings"), {"is_allowed": "on"})
    client.post(at("assistant_settings"), {"is_allowed": "on"})
    assert AssistantRules.objects.get().is_allowed
    client.post(at("assistant_settings"), {})
    assert not AssistantRules.objects.get().is_allowed
    entries = ActivityEntry.objects.filter(action="assistant.changed").order_by("pk")
    assert [entry.detail for entry in entries] == [{"is_allowed": True}, {"is_allowed": False}]


def test_only_admins_change_the_setting(chat, project, english_manager, viewer, as_person, at):
    for person in (english_manager, viewer):
        client = as_person(person)
        assert "Admins can change this." in words(client.get(at("assistant_settings")))
        assert client.post(at("assistant_settings"), {"is_allowed": "on"}).status_code == 403
    assert not AssistantRules.objects.filter(is_allowed=True).exists()


def test_key_is_on_no_page(chat, project, owner, as_person, at, allowed, mentions, summarize):
    page, _ = summarize()
    for response in (page, as_person(owner).get(at("assistant_settings"))):
        assert "sk-lumen" not in response.content.decode()


# --- summaries ---------------------------------------------------------------------------------------------


def test_overview_has_no_summary_where_the_project_does_not_allow_it(chat, owner, as_person, at, mentions):
    assert "Summarize these mentions" not in words(as_person(owner).get(at("overview")))
    response = as_person(owner).post(at("assistant_summary"), {"query": "period=7d"}, **HTMX)
    assert "This project doesn’t use the assistant." in words(response)
    assert not AssistantRequest.objects.exists()


def test_summary_is_asked_for_polled_and_shown(chat, project, owner, as_person, at, allowed, mentions):
    client = as_person(owner)
    page = client.get(at("overview"))
    query = re.search(r'name="query" value="([^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    progress = client.post(at("assistant_summary"), {"query": query}, **HTMX)
    request = only_request()
    url = at("assistant_request", request.pk)
    assert "Waiting for the assistant" in words(progress) and f'hx-get="{url}"' in progress.content.decode()
    assert 'hx-trigger="every 2s"' in client.get(url, **HTMX).content.decode()
    runs.run_pending()
    done = client.get(url, **HTMX)
    assert "hx-trigger" not in done.content.decode()  # it stops by itself
    assert MARK in words(done) and "lumen-7b" in words(done)
    assert [at("mention", one.pk) for one in mentions] == list(dict.fromkeys(links(done)))
    assert "People praise the lamp." in words(client.get(at("overview")))
    assert "2 of 2 items were read." in words(client.get(at("overview")))


def test_viewer_reads_a_summary_and_cannot_ask(chat, viewer, as_person, at, allowed, mentions, summarize, owner):
    query = re.search(r'name="query" value="([^"]+)"', as_person(owner).get(at("overview")).content.decode())[1]
    summarize(query=query.replace("&amp;", "&"))
    page = words(as_person(viewer).get(at("overview")))
    assert "People praise the lamp." in page and "Summarize" not in page
    assert as_person(viewer).get(at("assistant_request", only_request().pk)).status_code == 200
    assert as_person(viewer).post(at("assistant_summary"), {"query": ""}).status_code == 403


def test_viewer_sees_nothing_of_open_and_failed_requests(chat, viewer, owner, as_person, at, allowed, mentions):
    as_person(owner).post(at("assistant_summary"), {"query": "period=7d"})
    assert as_person(viewer).get(at("assistant_request", only_request().pk)).status_code == 403
    assert "Assistant’s summary" not in words(as_person(viewer).get(at("overview")))


def test_without_a_script_a_page_shows_progress_and_result(chat, owner, as_person, at, allowed, mentions):
    client = as_person(owner)
    response = client.post(at("assistant_summary"), {"query": "period=7d"}, follow=True)
    assert "Waiting for the assistant" in words(response) and "Check again" in words(response)
    runs.run_pending()
    assert "People praise the lamp." in words(client.get(at("assistant_request", only_request().pk)))


def test_html_of_a_model_is_escaped_and_its_links_are_gone(chat, owner, as_person, at, allowed, mentions, summarize):
    text = '<img src=x onerror=alert(1)> <a href="https://evil.example">here</a> [x](javascript:alert(1))'
    chat.answer({"sentences": [{"text": text, "mentions": ["m1", "m77"]}]})
    page, _ = summarize()
    body = page.content.decode()
    assert "<img" not in body and "&lt;img src=x" in body and "evil.example" not in body
    assert set(links(page)) == {at("mention", mentions[0].pk)}


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda chat: chat.fail(429, headers={"Retry-After": "61"}), "Try again in 2 minutes."),
        (lambda chat: chat.fail(429), "accepts no more requests for now. Try again later."),
        (lambda chat: chat.fail(401), "rejects the key of this server"),
        (lambda chat: chat.fail(500, message="<script>"), "reports an error of its own"),
        (lambda chat: chat.answer("no"), "doesn’t have the expected form"),
        (
            lambda chat: chat.answer({"sentences": [{"text": "x", "mentions": []}]}),
            "rests on a mention, so nothing is",
        ),
        (lambda chat: chat.send(b"x" * 2_000_000), "in a way that Vigie doesn’t know"),
        (lambda chat: chat.send(b"", 302, {"Location": "http://127.0.0.1:1/"}), "in a way that Vigie doesn’t know"),
    ],
)
def test_failure_is_a_sentence_with_what_to_do(
    chat, owner, as_person, at, allowed, mentions, summarize, prepare, sentence
):
    prepare(chat)
    page, _ = summarize()
    assert page.status_code == 200 and sentence in words(page)
    assert "Summarize these mentions" in words(page) and "hx-trigger" not in page.content.decode()
    assert "<script" not in page.content.decode()


def test_limit_is_a_sentence(chat, owner, as_person, at, allowed, mentions, monkeypatch):
    monkeypatch.setattr(requests, "MAX_PER_PERSON", 0)
    response = as_person(owner).post(at("assistant_summary"), {"query": "period=7d"}, **HTMX)
    assert response.status_code == 200 and "The limit of 0 requests" in words(response)


@pytest.mark.parametrize(
    "query", ["", "period=x&sentiment=angry", "keyword=999999", "q=(lumen", "from=1&to=%00", "a=b" * 500]
)
def test_any_query_string_is_accepted(chat, owner, as_person, at, allowed, mentions, query):
    assert as_person(owner).post(at("assistant_summary"), {"query": query}, **HTMX).status_code == 200
    runs.run_pending()
    assert only_request().state in ("done", "failed")


def test_requests_of_other_projects_do_not_exist(chat, stranger, owner, as_person, at, allowed, mentions, summarize):
    summarize()
    request = only_request()
    other = stranger.memberships.get().project
    AssistantRules.objects.create(project=other, is_allowed=True)
    client = as_person(stranger)
    assert client.get(f"/p/{other.pk}/assistant/{request.pk}").status_code == 404
    assert client.post(f"/p/{other.pk}/assistant/reply/{mentions[0].pk}").status_code == 404
    keyword = mentions[0].keyword_id
    assert client.post(f"/p/{other.pk}/assistant/query", {"description": "x", "keyword": keyword}).status_code == 404


def test_summary_of_a_period_leaves_the_page_after_a_day(chat, owner, as_person, at, allowed, mentions, summarize):
    client = as_person(owner)
    query = re.search(r'name="query" value="([^"]+)"', client.get(at("overview")).content.decode())[1]
    summarize(query=query.replace("&amp;", "&"))
    AssistantRequest.objects.update(created_at=ago(hours=25))
    assert "People praise the lamp." not in words(client.get(at("overview")))


def test_sentences_on_deleted_items_are_hidden(chat, owner, as_person, at, allowed, mentions, summarize):
    _page, _ = summarize()
    Document.objects.filter(pk=mentions[1].document_id).update(deleted_at=timezone.now())
    shown = as_person(owner).get(at("assistant_request", only_request().pk), **HTMX)
    assert "People praise" in words(shown) and "Some wait" not in words(shown)
    mentions[0].keyword.delete()
    shown = as_person(owner).get(at("assistant_request", only_request().pk), **HTMX)
    assert "have been deleted" in words(shown)


def test_summary_of_the_other_language_is_shown_too(
    chat, owner, english_manager, as_person, at, allowed, mentions, summarize
):
    owner.language = "fr"
    owner.save()
    query = re.search(r'name="query" value="([^"]+)"', as_person(owner).get(at("overview")).content.decode())[1]
    summarize(query=query.replace("&amp;", "&"))
    assert "People praise the lamp." in words(as_person(english_manager).get(at("overview")))


# --- replies -----------------------------------------------------------------------------------------------


def draft(client, at, mention, **fields):
    response = client.post(at("assistant_reply", mention.pk), fields, **HTMX)
    runs.run_pending()
    request = AssistantRequest.objects.latest("pk")
    return response, client.get(at("assistant_request", request.pk), **HTMX), request


def test_draft_is_shown_with_its_mark_and_sends_nothing(chat, owner, as_person, at, allowed, mentions):
    client = as_person(owner)
    progress, done, _request = draft(client, at, mentions[0], wishes="Be brief")
    assert "Waiting for the assistant" in words(progress)
    assert MARK in words(done) and "thank you for your message" in words(done)
    assert "data-assistant-new" in done.content.decode() and "hx-trigger" not in done.content.decode()
    assert not Draft.objects.exists()
    page = client.get(at("mention", mentions[0].pk))
    assert "Add to my reply" in words(page) and "data-assistant-new" not in page.content.decode()


def test_draft_goes_into_the_field_without_a_script_and_stays_marked(
    chat, owner, english_manager, as_person, at, allowed, mentions
):
    ReplyRules.objects.create(project=mentions[0].keyword.project, needs_approval=True, forbidden=["message"])
    client = as_person(owner)
    _, _done, request = draft(client, at, mentions[0])
    page = client.get(f"{at('mention', mentions[0].pk)}?assistant={request.pk}")
    field = re.search(r'name="text"[^>]*>\n([^<]*)</textarea>', page.content.decode())[1]
    assert field.startswith("Hello Karim B.,") and "data-assistant-mark" in page.content.decode()
    assert "Forbidden by the reply rules: message" in words(page)
    saved = client.post(at("mention_reply", mentions[0].pk), {"text": field, "version": 0, "action": "save"}, **HTMX)
    assert "data-assistant-mark" in saved.content.decode()
    assert "A second person has to approve this draft." in words(saved)
    reader = as_person(english_manager).get(at("mention", mentions[0].pk))
    assert MARK in words(reader)
    text = "An answer that a person has rewritten."
    edited = client.post(at("mention_reply", mentions[0].pk), {"text": text, "version": 1, "action": "save"}, **HTMX)
    assert "data-assistant-mark" not in edited.content.decode()


def test_draft_of_another_person_is_not_shown(chat, owner, english_manager, as_person, at, allowed, mentions):
    _, _, request = draft(as_person(owner), at, mentions[0])
    client = as_person(english_manager)
    assert client.get(at("assistant_request", request.pk)).status_code == 403
    page = client.get(f"{at('mention', mentions[0].pk)}?assistant={request.pk}")
    assert "thank you for your message" not in words(page)


def test_viewers_and_emails_get_no_draft(chat, owner, viewer, as_person, at, allowed, mentions, project):
    assert "Draft a reply with" not in words(as_person(viewer).get(at("mention", mentions[0].pk)))
    assert as_person(viewer).post(at("assistant_reply", mentions[0].pk)).status_code == 403
    mail = make_mention(mentions[0].keyword, text="lumen", platform="email")
    assert "Draft a reply with" not in words(as_person(owner).get(at("mention", mail.pk)))
    _, _done, request = draft(as_person(owner), at, mail)
    assert request.error == "item_gone" and chat.requests == []


def test_failed_draft_is_a_sentence(chat, owner, as_person, at, allowed, mentions):
    chat.answer("no")
    _, done, _ = draft(as_person(owner), at, mentions[0])
    assert "doesn’t have the expected form" in words(done) and "Draft a reply with the assistant" in words(done)


# --- queries -----------------------------------------------------------------------------------------------


def query(client, at, **fields):
    response = client.post(at("assistant_query"), fields, **HTMX)
    runs.run_pending()
    found = AssistantRequest.objects.order_by("pk").last()
    return response if found is None else client.get(at("assistant_request", found.pk), **HTMX)


def test_query_is_offered_for_the_form(chat, owner, as_person, at, allowed):
    client = as_person(owner)
    assert "Describe it, and let the assistant write a query" in words(client.get(at("keyword_new")))
    done = query(client, at, description="Lamps of Lumen")
    assert MARK in words(done) and '(lumen OR "maison lumen") lamp' in words(done)
    [url] = [one.replace("&amp;", "&") for one in links(done)]
    form = client.get(url)
    assert form.status_code == 200 and "(lumen OR &quot;maison lumen&quot;) lamp" in form.content.decode()


def test_query_for_an_edited_keyword_leads_back_to_it(chat, project, owner, as_person, at, allowed):
    keyword = make_keyword(project)
    client = as_person(owner)
    assert f'name="keyword" value="{keyword.pk}"' in client.get(at("keyword_edit", keyword.pk)).content.decode()
    done = query(client, at, description="Lamps", keyword=keyword.pk)
    assert links(done)[0].startswith(at("keyword_edit", keyword.pk) + "?query=")


def test_query_with_an_error_is_shown_with_it(chat, owner, as_person, at, allowed):
    for _ in range(2):
        chat.answer({"query": "(lumen <b>"})
    done = query(as_person(owner), at, description="Lamps")
    assert "This query has an error, also after a second try." in words(done)
    assert "Missing closing parenthesis" in words(done) and "<b>lumen" not in done.content.decode()


def test_empty_description_is_an_error(chat, owner, as_person, at, allowed):
    response = query(as_person(owner), at, description=" \x00 ")
    assert "Describe what the keyword should find." in words(response)
    assert not AssistantRequest.objects.exists()


def test_preview_is_the_usual_one(chat, project, owner, as_person, at, allowed):
    make_mention(make_keyword(project), title="Lumen lamp")
    page = as_person(owner).post(
        at("keyword_check"), {"query": '(lumen OR "maison lumen") lamp', "type": "brand"}, **HTMX
    )
    assert "1 item match" in words(page)
