"""Digests that are written together: a fault of one, a locked one, and a writer that is killed."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Membership, User
from alerts.digests import send
from alerts.models import Digest, SentDigest
from delivery.models import Delivery, Destination, ExternalRecipient
from tests.alerts.digests.helpers import END, NOW, START, make_found, messages
from tests.forks import is_killed

PEOPLE = 6
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON delivery_delivery FOR EACH ROW
    WHEN (NEW.recipient = 'p2@example.com') EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def people(keyword):
    """Six managers with a digest that is due, and an item in it."""
    for number in range(PEOPLE):
        user = User.objects.create_user(f"p{number}@example.com", "x", language="en")
        Membership.objects.create(project=keyword.project, user=user, role="manager")
        Digest.objects.create(project=keyword.project, user=user, sent_until=START)
    make_found(keyword, title="Lumen opens")
    return keyword.project


def recipients():
    return sorted(messages().values_list("recipient", flat=True))


def test_digest_that_cannot_be_stored_stops_no_other(people):
    with connection.cursor() as cursor:
        cursor.execute(REFUSE)
    assert send.write_due(NOW) == PEOPLE - 1
    assert recipients() == [f"p{number}@example.com" for number in range(PEOPLE) if number != 2]
    assert Digest.objects.get(user__email="p2@example.com").sent_until == START
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON delivery_delivery")
    assert send.write_due(NOW) == 1 and messages().count() == PEOPLE


@pytest.mark.django_db(transaction=True)
def test_digest_that_somebody_changes_is_written_at_the_next_run(people):
    is_locked, may_end = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            Digest.objects.filter(user__email="p2@example.com").update(hour=8)
            is_locked.set()
            assert may_end.wait(10)
        connection.close()

    person = threading.Thread(target=change)
    person.start()
    assert is_locked.wait(10)
    assert send.write_due(NOW) == PEOPLE - 1
    may_end.set()
    person.join(10)
    assert send.write_due(NOW) == 1 and recipients() == [f"p{number}@example.com" for number in range(PEOPLE)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_killed_writer_loses_no_digest_and_repeats_none(people, keyword):
    """Kill a writer before its first statement, then before its second, until one ends by itself."""
    first, second = Digest.objects.order_by("pk")[:2]
    external = ExternalRecipient.objects.create(project=people, email="c@example.org", language="fr", confirmed_at=NOW)
    first.recipients.create(external=external)
    second.destinations.add(Destination.objects.create(project=people, channel="slack", name="Team", language="en"))
    kills = 0
    while is_killed(lambda: send.write_due(NOW), kills + 1):
        kills += 1
        for digest in Digest.objects.all():
            written = Delivery.objects.filter(key__startswith=f"digest:{digest.pk}:").count()
            assert written in (0, 1 + (digest in (first, second))), "a part of a digest"
            assert digest.sent_until == (END if written else START)
    assert kills > 20, "the writer was killed before all of its statements"
    assert messages().count() == PEOPLE + 2 == SentDigest.objects.count() + 1
    make_found(keyword, END + timedelta(hours=1))
    assert send.write_due(NOW + timedelta(days=1)) == PEOPLE
