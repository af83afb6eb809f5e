"""The themes of a digest: which ones it lists, with what numbers, and for whom they are links."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.digests import send
from alerts.digests.read_themes import chosen
from alerts.digests.render import render_digest
from alerts.digests.scope import Scope
from delivery.models import ExternalRecipient
from monitoring.insights.theme_counts import ThemeCounts
from monitoring.models import Theme
from tests.alerts.digests.helpers import INSIDE, NOW, messages, read
from tests.dashboards.theme_rows import make_theme
from tests.factories import make_mentions, make_source

pytestmark = pytest.mark.django_db


def make_found(keyword, count, found_at=INSIDE):
    rows = [{"found_at": found_at, "published": found_at} for _ in range(count)]
    return [one.document for one in make_mentions(keyword, rows)]


@pytest.fixture
def late(keyword):
    """A theme with five items in the window, and three in the one before."""
    make_source(keyword.project)
    keyword.project.sources.update(created_at=keyword.project.created_at)
    documents = make_found(keyword, 5) + make_found(keyword, 3, INSIDE - timedelta(days=1))
    theme = make_theme(keyword.project, documents, "late, parcel")
    theme.name_terms = {"en": ["late", "parcel"], "fr": ["retard", "colis"]}
    theme.save()
    make_found(keyword, 5)
    return theme


def test_digest_lists_themes_with_count_share_and_change(daily, late, as_person, owner):
    owner.language = "en"
    owner.save()
    send.write_due(NOW)
    message = messages().get()
    text = re.sub(r"\s+", " ", message.text)
    assert "THEMES * Late, parcel 5 mentions (50%) · 2 more than in the previous period" in text
    assert "Late, parcel" in message.html
    link = re.search(rf"http://localhost:8000(/p/\S+theme={late.pk}\S*)", message.text)[1]
    assert as_person(owner).get(f"{link}&counts=1").context["count"].value == 5


def test_names_are_in_the_language_of_the_reader(daily, late, owner):
    owner.language = "fr"
    owner.save()
    send.write_due(NOW)
    assert "Retard, colis" in messages().get().text


def test_recipients_without_account_get_names_without_links(daily, late, project):
    external = ExternalRecipient.objects.create(project=project, email="r@example.org", language="en")
    recipient = daily.recipients.create(external=external)
    rendered = render_digest(read(project), daily, Scope(project), recipient=recipient)
    assert "Late, parcel" in rendered.html and "Late, parcel" in rendered.text and "theme=" not in rendered.html


def test_digest_without_themes_has_no_section(daily, keyword, project):
    make_found(keyword, 5)
    few = make_theme(project, make_found(keyword, 2), "few")
    hidden = make_theme(project, make_found(keyword, 5), "hidden", is_hidden=True)
    assert read(project).themes == ()
    html = render_digest(read(project), daily, Scope(project)).html
    assert few.name not in html and hidden.name not in html and "theme rule" not in html


def test_first_digest_says_no_change(late, project):
    project.sources.update(created_at=INSIDE - timedelta(hours=1))
    (line,) = read(project).themes
    assert (line.count, line.before) == (5, None)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ({1: 5, 2: 4, 3: 3}, {}, [1, 2, 3]),
        ({1: 9, 2: 8, 3: 7, 4: 6}, {1: 9, 2: 8, 3: 7}, [1, 2, 3, 4]),  # the fourth grew most
        ({1: 9, 2: 8, 3: 7, 4: 6}, {2: 8, 3: 7}, [1, 2, 3]),  # the first did
        ({1: 9, 2: 8, 3: 7, 4: 6}, {1: 20, 2: 20, 3: 20, 4: 20}, [1, 2, 3]),  # none did
        ({1: 9, 2: 8, 3: 7, 4: 6, 5: 5}, None, [1, 2, 3]),
    ],
)
def test_largest_themes_and_the_one_that_grew_most_are_listed(now, before, expected):
    counts = [None if one is None else ThemeCounts(sum(one.values()), one) for one in (now, before)]
    assert chosen(list(now), *counts) == expected


def test_number_of_queries_does_not_depend_on_themes(late, keyword, project):
    counts = []
    for number in (0, 12):
        for _ in range(number):
            make_theme(project, make_found(keyword, 4))
        if not number:
            Theme.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            read(project)
        counts.append(len(queries))
    assert counts[0] == counts[1]
