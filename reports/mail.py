"""The email of a scheduled report: its summary, and a link to the whole of it. Called by reports/schedule.py."""

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Project
from delivery.html_email import inline_styles
from delivery.links import mail_domain
from delivery.message import Message, Window
from delivery.models import Delivery
from reports.blocks import Markup, Numbers, Section, Sentence
from reports.markup import markup_lines
from reports.models import Edition, ReportRecipient
from reports.page import ReportPage
from reports.recipients import unsubscribe_url, view_url

SHOWN = ("summary", "comment")  # the rest is behind the link


def report_message(recipient: ReportRecipient, edition: Edition, page: ReportPage, project: Project) -> Message:
    """Return the message; `page` is that of the edition. Its key has the period: a recipient gets each period once."""
    unsubscribe = unsubscribe_url(recipient)
    with translation.override(edition.language), timezone.override(edition.zone):
        subject = _("%(title)s · %(period)s") % {"title": page.title, "period": page.period}
        context = {
            "page": page,
            "subject": subject,
            "language": edition.language,
            "lines": [line for section in page.sections if section.name in SHOWN for line in _lines(section)],
            "numbers": _numbers(page.sections),
            "others": [section.title for section in page.sections if section.name not in SHOWN],
            "url": view_url(recipient, edition),
            "unsubscribe_url": unsubscribe,
            "is_external": recipient.external is not None,
        }
        return Message(
            key=f"report:{edition.report_id}:{recipient.pk}:{edition.end.isoformat()}",
            kind=Delivery.Kind.REPORT,
            recipient=recipient.email,
            subject=subject,
            text=render_to_string("emails/report.txt", context),
            html=inline_styles(render_to_string("emails/report.html", context)),
            headers={
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "List-Id": f"<report.{edition.report_id}.{mail_domain()}>",
            },
            project=project,
            user=recipient.user,
            window=Window(edition.start, edition.end),
            is_external=recipient.external is not None,
        )


def _lines(section: Section) -> list[str]:
    """Return the sentences of a section as plain text."""
    lines = []
    for block in section.blocks:
        if isinstance(block, Sentence):
            lines.append(block.text)
        elif isinstance(block, Markup):
            lines += markup_lines(block.text)
    return lines


def _numbers(sections: list[Section]) -> list[object]:
    shown = [section for section in sections if section.name in SHOWN]
    return [number for one in shown for block in one.blocks if isinstance(block, Numbers) for number in block.items]
