"""Themes of a project: found from the vectors of its mentions, the same from run to run, and safe at any moment."""

from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from accounts.models import Project
from monitoring.embedding import encoder
from monitoring.ingest import themes
from monitoring.ingest.retention import delete_expired_documents
from monitoring.ingest.themes import delete_old_themes, group_due
from monitoring.insights.filters import MentionFilter
from monitoring.insights.themes import sample_posts
from monitoring.insights.themes import themes as counted
from monitoring.models import Document, DocumentTheme, DocumentVector, Theme, ThemeRun
from tests.factories import make_keyword, make_mentions
from tests.vectors import near, store_vectors

pytestmark = pytest.mark.django_db

TEXTS = {
    1: "Mon colis est en retard de livraison",
    2: "Le design est magnifique dans le salon",
    3: "L’application plante à chaque connexion",
}


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def say(keyword, number, count, start=0, version="test1", **fields):
    """Store mentions about a subject with their vectors."""
    fields = {"title": "", "text": TEXTS[number], "language": "fr", **fields}
    mentions = make_mentions(keyword, [fields] * count)
    documents = [mention.document for mention in mentions]
    store_vectors([(one, near(number, 0.8, start + place)) for place, one in enumerate(documents)], version)
    return documents


@pytest.fixture
def said(keyword):
    return {1: say(keyword, 1, 20), 2: say(keyword, 2, 15), 3: say(keyword, 3, 10)}


def run_again(hours=25):
    group_due(timezone.now() + timedelta(hours=hours))


def members():
    found = {}
    for theme, document in DocumentTheme.objects.values_list("theme", "document"):
        found.setdefault(theme, set()).add(document)
    return found


def names():
    with translation.override("fr"):
        return {theme.pk: theme.name for theme in Theme.objects.order_by("-size")}


def filter_of(keyword, **fields):
    now = timezone.now()
    return MentionFilter(project_id=keyword.project_id, since=now - timedelta(days=7), until=now, **fields)


def test_it_works(keyword, said):
    assert group_due() is False
    assert sorted(map(sorted, members().values())) == sorted(sorted(d.pk for d in one) for one in said.values())
    first, second, third = names().values()
    assert "retard de livraison" in first.lower() and "design" in second.lower() and "plante" in third.lower()
    run = ThemeRun.objects.get()
    assert (run.documents, run.grouped, run.vectors) == (45, 45, 45)


def test_few_vectors_have_no_themes(keyword):
    say(keyword, 1, themes.MIN_DOCUMENTS - 1)
    group_due()
    assert not ThemeRun.objects.exists() and not Theme.objects.exists()


def test_numbers_are_those_of_the_lists(keyword, said):
    group_due()
    say(keyword, 1, 4)
    found = counted(filter_of(keyword))
    assert [one.total.documents for one in found.shown] == [20, 15, 10] and (found.total, found.others) == (49, 4)
    for one in found.shown:
        assert filter_of(keyword, themes=(one.theme.pk,)).document_count == one.total.documents
    posts = sample_posts(filter_of(keyword), [one.theme.pk for one in found.shown])
    assert [len(posts[one.theme.pk]) for one in found.shown] == [3, 3, 3]
    assert all(row.document.pk in members()[theme] for theme, rows in posts.items() for row in rows)


def test_sample_posts_have_different_titles(keyword, said):
    group_due()
    *others, second, first = said[1]
    Document.objects.filter(pk__in=[one.pk for one in others]).update(title="Lamp")
    Document.objects.filter(pk=second.pk).update(title="Shade")
    Document.objects.filter(pk=first.pk).update(title="LAMP")
    pk = DocumentTheme.objects.get(document=first).theme_id
    titles = [row.document.title for row in sample_posts(filter_of(keyword), [pk])[pk]]
    assert sorted(map(str.casefold, titles)) == ["lamp", "shade"]


def test_theme_is_named_after_its_subject_in_each_language(keyword):
    """With the real encoder: the posts of two themes, of which one is clearly about a frequent subject."""
    late = [f"Toujours rien reçu, ma livraison a {days} jours de retard" for days in range(3, 25)]
    bulbs = [f"Culot E{size} ou B22 pour la lampe du bureau numéro {size} ?" for size in range(3, 25)]
    mentions = make_mentions(keyword, [{"title": "", "text": text, "language": "fr"} for text in late + bulbs])
    loaded = encoder.load()
    vectors = loaded.encode([mention.document.text for mention in mentions]).vectors
    store_vectors(zip([mention.document for mention in mentions], vectors, strict=True), loaded.version)
    group_due()
    theme = DocumentTheme.objects.get(document=mentions[0].document).theme
    assert theme.subject == "late_delivery" and theme.name == "Late delivery"
    with translation.override("fr"):
        assert theme.name == "Livraison en retard"
    assert not Theme.objects.exclude(pk=theme.pk).filter(subject="late_delivery").exists()
    Theme.objects.update(version="older")  # as after an upgrade of the encoder
    DocumentVector.objects.update(version="older")
    run_again()
    assert Theme.objects.get(pk=theme.pk).subject == "late_delivery"


def test_themes_keep_their_ids_and_names(keyword, said):
    group_due()
    before = names()
    Theme.objects.filter(pk=list(before)[1]).update(given_name="Compliments")
    say(keyword, 3, 30, start=50)
    run_again()
    assert names() == before | {list(before)[1]: "Compliments"}
    assert len(members()[list(before)[2]]) == 40


def test_a_new_subject_is_a_new_theme(keyword, said):
    group_due()
    before = names()
    say(keyword, 1, 20, start=30, title="", text="La facture est fausse")
    documents = make_mentions(keyword, [{"title": "", "text": "Le remboursement est refusé", "language": "fr"}] * 12)
    store_vectors([(one.document, near(8, 0.8, place)) for place, one in enumerate(documents)])
    run_again()
    (new,) = names().keys() - before.keys()
    assert "remboursement" in names()[new].lower()


def test_a_theme_that_is_gone_stays_and_comes_back(keyword, said):
    group_due()
    gone = list(names())[2]
    pks = [document.pk for document in said[3]]
    vectors = list(DocumentVector.objects.filter(document__in=pks))
    DocumentVector.objects.filter(document__in=pks).delete()
    say(keyword, 1, 1, start=60)
    run_again()
    assert Theme.objects.get(pk=gone).size == 0 and gone in members(), "documents without a vector keep their theme"
    DocumentVector.objects.bulk_create(vectors)
    run_again(50)
    assert Theme.objects.get(pk=gone).size == 10


def test_another_encoder_finds_the_same_themes(keyword, said):
    group_due()
    before = names()
    for number, documents in said.items():
        store_vectors([(one, near(number + 100, 0.8, place)) for place, one in enumerate(documents)], "test2")
    say(keyword, 1, 1, start=70, version="test1")
    run_again()
    assert names() == before


def test_a_run_is_due_once_a_day_or_after_many_mentions(keyword, said):
    group_due()
    at = ThemeRun.objects.get().grouped_at
    run_again()
    assert ThemeRun.objects.get().grouped_at == at, "nothing is new"
    say(keyword, 1, 1, start=80)
    run_again(1)
    assert ThemeRun.objects.get().grouped_at == at, "one is new"
    say(keyword, 1, themes.MIN_DOCUMENTS, start=90)
    group_due(timezone.now())
    assert ThemeRun.objects.get().grouped_at == at, "just done"
    run_again(1)
    assert ThemeRun.objects.get().grouped_at > at


def test_a_second_worker_discards_what_it_found(keyword, said):
    (due,) = themes._due_projects(timezone.now())
    themes._group(due, timezone.now())
    before = members()
    themes._group(due, timezone.now() + timedelta(hours=1))
    assert members() == before and Theme.objects.count() == 3


def test_a_deleted_document_leaves_its_theme(keyword, said):
    group_due()
    Document.objects.update(fetched_at=timezone.now() - timedelta(days=1000))
    keyword.mentions.filter(document__in=said[3]).delete()
    delete_expired_documents()
    assert sorted(map(len, members().values())) == [15, 20]


def test_old_themes_are_deleted_with_their_rows(keyword, said):
    group_due()
    delete_old_themes(timezone.now() + timedelta(days=59))
    assert Theme.objects.count() == 3
    delete_old_themes(timezone.now() + timedelta(days=61))
    assert not Theme.objects.exists() and not DocumentTheme.objects.exists()


def test_projects_have_their_own_themes(keyword, said):
    other = make_keyword(Project.objects.create(name="Other"))
    say(other, 2, 40)
    say(other, 1, 20)
    assert group_due() is True and group_due() is False
    assert sorted(one.total.documents for one in counted(filter_of(keyword)).shown) == [10, 15, 20]
    assert [one.total.documents for one in counted(filter_of(other)).shown] == [40, 20]
    elsewhere = Theme.objects.filter(project=other.project).first()
    f = MentionFilter.from_query(keyword.project, {"theme": str(elsewhere.pk)}, timezone.now(), UTC)
    assert f.themes == () and f.problems


@pytest.mark.django_db(transaction=True)
def test_documents_that_are_being_deleted_are_not_waited_for(keyword, said):
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM monitoring_document WHERE id = %s FOR UPDATE", [said[1][0].pk])
        group_due()
        assert said[1][0].pk not in set().union(*members().values()) and ThemeRun.objects.get().grouped == 45
    finally:
        other.rollback()
        other.close()
