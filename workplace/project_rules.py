"""Change the one row of rules that a project has of a kind, with its activity log entry."""

from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from accounts.activity_log import record
from accounts.models import Project, User

Rules = TypeVar("Rules", bound=Model)


@transaction.atomic
def change_rules(
    kind: type[Rules], project: Project, user: User, action: str, values: dict[str, object]
) -> tuple[Rules, dict[str, object]]:
    """Store the fields of `values` that differ, with a log entry. Return the locked row and those fields."""
    kind._default_manager.get_or_create(project=project)
    rules = kind._default_manager.select_for_update().get(project=project)
    changes = {name: value for name, value in values.items() if getattr(rules, name) != value}
    for name, value in changes.items():
        setattr(rules, name, value)
    if changes:
        rules.save(update_fields=list(changes))
        record(project, user, action, project, **changes)
    return rules, changes
