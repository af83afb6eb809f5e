"""The activity log of a project: one entry per change that a person makes, in the same transaction as the change.

Called by every function in services/, accounts/, alerts/ and provisioning/ that changes something for a person.
"""

from accounts.models import ActivityEntry, Project, User


def record(project: Project, user: User | None, action: str, target: object, **detail: object) -> ActivityEntry:
    """Create one entry. `action` is "noun.verb", such as "keyword.paused"; `target` is what people call the row.

    `detail` has what changed, as JSON values. `user` is None for changes that Vigie makes itself.
    """
    return ActivityEntry.objects.create(
        project=project, user=user, action=action, target=str(target)[:300], detail=detail
    )
