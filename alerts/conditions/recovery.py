"""The count at which an open incident may be resolved: so low that a rate at the limit rarely reaches it by chance.

Pure. Called by the conditions in this package.
"""

from functools import lru_cache
from math import exp, floor, lgamma, log

RELEASE = 0.9  # of the limit, at most
MAX_CHANCE = 0.05
LARGE = 400  # from here on, 90% of the limit is the lower of the two


@lru_cache(maxsize=1024)
def recovery_count(limit: float) -> int:
    """Return the highest count that resolves an incident whose limit is `limit` mentions.

    It is at most 90% of the limit, and so low that a Poisson count whose mean is the limit is that low in at most 5%
    of the time windows: 1 for a limit of 5, 4 for 10, 12 for 20. Without any such count it is 0.
    """
    ceiling = floor(limit * RELEASE)
    if limit >= LARGE or ceiling == 0:
        return ceiling
    count, total = -1, 0.0
    while count < ceiling:
        total += _poisson(count + 1, limit)
        if total > MAX_CHANCE:
            break
        count += 1
    return max(count, 0)


def recovery_share(limit: float) -> float:
    """Return the highest percentage or balance that resolves an incident: a tenth below the limit, at least 2 points.

    A share has no Poisson count: how much it varies depends on the mentions it is about.
    """
    return limit - max(abs(limit) * (1 - RELEASE), 2.0)


def _poisson(count: int, mean: float) -> float:
    """Return the probability of a Poisson count; `mean` is above zero."""
    return exp(count * log(mean) - mean - lgamma(count + 1))
