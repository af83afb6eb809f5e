"""Read the filter parameters that several API operations share, and refuse those that cannot be used.

In: a request's query string. Out: a MentionFilter. Called by api/mentions.py, api/volume.py and api/sentiment.py.
"""

from django.utils import timezone

from accounts.access import SignedInRequest
from accounts.models import Project
from api.problems import InvalidRequest, field_error, unknown_parameters
from api.schemas import PeriodParameters
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter

PERIOD_PARAMETERS = {field.alias or name for name, field in PeriodParameters.model_fields.items()}


def read_filter(request: SignedInRequest, project: Project, others: set[str]) -> MentionFilter:
    """Return the filter of the query string; `others` are the operation's own parameters.

    Raises InvalidRequest for values that pages only report and skip.
    """
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk)
    errors = [
        field_error(problem.parameter, problem.message, problem.code, position=problem.position)
        for problem in f.problems
    ]
    known = PERIOD_PARAMETERS | {dimension.parameter for dimension in DIMENSIONS.values()} | others
    errors += unknown_parameters(request, known)
    if errors:
        raise InvalidRequest(errors)
    return f
