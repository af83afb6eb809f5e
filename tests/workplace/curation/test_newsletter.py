"""The newsletter of a collection: double opt-in, one-click unsubscribe, each issue once per reader, over real SMTP."""

import re
import secrets
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import ActivityEntry
from dashboards.views.newsletter import REQUESTS_PER_MINUTE
from delivery import external_recipients
from delivery.html_email import MAX_HTML_BYTES
from delivery.links import signed_values
from delivery.messages import delivery_problem
from delivery.models import Delivery, ExternalRecipient
from monitoring.ingest.deletions import blank_documents
from reports.changes import create_report
from reports.recipients import add_recipient
from tests.pages import words
from tests.racing import race
from tests.workplace.curation.contents import READER, mails, reader_of
from workplace.curation import issues, items, newsletter, readers
from workplace.curation.collections import create_collection, delete_collection

SUBSCRIBE = "/curation/lighting/subscribe"


@pytest.fixture
def visitor():
    """Somebody at an IP address of their own: requests are counted in the Redis that all tests share."""
    return Client(REMOTE_ADDR=f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}")


def path_in(message, pattern):
    text = message.get_body(("plain",)).get_content() if hasattr(message, "get_body") else message.text
    return re.search(rf"https?://[^/]+({pattern}\S+)", text)[1]


def questions():
    return Delivery.objects.filter(kind="message").order_by("created_at")


# --- subscribing -------------------------------------------------------------------------------------------


def test_reader_subscribes_confirms_receives_and_unsubscribes_over_smtp(
    mailbox, send_outbox, owner, published, public
):
    client = Client()
    response = client.post(SUBSCRIBE, {"email": f" {READER.upper()} "})
    assert "Check your mailbox" in words(response) and not response.cookies
    send_outbox()
    question = mailbox.messages[0]
    assert question["To"] == READER and "The week in lighting" in question["Subject"]
    confirm = path_in(question, "/newsletter/confirm/")
    assert "Receive “" in words(client.get(confirm)) and not readers.confirmed_readers(public).exists()
    assert "Subscription confirmed" in words(client.post(confirm, {"answer": "yes"}))
    assert client.post(confirm, {"answer": "yes"}).status_code == 404
    newsletter.request_sending(published, owner, timezone.now())
    assert newsletter.send_requested(timezone.now()) == 1
    send_outbox()
    recipients, mail = mailbox.received[1]
    assert recipients == [READER] and mail["Subject"] == "A week of parcels"
    assert mail["List-Id"].startswith("<newsletter.") and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = mail.get_body(("html",)).get_content()
    assert 'href="https://phare.example/rennes"' in html and "At last." in html and "unsubscribe.invalid" not in html
    assert "Good news" in mail.get_body(("plain",)).get_content()
    stop = mail["List-Unsubscribe"].strip(" <>").removeprefix("https://vigie.example")
    assert stop in html and stop in mail.get_body(("plain",)).get_content()
    assert "Unsubscribe" in words(client.get(stop)) and readers.confirmed_readers(public).exists()
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not readers.confirmed_readers(public).exists()
    assert "will no longer receive" in words(client.get(stop))


def test_form_answers_the_same_for_readers_new_and_refused_addresses(visitor, public, published):
    reader_of(public)
    reader_of(public, "stopped@example.org", stopped_at=timezone.now(), asks=3)
    asked = (READER, "new@example.org", "stopped@example.org")
    pages = [words(visitor.post(SUBSCRIBE, {"email": email})) for email in asked]
    assert len({page.replace("\n", "") for page in pages}) == 1
    assert [one.recipient for one in questions()] == ["new@example.org"]


def test_form_refuses_what_is_no_address_and_many_requests(visitor, public):
    response = visitor.post(SUBSCRIBE, {"email": "x"})
    assert response.status_code == 400 and "Enter an email address" in words(response)
    for _ in range(REQUESTS_PER_MINUTE):
        response = visitor.post(SUBSCRIBE, {"email": READER})
    assert response.status_code == 429 and response["Retry-After"]
    assert visitor.post("/curation/unknown/subscribe", {"email": READER}).status_code == 404
    assert visitor.get(SUBSCRIBE).status_code == 405


def test_address_is_not_flooded_with_questions(public):
    now = timezone.now()
    for day in range(6):
        readers.subscribe(public, READER, now + timedelta(days=2 * day))
        readers.subscribe(public, READER, now + timedelta(days=2 * day))
    assert questions().count() == external_recipients.MAX_ASKS


def test_reader_who_refuses_is_not_asked_again_by_members(public, owner):
    readers.subscribe(public, READER, timezone.now())
    confirm = path_in(questions().get(), "/newsletter/confirm/")
    assert "Nothing will be sent" in words(Client().post(confirm, {"answer": "no"}))
    with pytest.raises(ValidationError, match="doesn’t want"):
        readers.add_reader(public, owner, READER, timezone.now() + timedelta(days=2))


def test_reader_who_unsubscribed_can_subscribe_again(public):
    reader_of(public, stopped_at=timezone.now())
    readers.subscribe(public, READER, timezone.now())
    Client().post(path_in(questions().get(), "/newsletter/confirm/"), {"answer": "yes"})
    assert readers.confirmed_readers(public).exists()


def test_reader_who_refused_is_not_asked_again_by_the_form(public):
    readers.subscribe(public, READER, timezone.now())
    Client().post(path_in(questions().get(), "/newsletter/confirm/"), {"answer": "no"})
    for days in (0, 2, 29):
        readers.subscribe(public, READER, timezone.now() + timedelta(days=days))
    assert questions().count() == 1
    readers.subscribe(public, READER, timezone.now() + timedelta(days=31))
    assert questions().count() == 2


def test_consents_to_newsletter_and_to_reports_are_separate(public, project, owner):
    reader = reader_of(public)
    report = create_report(project, owner)
    recipient = add_recipient(report, owner, READER, timezone.now())
    assert not recipient.external.is_confirmed and questions().count() == 1
    general = path_in(questions().get(), "/confirm/")
    assert Client().get(f"/newsletter{general}").status_code == 404
    Client().post(general, {"answer": "yes"})
    readers.unsubscribe(reader, timezone.now())
    recipient.external.refresh_from_db()
    assert recipient.external.is_confirmed


def test_link_to_confirm_newsletter_is_no_link_to_confirm_reports(public):
    readers.subscribe(public, READER, timezone.now())
    confirm = path_in(questions().get(), "/newsletter/confirm/")
    assert Client().get(confirm.replace("/newsletter", "")).status_code == 404


@pytest.mark.parametrize("path", ["/newsletter/confirm/x", "/newsletter/unsubscribe/x"])
def test_unknown_links_say_so(db, path):
    response = Client().get(path)
    page = words(response)
    assert "noindex" in response["X-Robots-Tag"]
    assert "no longer works" in page or "No subscription found" in page


# --- members -----------------------------------------------------------------------------------------------


def test_manager_adds_and_removes_readers(as_person, owner, viewer, public, path):
    client, page = as_person(owner), path("collection_readers", public.pk)
    assert "Nobody receives the newsletter yet." in words(client.get(page))
    response = client.post(path("reader_new", public.pk), {"email": READER}, follow=True)
    assert "was asked to confirm" in words(response) and "Waiting for confirmation" in words(response)
    assert owner.name in questions().get().text
    reader_of(public, "second@example.org")
    assert "1 reader receives the newsletter" in words(client.get(page))
    again = client.post(path("reader_new", public.pk), {"email": "second@example.org"}, follow=True)
    assert "receives the newsletter already" in words(again)
    assert "Enter an email address" in words(client.post(path("reader_new", public.pk), {"email": "x"}, follow=True))
    reader = readers.readers_of(public).get(email=READER)
    client.post(path("reader_delete", public.pk, reader.pk))
    assert [one.email for one in readers.readers_of(public)] == ["second@example.org"]
    assert ActivityEntry.objects.filter(action="reader.removed").exists()
    assert as_person(viewer).get(page).status_code == 403


def test_test_email_goes_to_the_person_alone(as_person, owner, mailbox, send_outbox, draft, public, path):
    reader_of(public)
    items.add_url(draft, owner, "https://a.example/", timezone.now(), title="A lamp")
    response = as_person(owner).post(path("issue_send", draft.pk), {"test": "yes"}, follow=True)
    assert f"A test is being sent to {owner.email}." in words(response)
    send_outbox()
    (recipients, mail), *others = mailbox.received
    assert recipients == [owner.email] and not others and "List-Unsubscribe" not in mail
    assert "A lamp" in mail.get_body(("html",)).get_content()


def test_issue_is_sent_once_and_only_when_published_with_readers(as_person, owner, public, published, path):
    client, page = as_person(owner), path("issue_send", published.pk)
    assert "Nobody has confirmed" in words(client.post(page, follow=True))
    reader_of(public)
    assert "Send to 1 reader" in words(client.get(path("issue", published.pk)))
    response = client.post(page, follow=True)
    assert "The issue is being sent to its readers." in words(response) and "Being sent." in words(response)
    assert "already sent" in words(client.post(page, follow=True))
    newsletter.send_requested(timezone.now())
    assert "Sent to the readers" in words(client.get(path("issue", published.pk)))
    draft = issues.create_issue(public, owner, timezone.now())
    assert "Publish the issue first." in words(client.post(path("issue_send", draft.pk), follow=True))


def test_each_reader_gets_an_issue_once_however_often_it_is_written(public, published, owner, monkeypatch):
    monkeypatch.setattr(newsletter, "BATCH", 2)
    for number in range(5):
        reader_of(public, f"r{number}@example.org")
    reader_of(public, "waiting@example.org", confirmed_at=None)
    reader_of(public, "gone@example.org", stopped_at=timezone.now())
    newsletter.request_sending(published, owner, timezone.now())
    reader_of(public, "late@example.org", confirmed_at=timezone.now() + timedelta(seconds=1))
    assert newsletter.send_requested(timezone.now()) == 1
    type(published).objects.update(sent_at=None)  # as if the worker had been killed before it stored that it is done
    newsletter.send_requested(timezone.now())
    assert [one.recipient for one in mails()] == [f"r{number}@example.org" for number in range(5)]
    assert newsletter.send_requested(timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_message_per_reader(public, published, owner):
    for number in range(20):
        reader_of(public, f"r{number}@example.org")
    newsletter.request_sending(published, owner, timezone.now())
    race(*[lambda: newsletter.send_requested(timezone.now())] * 3)
    assert mails().count() == 20


def test_unpublished_issue_is_not_sent(public, published, owner):
    reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    issues.unpublish(published, owner, timezone.now())
    assert newsletter.send_requested(timezone.now()) == 0 and not mails().exists()
    issues.publish(published, owner, timezone.now())
    newsletter.request_sending(published, owner, timezone.now())


def test_unpublished_issue_is_not_sent_from_the_outbox_and_can_be_sent_again(
    as_person, mailbox, send_outbox, public, published, owner, path
):
    for name in ("a", "b"):
        reader_of(public, f"{name}@example.org")
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    Delivery.objects.filter(recipient="a@example.org").update(state=Delivery.State.SENT)
    newsletter.send_test(published, owner, timezone.now())
    client = as_person(owner)
    assert "Sent to the readers" in words(client.get(path("issue", published.pk)))
    client.post(path("issue_change", published.pk), {"act": "unpublish"})
    send_outbox()
    assert [recipients for recipients, _mail in mailbox.received] == [[owner.email]]
    shown = words(client.get(path("issue", published.pk)))
    assert "Sent to the readers" not in shown and "Once it is published" in shown
    issues.publish(published, owner, timezone.now())
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    send_outbox()
    assert [recipients for recipients, _mail in mailbox.received[1:]] == [["b@example.org"]]


@pytest.mark.parametrize("is_deleted", [True, False])
def test_email_that_was_being_sent_is_not_tried_again_after_its_issue_is_unpublished(
    mailbox, send_outbox, public, published, owner, is_deleted
):
    reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    mails().update(state=Delivery.State.SENDING, next_attempt_at=timezone.now())
    draft = issues.unpublish(published, owner, timezone.now())
    if is_deleted:
        issues.delete_issue(draft, owner)
    send_outbox()
    (mail,) = mails()
    assert (mail.state, mail.error_code, mailbox.received) == (Delivery.State.FAILED, "withdrawn", [])
    assert "unpublished or deleted" in delivery_problem(mail)


def test_reader_who_was_removed_and_added_again_gets_an_issue_once(public, published, owner):
    former, other = reader_of(public), reader_of(public, "other@example.org")
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    mails().filter(recipient=READER).update(state=Delivery.State.SENT)
    readers.remove_reader(public, former, owner)
    issues.unpublish(published, owner, timezone.now())
    reader_of(public, READER)
    issues.publish(published, owner, timezone.now())
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    assert [one.recipient for one in mails()] == [other.email, READER]


def test_email_that_an_earlier_version_wrote_is_not_written_again(public, published, owner):
    reader = reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    mails().update(key=f"newsletter:{public.pk}:{published.pk}:{reader.pk}")
    type(published).objects.update(sent_at=None)
    newsletter.send_requested(timezone.now())
    assert mails().count() == 1


def test_issue_that_all_readers_have_stays_sent_when_it_is_unpublished(public, published, owner):
    reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    mails().update(state=Delivery.State.SENT)
    assert issues.unpublish(published, owner, timezone.now()).sent_at


def test_deleted_item_of_a_french_newsletter_is_replaced_in_french(public, published, owner, mention):
    type(published).objects.update(language="fr")
    published.refresh_from_db()
    reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    newsletter.send_test(published, owner, timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    for mail in mails():
        assert "n’est plus disponible" in mail.text or "plus disponible" in mail.text
        assert "(no longer available)" not in mail.text + mail.html


def test_reader_who_unsubscribes_before_sending_gets_nothing(mailbox, send_outbox, public, published, owner):
    reader = reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    readers.unsubscribe(reader, timezone.now())
    send_outbox()
    assert mailbox.received == [] and mails().get().error_code == "not_confirmed"


def test_deleted_item_is_cut_out_of_stored_emails(public, published, owner, mention):
    reader_of(public)
    newsletter.request_sending(published, owner, timezone.now())
    newsletter.send_requested(timezone.now())
    assert "Lumen opens in Rennes" in mails().get().html
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    mail = mails().get()
    for body in (mail.html, mail.text):
        assert "Lumen opens in Rennes" not in body and "At last." not in body
        assert "Halo lowers its prices" in body and "/newsletter/unsubscribe/" in body


def test_long_issue_has_as_many_items_as_mail_programs_show(public, draft, owner):
    for number in range(60):
        title, comment = f"Item {number}", "Long comment. " * 140
        items.add_url(draft, owner, f"https://a.example/{number}", timezone.now(), title=title, comment=comment)
    newsletter.send_test(draft, owner, timezone.now())
    html = mails().get().html
    assert len(html.encode()) <= MAX_HTML_BYTES
    assert "Item 29" in html and "Item 30" not in html and "Read the whole issue" in html


def stop_path(reader):
    return readers.unsubscribe_url(reader).split("8000")[1]


def test_link_of_a_removed_reader_ends_the_subscription_that_followed(public, owner):
    former = reader_of(public)
    stop = stop_path(former)
    readers.remove_reader(public, former, owner)
    assert "No subscription found" in words(Client().get(stop))
    present, other = reader_of(public), reader_of(public, "other@example.org")
    assert "Stop sending" in words(Client().get(stop))
    assert "will no longer receive" in words(Client().post(stop, {"List-Unsubscribe": "One-Click"}))
    present.refresh_from_db()
    other.refresh_from_db()
    assert not present.is_confirmed and other.is_confirmed


def test_link_of_a_removed_reader_does_not_end_another_newsletter(public, project, owner):
    former = reader_of(public)
    stop = stop_path(former)
    readers.remove_reader(public, former, owner)
    present = reader_of(create_collection(project, owner, "Competitors"))
    assert "No subscription found" in words(Client().post(stop))
    present.refresh_from_db()
    assert present.is_confirmed


def test_link_of_an_earlier_version_ends_its_subscription_or_says_that_it_found_none(public, owner):
    reader = reader_of(public)
    stop = f"/newsletter/unsubscribe/{signed_values(readers.LINK_SALT, reader.pk)}"
    assert "will no longer receive" in words(Client().post(stop))
    reader.delete()
    reader_of(public)
    assert "No subscription found" in words(Client().post(stop)) and readers.confirmed_readers(public).exists()


def test_deleted_collection_forgets_its_readers(public, owner):
    reader = reader_of(public)
    stop = readers.unsubscribe_url(reader).split("8000")[1]
    delete_collection(public, owner)
    assert not ExternalRecipient.objects.exists()
    assert "No subscription found" in words(Client().get(stop))
