"""Ideas for posts: questions that people ask, terms with more mentions than before, posts of competitors with much
engagement, dates of the year.

In: a project, a person, and the time now. Out: frozen rows. Called by the pages, within a time limit, since it reads
texts of many mentions.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Project, User
from monitoring.insights.breakdown import project_subject
from monitoring.insights.comparison_posts import most_engaging
from monitoring.insights.mentions import MentionRow
from monitoring.insights.questions import AskedQuestions, asked_questions
from monitoring.insights.terms import Term, distinctive_terms
from monitoring.models import Keyword
from workplace.holiday_calendars import NONE, OF_ZONE, named_days
from workplace.response_targets import target_of

PERIOD, AHEAD = timedelta(days=30), timedelta(days=60)
MAX_QUESTIONS, MAX_TERMS, MAX_POSTS, MAX_DAYS = 4, 4, 3, 4


@dataclass(frozen=True)
class Ideas:
    """`query` is that of the list of mentions that the terms come from; `days` are dates with their names."""

    query: str
    asked: AskedQuestions
    terms: tuple[Term, ...]
    posts: list[MentionRow]
    days: list[tuple[date, str]]


def ideas(project: Project, user: User, language: str, now: datetime) -> Ideas:
    """Return ideas from the last 30 days, and the public holidays of the next 60."""
    f = project_subject(project, now - PERIOD, now).replace(zone=user.zone)
    types = Keyword.Type
    rivals = Keyword.objects.filter(project=project, type=types.COMPETITOR).order_by("pk")
    ids = tuple(rivals.values_list("pk", flat=True))
    today = now.astimezone(user.zone).date()
    code = target_of(project).calendar or OF_ZONE.get(user.time_zone, NONE)
    return Ideas(
        query=f.to_query(),
        asked=asked_questions(f, MAX_QUESTIONS) if f.keywords else AskedQuestions(),
        terms=distinctive_terms(f).words[:MAX_TERMS] if f.keywords else (),
        posts=most_engaging(f.replace(keywords=ids), MAX_POSTS) if ids else [],
        days=named_days(code, today, today + AHEAD, language)[:MAX_DAYS],
    )
