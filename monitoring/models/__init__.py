"""The models of collected content and its analysis, one noun per file."""

from monitoring.models.authors import Author, AuthorCheck, AuthorNote, AuthorSettings, AuthorTag
from monitoring.models.budgets import RequestBudget
from monitoring.models.connections import ConnectionRequest, PlatformApp
from monitoring.models.credentials import Credential
from monitoring.models.documents import Document, DocumentRevision, DocumentSource, Kind
from monitoring.models.fetch_requests import FetchRequest
from monitoring.models.keywords import Keyword
from monitoring.models.mentions import Mention
from monitoring.models.mutes import Mute
from monitoring.models.raw_items import RawItem
from monitoring.models.rechecks import EngagementPoint, Recheck
from monitoring.models.relevance import RelevanceScore, RelevanceState, RelevanceVersion
from monitoring.models.sentiment import Correction, SentimentLayer, SentimentState
from monitoring.models.source_periods import SourcePeriod
from monitoring.models.sources import Source
from monitoring.models.stories import Story, StoryCheck, StoryRedirect, StorySignature
from monitoring.models.themes import DocumentTheme, Theme, ThemeRun
from monitoring.models.triage import DocumentActivity, MentionTag, Triage
from monitoring.models.vectors import DocumentVector

__all__ = [
    "Author",
    "AuthorCheck",
    "AuthorNote",
    "AuthorSettings",
    "AuthorTag",
    "ConnectionRequest",
    "Correction",
    "Credential",
    "Document",
    "DocumentActivity",
    "DocumentRevision",
    "DocumentSource",
    "DocumentTheme",
    "DocumentVector",
    "EngagementPoint",
    "FetchRequest",
    "Keyword",
    "Kind",
    "Mention",
    "MentionTag",
    "Mute",
    "PlatformApp",
    "RawItem",
    "Recheck",
    "RelevanceScore",
    "RelevanceState",
    "RelevanceVersion",
    "RequestBudget",
    "SentimentLayer",
    "SentimentState",
    "Source",
    "SourcePeriod",
    "Story",
    "StoryCheck",
    "StoryRedirect",
    "StorySignature",
    "Theme",
    "ThemeRun",
    "Triage",
]
