"""What a team teaches the sentiment model: its corrections, the layers learned from them, and which one is in use."""

from django.db import models
from django.utils import timezone

from accounts.models import Project, User
from monitoring.models.mentions import Mention, Sentiment


class Correction(models.Model):
    """A label that a person gave a mention. Kept when the mention goes: `text` is what was judged, and `shown` the
    label that stood there before ("" for none).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="corrections")
    mention = models.OneToOneField(Mention, on_delete=models.SET_NULL, null=True, related_name="correction")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=10, choices=Sentiment)
    shown = models.CharField(max_length=10, choices=Sentiment, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.shown} -> {self.label}"


class SentimentLayer(models.Model):
    """A small model on top of the built-in one, learned from a project's corrections.

    The accuracies (0 to 1) are cross-validated over those corrections, without and with the layer; only a layer that
    is better is kept for use. `weights` is what monitoring/sentiment/project_layer.py reads and writes.
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
    """How a project's mentions are judged. `judged_by` is the version of model and layer that its history is judged
    by; `rescored_to` is where judging it anew has come (a mention id, going down from `rescored_from`), None when that
    is finished.
    `refit_at` (UTC) is when a new layer is due, None where none is. With `learns` off no layer is used or fitted.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="sentiment_state")
    layer = models.ForeignKey(SentimentLayer, on_delete=models.SET_NULL, null=True, related_name="+")
    learns = models.BooleanField(default=True)
    judged_by = models.CharField(max_length=40, blank=True)
    rescored_from = models.BigIntegerField(null=True)
    rescored_to = models.BigIntegerField(null=True)
    refit_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.judged_by}"
