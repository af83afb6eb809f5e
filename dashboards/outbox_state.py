"""Whether messages leave at all, which the pages about digests, alerts and the outbox must not hide."""

from django.conf import settings


def sends_email() -> bool:
    return bool(settings.EMAIL_URL)
