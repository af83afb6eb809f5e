"""Send a published issue to the readers of its collection: one message each, in the outbox.

`request_sending` is what a person does; `send_requested`, called by workplace/tasks.py, writes the messages in
batches. Their keys have the issue and a digest of the address, so neither a run that is killed and continues nor an
address that is removed and added again gets one twice. Who confirms later than the request doesn't receive the issue.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.lost_session import drop_lost_session
from accounts.models import User
from delivery import outbox
from delivery.deletions import without_items
from delivery.html_email import MAX_HTML_BYTES, inline_styles
from delivery.links import absolute, mail_domain
from delivery.message import Message, Rendered
from delivery.models import Delivery, ExternalRecipient
from delivery.passages import Marks
from monitoring.ingest.deletions import lock_and_find_deleted
from workplace.curation import readers
from workplace.curation.addresses import address_of
from workplace.curation.issues import name_of
from workplace.curation.paper import Paper, PaperItem, paper_of
from workplace.curation.withdrawal import key_of
from workplace.models import CollectionIssue

log = logging.getLogger(__name__)
BATCH = 200
SHOWN = (100, 30, 10)  # items of an email: as many as fit before mail programs cut it off
# Replaced by the link of each reader. It comes after all items, whose passages therefore stay where they are.
_PLACEHOLDER = "https://unsubscribe.invalid/"


@dataclass(frozen=True)
class MailedItem:
    """An item with the marks around it (delivery/passages.py), "" for one that was never collected."""

    item: PaperItem
    start: str
    end: str


def request_sending(issue: CollectionIssue, user: User | None, now: datetime) -> CollectionIssue:
    """Ask for the emails of a published issue, once; Vigie itself does it as planned. Raises ValidationError."""
    with transaction.atomic():
        rows = CollectionIssue.objects.select_related("collection__project").select_for_update(of=("self",))
        found = rows.get(pk=issue.pk)
        if not found.is_published:
            raise ValidationError({"issue": ValidationError(_("Publish the issue first."), code="draft")})
        if found.send_requested_at:
            raise ValidationError({"issue": ValidationError(_("This issue was already sent."), code="sent")})
        if not readers.confirmed_readers(found.collection).exists():
            text = _("Nobody has confirmed to receive this newsletter yet.")
            raise ValidationError({"issue": ValidationError(text, code="no_readers")})
        found.send_requested_at = now
        found.save(update_fields=["send_requested_at"])
        record(found.collection.project, user, "issue.sent", name_of(found), issue=found.pk)
        transaction.on_commit(_wake)
    return found


def send_test(issue: CollectionIssue, user: User, now: datetime) -> None:
    """Send an issue, also a draft, to the person alone."""
    collection = issue.collection
    rendered = _rendered(issue, now)
    message = _message(issue, rendered, now)
    page = absolute(reverse("collection", args=[collection.project_id, collection.pk]))
    outbox.write(
        replace(
            _addressed(message, user.email, page),
            key=f"newsletter-test:{issue.pk}:{user.pk}:{now.isoformat()}",
            user=user,
            is_external=False,
            headers=rendered.headers,
        )
    )


def send_requested(now: datetime) -> int:
    """Write the messages of all issues that wait for it. Return the number of issues."""
    waiting = CollectionIssue.objects.filter(send_requested_at__isnull=False, sent_at=None, published_at__isnull=False)
    waiting = waiting.filter(collection__project__deleted_at=None).select_related("collection__project")
    issues = list(waiting.order_by("send_requested_at", "pk"))
    for issue in issues:
        try:
            _send(issue, now)
        except Exception:  # one issue's failure never stops the others
            log.exception("event=newsletter issue=%s status=failed", issue.pk)
            drop_lost_session()
    return len(issues)


def _send(issue: CollectionIssue, now: datetime) -> None:
    message, last, count = _message(issue, _rendered(issue, now), now), 0, 0
    asked = (
        readers.confirmed_readers(issue.collection).filter(confirmed_at__lte=issue.send_requested_at).order_by("pk")
    )
    while batch := list(asked.filter(pk__gt=last)[:BATCH]):
        if not _write(issue, message, batch):
            return
        last, count = batch[-1].pk, count + len(batch)
    CollectionIssue.objects.filter(pk=issue.pk, send_requested_at=issue.send_requested_at).update(sent_at=now)
    log.info("event=newsletter issue=%s status=written readers=%s", issue.pk, count)


@transaction.atomic
def _write(issue: CollectionIssue, message: Message, batch: Sequence[ExternalRecipient]) -> bool:
    """Write the messages to these readers; return False if the issue was unpublished meanwhile."""
    published = CollectionIssue.objects.filter(pk=issue.pk, send_requested_at=issue.send_requested_at)
    if not published.filter(published_at__isnull=False).select_for_update(no_key=True).exists():
        return False
    if deleted := lock_and_find_deleted({passage.item for passage in message.passages}):
        message = without_items(message, deleted)
    former = {f"{key_of(issue)}{reader.pk}": reader for reader in batch}  # the keys of earlier versions
    written = set(Delivery.objects.filter(key__in=former).values_list("key", flat=True))
    outbox.write_all([_to_reader(issue, message, one) for key, one in former.items() if key not in written])
    return True


def _to_reader(issue: CollectionIssue, message: Message, reader: ExternalRecipient) -> Message:
    url = readers.unsubscribe_url(reader)
    return replace(
        _addressed(message, reader.email, url),
        key=f"{key_of(issue)}{hashlib.sha256(reader.email.lower().encode()).hexdigest()}",
        headers={
            **message.headers,
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _addressed(message: Message, email: str, url: str) -> Message:
    return replace(
        message,
        recipient=email,
        text=message.text.replace(_PLACEHOLDER, url),
        html=message.html.replace(_PLACEHOLDER, url),
    )


def _message(issue: CollectionIssue, rendered: Rendered, now: datetime) -> Message:
    """Return the message without its recipient."""
    return Message(
        key="",
        kind=Delivery.Kind.NEWSLETTER,
        recipient="",
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        headers={
            "List-Id": f"<newsletter.{issue.collection_id}.{mail_domain()}>",
            **rendered.headers,
        },
        project=issue.collection.project,
        is_external=True,
        passages=rendered.passages,
    )


def _rendered(issue: CollectionIssue, now: datetime) -> Rendered:
    """Return the email with as many items as fit."""
    paper = paper_of(issue, now)
    for limit in SHOWN:
        rendered = _render(issue, paper, limit)
        if len(rendered.html.encode()) <= MAX_HTML_BYTES:
            break
    return rendered


def _render(issue: CollectionIssue, paper: Paper, limit: int) -> Rendered:
    marks, address = Marks(), address_of(issue.collection)
    sections, left = [], limit
    for section in paper.sections:
        items = [_mailed(item, marks) for item in section.items[: max(left, 0)]]
        left -= len(items)
        if items:
            sections.append((section.title, items))
    with translation.override(paper.language), timezone.override(issue.collection.zone):
        context = {
            "paper": paper,
            "subject": paper.title or paper.collection,
            "language": paper.language,
            "sections": sections,
            "is_cut": sum(len(section.items) for section in paper.sections) > limit,
            "url": absolute(reverse("collection_issue", args=[address, issue.number])) if address else "",
            "unsubscribe_url": _PLACEHOLDER,
        }
        html = inline_styles(render_to_string("emails/newsletter.html", context))
        text = render_to_string("emails/newsletter.txt", context)
    headers = {"Content-Language": paper.language}
    return Rendered.unmarked(marks, paper.title or paper.collection, text, html, headers)


def _mailed(item: PaperItem, marks: Marks) -> MailedItem:
    if item.document is None or item.is_removed:
        return MailedItem(item, "", "")
    return MailedItem(item, marks.start(item.document), marks.end)


def _wake() -> None:
    from monitoring.tasks import send
    from workplace.tasks import send_newsletters

    send(send_newsletters)
