"""The largest themes of the period, as the page of themes has them, without those that people hid."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.formats import number, percent
from monitoring.ingest.themes import MIN_DOCUMENTS
from monitoring.insights.themes import Themes, themes
from monitoring.messages.theme_words import no_theme_words
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader

THEMES = 10


def read(reader: Reader) -> list[Block]:
    """Return a table of themes with their mentions, and how many mentions are in none."""
    found = themes(reader.f)
    if not found.shown:
        return [Sentence(_missing(found))]
    knows_before = reader.history_start is None
    header = [_("Theme"), _("Mentions"), *([_("Previous period")] if knows_before else [])]
    header += [_("Share"), pgettext("mentions", "Negative")]
    rows = [
        [
            one.theme.name,
            number(one.total.documents),
            *([number(one.before)] if knows_before else []),
            percent(round(100 * one.total.documents / found.total)),
            number(one.total.split.negative),
        ]
        for one in found.shown[:THEMES]
    ]
    rest = [Sentence(no_theme_words(found.others))] if found.others else []
    return [Table(header, rows), *rest]


def _missing(found: Themes) -> str:
    if found.run:
        return _("No theme has mentions in this period.")
    text = _("Themes need at least %(minimum)s mentions that the sentence encoder has read.")
    return text % {"minimum": number(MIN_DOCUMENTS)}
