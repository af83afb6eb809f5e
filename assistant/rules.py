"""Whether a project allows the assistant. Changes are in the activity log. Called by the settings page and the API."""

from accounts.models import Project, User
from assistant.endpoint import is_configured
from assistant.models import AssistantRules
from workplace.project_rules import change_rules


def is_allowed(project: Project) -> bool:
    """Return whether the project's admins allow the assistant."""
    return AssistantRules.objects.filter(project=project, is_allowed=True).exists()


def is_offered(project: Project) -> bool:
    """Return whether the managers of a project can ask the assistant. No query without an assistant."""
    return is_configured() and is_allowed(project)


def set_allowed(project: Project, user: User, is_allowed: bool) -> None:
    """Allow the assistant or not."""
    change_rules(AssistantRules, project, user, "assistant.changed", {"is_allowed": is_allowed})
