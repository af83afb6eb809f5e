"""Read the change of several mentions that the toolbar of the inbox posts.

`change` is the value of the pressed button: a field of forms/triage.py and its value, as in "status:replied",
"assignee:7" or "snooze:monday"; "ignored:spam" gives a reason, too, and "add_tag" and "remove_tag" take `tag`. One
field for all, since the form contains the field of tags whichever button is pressed.
"""

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.projects import active_members
from dashboards.forms.triage import read_change
from monitoring.services.triage_operations import AddTags, Assign, Operation, RemoveTags


def read_operation(project: Project, user: User, data: QueryDict) -> Operation:
    """Return the operation. Raises ValidationError by field."""
    name, _separator, value = data.get("change", "").partition(":")
    fields = QueryDict(mutable=True)
    if name == "ignored":
        fields.update({"status": "ignored", "reason": value})
    else:
        fields[name] = data.get("tag", "") if name in ("add_tag", "remove_tag") else value
    operation = read_change(user, fields)
    if isinstance(operation, Assign) and operation.assignee_id is not None:
        _check_member(project, operation.assignee_id)
    if isinstance(operation, AddTags | RemoveTags) and not next(iter(operation.detail.values())):
        raise ValidationError({"tag": _("Enter a tag.")})
    return operation


def _check_member(project: Project, person_id: int) -> None:
    if person_id not in {person.pk for person in active_members(project)}:
        raise ValidationError({"assignee": _("This person isn’t a member of the project.")})
