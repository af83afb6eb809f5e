"""Messages for the syntax errors of queries.

In: a QueryError, whose code has an English sentence in monitoring/query/errors.py. Out: that sentence translated, with
the position and a suggestion. Called by forms, filters, the API and services.
"""

from django.utils.translation import gettext as _

from monitoring.query import QueryError
from monitoring.query.errors import MESSAGES


def explain_error(error: QueryError) -> str:
    """Return what is wrong, at which character (counted from 1), and what to write instead."""
    message = _(MESSAGES[error.code]).format(**error.params)
    sentence = _("%(what)s (character %(position)d).") % {"what": message, "position": error.position + 1}
    sentence = sentence[:1].upper() + sentence[1:]
    if not error.suggestion:
        return sentence
    return _("%(sentence)s Try: %(suggestion)s") % {"sentence": sentence, "suggestion": error.suggestion}
