"""A theme: what many mentions of a project are about, as monitoring/themes finds it; and the documents in it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Project
from monitoring.models.documents import Document
from monitoring.models.theme_subjects import NAMES as SUBJECT_NAMES
from monitoring.models.vectors import RealField

MAX_NAME = 80


class Theme(models.Model):
    """A group of documents that say similar things. `ingest/themes.py` finds them again every day, with the same ids.

    `terms` has for each language of the interface the words that tell the theme from the others, the best first, and
    `name_terms` those in its name, which stay as long as they fit. `subject` is one of theme_subjects.py, "" if it has
    none of them; `given_name` is a person's, "" if there is none.
    `center` is compared with those of later runs of the same `version` of the encoder. `size` is the number of its
    documents in the last run, 0 if that did not find it; `seen_at` (UTC) is when a run last did.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="themes")
    given_name = models.CharField(max_length=MAX_NAME, blank=True)
    subject = models.CharField(max_length=40, blank=True, db_default="")
    name_terms = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    is_hidden = models.BooleanField(default=False)
    center = ArrayField(RealField())
    version = models.CharField(max_length=12)
    size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name that a person gave, otherwise its subject or the terms, in the current language."""
        subject = SUBJECT_NAMES.get(self.subject)
        name = self.given_name or (_(subject) if subject else ", ".join(in_language(self.name_terms)))
        return name[:1].upper() + name[1:] if name else _("Theme %(number)s") % {"number": self.pk}

    @property
    def shown_terms(self) -> list[str]:
        """The terms in the current language."""
        return in_language(self.terms)


class DocumentTheme(models.Model):
    """The theme of a document; documents in no theme have no row. Numbers come from mentions joined with this."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="in_theme")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="documents", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["theme", "document"], name="documents_by_theme")]

    def __str__(self) -> str:
        return f"{self.document_id} in {self.theme_id}"


class ThemeRun(models.Model):
    """The last time that the themes of a project were found.

    `documents` were read, those with a vector, of which `grouped` are in a theme. `vectors` is the number of vectors
    that the project had, up to a bound, and `last_document` the highest id among them: they say how many are new.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="theme_run")
    grouped_at = models.DateTimeField(null=True)
    documents = models.PositiveIntegerField(default=0)
    grouped = models.PositiveIntegerField(default=0)
    vectors = models.PositiveIntegerField(default=0)
    last_document = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project_id} at {self.grouped_at}"


def in_language(terms: dict[str, list[str]]) -> list[str]:
    """Return the terms in the current language, otherwise those in any."""
    language = (get_language() or "").partition("-")[0]
    return terms.get(language) or next(iter(terms.values()), [])
