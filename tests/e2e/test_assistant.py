"""The three uses of the assistant in Chromium, by keyboard, in both languages: summary, draft reply, query."""

import re
import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from assistant import runs
from assistant.models import AssistantRequest, AssistantRules
from monitoring.models import Mention
from tests.e2e.accessibility import AXE, check_in_light_and_dark
from tests.lookalikes.assistant import KEY, MODEL, ChatServer
from workplace.models import Draft

WORDS = {
    "en": {
        "mark": "Written by an assistant; check it before you use it.",
        "summarize": "Summarize these mentions",
        "again": "Summarize again",
        "waiting": "Waiting for the assistant…|The assistant is writing…",
        "draft": "Draft a reply with the assistant",
        "wishes": "What should the reply say? (optional)",
        "write": "Write a draft",
        "describe": "Describe it, and let the assistant write a query",
        "find": "What should the keyword find?",
        "query": "Write a query",
        "allow": "Managers and admins may use the assistant",
        "save": "Save",
        "allowed": "Assistant allowed.",
    },
    "fr": {
        "mark": "Rédigé par un assistant\u202f; à vérifier avant toute utilisation.",
        "summarize": "Résumer ces mentions",
        "again": "Résumer à nouveau",
        "waiting": "En attente de l’assistant…|L’assistant rédige…",
        "draft": "Rédiger un brouillon avec l’assistant",
        "wishes": "Que doit dire la réponse\u202f? (facultatif)",
        "write": "Rédiger un brouillon",
        "describe": "Décrire, et laisser l’assistant rédiger une requête",
        "find": "Que doit trouver le mot-clé\u202f?",
        "query": "Rédiger une requête",
        "allow": "Les gestionnaires et les administrateurs peuvent utiliser l’assistant",
        "save": "Enregistrer",
        "allowed": "Assistant autorisé.",
    },
}


@pytest.fixture(params=["en", "fr"])
def said(request, owner):
    owner.language = request.param
    owner.save()
    return WORDS[request.param]


@pytest.fixture
def chat(settings):
    with ChatServer() as server:
        settings.ASSISTANT_URL, settings.ASSISTANT_MODEL, settings.ASSISTANT_API_KEY = server.url, MODEL, KEY
        yield server


@pytest.fixture
def worker(chat, brand):
    """A worker that answers what people ask until the test ends."""
    AssistantRules.objects.create(project=brand.project, is_allowed=True)
    is_done = threading.Event()

    def work():
        try:
            while not is_done.wait(0.2):
                runs.run_pending()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    is_done.set()
    thread.join()


def test_admin_allows_the_assistant(chat, project, owner, open_as, said):
    page = open_as(owner, f"/p/{project.pk}/settings/assistant")
    check_in_light_and_dark(page)
    page.get_by_label(said["allow"]).press("Space")
    page.get_by_role("button", name=said["save"]).press("Enter")
    expect(page.get_by_text(said["allowed"])).to_be_visible()
    expect(page.get_by_label(said["allow"])).to_be_checked()


def test_summary_appears_on_the_overview_with_links(worker, chat, brand, owner, open_as, said):
    chat.delay_s = 1.5
    page = open_as(owner, f"/p/{brand.project_id}/")
    page.get_by_role("button", name=said["summarize"]).press("Enter")
    box = page.locator("#assistant-summary")
    expect(box.get_by_role("status")).to_contain_text(re.compile(said["waiting"]))
    expect(box.get_by_text(said["mark"])).to_be_visible()
    expect(box.get_by_text(MODEL)).to_be_visible()
    expect(box.get_by_role("button", name=said["again"])).to_be_visible()
    asked = len(chat.requests)
    check_in_light_and_dark(page)
    link = box.locator(".assist-cite").first
    mention = Mention.objects.get(pk=AssistantRequest.objects.get().result["sentences"][0]["mentions"][0])
    link.press("Enter")
    expect(page).to_have_url(re.compile(f"/mentions/{mention.pk}$"))
    assert len(chat.requests) == asked


def test_draft_goes_into_the_empty_reply_field(worker, chat, brand, owner, open_as, said):
    mention = Mention.objects.filter(keyword=brand).latest("pk")
    page = open_as(owner, f"/p/{brand.project_id}/mentions/{mention.pk}")
    page.get_by_text(said["draft"]).press("Enter")
    page.get_by_label(said["wishes"]).fill("Thank them")
    page.get_by_role("button", name=said["write"]).press("Enter")
    field = page.locator("#reply-field")
    expect(field).to_have_value("Hello,\n\nthank you for your message. We will look into it.")
    expect(page.locator("#assistant-reply").get_by_text(said["mark"])).to_be_visible()
    expect(page.locator("#reply [data-assistant-mark]")).to_be_visible()  # saved as a draft of this person
    check_box(page, "#assistant-reply")
    draft = Draft.objects.get()
    assert (draft.author, draft.state) == (owner, "draft")
    page.locator("[data-assistant-use]").press("Enter")
    expect(field).to_have_value(f"{draft.text}\n\n{draft.text}")


def test_query_goes_into_the_form_and_is_previewed(worker, chat, brand, owner, open_as, said):
    page = open_as(owner, f"/p/{brand.project_id}/keywords/new")
    page.get_by_text(said["describe"]).press("Enter")
    page.get_by_label(said["find"]).fill("Posts about lamps")
    chat.answer({"query": "(lumen OR"})
    chat.answer({"query": "lumen story"})
    page.get_by_role("button", name=said["query"]).press("Enter")
    expect(page.locator("#id_query")).to_have_value("lumen story")
    expect(page.locator("#check")).to_contain_text("12")
    expect(page.locator("#assistant-query").get_by_text(said["mark"])).to_be_visible()
    check_in_light_and_dark(page)


def test_error_of_the_server_is_a_sentence_and_polling_stops(worker, chat, brand, owner, open_as):
    chat.fail(500)
    page = open_as(owner, f"/p/{brand.project_id}/")
    page.get_by_role("button", name="Summarize these mentions").press("Enter")
    box = page.locator("#assistant-summary")
    expect(box.get_by_role("alert")).to_contain_text("reports an error of its own")
    expect(box).not_to_have_attribute("hx-trigger", "every 2s")
    check_in_light_and_dark(page)


def check_box(page, selector):
    """Check a part of a page with axe, wide in light colors and narrow in dark ones, and that nothing is cut off."""
    for scheme, width in (("light", 1440), ("dark", 320)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(f"{selector} details").evaluate_all("all => all.forEach((one) => { one.open = true })")
        page.evaluate(AXE.read_text())
        found = page.evaluate("async (part) => (await axe.run(part)).violations.map(({ id }) => id)", selector)
        assert found == [], f"{scheme}, {width} px"
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert page.locator(selector).evaluate("(one) => one.scrollWidth <= one.clientWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
