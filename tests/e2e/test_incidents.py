"""An incident in a browser, from firing to its summary, in both languages."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.evaluate import evaluate_all
from alerts.models import HoldingStatement, Incident, Playbook, Rule
from delivery.models import Delivery
from monitoring.models import Mention

WORDS = {
    "en": {
        "title": "Lumen: 12 mentions in 24 hours",
        "acknowledge": "Acknowledge",
        "acknowledged": "Incident acknowledged",
        "comment": "New comment",
        "add_comment": "Add comment",
        "task": "New task",
        "add_task": "Add task",
        "wall": "Crisis page",
        "back": "Incident",
        "resolved": "Back to normal",
        "useful": "Useful",
        "summary": "Summary",
        "precision": "1 of 1 rated alert useful",
    },
    "fr": {
        "title": "Lumen : 12 mentions en 24 heures",
        "acknowledge": "Prendre en charge",
        "acknowledged": "Incident pris en charge",
        "comment": "Nouveau commentaire",
        "add_comment": "Ajouter le commentaire",
        "task": "Nouvelle tâche",
        "add_task": "Ajouter la tâche",
        "wall": "Page de crise",
        "back": "Incident",
        "resolved": "Retour à la normale",
        "useful": "Utile",
        "summary": "Bilan",
        "precision": "1 alerte utile sur 1 évaluée",
    },
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_incident_from_firing_to_its_summary(open_as, live_server, brand, owner, manager, settings, language):
    settings.BASE_URL = live_server.url
    words, project = WORDS[language], brand.project
    owner.language = language
    owner.save()
    Playbook.objects.create(project=project, checklist="Tell the board", contacts="Ines: 06")
    HoldingStatement.objects.create(
        project=project, name="Press", text_fr="Nous vérifions.", text_en="We are checking."
    )
    rule = Rule.objects.create(project=project, keyword=brand, threshold=5, window_s=86400)
    rule.recipients.set([owner])
    now = timezone.now()
    evaluate_all(now)
    incident = Incident.objects.get()

    # The link of the email works without signing in, after a confirmation.
    page = open_as(owner, f"/p/{project.pk}/incidents")
    link = re.search(rf"{live_server.url}/incident/\S+", Delivery.objects.get().text)[0]
    page.goto(link)
    page.get_by_role("button", name=words["acknowledge"]).click()
    expect(page.get_by_role("heading", name=words["acknowledged"])).to_be_visible()

    # The team works on the page.
    page.goto(f"{live_server.url}/p/{project.pk}/incidents")
    page.get_by_role("link", name=words["title"]).click()
    expect(page.get_by_role("heading", level=1, name=words["title"])).to_be_visible()
    comment = page.get_by_label(words["comment"])
    comment.press_sequentially("@mar")
    page.locator("#note-names").get_by_role("option", name=manager.email).click()
    comment.press_sequentially("call them")
    page.get_by_role("button", name=words["add_comment"]).click()
    expect(page.get_by_text("call them")).to_be_visible()
    page.get_by_label(words["task"], exact=True).fill("Call the carrier")
    page.get_by_role("button", name=words["add_task"]).click()
    page.get_by_role("checkbox", name="Tell the board").click()
    expect(page.get_by_role("checkbox", name="Tell the board")).to_be_checked()

    # The wall refreshes by itself.
    page.get_by_role("link", name=words["wall"]).click()
    expect(page.get_by_text("We are checking.")).to_be_visible()
    Mention.objects.filter(keyword=brand).update(status="needs_reply")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(page.locator('#live a:not([href*="status=ignored"])', has_text=re.compile("^12$"))).to_be_visible()
    page.get_by_role("checkbox", name="Call the carrier").click()
    expect(page.get_by_role("checkbox", name="Call the carrier")).to_be_checked()

    # Calm is back, the incident closes and is rated.
    Mention.objects.filter(keyword=brand).update(found_at=now - timezone.timedelta(days=3))
    for minutes in (1, 62):
        evaluate_all(now + timezone.timedelta(minutes=minutes))
    incident.refresh_from_db()
    assert incident.closed_at and Delivery.objects.filter(key__contains=":closed:").count() == 1
    page.get_by_role("link", name=words["back"], exact=True).click()
    expect(page.get_by_role("heading", name=words["summary"])).to_be_visible()
    expect(page.get_by_text(words["resolved"])).to_be_visible()
    page.get_by_role("button", name=words["useful"], exact=True).click()
    page.goto(f"{live_server.url}/p/{project.pk}/rules")
    expect(page.get_by_text(words["precision"])).to_be_visible()
