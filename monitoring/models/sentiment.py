"""Corrections of a project's sentiment, the layers fitted to them, and the version in use."""

from django.db import models
from django.utils import timezone

from accounts.models import Project, User
from monitoring.models.documents import Document
from monitoring.models.mentions import Mention, Sentiment


class Correction(models.Model):
    """A label that a person gave a mention, kept after the mention is deleted.

    `text` is the text that was analyzed, "" after the platform deleted the item; `document` finds it then, also
    without the mention. `shown` is the label before the correction ("" for none).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="corrections")
    mention = models.OneToOneField(Mention, on_delete=models.SET_NULL, null=True, related_name="correction")
    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=10, choices=Sentiment)
    shown = models.CharField(max_length=10, choices=Sentiment, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.shown} -> {self.label}"


class SentimentLayer(models.Model):
    """A small model on top of the base model, fitted to a project's corrections.

    The accuracies (0 to 1) are cross-validated on those corrections, without and with the layer; only a layer with
    `is_better` is used. `weights` is the format of monitoring/sentiment/project_layer.py.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sentiment_layers")
    number = models.PositiveIntegerField()
    model = models.CharField(max_length=40)
    weights = models.BinaryField()
    corrections = models.PositiveIntegerField()
    accuracy_before = models.FloatField()
    accuracy_after = models.FloatField()
    is_better = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_layer_per_number")]

    def __str__(self) -> str:
        return f"{self.project_id} #{self.number}"


class SentimentState(models.Model):
    """The state of a project's sentiment analysis.

    `analyzed_by` is the version of model and layer for its history. `rescored_to` is the progress of analyzing the
    history again: a mention id, decreasing from `rescored_from`; None when finished. `refit_at` (UTC) is when a new
    layer is due, None if none is. If `learns` is False, no layer is used or fitted.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="sentiment_state")
    layer = models.ForeignKey(SentimentLayer, on_delete=models.SET_NULL, null=True, related_name="+")
    learns = models.BooleanField(default=True)
    analyzed_by = models.CharField(max_length=40, blank=True)
    rescored_from = models.BigIntegerField(null=True)
    rescored_to = models.BigIntegerField(null=True)
    refit_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.analyzed_by}"
