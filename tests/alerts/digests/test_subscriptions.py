"""Several digests of one person: about keywords, a view, or languages; as it happens; and what ends them."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from alerts.digests import send, subscriptions
from alerts.models import Digest
from delivery.models import Delivery
from tests.alerts.digests.helpers import NOW, START, make_found, messages
from tests.factories import make_keyword, make_mention
from workplace.models import SavedView


@pytest.fixture
def off(daily):
    Digest.objects.filter(pk=daily.pk).update(frequency="never")
    return daily


def other(keyword, user, **fields):
    return Digest.objects.create(
        project=keyword.project, user=user, is_main=False, **{"sent_until": START, "hour": 8, **fields}
    )


def test_digest_of_keywords_contains_only_theirs(off, keyword, owner):
    halo = make_keyword(keyword.project, "Halo", "halo")
    digest = other(keyword, owner, about="keywords")
    digest.keywords.add(halo)
    make_found(keyword, title="About Lumen")
    make_found(halo, title="About Halo")
    send.write_due(NOW)
    message = messages().get()
    assert message.subject == "Vigie · Maison Lumen · Halo: 1 new mention"
    assert "* About Halo" in message.text and "About Lumen" not in message.text
    assert f"keyword={halo.pk}" in message.text


def test_digest_of_a_view_follows_its_filter_and_ends_when_it_is_no_longer_shared(off, keyword, owner, manager):
    view = SavedView.objects.create(
        project=keyword.project, owner=manager, name="Bad", query="period=7d&sentiment=negative", is_shared=True
    )
    digest = other(keyword, owner, about="view", view=view)
    make_found(keyword, title="Bad news", sentiment="negative")
    make_found(keyword, title="Good news", sentiment="positive")
    send.write_due(NOW)
    text = messages().get().text
    assert "* Bad news" in text and "Good news" not in text and "sentiment=negative" in text
    SavedView.objects.update(is_shared=False)
    Digest.objects.filter(pk=digest.pk).update(sent_until=START)
    assert send.write_due(NOW) == 1
    assert messages().count() == 1
    keyword.project.keywords.all().delete()


def test_digest_without_its_keywords_is_about_nothing(off, keyword, owner, as_person):
    halo = make_keyword(keyword.project, "Halo", "halo")
    digest = other(keyword, owner, about="keywords")
    digest.keywords.add(halo)
    halo.delete()
    make_found(keyword)
    assert send.write_due(NOW) == 1 and not messages().exists()
    client, path = as_person(owner), f"/p/{keyword.project_id}/digest/{digest.pk}"
    for url in (path, f"{path}/preview"):
        assert "no longer exist" in client.get(url).content.decode()
    assert "no content any more" in client.post(f"{path}/send", follow=True).content.decode()


def test_digest_in_languages_leaves_the_others_out(daily, keyword):
    Digest.objects.update(languages=["fr"])
    for language in ("fr", "fr-ca", "en", ""):
        make_found(keyword, title=f"In {language or 'unknown'}", language=language)
    send.write_due(NOW)
    assert sorted(re.findall(r"^\* (.*)$", messages().get().text, re.M)) == ["In fr", "In fr-ca", "In unknown"]


def test_view_of_negative_mentions_waits_for_analysis(off, keyword, owner):
    now = timezone.now().replace(second=0, microsecond=0)
    view = SavedView.objects.create(
        project=keyword.project, owner=owner, name="Bad", query="period=7d&sentiment=negative"
    )
    digest = other(keyword, owner, about="view", view=view, frequency="instant", sent_until=now - timedelta(hours=1))
    pending = make_mention(keyword, title="Late", found_at=now - timedelta(seconds=20))
    assert send.write_instant(timezone.now()) == 1
    digest.refresh_from_db()
    assert digest.sent_until == pending.found_at and not messages().exists()
    type(pending).objects.update(sentiment="negative")
    send.write_instant(timezone.now())
    assert "* Late" in messages().get().text


def test_instant_digest_leaves_at_once_and_groups_what_follows(off, keyword, owner, mailbox, send_outbox):
    now = timezone.now()
    other(keyword, owner, frequency="instant", sent_until=now - timedelta(hours=1))
    assert send.write_instant(now) == 0
    make_mention(keyword, title="First", found_at=now - timedelta(seconds=1))
    make_mention(keyword, title="Backlog", found_at=now - timedelta(seconds=1), is_backlog=True)
    assert send.write_instant(now) == 1
    for title in ("Second", "Third"):
        make_mention(keyword, title=title, found_at=timezone.now())
    assert send.write_instant(now + timedelta(minutes=4)) == 0
    assert send.write_instant(now + timedelta(minutes=5)) == 1
    send_outbox()
    texts = [message.get_body(["plain"]).get_content() for message in mailbox.messages]
    assert [re.findall(r"^\* (\w+)", text, re.M) for text in texts] == [["First"], ["Third", "Second"]]
    assert "every five minutes at most" in texts[0]


def test_person_adds_changes_and_deletes_a_digest(keyword, viewer, as_person):
    client, path = as_person(viewer), f"/p/{keyword.project_id}/digest"
    added = client.post(f"{path}/new").url
    assert "This digest is off" in client.get(added).content.decode()
    form = {"about": "keywords", "frequency": "monthly", "month_day": 31, "weekday": 0, "hour": 9}
    assert "Select at least one keyword" in client.post(added, form).content.decode()
    assert client.post(added, {**form, "keywords": [keyword.pk], "languages": ["fr"]}).url == added
    digest = Digest.objects.get(user=viewer, is_main=False)
    assert (digest.frequency, digest.month_day, digest.languages) == ("monthly", 31, ["fr"])
    assert list(digest.keywords.all()) == [keyword]
    assert "Monthly" in client.get(path).content.decode()
    client.post(f"{added}/delete")
    assert Digest.objects.filter(user=viewer).count() == 1


def test_digest_of_somebody_else_does_not_exist(keyword, owner, viewer, as_person):
    digest = other(keyword, owner)
    client, path = as_person(viewer), f"/p/{keyword.project_id}/digest/{digest.pk}"
    assert [client.get(path).status_code, client.get(f"{path}/preview").status_code] == [404, 404]
    assert [client.post(f"{path}/{one}").status_code for one in ("send", "delete")] == [404, 404]


def test_number_of_digests_is_limited(keyword, viewer, as_person):
    membership = Membership.objects.get(user=viewer)
    subscriptions.subscription_of(membership)
    for _ in range(subscriptions.MAX_DIGESTS - 1):
        subscriptions.add_subscription(membership)
    page = as_person(viewer).post(f"/p/{keyword.project_id}/digest/new", follow=True).content.decode()
    assert "up to 20 digests" in page


def test_unsubscribe_link_ends_one_digest(daily, keyword, owner):
    digest = other(keyword, owner)
    make_found(keyword)
    send.write_due(NOW)
    assert Delivery.objects.count() == 2
    link = Delivery.objects.get(key__startswith=f"digest:{digest.pk}:").headers["List-Unsubscribe"].strip("<>")
    Client().post(link.partition("/unsubscribe/")[2].join(["/unsubscribe/", ""]))
    assert dict(Digest.objects.values_list("is_main", "frequency")) == {True: "daily", False: "never"}


def test_unsubscribe_link_of_earlier_versions_ends_the_main_digest(daily, keyword, owner):
    other(keyword, owner)
    token = signing.dumps([keyword.project_id, owner.pk], salt="alerts.unsubscribe")
    assert Client().post(f"/unsubscribe/{token}").status_code == 200
    assert dict(Digest.objects.values_list("is_main", "frequency")) == {True: "never", False: "daily"}
