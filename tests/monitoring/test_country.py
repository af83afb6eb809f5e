"""`country:` in queries: the country that the platform of an item gives, wherever a query is matched."""

import pytest

from monitoring.ingest.backfill import backfill_all
from monitoring.ingest.store import store
from monitoring.insights.documents import DocumentSearch, page
from monitoring.models import Document, Mention
from tests.factories import make_keyword, make_source
from tests.monitoring.ingest.entries import batch, entry

pytestmark = pytest.mark.django_db(transaction=True)

FRENCH_ONLY, NOT_FRENCH = "lumora country:fr", "lumora -country:fr"
ITEMS = (
    entry("1", title="In France", url="https://presse.example/1", country="FR"),
    entry("2", title="In Canada", url="https://presse.example/2", country="CA"),
    entry("3", title="Unknown", url="https://presse.example/3"),
)


@pytest.fixture
def source(project):
    return make_source(project, "https://presse.example/feed")


def mentioned(keyword):
    return set(Mention.objects.filter(keyword=keyword).values_list("document__title", flat=True))


@pytest.mark.parametrize(("query", "titles"), [(FRENCH_ONLY, {"In France"}), (NOT_FRENCH, {"In Canada", "Unknown"})])
def test_country_decides_which_items_match(project, source, query, titles):
    early = make_keyword(project, "Early", query)
    store([batch(source, *ITEMS)])
    assert mentioned(early) == titles
    late = make_keyword(project, "Late", query, backfilled_to=Document.objects.latest("pk").pk + 1)
    backfill_all()
    assert mentioned(late) == titles
    found = page(DocumentSearch(project.pk, query))
    assert {row.document.title for row in found.rows} == titles


def test_country_is_stored_in_capitals_and_compared_without_case(project, source):
    store([batch(source, *ITEMS)])
    assert Document.objects.filter(country="FR").count() == 1
    assert len(page(DocumentSearch(project.pk, "country:FR")).rows) == 1
