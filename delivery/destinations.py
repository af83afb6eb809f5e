"""The destinations of a project: every change that people make, each with its entry in the activity log, and tests.

Called by dashboards/views/channels.py and api/channels.py. A form of the channel has checked the values before.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from accounts.secret_box import Unreadable
from delivery.channels.base import Result
from delivery.channels.http import HttpChannel, Outgoing, SettingsForm
from delivery.channels.registry import destination_channels
from delivery.channels.webhook import WebhookChannel, new_secret, with_new_secret
from delivery.links import absolute
from delivery.models import Destination
from delivery.notice import Link, Notice
from outbound.default import waiting_client

MAX_PER_PROJECT = 50


class NameTaken(Exception):
    """Another destination of the project has this name."""


class TooMany(Exception):
    """The project has MAX_PER_PROJECT destinations."""


def destinations_of(project: Project) -> QuerySet[Destination]:
    """Return the destinations of a project that a channel still exists for, by name."""
    return Destination.objects.filter(project=project, channel__in=destination_channels()).order_by("name", "pk")


def channel_of(destination: Destination) -> type[HttpChannel]:
    return destination_channels()[destination.channel]


def form_of(channel: type[HttpChannel], data: Any = None, destination: Destination | None = None) -> SettingsForm:
    """Return the form of a channel's settings. For a stored destination, secrets may be left out: they stay."""
    form = channel.Form(data, initial=destination.settings if destination else None)
    if destination is not None:
        for name in channel.secrets:
            form.fields[name].required = False
            form.fields[name].help_text = _("Leave empty to keep the current value.")
    return form


def create_destination(
    project: Project, user: User, channel: type[HttpChannel], name: str, language: str, values: Mapping[str, Any]
) -> Destination:
    """Create a destination. Raise NameTaken or TooMany."""
    if Destination.objects.filter(project=project).count() >= MAX_PER_PROJECT:
        raise TooMany
    destination = Destination(project=project, channel=channel.name, name=name, language=language, created_by=user)
    destination.settings = _public(channel, values)
    secrets = {key: str(values[key]) for key in channel.secrets if values.get(key)}
    if channel is WebhookChannel:
        secrets["secret"] = new_secret()
    destination.set_secrets(secrets)
    _save(destination, user, "channel.created")
    return destination


def change_destination(
    destination: Destination, user: User, name: str, language: str, values: Mapping[str, Any]
) -> Destination:
    """Change a destination; secrets that are left out stay. Raise NameTaken."""
    channel = channel_of(destination)
    destination.name, destination.language = name, language
    destination.settings = _public(channel, values)
    entered = {key: str(values[key]) for key in channel.secrets if values.get(key)}
    if entered:
        secrets = {**_readable(destination), **entered}
        if channel is WebhookChannel:
            secrets.setdefault("secret", new_secret())  # the stored one could not be decrypted
        destination.set_secrets(secrets)
    _save(destination, user, "channel.changed")
    return destination


def turn(destination: Destination, user: User, *, on: bool) -> None:
    """Turn a destination on or off."""
    if destination.is_on == on:
        return
    if on:
        destination.turn_on()
    else:
        destination.turn_off(timezone.now())
    _save(destination, user, "channel.on" if on else "channel.off")


def delete_destination(destination: Destination, user: User) -> None:
    """Delete a destination. What was sent to it stays in the delivery log, and what waits is not sent."""
    with transaction.atomic():
        record(destination.project, user, "channel.deleted", destination)
        destination.delete()


def signing_secret(destination: Destination) -> str:
    """Return the secret for signatures of a new webhook, which is shown once."""
    return destination.secrets.get("secret", "")


def replace_signing_secret(destination: Destination, user: User, now: datetime) -> str:
    """Return a new secret for signatures. The present one stays valid for a day."""
    destination.set_secrets(with_new_secret(_readable(destination), now))
    _save(destination, user, "channel.secret_replaced")
    return signing_secret(destination)


def send_test(destination: Destination) -> Result:
    """Send a test while a person waits, and return the service's answer."""
    with channel_of(destination)(destination, waiting_client()) as channel:
        now = timezone.now()
        result = channel.send_notice(Outgoing(str(uuid.uuid4()), _test_notice(destination), now, now))
    if not result.code:
        Destination.objects.filter(pk=destination.pk).update(last_success_at=timezone.now(), failures=0)
    return result


def _test_notice(destination: Destination) -> Notice:
    project = destination.project
    with translation.override(destination.language):
        return Notice(
            event="test",
            title=_("Test of Vigie"),
            sentence=_("This channel works. Alerts of the project %(project)s can be sent here.")
            % {"project": project.name},
            links=(Link(_("Open Vigie"), absolute(reverse("overview", args=[project.pk]))),),
            data={"project": {"id": project.pk, "name": project.name}},
        )


def _public(channel: type[HttpChannel], values: Mapping[str, Any]) -> dict[str, str]:
    fields = [name for name in channel.Form.base_fields if name not in channel.secrets]
    return {name: str(values[name]) for name in fields if values.get(name)}


def _readable(destination: Destination) -> dict[str, str]:
    try:
        return destination.secrets
    except Unreadable:
        return {}


def _save(destination: Destination, user: User, action: str) -> None:
    same_name = Destination.objects.filter(project=destination.project, name__iexact=destination.name)
    if same_name.exclude(pk=destination.pk).exists():
        raise NameTaken
    with transaction.atomic():
        destination.save()
        record(destination.project, user, action, destination, channel=destination.channel)
