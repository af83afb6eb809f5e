"""Who receives a scheduled report: members, and addresses without an account that have confirmed.

The signed link in every email shows the report and ends the emails, without signing in; it never expires, since old
emails must keep working. Called by the pages, the API, and reports/schedule.py.
"""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Membership, User
from delivery import external_recipients
from delivery.links import absolute, signed_values, values_of
from reports.models import Edition, Report, ReportRecipient

MAX_RECIPIENTS = 50
_SALT = "reports.recipient"


@transaction.atomic
def add_recipient(report: Report, actor: User, email: str, now: datetime) -> ReportRecipient:
    """Add an address: a member's, or another one, whose owner is asked to confirm. Raises ValidationError."""
    email = email.strip().lower()
    Report.objects.select_for_update(no_key=True).get(pk=report.pk)  # one at a time: their number is limited
    member = report.project.memberships.select_related("user").filter(user__email=email).first()
    external = None if member else external_recipients.invite(report.project, actor, email, report.language, now)
    user = member.user if member else None
    found = report.recipients.filter(user=user, external=external).first()
    if found:
        return found
    if report.recipients.count() >= MAX_RECIPIENTS:
        text = ngettext(
            "A report can have %(count)s recipient.", "A report can have up to %(count)s recipients.", MAX_RECIPIENTS
        )
        raise ValidationError(text % {"count": MAX_RECIPIENTS}, code="too_many")
    record(report.project, actor, "report.recipient_added", report.title, report=report.pk, email=email)
    return report.recipients.create(user=user, external=external)


def remove_recipient(recipient: ReportRecipient, actor: User | None) -> None:
    """Remove a recipient from a report. Safe to repeat."""
    report = recipient.report
    with transaction.atomic():
        if ReportRecipient.objects.filter(pk=recipient.pk).delete()[0]:
            detail = {"report": report.pk, "email": recipient.email}
            record(report.project, actor, "report.recipient_removed", report.title, **detail)


def unsubscribe(recipient: ReportRecipient, now: datetime) -> None:
    """End the emails of a report, as the recipient asked; an address without an account gets nothing more at all."""
    with transaction.atomic():
        if recipient.external:
            external_recipients.stop(recipient.external, now)
        remove_recipient(recipient, recipient.user)


def recipients_of(report: Report) -> QuerySet[ReportRecipient]:
    """Return the recipients that the page lists, the first added first."""
    return report.recipients.select_related("user", "external").order_by("pk")


def receiving(report: Report) -> QuerySet[ReportRecipient]:
    """Return the recipients that get the next report: active members, and others who have confirmed."""
    return recipients_of(report).filter(_receives())


def ids_of_received(reports: Collection[Report]) -> set[int]:
    """Return the ids of the reports that somebody receives, in one query."""
    rows = ReportRecipient.objects.filter(_receives(), report__in=[report.pk for report in reports])
    return set(rows.values_list("report_id", flat=True))


def view_url(recipient: ReportRecipient, edition: Edition) -> str:
    """Return the link that shows an edition to its recipient."""
    return absolute(reverse("mailed_report", args=[signed_values(_SALT, recipient.pk, edition.pk)]))


def unsubscribe_url(recipient: ReportRecipient) -> str:
    return absolute(reverse("report_unsubscribe", args=[signed_values(_SALT, recipient.pk)]))


def recipient_of_link(signed: str) -> ReportRecipient | None:
    """Return the recipient of a link to unsubscribe; None if it is invalid, or they no longer receive the report."""
    match values_of(_SALT, signed):
        case [int(pk)]:
            return _recipients().filter(pk=pk).first()
    return None


def edition_of_link(signed: str) -> Edition | None:
    """Return the edition of a link in an email; None if it is invalid, or its recipient no longer gets the report."""
    match values_of(_SALT, signed):
        case [int(pk), int(edition_id)]:
            recipient = _recipients().filter(pk=pk).first()
            if recipient and receiving(recipient.report).filter(pk=pk).exists():
                editions = Edition.objects.select_related("report__project")
                return editions.filter(pk=edition_id, report=recipient.report_id).first()
    return None


def _receives() -> Q:
    project, user = OuterRef("report__project"), OuterRef("user")
    members = Membership.objects.filter(project=project, user=user, user__is_active=True)
    return Q(Exists(members)) | external_recipients.confirmed("external")


def _recipients() -> QuerySet[ReportRecipient]:
    rows = ReportRecipient.objects.select_related("user", "external__project", "report__project")
    return rows.filter(report__project__deleted_at=None)
