"""Words by which content/questions.py knows questions, in French and English: folded, without punctuation. Pure.

Each list has phrases with commas between them; `\\w+` is any word, `?` follows a letter that may be missing.
"""

import re


def _any(text: str) -> str:
    return "(?:" + "|".join(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()) + ")"


# Words before the question.
_GREETINGS = _any("""
    bonjour, bonsoir, salut, coucou, hello, hi, hey, dear, dites, dis, alors, du coup, so, ok, please, svp, stp,
    question, team, lumen team, tout le monde, a tous, all, everyone, everybody, guys, there
""")
GREETING = re.compile(rf"^(?:{_GREETINGS}\s+)+")

# Questions to which no one expects an answer, and questions to readers in general.
_RHETORICAL_STARTS = _any("""
    le saviez vous, saviez vous, tu savais, vous saviez, besoin, envie, marre, assez, vous avez besoin, vous avez
    envie, tu as besoin, tu as envie, t as envie, fatiguee?s?, lassee?s?, prete?s?, a la recherche, ready, tired,
    looking for, want, need, fancy, craving, sick of, bored, in the mood, remember when, vous ne connaissez pas,
    vous cherchez, vous voulez, vous revez, vous souhaitez, vous aimez, tu ne connais pas, tu cherches, tu veux, tu
    reves, who knew, who needs, who pays, who would have, who wouldn t, who says, who cares, who wants, who doesn t,
    who isn t, who s ready, who are they, pourquoi pas, a quoi bon, que demander, quoi de mieux, quoi de neuf, quoi
    de plus, how cool, how cute, how great, how nice, how good, how about, how dare, how beautiful, how lovely, what
    s next, what s not to, what s new, why not, guess what, guess who, isn t it, isn t this, serieux, seriously
""")
_RHETORICAL_PARTS = _any("""
    qu en pensez, qu en penses, qu en dites, qu en dis, what do you think, what do you say, saviez vous que?,
    did you know, preferez, preferee?s?, favou?rites?, which one is your, quelle est la votre, quelle est votre,
    pas belle, who else, who doesn t, qui dit mieux, qui l eut, eut cru, qui l aurait, qui aurait cru, qui n a jamais,
    qui n aime, qui paie, qui paye, qui peut encore, qui va croire, se fou\\w+ de qui, se fou\\w+ de nous,
    se fi\\w+ de nous, se moqu\\w+ de qui, se moqu\\w+ de nous, se moqu\\w+ de moi, c est serieux, c est une blague,
    are you kidding, are you serious, are you joking, are you ready, am i the only, is it just me, can we talk,
    can we just, can we please, can we all, what is wrong with, what s wrong with these, what s wrong with this,
    what s wrong with them, what s wrong with you, is this a joke, how is this, how is that, how is it even,
    how is it still, how was this, jusqu a quand, combien de fois faudra, what is this world, vraiment utile,
    vraiment necessaire
""")
_RHETORICAL_ENDS = _any("""
    et vous, et toi, n est ce pas, pas vrai, isn t (it|she|he|that)( \\w+)?( \\w+)?, aren t (they|we)( \\w+)?( \\w+)?,
    wasn t it( \\w+)?, doesn t it, don t they, don t you think, innit, am i right, right, hein
""")
RHETORICAL = re.compile(rf"^{_RHETORICAL_STARTS}\b|\b{_RHETORICAL_PARTS}\b|\b{_RHETORICAL_ENDS}$")

# Words of sellers, contests and articles: their questions lead to what they say next.
_SELLING = _any("""
    decouvrez, decouvres?, profitez, profites?, passez a, craquez, craquer, offrez, abonnez, inscrivez, commandez,
    rendez vous sur, cliquez, jeu concours, concours, pour gagner, a gagner, c est l occasion, notre collection,
    notre test, notre analyse, notre guide, notre avis, notre selection, notre comparatif, nos conseils, verdict,
    lien en bio, code promo avec, black friday, soldes, shop the, shop now, shop our, discover, sign up, switch to,
    check out, swipe up, link in bio, giveaway, to win, newsletter, has you covered, a pense a tout, new on the blog,
    nouveau sur le blog, review, explained, on vous dit tout, on vous explique tout, in the comments, en commentaires?,
    tell us, dites nous, \\d+ off, test complet
""")
SELLING = re.compile(rf"\b{_SELLING}\b")
PERCENT = re.compile(r"[-−–]\s?\d+\s?%|\b\d+\s?%\s?(?:off|de (?:remise|réduction)|sur)\b", re.I)

# How an author answers their own question.
ANSWER = re.compile(
    "^" + _any("oui, non, si, yes, no, nope, yep, yeah, absolument, absolutely, of course, bien sur") + r"\b"
)

# Starts of sentences that ask without a question mark.
_VERBS = "(does|do|is|are|can|could|will|would|has|have|did)"
_ASKS = _any(f"""
    est ce que, comment (on|je|faire|peut|puis|ca|faut|tu|vous), combien (de temps|coute|ca), ou (acheter|trouver),
    ou (peut on|puis je|est ce), (quelqu un|quelqun|qq un|qqn|qqun) (sait|saurait|aurait|a|connait|peut|pourrait),
    je (voudrais|veux|souhaiterais|souhaite) savoir, je cherche a savoir, j aimerais savoir, savez vous, avez vous,
    pouvez vous, pourriez vous, peut on, puis je, faut il, y a t il, est il possible, quel est, quelle est (la|le),
    quels sont, qui vend, {_VERBS} (anyone|anybody|someone|somebody|there|my|your|the|i|we|it),
    {_VERBS} you (guys )?(have|sell|ship|know|offer|do|still|recommend), how (long|much|many|do|can|should|often|far),
    where (can|do|could|should|is|are), who (do|can|should|sells), what (time|size|is the|are the|does),
    which (one|lamp|model|size) (should|is|do|would), when (will|do|does|is|are), i (d|would) like to know,
    i m wondering, wondering (if|whether), any (idea|chance|way|tips), any(one|body) (know|knows|have|has|tried|else)
""")
_ASKS_AT_END = _any("""
    ou pas, ou non, can any(one|body) help, can any(one|body) help me, quelqu un peut m aider,
    (qui|ou|comment|combien|quand) .*(svp|stp)
""")
ASKS = re.compile(rf"^{_ASKS}\b|\b{_ASKS_AT_END}$")
STATES = re.compile(
    "^" + _any("do yourself, is the best, is the worst, how (long|much|many) i, when i, where i") + r"\b"
)
