"""What listening stores, one noun a file."""

from monitoring.models.documents import Document, DocumentSource
from monitoring.models.mentions import Mention
from monitoring.models.sentiment import Correction, SentimentLayer, SentimentState
from monitoring.models.sources import Source
from monitoring.models.topics import Topic

__all__ = [
    "Correction",
    "Document",
    "DocumentSource",
    "Mention",
    "SentimentLayer",
    "SentimentState",
    "Source",
    "Topic",
]
