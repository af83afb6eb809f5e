"""The options of a rule's form, as phrases of the sentence that it is: "Alert when [the net sentiment] [is below]".

Used by alerts/forms.py and alerts/clause_form.py. dashboards/presenters/rule_sentence.py has the words between them.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.conditions.base import (
    ABOVE,
    BELOW,
    CALM,
    DECREASE,
    EACH,
    FALL,
    FEW,
    INCREASE,
    NERVOUS,
    NORMAL,
    RISE,
    UNUSUAL,
)
from alerts.models import Rule

KEYWORD, KEYWORDS, VIEW, PROJECT = "keyword", "keywords", "view", "project"
Choices = tuple[tuple[str, str | Promise], ...]

ABOUT: Choices = (
    (KEYWORD, _("for the keyword")),
    (KEYWORDS, _("for the selected keywords")),
    (PROJECT, _("for all keywords of the project")),
    (VIEW, _("for the saved view")),
)
MEASURE: Choices = (
    (Rule.Measure.MENTIONS.value, _("the number of mentions")),
    (Rule.Measure.STORIES.value, _("the number of different stories")),
    (Rule.Measure.NEGATIVE.value, _("the number of negative mentions")),
    (Rule.Measure.NEGATIVE_SHARE.value, _("the share of negative mentions")),
    (Rule.Measure.NET_SENTIMENT.value, _("the net sentiment")),
    (Rule.Measure.SHARE_OF_VOICE.value, _("the share of voice")),
    (Rule.Measure.REACH.value, _("the estimated reach")),
    (Rule.Measure.AUTHORS.value, _("the number of authors")),
    (Rule.Measure.RATING.value, _("the number of ratings")),
    (Rule.Measure.NEWCOMER.value, _("the number of new authors")),
    (Rule.Measure.GROWTH.value, _("the engagement gained by one post")),
    (Rule.Measure.OVERDUE.value, _("the number of overdue replies")),
    (Rule.Measure.SILENT.value, _("the number of silent sources")),
    (Rule.Measure.GOALS.value, _("the number of goals behind their pace")),
)
SENTIMENT: Choices = (
    ("", _("with any sentiment")),
    (Rule.Sentiment.NEGATIVE.value, _("with negative sentiment")),
    (Rule.Sentiment.NEUTRAL.value, _("with neutral sentiment")),
    (Rule.Sentiment.POSITIVE.value, _("with positive sentiment")),
)
CONDITION: Choices = (
    (ABOVE, _("is above")),
    (BELOW, _("is below")),
    (INCREASE, _("rises, in percent, by at least")),
    (DECREASE, _("falls, in percent, by at least")),
    (RISE, _("rises by at least")),
    (FALL, _("falls by at least")),
    (UNUSUAL, _("is unusually high")),
    (FEW, _("is unusually low")),
    (EACH, _("rises, with an alert for each mention")),
)
SENSITIVITY: Choices = (
    (CALM, _("low sensitivity")),
    (NORMAL, _("normal sensitivity")),
    (NERVOUS, _("high sensitivity")),
)


def condition_words(name: str) -> str:
    """Return a condition as the form names it."""
    return str(dict(CONDITION)[name])
