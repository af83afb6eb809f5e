"""The sentences and figures of a digest in the active language: the headline, the lead, tiles, and what was not seen.

In: a DigestContent. Out: texts for templates/emails/_digest.html and digest.txt. Called by alerts/digests/render.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, number, percent
from alerts.digests import ranking
from alerts.digests.content import DigestContent, Item, UnseenSource
from alerts.digests.history import FEWER, MORE, USUAL, Voice
from delivery.passages import Marks
from monitoring.content.excerpts import plain
from monitoring.insights.sentiment_words import signed
from monitoring.messages.source_errors import error_text

MIN_STORY = 3  # items: two reports of one event are no news


@dataclass(frozen=True)
class Figure:
    """A tile: a name, a value, and what it is compared with. `tone` is "negative" or ""."""

    name: str
    value: str
    note: str = ""
    tone: str = ""


def headline(content: DigestContent) -> str:
    """Return the project and what changed: "Lumen: 66 new mentions, more than usual"."""
    if not content.total:
        return _("%(project)s: no new mentions") % {"project": content.project}
    text = ngettext("%(project)s: %(count)s new mention", "%(project)s: %(count)s new mentions", content.total)
    text %= {"project": content.project, "count": number(content.total)}
    words = {
        MORE: _("%(headline)s, more than usual"),
        FEWER: _("%(headline)s, fewer than usual"),
        USUAL: _("%(headline)s, as many as usual"),
    }
    pattern = words.get(content.history.verdict)
    return pattern % {"headline": text} if pattern else text


def lead(content: DigestContent, marks: Marks | None) -> list[str]:
    """Return the sentences below the headline: what changed, and the most repeated story."""
    sentences = change_sentences(content)
    if story := _top_story(content):
        title = plain(story.title) or story.url
        shown = f"{marks.start(story.document_id)}{title}{marks.end}" if marks else title
        text = _("The most repeated story has %(count)s items: “%(title)s”.")
        sentences.append(text % {"count": number(story.others + 1), "title": shown})
    return sentences


def change_sentences(content: DigestContent) -> list[str]:
    """Return what is usual, what the rise is about, what is negative or waits."""
    sentences = []
    usual, verdict = content.history.usual, content.history.verdict
    if usual is not None and verdict in (MORE, FEWER):
        sentences.append(
            ngettext(
                "About %(count)s mention is usual for this period.",
                "About %(count)s mentions are usual for this period.",
                round(usual),
            )
            % {"count": number(round(usual))}
        )
    if rise := _rise(content):
        sentences.append(rise)
    if content.negative:
        sentences.append(_negative(content))
    if content.waiting:
        text = ngettext("%(count)s mention needs a reply.", "%(count)s mentions need a reply.", content.waiting)
        sentences.append(text % {"count": number(content.waiting)})
    return sentences


def figures(content: DigestContent) -> list[Figure]:
    """Return the tiles: volume, negative mentions, net sentiment, share of voice. Few mentions have no sentiment."""
    current, previous = content.history.current, content.history.previous
    counts = Figure(
        _("Mentions"), number(content.total), _before(number(previous.total)) if previous else _folded(content)
    )
    found = [counts]
    if current.split.labeled:
        before = _before(number(previous.split.negative)) if previous and previous.split.labeled else ""
        tone = "negative" if content.negative else ""
        found.append(Figure(_("Negative mentions"), number(content.negative), before, tone))
    if current.split.net is not None:
        before = _before(signed(previous.split.net)) if previous and previous.split.net is not None else ""
        found.append(Figure(_("Net sentiment"), signed(current.split.net), before))
    if voice := content.history.voice:
        earlier = content.history.previous_voice
        found.append(Figure(_("Share of voice"), _share(voice), _before(_share(earlier)) if earlier else ""))
    return found if len(found) > 1 or counts.note else []


def reason_words(item: Item) -> str:
    """Return why an item is among the best: "large reach, strong sentiment"."""
    words = {
        ranking.RELEVANCE: _("keyword in the title"),
        ranking.REACH: _("large reach"),
        ranking.STRENGTH: _("strong sentiment"),
        ranking.NOVELTY: _("new story"),
    }
    return ", ".join(words[name] for name in item.reasons)


def unseen_lines(content: DigestContent, shown: int, page: Callable[[str, int], str]) -> list[dict[str, str]]:
    """Return the first sources that Vigie could not see, each with its link (`page` of "source") and what happened."""
    return [
        {
            "name": one.name,
            "words": _unseen_words(one),
            "url": page("source", one.source_id),
        }
        for one in content.unseen[:shown]
    ]


def unseen_summary(content: DigestContent) -> str:
    """Return how many sources are failing at the end of the window, of all."""
    failing = sum(one.is_failing for one in content.unseen)
    if not failing:
        return _("All sources are working again.")
    text = ngettext(
        "%(failing)s of %(all)s sources is failing.", "%(failing)s of %(all)s sources are failing.", failing
    )
    return text % {"failing": number(failing), "all": number(max(content.sources, failing))}


def _rise(content: DigestContent) -> str:
    risen = content.history.risen
    if risen is None or len(content.history.by_keyword) < 2:
        return ""
    names = [section.keyword for section in content.sections if section.key == str(risen)]
    return _("Most of the additional mentions match the keyword %(keyword)s.") % {"keyword": names[0]} if names else ""


def _top_story(content: DigestContent) -> Item | None:
    items: Sequence[Item] = content.items
    story = max(items, key=lambda item: item.others, default=None)
    return story if story and story.others + 1 >= MIN_STORY else None


def _negative(content: DigestContent) -> str:
    text = ngettext("%(count)s mention is negative", "%(count)s mentions are negative", content.negative)
    text %= {"count": number(content.negative)}
    previous = content.history.previous
    if previous is None or not previous.split.labeled:
        return _("%(sentence)s.") % {"sentence": text}
    before = {"sentence": text, "before": number(previous.split.negative)}
    return _("%(sentence)s, compared with %(before)s in the previous period.") % before


def _folded(content: DigestContent) -> str:
    if content.folded == content.total:
        return ""
    return _("%(count)s with each story once") % {"count": number(content.folded)}


def _before(value: str) -> str:
    return _("%(before)s before") % {"before": value}


def _share(voice: Voice) -> str:
    return percent(round(100 * voice.brands / voice.all))


def _unseen_words(one: UnseenSource) -> str:
    reason = str(error_text(one.code).message)
    if one.is_stopped:
        return _("%(reason)s Vigie has stopped checking it.") % {"reason": reason}
    values = {"reason": reason, "duration": duration(one.lost.total_seconds())}
    if one.is_failing:
        return _("failing for %(duration)s of this period: %(reason)s") % values if one.lost else reason
    return _("failed for %(duration)s, working again: %(reason)s") % values
