"""The texts of the sample project: invented brands, invented people, sentences written for Vigie.

provisioning/sample/feeds.py uses each text many times, with a different place, lamp, number and author.
"""

from dataclasses import dataclass

PLACES = {
    "fr": ("Lyon", "Nantes", "Lille", "Bordeaux", "Strasbourg", "Rennes", "Toulouse", "Bruxelles", "Namur", "Genève",
           "Québec", "Montréal", "Dijon", "Brest", "Annecy"),
    "en": ("London", "Dublin", "Leeds", "Boston", "Toronto", "Glasgow", "Bristol", "Chicago", "Cardiff", "Belfast"),
}  # fmt: skip
# The countries of the places that are not in that of the language's first one.
COUNTRIES = {
    "Bruxelles": "BE", "Namur": "BE", "Genève": "CH", "Québec": "CA", "Montréal": "CA",
    "Dublin": "IE", "Boston": "US", "Chicago": "US", "Toronto": "CA",
}  # fmt: skip
PRODUCTS = {
    "lumen": ("Alba", "Aurore", "Petite Lune", "Nova"),
    "halo": ("Halo One", "Halo Ring", "Halo Desk"),
    "brise": ("Brise Nord", "Brise Été", "Brise Studio"),
    "all": ("Alba", "Halo One", "Brise Nord"),
}
PRESS_FR = ("Claire Vasseur", "Hugo Delmas", "La rédaction", "Inès Aubry")
PEOPLE_FR = ("karim_b", "sophie.l", "Lulu59", "papi_bricole", "Maëlle", "jf_nantes", "Anouk D.", "théo-44", "MmeRose")
PRESS_EN = ("Ann O’Neil", "Staff writer", "Priya Shah")
PEOPLE_EN = ("dimmer_dan", "lampshade", "J. Okafor", "northlight", "emma_w", "tungsten")


@dataclass(frozen=True, slots=True)
class ItemText:
    """A title and a body with placeholders.

    `phases` says when it is used: on "calm" days, during the "crisis" of late deliveries, and "live", in the feeds after
    loading. `about` selects the product names.
    """

    language: str
    kind: str
    phases: tuple[str, ...]
    about: str
    title: str
    body: str

    @property
    def authors(self) -> tuple[str, ...]:
        if self.kind == "press":
            return PRESS_FR if self.language == "fr" else PRESS_EN
        return PEOPLE_FR if self.language == "fr" else PEOPLE_EN


CALM, CRISIS, BOTH, LIVE = ("calm",), ("crisis",), ("calm", "live"), ("crisis", "live")


def _texts(language: str, kind: str, *rows: tuple[tuple[str, ...], str, str, str]) -> tuple[ItemText, ...]:
    return tuple(ItemText(language, kind, *row) for row in rows)


TEXTS = (
    *_texts(
        "fr", "press",
        (BOTH, "lumen", "Maison Lumen ouvre une boutique à {place}", "L’enseigne de luminaires Maison Lumen s’installe en centre-ville de {place}. On y trouvera la collection {lamp}, des ateliers et un coin réparation."),
        (CALM, "lumen", "{lamp}, la lampe qui ne prend pas de place", "Avec {lamp}, Maison Lumen signe une lampe d’appoint légère, réparable et vendue en {number} coloris. Nous l’avons gardée trois semaines sur un bureau."),
        (CALM, "lumen", "Réparer plutôt que jeter : l’exemple d’un fabricant de lampes", "Chez Maison Lumen, une lampe sur cinq revient à l’atelier pour une seconde vie. À {place}, {number} personnes y travaillent à plein temps."),
        (BOTH, "halo", "Halo baisse ses prix de {number} %", "Le fabricant Halo annonce une baisse sur toute la gamme {lamp}. Une réponse à la concurrence, selon les distributeurs de {place}."),
        (CALM, "halo", "Halo rachète un verrier de {place}", "Avec ce rachat, Halo veut produire lui-même les diffuseurs de ses lampes {lamp}. Les {number} salariés seraient tous repris."),
        (BOTH, "brise", "Brise présente {lamp}, sa première lampe solaire", "Autonomie annoncée : {number} heures. Brise vise les balcons et les terrasses, un marché que Maison Lumen et Halo ont laissé de côté."),
        (CALM, "brise", "Le pari de Brise : louer ses lampes", "À {place}, Brise propose {lamp} par abonnement, à {number} euros par mois. L’essai durera jusqu’au printemps."),
        (CALM, "all", "Luminaires : un marché qui se réveille", "Après deux années plates, les ventes de luminaires progressent de {number} %. Maison Lumen reste devant Halo et Brise, selon les détaillants de {place}."),
        (CALM, "all", "Éclairer un petit appartement : nos conseils", "Trois sources valent mieux qu’une. Nous avons comparé {lamp} et quelques lampes sans marque dans un studio de {place}."),
        (LIVE, "lumen", "Livraisons : Maison Lumen rattrapée par ses promesses", "Des commandes en retard de {number} jours, un service client muet : à {place}, les clients de Maison Lumen perdent patience. L’enseigne parle d’un transporteur défaillant."),
        (LIVE, "lumen", "Colis perdus : une association de consommateurs interpelle Maison Lumen", "L’association dit avoir reçu {number} plaintes en une semaine à {place} au sujet de commandes {lamp} payées et jamais livrées."),
        (CRISIS, "lumen", "Maison Lumen s’excuse et rembourse les frais de port", "« Nous n’avons pas été à la hauteur », écrit Maison Lumen, qui promet de livrer les commandes {lamp} en attente sous {number} jours."),
        (LIVE, "all", "Fêtes : quelles enseignes livreront à temps ?", "Nous avons commandé une lampe chez Maison Lumen, Halo et Brise depuis {place}. Une seule est arrivée avant {number} jours."),
    ),
    *_texts(
        "fr", "forum",
        (BOTH, "lumen", "Quelle ampoule pour la {lamp} ?", "Bonjour, j’ai reçu ma {lamp} de Maison Lumen hier, très belle, mais la notice ne dit pas quelle ampoule choisir. Vous avez mis quoi ?"),
        (CALM, "lumen", "{lamp} ou {lamp} en chêne ?", "J’hésite pour mon salon à {place}. La Lumen me plaît, mais est-ce que le bois tient bien au soleil ?"),
        (CALM, "lumen", "Mon atelier avant / après", "J’ai remplacé mes néons par trois {lamp}. Chez Lumen ils m’ont repris les anciennes lampes gratuitement, chapeau."),
        (BOTH, "lumen", "Abat-jour Lumen jauni", "Au bout de {number} mois l’abat-jour de ma {lamp} a jauni. Pas terrible, à ce prix-là. La garantie marche pour ça ?"),
        (BOTH, "lumen", "L’atelier de réparation, ça vaut le coup ?", "Quelqu’un a déjà porté une lampe à l’atelier Maison Lumen de {place} ? On m’annonce {number} euros pour un interrupteur."),
        (BOTH, "halo", "Halo qui clignote", "Ma {lamp} clignote dès que je baisse l’intensité. Le SAV de Halo me dit de changer l’ampoule… c’est une LED intégrée !"),
        (CALM, "halo", "Bonne surprise avec Halo", "Commandée lundi, reçue mercredi à {place}. La {lamp} est plus petite que sur les photos, mais je la garde."),
        (BOTH, "brise", "Autonomie réelle de la {lamp}", "Brise annonce douze heures, j’en fais {number} à {place} en novembre. Et chez vous ?"),
        (CALM, "brise", "{lamp} sur un balcon plein nord", "Est-ce que ça recharge vraiment sans soleil direct ? Brise dit que oui, j’ai un doute."),
        (CALM, "all", "Vos lampes de chevet ?", "On refait la chambre. Budget {number}0 euros. Lumen, Halo, autre chose ? Photos bienvenues."),
        (CALM, "all", "Un luthier qui fabrique des lampes à {place}", "Rien à voir avec les grandes marques, mais allez voir son atelier, c’est superbe. Il expose jusqu’à dimanche."),
        (CALM, "all", "Variateur qui grésille", "J’ai tout essayé. Le bruit vient du variateur, pas de la lampe. Une idée ?"),
        (LIVE, "lumen", "« {number} jours sans colis »", "Commande Maison Lumen passée pour un anniversaire à {place}. Toujours rien, et le service client ne répond pas. Je suis furieuse."),
        (LIVE, "lumen", "Lumen : commande débitée, jamais expédiée", "Débité il y a {number} jours pour une {lamp}. Le suivi dit « en préparation ». J’ai appelé trois fois. Quelqu’un a réussi à se faire rembourser ?"),
        (LIVE, "lumen", "Reçue cassée", "Ma {lamp} est arrivée en morceaux, carton ouvert. Maison Lumen me demande des photos que j’ai déjà envoyées deux fois."),
        (LIVE, "lumen", "Quelqu’un a eu une réponse de Lumen ?", "On est {number} dans ma famille à attendre la même lampe. Pas un mail, pas un mot d’excuse. Plus jamais."),
        (CRISIS, "lumen", "Enfin livré !", "Après {number} jours, ma {lamp} est là, avec un mot d’excuse de l’équipe Lumen. Elle est magnifique, il faut le dire."),
        (LIVE, "halo", "Je passe chez Halo", "Vu ce qui se passe chez Lumen, j’ai annulé et commandé une {lamp}. Livrée à {place} en deux jours."),
    ),
    *_texts(
        "fr", "review",
        (BOTH, "lumen", "5/5 · {lamp}", "Lumière douce, montage en dix minutes. Conseils parfaits à la boutique Maison Lumen de {place}."),
        (CALM, "lumen", "4/5 · Maison Lumen {place}", "Accueil charmant, choix large. Un peu cher, mais tout se répare. Je reviendrai."),
        (BOTH, "lumen", "2/5 · {lamp}", "Jolie mais le câble est trop court et l’interrupteur fragile. Je m’attendais à mieux de Lumen."),
        (CALM, "lumen", "3/5 · Pas mal, mais…", "La {lamp} éclaire bien, l’emballage était soigné, mais {number} jours pour répondre à une question, c’est long."),
        (BOTH, "halo", "3/5 · {lamp}", "Correcte pour le prix. L’application de Halo plante une fois sur deux."),
        (BOTH, "halo", "5/5 · {lamp}", "Simple, jolie, livrée à {place} en deux jours. Rien à dire, merci Halo."),
        (BOTH, "brise", "4/5 · {lamp}", "Idéale sur la table du jardin. Brise a pensé à la poignée, c’est bête mais c’est bien."),
        (CALM, "brise", "1/5 · {lamp}", "Deux mois et la batterie ne tient plus. Brise me propose {number} % de remise sur une neuve. Non merci."),
        (LIVE, "lumen", "1/5 · livraison", "Une honte. {number} jours d’attente, aucune nouvelle, et on me répond avec un message automatique. Maison Lumen, réveillez-vous."),
        (LIVE, "lumen", "1/5 · {lamp}", "Commandée pour Noël, on m’annonce février. J’habite {place}, pas sur la lune. Remboursement demandé à Lumen."),
        (LIVE, "lumen", "2/5 · dommage", "La {lamp} est belle, la livraison a gâché le cadeau. {number} jours de retard et un service client injoignable."),
        (CRISIS, "lumen", "4/5 · ils se sont rattrapés", "Retard, oui, mais Maison Lumen m’a rappelée, remboursé le port et offert une ampoule. Correct."),
    ),
    *_texts(
        "en", "press",
        (BOTH, "lumen", "Maison Lumen lands in {place}", "The French lamp maker Maison Lumen opens its first shop in {place}, with the {lamp} range and a repair bench."),
        (CALM, "lumen", "Review: the {lamp} by Maison Lumen", "Warm light, clever joint, and {number} spare parts you can order. We would only change the plug."),
        (BOTH, "halo", "Halo recalls a batch of {lamp}", "Halo asks buyers in {place} to return lamps from one batch after {number} reports of overheating."),
        (CALM, "halo", "Halo bets on smart lamps again", "The new {lamp} talks to everything in the house. Whether it needs to is another question."),
        (BOTH, "brise", "Brise brings its solar lamp to {place}", "Brise says the {lamp} runs {number} hours on a day of British sun. We will test that claim."),
        (CALM, "all", "Five desk lamps under 100", "From the {lamp} to a clip-on without a name: what we liked, what we sent back to the shop in {place}."),
        (CALM, "all", "Why lamps got good again", "Cheap LEDs, old shapes, and makers who repair. Maison Lumen, Halo and Brise each tell a part of it."),
        (LIVE, "lumen", "Late lamps: Maison Lumen under fire", "Customers from {place} report waits of {number} days and no answer from the helpdesk. Maison Lumen blames its carrier."),
        (LIVE, "lumen", "What went wrong at Maison Lumen’s warehouse", "A move in the busiest month, a carrier short of drivers, and {number} thousand {lamp} lamps in the wrong place."),
        (CRISIS, "lumen", "Maison Lumen apologises and refunds shipping", "The company says that all {lamp} orders will be delivered within {number} days."),
    ),
    *_texts(
        "en", "forum",
        (BOTH, "lumen", "Which bulb for the {lamp}?", "Just got the {lamp} from Maison Lumen and love it. The leaflet is in French only though. E14 or E27?"),
        (CALM, "lumen", "Lumen repair bench is great", "Took my old {lamp} to the Lumen shop in {place}. New switch while I waited, no charge."),
        (BOTH, "lumen", "{lamp} hums on a dimmer", "Anyone else? It is fine at full power. Lumen support suggested a trailing-edge dimmer."),
        (BOTH, "halo", "Halo app again", "Update {number} and my {lamp} forgot every scene. Why does a lamp need an account?"),
        (CALM, "halo", "{lamp} after a year", "Still going, no flicker, base scratches easily. Halo replaced the shade without fuss."),
        (BOTH, "brise", "{lamp} in winter", "I get {number} hours in {place} when it is overcast. Brise should print that on the box."),
        (CALM, "all", "Show your reading corner", "Mine has one warm lamp, one chair and no phone. Photos from {place} welcome."),
        (CALM, "all", "Best lamp for sewing?", "I need bright and neutral. Looked at Lumen and Halo, not sure about either."),
        (LIVE, "lumen", "Lumen order: {number} days and counting", "Paid, confirmed, then silence. The chat bot of Maison Lumen says to be patient. I am not."),
        (LIVE, "lumen", "Cancelled my Maison Lumen order", "No delivery date, no human to talk to. Shame, because the {lamp} is lovely. Anyone in {place} had luck with a refund?"),
        (LIVE, "lumen", "Arrived broken", "My {lamp} came in two pieces and Lumen wants a third set of photos. Not impressed."),
        (CRISIS, "lumen", "Credit where due", "Lumen rang me, said sorry, sent a courier the next day. The {lamp} is on my desk in {place}. Good recovery."),
    ),
)  # fmt: skip
