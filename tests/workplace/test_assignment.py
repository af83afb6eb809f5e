"""The email about an assignment."""

import re
from datetime import timedelta

from django.utils import timezone

from delivery.models import Delivery
from tests.factories import make_keyword, make_mentions
from workplace.assignment import assign


def test_link_to_several_mentions_lists_earlier_ones_too(project, owner, manager, as_person):
    at = timezone.now() - timedelta(days=60)
    mentions = make_mentions(make_keyword(project), [{"published": at}, {}])
    assign(project, owner, [mention.pk for mention in mentions], manager)
    url = re.search(r"http\S+", Delivery.objects.get(user=manager).text)[0]
    rows = as_person(manager).get(url).context["rows"]
    assert sorted(row.document.pk for row in rows) == sorted(mention.document_id for mention in mentions)
