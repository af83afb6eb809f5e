"""Figures of the monitoring in issues: read in drafts, stored at publication, and shown everywhere an issue is."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from tests.factories import make_keyword, make_mention
from tests.pages import words
from tests.workplace.curation.contents import mails
from workplace.curation import figures, issues, items, newsletter


@pytest.fixture
def keyword(project):
    return make_keyword(project, name="Lumen")


@pytest.fixture
def days(collection):
    """Return the first and the last of the seven full days before today, in the zone of the collection."""
    today = timezone.now().astimezone(collection.zone).date()
    return today - timedelta(days=7), today - timedelta(days=1)


@pytest.fixture
def draft(draft, collection, owner, keyword):
    """The draft with a title and the mentions of the last seven days: twelve, and two that are older."""
    noon = timezone.now().astimezone(collection.zone).replace(hour=12, minute=0)
    for number in range(14):
        make_mention(keyword, published=noon - timedelta(days=3 if number < 12 else 20))
    items.add_figure(draft, owner, "mentions", keyword.pk, 7, timezone.now())
    return issues.change_issue(draft, 1, timezone.now(), title="Parcels")


def test_figure_is_added_in_the_editor_and_named(as_person, owner, draft, keyword, path):
    client, page = as_person(owner), path("issue_figure_new", draft.pk)
    response = client.post(page, {"metric": "share_of_voice", "keyword": keyword.pk, "days": 30}, follow=True)
    shown = words(response)
    assert "Figure added." in shown and "Share of voice · Lumen" in shown and "Last 30 days" in shown
    client.post(page, {"metric": "new_authors", "keyword": "", "days": 7})
    assert list(draft.items.order_by("position").values_list("title", flat=True)) == [
        "Mentions · Lumen",
        "Share of voice · Lumen",
        "New authors",
    ]
    item = draft.items.get(metric="mentions")
    changed = {"title": "What people said", "url": "", "comment": "A calm week.", "version": 1}
    client.post(path("issue_item_change", item.pk), changed)
    item.refresh_from_db()
    assert (item.title, item.comment) == ("What people said", "A calm week.")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric": "sales", "days": 7}, "Choose a value from the list."),
        ({"metric": "mentions", "days": 8}, "Choose a value from the list."),
        ({"metric": "mentions", "days": "x"}, "Choose a value from the list."),
        ({"metric": "share_of_voice", "days": 7}, "Select a keyword."),
        ({"metric": "mentions", "days": 7, "keyword": 10**12}, "Select a keyword."),
    ],
)
def test_figure_that_cannot_be_read_is_not_added(as_person, owner, draft, path, fields, message):
    response = as_person(owner).post(path("issue_figure_new", draft.pk), fields, follow=True)
    assert message in words(response) and draft.items.count() == 1


def test_figure_of_another_project_is_refused(as_person, owner, viewer, stranger, draft, path):
    foreign = make_keyword(stranger.projects.get())
    fields = {"metric": "mentions", "days": 7, "keyword": foreign.pk}
    assert "Select a keyword." in words(as_person(owner).post(path("issue_figure_new", draft.pk), fields, follow=True))
    assert as_person(viewer).post(path("issue_figure_new", draft.pk), fields).status_code == 403
    assert as_person(stranger).post(path("issue_figure_new", draft.pk), fields).status_code == 404


def test_issue_has_a_limited_number_of_figures(owner, draft, monkeypatch):
    monkeypatch.setattr(items, "MAX_FIGURES", 1)
    with pytest.raises(ValidationError, match="figure"):
        items.add_figure(draft, owner, "mentions", None, 7, timezone.now())


def test_draft_shows_the_present_figure_and_published_issue_the_stored_one(
    as_person, owner, draft, keyword, days, path
):
    client, page = as_person(owner), path("issue", draft.pk)
    preview = client.get(f"{page}?preview")
    assert '<p class="paper-figure"><b>12</b>' in preview.text
    published = issues.publish(draft, owner, timezone.now())
    stored = {"value": 12, "first": days[0].isoformat(), "last": days[1].isoformat()}
    assert published.items.get().figure == stored
    keyword.delete()
    assert '<p class="paper-figure"><b>12</b>' in client.get(page).text
    issues.unpublish(published, owner, timezone.now())
    assert "Too little data for a figure" in words(client.get(f"{page}?preview"))


def test_share_of_voice_needs_mentions_and_net_sentiment_has_a_sign(draft, owner, keyword, collection):
    for metric in ("share_of_voice", "net_sentiment", "stories", "new_authors"):
        items.add_figure(draft, owner, metric, keyword.pk, 7, timezone.now())
    now = timezone.now()
    found = {
        one.metric: figures.figure_words(one, figures.figure_of(one, collection, now))[0] for one in draft.items.all()
    }
    assert found["share_of_voice"] == "100%" and found["stories"] == "12"
    collection.project.keywords.all().delete()
    item = draft.items.get(metric="share_of_voice")
    assert figures.figure_of(item, collection, now).value is None


def test_figure_is_on_the_page_in_feeds_in_emails_and_embedded(draft, public, owner):
    draft.refresh_from_db()
    issue = issues.publish(draft, owner, timezone.now())
    assert '<p class="paper-figure"><b>12</b>' in Client().get("/curation/lighting/1").text
    embedded = Client().get("/curation/lighting/embed").text
    assert "Mentions · Lumen" in embedded and "<b>12</b>" in embedded
    atom = Client().get("/curation/lighting/feed.atom").content.decode()
    assert "&lt;strong&gt;12&lt;/strong&gt;" in atom
    html = json.loads(Client().get("/curation/lighting/feed.json").content)["items"][0]["content_html"]
    assert "<strong>12</strong>" in html
    newsletter.send_test(issue, owner, timezone.now())
    mail = mails().get()
    assert ">12</div>" in mail.html and "Mentions · Lumen\n12 · " in mail.text
