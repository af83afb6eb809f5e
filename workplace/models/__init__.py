"""The models of teamwork on mentions, one noun per file."""

from workplace.models.bulk_changes import BulkChange
from workplace.models.calendar_addresses import CalendarAddress
from workplace.models.collections import Collection, CollectionIssue, CollectionItem, ItemPicture
from workplace.models.drafts import Draft, ReplyRules, SavedReply
from workplace.models.feed_addresses import FeedAddress
from workplace.models.goals import Annotation, Goal, GoalFigure
from workplace.models.notes import Note
from workplace.models.outgoing_posts import OutgoingPost, PostGain
from workplace.models.outgoing_replies import OutgoingReply
from workplace.models.own_accounts import FollowerCount, OwnAccount
from workplace.models.post_pictures import PostPicture
from workplace.models.post_templates import PostTemplate
from workplace.models.posting_slots import PostingSlot
from workplace.models.posts import CalendarRules, Post, PostComment, PostVariant
from workplace.models.response_targets import ResponseTarget
from workplace.models.saved_views import Column, SavedView

__all__ = [
    "Annotation",
    "BulkChange",
    "CalendarAddress",
    "CalendarRules",
    "Collection",
    "CollectionIssue",
    "CollectionItem",
    "Column",
    "Draft",
    "FeedAddress",
    "FollowerCount",
    "Goal",
    "GoalFigure",
    "ItemPicture",
    "Note",
    "OutgoingPost",
    "OutgoingReply",
    "OwnAccount",
    "Post",
    "PostComment",
    "PostGain",
    "PostPicture",
    "PostTemplate",
    "PostVariant",
    "PostingSlot",
    "ReplyRules",
    "ResponseTarget",
    "SavedReply",
    "SavedView",
]
