"""Websites of the growing project of world.py, with their figures."""

from datetime import timedelta

from django.utils import timezone

from tests.website.factories import make_breakdown, make_days, make_website
from website.models import Website
from website.readers.base import Dimension


class WebsiteRows:
    def _website(self):
        """Add a website with days and breakdowns; those of the first grow, too."""
        today = timezone.now().date()
        if Website.objects.filter(project=self.project).count() < 3:
            website = make_website(self.project, name=f"Site {self.size}", error_code="unreachable")
            Website.objects.filter(pk=website.pk).update(failing_since=timezone.now())
            make_days(website, today - timedelta(days=1), [20 + day for day in range(60)], social=[5] * 59 + [90])
        first = Website.objects.filter(project=self.project).order_by("pk").first()
        for dimension in Dimension:
            make_breakdown(first, today - timedelta(days=2), dimension, f"Value {self.size}", 9, "detail")
        return first
