"""The credentials of a project's sources: the list, and replacing and deleting them. Secrets are never shown."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.platforms import SecretsForm, posted
from monitoring.messages.labels import translated
from monitoring.messages.source_errors import error_text
from monitoring.models import Credential, Source
from monitoring.platforms.base import Platform
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.settings import secret_settings
from monitoring.polling.credential_state import is_for_server
from monitoring.polling.replies import post_platform, reply_platform
from monitoring.services.connections import oauth_of
from monitoring.services.credentials import (
    CREDENTIAL_ERRORS,
    attach_credential,
    create_credential,
    delete_credential,
    replace_secrets,
)


@project_view(Role.MANAGER)
def credentials(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The credentials with their platform, the number of their sources, and whether the platform accepts them."""
    project = membership.project
    rejected = dict(
        project.sources.filter(error_code__in=CREDENTIAL_ERRORS, credential__isnull=False)
        .exclude(state=Source.State.PAUSED)
        .values_list("credential_id", "error_code")
    )
    rows = []
    for credential in project.credentials.annotate(source_count=Count("sources")).order_by("name", "pk"):
        code = credential.error_code or rejected.get(credential.pk, "")
        error = error_text(code) if code else None
        may_connect = oauth_of(PLATFORMS.get(credential.platform)) is not None
        has_replies = reply_platform(credential.platform) is not None
        can_publish = has_replies or post_platform(credential.platform) is not None
        may_allow = membership.may(Role.ADMIN) and can_publish
        rows.append((credential, _label(credential.platform), error, may_connect, may_allow, has_replies))
    connectable = sorted((_label(name), name) for name, platform in PLATFORMS.items() if oauth_of(platform))
    context = {"rows": rows, "connectable": [(name, label) for label, name in connectable]}
    return render(request, "sources/credentials.html", context)


@project_view(Role.MANAGER)
def credential_replace(request: SignedInRequest, membership: Membership, credential_id: int) -> HttpResponse:
    """GET shows the form for new secrets, POST stores them."""
    credential = get_object_or_404(membership.project.credentials, pk=credential_id)
    form = SecretsForm(_platform(credential.platform), posted(request))
    if request.method == "POST" and form.is_valid():
        replace_secrets(credential, request.user, form.secrets)
        messages.success(request, _("“%(name)s” replaced. Its sources are checked now.") % {"name": credential})
        return redirect("credentials", membership.project_id)
    context = {"form": form, "name": str(credential), "label": _label(credential.platform), "source": None}
    return render(request, "sources/credential_form.html", context)


@project_view(Role.MANAGER)
def credential_delete(request: SignedInRequest, membership: Membership, credential_id: int) -> HttpResponse:
    """GET shows which sources will fail, POST deletes."""
    credential = get_object_or_404(membership.project.credentials, pk=credential_id)
    if request.method == "POST":
        delete_credential(credential, request.user)
        messages.success(request, _("“%(name)s” deleted.") % {"name": credential})
        return redirect("credentials", membership.project_id)
    context = {"credential": credential, "sources": credential.sources.order_by("title", "pk")}
    return render(request, "sources/credential_delete.html", context)


@project_view(Role.MANAGER)
def source_credential(request: SignedInRequest, membership: Membership, source_id: int) -> HttpResponse:
    """Replace the credential of a source, or create its first one."""
    source = get_object_or_404(membership.project.sources.select_related("credential"), pk=source_id)
    platform = _platform(source.platform)
    if not secret_settings(platform):
        return redirect("source", membership.project_id, source_id)
    form = SecretsForm(platform, posted(request))
    if request.method == "POST" and form.is_valid():
        if source.credential and is_for_server(source.credential, platform, source.settings):
            replace_secrets(source.credential, request.user, form.secrets)
        else:
            created = create_credential(
                membership.project, request.user, platform, form.secrets, source.settings, source.title
            )
            attach_credential(source, request.user, created)
        messages.success(request, _("Key of “%(name)s” saved. It’s being checked now.") % {"name": source})
        return redirect("source", membership.project_id, source_id)
    others = _others(source.credential, source)
    context = {"form": form, "name": str(source), "label": _label(platform.name), "source": source, "others": others}
    return render(request, "sources/credential_form.html", context)


def _others(credential: Credential | None, source: Source) -> int:
    """Return how many other sources use the credential that is being replaced."""
    return credential.sources.exclude(pk=source.pk).count() if credential else 0


def _platform(name: str) -> Platform:
    if name not in PLATFORMS:
        raise Http404
    return PLATFORMS[name]


def _label(name: str) -> str:
    return translated(PLATFORMS[name].label) if name in PLATFORMS else name
