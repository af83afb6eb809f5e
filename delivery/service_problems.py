"""Problems of Vigie itself that the admins of a project must know: as emails, and as messages to its channels.

Each message has a unique key, so a problem is reported once to each recipient.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Membership, Project, Role
from delivery.links import absolute
from delivery.message import Message, to_destination
from delivery.models import Delivery, Destination
from delivery.notice import Link, Notice


@dataclass(frozen=True)
class ServiceProblem:
    """A problem. `title`, `sentence` and `link` are called in the language and time zone of each recipient.

    `page` is the name of the URL of a project's page, and `query` its query string. `error` is the response of another
    server, shown as it is.
    """

    key: str
    title: Callable[[], str]
    sentence: Callable[[], str]
    page: str
    link: Callable[[], str]
    query: str = ""
    error: str = ""

    def url(self, project: Project) -> str:
        return absolute(reverse(self.page, args=[project.pk]) + self.query)


def emails(project: Project, problem: ServiceProblem, without: str = "") -> Iterator[Message]:
    """Yield a message to each admin of the project, but not to this address."""
    admins = Membership.objects.filter(project=project, role=Role.ADMIN, user__is_active=True)
    for admin in admins.exclude(user__email__iexact=without).select_related("user").order_by("user_id"):
        with translation.override(admin.user.language), timezone.override(admin.user.zone):
            context = {
                "project": project.name,
                "sentence": problem.sentence(),
                "error": problem.error,
                "link": problem.link(),
                "url": problem.url(project),
            }
            yield Message(
                key=f"{problem.key}:{project.pk}:{admin.user_id}",
                kind=Delivery.Kind.SERVICE,
                recipient=admin.user.email,
                subject=problem.title(),
                text=render_to_string("emails/service_problem.txt", context),
                project=project,
                user=admin.user,
            )


def notices(project: Project, problem: ServiceProblem) -> Iterator[Message]:
    """Yield a message to each channel of the project that is on."""
    destinations = Destination.objects.filter(project=project, disabled_at=None).select_related("project")
    for destination in destinations.order_by("pk"):
        with translation.override(destination.language):
            notice = Notice(
                event="service.problem",
                title=problem.title(),
                sentence=problem.sentence(),
                links=(Link(problem.link(), problem.url(project)),),
                data={"project": {"id": project.pk, "name": project.name}},
            )
        yield to_destination(f"{problem.key}:{project.pk}", Delivery.Kind.SERVICE, destination, notice)
