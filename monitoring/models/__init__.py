"""What listening stores, one noun a file."""

from monitoring.models.documents import Document, DocumentSource
from monitoring.models.mentions import Mention
from monitoring.models.sources import Source
from monitoring.models.topics import Topic

__all__ = ["Document", "DocumentSource", "Mention", "Source", "Topic"]
