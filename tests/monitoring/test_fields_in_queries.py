"""`country:`, `kind:` and `rating:` in queries: what the platform of an item gives, wherever a query is matched."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Project
from monitoring.ingest.backfill import backfill_all
from monitoring.ingest.store import store
from monitoring.insights.documents import DocumentSearch, page
from monitoring.models import Document, Mention
from monitoring.query import Doc, compile_query
from tests.factories import make_keyword, make_source
from tests.monitoring.ingest.entries import batch, entry

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS = (
    entry("1", title="In France", url="https://presse.example/1", country="FR", kind="review", rating=1.5),
    entry("2", title="In Canada", url="https://presse.example/2", country="CA", kind="review", rating=4.6),
    entry("3", title="Unknown", url="https://presse.example/3"),
)
facts = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["", "FR", "CA"]),
        "kind": st.sampled_from(["", "post", "review"]),
        "rating": st.none() | st.floats(0.1, 5) | st.sampled_from([1.0, 1.5, 2.0, 2.5, 4.5, 5.0]),
    }
)
values = st.one_of(
    st.sampled_from(["country:fr", "country:ca", "kind:post", "kind:review", "kind:video"]),
    st.builds("rating:{}{}".format, st.sampled_from(["", "<=", ">="]), st.integers(1, 5)),
)
queries = st.builds(
    "lumora {}{} ({})".format,
    st.sampled_from(["", "-"]),
    values,
    st.lists(values, min_size=2, max_size=3).map(" OR ".join),
)


@pytest.fixture
def source(project):
    return make_source(project, "https://presse.example/feed")


def mentioned(keyword):
    return set(Mention.objects.filter(keyword=keyword).values_list("document__title", flat=True))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("lumora country:fr", {"In France"}),
        ("lumora -country:fr", {"In Canada", "Unknown"}),
        ("lumora kind:review", {"In France", "In Canada"}),
        ("lumora -kind:review", {"Unknown"}),
        ("lumora rating:<=2", {"In France"}),
        ("rating:5", {"In Canada"}),
        ("lumora -rating:>=4", {"In France", "Unknown"}),
    ],
)
def test_field_decides_which_items_match(project, source, query, titles):
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(facts, min_size=1, max_size=5), query=queries)
def test_search_agrees_with_the_matcher_on_any_fields(items, query):
    project = Project.objects.create(name="Random")
    source = make_source(project)
    entries = [entry(str(number), title=str(number), **fields) for number, fields in enumerate(items)]
    store([batch(source, *entries)])
    compiled = compile_query(query, saved=True)
    expected = {
        str(number)
        for number, fields in enumerate(items)
        if compiled.match(Doc(title=str(number), text=entries[number].body, **fields))
    }
    assert {row.document.title for row in page(DocumentSearch(project.pk, query)).rows} == expected
