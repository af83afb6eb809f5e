"""Tells an operator at the start what would otherwise fail at the first message."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from delivery.channels.email import parse_email_url


@register
def email_url_can_be_read(**_kwargs: object) -> list[CheckMessage]:
    try:
        if settings.EMAIL_URL:
            parse_email_url(settings.EMAIL_URL)
    except ImproperlyConfigured as error:
        return [Error(str(error), id="alerts.E001")]
    return []
