"""Numbers as the active language writes them: 1,234 and 42% in English, 1 234 and 42 % in French.

Called by the template filters and by every sentence with a number that may exceed 999.
"""

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def number(value: float, decimals: int = 0) -> str:
    """Return a number with grouped thousands and a fixed number of decimals."""
    return number_format(value, decimals, force_grouping=True)


def percent(value: float) -> str:
    """Return a whole percentage with its sign."""
    return percent_pattern() % {"number": number(value)}


def percent_pattern() -> str:
    """Return the pattern "%(number)s%%" of the active language."""
    return _("%(number)s%%")
