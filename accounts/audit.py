"""Every change that a person makes leaves a line here, in the same transaction as the change."""

from accounts.models import AuditLine, Project, User


def record(project: Project, user: User | None, action: str, target: object, **detail: object) -> AuditLine:
    """Write one audit line. `action` is "noun.verb" ("keyword.paused"); `detail` must be plain JSON values."""
    return AuditLine.objects.create(project=project, user=user, action=action, target=str(target)[:300], detail=detail)
