"""The readings by name: one line per reading. Measures name those that they are computed from."""

from alerts.readings.base import Reading
from alerts.readings.documents import newcomers, ratings, reach
from alerts.readings.goals import goals
from alerts.readings.growth import growth
from alerts.readings.overdue import overdue
from alerts.readings.rows import authors, items, stories
from alerts.readings.silent import silent
from alerts.readings.voices import story_voices, voices

READINGS: dict[str, Reading] = {
    "items": items,
    "stories": stories,
    "authors": authors,
    "reach": reach,
    "ratings": ratings,
    "newcomers": newcomers,
    "growth": growth,
    "overdue": overdue,
    "silent": silent,
    "goals": goals,
    "voices": voices,
    "story_voices": story_voices,
}
