"""Every number of the overview equals the length of the list it links to, for random rows and filters."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from monitoring.insights import mentions
from monitoring.insights.breakdown import breakdown, keyword_lines, subject_of
from monitoring.insights.profile import profile
from monitoring.insights.terms import distinctive_terms
from monitoring.insights.urgency import queue
from tests.monitoring.insights.random_project import NOW, build, choice, documents, expected, filter_of

pytestmark = pytest.mark.django_db
random_projects = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
LABELS = ("negative", "neutral", "positive", "uncertain")


def subject(documents, chosen):
    random_project = build(documents)
    return random_project, subject_of(filter_of(random_project, chosen), random_project.keywords).f


def count(f):
    return mentions.count(f).value


@random_projects
@given(documents=documents, chosen=choice)
def test_breakdown_equals_lists_of_its_buckets(documents, chosen):
    _, f = subject(documents, chosen)
    found = breakdown(f)
    assert (found.total.documents, found.before.documents) == (count(f), count(f.previous()))
    spans = list(pairwise([f.since, *found.starts[1:], f.until]))
    # An empty bucket has an empty list: one list for all of them is enough.
    for (since, until), tally in zip(spans, found.tallies, strict=True):
        part = f.replace(since=since, until=until)
        if not tally.documents and since < until:
            continue
        assert count(part) == tally.documents
        for label in LABELS:
            if not f.sentiments or label in f.sentiments:
                assert count(part.replace(sentiments=(label,))) == getattr(tally.split, label)


@random_projects
@given(documents=documents, chosen=choice)
def test_keyword_lines_equal_lists_of_keywords(documents, chosen):
    random_project, f = subject(documents, chosen)
    for line in keyword_lines(f, random_project.keywords):
        own = f.replace(keywords=(line.keyword.pk,))
        assert (line.total, line.before) == (count(own), count(own.previous()))


@random_projects
@given(documents=documents, chosen=choice)
def test_profile_equals_lists_of_sources_and_authors(documents, chosen):
    random_project, f = subject(documents, chosen)
    found = profile(f)
    rows = {row.document_id: row for row in expected(random_project, f)}.values()
    local = [row.published.astimezone(f.zone) for row in rows]
    cells = Counter((at.weekday(), at.hour) for at in local)
    assert found.heat == tuple(tuple(cells[day, hour] for hour in range(24)) for day in range(7))
    for row in found.sources:
        if not f.sources or row.key in f.sources:
            assert count(f.replace(sources=(row.key,))) == row.tally.documents
    for row in found.authors:
        assert count(f.replace(author=row.key)) == row.tally.documents
    assert len(found.authors) == len({row.author for row in rows} - {""})


@random_projects
@given(documents=documents, chosen=choice)
def test_terms_of_a_whole_sample_equal_lists_of_their_searches(documents, chosen):
    _, f = subject(documents, chosen)
    found = distinctive_terms(f)
    if not f.q:
        for term in found.words:
            assert count(f.replace(q=term.word)) == term.documents


@random_projects
@given(documents=documents, chosen=choice)
def test_queue_equals_list_of_what_needs_reply(documents, chosen):
    random_project, f = subject(documents, chosen)
    waiting = f.replace(statuses=("needs_reply",))
    found = queue(f, NOW)
    assert found.total == len(found.waiting) == count(waiting)
    assert {one.document_id for one in found.waiting} == {row.document_id for row in expected(random_project, waiting)}
