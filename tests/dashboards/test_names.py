"""The distinctive names: their part of the page of themes, its numbers and links, and its empty states."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from monitoring.insights import names as insights
from monitoring.models import Keyword
from tests.factories import make_keyword, make_mentions, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    make_source(project, title="Le Phare")
    return make_keyword(project, "Lumen", "lumen")


def rows(text, count, **fields):
    return [{"title": "", "text": text.format(at), "author": f"a{at}", **fields} for at in range(count)]


@pytest.fixture
def named(keyword):
    """Four negative mentions name a place, two another one; the keyword and the source are in all of them."""
    make_mentions(keyword, rows("un colis Lumen perdu à Saint-Malo hier {}, dit Le Phare", 4, sentiment="negative"))
    make_mentions(keyword, rows("un colis Lumen perdu à Brest hier {}, dit Le Phare", 2))
    return keyword


def path(keyword, query=""):
    return f"/p/{keyword.project_id}/names{query}"


def link(page, start):
    return re.search(rf'href="({start}[^"]*)"', page)[1].replace("&amp;", "&")


def test_names_have_numbers_that_the_list_has(named, as_person, english_manager):
    client = as_person(english_manager)
    page = client.get(path(named)).content.decode()
    assert "Saint-Malo" in page and "4 mentions" in page and "100% negative" in page
    assert not {"Brest", "Le Phare", ">Lumen<"} & {name for name in ("Brest", "Le Phare", ">Lumen<") if name in page}
    listed = client.get(link(page, r"/p/\d+/mentions\?")).content.decode()
    assert listed.count("Saint-Malo</mark>") == 4 and "Brest" not in listed


def test_page_of_themes_loads_the_names(named, as_person, viewer):
    client = as_person(viewer)
    page = client.get(f"/p/{named.project_id}/themes").content.decode()
    part = client.get(
        re.search(r'hx-get="([^"]*/names[^"]*)"', page)[1].replace("&amp;", "&"), headers={"HX-Request": "true"}
    )
    assert part.status_code == 200 and "<html" not in part.content.decode() and "Saint-Malo" in part.content.decode()


def test_a_name_becomes_a_keyword(named, as_person, english_manager, viewer):
    client = as_person(english_manager)
    new = link(client.get(path(named)).content.decode(), r"/p/\d+/keywords/new\?")
    form = client.get(new).context["form"]
    data = {"name": form["name"].value(), "type": "topic", "query": form["query"].value()}
    client.post(f"/p/{named.project_id}/keywords/new", data)
    assert Keyword.objects.filter(name="Saint-Malo", query="Saint-Malo").exists()
    assert "/keywords/new" not in as_person(viewer).get(path(named)).content.decode()


def test_a_name_says_how_much_more_frequent_it_is(named, as_person, english_manager):
    past = timezone.now() - timedelta(days=20)
    make_mentions(named, rows("une lampe Lumen {}", 38, published=past))
    assert ">new<" in as_person(english_manager).get(path(named)).content.decode()
    make_mentions(named, rows("une lampe Lumen à Saint-Malo hier {}", 2, published=past))
    assert "× 13" in as_person(english_manager).get(path(named)).content.decode()


def test_names_of_a_sample_have_shares(named, as_person, english_manager, monkeypatch):
    monkeypatch.setattr(insights, "SAMPLE", 5)
    page = as_person(english_manager).get(path(named)).content.decode()
    assert "Shares are of the newest 5 mentions" in page and "4 mentions" not in page
    assert "60% of the mentions" in page


def test_empty_states_say_what_to_do(keyword, as_person, english_manager):
    client = as_person(english_manager)
    assert "Choose a longer one" in client.get(path(keyword)).content.decode()
    make_mentions(keyword, rows("une lampe {}", 3))
    assert "No name is more frequent than usual" in client.get(path(keyword)).content.decode()


def test_deleted_documents_give_no_names(named, as_person, english_manager):
    named.project.documents.update(deleted_at=timezone.now())
    assert "Saint-Malo" not in as_person(english_manager).get(path(named)).content.decode()


def test_names_are_escaped(keyword, as_person, english_manager):
    make_mentions(keyword, rows("un colis Lumen chez H&M ici {}", 3))
    page = as_person(english_manager).get(path(keyword)).content.decode()
    assert escape("H&M") in page and ">H&M<" not in page


def test_strangers_see_nothing(named, as_person, stranger):
    assert as_person(stranger).get(path(named)).status_code == 404
