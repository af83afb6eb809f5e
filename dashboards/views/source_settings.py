"""Changing the settings of a source of a platform."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.platforms import SettingsForm, posted
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.settings import public_settings
from monitoring.services.platform_sources import change_settings


@project_view(Role.MANAGER)
def source_settings(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """GET shows the settings, POST changes them. A source without settings has no such page."""
    source = get_object_or_404(membership.project.sources, pk=source_id)
    platform = PLATFORMS.get(source.platform)
    if platform is None or not public_settings(platform):
        return redirect("source", membership.project_id, source_id)
    form = SettingsForm(platform, posted(request), initial=source.settings)
    if request.method == "POST" and form.is_valid():
        result = change_settings(source, request.user, form.texts(public_settings(platform)))
        if result.source:
            messages.success(request, _("Settings of “%(name)s” saved.") % {"name": result.source})
            return redirect("source", membership.project_id, source_id)
        form.add_problems(dict(result.problems))
    return render(request, "sources/source_settings.html", {"form": form, "source": source})
