"""Items that are probably noise: the view of the inbox, the hint in the reading pane, and its two decisions."""

import re

import pytest

from monitoring.models import Mention, RelevanceScore, RelevanceState, Triage
from tests.factories import make_keyword, make_mention, make_mentions
from tests.relevance import suggest_as_noise, use_new_version

HTMX = {"HX-Request": "true"}


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Orchard", "orchard")


@pytest.fixture
def suggest(project, keyword):
    """Return `suggest(*mentions)`: suggest them as noise, similar to an ignored and to a relevant item."""
    ignored = make_mention(keyword, title="Apple picking", status="ignored")
    kept = make_mention(keyword, title="Late meal kit", status="replied")
    version = use_new_version(project)

    def suggest(*mentions, is_noise=True):
        documents = [mention.document for mention in mentions]
        suggest_as_noise(documents, version, ignored.document_id, kept.document_id, is_noise)

    return suggest


def views(client, project, query=""):
    html = client.get(f"/p/{project.pk}/mentions?counts=1&{query}").content.decode()
    found = re.findall(r'<a class="view"[^>]*>.*?<span>([^<]+)</span>(?:<span class="view-n">([^<]+)</span>)?', html)
    return dict(found)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", "", response.content.decode()).split())


def test_inbox_has_a_view_of_what_is_probably_noise(project, viewer, keyword, suggest, as_person):
    one, two, other = make_mentions(keyword, [{"title": title} for title in ("Pruning", "Grafting", "Zucchini")])
    suggest(one, two)
    suggest(other, is_noise=False)
    client = as_person(viewer)

    assert views(client, project)["Probably noise"] == "2"
    shown = views(client, project, "probably=noise&status=to_review")
    assert (shown["Probably noise"], shown["To review"], shown["Replied"]) == ("2", "3", "1")
    html = client.get(f"/p/{project.pk}/mentions?probably=noise&status=to_review").content.decode()
    assert "Pruning" in html and "Grafting" in html and "Zucchini" not in html
    assert html.count('aria-current="page"') >= 1


def test_inbox_has_no_view_of_noise_without_suggestions(project, viewer, keyword, suggest, as_person):
    make_mention(keyword)

    assert "Probably noise" not in views(as_person(viewer), project)


def test_suggestion_ends_when_suggestions_are_turned_off_or_the_item_is_decided(
    project, viewer, keyword, suggest, as_person
):
    one, two = make_mentions(keyword, 2)
    suggest(one, two)
    client = as_person(viewer)
    Mention.objects.filter(pk=one.pk).update(status="needs_reply")
    assert views(client, project)["Probably noise"] == "1"

    RelevanceState.objects.update(learns=False)

    assert "Probably noise" not in views(client, project)


def test_reading_pane_says_why_and_offers_both_decisions(project, manager, keyword, suggest, as_person):
    mention = make_mention(keyword, title="Pruning")
    suggest(mention)
    manager.language = "en"
    manager.save()

    response = as_person(manager).get(f"/p/{project.pk}/mentions/{mention.pk}", headers=HTMX)

    text, html = text_of(response), response.content.decode()
    assert "Similar to “Apple picking”, which your team ignored." in text
    assert "The most similar relevant item: “Late meal kit”." in text
    assert 'data-action="confirm_noise"' in html and 'data-action="mark_relevant"' in html


def test_viewer_sees_the_reason_without_the_decisions(project, viewer, keyword, suggest, as_person):
    mention = make_mention(keyword, title="Pruning")
    suggest(mention)

    html = as_person(viewer).get(f"/p/{project.pk}/mentions/{mention.pk}").content.decode()

    assert "Apple picking" in html and 'data-action="confirm_noise"' not in html


def test_hint_works_when_its_examples_are_gone(project, viewer, keyword, suggest, as_person):
    mention = make_mention(keyword, title="Pruning")
    suggest(mention)
    RelevanceScore.objects.update(like_noise=1, like_kept=2)

    html = as_person(viewer).get(f"/p/{project.pk}/mentions/{mention.pk}").content.decode()

    assert 'class="note"' in html
    assert "Apple picking" not in html


def test_item_that_is_not_suggested_has_no_hint(project, manager, keyword, suggest, as_person):
    mention, decided = make_mentions(keyword, [{"title": "Box"}, {"title": "Old", "status": "replied"}])
    suggest(mention, is_noise=False)
    suggest(decided)
    client = as_person(manager)

    for one in (mention, decided):
        assert 'data-action="confirm_noise"' not in client.get(f"/p/{project.pk}/mentions/{one.pk}").content.decode()


@pytest.mark.parametrize(
    ("fields", "status", "reason", "is_relevant"),
    [
        ({"status": "ignored", "reason": "off_topic", "expected": "to_review"}, "ignored", "off_topic", None),
        ({"relevant": "true", "expected": ""}, "to_review", "", True),
    ],
)
def test_decision_takes_the_item_out_of_the_view(
    project, manager, keyword, suggest, as_person, at, fields, status, reason, is_relevant
):
    mention = make_mention(keyword, title="Pruning")
    suggest(mention)
    client = as_person(manager)

    response = client.post(at("mention_change"), {"id": mention.pk, **fields}, headers=HTMX)

    assert response.status_code == 200
    mention.refresh_from_db()
    stored = Triage.objects.get(document=mention.document)
    assert (mention.status, stored.reason, stored.is_relevant) == (status, reason, is_relevant)
    assert "Probably noise" not in views(client, project)


def test_kept_item_can_be_withdrawn_and_another_value_is_refused(project, manager, keyword, suggest, as_person, at):
    mention = make_mention(keyword, title="Pruning")
    suggest(mention)
    client = as_person(manager)
    client.post(at("mention_change"), {"id": mention.pk, "relevant": "true", "expected": ""}, headers=HTMX)

    client.post(at("mention_change"), {"id": mention.pk, "relevant": "", "expected": "true"}, headers=HTMX)
    assert Triage.objects.get(document=mention.document).is_relevant is None
    client.post(at("mention_change"), {"id": mention.pk, "relevant": "perhaps"}, headers=HTMX)
    assert Triage.objects.get(document=mention.document).is_relevant is None
