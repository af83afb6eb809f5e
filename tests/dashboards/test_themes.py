"""The page of themes, its block on the overview, and what a theme can become: a keyword, a rule, a saved view."""

import re

import pytest
from django.utils.html import escape

from accounts.models import ActivityEntry
from alerts.models import Rule
from monitoring.models import Keyword, Theme
from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mentions, make_source
from tests.vectors import direction, store_vectors
from workplace.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    make_source(project)
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def late(keyword):
    rows = [{"title": f"Late parcel {number}", "sentiment": "negative"} for number in range(4)]
    return make_theme(keyword.project, [one.document for one in make_mentions(keyword, rows)])


def path(theme, name="themes"):
    return f"/p/{theme.project_id}/{name}"


def change(client, theme, **data):
    return client.post(f"{path(theme)}/{theme.pk}", {"next": path(theme), **data}, follow=True).content.decode()


def test_page_has_each_theme_with_its_numbers_and_posts(late, as_person, viewer, keyword):
    make_mentions(keyword, 6)
    page = as_person(viewer).get(path(late)).content.decode()
    assert "Late, parcel" in page and "40 %" in page.replace("\u202f", " ").replace("\xa0", " ").replace("%", " %")
    assert page.count("Late parcel") == 3, "sample posts"
    (link,) = set(re.findall(rf'href="(/p/\d+/mentions\?[^"]*theme={late.pk}[^"]*)"', page))
    listed = as_person(viewer).get(link.replace("&amp;", "&")).content.decode()
    assert all(f"Late parcel {number}" in listed for number in range(4)) and "Story " not in listed


def test_navigation_and_phone_menu_link_to_the_themes(late, as_person, viewer):
    link = rf'href="{path(late)}"[^>]* aria-current="page"'
    assert len(re.findall(link, as_person(viewer).get(path(late)).content.decode())) == 2
    page = as_person(viewer).get(path(late, "")).content.decode()
    assert f'href="{path(late)}"' in page and not re.search(link, page)


def test_overview_has_the_largest_themes(late, as_person, viewer):
    page = as_person(viewer).get(path(late, "overview/details"), headers={"HX-Request": "true"}).content.decode()
    assert "Late, parcel" in page and path(late) in page


@pytest.mark.parametrize(
    ("vectors", "mentions", "words"),
    [(0, 0, "at least"), (3, 3, "at least"), (0, 30, "sentence encoder"), (30, 30, "is grouping")],
)
def test_page_without_themes_says_why(keyword, as_person, viewer, vectors, mentions, words):
    viewer.language = "en"
    viewer.save()
    rows = make_mentions(keyword, mentions) if mentions else []
    if vectors:
        store_vectors([(one.document, direction(1)) for one in rows[:vectors]])
    assert words in as_person(viewer).get(f"/p/{keyword.project_id}/themes").content.decode()
    assert words in as_person(viewer).get(f"/p/{keyword.project_id}/overview/details").content.decode()


def test_page_says_that_a_period_has_no_theme(late, as_person, english_manager):
    page = as_person(english_manager).get(f"{path(late)}?from=2020-01-01&to=2020-01-05").content.decode()
    assert "No theme has mentions in this period" in page


def test_managers_rename_a_theme_and_take_the_name_back(late, as_person, manager):
    client = as_person(manager)
    assert "Nothing arrives" in change(client, late, name="  Nothing   arrives ")
    late.refresh_from_db()
    assert late.given_name == "Nothing arrives"
    assert ActivityEntry.objects.get(action="theme.renamed").detail == {"before": "Late, parcel"}
    assert "Late, parcel" in change(client, late, name="")


def test_a_name_that_cannot_be_stored_changes_nothing(late, as_person, manager):
    for name in ("x" * 81, "a\x00b"):
        change(as_person(manager), late, name=name)
        assert Theme.objects.get().given_name == ""


def test_a_hidden_theme_is_at_the_end_until_it_is_shown_again(late, as_person, english_manager):
    client = as_person(english_manager)
    page = change(client, late, hidden="yes")
    assert "Hidden themes" in page and "Sample posts" not in page
    assert "Late, parcel" not in client.get(path(late, "overview/details")).content.decode()
    assert "Sample posts" in change(client, late, hidden="no")
    assert [entry.action for entry in ActivityEntry.objects.order_by("pk")] == ["theme.hidden", "theme.shown"]


def test_viewers_change_nothing(late, as_person, viewer, stranger):
    for person, status in ((viewer, 403), (stranger, 404)):
        response = as_person(person).post(f"{path(late)}/{late.pk}", {"name": "x"})
        assert response.status_code == status and Theme.objects.get().given_name == ""
    page = as_person(viewer).get(path(late)).content.decode()
    assert "<form" not in re.search(r'<article class="part" aria-labelledby="theme-.*?</article>', page, re.S)[0]


def test_a_theme_of_another_project_is_not_found(late, as_person, manager, stranger, project):
    other = make_theme(type(project).objects.create(name="Other"))
    assert as_person(manager).post(f"{path(late)}/{other.pk}", {"name": "x"}).status_code == 404


def test_a_theme_becomes_a_keyword_a_rule_and_a_view(late, as_person, english_manager):
    client = as_person(english_manager)
    page = client.get(path(late)).content.decode()
    form = client.get(re.search(r'href="(/p/\d+/keywords/new\?[^"]*)"', page)[1].replace("&amp;", "&"))
    assert form.context["form"]["query"].value() == "(lumen) AND (late OR parcel)"
    data = {"name": "Late", "type": "topic", "query": form.context["form"]["query"].value()}
    client.post(f"/p/{late.project_id}/keywords/new", data)
    assert Keyword.objects.filter(name="Late").exists()
    rule = client.get(re.search(r'href="(/p/\d+/rules/new\?[^"]*)"', page)[1].replace("&amp;", "&"))
    assert rule.status_code == 200 and f"theme={late.pk}" in rule.context["rule"].query
    query = re.search(r'name="query" value="([^"]*)"', page)[1].replace("&amp;", "&")
    client.post(f"/p/{late.project_id}/views/new", {"name": "Late", "query": query})
    assert f"theme={late.pk}" in SavedView.objects.get().query
    assert not Rule.objects.exists()


def test_names_of_themes_are_escaped(late, as_person, manager):
    name = "<b>x</b>"
    page = change(as_person(manager), late, name=name)
    assert name not in page and escape(name) in page
