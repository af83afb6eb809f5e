"""The posts of the editorial calendar in tests/dashboards/world.py."""

from datetime import timedelta

from django.utils import timezone

from tests.factories import PNG
from workplace.models import CalendarAddress, Post, PostVariant


class PostRows:
    """Adds posts to a World, which has `project`, `owner`, `size`, and the first one as `post`."""

    def _grow_posts(self, member):
        self._post()
        self._post(days=None)
        self.post.comments.create(author=member, text="Shorter?")
        self.post.pictures.create(position=1, jpeg=PNG, width=1, height=1)
        at = f"{self.size:02}:00"
        self.project.posting_slots.create(platform="bluesky", weekday=0, at=at, time_zone="UTC")
        CalendarAddress.objects.create(project=self.project, user=self.owner, digest=f"calendar {self.size}")

    def _post(self, days=2):
        """Add a post for two platforms, without a date if `days` is None."""
        due = timezone.now() + timedelta(days=days) if days else None
        post = Post.objects.create(
            project=self.project,
            title=f"Post {self.size}",
            text="Lumen lights up",
            status=["idea", "draft", "to_approve", "scheduled" if days else "approved"][self.size % 4],
            owner=self.owner,
            due_day=due and due.date(),
            due_time=due and due.time(),
            due_at=due,
        )
        for platform in ("bluesky", "mastodon"):
            PostVariant.objects.create(post=post, platform=platform)
        self.project.post_templates.create(
            name=f"Template {self.project.post_templates.count()}",
            title="T",
            text="Lumen",
            kind="job",
            platforms={"x": ""},
        )
        post.pictures.create(position=0, jpeg=PNG, width=1, height=1, alt="A lamp")
        return post
