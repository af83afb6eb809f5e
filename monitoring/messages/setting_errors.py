"""Sentences about a setting or secret of a platform that can't be used: the field, and what to do.

In: label and example of a setting, and a code of platforms/settings.py. Called by the forms and the API.
"""

from django.utils.translation import gettext as _

from monitoring.messages.labels import translated


def setting_error(code: str, label: str, example: str = "") -> str:
    """Return the sentence for a problem of a setting, with its example where it has one."""
    values = {"name": translated(label), "example": example}
    if code == "too_long":
        return _("“%(name)s” is too long.") % values
    if code == "duplicate":
        return _("Another source of this project already reads this.")
    if code == "required" and example:
        return _("Enter a value for “%(name)s”, such as %(example)s.") % values
    if code == "required":
        return _("Enter a value for “%(name)s”.") % values
    if example:
        return _("“%(name)s” has another form. Example: %(example)s") % values
    return _("“%(name)s” has an invalid value. Check it for spaces and missing characters.") % values
