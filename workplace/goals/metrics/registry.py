"""The metrics by name, in the order of the form: one line per metric."""

from workplace.goals.metrics.base import Metric
from workplace.goals.metrics.engagement import Engagement
from workplace.goals.metrics.manual import Manual
from workplace.goals.metrics.mentions import Mentions, Stories
from workplace.goals.metrics.net_sentiment import NetSentiment
from workplace.goals.metrics.new_authors import NewAuthors
from workplace.goals.metrics.replies import FirstResponse, RepliedInTime
from workplace.goals.metrics.share_of_voice import ShareOfVoice

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *(Mentions(), Stories(), ShareOfVoice(), NetSentiment(), Engagement(), NewAuthors()),
        *(RepliedInTime(), FirstResponse(), Manual()),
    )
}
