"""Check what people enter in collections: one problem per field, in the language of the person."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.content.scrub import is_storable
from monitoring.content.urls import url_from_input
from outbound.secret_urls import hide
from workplace.models.collections import MAX_URL


def line(field: str, text: str, limit: int, required: str = "") -> str:
    """Return a text of one line; `required` is the message about an empty one. Raises ValidationError by field."""
    text = " ".join(text.split())
    if required and not text:
        raise ValidationError({field: ValidationError(required, code="required")})
    return _checked(field, text, limit)


def paragraphs(field: str, text: str, limit: int) -> str:
    """Return a text with its line breaks. Raises ValidationError by field."""
    return _checked(field, text.replace("\r\n", "\n").strip(), limit)


def web_address(field: str, text: str) -> str:
    """Return a URL that a person entered, with its scheme. Raises ValidationError by field."""
    url = url_from_input(text.strip()) if text.strip() else ""
    if not url:
        raise ValidationError({field: ValidationError(_("Enter a URL."), code="required")})
    url = _checked(field, url, MAX_URL)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or any(one.isspace() for one in url):
        text = _("Enter a URL that starts with https:// or http://.")
        raise ValidationError({field: ValidationError(text, code="invalid")})
    if hide(url) != url:
        text = _("This URL contains a password or a token, which readers would see. Enter one without it.")
        raise ValidationError({field: ValidationError(text, code="secret")})
    return url


def _checked(field: str, text: str, limit: int) -> str:
    if not is_storable(text):
        raise ValidationError({field: ValidationError(_("This contains an invalid character."), code="invalid")})
    if (over := len(text) - limit) > 0:
        message = ngettext(
            "The limit is %(limit)s characters: remove %(over)s character.",
            "The limit is %(limit)s characters: remove %(over)s characters.",
            over,
        )
        raise ValidationError({field: ValidationError(message % {"limit": limit, "over": over}, code="too_long")})
    return text
