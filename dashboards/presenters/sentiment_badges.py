"""Sentiment badges and correction buttons: mentions of one document in, frozen values for the templates out.

A badge is an icon and a word, with the probabilities and whether a person corrected it. An item whose keywords agree
has one badge, otherwise one per keyword. templates/components/_sentiment_badge.html and _sentiment_buttons.html
show them. Called by presenters/mention_rows.py, views/mentions.py and views/sentiment_settings.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.formats import percent
from monitoring.insights.shares import shares
from monitoring.models import Correction, Keyword, Mention
from monitoring.models.mentions import probabilities

PENDING = "pending"
# The tone of static/css/tone.css, and the icon of the sign; a pending one has none.
TONES = {"positive": "pos", "neutral": "neu", "negative": "neg", "uncertain": "unk", PENDING: "unk"}
SIGNS = {"positive": "plus", "neutral": "equal", "negative": "minus", "uncertain": "what", PENDING: ""}
# The sign of a row whose keywords differ is the first of these.
BY_WEIGHT = ("negative", PENDING, "uncertain", "positive", "neutral")
CORRECTIONS = (
    (Mention.Sentiment.POSITIVE, gettext_lazy("Positive")),
    (Mention.Sentiment.NEUTRAL, gettext_lazy("Neutral")),
    (Mention.Sentiment.NEGATIVE, gettext_lazy("Negative")),
)


@dataclass(frozen=True)
class SentimentBadge:
    """The sentiment of one or several mentions of an item.

    `label` is one of Mention.Sentiment, or PENDING. `keyword` is None where the badge applies to all keywords of the
    item. `detail` lists the probabilities; "" where the badge covers several mentions.
    """

    label: str
    keyword: Keyword | None = None
    is_corrected: bool = False
    detail: str = ""

    @property
    def word(self) -> str:
        return _("Analyzing…") if self.label == PENDING else str(Mention.Sentiment(self.label).label)

    @property
    def tone(self) -> str:
        return TONES[self.label]

    @property
    def sign(self) -> str:
        return SIGNS[self.label]


@dataclass(frozen=True)
class RowSign:
    """The sign at the start of a row; `label` says it in words, per keyword where they differ."""

    tone: str
    icon: str
    label: str


@dataclass(frozen=True)
class CorrectionButton:
    """A button that corrects the sentiment. `value` is what it submits: the label, or "" to undo the correction."""

    label: str
    word: str
    is_pressed: bool

    @property
    def value(self) -> str:
        return "" if self.is_pressed else self.label

    @property
    def tone(self) -> str:
        return TONES[self.label]

    @property
    def sign(self) -> str:
        return SIGNS[self.label]


@dataclass(frozen=True)
class MentionSentiment:
    """The sentiment of one mention in full. `correction` is None where nobody corrected it."""

    ids: tuple[int]
    badge: SentimentBadge
    buttons: tuple[CorrectionButton, ...]
    correction: Correction | None


@dataclass(frozen=True)
class RowBadges:
    """The part of a mention row that templates/mentions/_sentiment_badge_rows.html shows."""

    id: int
    keywords: tuple[Keyword, ...]
    badges: tuple[SentimentBadge, ...]

    @property
    def is_pending(self) -> bool:
        return has_pending(self.badges)

    @property
    def sign(self) -> RowSign:
        return row_sign(self.badges)


def has_pending(badges: Sequence[SentimentBadge]) -> bool:
    """Return whether any mention still awaits its analysis."""
    return any(badge.label == PENDING for badge in badges)


def row_badges(mentions: Sequence[Mention]) -> RowBadges:
    """Return the badges of one item, without the rest of its row."""
    return RowBadges(mentions[0].pk, tuple(mention.keyword for mention in mentions), sentiment_badges(mentions))


def row_sign(badges: Sequence[SentimentBadge]) -> RowSign:
    """Return one sign for all badges of a row: the most important of them."""
    first = min(badges, key=lambda badge: BY_WEIGHT.index(badge.label))
    return RowSign(first.tone, first.sign, ", ".join(map(_sign_label, badges)))


def _sign_label(badge: SentimentBadge) -> str:
    word = _("%(sentiment)s (corrected manually)") % {"sentiment": badge.word} if badge.is_corrected else badge.word
    if badge.keyword is None:
        return word
    return _("%(keyword)s: %(sentiment)s") % {"keyword": badge.keyword.name, "sentiment": word}


def sentiment_badges(mentions: Sequence[Mention]) -> tuple[SentimentBadge, ...]:
    """Return one badge if all mentions of the item agree, otherwise one per mention."""
    agree = len({mention.sentiment for mention in mentions}) == 1
    return (_badge(mentions, None),) if agree else tuple(_badge([mention], mention.keyword) for mention in mentions)


def mention_sentiments(mentions: Sequence[Mention]) -> tuple[MentionSentiment, ...]:
    """Return each mention's sentiment with its author of the correction. One query."""
    corrected = [mention.pk for mention in mentions if mention.analyzed_by == Mention.BY_PERSON]
    found = Correction.objects.filter(mention__in=corrected).select_related("user") if corrected else ()
    by_mention = {correction.mention_id: correction for correction in found}
    return tuple(
        MentionSentiment(
            ids=(mention.pk,),
            badge=_badge([mention], mention.keyword),
            buttons=correction_buttons([mention]),
            correction=by_mention.get(mention.pk),
        )
        for mention in mentions
    )


def correction_buttons(mentions: Sequence[Mention]) -> tuple[CorrectionButton, ...]:
    """Return the three buttons; the one that all mentions were corrected to is pressed."""
    corrected_to = _corrected_to(mentions)
    return tuple(CorrectionButton(label.value, str(word), corrected_to == label) for label, word in CORRECTIONS)


def correction_state(mentions: Sequence[Mention]) -> str:
    """Return the current corrections as "12:negative 13:", which an undo in the browser restores."""
    return " ".join(f"{mention.pk}:{_corrected_to([mention])}" for mention in mentions)


def _badge(mentions: Sequence[Mention], keyword: Keyword | None) -> SentimentBadge:
    return SentimentBadge(
        label=mentions[0].sentiment or PENDING,
        keyword=keyword,
        is_corrected=any(mention.analyzed_by == Mention.BY_PERSON for mention in mentions),
        detail=_detail(mentions[0]) if len(mentions) == 1 else "",
    )


def _corrected_to(mentions: Sequence[Mention]) -> str:
    labels = {mention.sentiment if mention.analyzed_by == Mention.BY_PERSON else "" for mention in mentions}
    return labels.pop() if len(labels) == 1 else ""


def _detail(mention: Mention) -> str:
    """Return "Negative 71%, Neutral 20%, Positive 9%", the likeliest first; "" where no model has scored it."""
    found = probabilities(mention)
    if found is None:
        return ""
    likeliest = sorted(found, key=lambda label: found[label], reverse=True)
    percents = shares([round(10_000 * found[label]) for label in likeliest])
    pairs = zip(likeliest, percents, strict=True)
    return ", ".join(_("%(label)s %(percent)s") % {"label": _word(label), "percent": percent(n)} for label, n in pairs)


def _word(label: str) -> str:
    return str(Mention.Sentiment(label).label)
