"""The web version of a digest: as it was sent, and why counts differ later."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from alerts.digests import send
from delivery.models import Delivery
from monitoring.models import Document, Mention
from tests.alerts.digests.helpers import END, INSIDE, NOW, START, make_found, messages
from tests.factories import make_keyword, make_mention, make_mentions
from tests.pages import body_of


@pytest.fixture
def web(daily, keyword):
    """Send a digest of three mentions. Return a function that opens the page of its link without an account."""
    make_mentions(keyword, [{"title": f"Lumen {n}", "found_at": INSIDE, "published": INSIDE} for n in range(3)])
    send.write_due(NOW)
    path = re.search(r"http://[^/]+(/digest/\S+)", messages().get().text)[1]
    return lambda: Client().get(path)


def test_web_version_shows_the_digest_as_it_was_sent(web, keyword):
    Document.objects.update(title="Changed")
    page = body_of(web())
    assert "The counts are still the same." in page and "Lumen</b> 1" in page.replace("&lt;", "<").replace("&gt;", ">")
    assert "Changed" not in page


def test_web_version_says_why_counts_differ(web, keyword):
    first, second, _third = Mention.objects.order_by("pk")
    Mention.objects.filter(pk=first.pk).update(status="ignored")
    Mention.objects.filter(pk=second.pk).update(sentiment="negative")
    make_mention(keyword, published=START + timedelta(hours=1), found_at=END + timedelta(hours=2))
    page = body_of(web())
    assert "Mentions of this period: 2 now, 3 when the digest was sent." in page
    assert "1 item has been ignored since." in page
    assert "Negative items: 1 now, 0 when" in page
    assert "1 item published in this period was found later." in page


def test_web_version_says_when_keywords_or_items_were_deleted(daily, web, keyword):
    other = make_keyword(keyword.project, "Halo", "halo")
    make_found(other, found_at=END + timedelta(hours=1))
    send.write_due(NOW + timedelta(days=1))
    later = messages().last().text
    Document.objects.filter(mentions__keyword=other).update(deleted_at=timezone.now())
    path = re.search(r"http://[^/]+(/digest/\S+)", later)[1]
    assert "1 item has been deleted at its platform." in body_of(Client().get(path))
    other.delete()
    assert "Keywords have been deleted" in body_of(Client().get(path))


def test_web_version_ends_with_the_membership_and_with_the_message(web, owner):
    Membership.objects.filter(user=owner).delete()
    assert web().status_code == 404
    Delivery.objects.all().delete()
    assert web().status_code == 404


def test_forged_link_of_a_digest_returns_404(db):
    assert Client().get("/digest/ImEi:forged").status_code == 404
