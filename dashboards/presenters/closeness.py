"""How close the texts of two items are, or a text and a phrase, in one or two words.

Called by the presenters of rows and of similar mentions.
"""

from django.utils.translation import pgettext

from monitoring.insights.closeness import Closeness, closeness


def closeness_words(similarity: float | None, *, of_phrase: bool = False) -> str:
    """Return the words, "" without a similarity, which is that of two posts or of a phrase and a post."""
    if similarity is None:
        return ""
    words = {
        Closeness.VERY_CLOSE: pgettext("closeness", "Very similar"),
        Closeness.CLOSE: pgettext("closeness", "Similar"),
        Closeness.RELATED: pgettext("closeness", "Related"),
    }
    return words[closeness(similarity, of_phrase=of_phrase)]
