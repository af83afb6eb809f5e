"""Corrections apply immediately, are stored, and train a layer that is used only where it is better."""

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry, Project
from monitoring.enrichment import fit_layers, model_status
from monitoring.enrichment.analyzer import model
from monitoring.enrichment.fit_layers import refit_layers, set_learning, use_layer
from monitoring.enrichment.score_mentions import analyze_mentions, encode_mentions, rescore_mentions
from monitoring.models import Correction, DocumentActivity, Mention, SentimentLayer, SentimentState
from monitoring.services.corrections import correct_sentiment, undo_correction
from monitoring.services.keywords import delete_keyword
from tests.factories import make_keyword, make_mention, make_mentions


def analyze():
    """Analyze new mentions with both models."""
    analyze_mentions(), encode_mentions()


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


def refit_without_delay(monkeypatch):
    monkeypatch.setattr("monitoring.services.corrections.REFIT_DELAY", fit_layers.timezone.timedelta(0))


def correct_texts(project, manager, keyword, texts, label):
    rows = make_mentions(keyword, [{"title": "", "text": text, "language": "fr"} for text in texts])
    analyze()
    return correct_sentiment(project, manager, [row.pk for row in rows], label)


# "Clignote" (flickers) is negative for this team's customers, which no general model knows.
BROKEN = [f"Ma Lumen clignote depuis {when}" for when in ("lundi", "mardi", "hier", "ce matin", "une heure", "noël")]
BROKEN += [
    f"La lampe Lumen {where} clignote" for where in ("du salon", "du bureau", "de ma fille", "d'en haut", "ici")
]
ANNOUNCED = [
    f"Lumen présente sa gamme {what}" for what in ("2027", "bleue", "d'été", "de bureau", "pour enfants", "pro")
]
ANNOUNCED += [f"La boutique Lumen {where} ouvre" for where in ("de Lyon", "de Lille", "de Nice", "de Metz", "d'Arras")]


def test_correction_applies_immediately_and_is_logged(project, manager, keyword):
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi")
    analyze()
    before = Mention.objects.get().sentiment
    change = correct_sentiment(project, manager, [mention.pk], "negative")
    assert change.document_ids == (mention.document_id,)
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("negative", Mention.BY_PERSON)
    stored = Correction.objects.get()
    assert (stored.text, stored.label, stored.shown, stored.user) == ("Lumen ouvre mardi", "negative", before, manager)
    assert ActivityEntry.objects.get(action="mention.sentiment").detail["sentiment"] == "negative"
    analyze(), rescore_mentions()
    mention.refresh_from_db()
    assert mention.sentiment == "negative"


def test_correction_can_be_changed_and_undone_without_worker(project, manager, keyword):
    """Without a reported model status, an undone correction is pending until a worker analyzes it."""
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi")
    analyze()
    before = Mention.objects.get().sentiment
    correct_sentiment(project, manager, [mention.pk], "negative")
    correct_sentiment(project, manager, [mention.pk], "positive")
    assert [(one.label, one.shown) for one in Correction.objects.all()] == [("positive", before)]
    correct_sentiment(project, manager, [mention.pk], "")
    assert not Correction.objects.exists()
    analyze()
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == (before, model().version)


@pytest.fixture
def reported_model_status():
    """A worker has reported its model."""
    assert model_status.is_ready()


def test_undone_correction_restores_model_label_immediately(project, manager, keyword, reported_model_status):
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi")
    analyze()
    before = Mention.objects.get().sentiment
    correct_sentiment(project, manager, [mention.pk], "negative")
    correct_sentiment(project, manager, [mention.pk], "")
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == (before, "")


def test_undone_correction_gets_label_of_newer_model_version(project, manager, keyword, reported_model_status):
    text = "Lumen est génial, bravo, merci, excellent !"
    mention = make_mention(keyword, title="", text=text, sentiment="negative", negative=0.9, positive=0.05)
    SentimentState.objects.create(project=project, analyzed_by="old")
    correct_sentiment(project, manager, [mention.pk], "neutral")
    rescore_mentions()
    correct_sentiment(project, manager, [mention.pk], "")
    mention.refresh_from_db()
    assert mention.sentiment == "positive"


def test_correction_undone_during_rescoring_is_rescored(project, manager, keyword, reported_model_status):
    text = "Lumen est génial, bravo, merci, excellent !"
    mention = make_mention(keyword, title="", text=text, sentiment="negative", negative=0.9, positive=0.05)
    SentimentState.objects.create(project=project, analyzed_by="old")
    correct_sentiment(project, manager, [mention.pk], "neutral")
    rescore_mentions(budget_s=0)
    correct_sentiment(project, manager, [mention.pk], "")
    mention.refresh_from_db()
    assert mention.sentiment == "negative"
    rescore_mentions()
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("positive", model().version)


def test_correction_undone_before_analysis_is_pending(project, manager, keyword, reported_model_status):
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi")
    correct_sentiment(project, manager, [mention.pk], "negative")
    correct_sentiment(project, manager, [mention.pk], "")
    mention.refresh_from_db()
    assert mention.sentiment == ""


def test_confirming_a_label_stores_one_correction(project, manager, keyword):
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi", sentiment="neutral")
    assert correct_sentiment(project, manager, [mention.pk], "neutral").entry_id
    assert correct_sentiment(project, manager, [mention.pk], "neutral").entry_id is None
    assert Correction.objects.count() == 1


def test_correct_sentiment_ignores_other_projects_and_rejects_unknown_label(project, manager):
    foreign = make_mention(make_keyword(Project.objects.create(name="Autre")), sentiment="neutral")
    assert correct_sentiment(project, manager, [foreign.pk], "negative").entry_id is None
    with pytest.raises(ValueError, match="furious"):
        correct_sentiment(project, manager, [foreign.pk], "furious")


def test_undo_of_corrections_restores_each_and_leaves_what_changed_again_since(
    project, manager, owner, keyword, reported_model_status
):
    ours, theirs, again = (make_mention(keyword, sentiment="positive", positive=0.9, negative=0.05) for _ in range(3))
    correct_sentiment(project, owner, [theirs.pk], "neutral")
    change = correct_sentiment(project, manager, [ours.pk, theirs.pk, again.pk], "negative")
    correct_sentiment(project, owner, [again.pk], "neutral")
    undone = undo_correction(project, manager, change.entry_id)
    rows = Mention.objects.in_bulk([ours.pk, theirs.pk, again.pk])
    assert [rows[one.pk].sentiment for one in (ours, theirs, again)] == ["positive", "neutral", "neutral"]
    assert [rows[one.pk].analyzed_by for one in (ours, theirs)] == ["", Mention.BY_PERSON]
    assert undone.document_ids == tuple(sorted((ours.document_id, theirs.document_id)))
    assert undo_correction(project, manager, change.entry_id).entry_id is None


def test_undo_of_a_correction_without_stored_former_ones_is_unknown(project, manager, keyword):
    change = correct_sentiment(project, manager, [make_mention(keyword, sentiment="neutral").pk], "negative")
    DocumentActivity.objects.update(before={"sentiment": {}})
    with pytest.raises(ActivityEntry.DoesNotExist):
        undo_correction(project, manager, change.entry_id)


def test_correction_leaves_what_somebody_else_has_corrected_since(project, manager, owner, keyword):
    first, second = make_mention(keyword, sentiment="neutral"), make_mention(keyword, sentiment="neutral")
    read_at = timezone.now()
    correct_sentiment(project, owner, [second.pk], "positive")
    change = correct_sentiment(project, manager, [first.pk, second.pk], "negative", read_at)
    assert [one.mention_id for one in change.conflicts] == [second.pk]
    assert change.document_ids == (first.document_id,)


def test_correction_survives_deletion_of_its_mention(project, manager, keyword):
    correct_texts(project, manager, keyword, BROKEN[:1], "negative")
    Mention.objects.all().delete()
    assert Correction.objects.get().mention is None


def test_delete_keyword_takes_few_queries_and_keeps_corrections(
    project, manager, keyword, django_assert_max_num_queries
):
    rows = make_mentions(keyword, 250)
    correct_sentiment(project, manager, [rows[0].pk], "negative")
    with django_assert_max_num_queries(20):
        delete_keyword(keyword, manager)
    assert not Mention.objects.exists()
    assert Correction.objects.get().mention is None


def test_better_layer_is_used_for_new_mentions_and_history(project, manager, keyword, monkeypatch):
    refit_without_delay(monkeypatch)
    old = make_mention(keyword, title="", text="Lumen : la mienne clignote aussi", language="fr")
    correct_texts(project, manager, keyword, BROKEN, "negative")
    correct_texts(project, manager, keyword, ANNOUNCED, "neutral")
    refit_layers()
    layer = SentimentLayer.objects.get()
    assert layer.is_better
    assert layer.accuracy_after > layer.accuracy_before
    assert layer.corrections == len(BROKEN) + len(ANNOUNCED)
    state = SentimentState.objects.get()
    assert (state.layer, state.refit_at) == (layer, None)
    rescore_mentions()
    new = make_mention(keyword, title="", text="Encore une Lumen qui clignote", language="fr")
    analyze()
    old.refresh_from_db(), new.refresh_from_db()
    assert old.analyzed_by == new.analyzed_by == f"{model().version}+1"
    assert old.negative > 0.5 < new.negative


def test_layer_that_is_not_better_is_not_used(project, manager, keyword, monkeypatch):
    """The labels are random: the same words are neutral, positive and negative in turn."""
    refit_without_delay(monkeypatch)
    for number, text in enumerate(BROKEN + ANNOUNCED):
        correct_texts(project, manager, keyword, [text], ("neutral", "positive", "negative")[number % 3])
    refit_layers()
    layer = SentimentLayer.objects.get()
    assert not layer.is_better
    assert SentimentState.objects.get().layer is None


def test_refit_makes_no_layer_from_few_corrections(project, manager, keyword, monkeypatch):
    refit_without_delay(monkeypatch)
    correct_texts(project, manager, keyword, BROKEN[:3], "negative")
    refit_layers()
    assert not SentimentLayer.objects.exists()
    assert SentimentState.objects.get().refit_at is None


def test_refit_skips_project_before_it_is_due(project, manager, keyword):
    correct_texts(project, manager, keyword, BROKEN, "negative")
    correct_texts(project, manager, keyword, ANNOUNCED, "neutral")
    refit_layers()
    assert not SentimentLayer.objects.exists()
    assert SentimentState.objects.get().refit_at is not None


def test_refit_deletes_oldest_layers_and_keeps_numbering(project, manager, keyword, monkeypatch):
    refit_without_delay(monkeypatch)
    monkeypatch.setattr(fit_layers, "MAX_LAYERS", 2)
    correct_texts(project, manager, keyword, BROKEN, "negative")
    correct_texts(project, manager, keyword, ANNOUNCED, "neutral")
    for _ in range(3):
        SentimentState.objects.update(refit_at=timezone.now())
        refit_layers()
    assert list(SentimentLayer.objects.order_by("number").values_list("number", flat=True)) == [2, 3]
    assert SentimentState.objects.get().layer.number == 3


def test_refit_stops_after_budget_with_project_still_due(project):
    due = timezone.now()
    for name in ("Autre", "Encore"):
        SentimentState.objects.create(project=Project.objects.create(name=name), refit_at=due)
    refit_layers(budget_s=0)
    assert SentimentState.objects.exclude(refit_at=None).count() == 1
    refit_layers(budget_s=0)
    assert not SentimentState.objects.exclude(refit_at=None).exists()


def test_use_layer_and_set_learning_change_analysis_version(project, owner, keyword, monkeypatch):
    refit_without_delay(monkeypatch)
    correct_texts(project, owner, keyword, BROKEN, "negative")
    correct_texts(project, owner, keyword, ANNOUNCED, "neutral")
    refit_layers()
    mention = make_mention(keyword, title="", text="Encore une Lumen qui clignote", language="fr")

    def analyzed_by():
        analyze(), rescore_mentions()
        mention.refresh_from_db()
        return mention.analyzed_by

    assert analyzed_by() == f"{model().version}+1"
    use_layer(project, owner, 0)
    assert analyzed_by() == model().version
    use_layer(project, owner, 1)
    assert analyzed_by() == f"{model().version}+1"
    set_learning(project, owner, False)
    assert analyzed_by() == model().version
    correct_sentiment(project, owner, [mention.pk], "negative")
    refit_layers()
    assert SentimentLayer.objects.count() == 1
    set_learning(project, owner, True)
    refit_layers()
    assert SentimentLayer.objects.count() == 2
    with pytest.raises(SentimentLayer.DoesNotExist):
        use_layer(project, owner, 9)
