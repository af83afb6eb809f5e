"""Compare the forecasts of goals with the naive one on invented histories: python -m tests.benchmarks.bench_forecasts.

Each history is made once to its end; forecasts are made after a quarter, half and three quarters of it. Prints how
often the end was within the band (it is made for 80%), the mean width of the band, and the mean error of the middle
with its ratio to that of the naive forecast: of a sum, its value divided by the elapsed share; of a level, its value.
The two constants of forecast.py were chosen on the first five kinds.
"""

import argparse
import math
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import mean

from tests.benchmarks.services import print_machine
from workplace.goals.pace import WEEK, Pace, Plan, pace_of_level, pace_of_sum

SEED, START = 20_261_130, date(2026, 1, 5)
DAYS, WEEKS = 91, 26
QUARTERS = (0.25, 0.5, 0.75)
Series = list[float]


def poisson(rng: random.Random, rate: float) -> int:
    """Draw a random number of arrivals: the exact method below 500, the normal approximation above."""
    if rate > 500:
        return max(round(rng.gauss(rate, math.sqrt(rate))), 0)
    limit, count, product = math.exp(-rate), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


def calm(rng: random.Random) -> Series:
    return [poisson(rng, 12) for _ in range(DAYS)]


def weekly(rng: random.Random) -> Series:
    return [poisson(rng, 20 if day % WEEK < 5 else 4) for day in range(DAYS)]


def bursts(rng: random.Random) -> Series:
    """Days of ten times the usual number, one in thirty, each followed by two that are still high."""
    days, heat = [], 0.0
    for _ in range(DAYS):
        heat = 9.0 if rng.random() < 1 / 30 else heat / 3
        days.append(poisson(rng, 10 * (1 + heat)))
    return days


def growth(rng: random.Random) -> Series:
    """2% more per week."""
    return [poisson(rng, 15 * 1.02 ** (day / WEEK)) for day in range(DAYS)]


def few(rng: random.Random) -> Series:
    return [poisson(rng, 0.3) for _ in range(DAYS)]


def steady(rng: random.Random) -> Series:
    return [rng.gauss(40, 3) for _ in range(WEEKS)]


def drift(rng: random.Random) -> Series:
    """A random walk: each week about as far from the last one as it is from its own mean."""
    values = [40.0]
    while len(values) < WEEKS:
        values.append(values[-1] + rng.gauss(0, 1.5))
    return [value + rng.gauss(0, 2) for value in values]


def trend(rng: random.Random) -> Series:
    return [40 + 0.6 * week + rng.gauss(0, 3) for week in range(WEEKS)]


def crisis(rng: random.Random) -> Series:
    """A drop by 40 in a random week that halves every two weeks."""
    at = rng.randrange(WEEKS)
    return [40 - (40 * 0.5 ** ((week - at) / 2) if week >= at else 0) + rng.gauss(0, 3) for week in range(WEEKS)]


def doubled(rng: random.Random) -> Series:
    """Twice as many from a random day on."""
    at = rng.randrange(DAYS)
    return [poisson(rng, 24 if day >= at else 12) for day in range(DAYS)]


def season(rng: random.Random) -> Series:
    """A wave of 30% over the quarter, that begins anywhere."""
    phase = rng.random() * math.tau
    return [poisson(rng, 12 * (1 + 0.3 * math.sin(phase + math.tau * day / DAYS))) for day in range(DAYS)]


def step(rng: random.Random) -> Series:
    """Five points more from a random week on."""
    at = rng.randrange(WEEKS)
    return [40 + 5 * (week >= at) + rng.gauss(0, 3) for week in range(WEEKS)]


def wave(rng: random.Random) -> Series:
    """A wave of five points over the half-year, that begins anywhere."""
    phase = rng.random() * math.tau
    return [40 + 5 * math.sin(phase + math.tau * week / WEEKS) + rng.gauss(0, 3) for week in range(WEEKS)]


def sum_at(days: Series, share: float) -> tuple[Pace, float, float]:
    known = round(DAYS * share)
    plan = Plan(START, START + timedelta(days=DAYS - 1), math.inf, is_sum=True)
    pace = pace_of_sum(plan, START + timedelta(days=known - 1), days[:known])
    return pace, sum(days), sum(days[:known]) * DAYS / known


def level_at(weeks: Series, share: float) -> tuple[Pace, float, float]:
    known = round(WEEKS * share)
    plan = Plan(START, START + timedelta(days=WEEKS * WEEK - 1), math.inf)
    value = mean(weeks[max(known - 4, 0) : known])
    pace = pace_of_level(plan, START + timedelta(days=known * WEEK - 1), value, weeks[:known])
    return pace, mean(weeks[-4:]), value


def judge(make: Callable[[random.Random], Series], at: Callable[..., tuple[Pace, float, float]], rounds: int) -> None:
    rng = random.Random(SEED)
    within, widths, errors, naive = [], [], [], []
    for _ in range(rounds):
        series = make(rng)
        for share in QUARTERS:
            pace, end, simple = at(series, share)
            assert pace.forecast is not None
            within.append(pace.forecast.low <= end <= pace.forecast.high)
            widths.append(pace.forecast.high - pace.forecast.low)
            errors.append(abs(pace.forecast.middle - end))
            naive.append(abs(simple - end))
    row: Sequence[float] = (100 * mean(within), mean(widths), mean(errors), mean(naive), mean(errors) / mean(naive))
    print(f"{make.__name__:10}" + "".join(f"{value:12.2f}" for value in row))


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=1_000)
options = parser.parse_args()
print_machine()
print(f"{'history':10}" + "".join(f"{name:>12}" for name in ("within, %", "width", "error", "naive", "ratio")))
# Those on which the constants were chosen, then those that came after.
for kind in (calm, weekly, growth):
    judge(kind, sum_at, options.rounds)
for kind in (steady, drift):
    judge(kind, level_at, options.rounds)
print("not seen before:")
for kind in (few, bursts, doubled, season):
    judge(kind, sum_at, options.rounds)
for kind in (trend, crisis, step, wave):
    judge(kind, level_at, options.rounds)
