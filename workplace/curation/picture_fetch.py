"""Fetch the picture of an item from a web address: through the guarded client, in the web process, a few at a time.

The bytes go to workplace/curation/pictures.py, which accepts nothing but images and writes them again; the address is
not stored. Raises ValidationError by field, TooManyFetches or NoFetchSlot. Called by the pages and the API.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from monitoring.content.scrub import is_storable
from monitoring.content.urls import url_from_input
from monitoring.messages.source_errors import error_text
from monitoring.models import FetchRequest
from monitoring.services.fetches import fetch_here
from outbound.default import picture_client
from workplace.models.collections import MAX_URL

# Instead of sentences about feeds.
_PROBLEMS = {
    "too_large": gettext_lazy("The file is larger than 5 MB."),
    "bot_wall": gettext_lazy("The site may be blocking automatic readers: it responded with a check for browsers."),
    "gone": gettext_lazy("The site says this page is permanently gone (410)."),
}
_TYPES = "image/jpeg, image/png, image/webp, image/gif;q=0.8"


def fetch_picture(project: Project, user: User, text: str) -> bytes:
    """Return the bytes at an address that a person entered."""
    url = url_from_input(text.strip()) if is_storable(text) and text.strip() else ""
    if not url or len(url) > MAX_URL:
        raise _refused(_("Enter a URL that starts with https:// or http://."), "invalid")
    with fetch_here(project, user, FetchRequest.Kind.PAGE, url):
        result = picture_client().fetch(url, accept=_TYPES)
    if result.error:
        reason = _PROBLEMS.get(result.error.code) or error_text(result.error.code).message
        text = _("The picture couldn’t be read: %(reason)s") % {"reason": reason}
        raise _refused(text, "not_fetched")
    return result.body


def _refused(text: str, code: str) -> ValidationError:
    return ValidationError({"picture_url": ValidationError(text, code=code)})
