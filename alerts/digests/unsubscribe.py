"""The signed link that stops a digest without a sign-in. It never expires: old emails must keep working.

Written into every digest by rendering.py, read by the unsubscribe page.
"""

from django.core import signing
from django.urls import reverse

from alerts.models import Digest
from delivery.links import absolute

_SALT = "alerts.unsubscribe"


def unsubscribe_url(digest: Digest) -> str:
    token = signing.dumps([digest.project_id, digest.user_id], salt=_SALT)
    return absolute(reverse("unsubscribe", args=[token]))


def digest_of_token(token: str) -> Digest | None:
    """The subscription that a link speaks of; None where the link was not made here or its person has left."""
    try:
        project_id, user_id = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Digest.objects.filter(project_id=project_id, user_id=user_id).select_related("project", "user").first()
