"""What several operations of the API share: reading a filter from the query string, refusing what cannot be used.

Called by api/mentions.py and api_sentiment.py.
"""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import ValidationError

from accounts.models import Project
from api.schemas import PeriodParameters
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter

PERIOD_PARAMETERS = {field.alias or name for name, field in PeriodParameters.model_fields.items()}


def read_filter(request: HttpRequest, project: Project, others: set[str]) -> MentionFilter:
    """The filter of the query string. A page overlooks what it cannot read; a program is told."""
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone)
    errors = [
        error(problem.parameter, problem.message, problem.code, "query", position=problem.position)
        for problem in f.problems
    ]
    known = PERIOD_PARAMETERS | {dimension.parameter for dimension in DIMENSIONS.values()} | others
    errors += [
        error(name, _("Unknown parameter."), "unknown_parameter", "query") for name in request.GET if name not in known
    ]
    if errors:
        raise ValidationError(errors)
    return f


def refused(field: str, message: str, code: str, place: str = "body", **more: object) -> ValidationError:
    return ValidationError([error(field, message, code, place, **more)])


def error(field: str, message: str, code: str, place: str, **more: object) -> dict[str, object]:
    """An error in ninja's form, which api/problems.py writes."""
    told = {name: value for name, value in more.items() if value is not None}
    return {"loc": (place, field), "msg": str(message), "type": code, "ctx": told}
