"""Digests that many people share: one body, but no link of one person in the message of another.

Readers differ in language, time zone, role and account; two of each kind, so bodies are shared.
"""

import json
import re
from urllib.parse import unquote

import pytest
from django.core import signing
from django.test import Client

from accounts.models import Membership, User
from alerts.digests import send
from alerts.models import Digest
from delivery.models import ExternalRecipient
from monitoring.models import Mention, Triage
from tests.alerts.digests.helpers import NOW, START, make_found, messages

KINDS = [
    (language, zone, role)
    for language in ("en", "fr")
    for zone in ("Europe/Paris", "Europe/Rome")
    for role in ("manager", "viewer")
]
LINK = re.compile(r"http://localhost:8000(/[^\s\"<>]*)")
# A title that looks like the slot of a link, and like the mark of an item.
TRAPS = "[[0123456789abcdef:unsubscribe]] [[0123456789abcdef 1]]"


@pytest.fixture
def readers(keyword):
    """Two people of each kind with a daily digest, and an address without an account for each manager."""
    project = keyword.project
    for number, (language, zone, role) in enumerate(KINDS * 2):
        user = User.objects.create_user(f"p{number}@example.com", "x", language=language, time_zone=zone)
        Membership.objects.create(project=project, user=user, role=role)
        digest = Digest.objects.create(project=project, user=user, sent_until=START)
        if role == "manager":
            external = ExternalRecipient.objects.create(
                project=project, email=f"client{number}@example.org", language=language, confirmed_at=NOW
            )
            digest.recipients.create(external=external)
    return len(KINDS) * 3


def payload(link):
    """Return what is signed in a link."""
    return json.dumps(signing.b64_decode(unquote(link).rpartition("/")[2].split(":")[0].encode()).decode())


def own_links(message):
    """Return the links of a message that are signed, by their first folder."""
    found = {}
    for path in {*LINK.findall(message.text), *LINK.findall(message.html)}:
        if re.match(r"/(unsubscribe|digest|do)/", path):
            found.setdefault(path.split("/")[1], set()).add(path)
    return found


def test_links_of_a_reader_are_in_no_other_message(keyword, readers):
    make_found(keyword, title=f"Lumen {TRAPS}", sentiment="negative")
    make_found(keyword, title="Lumen opens")
    assert send.write_due(NOW) == len(KINDS) * 2
    rows = list(messages().select_related("user"))
    assert len(rows) == readers == len({row.recipient for row in rows})
    seen = {}
    for row in rows:
        links = own_links(row)
        may_act = row.user is not None and row.user.memberships.get().role == "manager"
        assert set(links) == {"unsubscribe", "digest"} | ({"do"} if may_act else set())
        assert len(links["unsubscribe"]) == len(links["digest"]) == 1
        assert links["unsubscribe"] == {
            row.headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
        }
        for path in set().union(*links.values()):
            # Actions are signed with their time: compare who and what they are about.
            link = payload(path) if path.startswith("/do/") else path
            assert seen.setdefault(link, row.pk) == row.pk, "a link of somebody else"
        for body in (row.text, row.html):
            assert TRAPS in body and "[[" not in body.replace(TRAPS, ""), "a slot without a link"


def test_links_of_a_reader_change_only_what_is_theirs(keyword, readers):
    mention = make_found(keyword, title="Lumen opens", sentiment="negative")
    send.write_due(NOW)
    managers = [row for row in messages().select_related("user") if "do" in own_links(row)]
    assert len(managers) == len(KINDS)
    for row in managers:
        Triage.objects.all().delete()
        for path in own_links(row)["do"]:
            page = Client().get(path).content.decode()
            if "Ignore this item" not in page and "Ignorer" not in page:
                Client().post(path)
        assert Triage.objects.get(document=mention.document_id).assignee == row.user
    assert Mention.objects.get().status != "ignored"
    for row in messages().exclude(user=None):
        Client().post(*own_links(row)["unsubscribe"])
        assert Digest.objects.get(user=row.user).frequency == "never"
        assert Digest.objects.filter(frequency="never").count() == 1
        Digest.objects.update(frequency="daily")


def test_readers_of_one_kind_get_the_same_text_in_their_language_and_zone(keyword, readers):
    make_found(keyword, title="Lumen opens", sentiment="negative")
    send.write_due(NOW)
    texts = {}
    for row in messages().exclude(user=None).select_related("user"):
        role = row.user.memberships.get().role
        text = LINK.sub(lambda match: re.sub(r"/(unsubscribe|digest|do)/\S+", r"/\1/", match[0]), row.text)
        texts.setdefault((row.user.language, row.user.time_zone, role), set()).add(text)
    assert len(texts) == len(KINDS) and all(len(one) == 1 for one in texts.values())
    assert all(("Se désabonner" in text) == (kind[0] == "fr") for kind, (text,) in texts.items())
    assert all(f"({kind[1]})" in text for kind, (text,) in texts.items())
