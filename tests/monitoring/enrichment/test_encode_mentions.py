"""The second analysis of mentions, with the encoder: sentiment of both models, and vectors of the documents."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from monitoring import sentiment, tasks
from monitoring.embedding import encoder
from monitoring.enrichment import analyzer, model_status
from monitoring.enrichment.encoding import text_of
from monitoring.enrichment.score_mentions import analyze_mentions, encode_mentions, rescore_mentions
from monitoring.ingest.deletions import blank_documents
from monitoring.models import Document, DocumentVector, Mention, SentimentState, vectors
from tests.factories import make_document, make_keyword, make_mention, make_mentions
from tests.monitoring.enrichment.test_score_mentions import BAD, GOOD
from tests.racing import race


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


def test_small_model_is_first_and_both_models_follow(keyword):
    mention = make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    mention.refresh_from_db()
    small = sentiment.load().probabilities([BAD], [mention.document.language])[0]
    assert (mention.sentiment, mention.analyzed_by) == ("negative", Mention.FIRST_PASS)
    assert mention.negative == pytest.approx(small[0])
    assert not encode_mentions()
    mention.refresh_from_db()
    both = analyzer.model().probabilities([BAD], [mention.document.language])[0]
    assert (mention.sentiment, mention.analyzed_by) == ("negative", analyzer.model().version)
    assert mention.negative == pytest.approx(both[0], abs=0.05) != pytest.approx(small[0], abs=1e-6)


def test_document_gets_vector_of_title_and_text(keyword):
    mention = make_mention(keyword, title="Lumen en panne", text=BAD)
    analyze_mentions(), encode_mentions()
    _, found = vectors.read([mention.document_id], encoder.load().version)
    expected = encoder.load().encode([text_of(mention.document)]).vectors
    assert (found @ expected.T).item() > 0.99


def test_each_keyword_is_analyzed_on_its_passage_and_document_is_encoded_once(project, keyword):
    rival = make_keyword(project, query="kadrium")
    text = "Kadrium c'est nul, quelle honte, une arnaque horrible. Lumen est génial, excellent, merci, bravo !"
    document = make_document(project, title="", text=text, language="fr")
    make_mention(keyword, document), make_mention(rival, document)
    analyze_mentions(), encode_mentions()
    labels = {m.keyword_id: m.sentiment for m in Mention.objects.all()}
    assert labels == {keyword.pk: "positive", rival.pk: "negative"}
    assert DocumentVector.objects.count() == 1


def test_new_mentions_are_encoded_before_backlog(keyword):
    make_mentions(keyword, [{"is_backlog": True} for _ in range(3)])
    make_mention(keyword, title="", text=GOOD)
    analyze_mentions(), encode_mentions()
    waiting = Mention.objects.filter(analyzed_by=Mention.FIRST_PASS)
    assert [one.is_backlog for one in waiting] == [True] * 3
    tasks.encode_backlog()
    assert not waiting.all().exists()


def test_correction_between_both_analyses_stays(keyword):
    mention = make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    Mention.objects.update(sentiment="positive", analyzed_by=Mention.BY_PERSON)
    encode_mentions()
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("positive", Mention.BY_PERSON)


def test_item_deleted_between_both_analyses_is_not_encoded(project, keyword):
    mention = make_mention(keyword, title="", text=BAD)
    analyze_mentions()
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    assert not encode_mentions()
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("negative", "")
    assert not DocumentVector.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_item_that_another_transaction_changes_is_encoded_after_it(project):
    """Its vector can't be stored until then, and without one it would be missing among similar mentions."""
    mention = make_mention(make_keyword(project, query="lumen"), title="", text=BAD)
    analyze_mentions()
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=mention.document_id)
        assert race(encode_mentions) == [False]
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("negative", Mention.FIRST_PASS)
    encode_mentions()
    mention.refresh_from_db()
    assert mention.analyzed_by == analyzer.model().version and DocumentVector.objects.count() == 1


def test_history_is_analyzed_again_from_stored_outputs(project, keyword, monkeypatch):
    make_mentions(keyword, [{"text": f"{BAD} {number}", "title": ""} for number in range(20)])
    analyze_mentions(), encode_mentions()
    expected = list(Mention.objects.order_by("pk").values_list("sentiment", flat=True))
    Mention.objects.update(sentiment="uncertain", analyzed_by="old")
    SentimentState.objects.update_or_create(project=project, defaults={"analyzed_by": "old"})
    read = []
    encode = encoder.Encoder.encode
    monkeypatch.setattr(encoder.Encoder, "encode", lambda self, texts: read.extend(texts) or encode(self, texts))
    rescore_mentions()
    assert list(Mention.objects.order_by("pk").values_list("sentiment", flat=True)) == expected
    assert read == []


@pytest.mark.parametrize("text", ["", "😀", "\x07\x1f", "x" * 1_000_000, "نص lumen 東京 नमस्ते Привет", "!" * 5000])
def test_unusual_text_does_not_stop_batch(keyword, text):
    make_mention(keyword, title="", text=text)
    make_mention(keyword, title="", text=GOOD)
    analyze_mentions(), encode_mentions()
    assert not Mention.objects.filter(analyzed_by=Mention.FIRST_PASS).exists()


@pytest.fixture
def without_encoder(settings):
    settings.SENTIMENT_BACKEND = "small"
    analyzer.loaded.cache_clear()
    yield
    analyzer.loaded.cache_clear()


def test_small_model_works_alone_and_says_so(keyword, without_encoder):
    mention = make_mention(keyword, title="", text=BAD)
    tasks.analyze_mentions(), tasks.encode_mentions(), tasks.encode_backlog()
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("negative", sentiment.load().version)
    assert model_status.last_status().missing_encoder == "SENTIMENT_BACKEND=small"
    assert not DocumentVector.objects.exists()
    assert not encode_mentions()


def test_history_follows_when_encoder_is_turned_off_and_on(project, keyword, settings):
    mention = make_mention(keyword, title="", text=BAD, found_at=timezone.now() - timedelta(days=1))
    versions = []
    for backend in ("builtin", "small", "builtin"):
        settings.SENTIMENT_BACKEND = backend
        analyzer.loaded.cache_clear()
        analyze_mentions(), encode_mentions(), rescore_mentions()
        mention.refresh_from_db()
        versions.append(mention.analyzed_by)
    assert versions == [versions[0], sentiment.load().version, versions[0]] and versions[0] != versions[1]
