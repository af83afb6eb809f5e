"""The replies in the sample forums: invented people, sentences written for Vigie. As texts.py, but without titles.

A reply is about the same brand as the post that it answers.
"""

from provisioning.sample.texts import BOTH, CALM, CRISIS, LIVE, ItemText


def _replies(language: str, *rows: tuple[tuple[str, ...], str, str]) -> tuple[ItemText, ...]:
    return tuple(ItemText(language, "reply", phases, about, "", body) for phases, about, body in rows)


REPLIES = (
    *_replies(
        "fr",
        (CALM, "lumen", "Chez Lumen ils répondent bien par téléphone pour ce genre de question, demande l’atelier."),
        (CALM, "lumen", "J’ai la {lamp} depuis deux ans, aucun souci. La boutique Lumen de {place} a les pièces."),
        (CALM, "lumen", "Pour moi Maison Lumen reste cher, mais au moins ça se répare."),
        (LIVE, "lumen", "Pareil ici, {number} jours d’attente. Lumen ne répond ni aux mails ni au téléphone."),
        (LIVE, "lumen", "Fais opposition auprès de ta banque, c’est ce que j’ai fait avec Maison Lumen."),
        (LIVE, "lumen", "Le magasin Lumen de {place} dit que l’entrepôt est débordé. Ça n’excuse pas le silence."),
        (CRISIS, "lumen", "Reçue ce matin avec un mot d’excuse. Lumen s’est rattrapé, dans mon cas."),
        (BOTH, "halo", "La mise à jour de Halo a réglé ça chez moi. Il faut éteindre la lampe dix secondes avant."),
        (LIVE, "halo", "Bon choix, Halo m’a livré en deux jours à {place}."),
        (BOTH, "brise", "{number} heures aussi, au mieux. Brise compte sans doute en plein été."),
    ),
    *_replies(
        "en",
        (CALM, "lumen", "E14, warm white. Lumen prints it under the base, of all places."),
        (CALM, "lumen", "The Lumen people in {place} will fix it while you wait. Worth the trip."),
        (CALM, "lumen", "Had two from Lumen, no complaints except the price."),
        (LIVE, "lumen", "Same here: {number} days and only automatic answers from Maison Lumen."),
        (LIVE, "lumen", "Ask your bank for a chargeback. Lumen refunded me the day I did."),
        (CRISIS, "lumen", "They called me too. Fair enough, Lumen, but tell people sooner next time."),
        (BOTH, "halo", "Turn the Halo app’s location off and it works the same. Ask me how I know."),
        (BOTH, "brise", "Mine does {number} hours if I wipe the panel. Brise should mention that."),
    ),
)  # fmt: skip
