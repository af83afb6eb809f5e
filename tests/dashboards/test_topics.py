"""Watched keywords: the list, the form that points at mistakes, one keyword's page."""

import html
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboards.forms import caret
from monitoring.models import Topic
from tests.dashboards.conftest import words
from tests.factories import make_document, make_documents, make_mention, make_mentions, make_source, make_topic

FORM = {"name": "Maison Lumen", "kind": "brand", "query": '"maison lumen" OR lumen'}


@pytest.fixture(autouse=True)
def in_english(manager):
    manager.language = "en"
    manager.save()


def test_a_new_keyword_is_matched_against_what_was_kept(as_person, manager, at, project):
    make_document(project, title="La Maison Lumen ouvre")
    make_document(project, title="Autre chose", text="Rien")
    client = as_person(manager)
    page = client.post(at("topic_new"), FORM, follow=True)
    topic = Topic.objects.get()
    assert page.redirect_chain == [(at("topic", topic.pk), 302)]
    assert "“Maison Lumen” is watched from now on." in words(page)
    assert topic.mentions.count() == 1


def test_a_query_that_cannot_be_read_is_pointed_at(as_person, manager, at):
    page = as_person(manager).post(at("topic_new"), {**FORM, "query": "lumen (lampe OR"})
    assert Topic.objects.count() == 0
    text = html.unescape(page.content.decode())
    assert '<pre class="caret"' in text and 'aria-invalid="true"' in text
    assert "lumen (lampe OR</textarea>" in text


def test_a_mistake_is_told_once_and_not_again_by_the_check_beside(as_person, manager, at):
    client = as_person(manager)
    refused = client.post(at("topic_new"), {**FORM, "query": "lumen ("}).content.decode()
    assert refused.count('class="caret"') == 1 and "change from:#id_languages, load" not in refused
    assert "change from:#id_languages, load" not in client.get(at("topic_new")).content.decode()
    assert "change from:#id_languages, load" in client.get(at("topic_new") + "?query=lumen").content.decode()


def test_a_new_keyword_can_begin_with_a_query(as_person, manager, at):
    page = as_person(manager).get(at("topic_new"), {"query": '"maison lumen" -"x"', "name": "Maison"})
    assert page.context["form"]["query"].value() == '"maison lumen" -"x"'
    assert page.context["form"]["name"].value() == "Maison"


def test_a_hyphen_with_nothing_after_it_is_no_advice(as_person, manager, at):
    person = as_person(manager)
    assert "Try: -lampe" in words(person.post(at("topic_new"), {**FORM, "query": "lumen - lampe"}))
    assert "Try:" not in words(person.post(at("topic_new"), {**FORM, "query": "lumen -"}))


def test_a_caret_stands_under_the_mistake_of_its_line():
    shown = caret("one\ntwo (three\nfour", 8, 1)
    assert (shown.before, shown.wrong, shown.after) == ("two ", "(", "three")
    assert shown.pointer == "    ^"


@pytest.mark.parametrize(("query", "position", "length"), [("", 0, 0), ("lamp", 4, 1), ("lamp", 9, 3), ("a\n", 2, 1)])
def test_a_mistake_at_the_end_still_has_a_caret(query, position, length):
    shown = caret(query, position, length)
    assert "^" in shown.pointer
    assert (shown.before + shown.wrong + shown.after).rstrip() == query.split("\n")[-1]


def test_a_name_is_taken_once_whatever_its_case(as_person, manager, at, project):
    make_topic(project, "maison lumen")
    page = as_person(manager).post(at("topic_new"), FORM)
    assert "Another keyword of this project has this name" in words(page)


def test_a_changed_keyword_is_saved(as_person, manager, at, project):
    topic = make_topic(project, "Lumen", "lumen")
    client = as_person(manager)
    assert "lumen</textarea>" in client.get(at("topic_edit", topic.pk)).content.decode()
    client.post(at("topic_edit", topic.pk), {**FORM, "languages": ["fr"], "kind": "subject"})
    topic.refresh_from_db()
    assert (topic.name, topic.kind, topic.query, topic.languages) == ("Maison Lumen", "subject", FORM["query"], ["fr"])


def check(client, at, query, topic=None, **fields):
    address = at("topic_check") + (f"?topic={topic.pk}" if topic else "")
    return client.post(address, {"query": query, **fields}, headers={"HX-Request": "true"})


def test_while_typing_one_sees_what_would_be_found(as_person, manager, at, project):
    make_document(project, title="Lumen <b>shines</b>", text="A lamp", language="en")
    make_document(project, title="Lumen brille", text="Une lampe", language="fr")
    client = as_person(manager)
    found = check(client, at, "lumen").content.decode()
    assert "<b>2</b> items match." in found and "In 2 kept items, nearly all published since" in found
    assert "<mark>Lumen</mark> &lt;b&gt;shines" in found
    assert "matches a day: at most 2" in found and 'class="spark"' in found
    assert "<b>1</b> item matches." in check(client, at, "lumen", languages=["fr"]).content.decode()
    assert "Nothing matches." in words(check(client, at, "halo"))
    assert "appears here while you type" in check(client, at, " ").content.decode()


def test_a_mistake_is_shown_at_the_query_and_the_last_answer_stays(as_person, manager, at):
    answer = check(as_person(manager), at, "lumen (")
    assert answer["HX-Reswap"] == "none"
    at_query = answer.content.decode().partition('id="query-problem" hx-swap-oob="innerHTML"')[2]
    assert 'class="caret"' in at_query and 'class="error"' in at_query
    assert "HX-Reswap" not in check(as_person(manager), at, "lumen")


def test_what_the_form_would_refuse_is_not_tried_out(as_person, manager, at, project):
    make_document(project)
    client = as_person(manager)
    too_long = check(client, at, "lumen OR " * 1200 + "lumen")
    assert too_long["HX-Reswap"] == "none" and "at most 10000 characters" in words(too_long)
    assert check(client, at, "lumen", languages=["\0"]).status_code == 200


def test_an_edit_says_what_it_adds_and_removes(as_person, manager, at, project):
    make_document(project, title="Lumen brille", text="")
    make_document(project, title="Halo brille", text="")
    topic = make_topic(project, "Lumen", "lumen")
    client = as_person(manager)
    text = words(check(client, at, "halo", topic))
    assert "This edit adds 1 item. + Halo brille" in text and "It removes 1 item. − Lumen brille" in text
    assert "This edit" not in words(check(client, at, "lumen", topic))
    assert "The same items match" in words(check(client, at, "lumen OR lumen*", topic))


def test_another_projects_keyword_is_no_saved_version(as_person, manager, at, stranger):
    other = make_topic(stranger.memberships.get().project, "Secret", "secret")
    assert check(as_person(manager), at, "lumen", other).status_code == 404


def test_a_term_beside_is_a_button_that_leaves_it_out(as_person, manager, at, project):
    make_documents(project, [{"title": "Lumen", "text": "ampoule" if n % 2 else ""} for n in range(8)])
    make_documents(project, [{"title": "Halo", "text": ""} for _ in range(30)])
    shown = check(as_person(manager), at, "lumen OR halogène").content.decode()
    assert 'data-term="-ampoule" data-query="(lumen OR halogène) -ampoule"' in shown and "in 4 of 8" in shown
    plain = as_person(manager).post(at("topic_new"), {**FORM, "query": "lumen", "preview": "1"})
    assert "−ampoule in 4 of 8" in words(plain) and "data-term" not in plain.content.decode()
    assert not Topic.objects.exists()


def test_a_keyword_is_paused_and_resumed(as_person, manager, at, project):
    topic = make_topic(project, "Lumen")
    client = as_person(manager)
    assert "“Lumen” is paused." in words(client.post(at("topic_pause", topic.pk), {"paused": "1"}, follow=True))
    topic.refresh_from_db()
    assert topic.is_paused
    client.post(at("topic_pause", topic.pk), {"paused": "0"})
    topic.refresh_from_db()
    assert not topic.is_paused


def test_deleting_asks_once_and_says_what_goes_with_it(as_person, manager, at, project):
    topic = make_topic(project, "Lumen")
    make_mentions(topic, 3)
    client = as_person(manager)
    assert "Its 3 mentions go with it" in words(client.get(at("topic_delete", topic.pk)))
    assert Topic.objects.exists()
    client.post(at("topic_delete", topic.pk))
    assert not Topic.objects.exists()


def test_the_list_counts_the_last_thirty_days_and_the_thirty_before(as_person, viewer, at, project):
    topic = make_topic(project, "Lumen")
    for days in (0, 3, 40):
        make_mention(topic, published=timezone.now() - timedelta(days=days))
    [row] = as_person(viewer).get(at("topics")).context["rows"]
    assert tuple(row["change"]) == (2, 1)
    assert len(row["spark"].split()) == 30


def test_the_page_of_a_keyword_shows_its_numbers_only(as_person, viewer, at, project):
    topic, other = make_topic(project, "Lumen"), make_topic(project, "Halo", "halo")
    source = make_source(project, title="Le Phare")
    make_mention(topic, title="Lumen shines", source=source)
    make_mention(other, title="Halo fades")
    page = as_person(viewer).get(at("topic", topic.pk))
    assert page.context["change"].now == 1
    text = words(page)
    assert "Lumen shines" in text and "Le Phare 1" in text and "Halo fades" not in text


def test_an_unfinished_look_back_is_told_until_it_is_done(as_person, viewer, at, project, read):
    first, *_ = make_documents(project, 10)
    topic = make_topic(project, backfilled_to=first.pk + 6)
    make_mention(topic, first)
    client = as_person(viewer)
    address = at("topic_progress", topic.pk)
    page = client.get(at("topic", topic.pk))
    assert "looking through the items it kept: 40 % done. 1 mention found so far." in words(page)
    assert 'aria-valuenow="40"' in page.content.decode() and f'hx-get="{address}"' in page.content.decode()
    assert "40 % of the kept items looked through." in read(client, at("topics"))
    assert 'hx-trigger="every 2s"' in client.get(address + "?brief").content.decode()
    Topic.objects.update(backfilled_to=None)
    for asked in (address, address + "?brief"):
        done = client.get(asked)
        assert "1 mention found." in words(done) and "hx-trigger" not in done.content.decode()
    assert "looked through" not in read(client, at("topic", topic.pk)) + read(client, at("topics"))


def test_the_look_back_of_a_paused_keyword_is_not_under_way(as_person, viewer, at, project):
    topic = make_topic(project, backfilled_to=5, is_paused=True)
    assert 'role="progressbar"' not in as_person(viewer).get(at("topic", topic.pk)).content.decode()
    assert 'role="progressbar"' not in as_person(viewer).get(at("topics")).content.decode()


def test_a_viewer_reads_keywords_and_changes_none(as_person, viewer, at, project):
    topic = make_topic(project, "Lumen")
    client = as_person(viewer)
    assert at("topic_edit", topic.pk) not in client.get(at("topic", topic.pk)).content.decode()
    for name in ("topic_edit", "topic_pause", "topic_delete"):
        assert client.post(at(name, topic.pk), FORM).status_code == 403


def test_the_pages_cost_the_same_however_many_keywords(as_person, viewer, at, project, queries):
    client, topic = as_person(viewer), make_topic(project)
    make_mention(topic, source=make_source(project))
    few = queries(client, at("topics")), queries(client, at("topic", topic.pk))
    for _ in range(9):
        make_mentions(make_topic(project), [{"source": make_source(project)} for _ in range(3)])
    make_mentions(topic, [{"source": make_source(project)} for _ in range(9)])
    many = queries(client, at("topics")), queries(client, at("topic", topic.pk))
    # With one keyword alone there are no stories that two of them share, and no look for them.
    assert many[0] <= few[0] + 1 <= 16 and many[1] == few[1] <= 23
