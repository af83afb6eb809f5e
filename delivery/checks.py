"""Django system checks: report malformed email settings at start, not at the first message.

Loaded by delivery/apps.py.
"""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from delivery.bounce_settings import check_bounce_address, parse_mailbox_url
from delivery.channels.email import is_valid_address, parse_email_url


@register("settings")
def check_email_url(**_kwargs: object) -> list[CheckMessage]:
    try:
        if settings.EMAIL_URL:
            parse_email_url(settings.EMAIL_URL)
    except ImproperlyConfigured as error:
        return [Error(f"{error}.", id="delivery.E001")]
    return []


@register("settings")
def check_bounce_settings(**_kwargs: object) -> list[CheckMessage]:
    try:
        if settings.BOUNCE_MAILBOX_URL:
            parse_mailbox_url(settings.BOUNCE_MAILBOX_URL)
    except ImproperlyConfigured as error:
        return [Error(f"{error}.", id="delivery.E003")]
    try:
        check_bounce_address()
    except ImproperlyConfigured as error:
        return [Error(f"{error}.", id="delivery.E004")]
    return []


@register("settings")
def check_default_from_email(**_kwargs: object) -> list[CheckMessage]:
    if is_valid_address(settings.DEFAULT_FROM_EMAIL):
        return []
    problem = (
        f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}; it must be an address such as "
        "Vigie <vigie@example.com>."
    )
    return [Error(problem, id="delivery.E002")]
