"""Every change that a person makes leaves a line here, in the same transaction as the change."""

from accounts.models import ActivityEntry, Project, User


def record(project: Project, user: User | None, action: str, target: object, **detail: object) -> ActivityEntry:
    """Write one audit line. `action` is "noun.verb" ("keyword.paused"); `detail` must be plain JSON values."""
    return ActivityEntry.objects.create(
        project=project, user=user, action=action, target=str(target)[:300], detail=detail
    )
