"""The measures by name: one line per measure. `Rule.Measure` offers the same names (a test compares)."""

from alerts.measures.authors import Authors
from alerts.measures.base import Measure
from alerts.measures.goals import Goals
from alerts.measures.growth import Growth
from alerts.measures.mentions import Mentions, Negative, Stories
from alerts.measures.negative_share import NegativeShare
from alerts.measures.net_sentiment import NetSentiment
from alerts.measures.newcomer import Newcomer
from alerts.measures.overdue import Overdue
from alerts.measures.rating import Rating
from alerts.measures.reach import Reach
from alerts.measures.share_of_voice import ShareOfVoice
from alerts.measures.silent import Silent

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        *(Mentions(), Stories(), Negative(), NegativeShare(), NetSentiment(), ShareOfVoice()),
        *(Reach(), Authors(), Rating(), Newcomer(), Growth(), Overdue(), Silent(), Goals()),
    )
}
