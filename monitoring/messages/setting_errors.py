"""Sentences about a setting or secret of a platform that can't be used: the field, and what to do.

In: label and example of a setting, and a code of platforms/settings.py. Called by the forms and the API.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.messages.labels import translated

_OWN_ERRORS = {
    "public_key": gettext_lazy("“%(name)s” is a public key or a certificate. Paste the private key."),
    "not_p8": gettext_lazy(
        "“%(name)s” isn’t a private key of App Store Connect. Paste the whole .p8 file, with its lines BEGIN PRIVATE "
        "KEY and END PRIVATE KEY."
    ),
    "not_service_account": gettext_lazy(
        "“%(name)s” isn’t the JSON key of a service account. Create one in Google Cloud, under Keys of the service "
        "account, and paste the whole file."
    ),
    "unknown_country": gettext_lazy(
        "“%(name)s” has an unknown country code. Example: %(example)s. The code of the United Kingdom is gb."
    ),
}


def setting_error(code: str, label: str, example: str = "") -> str:
    """Return the sentence for a problem of a setting, with its example where it has one."""
    values = {"name": translated(label), "example": example}
    if code == "too_long":
        return _("“%(name)s” is too long.") % values
    if code == "duplicate":
        return _("Another source of this project already reads this.")
    if code in _OWN_ERRORS:
        return str(_OWN_ERRORS[code]) % values
    if code == "other_account":
        return (
            _("“%(name)s” doesn’t match this key or account. Enter the original value, or add another key or account.")
            % values
        )
    if code == "required" and example:
        return _("Enter a value for “%(name)s”, such as %(example)s.") % values
    if code == "required":
        return _("Enter a value for “%(name)s”.") % values
    if example:
        return _("“%(name)s” has another form. Example: %(example)s") % values
    return _("“%(name)s” has an invalid value. Check it for spaces and missing characters.") % values
