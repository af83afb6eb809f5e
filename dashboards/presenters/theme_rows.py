"""Themes as rows: name, size, change, sentiment, and the links that create a keyword, a rule or a view.

In: counted themes and posts of monitoring/insights/themes.py. Out: frozen rows for templates/themes. Called by
dashboards/views/themes.py and overview_parts.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent
from accounts.models import Project
from dashboards.presenters.mention_rows import ShownMention, shown_mentions
from dashboards.presenters.overview_tiles import change_words
from monitoring.ingest.themes import MIN_DOCUMENTS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.sentiment import Split
from monitoring.insights.themes import CountedTheme, Themes, found_run
from monitoring.insights.volume import PeriodChange
from monitoring.messages.theme_words import no_theme_words
from monitoring.models import DocumentVector, Keyword, Theme

MAX_KEYWORD_NAME = 100
TERMS = 8


@dataclass(frozen=True)
class ThemeRow:
    """`count` and `change` are words; `query` is that of the list with exactly these mentions; `share` is in percent.

    `keyword_query` and `rule_query` fill in the forms of a new keyword and a new rule.
    """

    id: int
    name: str
    given_name: str
    terms: list[str]
    count: str
    share: str
    change: str
    arrow: str
    split: Split
    sentiment: str
    query: str
    keyword_query: str
    posts: list[ShownMention]


def theme_rows(
    f: MentionFilter,
    found: Sequence[CountedTheme],
    total: int,
    keywords: Sequence[Keyword],
    posts: Mapping[int, list[MentionRow]] | None = None,
) -> list[ThemeRow]:
    """Return rows in the order of the themes; `total` is the number of documents under the filter."""
    return [_row(f, one, total, keywords, (posts or {}).get(one.theme.pk, [])) for one in found]


def others_words(found: Themes) -> str:
    """Return how many documents are in no theme, "" if none is."""
    return no_theme_words(found.others) if found.others and found.run else ""


def missing_words(project: Project, total: int) -> str:
    """Return why a project has no theme in a period with `total` mentions, and what to do."""
    if found_run(project.pk):
        return _("No theme has mentions in this period. Choose a longer one.")
    vectors = DocumentVector.objects.filter(project=project)[:MIN_DOCUMENTS].count()
    if vectors >= MIN_DOCUMENTS:
        return _("Vigie is grouping your mentions. Their themes appear here in a few minutes.")
    if vectors or total < MIN_DOCUMENTS:
        return ngettext(
            "Themes need at least %(minimum)s mentions that the encoder has read. So far it has read %(number)s.",
            "Themes need at least %(minimum)s mentions that the encoder has read. So far it has read %(number)s.",
            vectors,
        ) % {"minimum": number(MIN_DOCUMENTS), "number": number(vectors)}
    return _(
        "Themes need the sentence encoder, which has not read any mention yet. If none appear within an hour, ask the "
        "server admin to install it."
    )


def _row(
    f: MentionFilter, found: CountedTheme, total: int, keywords: Sequence[Keyword], posts: list[MentionRow]
) -> ThemeRow:
    theme, documents, split = found.theme, found.total.documents, found.total.split
    count = ngettext("%(number)s mention", "%(number)s mentions", documents) % {"number": number(documents)}
    change, arrow = change_words(PeriodChange(documents, found.before), None)
    return ThemeRow(
        id=theme.pk,
        name=theme.name,
        given_name=theme.given_name,
        terms=theme.shown_terms[:TERMS],
        count=count,
        share=percent(round(100 * documents / max(total, 1))),
        change=change,
        arrow=arrow,
        split=split,
        sentiment=sentiment_words(split),
        query=f.replace(themes=(theme.pk,)).to_query(),
        keyword_query=urlencode({"name": theme.name[:MAX_KEYWORD_NAME], "query": query_of(theme, keywords)}),
        posts=shown_mentions(posts),
    )


def query_of(theme: Theme, keywords: Sequence[Keyword]) -> str:
    """Return the query of a keyword for the theme: the terms of its names, about the only keyword."""
    terms = list(dict.fromkeys(term for terms in theme.name_terms.values() for term in terms))
    words = " OR ".join(term if term.isalpha() else f'"{term}"' for term in terms)
    about = keywords[0].query if len(keywords) == 1 else ""
    return f"({about}) AND ({words})" if about and words else words


def sentiment_words(split: Split) -> str:
    """Return the sentiment bar in words."""
    if not split.labeled:
        return _("sentiment not known")
    return _("%(negative)s negative, %(neutral)s neutral, %(positive)s positive") % {
        label: percent(split.percent(label) or 0) for label in ("negative", "neutral", "positive")
    }
