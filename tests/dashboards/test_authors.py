"""Test the pages of authors: list, page, notes and tags, welcome queue, rules, export and erasure."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.ingest import author_refresh, erasure
from monitoring.models import Author, AuthorCheck, AuthorNote, AuthorSettings, Document
from tests.factories import make_keyword, make_mention, make_mentions, make_source
from workplace.drafts import save_draft
from workplace.saved_replies import create_saved_reply

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
    source, now = make_source(project, title="Forum"), timezone.now()
    negative = {"sentiment": "negative", "status": "needs_reply", "engagement": 4, "source": source}
    rows = [negative] * 5 + [negative | {"engagement": 900, "title": "Best post", "followers": 0}]
    rows += [{"sentiment": "positive", "status": "replied", "followers": 300}] * 4
    rows += [{"sentiment": "positive", "status": "replied", "followers": 200, "published": now - timedelta(days=40)}]
    author = make_author(keyword, "Karim", [*rows, {"status": "ignored", "followers": 10**6}])
    make_mention(keyword, author="Karim")
    client = as_person(owner)
    response = page(client, "author", project, author.pk)
    facts, chart = response.context["facts"], response.context["chart"]
    assert (facts.all.count, facts.replied.count, facts.waiting.count, facts.split.net) == (11, 5, 6, -9)
    assert [(one.name, one.count) for one in facts.sentiments] == [("Positive", 5), ("Negative", 6)]
    assert ("Forum", 6) in [(one.name, one.count) for one in facts.sources]
    assert (facts.engagement, facts.reach.sum, facts.reach.known) == ("153", "1,400", 6)
    assert [(one.title, one.engagement) for one in facts.best][:1] == [("Best post", 900)]
    assert chart.followers[-1].followers == 200 and author.followers in (0, 300)
    links = re.findall(r'mentions\?([^"]*)"[^>]*>(?:<b>)?([\d,]+)(?: mentions)?<', response.content.decode())
    assert len(links) >= 8
    lists = {query.replace("&amp;", "&"): number.replace(",", "") for query, number in links}
    numbers = {facts.engagement_query: "6", facts.reach.query: "6"}  # of the items that the mean and the sum are of
    for query, number in lists.items():
        found = client.get(f"{reverse('mentions', args=[project.pk])}?{query}&counts=1")
        assert str(found.context["count"].value) == numbers.get(query, number), query
    assert sum(row.split.total for row in chart.rows) == 11


def test_counts_in_the_list_link_to_the_mentions_of_each_author(project, keyword, owner, as_person):
    make_author(keyword, "Karim", [{}, {"published": timezone.now() - timedelta(days=200)}])
    make_author(keyword, "Inès", [{}])
    client = as_person(owner)
    for row in page(client, "authors", project).context["rows"]:
        found = client.get(f"{reverse('mentions', args=[project.pk])}?{row.query}&counts=1")
        assert found.context["count"].value == row.mentions
    assert f"?{row.query}".replace("&", "&amp;") in page(client, "authors", project).content.decode()


def test_reach_is_unknown_where_no_source_gives_followers(project, keyword, owner, as_person):
    author = make_author(keyword, "Karim", [{}])
    content = page(as_person(owner), "author", project, author.pk).content.decode()
    assert "Unknown: the sources of this author don’t give followers." in content


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
    assert page(client, "author", project, author.pk).context["facts"].all.count == 0


def test_welcome_queue_has_new_and_returning_authors_until_they_are_greeted(project, keyword, owner, as_person):
    old = {"published": timezone.now() - timedelta(days=300)}
    make_author(keyword, "Newcomer", [{"title": "First words"}])
    make_author(keyword, "Returning", [old, {}])
    make_author(keyword, "Loyal", [{"published": timezone.now() - timedelta(days=3), "is_backlog": True}, {}])
    make_author(keyword, "Long ago", [old])
    client = as_person(owner)
    rows = page(client, "welcome", project).context["rows"]
    assert {(row.author.name, row.is_return) for row in rows} == {("Newcomer", False), ("Returning", True)}
    newcomer = Author.objects.get(name="Newcomer")
    mention_id = newcomer.documents.get().mentions.get().pk
    assert (mention_id, "First words") in [(row.mention_id, row.title) for row in rows]
    client.post(reverse("author_greet", args=[project.pk]), {"author": [newcomer.pk, "x", 10**30]})
    assert [row.author.name for row in page(client, "welcome", project).context["rows"]] == ["Returning"]
    assert page(client, "authors", project).context["waiting"] == 1


def test_reply_from_the_queue_starts_with_the_chosen_saved_reply_in_the_language_of_the_mention(
    project, keyword, owner, manager, viewer, as_person
):
    make_author(keyword, "Karim", [{"language": "fr"}])
    make_author(keyword, "Inès", [{"language": "de"}])
    texts = {"en": "Welcome, {{author}}!", "fr": "Bienvenue, {{author}} !"}
    english, french = (
        create_saved_reply(project, owner, name="Welcome", language=code, text=text) for code, text in texts.items()
    )
    url = reverse("welcome_reply", args=[project.pk])
    assert as_person(viewer).post(url, {"reply": english.pk}).status_code == 403
    client = as_person(manager)
    assert client.post(url, {"reply": "x"}).status_code == 404
    assert client.post(url, {"reply": english.pk}).status_code == 302
    shown = page(client, "welcome", project)
    rows = {row.author.name: row for row in shown.context["rows"]}
    assert {name: row.saved_reply_id for name, row in rows.items()} == {"Karim": french.pk, "Inès": english.pk}
    link = re.search(rf'href="([^"]*saved={french.pk})#reply"', shown.content.decode())[1]
    assert client.get(link).context["answer"].text == "Bienvenue, Karim !"
    document = Document.objects.get(author="Karim")
    save_draft(project, manager, document.pk, "Bienvenue, Karim ! À bientôt", 0)
    assert client.get(link).context["answer"].text == "Bienvenue, Karim ! À bientôt"
    client.post(url, {"reply": ""})
    assert "saved=" not in page(client, "welcome", project).content.decode()


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
    content = page(client, "author", project, author.pk).content.decode()
    assert "Karim" not in content and "data were erased" in content and "canvas" not in content
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
