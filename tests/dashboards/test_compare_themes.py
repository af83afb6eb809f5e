"""The themes of the compare page: shares that agree with the lists, sides with few mentions, and no themes."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mentions

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(project):
    """Two brands, which are one side, and two competitors."""
    names = (("Lumen", "brand"), ("Lumo", "brand"), ("Halo", "competitor"), ("Brise", "competitor"))
    return [make_keyword(project, name, name.lower(), type=type) for name, type in names]


@pytest.fixture
def late(sides):
    """A theme with 6 of 16 mentions of the brands, 3 of 12 of Halo, and 2 of 2 of Brise."""
    lumen, lumo, halo, brise = sides
    at = timezone.now() - timedelta(days=1)
    rows = [{"published": at}]
    made = make_mentions([lumen, lumo], rows * 4) + make_mentions(lumen, rows * 2)
    made += make_mentions(halo, rows * 3) + make_mentions(brise, rows * 2)
    make_mentions(lumen, rows * 10)
    make_mentions(halo, rows * 9)
    make_mentions(lumen, [{"published": at - timedelta(days=30)}] * 5)
    return make_theme(lumen.project, {one.document for one in made}, "late, parcel")


def test_table_has_shares_that_agree_with_the_lists(late, as_person, viewer, at):
    client = as_person(viewer)
    page = client.get(f"{at('compare')}?period=7d")
    (row,) = page.context["themes"]
    assert row.name == "Late, parcel"
    assert [(cell.name, cell.mentions, cell.share) for cell in row.cells] == [
        ("Lumen + Lumo", 6, 38),
        ("Halo", 3, 25),
        ("Brise", 2, None),
    ]
    for cell in row.cells:
        assert client.get(f"{at('mentions')}?{cell.query}&counts=1").context["count"].value == cell.mentions
    table = re.search(r'<table[^>]* id="themes".*?</table>', page.content.decode(), re.S)[0]
    assert "Late, parcel" in table and html.unescape(table).count(f"theme={late.pk}") == 3
    assert "too few for a share" in table


def test_largest_themes_come_first_and_hidden_ones_not_at_all(late, sides, as_person, viewer, at, project):
    make_theme(project, [one.document for one in make_mentions(sides[0], 9)], "hidden", is_hidden=True)
    praise = make_theme(project, [one.document for one in make_mentions(sides[2], 14)], "superb")
    rows = as_person(viewer).get(f"{at('compare')}?period=7d").context["themes"]
    assert [row.name for row in rows] == ["Superb", "Late, parcel"]
    assert [cell.mentions for cell in rows[0].cells] == [0, 14, 0]
    page = as_person(viewer).get(f"{at('compare')}?period=7d&theme={praise.pk}")
    assert [row.name for row in page.context["themes"]] == ["Superb"]


def test_page_says_why_it_has_no_themes(sides, as_person, viewer, at, read):
    make_mentions(sides[0], 2)
    page = read(as_person(viewer), f"{at('compare')}?period=7d")
    assert "By theme" in page and "at least" in page and 'id="themes"' not in page
    make_theme(sides[0].project)
    assert "No theme has mentions in this period" in read(as_person(viewer), f"{at('compare')}?period=7d")


def test_names_are_in_the_language_of_the_reader(late, as_person, viewer, at, read):
    late.name_terms = {"en": ["late"], "fr": ["retard"]}
    late.save()
    viewer.language = "fr"
    viewer.save()
    page = read(as_person(viewer), f"{at('compare')}?period=7d")
    assert "Retard" in page and "Par thème" in page
