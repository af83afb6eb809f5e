"""Versions of the relevance of a project, and documents that they suggest as noise, without a model behind them."""

from monitoring.models import RelevanceScore, RelevanceState, RelevanceVersion

FIGURES = {"decisions": 120, "noise": 60, "suggested": 40, "right": 38}
NEWEST = {"newest_decisions": 30, "newest_noise": 15, "newest_suggested": 10, "newest_right": 9}


def make_version(project, number=1, **fields):
    values = {"weights": b"", "threshold": 0.8, "is_better": True, "noise_ids": [1], "kept_ids": [2]}
    return RelevanceVersion.objects.create(project=project, number=number, **{**values, **FIGURES, **NEWEST, **fields})


def use_new_version(project, number=1, **fields):
    """Make a version and let the project use it."""
    version = make_version(project, number, **fields)
    RelevanceState.objects.update_or_create(project=project, defaults={"version": version})
    return version


def suggest_as_noise(documents, version, ignored, kept, is_noise=True):
    """Give documents a score by a version, with the IDs of the most similar ignored and relevant documents."""
    score = {"project": version.project, "version": version, "score": 0.9, "is_noise": is_noise}
    score |= {"like_noise": ignored, "like_kept": kept}
    for document in documents:
        RelevanceScore.objects.update_or_create(document=document, defaults=score)
