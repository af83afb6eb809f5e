"""A day of two people, in French and in English: the overdue complaint is assigned, noted, drafted, approved and
replied to; noise is muted and ignored. One of them uses only the keyboard, the other one a phone; both have dark
colors."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import ActivityEntry
from delivery.models import Delivery
from monitoring.models import Mention, MentionTag, Mute, Triage
from tests.e2e.accessibility import FIND_CUT_OFF, SET_OPEN
from tests.e2e.conftest import ago
from tests.every_page import PASSWORD
from tests.factories import make_mention, make_mentions
from workplace import saved_replies
from workplace.models import Draft, Note

COMPLAINT = "Lumen : 13 jours sans colis"
WORDS = {
    "fr": {"overdue": "en retard", "late": "retard", "request": "Demander une validation", "undo": "Annuler"},
    "en": {"overdue": "overdue", "late": "overdue", "request": "Request approval", "undo": "Undo"},
}


@pytest.fixture(params=WORDS)
def language(request):
    return request.param


@pytest.fixture
def complaint(brand, project, owner, manager, language):
    """A complaint whose reply is overdue, among advertising of one author; both people read the language."""
    for person in (owner, manager):
        person.language = language
        person.set_password(PASSWORD)
        person.save()
    saved_replies.set_rules(project, owner, needs_approval=True)
    complaint = make_mention(
        brand,
        title=COMPLAINT,
        author="Karim",
        published=ago(5),
        status="needs_reply",
        sentiment="negative",
        url="https://forum.example/1",
    )
    due_at = timezone.now() - timedelta(hours=1)
    Triage.objects.create(document=complaint.document, project=project, due_at=due_at)
    make_mentions(brand, [{"title": f"Promo Lumen {n}", "author": "Promos", "published": ago(n)} for n in range(3)])
    return complaint


def focus(page, locator):
    """Move the focus to an element by Tab, as a person without a mouse does."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {locator}")


def test_day_of_two_people(
    page, browser, browser_context_args, live_server, owner, manager, complaint, project, language
):
    words = WORDS[language]
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/p/{project.pk}/")
    sign_in(page, owner)
    find_overdue_complaint(page, words)
    assign_and_note(page, manager)
    draft(page, manager, words)
    approve_on_phone(browser, browser_context_args, live_server, manager)
    reply(page)
    mute_and_ignore_noise(page, live_server, project, words)
    document = complaint.document
    stored = Triage.objects.get(document=document)
    assert (stored.assignee, stored.replied_by, stored.first_replied_at is None) == (owner, owner, False)
    assert [tag.tag for tag in MentionTag.objects.filter(document=document)] == ["livraison"]
    assert Draft.objects.get().state == "sent"
    assert set(Mention.objects.filter(document=document).values_list("status", flat=True)) == {"replied"}
    actions = ActivityEntry.objects.filter(documents__document=document).values_list("action", flat=True)
    assert {"mention.assigned", "mention.tagged", "draft.approved", "draft.sent", "mention.status"} <= set(actions)


def sign_in(page, person):
    focus(page, page.locator("input[name=login]"))
    page.keyboard.type(person.email)
    focus(page, page.locator("input[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def find_overdue_complaint(page, words):
    expect(page.locator("#status")).to_contain_text(words["overdue"])
    expect(page.locator("#reply-first")).to_contain_text(COMPLAINT)
    focus(page, page.locator("#status .btn"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-mention]")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator("#detail h2")).to_have_text(COMPLAINT)
    expect(page.locator("#detail .read-head")).to_contain_text(words["late"])


def assign_and_note(page, colleague):
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-text")).to_be_visible()
    page.keyboard.press("l")
    page.keyboard.type("Livraison")
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_contain_text("livraison")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type(f"@{colleague.email[:4]}")
    expect(page.locator("#note-names [aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("tu relis ?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notes-text")).to_contain_text("tu relis ?")
    assert Note.objects.get().mentioned == [colleague.pk]
    assert Delivery.objects.get(kind="note").user == colleague
    page.keyboard.press("Escape")


def draft(page, reviewer, words):
    page.keyboard.press("r")
    page.keyboard.type("Bonjour Karim, votre colis part aujourd’hui.")
    expect(page.locator("#reply-why")).to_be_visible()
    focus(page, page.locator("#reply summary", has_text=words["request"]))
    page.keyboard.press("Enter")
    focus(page, page.locator("#reply button[value=request]"))
    page.keyboard.press("Enter")
    expect(page.locator("#reply-notes")).to_contain_text(reviewer.name)


def approve_on_phone(browser, arguments, live_server, reviewer):
    """Follow the link of the email, sign in, and approve."""
    text = Delivery.objects.filter(user=reviewer).exclude(kind="note").latest("created_at").text
    path = re.search(r"(/p/\d+/mentions/\d+\S*)", text)[1]
    context = browser.new_context(**arguments | {"viewport": {"width": 375, "height": 800}, "color_scheme": "dark"})
    phone = context.new_page()
    phone.goto(live_server.url + path)
    sign_in(phone, reviewer)
    phone.locator("#reply button[value=approve]").click()
    expect(phone.locator("#reply-notes")).to_contain_text(reviewer.name)
    phone.evaluate(SET_OPEN)
    assert phone.evaluate(FIND_CUT_OFF) == []
    context.close()


def reply(page):
    page.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(page.locator("#reply-why")).to_have_count(0)
    focus(page, page.locator("#reply button[value=sent]"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-mention]")).to_have_count(0)


def mute_and_ignore_noise(page, live_server, project, words):
    page.goto(f"{live_server.url}/p/{project.pk}/mentions?status=to_review&period=7d")
    expect(page.locator("[data-mention]")).to_have_count(19)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("i")
    expect(page.locator("[data-mention]")).to_have_count(17)
    page.keyboard.press("u")
    expect(page.locator("[data-mention]")).to_have_count(19)
    page.keyboard.press("Escape")
    while "Promo Lumen 0" not in page.locator("[data-mention][aria-current]").text_content():
        page.keyboard.press("j")
    expect(page.locator("#detail h2")).to_have_text("Promo Lumen 0")
    page.keyboard.press("m")
    author = page.locator("#detail button[value=author]")
    expect(author).to_be_in_viewport(ratio=1)
    focus(page, author)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Mute.objects.get().label == "Promos"
    undo = page.get_by_role("button", name=words["undo"], exact=True)
    expect(undo).to_be_visible()
    expect(page.locator("[data-mention]")).to_have_count(16)
    focus(page, undo)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-mention]")).to_have_count(19)
    assert Mute.objects.get().ended_at
