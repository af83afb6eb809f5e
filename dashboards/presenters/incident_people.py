"""Who can be named in a comment on an incident. Called by its page."""

from accounts.models import Membership, User
from accounts.named_members import Member, handles
from dashboards.presenters.notes import NameChoice


def choices(membership: Membership) -> list[NameChoice]:
    """Return the other active members, each with what to write after the @."""
    users = User.objects.filter(memberships__project_id=membership.project_id, is_active=True)
    members = [Member(one.pk, one.name, one.email) for one in users.order_by("first_name", "email")]
    by_id = handles(members)
    return [NameChoice(by_id[one.pk], one) for one in members if one.pk != membership.user_id]
