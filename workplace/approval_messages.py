"""The emails of approvals: to the person who is asked, and to the author when they have decided.

Called by workplace/drafts.py, in the transaction of the change. They link to the item and show nothing of it.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from monitoring.models import Mention
from workplace.models import Draft


def write_request(draft: Draft, user: User, reviewer: User) -> None:
    """Write to the person who is asked to approve."""
    _write(draft, user, reviewer)


def write_decision(draft: Draft, user: User) -> None:
    """Write to the author of a draft that was approved or sent back."""
    if draft.author:
        _write(draft, user, draft.author)


def _write(draft: Draft, by: User, to: User) -> None:
    with translation.override(to.language), timezone.override(to.zone):
        subject = {
            Draft.State.REQUESTED: _("%(person)s asks you to approve a reply in “%(project)s”"),
            Draft.State.APPROVED: _("%(person)s approved your reply in “%(project)s”"),
            Draft.State.CHANGES: _("%(person)s requests changes to your reply in “%(project)s”"),
        }[Draft.State(draft.state)] % {"person": by.name, "project": draft.project.name}
        text = render_to_string(
            "emails/approval.txt", {"headline": subject, "draft": draft, "url": absolute(_path(draft))}
        )
    outbox.write(
        Message(
            key=f"approval:{draft.pk}:{draft.version}:{to.pk}",
            kind=Delivery.Kind.APPROVAL,
            recipient=to.email,
            subject=subject,
            text=text,
            project=draft.project,
            user=to,
        )
    )


def _path(draft: Draft) -> str:
    mention = Mention.objects.filter(document_id=draft.document_id).order_by("pk").first()
    if mention is None:
        return reverse("mentions", args=[draft.project_id])
    return f"{reverse('mention', args=[draft.project_id, mention.pk])}#reply"
