"""The API's exports: a list of the pages as a file, exactly as its query string filters it.

Members of every role export what they read; the activity log has each export. Mounted by api/app.py, which
authenticates callers and turns exceptions into problem bodies.
"""

from typing import TYPE_CHECKING, Any, Literal

from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from ninja import Router
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.problems import InvalidField
from api.schemas import Body, Text
from reports.exports.formats import FORMATS, SEPARATORS, start_export
from reports.exports.registry import LISTS, Asked, InvalidFilter
from reports.exports.xlsx_file import TooManyRows

router = Router(tags=["exports"])

if TYPE_CHECKING:
    ListName = str  # mypy accepts no Literal of computed values
    FormatName = str
    SeparatorName = str
else:
    ListName = Literal[tuple(LISTS)]
    FormatName = Literal[tuple(FORMATS)]
    SeparatorName = Literal[tuple(SEPARATORS)]


class ExportIn(Body):
    list: ListName
    format: FormatName = "jsonl"
    query: Text = Field("", max_length=10_000, description="the query string of the page of the list")
    separator: SeparatorName = Field("comma", description="of the fields of a CSV file")


@router.post("/projects/{int:project_id}/exports", response={200: Any})
def export_list(request: SignedInRequest, project_id: int, export: ExportIn) -> StreamingHttpResponse:
    """Return a list as a file. JSON has names and codes in English and times in UTC; CSV and XLSX are in your language
    and time zone.
    """
    project = membership_of(request.user, project_id).project
    asked = Asked(project, request.user, QueryDict(export.query), timezone.now())
    try:
        built = LISTS[export.list].build(asked)
        file = start_export(project, request.user, built, export.format, export.separator)
    except InvalidFilter as error:
        raise InvalidField("query", str(error), "invalid") from error
    except TooManyRows as error:
        raise InvalidField("format", str(error), "too_many") from error
    response = StreamingHttpResponse(file.pieces, content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name) or ""
    return response
