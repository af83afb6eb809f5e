"""A platform with an account that may publish, and posts that are due there. Used by tests of publishing."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from monitoring.models import Credential, RequestBudget
from tests.factories import make_source
from tests.forks import is_killed
from workplace import publishing
from workplace.models import OutgoingPost, Post

PLATFORMS = {"bluesky": "bluesky", "mastodonsearch": "mastodon", "x": "x", "facebook": "facebook"}
PLATFORMS |= {name: name for name in ("discourse", "linkedin", "reddit")}
PLACES = {"discourse": ("5", "The workshop opens on Saturday."), "reddit": ("Lyon", "The workshop opens on Saturday.")}
TEXT = "Bonjour ! L’atelier ouvre samedi : https://lumen.example/atelier"


class Place:
    """A platform with an account that may publish, and a post that is due there."""

    def __init__(self, server, project):
        self.server, self.project = server, project
        self.platform = PLATFORMS[server.platform]
        self.credential = Credential(project=project, platform=server.platform, name="@lumen", can_reply=True)
        self.credential.set_secrets({**server.valid, **server.account})
        self.credential.settings = {"account": "@lumen"} if "account" in server.account else {}
        self.credential.save()
        settings = {**server.settings, "base_url": server.url}
        host = {"platform": server.platform, "settings": settings, "host": "127.0.0.1"}
        make_source(project, credential=self.credential, **host)

    def post(self, owner, text=TEXT, ago=timedelta(minutes=1), **fields):
        at = timezone.now() - ago
        values = {"title": "Open day", "text": text, "status": "scheduled", "due_at": at, "owner": owner}
        values |= {
            "updated_at": min(at, timezone.now()),
            "due_day": at.date(),
            "due_time": at.time(),
            "time_zone": "UTC",
            "written_by": owner,
        }
        post = Post.objects.create(project=self.project, **values, **fields)
        place, title = PLACES.get(self.platform, ("", ""))
        post.variants.create(platform=self.platform, credential=self.credential, place=place, title=title)
        return post


def run():
    """Begin what is due, then make the requests, also those that wait or whose lease has an owner."""
    past = timezone.now() - timedelta(seconds=1)
    OutgoingPost.objects.exclude(due_at=None).update(due_at=past)
    RequestBudget.objects.all().delete()
    publishing.begin_due(timezone.now())
    publishing.send_due()
    return Post.objects.latest("pk")


def publish_though_killed():
    """Publish what is due by workers that are killed before each of their statements. Return how many were killed."""
    kill_at = 1

    def work():
        publishing.begin_due(timezone.now())
        publishing.send_due()

    while is_killed(work, kill_at):
        OutgoingPost.objects.exclude(due_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
        RequestBudget.objects.all().delete()
        connection.close()
        kill_at += 1
    for _ in range(3):
        if run().status == "published":
            break
    return kill_at


def version_of(post):
    """Return the present version of a post."""
    return Post.objects.values_list("version", flat=True).get(pk=post.pk)


def row():
    return OutgoingPost.objects.latest("pk")
