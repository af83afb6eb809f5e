"""Pydantic's errors as sentences in the caller's language; pydantic's own messages exist in English only.

In: an error of pydantic (its `type` and `ctx`). Out: one sentence. Called by api/problems.py.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TEXT, _NUMBER, _WHOLE_NUMBER = _("Enter a text."), _("Enter a number."), _("Enter a whole number.")
_BOOLEAN, _LIST, _OBJECT = _("Enter true or false."), _("Enter a list."), _("Enter a JSON object.")
_TIME = _("Enter an ISO 8601 date and time.")
_CHARACTER = _("This contains an invalid character.")

# By pydantic's error type. The values in %(…)s come from the error's `ctx`.
MESSAGES: dict[str, Promise] = {
    "missing": _("This field is required."),
    "extra_forbidden": _("Unknown field."),
    "literal_error": _("Use one of these values: %(expected)s."),
    "enum": _("Use one of these values: %(expected)s."),
    "greater_than": _("Enter a value greater than %(gt)s."),
    "greater_than_equal": _("Enter %(ge)s or more."),
    "less_than": _("Enter a value less than %(lt)s."),
    "less_than_equal": _("Enter %(le)s or less."),
    "string_too_long": _("Enter at most %(max_length)s characters."),
    "string_too_short": _("Enter at least %(min_length)s characters."),
    "string_type": _TEXT,
    "string_unicode": _CHARACTER,
    "value_error": _CHARACTER,  # the only check in Vigie that raises ValueError: api.schemas.Text
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "list_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "timezone_aware": _("Enter a time with its offset from UTC."),
}
_OTHER = _("This value is invalid.")
# "'brand', 'competitor' or 'topic'": pydantic joins the values with an English word.
_QUOTED = re.compile(r"'([^']*)'")


def message_of(error: Mapping[str, Any]) -> str:
    """Return the sentence for one error of pydantic; a general one for types that are not in MESSAGES."""
    details = dict(error.get("ctx") or {})
    if "expected" in details:
        details["expected"] = ", ".join(_QUOTED.findall(str(details["expected"])))
    return str(MESSAGES.get(str(error["type"]), _OTHER)) % details
