"""Decisions about items teach a project what is noise; what awaits review is scored, and nothing is hidden."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ActivityEntry, Project
from monitoring.enrichment import fit_relevance, score_relevance
from monitoring.enrichment.fit_relevance import PAUSE, refit_relevance, set_learning, use_version
from monitoring.enrichment.relevance_lesson import decisions_of
from monitoring.enrichment.score_relevance import score_waiting
from monitoring.ingest.deletions import blank_documents
from monitoring.models import (
    Document,
    Mention,
    RelevanceScore,
    RelevanceState,
    RelevanceVersion,
    Triage,
)
from monitoring.models.relevance import suggested_noise
from monitoring.services import triage
from monitoring.services.corrections import correct_sentiment
from monitoring.services.mention_tags import normal_tags
from monitoring.services.triage_operations import AddTags, SetRelevant
from tests.factories import make_keyword, make_mention, make_mentions
from tests.monitoring.relevance.posts import read_posts
from tests.racing import race
from tests.vectors import VERSION, near, store_vectors

KEPT, NOISE = "replied", "ignored"


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="orchard")


def decide(project, user, keyword, decisions=120):
    """Make mentions of the labeled posts, decide the first ones, and return the others."""
    posts = read_posts("orchard")
    order = np.random.default_rng(0).permutation(len(posts.texts))
    mentions = make_mentions(keyword, [{"title": "", "text": posts.texts[number]} for number in order])
    labeled = list(zip(mentions, posts.is_noise[order].tolist(), strict=True))
    for kind, status in ((True, NOISE), (False, KEPT)):
        triage.set_status(project, user, [one.pk for one, noise in labeled[:decisions] if noise == kind], status)
    return labeled[decisions:]


def suggested(project):
    return set(suggested_noise(project.pk).values_list("document_id", flat=True))


def learn(now=None):
    now = now or timezone.now()
    refit_relevance(now)
    while score_waiting(now):
        pass


def test_waiting_documents_are_suggested_as_noise_after_decisions(project, manager, keyword):
    waiting = decide(project, manager, keyword)

    learn()

    version = RelevanceState.objects.get(project=project).version
    assert version.is_better and version.encoder == ""
    assert (version.decisions, version.number) == (120, 1)
    assert len(version.noise_ids) + len(version.kept_ids) == 120
    noise = {mention.document_id for mention, is_noise in waiting if is_noise}
    found = suggested(project)
    assert found and len(found & noise) / len(found) > 0.7
    assert RelevanceScore.objects.count() == len(waiting)
    assert {one.status for one in Mention.objects.filter(document_id__in=found)} == {"to_review"}
    for score in RelevanceScore.objects.all():
        assert score.like_noise in version.noise_ids
        assert score.like_kept in version.kept_ids


def test_few_decisions_teach_nothing(project, manager, keyword):
    decide(project, manager, keyword, decisions=20)

    learn()

    assert not RelevanceVersion.objects.exists()
    assert RelevanceState.objects.get(project=project).version is None
    assert not RelevanceScore.objects.exists()


def test_version_that_does_not_help_is_stored_and_not_used(project, manager, keyword):
    mentions = make_mentions(keyword, [{"title": "", "text": f"orchard {number}"} for number in range(40)])
    for status in (NOISE, KEPT):
        triage.set_status(project, manager, [one.pk for one in mentions[status == KEPT :: 2]], status)
    make_mention(keyword, title="", text="orchard 41")

    learn()

    assert [one.is_better for one in RelevanceVersion.objects.all()] == [False]
    assert RelevanceState.objects.get(project=project).version is None
    assert not suggested(project)


def test_next_fit_waits_for_new_decisions_and_a_pause(project, manager, keyword):
    waiting = decide(project, manager, keyword)
    now = timezone.now()
    refit_relevance(now)
    refit_relevance(now + 2 * PAUSE)
    assert RelevanceVersion.objects.count() == 1

    triage.set_status(project, manager, [waiting[0][0].pk], NOISE)
    refit_relevance(now + PAUSE / 2)
    assert RelevanceVersion.objects.count() == 1
    RelevanceState.objects.update(fitted_at=now - 2 * PAUSE)
    refit_relevance(now)

    assert RelevanceVersion.objects.count() == 2
    assert RelevanceVersion.objects.latest("number").decisions == 121


def test_change_that_is_no_other_decision_makes_no_version(project, manager, keyword):
    decide(project, manager, keyword)
    now = timezone.now()
    refit_relevance(now)
    replied = Mention.objects.filter(status=KEPT).first()
    triage.change(project, manager, [replied.pk], AddTags(normal_tags(["late"])))
    RelevanceState.objects.update(fitted_at=now - 2 * PAUSE)

    refit_relevance(now)

    assert RelevanceVersion.objects.count() == 1
    assert RelevanceState.objects.get(project=project).version.number == 1


@pytest.mark.parametrize(
    ("status", "reason", "is_noise"),
    [
        ("ignored", "", True),
        ("ignored", "spam", True),
        ("ignored", "off_topic", True),
        ("ignored", "resolved", False),
        ("ignored", "no_reply", False),
        ("ignored", "other", None),
        ("needs_reply", "", False),
        ("replied", "", False),
    ],
)
def test_decision_is_read_from_status_and_reason(project, manager, keyword, status, reason, is_noise):
    mention = make_mention(keyword)
    triage.set_status(project, manager, [mention.pk], status, reason=reason)

    assert [one.is_noise for one in decisions_of(project)] == ([] if is_noise is None else [is_noise])


def test_tagged_corrected_and_relevant_items_are_kept(project, manager, keyword):
    tagged, corrected, relevant, back = make_mentions(keyword, 4)
    triage.change(project, manager, [tagged.pk], AddTags(["late"]))
    correct_sentiment(project, manager, [corrected.pk], "negative")
    triage.change(project, manager, [relevant.pk], SetRelevant(True))
    triage.set_status(project, manager, [back.pk], NOISE)
    triage.set_status(project, manager, [back.pk], "to_review")

    decisions = {one.document_id: one.is_noise for one in decisions_of(project)}

    assert decisions == dict.fromkeys([one.document_id for one in (tagged, corrected, relevant)], False)


def test_kept_item_is_not_suggested_and_undo_suggests_it_again(project, manager, keyword):
    decide(project, manager, keyword)
    learn()
    document_id = min(suggested(project))
    [mention] = Mention.objects.filter(document_id=document_id)

    change = triage.change(project, manager, [mention.pk], SetRelevant(True))
    assert document_id not in suggested(project)
    assert Triage.objects.get(pk=document_id).is_relevant

    triage.undo(project, manager, change.entry_id)
    assert document_id in suggested(project)


def test_later_mentions_and_late_vectors_are_scored(project, manager, keyword):
    decide(project, manager, keyword)
    now = timezone.now()
    learn(now)
    later = make_mention(keyword, title="", text="apple picking at the orchard", found_at=now + timedelta(minutes=1))

    score_waiting(now + timedelta(minutes=2))

    assert RelevanceScore.objects.filter(document=later.document_id).exists()


@pytest.mark.django_db(transaction=True)
def test_locked_document_stops_no_other_and_is_scored_later(project, manager, keyword, monkeypatch):
    waiting = [mention.document_id for mention, _is_noise in decide(project, manager, keyword)]
    Mention.objects.update(found_at=timezone.now() - timedelta(days=3))
    monkeypatch.setattr(score_relevance, "BATCH", 4)
    now = timezone.now()
    refit_relevance(now)
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=waiting[-1])
        race(lambda: score_waiting(now, budget_s=60))
    assert set(RelevanceScore.objects.values_list("document_id", flat=True)) == set(waiting[:-1])

    score_waiting(now)

    assert RelevanceScore.objects.filter(document=waiting[-1]).exists()


def test_edited_item_is_scored_again_within_the_hour(project, manager, keyword):
    decide(project, manager, keyword)
    Mention.objects.update(found_at=timezone.now() - timedelta(days=3))
    now = timezone.now()
    learn(now)
    edited = min(suggested(project))
    RelevanceScore.objects.filter(document=edited).delete()  # as an edit does

    score_waiting(now + timedelta(hours=1))

    assert edited in suggested(project)


def test_vectors_are_used_if_the_decided_documents_have_them(project, manager, keyword):
    mentions = make_mentions(keyword, [{"title": "", "text": f"only{number}"} for number in range(80)])
    pairs = [(one.document, near(number % 2, 0.9, number)) for number, one in enumerate(mentions)]
    store_vectors(pairs[:-2])
    for kind, status in ((0, NOISE), (1, KEPT)):
        triage.set_status(project, manager, [one.pk for one in mentions[kind:60:2]], status)

    learn()

    assert RelevanceState.objects.get(project=project).version.encoder == VERSION
    assert suggested(project) == {one.document_id for one in mentions[60:78:2]}
    assert not RelevanceScore.objects.filter(document=mentions[78].document_id).exists()
    store_vectors(pairs[-2:])
    score_waiting(timezone.now())
    assert mentions[78].document_id in suggested(project)


def test_documents_of_other_projects_teach_nothing(project, manager, keyword, stranger):
    decide(project, manager, keyword)
    other = Project.objects.create(name="Other")
    mention = make_mention(make_keyword(other), title="", text="apple picking at the orchard")

    learn()

    assert not RelevanceScore.objects.filter(document=mention.document_id).exists()
    assert not suggested(other)


def test_admin_restores_a_version_or_turns_suggestions_off(project, owner, manager, keyword):
    decide(project, manager, keyword)
    learn()
    assert suggested(project)

    use_version(project, owner, 0)
    assert not suggested(project)
    use_version(project, owner, 1)
    assert suggested(project)
    set_learning(project, owner, learns=False)
    assert not suggested(project)
    learn(timezone.now() + 2 * PAUSE)
    assert not suggested(project)
    set_learning(project, owner, learns=True)
    learn(timezone.now() + 2 * PAUSE)

    assert suggested(project)
    actions = ActivityEntry.objects.filter(project=project, action__startswith="relevance.").order_by("pk")
    assert [one.detail for one in actions] == [{"number": 0}, {"number": 1}, {"learns": False}, {"learns": True}]
    with pytest.raises(RelevanceVersion.DoesNotExist):
        use_version(project, owner, 9)


def test_deleted_content_has_no_score_and_is_no_example(project, manager, keyword):
    decide(project, manager, keyword)
    now = timezone.now()
    learn(now)
    document_id = min(suggested(project))
    example = RelevanceVersion.objects.get().noise_ids[0]

    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [document_id, example], "platform", now)
    RelevanceState.objects.update(fitted_at=now - 2 * PAUSE)
    learn(now)

    assert not RelevanceScore.objects.filter(document=document_id).exists()
    assert example not in RelevanceVersion.objects.latest("number").noise_ids


def test_scores_by_former_versions_are_deleted(project, manager, keyword):
    waiting = decide(project, manager, keyword)
    now = timezone.now()
    learn(now)
    triage.set_status(project, manager, [one.pk for one, _is_noise in waiting[:5]], NOISE)
    RelevanceState.objects.update(fitted_at=now - 2 * PAUSE)

    learn(now)

    version = RelevanceState.objects.get(project=project).version
    assert version is None or not RelevanceScore.objects.exclude(version=version).exists()
    assert not RelevanceScore.objects.filter(
        version=version, document__in=[one.document_id for one, _is_noise in waiting[:5]]
    ).exists()


def test_only_one_of_two_fits_is_stored(project, manager, keyword, monkeypatch):
    decide(project, manager, keyword)
    fit = fit_relevance.fit

    def fit_while_another_worker_stores(lesson):
        RelevanceState.objects.update(fitted_at=timezone.now() + timedelta(seconds=5))
        return fit(lesson)

    monkeypatch.setattr(fit_relevance, "fit", fit_while_another_worker_stores)

    refit_relevance(timezone.now())

    assert not RelevanceVersion.objects.exists()


def test_text_that_was_edited_while_it_was_scored_gets_no_score(project, manager, keyword, monkeypatch):
    waiting = decide(project, manager, keyword)
    refit_relevance(timezone.now())
    edited = waiting[0][0].document_id
    read_documents = score_relevance.read_documents

    def read_before_an_edit(ids, encoder):
        read = read_documents(ids, encoder)
        if edited in ids:
            Document.objects.filter(pk=edited).update(text="Edited")
        return read

    monkeypatch.setattr(score_relevance, "read_documents", read_before_an_edit)
    score_waiting(timezone.now(), budget_s=0)

    assert not RelevanceScore.objects.filter(document=edited).exists()
    assert RelevanceScore.objects.exists()
