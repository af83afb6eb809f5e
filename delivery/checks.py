"""Django system check: report a malformed EMAIL_URL at start, not at the first message. Loaded by delivery/apps.py."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from delivery.channels.email import parse_email_url


@register
def check_email_url(**_kwargs: object) -> list[CheckMessage]:
    try:
        if settings.EMAIL_URL:
            parse_email_url(settings.EMAIL_URL)
    except ImproperlyConfigured as error:
        return [Error(str(error), id="delivery.E001")]
    return []
