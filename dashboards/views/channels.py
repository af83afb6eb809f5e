"""The channels of a project in its settings. Managers see them, and change their own browsers; admins change all.

Addresses and keys are never shown again; the secret for signatures of a webhook is shown once, when it is new.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.channels import ChannelForm
from delivery import destinations
from delivery.channels.base import Result
from delivery.channels.http import HttpChannel, SettingsForm
from delivery.channels.registry import channel_label, destination_channels, is_personal
from delivery.channels.webhook import WebhookChannel
from delivery.channels.webpush import WebPushChannel, server_key
from delivery.messages import problem
from delivery.models import Destination


@project_view(Role.MANAGER)
def channels(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The channels with their status, and the kinds that can be added."""
    rows = [
        (
            destination,
            channel_label(destination.channel),
            problem(destination.channel, destination.disabled_code),
            _may_change(membership, destination),
        )
        for destination in destinations.destinations_of(membership.project)
    ]
    is_admin = membership.may(Role.ADMIN)
    kinds = [
        (name, one.label, one.summary) for name, one in destination_channels().items() if is_admin or one.is_personal
    ]
    context = {"project": membership.project, "rows": rows, "kinds": kinds, "may_edit": is_admin}
    context["has_actions"] = any(may_change for *_rest, may_change in rows)
    return render(request, "project_settings/channels.html", context)


@project_view(Role.MANAGER)
@never_cache
def channel_new(request: SignedInRequest, membership: Membership, channel_name: str) -> HttpResponse:
    """GET shows the form of a kind of channel, POST creates one."""
    channel = destination_channels().get(channel_name)
    if channel is None:
        raise Http404
    if not channel.is_personal and not membership.may(Role.ADMIN):
        raise PermissionDenied
    form = ChannelForm(request.POST or None, initial={"language": get_language()})
    settings_form = destinations.form_of(channel, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), settings_form.is_valid()]):
        try:
            made = destinations.create_destination(
                membership.project, request.user, channel, **form.cleaned_data, values=settings_form.cleaned_data
            )
        except destinations.NameTaken:
            form.add_error("name", _("Another channel has this name."))
        except destinations.TooMany:
            form.add_error(None, _("This project has no room for more channels. Delete one first."))
        else:
            messages.success(request, _("Channel created. Send a test to see whether it works."))
            if channel is WebhookChannel:
                return _secret(request, membership, made, destinations.signing_secret(made))
            return redirect("channels", membership.project_id)
    return _form(request, membership, channel, form, settings_form, None)


@project_view(Role.MANAGER)
def channel_edit(request: SignedInRequest, membership: Membership, destination_id: int) -> HttpResponse:
    """GET shows the form without secrets, POST saves it."""
    destination = _destination(membership, destination_id)
    channel = destinations.channel_of(destination)
    stored = {"name": destination.name, "language": destination.language}
    form = ChannelForm(request.POST or None, initial=stored)
    settings_form = destinations.form_of(channel, request.POST or None, destination)
    if request.method == "POST" and all([form.is_valid(), settings_form.is_valid()]):
        try:
            destinations.change_destination(
                destination, request.user, **form.cleaned_data, values=settings_form.cleaned_data
            )
        except destinations.NameTaken:
            form.add_error("name", _("Another channel has this name."))
        else:
            messages.success(request, _("Channel saved."))
            return redirect("channels", membership.project_id)
    return _form(request, membership, channel, form, settings_form, destination)


@project_view(Role.MANAGER)
@require_POST
def channel_test(request: SignedInRequest, membership: Membership, destination_id: int) -> HttpResponse:
    """POST to send a test, and show the service's answer."""
    destination = _destination(membership, destination_id)
    result = destinations.send_test(destination)
    name = {"name": destination.name}
    if not result.code:
        messages.success(request, _("Test sent to “%(name)s”.") % name)
    else:
        answer = _answer(destination, result)
        messages.error(request, _("The test didn’t reach “%(name)s”. %(problem)s") % {**name, "problem": answer})
    return redirect("channels", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def channel_turn(request: SignedInRequest, membership: Membership, destination_id: int) -> HttpResponse:
    """POST `on` (1 or 0) to turn a channel on or off."""
    destination, on = _destination(membership, destination_id), request.POST.get("on") == "1"
    destinations.turn(destination, request.user, on=on)
    text = _("“%(name)s” turned on.") if on else _("“%(name)s” turned off.")
    messages.success(request, text % {"name": destination.name})
    return redirect("channels", membership.project_id)


@project_view(Role.ADMIN)
@require_POST
@never_cache
def channel_secret(request: SignedInRequest, membership: Membership, destination_id: int) -> HttpResponse:
    """POST for a new secret for signatures, which the response shows."""
    destination = _destination(membership, destination_id)
    if destination.channel != WebhookChannel.name:
        return redirect("channels", membership.project_id)
    secret = destinations.replace_signing_secret(destination, request.user, timezone.now())
    return _secret(request, membership, destination, secret, is_replaced=True)


@project_view(Role.MANAGER)
@require_POST
def channel_delete(request: SignedInRequest, membership: Membership, destination_id: int) -> HttpResponse:
    """POST to delete a channel."""
    destination = _destination(membership, destination_id)
    destinations.delete_destination(destination, request.user)
    messages.success(request, _("“%(name)s” deleted.") % {"name": destination.name})
    return redirect("channels", membership.project_id)


def _destination(membership: Membership, destination_id: int) -> Destination:
    """Return a destination that the member may change. Raise Http404 or PermissionDenied."""
    rows = destinations.destinations_of(membership.project).select_related("project")
    destination = get_object_or_404(rows, pk=destination_id)
    if not _may_change(membership, destination):
        raise PermissionDenied
    return destination


def _may_change(membership: Membership, destination: Destination) -> bool:
    is_own = is_personal(destination.channel) and destination.created_by_id == membership.user_id
    return is_own or membership.may(Role.ADMIN)


def _answer(destination: Destination, result: Result) -> str:
    sentence = problem(destination.channel, result.code)
    if not result.detail:
        return sentence
    return _("%(sentence)s Server response: %(response)s") % {"sentence": sentence, "response": result.detail}


def _form(
    request: SignedInRequest,
    membership: Membership,
    channel: type[HttpChannel],
    form: ChannelForm,
    settings_form: SettingsForm,
    destination: Destination | None,
) -> HttpResponse:
    context = {
        "project": membership.project,
        "label": channel.label,
        "summary": channel.summary,
        "form": form,
        "settings_form": settings_form,
        "destination": destination,
        "push_key": server_key() if channel is WebPushChannel else "",
    }
    return render(request, "project_settings/channel_form.html", context)


def _secret(
    request: SignedInRequest,
    membership: Membership,
    destination: Destination,
    secret: str,
    *,
    is_replaced: bool = False,
) -> HttpResponse:
    context = {"project": membership.project, "destination": destination, "secret": secret, "is_replaced": is_replaced}
    return render(request, "project_settings/channel_secret.html", context)
