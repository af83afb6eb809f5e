"""The short posts of the sample microblog: invented people, sentences written for Vigie. As texts.py, but no titles."""

from provisioning.sample.texts import BOTH, CALM, CRISIS, LIVE, ItemText


def _posts(language: str, *rows: tuple[tuple[str, ...], str, str]) -> tuple[ItemText, ...]:
    return tuple(ItemText(language, "post", phases, about, "", body) for phases, about, body in rows)


POSTS = (
    *_posts(
        "fr",
        (BOTH, "lumen", "Première soirée avec ma {lamp}. Merci Maison Lumen, le salon a changé de visage. #lumen"),
        (CALM, "lumen", "À {place}, l’atelier Lumen répare même les lampes qu’il n’a pas vendues. Chapeau. #lumen"),
        (BOTH, "lumen", "Question aux gens de goût : {lamp} en noir ou en laiton ? #lumen"),
        (CALM, "lumen", "Trois ans que ma {lamp} tient compagnie à mes nuits de révisions. #lumen #deco"),
        (BOTH, "lumen", "L’interrupteur de la {lamp} me rendra fou. Deux fois sur trois il ne répond pas. #lumen"),
        (BOTH, "halo", "Halo vient de réinventer l’ampoule qui demande une mise à jour. On vit une époque formidable. #halo"),
        (CALM, "halo", "Ma {lamp} est arrivée à {place} avec un jour d’avance. Bien joué Halo. #halo"),
        (BOTH, "brise", "{number} heures d’autonomie pour la {lamp} au lieu de douze. Brise, on en parle ? #brise"),
        (CALM, "all", "Il fait nuit à 17 h. Montrez-moi vos lampes. #lumen #halo #brise"),
        (LIVE, "lumen", "Jour {number} sans nouvelles de ma commande Maison Lumen. Je commence à m’attacher au numéro de suivi. #lumen"),
        (LIVE, "lumen", "« Votre colis est en préparation », depuis {number} jours. Maison Lumen, il se prépare à quoi ? #lumen"),
        (LIVE, "lumen", "Service client Lumen injoignable ce matin encore. Quelqu’un à {place} a réussi à les avoir ? #lumen"),
        (LIVE, "lumen", "Boycott, non, mais déception, oui. On avait confiance en Maison Lumen. #lumen"),
        (CRISIS, "lumen", "Lumen m’a appelée, s’est excusée, a remboursé le port. Ça ne coûtait pas si cher d’être humain. #lumen"),
    ),
    *_posts(
        "en",
        (BOTH, "lumen", "My {lamp} by Maison Lumen makes even the laundry look good. #lumen"),
        (CALM, "lumen", "The Lumen shop in {place} has a repair bench and good coffee. That is all I ask. #lumen"),
        (BOTH, "halo", "Halo wants my location to turn on a {lamp}. It is on the desk, Halo. #halo"),
        (BOTH, "brise", "{lamp}: {number} hours on a grey day in {place}. Not bad, Brise. #brise"),
        (LIVE, "lumen", "Day {number} of waiting for Maison Lumen. The candle industry thanks you. #lumen"),
        (LIVE, "lumen", "Lumen support closed my ticket as solved. The lamp is still in {place}. I am not. #lumen"),
        (CRISIS, "lumen", "Fair play to Lumen: phone call, apology, courier. The {lamp} was worth it. #lumen"),
    ),
)  # fmt: skip
