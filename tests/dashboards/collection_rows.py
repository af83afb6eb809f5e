"""Collections with issues and items, for tests/dashboards/world.py."""

from django.utils import timezone

from delivery.models import ExternalRecipient
from tests.factories import PNG
from workplace.models import Collection, CollectionIssue, CollectionItem, ItemPicture


class CollectionRows:
    def _grow_collections(self, now):
        """Add a collection, a published issue of the first one, and an item of its draft."""
        self._issue(self._collection(), 1)
        self._issue(self.collection, self.size + 1, published_at=now)
        self._issue_item(self.issue)
        ExternalRecipient.objects.create(
            project=self.project,
            mailing_list=f"newsletter:{self.collection.pk}",
            email=f"reader{self.size}@example.org",
            language="en",
            confirmed_at=now,
        )

    def _collection(self, access="secret"):
        return Collection.objects.create(
            project=self.project,
            name=f"Collection {self.size}",
            slug=f"collection-{self.size}",
            language="en",
            access=access,
            time_zone="UTC",
        )

    def _issue(self, collection, number, **fields):
        """Add an issue with an item before its section and one in it."""
        issue = CollectionIssue.objects.create(
            collection=collection,
            number=number,
            title=f"Issue {number}",
            language="en",
            sections=[{"id": 1, "title": "Good news"}],
            **fields,
        )
        for section in (0, 1):
            self._issue_item(issue, section)
        return issue

    def _issue_item(self, issue, section=0):
        item = CollectionItem.objects.create(
            issue=issue,
            url="https://a.example/",
            title=f"Item {self.size}",
            source="Le Phare",
            excerpt="It opens.",
            comment="At last.",
            section=section,
            position=issue.items.count(),
            published_on=timezone.now().date(),
        )
        ItemPicture.objects.create(item=item, jpeg=PNG, width=1, height=1, alt="A shop")
        return item
