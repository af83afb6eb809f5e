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
from monitoring.content.questions import public_words
from monitoring.insights.mentions import MentionRow
from monitoring.insights.questions import Question
from monitoring.insights.terms import Term
from monitoring.messages.labels import platform_name
from workplace.models import Post
from workplace.models.posts import MAX_TITLE
from workplace.post_ideas import Ideas

BEFORE = timedelta(days=1)  # a post about a day appears the day before


@dataclass(frozen=True)
class IdeaRow:
    """An idea: `url` is where it comes from, "" if from no list; `draft_url` is the form with its title filled in.

    `others` are further mentions, as a number and a URL.
    """

    icon: str
    title: str
    about: str
    url: str
    draft_url: str
    others: tuple[tuple[str, str], ...] = ()


def idea_rows(project: Project, found: Ideas) -> list[IdeaRow]:
    """Return the ideas: questions, then terms of mentions, then posts of competitors, then dates."""
    new = reverse("post_new", args=[project.pk])
    rows = [_question(project, one, new) for one in found.asked.questions]
    rows += [_term(project, found, term, new) for term in found.terms]
    rows += [_post(project, one, new) for one in found.posts]
    for day, name in found.days:
        start = urlencode({"title": name, "day": (day - BEFORE).isoformat()})
        rows.append(IdeaRow("calendar-days", name, long_date(day), "", f"{new}?{start}"))
    return rows


def sample_words(found: Ideas) -> str:
    """Return what the questions are from where not all mentions were read, "" where all were."""
    if found.asked.is_complete:
        return ""
    text = ngettext(
        "Questions are from the newest mention of 30 days.",
        "Questions are from the newest %(number)s mentions of 30 days.",
        found.asked.read,
    )
    return text % {"number": number(found.asked.read)}


def _question(project: Project, one: Question, new: str) -> IdeaRow:
    """Return a question; the draft quotes it without names and numbers of people."""
    title = public_words(one.text)
    about = ngettext("asked by %(number)s person in 30 days", "asked by %(number)s people in 30 days", one.askers)
    words = about % {"number": number(one.askers)}
    if one.engagement:
        words += " · " + _("engagement: %(number)s") % {"number": number(one.engagement)}
    urls = [reverse("mention", args=[project.pk, row.mention.pk]) for row in one.rows]
    start = urlencode({"title": title[:MAX_TITLE], "kind": Post.Kind.INFORMATION})
    others = tuple((number(place), url) for place, url in enumerate(urls[1:], 2))
    return IdeaRow("message-square-text", title, words, urls[0], f"{new}?{start}", others)


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
