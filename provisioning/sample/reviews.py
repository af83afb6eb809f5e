"""The English reviews of the sample review site: sentences written for Vigie. As texts.py; titles start with stars."""

from provisioning.sample.texts import BOTH, CALM, CRISIS, LIVE, ItemText


def _reviews(language: str, *rows: tuple[tuple[str, ...], str, str, str]) -> tuple[ItemText, ...]:
    return tuple(ItemText(language, "review", *row) for row in rows)


REVIEWS = _reviews(
    "en",
    (BOTH, "lumen", "5/5 · {lamp}", "Soft light, no flicker, and spare parts you can order. Thanks, Maison Lumen."),
    (CALM, "lumen", "4/5 · Lovely, not cheap", "The {lamp} feels solid. Friendly Lumen shop in {place}, slow till."),
    (BOTH, "lumen", "2/5 · Short cable", "Pretty, but the cable of the {lamp} is a joke. I expected more of Lumen."),
    (CALM, "lumen", "3/5 · Fine", "Does what it says. Lumen took {number} days to answer a simple question."),
    (BOTH, "halo", "3/5 · {lamp}", "Good light, bad app. Halo, let me switch on a lamp without an account."),
    (CALM, "halo", "5/5 · {lamp}", "Arrived in {place} in two days, well packed. Happy with Halo."),
    (BOTH, "brise", "4/5 · {lamp}", "Perfect for the garden table. Brise thought of the handle."),
    (LIVE, "lumen", "1/5 · Never came", "{number} days, no lamp, no answer. Maison Lumen, where is my {lamp}?"),
    (LIVE, "lumen", "1/5 · Ruined present", "Ordered from {place} for a birthday. Lumen still says “in preparation”."),
    (LIVE, "lumen", "2/5 · Great lamp, awful service", "Love the {lamp}, but nobody at Lumen picks up the phone."),
    (CRISIS, "lumen", "4/5 · They made it right", "Late, then a call, free shipping and a kind note from Lumen."),
)  # fmt: skip
