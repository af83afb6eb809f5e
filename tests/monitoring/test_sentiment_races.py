"""People, judging anew and deleting meet at the same mentions: nobody fails, nothing is lost."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from monitoring.corrections import correct_sentiment
from monitoring.enrich import rescore_mentions
from monitoring.models import Correction, Mention, SentimentState
from monitoring.topics import delete_topic
from tests.factories import make_mention, make_topic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def topic(project):
    return make_topic(project, query="lumen")


@pytest.fixture
def beside():
    """`beside(act, ...)`: begins it in a thread with a connection of its own, and gives its future."""

    def closing(act, *args):
        try:
            return act(*args)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        yield lambda act, *args: pool.submit(closing, act, *args)


def wait_for_waiting(number):
    """Until so many sessions wait for a lock."""
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.02)
    raise AssertionError(f"{number} sessions should wait by now")


def test_a_correction_in_the_middle_of_judging_anew_holds_nobody_up(project, manager, topic, beside):
    mention = make_mention(topic, title="", text="Lumen ouvre mardi", sentiment="unsure", judged_by="old")
    SentimentState.objects.create(project=project, judged_by="old")
    with transaction.atomic():
        # The correction has its mention, and stops at this row.
        Correction.objects.create(project=project, mention=mention, label="neutral", text="Lumen ouvre mardi")
        correcting = beside(correct_sentiment, project, manager, [mention.pk], "negative")
        wait_for_waiting(1)
        judging = beside(rescore_mentions)
        wait_for_waiting(2)
        transaction.set_rollback(True)
    assert len(correcting.result(timeout=20)) == 1
    assert not judging.result(timeout=20)
    mention.refresh_from_db()
    assert (mention.sentiment, mention.judged_by) == ("negative", Mention.BY_PERSON)
    assert SentimentState.objects.get().rescored_to is None


def test_a_correction_in_the_middle_of_deleting_its_keyword_outlives_it(project, manager, topic, beside):
    mention = make_mention(topic, title="", text="Lumen ouvre mardi", sentiment="neutral")
    with transaction.atomic():
        correct_sentiment(project, manager, [mention.pk], "negative")
        deleting = beside(delete_topic, topic, manager)
        wait_for_waiting(1)
    deleting.result(timeout=20)
    assert not Mention.objects.exists()
    assert Correction.objects.get().mention is None
