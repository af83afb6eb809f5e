"""Check the values of a post, its links and comments.

In: values as people and programs send them. Out: errors by field, or checked values. Called by workplace/posts.py.
"""

from collections.abc import Iterable, Mapping
from datetime import date, time

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User, validate_time_zone
from monitoring.content.scrub import is_storable
from workplace.calendar.charter import read_hashtags
from workplace.calendar.links import read_domain
from workplace.calendar.text_limits import PLATFORMS
from workplace.models import Post
from workplace.models.posts import (
    MAX_CAMPAIGN,
    MAX_COMMENT,
    MAX_DOMAINS,
    MAX_SIGNATURE,
    MAX_TERM,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TITLE,
    MAX_TONE,
    MAX_URL,
)

YEARS = range(2000, 2101)


def errors_of(
    post: Post, platforms: Mapping[str, str], day: date | None, at: time | None, time_zone: str
) -> dict[str, list[str]]:
    """Return what is wrong with a post, by field."""
    problems = (
        ("title", _text_problem(post.title, MAX_TITLE) or ("" if post.title else _("Enter a title."))),
        ("text", _text_problem(post.text, MAX_TEXT)),
        ("campaign", _text_problem(post.campaign, MAX_CAMPAIGN)),
        ("kind", "" if post.kind in Post.Kind.values else _("Select a type.")),
        ("platforms", "" if set(platforms) <= set(PLATFORMS) else _("Select platforms from the list.")),
        *((name, _text_problem(text, MAX_TEXT)) for name, text in platforms.items()),
        ("owner", _person_problem(post, post.owner)),
        ("reviewer", _reviewer_problem(post)),
        *_time_problems(day, at, time_zone),
    )
    return {name: [problem] for name, problem in problems if problem}


def checked_links(links: Mapping[str, str]) -> dict[str, str]:
    """Return the links without spaces around them. Raises ValidationError by platform."""
    checked = {platform: url.strip() for platform, url in links.items()}
    errors = {platform: [problem] for platform, url in checked.items() if (problem := _link_problem(url))}
    if errors:
        raise ValidationError(errors)
    return checked


def checked_comment(text: str) -> str:
    """Return a comment. Raises ValidationError for an empty or too long one."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValidationError({"comment": ValidationError(_("Enter a comment."), code="required")})
    if problem := _text_problem(text, MAX_COMMENT):
        raise ValidationError({"comment": ValidationError(problem, code="invalid")})
    return text


def checked_rules(values: Mapping[str, object]) -> dict[str, object]:
    """Return fields of CalendarRules as they are stored. Raises ValidationError by field."""
    checked, errors = dict(values), {}
    for name, limit in (("tone", MAX_TONE), ("signature", MAX_SIGNATURE)):
        if name in values:
            checked[name] = str(values[name]).replace("\r\n", "\n").strip()
            if problem := _text_problem(str(checked[name]), limit):
                errors[name] = ValidationError(problem, code="invalid")
    for name, read in (("forbidden", _phrases), ("hashtags", _hashtags)):
        if isinstance(terms := values.get(name), list):
            checked[name] = read(terms)
            if problem := _terms_problem(read(terms)):
                errors[name] = ValidationError(problem, code="invalid")
    if isinstance(domains := values.get("link_domains"), list):
        checked["link_domains"] = list(dict.fromkeys(filter(None, map(read_domain, domains))))
        if problem := _domains_problem(domains):
            errors["link_domains"] = ValidationError(problem, code="invalid")
    if errors:
        raise ValidationError(errors)
    return checked


def _domains_problem(domains: list[str]) -> str:
    if len(domains) > MAX_DOMAINS:
        return _("Enter at most %(count)s domains.") % {"count": MAX_DOMAINS}
    wrong = next((one.strip() for one in domains if one.strip() and not read_domain(one)), "")
    return _("“%(name)s” is not a domain, such as lumen.example.") % {"name": wrong[:100]} if wrong else ""


def _phrases(lines: Iterable[str]) -> list[str]:
    spaced = (" ".join(line.split()) for line in lines)
    return list(dict.fromkeys(line for line in spaced if line))


def _hashtags(lines: Iterable[str]) -> list[str]:
    return read_hashtags(" ".join(lines))


def _terms_problem(terms: list[str]) -> str:
    if len(terms) > MAX_TERMS:
        return _("Enter at most %(count)s words and phrases.") % {"count": MAX_TERMS}
    return next(filter(None, (_text_problem(term, MAX_TERM) for term in terms)), "")


def _text_problem(text: str, limit: int) -> str:
    if len(text) > limit:
        return _("This text is too long.")
    return "" if is_storable(text) else _("This contains an invalid character.")


def _link_problem(url: str) -> str:
    if not url:
        return ""
    if not url.startswith(("https://", "http://")) or any(char.isspace() for char in url):
        return _("Enter a web address that starts with https://.")
    return _text_problem(url, MAX_URL)


def _person_problem(post: Post, person: User | None) -> str:
    if person is None:
        return ""
    member = Membership.objects.filter(project=post.project_id, user=person, user__is_active=True).first()
    if member is None or not member.may(Role.MANAGER):
        return _("Choose a manager or an admin of the project.")
    return ""


def _reviewer_problem(post: Post) -> str:
    if post.reviewer and post.reviewer == post.owner:
        return _("Choose another person than the owner.")
    return _person_problem(post, post.reviewer)


def _time_problems(day: date | None, at: time | None, time_zone: str) -> list[tuple[str, str]]:
    found = []
    if day is None and at is not None:
        found.append(("day", _("Enter a date.")))
    if day is not None and at is None:
        found.append(("at", _("Enter a time.")))
    if day is not None and day.year not in YEARS:
        found.append(("day", _("Enter a date from 2000 to 2100.")))
    try:
        validate_time_zone(time_zone)
    except ValidationError as error:
        found.append(("time_zone", error.messages[0]))
    return found
