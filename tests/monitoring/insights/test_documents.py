"""The search over all stored documents finds what the matcher matches, whether documents are searchable or not."""

from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Project
from monitoring.insights import documents as reading
from monitoring.insights.documents import DocumentSearch, page
from monitoring.matching.keyword_index import doc_of
from monitoring.models import Document
from monitoring.query import Doc, compile_query
from tests.factories import make_documents, make_keyword, make_mention

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 28, 10, 20, tzinfo=UTC)

TITLES = [
    "Panne d'Orange à Lyon",
    "orange pressée",
    "La Poste",
    "東京タワーが光る",
    "",
    "Aujourd’hui",
    "e-mail 🎉",
    "#JOParis2024",
]
TEXTS = [
    "Le service client de L’Oréal ne répond pas, la panne dure. Panne, encore.",
    "The blue lamp broke; the street is dark 👍🏽 and nobody answers @marie.dupont about $AAPL",
    "東京で火事、大阪は静か。 Привет мир, ประเทศไทย",
    "brand branding brend bränd Brand-new; la poste est fermée — le facteur aussi",
    "",
    "<b>service</b> et plus loin le client; un œuf, Straße, naïve",
    "lampe " * 40 + "bleue",
]
QUERIES = [
    "panne", "PANNE", "=Orange", "=orange", '="La Poste"', "l'oréal", "oréal", "orange OR lampe",
    "panne -orange", "lampe NOT (rouge OR brand)", '"service client"', "service NEAR/3 client",
    "service ONEAR/6 répond", "brand*", "br?nd", "bra?d*", "title:orange", "text:panne",
    "title:(panne OR poste)", "site:lemonde.fr", "site:lemonde.fr panne", "author:ada", "url:panne",
    "lang:fr", "lang:fr -panne", "platform:mastodon", "{2} panne", "{2} brand*",
    "MIN/2(panne, lampe, client, poste)", "MIN/2(site:lemonde.fr, panne, lampe)", "🎉", "👍", "東京", "東",
    "大阪 東京", "привет", "ประเทศไทย", "#joparis2024", "paris", "@marie.dupont", "$aapl", "aujourd'hui",
    "e-mail", "mail", "oeuf", "strasse", "bleue", "nowhere", "panne OR site:lemonde.fr",
    "lampe NEAR/2 bleue", "brand* -loud", "jop*", "par*", "mar*", "pan* lam*",
]  # fmt: skip
documents = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "text": st.sampled_from(TEXTS),
        "url": st.sampled_from(["https://www.lemonde.fr/panne", "https://b.example/x", "http://[x/", ""]),
        "author": st.sampled_from(["", "Ada Lovelace"]),
        "language": st.sampled_from(["", "fr", "fr-ca", "ja"]),
        "platform": st.sampled_from(["feed", "mastodon"]),
        "hours": st.integers(0, 6),
    }
)
STATES = ["mentioned", "searchable", "not yet", "mentioned, not yet"]
few_examples = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


def build(rows):
    """Create a project with these documents in alternating states, and another project with the same ones."""
    other = Project.objects.create(name="Other")
    project = Project.objects.create(name="Mine")
    keyword = make_keyword(project)
    for owner in (other, project):
        made = make_documents(
            owner,
            [
                {name: value for name, value in row.items() if name != "hours"}
                | {"published": NOW - timedelta(hours=row["hours"])}
                for row in rows
            ],
        )
    for document, state in zip(made, cycle(STATES), strict=False):
        if "mentioned" in state:
            make_mention(keyword, document)
        if "not yet" in state:
            Document.objects.filter(pk=document.pk).update(search=None)
    return project, made


def walk(find, size):
    """Return the ids on all pages, and the count of the first page."""
    found, cursor, count = [], None, None
    while True:
        current = page(find, cursor, size)
        count = count or current.count
        found += [row.document.pk for row in current.rows]
        cursor = current.next_cursor
        if cursor is None:
            return found, count


@few_examples
@given(rows=st.lists(documents, min_size=12, max_size=20), size=st.integers(4, 9), mentioned=st.booleans())
def test_search_finds_exactly_what_matcher_matches(rows, size, mentioned):
    project, made = build(rows)
    newest = sorted(made, key=lambda document: (document.published, document.pk), reverse=True)
    state = {document.pk: state for document, state in zip(made, cycle(STATES), strict=False)}
    listed = [document for document in newest if not mentioned or state[document.pk].startswith("mentioned")]
    for q in QUERIES:
        query = compile_query(q)
        expected = [d.pk for d in listed if query.match(doc_of(d))]
        assert walk(DocumentSearch(project.pk, q, mentioned=mentioned), size) == (expected, (len(expected), False)), q


def test_every_query_kind_matches_some_document():
    """Otherwise the test above would compare empty results."""
    docs = [
        Doc(title, text, url="https://www.lemonde.fr/panne", author="Ada Lovelace", language="fr", platform="mastodon")
        for title in TITLES
        for text in TEXTS
    ]
    without_match = [q for q in QUERIES if not any(compile_query(q).match(doc) for doc in docs)]
    assert without_match == ["nowhere", "mar*"]  # a word does not match the handle @marie.dupont


@pytest.fixture
def few_checks(monkeypatch):
    """Limit pages to checking twenty documents."""
    for name in ("MAX_CHECKED", "FIRST_CHUNK"):
        monkeypatch.setattr(reading, name, 20)


def test_page_reports_how_far_back_it_searched_and_continues(project, few_checks):
    made = make_documents(
        project,
        [
            {
                "title": "service client" if n % 50 == 49 else "client service",
                "text": "",
                "published": NOW - timedelta(hours=n),
            }
            for n in range(100)
        ],
    )
    find = DocumentSearch(project.pk, '"service client"')
    first = page(find)
    assert (first.rows, first.count) == ((), (0, True))
    assert first.searched_back_to == made[19].published
    assert page(find, first.next_cursor).count is None
    assert walk(find, 10)[0] == [made[49].pk, made[99].pk]


def test_page_checks_unsearchable_documents_up_to_limit(project, few_checks):
    make_documents(project, 50)
    Document.objects.update(search=None)
    first = page(DocumentSearch(project.pk, "lumen"), size=50)
    assert len(first.rows) == 20 or first.count.capped
    assert len(walk(DocumentSearch(project.pk, "lumen"), 50)[0]) == 50


def test_row_has_mentions_and_spans(project):
    keyword, other = make_keyword(project, "A"), make_keyword(project, "B")
    mention = make_mention(keyword, title="Blue lamp", text="A lamp.")
    make_mention(other, mention.document)
    [row] = page(DocumentSearch(project.pk, "lamp")).rows
    assert [one.keyword for one in row.mentions] == [keyword, other]
    assert (row.title_spans, row.text_spans) == (((5, 9),), ((2, 6),))


def test_since_excludes_older_documents(project):
    make_documents(project, [{"published": NOW - timedelta(days=days)} for days in (1, 5, 9)])
    found = page(DocumentSearch(project.pk, "lumen", since=NOW - timedelta(days=6)))
    assert len(found.rows) == found.count.value == 2
