"""The metrics by name, in the order of the form: one line per metric."""

from django.utils.translation import gettext_lazy as _

from workplace.goals.metrics.base import Metric
from workplace.goals.metrics.engagement import Engagement
from workplace.goals.metrics.followers import Followers
from workplace.goals.metrics.manual import Manual
from workplace.goals.metrics.mentions import Mentions, Stories
from workplace.goals.metrics.net_sentiment import NetSentiment
from workplace.goals.metrics.new_authors import NewAuthors
from workplace.goals.metrics.posts import PostEngagement, PublishedPosts
from workplace.goals.metrics.replies import FirstResponse, RepliedInTime
from workplace.goals.metrics.share_of_voice import ShareOfVoice
from workplace.goals.metrics.website import ConversionRate, WebsiteSum

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *(Mentions(), Stories(), ShareOfVoice(), NetSentiment(), Engagement(), NewAuthors()),
        *(RepliedInTime(), FirstResponse(), Followers(), PublishedPosts(), PostEngagement()),
        WebsiteSum("sessions", _("Website: sessions")),
        WebsiteSum("new_users", _("Website: new users")),
        WebsiteSum("social_sessions", _("Website: visits from social sites")),
        WebsiteSum("key_events", _("Website: key events")),
        *(ConversionRate(), Manual()),
    )
}
