"""Download a list as a file: the page that asks for the format, and the file itself. Every member may export."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from dashboards.forms.export import COOKIE, ExportForm
from dashboards.views.preferences import YEAR_S
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.time_limit import TooSlow
from reports.exports.formats import start_export
from reports.exports.registry import LISTS, Asked, InvalidFilter
from reports.exports.xlsx_file import MAX_ROWS, TooManyRows


@project_view()
def export(request: SignedInRequest, membership: Membership, list_name: str) -> HttpResponse:
    """GET asks for the format; POST sends the file. The query string is that of the page of the list."""
    if list_name not in LISTS:
        raise Http404
    if request.method == "POST":
        return _file(request, membership, list_name)
    form = ExportForm.remembered(request.COOKIES.get(COOKIE, ""), request.user.language)
    return _page(request, membership, list_name, form)


def _file(request: SignedInRequest, membership: Membership, list_name: str) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, membership, list_name, form, status=422)
    chosen, separator = form.cleaned_data["format"], form.cleaned_data["separator"]
    try:
        export = LISTS[list_name].build(_asked(request, membership))
        file = start_export(membership.project, request.user, export, chosen, separator)
    except InvalidFilter:
        return _page(request, membership, list_name, form, status=422)
    except TooManyRows as error:
        form.add_error("format", str(error))
        return _page(request, membership, list_name, form, status=422)
    except TooSlow:
        form.add_error(None, _("Reading this list takes too long. Choose a shorter period or fewer filters."))
        return _page(request, membership, list_name, form, status=503)
    response: Any = StreamingHttpResponse(file.pieces, content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["Cache-Control"] = "no-store"
    response.set_cookie(COOKIE, form.cookie(), max_age=YEAR_S, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response


@within_time_limit
def _page(
    request: SignedInRequest, membership: Membership, list_name: str, form: ExportForm, *, status: int = 200
) -> HttpResponse:
    kind = LISTS[list_name]
    context: dict[str, object] = {
        "project": membership.project,
        "form": form,
        "title": kind.title,
        "back": kind.url(membership.project, request.GET),
        "max_rows": MAX_ROWS,
    }
    try:
        export = kind.build(_asked(request, membership))
        context |= {"facts": export.facts, "count": export.count()}
    except InvalidFilter as error:
        context["problem"] = str(error)
    return render(request, "exports/export.html", context, status=status)


def _asked(request: SignedInRequest, membership: Membership) -> Asked:
    return Asked(membership.project, request.user, request.GET, timezone.now())
