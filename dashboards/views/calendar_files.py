"""The calendar outside of Vigie: secret addresses for calendar programs, and files to import and export."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from accounts.access import SignedInRequest, project_view
from accounts.activity_log import record
from accounts.formats import number
from accounts.models import Membership, Role
from dashboards.outside_responses import secret_feed
from workplace import calendar_addresses
from workplace.post_import import MAX_FILE, ImportResult, import_file

CONTENT_TYPE = "text/calendar; charset=utf-8"


@project_view()
def calendar_files(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The addresses of the person, the form for another one, and the files."""
    return _page(request, membership)


@never_cache
@project_view()
@require_POST
def address_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to create an address. Shows it on the page itself: a redirect would store it."""
    try:
        _address, url = calendar_addresses.create_address(membership)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("calendar_files", membership.project_id)
    return _page(request, membership, url=url)


@project_view()
@require_POST
def address_revoke(request: SignedInRequest, membership: Membership, address_id: int) -> HttpResponse:
    """POST to revoke an address of one's own."""
    address = get_object_or_404(calendar_addresses.addresses_of(membership), pk=address_id)
    calendar_addresses.revoke_address(address, request.user)
    messages.success(request, _("Calendar address revoked: it no longer works."))
    return redirect("calendar_files", membership.project_id)


@require_safe
@conditional_page
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The posts as iCalendar; the secret token gives access."""
    now = timezone.now()
    address = calendar_addresses.read_address(token, now)
    if address is None:
        raise Http404
    with translation.override(address.user.language):
        content = calendar_addresses.calendar_of(address.project, now)
    return secret_feed(content, CONTENT_TYPE)


@project_view()
@require_POST
def calendar_ics(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST for the same calendar as a file to download."""
    project, now = membership.project, timezone.now()
    response = HttpResponse(calendar_addresses.calendar_of(project, now), content_type=CONTENT_TYPE)
    name = f"{slugify(project.name) or 'vigie'}-{timezone.localdate(timezone=request.user.zone)}.ics"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "no-store"
    record(project, request.user, "list.exported", _("Calendar"), list="posts", format="ics")
    return response


@project_view(Role.MANAGER)
@require_POST
def calendar_import(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST a calendar or a CSV file as `file`."""
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise ValidationError(_("Select a file."))
        content = upload.read(MAX_FILE + 1)
        result = import_file(membership.project, request.user, str(upload.name), content)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("calendar_files", membership.project_id)
    messages.success(request, _result_words(result))
    return _page(request, membership, left_out=result.left_out)


def _result_words(result: ImportResult) -> str:
    created = ngettext("%(number)s post created.", "%(number)s posts created.", result.created)
    text = created % {"number": number(result.created)}
    if result.known:
        known = ngettext(
            "%(number)s was already in the calendar.", "%(number)s were already in the calendar.", result.known
        )
        text = f"{text} {known % {'number': number(result.known)}}"
    return text


def _page(request: SignedInRequest, membership: Membership, **more: object) -> HttpResponse:
    context = {
        "project": membership.project,
        "addresses": list(calendar_addresses.addresses_of(membership)),
        "may_edit": membership.may(Role.MANAGER),
        **more,
    }
    return render(request, "calendar/files.html", context)
