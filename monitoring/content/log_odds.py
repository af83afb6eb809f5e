"""How much more frequent a term is in some texts than in others. Pure. Called by themes/ and entities/.

query_tools/noise.py has another statistic, whose prior is how frequent the term is in all of them.
"""

from math import log, sqrt

PRIOR = 0.5  # texts: how little a term says that occurs once


def log_odds(here: int, of_here: int, elsewhere: int, of_elsewhere: int) -> float:
    """Return the difference of the log-odds of a term in units of its standard error.

    `here` of `of_here` texts have the term, and `elsewhere` of `of_elsewhere` others.
    """
    odds = log((here + PRIOR) / (of_here - here + 1)) - log((elsewhere + PRIOR) / (of_elsewhere - elsewhere + 1))
    return odds / sqrt(1 / (here + PRIOR) + 1 / (elsewhere + PRIOR))
