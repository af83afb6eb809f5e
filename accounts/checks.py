"""Django system check: report a malformed FIRST_ADMIN_EMAIL at start. Loaded by accounts/apps.py."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError

from accounts.models import User


@register("settings")
def check_first_admin_email(**_kwargs: object) -> list[CheckMessage]:
    try:
        User._meta.get_field("email").run_validators(settings.FIRST_ADMIN_EMAIL.strip())
    except ValidationError:
        problem = f"FIRST_ADMIN_EMAIL is {settings.FIRST_ADMIN_EMAIL!r}; it must be an email address."
        return [Error(problem, id="accounts.E001")]
    return []
