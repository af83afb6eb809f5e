"""The sentiment of a story's mentions as marks: a shape and a word, the probabilities, whether a person corrected it.

In: mentions of one document. Out: frozen marks that templates/components/_sentiment_badge.html shows: one for a story whose
keywords agree, else one for each keyword. Called by rows.py and the mention pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.charts import shares
from monitoring.models import Correction, Keyword, Mention
from monitoring.models.mentions import probabilities

PENDING = "pending"
ICONS = {"positive": "smile", "neutral": "flat", "negative": "frown", "uncertain": "uncertain", PENDING: "wait"}
CHOICES = (
    (Mention.Sentiment.POSITIVE, gettext_lazy("Positive")),
    (Mention.Sentiment.NEUTRAL, gettext_lazy("Neutral")),
    (Mention.Sentiment.NEGATIVE, gettext_lazy("Negative")),
)


@dataclass(frozen=True)
class Mark:
    """`label` is one of Mention.Sentiment, or PENDING. `keyword` is the keyword it is for, None for all of the story.
    `detail` are the probabilities; "" for several mentions, which have their own.
    """

    label: str
    keyword: Keyword | None
    is_corrected: bool
    detail: str

    @property
    def word(self) -> str:
        return _("Analyzing…") if self.label == PENDING else str(Mention.Sentiment(self.label).label)

    @property
    def icon(self) -> str:
        return ICONS[self.label]


@dataclass(frozen=True)
class Choice:
    """A button. `value` is what pressing it sends: the label, or "" to take a correction back."""

    label: str
    word: str
    icon: str
    is_given: bool

    @property
    def value(self) -> str:
        return "" if self.is_given else self.label


@dataclass(frozen=True)
class Mood:
    """One mention's sentiment in full. `correction` is what a person made of it, None where nobody did."""

    ids: tuple[int]
    mark: Mark
    choices: tuple[Choice, ...]
    correction: Correction | None


@dataclass(frozen=True)
class RowMoods:
    """What templates/components/_sentiment_badges.html shows of a row, alone."""

    id: int
    keywords: tuple[Keyword, ...]
    marks: tuple[Mark, ...]

    @property
    def is_pending(self) -> bool:
        return is_pending(self.marks)


def is_pending(marks: Sequence[Mark]) -> bool:
    return any(mark.label == PENDING for mark in marks)


def row_moods(mentions: Sequence[Mention]) -> RowMoods:
    return RowMoods(mentions[0].pk, tuple(mention.keyword for mention in mentions), marks(mentions))


def marks(mentions: Sequence[Mention]) -> tuple[Mark, ...]:
    """One for all where they agree."""
    agree = len({mention.sentiment for mention in mentions}) == 1
    return (_mark(mentions, None),) if agree else tuple(_mark([mention], mention.keyword) for mention in mentions)


def moods(mentions: Sequence[Mention]) -> tuple[Mood, ...]:
    """Each mention's, with who corrected it. One query."""
    corrected = [mention.pk for mention in mentions if mention.judged_by == Mention.BY_PERSON]
    found = Correction.objects.filter(mention__in=corrected).select_related("user") if corrected else ()
    by_mention = {correction.mention_id: correction for correction in found}
    return tuple(
        Mood((mention.pk,), _mark([mention], mention.keyword), choices([mention]), by_mention.get(mention.pk))
        for mention in mentions
    )


def choices(mentions: Sequence[Mention]) -> tuple[Choice, ...]:
    given = _given(mentions)
    return tuple(Choice(label.value, str(word), ICONS[label], given == label) for label, word in CHOICES)


def corrections(mentions: Sequence[Mention]) -> str:
    """What people gave each of them, "12:negative 13:": what an undo goes back to."""
    return " ".join(f"{mention.pk}:{_given([mention])}" for mention in mentions)


def _mark(mentions: Sequence[Mention], keyword: Keyword | None) -> Mark:
    return Mark(
        label=mentions[0].sentiment or PENDING,
        keyword=keyword,
        is_corrected=any(mention.judged_by == Mention.BY_PERSON for mention in mentions),
        detail=_detail(mentions[0]) if len(mentions) == 1 else "",
    )


def _given(mentions: Sequence[Mention]) -> str:
    labels = {mention.sentiment if mention.judged_by == Mention.BY_PERSON else "" for mention in mentions}
    return labels.pop() if len(labels) == 1 else ""


def _detail(mention: Mention) -> str:
    """ "negative 71%, neutral 20%, positive 9%", the likeliest first; "" where no model has judged it."""
    found = probabilities(mention)
    if found is None:
        return ""
    likeliest = sorted(found, key=found.get, reverse=True)
    percents = shares([round(10_000 * found[label]) for label in likeliest])
    words = zip(likeliest, percents, strict=True)
    return ", ".join(_("%(label)s %(percent)s%%") % {"label": _word(label), "percent": n} for label, n in words)


def _word(label: str) -> str:
    return str(Mention.Sentiment(label).label)
