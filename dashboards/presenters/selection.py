"""The choices in the toolbar of selected mentions, and the last change of a whole view.

Called by views/mentions.py.
"""

from datetime import datetime, timedelta

from accounts.models import Membership, Role
from accounts.projects import active_members
from dashboards.presenters.bulk_change import bulk_progress
from monitoring.models import Triage
from workplace.models import BulkChange

SHOWN_FOR = timedelta(minutes=5)  # the result of a change of a whole view


def selection_context(membership: Membership, now: datetime) -> dict[str, object]:
    """Return the context of the toolbar, and of the last change of a whole view that the person made."""
    if not membership.may(Role.MANAGER):
        return {}
    last = BulkChange.objects.filter(project=membership.project, user=membership.user_id).order_by("-pk").first()
    is_shown = last and (last.finished_at is None or last.finished_at > now - SHOWN_FOR)
    return {
        "members": active_members(membership.project),
        "pick_collections": membership.project.collections.order_by("name", "pk"),
        "reasons": Triage.Reason.choices,
        "bulk": bulk_progress(last) if last and is_shown else None,
    }
