"""Rows of the assistant for the data set of all pages: a summary of an incident, a draft reply and a query."""

from django.utils import timezone

from assistant.models import AssistantRequest, AssistantRules


class AssistantRows:
    """A part of World."""

    def _assistant(self):
        """Allow the assistant, and add what it wrote. Return the summary, which is that of the first incident."""
        AssistantRules.objects.create(project=self.project, is_allowed=True)
        now = timezone.now().isoformat()
        result = {"dropped": 0, "sent": 1, "total": 9, "is_capped": False, "since": now, "until": now, "sentences": []}
        summary = self._asked(
            "summary",
            f"incident:{self.incident.pk}:en",
            {"subject": "incident", "incident_id": self.incident.pk},
            result,
        )
        self._cite(summary)
        document = self.mention.document_id
        about = {"mention_id": self.mention.pk, "wishes": ""}
        text = {"text": "Hello, thank you for your message.", "has_lost_links": True}
        self._asked("reply", f"{document}:{self.owner.pk}", about, text, document_ids=[document])
        self._asked("query", "x", {"description": "Lamps", "keyword_id": None}, {"query": "lumen", "is_valid": True})
        return summary

    def _cite(self, summary):
        """Add a sentence that rests on the newest mention."""
        mention = self.keyword.mentions.latest("pk")
        sentence = {"text": "People ask.", "documents": [mention.document_id], "mentions": [mention.pk]}
        summary.result["sentences"].append(sentence)
        summary.document_ids.append(mention.document_id)
        summary.save()

    def _asked(self, kind, key, about, result, **fields):
        return AssistantRequest.objects.create(
            project=self.project,
            user=self.owner,
            kind=kind,
            about_key=key,
            about=about,
            language="en",
            state="done",
            result=result,
            model="lumen-7b",
            finished_at=timezone.now(),
            **fields,
        )
