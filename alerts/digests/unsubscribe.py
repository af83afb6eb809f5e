"""The signed link that stops a digest without sign-in. It never expires, because old emails must keep working.

alerts/digests/render.py writes it into every digest; the unsubscribe page in dashboards/views/digests.py reads it.
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
    """Return the subscription of a link; None if the signature is invalid or the person has left the project."""
    try:
        project_id, user_id = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Digest.objects.filter(project_id=project_id, user_id=user_id).select_related("project", "user").first()
