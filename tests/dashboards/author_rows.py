"""Rows of authors for the test that compares query counts: to welcome, with notes and tags, and official accounts."""

from uuid import uuid4

from django.utils import timezone

from monitoring.content.native_keys import key_of
from monitoring.models import Author, AuthorNote, AuthorTag, Document, DocumentSource
from tests.factories import make_documents, make_mention


class AuthorRows:
    """Methods of World (world.py)."""

    def _official_reply(self, source):
        """Add an official account, and its reply to a new mention."""
        account = Author.objects.create(
            project=self.project, platform="bluesky", key=uuid4(), name=f"Help {self.size}", speaks_for=self.keyword
        )
        given = {"platform": "bluesky", "kind": "post", "source": source}
        mention = make_mention(self.keyword, **given)
        DocumentSource.objects.filter(document=mention.document).update(native_key=key_of(f"post {self.size}"))
        make_documents(self.project, [{**given, "written_by": account, "reply_to": f"post {self.size}"}])

    def _author(self):
        """Add an author to welcome; the items, notes and tags of the first one grow too."""
        now = timezone.now()
        author = Author.objects.create(
            project=self.project,
            platform="bluesky",
            key=uuid4(),
            name=f"Author {self.size}",
            mention_count=1,
            first_at=now,
            last_at=now,
            welcome_at=now,
        )
        first = Author.objects.filter(project=self.project).order_by("pk").first()
        for one in {author, first}:
            make_mention(self.keyword, written_by=one, kind="post", sentiment="negative", published=now)
            AuthorNote.objects.create(author=one, user=self.member.user, text="Client")
            AuthorTag.objects.create(project=self.project, author=one, tag=f"tag {self.size}")
        Document.objects.filter(pk=self.mention.document_id).update(written_by=first)
        return author
