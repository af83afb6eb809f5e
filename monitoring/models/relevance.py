"""The model of what a project ignores as noise: its versions, the one in use, and the scores of documents."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Project
from monitoring.models.documents import Document
from monitoring.models.vectors import RealField

# The actions of the activity log after which a document can be another example.
DECISIONS = (
    "mention.status",
    "mention.reason",
    "mention.relevant",
    "mention.tagged",
    "mention.sentiment",
    "mention.undone",
)
# Columns of a version of up to half a megabyte, which most readers do without.
HEAVY = ("weights", "noise_ids", "kept_ids")
DELETED = "document.deleted"  # after it, a version is fitted without the document


class RelevanceVersion(models.Model):
    """A model fitted to a project's decisions. `weights` is the format of monitoring/relevance/model.py.

    `encoder` is the version of the vectors that it reads, "" if it reads words alone. Documents whose score reaches
    `threshold` are suggested as noise; only a version with `is_better` is used. The other numbers are measured on
    decisions that it wasn't fitted to: of `decisions`, `noise` were ignored as noise, `suggested` would have been
    suggested, `right` of them rightly; and the same of the newest by a model of the older ones. `noise_ids` and
    `kept_ids` are the documents of the decisions, to name the most similar ones; some may not exist anymore.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="relevance_versions")
    number = models.PositiveIntegerField()
    encoder = models.CharField(max_length=12, blank=True)
    weights = models.BinaryField()
    threshold = models.FloatField()
    decisions = models.PositiveIntegerField()
    noise = models.PositiveIntegerField()
    suggested = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    newest_decisions = models.PositiveIntegerField()
    newest_noise = models.PositiveIntegerField()
    newest_suggested = models.PositiveIntegerField()
    newest_right = models.PositiveIntegerField()
    noise_ids = ArrayField(models.BigIntegerField())
    kept_ids = ArrayField(models.BigIntegerField())
    is_better = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_relevance_version_per_number")]

    def __str__(self) -> str:
        return f"{self.project_id} #{self.number}"


class RelevanceState(models.Model):
    """The version in use, None without one, and the progress of fitting and scoring. Times are UTC.

    `fitted_at` is when the decisions were last read for a fit; later ones are due. Documents that were found before
    `scored_until` have a score by the version, as far as they can have one; None if scoring starts. If `learns` is
    False, nothing is fitted, scored or suggested.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="relevance_state")
    version = models.ForeignKey(RelevanceVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    learns = models.BooleanField(default=True)
    fitted_at = models.DateTimeField(null=True)
    scored_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.version_id}"


class RelevanceScore(models.Model):
    """The score of a document that awaited review when it was read: from 0 (kept) to 1 (noise).

    A score counts while its version is the one in use and a mention of the document still awaits review
    (`suggested_noise`). `like_noise` and `like_kept` are the ids of the most similar documents that the team ignored
    as noise, and that it kept; they may not exist anymore. The row is deleted with an edit of the text and with the
    content of the document.
    """

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="relevance_score"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(RelevanceVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    score = RealField()
    is_noise = models.BooleanField()
    like_noise = models.BigIntegerField()
    like_kept = models.BigIntegerField()

    class Meta:
        indexes = [
            # That of the deletion of a version, too.
            models.Index(fields=["version", "document"], condition=Q(is_noise=True), name="relevance_noise"),
            models.Index(fields=["version", "document"], name="relevance_by_version"),
            models.Index(fields=["project"], name="relevance_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.score}"


def suggested_noise(project_id: int) -> models.QuerySet[RelevanceScore]:
    """Return the scores of a project's documents that are suggested as noise, unless a person said otherwise.

    The caller adds the condition that a mention awaits review.
    """
    in_use = RelevanceState.objects.filter(project_id=project_id, learns=True).values("version_id")
    scores = RelevanceScore.objects.filter(version_id__in=in_use, is_noise=True)
    return scores.exclude(document__triage__is_relevant=True)
