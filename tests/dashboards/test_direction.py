"""Text that people and publishers write keeps its own direction on every page and in every email."""

import re

import pytest
from django.test import Client
from lxml import html

from accounts.models import Project, User
from delivery.models import Delivery
from monitoring.models import Document, Keyword, Mention, Source
from tests.conftest import make_person
from tests.every_page import RIGHT_TO_LEFT, Site

NOT_SHOWN = ("script", "style", "title", "template", "textarea", "option")
LETTERS = re.compile("[א-ת]{2}")


@pytest.fixture(scope="module")
def shared_site(once):
    return once(make_site)


@pytest.fixture
def site(shared_site, db):
    return shared_site


def make_site():
    project = Project.objects.create(name="Maison Lumen")
    site = Site(project, make_person("ada@example.com", project, "admin", language="en"))
    text = RIGHT_TO_LEFT
    for keyword in Keyword.objects.all():  # names are unique
        Keyword.objects.filter(pk=keyword.pk).update(name=f"{text} {keyword.pk}")
    Source.objects.update(title=text)
    Document.objects.update(title=text, text=f"{text} lumen", author=text)
    Mention.objects.update(author=text)
    Project.objects.update(name=text)
    User.objects.update(first_name=text)
    Delivery.objects.update(subject=text)
    site.owner.refresh_from_db()
    site.project.refresh_from_db()
    return site


def undirected(page):
    """Return the right-to-left texts without an element that takes its direction from its content."""
    found = set()
    for element in html.document_fromstring(page).body.iter():
        if not isinstance(element.tag, str) or element.tag in NOT_SHOWN:
            continue
        texts = [(element, element.text), *((element, child.tail) for child in element)]
        for holder, text in texts:
            if text and LETTERS.search(text) and not has_own_direction(holder):
                found.add(html.tostring(holder, encoding="unicode", with_tail=False)[:160])
    return found


def has_own_direction(element):
    near = [element, *element.iterancestors()]
    return any(one.tag == "bdi" or one.get("dir") == "auto" for one in near)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_gives_foreign_text_its_own_direction(site, language):
    site.speak(language)
    faults, shown = {}, 0
    for visit in site.visits:
        if visit.url.startswith("/operator/"):  # Django makes these pages
            continue
        client = Client(headers={"accept-language": language})
        if visit.person:
            client.cookies["sessionid"] = site.cookies[visit.person]
        body = client.get(visit.url, follow=True).content.decode()
        shown += bool(LETTERS.search(body))
        if found := undirected(body):
            faults[visit.url] = found
    assert shown > 30
    assert not faults, "\n".join(f"{url} {found}" for url, found in faults.items())


def test_every_email_gives_foreign_text_its_own_direction(site):
    site.speak("en")
    messages = [visit for visit in site.html_pages("en") if LETTERS.search(visit.html)]
    assert {visit.url: undirected(visit.html) for visit in messages} == {visit.url: set() for visit in messages}
    assert len(messages) == 4
