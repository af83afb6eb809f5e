"""Words that say nothing about a subject, in French and English, folded (no accents, lower case). Pure.

Read by query_tools/cooccurring_terms.py, which never suggests to exclude one, and by insights/terms.py. Those of other
languages need no list: they are just as frequent in other documents.
"""

_FUNCTION_WORDS = """
afin ailleurs ainsi alors apres assez aucun aucune aupres auquel aussi aussitot autant autour autre autrement autres
aux auxquelles auxquels avant avec beaucoup bien bientot car ceci cela celle celles celui cependant certain certaine
certaines certains ces cet cette ceux chacun chacune chaque chez combien comme comment contre dans davantage debout
dedans dehors deja depuis derriere des desormais desquelles desquels dessous dessus devant donc dont duquel durant
egalement elle elles encore enfin ensuite entre envers environ est eux fort guere hormis hors ici ils jadis jamais
jusqu jusque laquelle lorsqu puisqu presqu quoiqu quelquun quelquune las lequel les lesquelles lesquels leur leurs loin
lors lorsque lui maintenant mais malgre meme memes mes mieux mien mienne moi moindre moins mon neanmoins non nos
notamment notre nous ont or ors oui outre par parce parfois parmi partout pas pendant peu peut pire plupart plus
plusieurs plutot pour pourquoi pourtant pres presque puis puisque quand quant que quel quelle quelles quelqu quelque
quelquefois quelques quels qui quiconque quoi quoique sans sauf selon ses seul seule seulement seules seuls sien sienne
sinon soi soit son sont souvent sous surtout sur tandis tant tantot tard tel telle telles tellement tels tes tienne toi
ton tot toujours tous tout toute toutefois toutes travers tres trop une uns vers vite voici voila volontiers vos votre
vous vraiment about above across actually after again against ago ahead all almost alone along already also although
always among and another any anybody anyone anything anyway anywhere apart are around aside away because before behind
below beside besides between beyond both but certainly clearly despite down during each either else elsewhere enough
especially even ever every everybody everyone everything everywhere except few for former from further furthermore had
hardly has hence her here hers herself him himself his how however indeed inside instead into its itself just lately
later latter least less like likely maybe mean meanwhile mine more moreover most mostly much must myself namely nearly
neither never nevertheless next nobody none nor not nothing now nowhere off often once only onto other others otherwise
our ours out outside over own perhaps please quite rather really recently same seldom several she simply since some
somebody somehow someone something sometimes somewhat somewhere soon still such than that the their theirs them
themselves then there therefore these they thing things this those though through throughout thus till together too
toward towards under unless unlike until upon usually various very via was were what whatever when whenever where
whereas wherever whether which while who whoever whole whom whose why with within without yes yet you your yours
yourself
"""
_VERBS = """
ai aie ait allait aller allez allons aura aurait auront avaient avait avez avoir avons ayant devait devient devoir
devra devrait dire disait disent dit dite dites doit doivent donne donner ete etaient etait etant etes etre eut fais
faisait faisant fait faite faites faire fallait faudra faudrait faut fera ferait feront font fut iront mettre mis mise
ont parait passe passer peuvent pourra pourrait pourront pouvait pouvez pouvoir prend prendre pris prise puisse reste
rester sait savoir sera serait seront semble soient sommes suis trouve trouver va vais vas venir vient viennent voir
vois voit vont voudrait voulait veut veulent vouloir vu vue able allow allowed allows appear appears ask asked asks
became become becomes been began begin being believe aren haven hadn bring brings brought call called came can cannot
come comes coming could couldn did didn does doesn doing done don found gave get gets getting give given gives giving
goes going gone got happen happened happens has hasn have haven having held help helped helps hold isn keep keeps kept
knew know known knows leave led let lets look looked looking looks made make makes making may might need needed needs
put puts ran run said saw say saying says see seem seemed seems seen set shall should shouldn show showed shown shows
take taken takes taking tell tells think thinks thought told took tried tries try trying turn turned use used uses
using want wanted wants wasn went weren will won would wouldn
"""
_NUMBERS = """
zero un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente
quarante cinquante soixante septante huitante octante nonante cent cents mille millier milliers million millions
milliard milliards centaine centaines dizaine dizaines douzaine quinzaine vingtaine trentaine cinquantaine demi demie
tiers quart double triple premier premiere premieres premiers second seconde secondes deuxieme troisieme quatrieme
cinquieme sixieme septieme huitieme neuvieme dixieme dernier derniere dernieres derniers prochain prochaine fois one
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands billion billions
dozen dozens half third quarter twice thrice first firstly secondly fourth fifth sixth seventh eighth ninth tenth last
number numbers nombre nombres chiffre chiffres pourcent percent
"""
_TIMES = """
an annee annees ans aujourdhui aujourd demain heure heures hier hui instant jour journee journees jours lundi mardi
mercredi jeudi vendredi samedi dimanche janvier fevrier avril mai juin juillet aout septembre octobre novembre decembre
matin matinee midi minuit minute minutes moment moments mois nuit semaine semaines siecle siecles soir soiree temps
date dates day days evening hour hours midnight minute month months morning night noon time times today tomorrow
tonight week weekend weeks year years yesterday monday tuesday wednesday thursday friday saturday sunday january
february march april may june july august september october november december
"""
_GENERIC_WORDS = """
aspect aspects ca cas chose choses cote cotes exemple exemples facon fin general generale genre grand grande grandes
grands gros gens personne personnes petit petite petites petits point points partie parties propos question questions
raison raisons sorte sujet sujets suite suivant suivante type types vrai vraie bon bonne bonnes bons nouveau nouvel
nouvelle nouvelles nouveaux jeune long longue haut haute beau belle important importante possible simple article
articles lire source sources site lien liens page pages web http https www com html big case cases different end
example examples fact facts general good great high important issue issues kind large little long lot lots main many
matter new nice old part parts people person place point points possible question questions real reason right simple
small sort sure thing top type types way ways click comment comments link links news post posts read reading story
update updates
"""
STOP_WORDS = frozenset("".join((_FUNCTION_WORDS, _VERBS, _NUMBERS, _TIMES, _GENERIC_WORDS)).split())
