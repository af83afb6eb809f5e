"""The signed link that stops a digest without sign-in. It never expires, because old emails must keep working.

alerts/digests/render.py writes it into every digest; the unsubscribe page in dashboards/views/digests.py reads it.
"""

from django.core import signing
from django.urls import reverse

from alerts.models import Digest
from delivery.links import absolute

_SALT = "alerts.unsubscribe"


def unsubscribe_url(digest: Digest) -> str:
    token = signing.dumps([digest.pk], salt=_SALT)
    return absolute(reverse("unsubscribe", args=[token]))


def digest_of_token(token: str) -> Digest | None:
    """Return the subscription of a link; None if the signature is invalid or the subscription no longer exists.

    Links of earlier versions name a project and a person, who had one digest then: the main one.
    """
    try:
        numbers = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    digests = Digest.objects.select_related("project", "user")
    match numbers:
        case [digest_id]:
            return digests.filter(pk=digest_id).first()
        case [project_id, user_id]:
            return digests.filter(project_id=project_id, user_id=user_id, is_main=True).first()
    return None
