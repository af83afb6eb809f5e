"""The texts of a post as they are published: with campaign parameters in links to the project’s own website.

In: a project, whose rules say whether and for which domains. Out: texts, and the visits by the links of posts. Called
by the pages, the API, the reminders and the publication.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Q, Sum

from accounts.models import Project
from website.models import Website, WebsiteBreakdown
from website.readers.base import Dimension
from website.readers.registry import READERS
from workplace.calendar.links import CONTENT, post_ids, read_domain, tag_links, tags_of
from workplace.calendar.text_limits import count
from workplace.models import CalendarRules, Post, PostVariant


@dataclass(frozen=True)
class OwnLinks:
    """The domains whose links get parameters; without any, texts stay as they are.

    With `within_limits`, so does a text that the platform would refuse for its length with parameters.
    """

    domains: tuple[str, ...] = ()
    within_limits: bool = False

    def tagged(self, text: str, platform: str, campaign: str, post_id: int) -> str:
        found = tag_links(text, self.domains, tags_of(post_id, platform, campaign))
        if self.within_limits and count(found, platform).excess and not count(text, platform).excess:
            return text
        return found

    def text_of(self, post: Post, variant: PostVariant) -> str:
        """Return what is published on a platform."""
        return self.tagged(variant.text or post.text, variant.platform, post.campaign, post.pk)


@dataclass(frozen=True)
class PostVisits:
    """Sessions by the links of a post on a website, as far as its figures have been read."""

    id: int
    website: str
    sessions: int


def own_links(project: Project) -> OwnLinks:
    """Return the links of a project that get parameters: to its domains, and to a site that Plausible names."""
    rules = CalendarRules.objects.filter(project=project).first()
    sites = Website.objects.filter(project=project, provider="plausible").values_list("settings", flat=True)
    named = (read_domain(str(settings.get("site", ""))) for settings in sites)
    return OwnLinks(tuple(dict.fromkeys([*(rules.link_domains if rules else ()), *filter(None, named)])))


def links_of(project: Project) -> OwnLinks:
    """Return the links that get parameters at publication: none unless its switch is on."""
    is_on = CalendarRules.objects.filter(project=project, tags_links=True).exists()
    return replace(own_links(project), within_limits=True) if is_on else OwnLinks()


def visits_of(post: Post) -> list[PostVisits]:
    """Return the visits by the links of a post, by website; websites without figures are left out."""
    name = f"{CONTENT}{post.pk}"
    websites = Website.objects.filter(project=post.project_id, provider__in=READERS, read_until__isnull=False)
    rows = WebsiteBreakdown.objects.filter(Q(detail=name) | Q(value=name), dimension=Dimension.CAMPAIGN)
    rows = rows.filter(website__in=websites, day__gte=post.created_at.date() - timedelta(days=1))
    sums = dict(rows.order_by().values_list("website").annotate(Sum("count")))
    return [PostVisits(one.pk, one.name, sums.get(one.pk, 0)) for one in websites.order_by("pk")]


def posts_of_values(project: Project, values: Iterable[str]) -> Mapping[str, Post]:
    """Return the posts that values of campaigns and contents name, by the value."""
    found = Post.objects.filter(project=project, pk__in=post_ids(values)).only("pk", "title", "project_id")
    return {f"{CONTENT}{post.pk}": post for post in found}
