"""The reason why a planned issue was not published: a sentence in the editor, and one email to who planned it.

Called in the transaction that tries to publish the issue (workplace/curation/schedule.py).
"""

from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from workplace.curation.issues import name_of
from workplace.models import CollectionIssue

NO_READERS, RIGHTS = "no_readers", "rights"  # the others are fields of an issue
PROBLEMS = {
    "title": gettext_lazy(
        "This issue wasn’t published as scheduled: it had no title. Enter one, then schedule it again."
    ),
    "items": gettext_lazy(
        "This issue wasn’t published as scheduled: it had no items. Add one, then schedule it again."
    ),
    RIGHTS: gettext_lazy(
        "This issue wasn’t published as scheduled: the person who scheduled it can’t publish in this project any "
        "more. Schedule it again."
    ),
    NO_READERS: gettext_lazy(
        "This issue was published as scheduled, but not sent by email: nobody has confirmed to receive it."
    ),
}


def write_problem(issue: CollectionIssue, problem: str, planned_at: datetime) -> None:
    """Write once to the person who planned an issue, if they are still a member, why their plan failed."""
    project, user = issue.collection.project, issue.planned_by
    if user is None or not Membership.objects.filter(project=project, user=user, user__is_active=True).exists():
        return
    with translation.override(user.language):
        pattern = _("Not sent: “%(title)s”") if problem == NO_READERS else _("Not published: “%(title)s”")
        headline = pattern % {"title": name_of(issue)}
        url = absolute(reverse("issue", args=[project.pk, issue.pk]))
        context = {"headline": headline, "reason": PROBLEMS[problem], "url": url}
        text = render_to_string("emails/issue_problem.txt", context)
    outbox.write(
        Message(
            key=f"issue-problem:{issue.pk}:{int(planned_at.timestamp())}:{problem}:{user.pk}",
            kind=Delivery.Kind.NEWSLETTER,
            recipient=user.email,
            subject=headline,
            text=text,
            project=project,
            user=user,
        )
    )
