"""What cannot be heard at present: digests, alerts and their pages say so beside every count."""

from django.db.models import Q

from accounts.models import Project
from monitoring.models import Source
from monitoring.models.sources import is_failing


def failing_sources(project: Project) -> list[Source]:
    """The project's sources that Vigie wants to hear and cannot, by name."""
    suspects = Source.objects.filter(project=project).filter(~Q(error_code="") | Q(state=Source.State.STOPPED))
    return [source for source in suspects.order_by("title", "pk") if is_failing(source)]
