"""A collection of Maison Lumen with a draft, and what its tests do with it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone


@pytest.fixture
def collection(project, owner):
    from workplace.curation.collections import create_collection

    return create_collection(project, owner, "The week in lighting", language="en")


@pytest.fixture
def draft(collection, owner):
    from workplace.curation import issues

    return issues.create_issue(collection, owner, timezone.now())


@pytest.fixture
def mention(project):
    from monitoring.content.native_keys import key_of
    from monitoring.content.urls import canonical_url
    from tests.factories import make_keyword, make_mention, make_source

    source, url = make_source(project, title="Le Phare"), "https://phare.example/rennes"
    return make_mention(
        make_keyword(project),
        source=source,
        title="Lumen opens in Rennes",
        text="A new lumen shop. It opens on Saturday.",
        url=url,
        address_key=key_of(canonical_url(url)),
        published=timezone.now() - timedelta(days=1),
    )


@pytest.fixture
def published(collection, draft, mention, owner):
    """The first issue, published: two items in two sections, with a comment."""
    from workplace.curation import issues, items, sections

    section = sections.add_section(draft, "Good news", timezone.now())
    items.pick(draft, owner, [mention.document], timezone.now(), section)
    item = draft.items.get()
    items.change_item(item, 1, timezone.now(), comment="At last.")
    items.add_url(draft, owner, "https://halo.example/prices", timezone.now(), title="Halo lowers its prices")
    issues.change_issue(draft, 1, timezone.now(), title="A week of parcels", intro="Deliveries, and a shop.")
    return issues.publish(draft, owner, timezone.now())


@pytest.fixture
def public(collection, owner):
    """The same collection at its public URL."""
    from workplace.curation.collections import change_collection

    return change_collection(collection, owner, access="public", slug="lighting")


@pytest.fixture
def path(project):
    """`path(name, *ids)`: the path of a page of the project."""
    return lambda name, *ids: reverse(name, args=[project.pk, *ids])
