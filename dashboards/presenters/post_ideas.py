"""Ideas for posts as rows with what they are from, and a link that begins a draft.

In: the ideas of workplace/post_ideas.py. Out: frozen rows in the active language. Called by views/calendar_ideas.py.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import long_date, number
from accounts.models import Project
from monitoring.insights.mentions import MentionRow
from monitoring.insights.terms import Term
from monitoring.messages.labels import platform_name
from workplace.models.posts import MAX_TITLE
from workplace.post_ideas import Ideas

BEFORE = timedelta(days=1)  # a post about a day appears the day before


@dataclass(frozen=True)
class IdeaRow:
    """An idea: `url` is where it comes from, "" if from no list; `draft_url` is the form with its title filled in."""

    icon: str
    title: str
    about: str
    url: str
    draft_url: str


def idea_rows(project: Project, found: Ideas) -> list[IdeaRow]:
    """Return the ideas: first terms of mentions, then posts of competitors, then dates."""
    new = reverse("post_new", args=[project.pk])
    rows = [_term(project, found, term, new) for term in found.terms]
    rows += [_post(project, one, new) for one in found.posts]
    for day, name in found.days:
        start = urlencode({"title": name, "day": (day - BEFORE).isoformat()})
        rows.append(IdeaRow("calendar-days", name, long_date(day), "", f"{new}?{start}"))
    return rows


def _term(project: Project, found: Ideas, term: Term, new: str) -> IdeaRow:
    title = _("“%(text)s”") % {"text": term.word}
    about = ngettext(
        "in %(number)s mention of 30 days, more than before",
        "in %(number)s mentions of 30 days, more than before",
        term.documents,
    )
    url = f"{reverse('mentions', args=[project.pk])}?{found.query}&{urlencode({'q': term.word})}"
    start = urlencode({"title": term.word})
    return IdeaRow("lightbulb", title, about % {"number": number(term.documents)}, url, f"{new}?{start}")


def _post(project: Project, row: MentionRow, new: str) -> IdeaRow:
    document = row.document
    title = (document.title or document.text)[:MAX_TITLE]
    about = _("competitor’s post on %(platform)s, engagement: %(number)s")
    words = about % {"platform": platform_name(document.platform), "number": number(document.engagement or 0)}
    start = urlencode({"title": title})
    url = reverse("mention", args=[project.pk, row.mentions[0].pk])
    return IdeaRow("users", title, words, url, f"{new}?{start}")
