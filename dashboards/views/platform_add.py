"""Adding sources of platforms: a form per platform, a preview of what it would bring, and the recommended ones.

Also the test of a source's connection, whose progress and result are the same page.
"""

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.formats import number
from accounts.models import Membership, Project, Role
from dashboards.forms.platforms import PlatformForm, posted
from dashboards.presenters.all_items import all_items
from dashboards.presenters.fetching import WAIT_S, show_progress, show_result, too_many_fetches
from dashboards.presenters.platform_cards import initials_of
from dashboards.presenters.platform_preview import preview_result
from monitoring.messages.labels import translated
from monitoring.models import FetchRequest
from monitoring.platforms.base import Needs, Platform
from monitoring.platforms.registry import PLATFORMS
from monitoring.services.connections import oauth_of
from monitoring.services.fetches import TooManyFetches, fetch_of, request_fetch, wait_for
from monitoring.services.platform_previews import (
    entered,
    parameters_of,
    parameters_of_source,
    sealed_secrets,
    tested_source,
)
from monitoring.services.platform_sources import (
    PlatformResult,
    add_platform_source,
    add_recommended,
    recommended_platforms,
)


@project_view(Role.MANAGER)
def platform_add(request: SignedInRequest, membership: Membership, platform_name: str) -> HttpResponse:
    """GET shows the form, prefilled from its parameters. POST previews the source, or adds it (`add`).

    A paid one is always previewed first, as the preview estimates its cost.
    """
    project, platform = membership.project, _platform(platform_name)
    credentials = list(project.credentials.filter(platform=platform.name).order_by("name", "pk"))
    form = PlatformForm(platform, credentials, posted(request), initial=request.GET.dict())
    is_paid = platform.needs == Needs.PAYMENT
    if request.method == "POST" and form.is_valid():
        if "add" in request.POST and not is_paid:
            return _added(request, project, add_platform_source(project, request.user, form.new))
        url = platform.address(form.new.settings)
        response = _request(request, project, url, parameters_of(form.new), sealed_secrets(form.new))
        if response:
            return response
        form.add_error(None, too_many_fetches())
    label = translated(platform.label)
    context = {
        "form": form,
        "label": label,
        "summary": translated(platform.summary),
        "initials": initials_of(platform.label),
        "is_paid": is_paid,
        "may_connect": oauth_of(platform) is not None,
    }
    return render(request, "sources/platform_add.html", context)


@project_view(Role.MANAGER)
def platform_preview(request: SignedInRequest, membership: Membership, preview_id: uuid.UUID) -> HttpResponse:
    """The progress of a preview or test, then its result; POST adds the source. Another person's is not found."""
    project = membership.project
    fetch = fetch_of(project, request.user, preview_id, FetchRequest.Kind.PLATFORM)
    platform = PLATFORMS.get(fetch.parameters.get("platform", "")) if fetch else None
    if fetch is None or platform is None:
        raise Http404
    new, source = entered(fetch), tested_source(fetch)
    if request.method == "POST" and new:
        result = add_platform_source(project, request.user, new)
        FetchRequest.objects.filter(pk=fetch.pk).update(sealed="")
        return _added(request, project, result)
    back = reverse("source", args=[project.pk, source.pk]) if source else reverse("source_add", args=[project.pk])
    label = translated(platform.label)
    if fetch.state != FetchRequest.State.DONE:
        return show_progress(request, fetch, label, back)
    form_url = reverse("platform_add", args=[project.pk, platform.name])
    context = {
        "label": label,
        "initials": initials_of(platform.label),
        "result": preview_result(project, fetch.result),
        "all_items": all_items(project, platform.name, new.settings if new else source.settings if source else {}),
        "may_edit": new is None,
        "source": source,
        "is_new": new is not None,
        "back": back,
        "form_url": f"{form_url}?{urlencode(new.settings)}" if new and new.settings else form_url,
    }
    return show_result(request) or render(request, "sources/platform_preview.html", context)


@project_view(Role.MANAGER)
@require_POST
def source_test(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """POST to test the connection of a source of a platform."""
    source = get_object_or_404(membership.project.sources.exclude(platform="feed"), pk=source_id)
    parameters = parameters_of_source(source)
    response = _request(request, membership.project, source.url, parameters)
    if response:
        return response
    messages.error(request, too_many_fetches())
    return redirect("source", membership.project_id, source_id)


@project_view(Role.MANAGER)
@require_POST
def recommended_add(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to add all recommended platforms that the project has no source of."""
    names = [platform.name for platform in recommended_platforms()]
    added = add_recommended(membership.project, request.user, names)
    text = ngettext("%(number)s source added.", "%(number)s sources added.", len(added))
    messages.success(request, text % {"number": number(len(added))})
    return redirect("sources", membership.project_id)


def _platform(name: str) -> Platform:
    if name == "feed" or name not in PLATFORMS:
        raise Http404
    return PLATFORMS[name]


def _request(
    request: SignedInRequest, project: Project, url: str, parameters: Mapping[str, object], sealed: str = ""
) -> HttpResponse | None:
    """Queue a preview and go to its page after a moment; None if the person has too many fetches in progress."""
    try:
        fetch = request_fetch(project, request.user, FetchRequest.Kind.PLATFORM, url, parameters, sealed)
    except TooManyFetches:
        return None
    wait_for(fetch, WAIT_S)
    return redirect("platform_preview", project.pk, fetch.pk)


def _added(request: SignedInRequest, project: Project, result: PlatformResult) -> HttpResponse:
    """Go to the source. The secrets of a preview are stored for an hour, then they have to be entered again."""
    if result.source is None:
        messages.error(request, _("The key is no longer stored for this preview. Enter it again."))
        return redirect("source_add", project.pk)
    name = {"name": str(result.source)}
    if result.created:
        messages.success(request, _("“%(name)s” added. Its first items will arrive shortly.") % name)
    else:
        messages.info(request, _("“%(name)s” is already a source.") % name)
    return redirect("source", project.pk, result.source.pk)
