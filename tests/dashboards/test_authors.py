"""Test the pages of authors: list, page, notes and tags, welcome queue, rules, export and erasure."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.ingest import author_refresh, erasure
from monitoring.models import Author, AuthorCheck, AuthorNote, AuthorSettings, Document
from tests.factories import make_keyword, make_mention, make_mentions

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


def make_author(keyword, name, rows, **fields):
    """Create an author with mentions, counted as the background task does."""
    author = Author.objects.create(project=keyword.project, platform="bluesky", name=name, key=uuid4(), **fields)
    given = {"written_by": author, "author": name, "kind": "post", "platform": "bluesky"}
    make_mentions(keyword, [given | row for row in rows])
    AuthorCheck.objects.create(author=author)
    author_refresh.refresh_authors()
    author.refresh_from_db()
    return author


def page(client, name, project, *arguments, **query):
    response = client.get(reverse(name, args=[project.pk, *arguments]), query)
    assert response.status_code == 200
    return response


def test_list_is_searched_sorted_and_filtered_across_pages(project, keyword, owner, as_person, monkeypatch):
    monkeypatch.setattr("monitoring.insights.authors.author_page.__defaults__", ("", 2))
    make_author(keyword, "Élodie Martin", [{"followers": 10}] * 2)
    make_author(keyword, "Karim Belaïd", [{"sentiment": "negative", "followers": 90}] * 3)
    make_author(keyword, "Inès", [{}])
    client = as_person(owner)
    first = page(client, "authors", project)
    assert [one.name for one in first.context["rows"]] == ["Karim Belaïd", "Élodie Martin"]
    following = client.get(f"{reverse('authors', args=[project.pk])}?{first.context['next_query']}")
    assert [one.name for one in following.context["rows"]] == ["Inès"]

    def names(**query):
        return [one.name for one in page(client, "authors", project, **query).context["rows"]]

    assert names(q="elo") == names(q="mart elodie") == ["Élodie Martin"]
    assert names(label="detractor") == ["Karim Belaïd"]
    assert names(sort="followers") == ["Karim Belaïd", "Élodie Martin"]
    assert names(q="nobody'); --") == names(platform="x") == names(tag="x") == []
    assert len(names(sort="none", label="none", cursor="x.y")) == 2


def test_numbers_of_an_author_equal_the_lists_behind_them(project, keyword, owner, as_person):
    rows = [{"sentiment": "negative", "status": "needs_reply", "engagement": 4}] * 6
    rows += [{"sentiment": "positive", "status": "replied"}] * 5 + [{"status": "ignored"}]
    author = make_author(keyword, "Karim", rows)
    make_mention(keyword, author="Karim")
    client = as_person(owner)
    context = page(client, "author", project, author.pk).context
    facts = context["facts"]
    assert (facts.count, facts.replied, facts.waiting, facts.engagement, facts.split.net) == (11, 5, 6, "4", -9)
    for count, query in [
        (facts.count, facts.query),
        (facts.replied, facts.replied_query),
        (facts.waiting, facts.waiting_query),
        *((count, query) for _name, count, query in facts.keywords),
    ]:
        found = client.get(f"{reverse('mentions', args=[project.pk])}?{query}")
        assert found.context["count"].value == count
    assert sum(row.split.total for row in context["chart"].rows) == 11


def test_net_sentiment_is_hidden_with_few_analyzed_mentions(project, keyword, owner, as_person):
    author = make_author(keyword, "Karim", [{"sentiment": "negative"}] * 9)
    assert page(as_person(owner), "author", project, author.pk).context["facts"].split.net is None


def test_two_people_who_change_one_note_lose_no_text(project, keyword, owner, manager, as_person):
    author = make_author(keyword, "Karim", [{}])
    ada, bob = as_person(owner), as_person(manager)
    ada.post(reverse("author_note_new", args=[project.pk, author.pk]), {"text": "Order 48,213"})
    note = AuthorNote.objects.get()
    change = reverse("author_note_edit", args=[project.pk, author.pk, note.pk])
    assert ada.post(change, {"text": "Order 48,213, Lyon", "version": 1}).status_code == 302
    refused = bob.post(change, {"text": "Prefers email", "version": 1})
    assert refused.status_code == 422 and "Prefers email" in refused.content.decode()
    assert AuthorNote.objects.get().text == "Order 48,213, Lyon"
    empty = bob.post(reverse("author_note_new", args=[project.pk, author.pk]), {"text": " \0"})
    assert empty.status_code == 422


def test_tags_and_mute_from_the_page(project, keyword, owner, as_person):
    author = make_author(keyword, "Karim", [{}] * 2)
    client = as_person(owner)
    client.post(reverse("author_tags", args=[project.pk, author.pk]), {"add": "Client, VIP"})
    client.post(reverse("author_tags", args=[project.pk, author.pk]), {"remove": "vip"})
    shown = page(client, "author", project, author.pk).context
    assert shown["author"].tags == ("client",)
    client.post(reverse("author_mute", args=[project.pk, author.pk]))
    author_refresh.walk_authors()
    assert page(client, "author", project, author.pk).context["facts"].count == 0


def test_welcome_queue_has_new_and_returning_authors_until_they_are_greeted(project, keyword, owner, as_person):
    old = {"published": timezone.now() - timedelta(days=300)}
    make_author(keyword, "Newcomer", [{"title": "First words"}])
    make_author(keyword, "Returning", [old, {}])
    make_author(keyword, "Loyal", [{"published": timezone.now() - timedelta(days=3), "is_backlog": True}, {}])
    make_author(keyword, "Long ago", [old])
    client = as_person(owner)
    rows = page(client, "welcome", project).context["rows"]
    assert {(author.name, is_return) for author, _, is_return, _ in rows} == {("Newcomer", False), ("Returning", True)}
    newcomer = Author.objects.get(name="Newcomer")
    assert (newcomer.documents.get().mentions.get().pk, "First words") in [mention for _, mention, _, _ in rows]
    client.post(reverse("author_greet", args=[project.pk]), {"author": [newcomer.pk, "x", 10**30]})
    assert [author.name for author, *_ in page(client, "welcome", project).context["rows"]] == ["Returning"]
    assert page(client, "authors", project).context["waiting"] == 1


def test_welcome_queue_shows_the_text_of_a_mention_without_title(project, keyword, owner, as_person):
    make_author(keyword, "Newcomer", [{"title": "", "text": "Lovely <i>lamp</i>"}])
    content = page(as_person(owner), "welcome", project).content.decode()
    assert "Lovely &lt;i&gt;" in content


def test_rules_are_changed_by_admins_and_shown_as_sentences(project, owner, manager, as_person):
    values = {name: getattr(AuthorSettings(), name) for name in AuthorSettings.RULES} | {"regular_mentions": 7}
    url = reverse("author_rules", args=[project.pk])
    assert as_person(manager).post(url, values).status_code == 403
    assert as_person(owner).post(url, values | {"days": 0}).status_code == 200
    assert as_person(owner).post(url, values).status_code == 302
    assert "at least 7 mentions in 90 days" in as_person(owner).get(url).content.decode()


def test_export_has_everything_about_one_person_only(project, keyword, owner, manager, as_person):
    author = make_author(keyword, "Karim", [{"title": "From Karim", "text": "Text"}])
    make_author(keyword, "Inès", [{"title": "From Inès"}])
    client = as_person(owner)
    client.post(reverse("author_note_new", args=[project.pk, author.pk]), {"text": "A note"})
    url = reverse("author_export", args=[project.pk, author.pk])
    assert as_person(manager).post(url).status_code == 403
    data = json.loads(b"".join(client.post(url).streaming_content))
    assert data["author"]["name"] == "Karim" and [one["text"] for one in data["notes"]] == ["A note"]
    assert [(one["title"], one["mentions"][0]["keyword"]) for one in data["items"]] == [("From Karim", "Lumen")]


def test_erasure_asks_for_the_name_and_empties_the_pages(project, keyword, owner, manager, as_person):
    author = make_author(keyword, "Karim", [{"title": "From Karim", "text": "Text of Karim"}] * 2)
    client, url = as_person(owner), reverse("author_erase", args=[project.pk, author.pk])
    assert as_person(manager).get(url).status_code == 403
    assert client.post(url, {"name": "karim"}).status_code == 422
    assert client.post(url, {"name": "Karim"}).status_code == 302
    erasure.erase_items(timezone.now())
    assert client.get(url).status_code == 404
    assert "Karim" not in client.get(reverse("author", args=[project.pk, author.pk])).content.decode()
    assert "Karim" not in client.get(reverse("mentions", args=[project.pk])).content.decode()
    assert Document.objects.filter(deleted_at__isnull=False).count() == 2


def test_mention_shows_the_card_of_its_author(project, keyword, owner, as_person):
    author = make_author(keyword, "Karim", [{"sentiment": "negative"}] * 3)
    mention = author.documents.first().mentions.get()
    shown = page(as_person(owner), "mention", project, mention.pk).content.decode()
    card = shown[shown.index('id="author-card"') :]
    assert "3 mentions so far" in card and "Detractor" in card
    assert reverse("author", args=[project.pk, author.pk]) in card


def test_pages_speak_french(project, keyword, owner, as_person):
    owner.language = "fr"
    owner.save()
    author = make_author(keyword, "Karim", [{"sentiment": "negative"}] * 3)
    client = as_person(owner)
    assert "Détracteur" in page(client, "authors", project).content.decode()
    assert "3 mentions" in page(client, "author", project, author.pk).content.decode()
    assert "File d’accueil" in page(client, "welcome", project).content.decode()
