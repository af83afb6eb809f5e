"""Concurrent corrections, rescoring and keyword deletion: no deadlock and no lost correction."""

import pytest
from django.db import transaction

from monitoring.enrichment.analyzer import passages_of, with_texts
from monitoring.enrichment.score_mentions import rescore_mentions
from monitoring.models import Correction, Mention, SentimentState
from monitoring.services.corrections import correct_sentiment
from monitoring.services.keywords import delete_keyword
from tests.factories import make_keyword, make_mention
from tests.racing import start_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keyword(project):
    return make_keyword(project, query="lumen")


def test_correction_during_rescoring_does_not_deadlock(project, manager, keyword):
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi", sentiment="uncertain", analyzed_by="old")
    SentimentState.objects.create(project=project, analyzed_by="old")
    with transaction.atomic():
        # The correction locks its mention and then waits for this row.
        Correction.objects.create(project=project, mention=mention, label="neutral", text="Lumen ouvre mardi")
        correcting = start_until_blocked(lambda: correct_sentiment(project, manager, [mention.pk], "negative"))
        rescoring = start_until_blocked(rescore_mentions, waiting=2)
        transaction.set_rollback(True)
    assert len(correcting.result(timeout=20).document_ids) == 1
    assert not rescoring.result(timeout=20)
    mention.refresh_from_db()
    assert (mention.sentiment, mention.analyzed_by) == ("negative", Mention.BY_PERSON)
    assert SentimentState.objects.get().rescored_to is None


def test_correction_during_keyword_deletion_survives(project, manager, keyword):
    mention = make_mention(keyword, title="", text="Lumen ouvre mardi", sentiment="neutral")
    with transaction.atomic():
        correct_sentiment(project, manager, [mention.pk], "negative")
        deleting = start_until_blocked(lambda: delete_keyword(keyword, manager))
    deleting.result(timeout=20)
    assert not Mention.objects.exists()
    assert Correction.objects.get().mention is None


def test_passage_of_mention_deleted_since_it_was_read_is_that_of_its_keyword(keyword):
    make_mention(keyword, title="", text="Lumen ouvre mardi")
    mentions = list(with_texts(Mention.objects.all()))
    Mention.objects.all().delete()
    assert passages_of(mentions) == ["Lumen ouvre mardi"]
