"""Password resets, without revealing which addresses have an account.

The page does the same for every address: it stores a request and wakes a worker. Only the worker looks for the account
and writes the email, so neither the time nor the work of the page depends on it. Called by allauth's page
(ACCOUNT_FORMS in config/settings.py) and by accounts/tasks.py.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from accounts.models import PasswordResetRequest, User

log = logging.getLogger(__name__)
# A link that arrives much later than it was asked for only confuses.
EXPIRES_AFTER = timedelta(days=1)
LONGEST_EMAIL = 254  # characters: the max_length of EmailField


class PasswordResetForm(ResetPasswordForm):
    """allauth's form, which would look for the account in the request and send only to existing ones."""

    def clean_email(self) -> str:
        return get_adapter().clean_email(self.cleaned_data["email"].lower())

    @transaction.atomic
    def save(self, request: HttpRequest, **options: Any) -> str:
        email = self.cleaned_data["email"]
        # No account has a longer one; the form accepts 320 characters.
        if len(email) <= LONGEST_EMAIL:
            PasswordResetRequest.objects.create(email=email)
        transaction.on_commit(_wake_worker)
        return email


def send_requested_links(now: datetime) -> int:
    """Answer the stored requests. Return how many links were sent.

    SKIP LOCKED: of two workers, each takes other requests; a request and its email are committed together. One that
    fails is logged and dropped, because it would fail again.
    """
    PasswordResetRequest.objects.filter(created_at__lte=now - EXPIRES_AFTER).delete()
    sent = 0
    for pk in PasswordResetRequest.objects.order_by("id").values_list("pk", flat=True):
        try:
            sent += _answer(pk)
        except Exception:
            # Without Postgres, this raises and the request stays.
            PasswordResetRequest.objects.filter(pk=pk).delete()
            log.exception("event=password_reset status=failed request=%s dropped=yes", pk)
    return sent


@transaction.atomic
def _answer(pk: int) -> bool:
    """Send the link of a request and delete it. Return False if none was sent."""
    asked = PasswordResetRequest.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if asked is None:
        return False
    user = User.objects.filter(email=asked.email, is_active=True).first()
    if user is not None:
        _send_link(user)
    asked.delete()
    return user is not None


def _send_link(user: User) -> None:
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    context = {
        "base_url": settings.BASE_URL,
        "password_reset_url": get_adapter().get_reset_password_from_key_url(key),
    }
    with translation.override(user.language), timezone.override(user.zone):
        subject = render_to_string("account/email/password_reset_key_subject.txt")
        text = render_to_string("account/email/password_reset_key_message.txt", context)
    EmailMessage(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(subject.split()), text, to=[user.email]).send()


def _wake_worker() -> None:
    """Queue a run now. Without Redis the request waits for the next scheduled run."""
    try:
        current_app.send_task("accounts.tasks.send_password_resets", ignore_result=True, expires=60, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("event=password_reset_wake status=failed reason=%s", type(error).__name__)
