"""Similar mentions: rows with their closeness in words, or why there are none.

In: the SimilarMentions of monitoring/insights/similar.py. Out: frozen values for templates/mentions/_similar.html.
Called by views/similar.py.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboards.presenters.closeness import closeness_words
from dashboards.presenters.mention_rows import ShownMention, shown_mention
from monitoring.insights.similar import SimilarMentions, State
from monitoring.messages.vector_support import support_sentence


@dataclass(frozen=True)
class SimilarRow:
    """A similar mention, and how close it is."""

    row: ShownMention
    closeness: str


@dataclass(frozen=True)
class ShownSimilar:
    """The rows, the most similar first; without any, `title` and `text` say why."""

    rows: list[SimilarRow]
    title: str = ""
    text: str = ""


def shown_similar(found: SimilarMentions) -> ShownSimilar:
    if found.items:
        return ShownSimilar(
            [SimilarRow(shown_mention(one.row), closeness_words(one.similarity)) for one in found.items]
        )
    if found.state is State.DELETED:
        return ShownSimilar([], _("No text to compare"), _("The text of this item is no longer stored."))
    if sentence := support_sentence(found.support.value):
        return ShownSimilar([], _("Texts can’t be compared"), sentence)
    if found.state is State.NOT_ENCODED:
        return ShownSimilar(
            [],
            _("Not compared yet"),
            _(
                "Vigie compares new mentions within a minute, and older ones in the background. Try again later;"
                " if this doesn’t change, the server admin needs to check that the sentence encoder is installed."
            ),
        )
    return ShownSimilar(
        [], _("No similar mentions"), _("No mention outside this item’s story says something similar.")
    )
