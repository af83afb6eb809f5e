"""A mistake in a query, in the reader's language: the sentences of monitoring/query/errors.py, translated."""

from django.utils.translation import gettext as _

from monitoring.query import QueryError
from monitoring.query.errors import MESSAGES


def explain_error(error: QueryError) -> str:
    """One sentence: what is wrong, at which character (counted from 1), and what to write instead."""
    what = _(MESSAGES[error.code]).format(**error.params)
    sentence = _("%(what)s (character %(position)d).") % {"what": what, "position": error.position + 1}
    sentence = sentence[:1].upper() + sentence[1:]
    if not error.suggestion:
        return sentence
    return _("%(sentence)s Try: %(suggestion)s") % {"sentence": sentence, "suggestion": error.suggestion}
