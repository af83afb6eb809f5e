"""The setup of a project: names, suggested queries and sources, first results."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Keyword, Source
from tests.factories import make_document, make_keyword, make_mention, make_source
from tests.pages import words

pytestmark = pytest.mark.usefixtures("english_manager")

NAMES = {"brand": "Maison Lumen", "competitors": "Halo\nBrise\n\nhalo ", "languages": ["fr"], "names": "1"}


def start_form(queries, platforms=(), languages=()):
    data = {"start": "1", "platforms": [*platforms], "languages": [*languages]}
    data |= {"form-TOTAL_FORMS": len(queries), "form-INITIAL_FORMS": len(queries)}
    for place, (name, kind, query) in enumerate(queries):
        data |= {f"form-{place}-name": name, f"form-{place}-type": kind, f"form-{place}-query": query}
    return data


def test_new_project_leads_to_setup(as_person, manager):
    page = as_person(manager).post("/projects/new", {"name": "Brise"}, follow=True)
    assert page.redirect_chain[0][0].endswith("/setup")
    assert 'value="Brise"' in page.content.decode()


def test_names_give_a_query_per_keyword_and_sources_to_choose(as_person, manager, at):
    page = as_person(manager).post(at("setup"), NAMES)
    text = html.unescape(page.content.decode())
    assert re.findall(r"<textarea[^>]*>\s*([^<]*)</textarea>", text) == [
        '"Maison Lumen" OR maisonlumen OR @maisonlumen', "Halo", "Brise"
    ]  # fmt: skip
    assert 'name="languages" value="fr"' in text
    assert len(re.findall(r'type="checkbox" name="platforms"[^>]* checked', text)) >= 5
    assert not Keyword.objects.exists() and not Source.objects.exists()


def test_start_creates_keywords_and_sources(as_person, manager, at, project):
    queries = [("Maison Lumen", "brand", "lumen"), ("Halo", "competitor", "halo"), ("Brise", "competitor", "")]
    page = as_person(manager).post(at("setup"), start_form(queries, ["hackernews"], ["fr"]), follow=True)
    assert page.redirect_chain == [(at("setup_progress"), 302)]
    assert list(project.keywords.order_by("id").values_list("name", "type", "query", "languages")) == [
        ("Maison Lumen", "brand", "lumen", ["fr"]),
        ("Halo", "competitor", "halo", ["fr"]),
    ]
    assert [source.platform for source in project.sources.all()] == ["hackernews"]
    assert project.rules.get().keyword.name == "Maison Lumen"


def test_start_sent_twice_creates_everything_once(as_person, manager, at, project):
    client, data = as_person(manager), start_form([("Lumen", "brand", "lumen")], ["hackernews"])
    for _attempt in range(2):
        assert client.post(at("setup"), data).status_code == 302
    assert project.keywords.count() == project.sources.count() == project.rules.count() == 1


@pytest.mark.parametrize(
    ("queries", "error"),
    [
        ([("Lumen", "brand", "lumen ("), ("Halo", "competitor", "halo")], "parenthesis"),
        ([("Lumen", "brand", "lumen"), ("Taken", "competitor", "other")], "already has this name"),
        ([("Lumen", "brand", "")], "Enter at least one query."),
    ],
)
def test_start_with_an_error_creates_nothing_and_names_it(as_person, manager, at, project, queries, error):
    make_keyword(project, "Taken", "taken")
    page = as_person(manager).post(at("setup"), start_form(queries, ["hackernews"]))
    assert page.status_code == 200 and error in words(page)
    assert project.keywords.count() == 1 and project.sources.count() == 0


@pytest.mark.parametrize(
    "changed",
    [{"form-TOTAL_FORMS": "x"}, {"form-TOTAL_FORMS": "500"}, {"platforms": ["nothing"]}, {"form-0-type": "boss"}],
)
def test_forged_start_form_creates_nothing(as_person, manager, at, project, changed):
    data = start_form([("Lumen", "brand", "lumen")]) | changed
    assert as_person(manager).post(at("setup"), data).status_code == 200
    assert not project.keywords.exists()


@pytest.mark.parametrize(
    ("names", "error"),
    [
        ({"brand": "!!!"}, "Enter a name with letters or digits."),
        ({"brand": ""}, "This field is required."),
        ({"brand": "Lumen", "competitors": "\n".join(f"c{n}" for n in range(11))}, "Enter at most 10 names."),
    ],
)
def test_unusable_names_are_refused(as_person, manager, at, names, error):
    assert error in words(as_person(manager).post(at("setup"), names | {"names": "1"}))


def test_progress_shows_first_results(as_person, manager, at, project, read):
    client = as_person(manager)
    source = make_source(project)
    assert "Reading the first items…" in read(client, at("setup_progress"))
    source.last_success_at = timezone.now()
    source.save()
    assert "Every source was checked, and nothing matches yet." in read(client, at("setup_progress"))
    source.error_code = "dns"
    source.save()
    assert "No source could be checked yet." in read(client, at("setup_progress"))
    make_mention(make_keyword(project, "Lumen", "lumen"), title="Lumen")
    assert "1 mention found." in read(client, at("setup_progress"))
    part = client.get(at("setup_progress"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "hx-trigger" not in part


def test_query_cost_is_mentions_and_minutes_per_day(as_person, manager, at, project):
    now = timezone.now()
    for hours in range(1, 24 * 10, 2):
        make_document(project, title=f"Lumen {hours}", published=now - timedelta(hours=hours))
    client = as_person(manager)
    page = words(client.post(at("query_cost") + "?name=form-0-query", {"form-0-query": "lumen"}))
    assert "About 12 mentions per day · 4 minutes of reading per day" in page
    assert words(client.post(at("query_cost"), {"query": "lumen ("})) == ""


def test_setup_is_for_managers(as_person, viewer, at):
    assert as_person(viewer).get(at("setup")).status_code == 403
