"""Sending a reply in a browser: cancel it, send it, and see its address; a failure gives the draft back."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Mention
from tests.e2e.accessibility import ALL_RULES, AXE, RUN_AXE
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.replying import REPLYING
from tests.workplace.test_outgoing import Place, run
from workplace.models import OutgoingReply


@pytest.fixture
def place(project):
    with REPLYING["mastodonsearch"]() as server:
        server.now = timezone.now()
        server.posts = make_posts(1, now=server.now)
        yield Place(server, project)


@pytest.fixture
def inbox(open_as, owner, place, project):
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.keyboard.press("j")
    expect(page.locator("#reply")).to_be_visible()
    page.locator("#reply-field").fill("Bonjour, nous vous aidons tout de suite.")
    return page


def send(page):
    page.get_by_role("button", name=re.compile("Send with .*@lumen")).click()
    expect(page.locator("#sent-replies")).to_contain_text("in a few seconds")


def test_reply_is_canceled_then_sent_and_shown_with_its_address(inbox, place):
    send(inbox)
    expect(inbox.locator("#reply-field")).to_have_attribute("readonly", "")
    inbox.evaluate(AXE.read_text())
    assert inbox.evaluate(RUN_AXE, ALL_RULES) == []
    inbox.get_by_role("button", name="Undo send").click()
    expect(inbox.locator("#reply-field")).not_to_have_attribute("readonly", "")
    expect(inbox.locator("#reply-field")).to_have_value("Bonjour, nous vous aidons tout de suite.")
    send(inbox)
    assert run().state == "sent"
    expect(inbox.get_by_role("link", name="View reply")).to_have_attribute(
        "href", OutgoingReply.objects.latest("pk").url
    )
    expect(inbox.locator(f"#mention-{place.mention.pk}")).to_have_attribute("data-status", "replied")
    assert Mention.objects.get().status == "replied" and len(place.server.published) == 1


def test_failed_reply_says_why_and_gives_the_draft_back(inbox, place):
    place.server.has_permission = False
    send(inbox)
    assert run().state == "failed"
    expect(inbox.locator("#sent-replies")).to_contain_text("isn’t allowed to publish replies")
    expect(inbox.locator("#reply-field")).not_to_have_attribute("readonly", "")
    expect(inbox.get_by_role("button", name=re.compile("Send with .*@lumen"))).to_be_visible()
