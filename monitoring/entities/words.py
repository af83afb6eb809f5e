"""Words that are written with a capital letter and are no names, in French and English, folded. Pure.

Read by spans.py and names.py. A name may have some of them next to others: "Radio France", "Prime Video".
"""

from monitoring.content.stop_words import STOP_WORDS

_SHORT_WORDS = """
a au aux ce d de des du en et eu il je l la le les lui ma me mon n ne ni nos on ou par pas pour qu que qui s sa se ses
si son sur ta te tes ton tu un une y am an and as at be but by do for from go he her him his i if in is it its me my no
nor not of oh ok on or our out she so the to too up us we with you your via vs
"""
# People, languages, beliefs and sides.
_DEMONYMS = """
africain africaine africains allemand allemande allemandes allemands americain americaine americaines americains
anglais anglaise arabe arabes asiatique autrichien belge belges britannique britanniques canadien canadienne canadiens
chinois chinoise chretien chretiens espagnol espagnole espagnols europeen europeenne europeennes europeens francais
francaise francaises francophone grec grecque grecs indien indiens irlandais italien italienne italiens japonais
japonaise juif juifs libanais marocain marocaine marocains musulman musulmans neerlandais parisien parisienne parisiens
polonais portugais quebecois quebecoise roumain russe russes suedois suisses tunisien turc turcs ukrainien ukrainiens
african africans american americans arab arabs asian asians australian belgian british brit brits canadian canadians
catholic catholics chinese christian christians christianity danish dutch english european europeans french german
germans greek hindi hindu hindus indian indians iranian irish islam islamic israeli israelis italian italians japanese
jew jewish jews korean latin mexican mexicans muslim muslims nigerian pakistani palestinian palestinians polish
portuguese roman romans russian russians scottish spanish swedish swiss syrian turkish ukrainian welsh democrat
democrats republican republicans conservative conservatives tories socialiste socialistes ecologiste ecologistes ecolo
ecolos gaulliste aztec aztecs
"""
_CALENDAR = """
mondays tuesdays wednesdays thursdays fridays saturdays sundays lundis mardis mercredis jeudis vendredis samedis
dimanches lun mar mer jeu ven sam dim janv fevr avr juil sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
jan feb apr jun jul aug noel paques toussaint pentecote ramadan aid christmas xmas easter thanksgiving halloween
hanukkah eid diwali valentine new year eve spring summer autumn fall winter printemps ete automne hiver am pm gmt utc
cet est pst bc ad
"""
_TITLES = """
m mm mme mlle mr mrs ms miss sir lady lord dr docteur doctor pr prof professeur professor me maitre monsieur madame
president presidente senator senateur governor mayor maire ministre minister premier prince princess king queen roi
reine pope pape captain capitaine coach ceo cto cfo cmo pdg dg drh rh dsi rssi vp director directeur directrice chef
secretary general colonel sergeant officer judge justice saint sainte st ste mister mum mom mommy dad daddy maman papa
grandma grandpa mamie papi uncle aunt auntie tonton tata
"""
# Abbreviations and signs of chats, commerce and offices.
_ACRONYMS = """
rt dm cc pm mp fyi btw lol omg wtf wth lmao lmfao rofl smh tbh imo imho idk iirc ftw fml ffs asap faq tba tbd tbc rip
psa nsfw ama eli tldr tl afaik irl bff bf gf ik ily jk np nvm ofc pls plz ppl ptdr mdr svp stp rdv rv bcp tt tlm jpp
cad sav cdi cdd rtt csp tva ttc ht ca pme pmi tpe eti ong cv ko kpi roi b2b b2c rse rgpd gdpr hr pr ux ui qa it ai ia
ml llm ar vr api sdk os pc tv hd uhd led lcd usb gps wifi wi fi bluetooth nfc qr pdf url html css sql seo sem crm erp
saas app apps sim sms mms gb go mb mo kb tb mhz ghz kwh kw mw gw km kg cm mm ml hp ev vo vf vost dvd cd lp ep dj mc wc
id iban rib pin cvv atm edi eur usd gbp hs vip ps nb ref tel fax www http https com net org fr uk eu gif jpg png iot
cgu cgv dlc ddm bio dd ges co2 adn dna hiv vih adhd tdah covid faq diy bts btp mrc hlm tech zfe dpe vae vtt suv qhd bbq
qed eta etc ie eg no yes non oui
"""
_GREETINGS = """
allo bonjour bonsoir salut coucou hello hi hey yo merci thanks thank thx welcome bienvenue bravo felicitations congrats
congratulations please pardon desole sorry cheers adieu bye goodbye goodnight bonne bon joyeux joyeuse happy merry
chapeau attention alerte urgent breaking exclusif exclusive info infos news actu actus live direct video videos photo
photos podcast interview reportage dossier enquete tribune edito opinion analyse analysis review avis test sondage poll
communique etude report rapport concours giveaway promo promos soldes sale job jobs emploi stage recrutement hiring
episode season saison chapter chapitre part partie volume tome edition new nouveau nouvelle nouveautes update maj quote
citation question reponse answer note rappel reminder edit spoiler thread suite fin end god dieu christ jesus allah
lord heaven hell bible coran quran internet email mail mails smartphone okay yeah yep nope wow haha hahaha ugh damn
dang
"""
# Nouns that are names only next to other words: "Banque Valmorin", "Ministère de la Santé".
_NOUNS = """
agence agences assemblee association associations assurance banque banques bourse boutique cabinet caisse centre
chambre client clients clientele college comite commissariat commission commune compagnie conseil cour defense
departement direction ecole ecologie economie education enseigne enseignes entreprise entreprises environnement etat
etats exterieur federation festival finances fondation gouvernement groupe hopital hotel institut interieur justice
lycee magasin magasins mairie maison ministere municipalite musee office ogm parlement parti police polemique
prefecture presidence recherche region regions republique sante senat service services societe syndicat tourisme
transport transports travail tribunal union universite ville agency army assembly association authority bank banks bill
board budget campaign cathedral center centre church city club college commission committee community company congress
conference council country county court customer customers department economy education environment exchange federation
festival foundation government group health helpdesk hospital hotel house institute ministry museum nation office
parliament party police press project region republic research school senate series service services shop society state
states store stores support team tourism town trade transport treasury tribunal university village
"""
NOT_NAMES = STOP_WORDS | frozenset(
    "".join((_SHORT_WORDS, _DEMONYMS, _CALENDAR, _TITLES, _ACRONYMS, _GREETINGS)).split()
)
NOUNS = frozenset(_NOUNS.split())
TITLES = frozenset(_TITLES.split())
# Words in lower case that a name may have between two others.
LINKS = frozenset(
    (
        "de",
        "du",
        "des",
        "d",
        "la",
        "le",
        "les",
        "l",
        "of",
        "the",
        "van",
        "von",
        "der",
        "den",
        "di",
        "da",
        "del",
        "della",
    )
)
ARTICLES = frozenset(("le", "la", "les", "l", "the", "el", "los", "il"))
# Words before a full stop that do not end a sentence.
_ABBREVIATIONS = """
m mm mme mlle mr mrs ms dr pr prof st ste jr sr ph gen col sgt capt rev inc ltd co vs no
"""
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
