"""The values that `site:`, `lang:`, `platform:` and the like can have, and the likely meaning of other ones. Pure.

Called by slips.py: a value outside these lists never matches, so a typing error would silently find nothing.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches

from monitoring.query.document import MAX_STARS
from monitoring.query.folding import fold
from monitoring.records import KINDS

# ISO 639-1.
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn "
    "so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_LANGUAGES.split())
# ISO 3166-1 alpha-2, and what people write for some of them.
_COUNTRIES = (
    "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz "
    "ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm "
    "fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it "
    "je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn "
    "mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt "
    "pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl "
    "tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw"
)
COUNTRIES = frozenset(_COUNTRIES.split())
# The platforms of Vigie, and those whose exports people match with the command `match`.
_PLATFORMS = (
    "feed bluesky mastodon reddit youtube hackernews stackexchange lemmy discourse github gdelt googlenews bingnews "
    "wordpress mediawiki appstore googleplay devto lobsters medium telegram guardian newsapi producthunt trustpilot "
    "email x threads instagram facebook linkedin tiktok pinterest"
)
PLATFORMS = tuple(_PLATFORMS.split())

_LANGUAGE_NAMES = {
    "ar": "arabic arabe ara", "br": "breton bre", "ca": "catalan català cat", "cs": "czech tchèque čeština ces cze",
    "da": "danish danois dansk dan", "de": "german allemand deutsch deu ger", "el": "greek grec ell gre",
    "en": "english anglais eng", "es": "spanish espagnol español castellano spa", "eu": "basque euskara eus baq",
    "fa": "persian persan farsi fas per", "fi": "finnish finnois suomi fin", "fr": "french français francais fra fre",
    "he": "hebrew hébreu heb", "hi": "hindi hin", "hu": "hungarian hongrois magyar hun",
    "id": "indonesian indonésien ind", "it": "italian italien italiano ita", "ja": "japanese japonais jpn jp",
    "ko": "korean coréen kor", "lb": "luxembourgish luxembourgeois ltz",
    "nl": "dutch néerlandais flamand nederlands nld",
    "no": "norwegian norvégien norsk nor", "oc": "occitan oci", "pl": "polish polonais polski pol",
    "pt": "portuguese portugais português por", "ro": "romanian roumain ron rum", "ru": "russian russe rus",
    "sv": "swedish suédois svenska swe", "tr": "turkish turc türkçe tur", "uk": "ukrainian ukrainien ukr",
    "vi": "vietnamese vietnamien vie", "zh": "chinese chinois mandarin zho chi cn",
}  # fmt: skip
_COUNTRY_NAMES = {
    "at": "austria autriche", "au": "australia australie", "be": "belgium belgique", "br": "brazil brésil",
    "ca": "canada québec", "ch": "switzerland suisse schweiz", "ci": "ivoire", "cn": "china chine",
    "de": "germany allemagne deutschland", "dz": "algeria algérie", "es": "spain espagne españa",
    "fr": "france fra", "gb": "uk england britain angleterre gbr", "ie": "ireland irlande", "in": "india inde",
    "it": "italy italie italia", "jp": "japan japon", "lu": "luxembourg", "ma": "morocco maroc",
    "mx": "mexico mexique",
    "nl": "netherlands holland", "pl": "poland pologne", "pt": "portugal", "ru": "russia russie",
    "se": "sweden suède", "sn": "senegal sénégal", "tn": "tunisia tunisie", "us": "usa america états-unis",
}  # fmt: skip
_PLATFORM_NAMES = {
    "feed": "rss atom feeds flux web", "x": "twitter", "hackernews": "hn", "stackexchange": "stackoverflow",
    "facebook": "fb", "instagram": "insta", "youtube": "yt", "email": "mail imap", "googlenews": "google",
}  # fmt: skip

_KIND_NAMES = {
    "post": "posts status tweet toot message thread billet", "comment": "comments commentaire commentaires answer",
    "review": "reviews avis critique", "article": "articles news presse blog", "video": "videos vidéo vidéos",
}  # fmt: skip
_RATING = re.compile(rf"(|<=|>=)[1-{MAX_STARS}]")
_RATING_RANGE = re.compile(rf"([1-{MAX_STARS}])\D+([1-{MAX_STARS}])")

# Top-level domains of more than two letters that `site:` is often used with; all of two letters count as one.
_TOP_LEVEL_DOMAINS = (
    "academy aero africa agency alsace amazon amsterdam app apple art attorney auto axa bank bar barcelona bayern "
    "beauty beer berlin bike bio biz blog bnpparibas boats boston brussels bzh cafe care cars cash cat catalonia "
    "center chat city click clinic cloud club coffee college com company consulting coop corsica courses cymru date "
    "dating dentist design dev digital doctor dog domains eco edu education email energy engineering eus expert "
    "family farm fashion film fit flights food football forum frl gal gallery game games garden gent golf google gov "
    "green group guru hamburg health helsinki homes hospital host hosting hotel house immo info ink insurance int "
    "irish jobs kids koln land law lawyer leclerc legal life link live localhost london loreal love madrid marketing "
    "media melbourne miami mil mom money moscow museum music name net network news ninja nyc one online orange org "
    "page paris party pet pets photo photography photos pizza press pro pub quebec radio rest restaurant rugby ruhr "
    "run saarland school science scot services sexy shop shopping site ski sncf social software solutions space "
    "stockholm store studio style swiss sydney systems taxi tech technology tips tirol today tokyo top total tours "
    "toys travel university vacations vegas vet viajes video vlaanderen vodka voyage wales web website wedding wien "
    "wiki wine world xyz yachts yoga zone"
)
_DOMAINS = frozenset(_TOP_LEVEL_DOMAINS.split())


def _names(table: dict[str, str]) -> dict[str, str]:
    return {fold(name): code for code, names in table.items() for name in names.split()}


_MEANINGS = {
    "lang": (LANGUAGES, _names(_LANGUAGE_NAMES)),
    "country": (COUNTRIES, _names(_COUNTRY_NAMES)),
    "platform": (frozenset(PLATFORMS), _names(_PLATFORM_NAMES)),
    "kind": (frozenset(KINDS), _names(_KIND_NAMES)),
}


def is_known(field: str, value: str) -> bool:
    """Return whether an item can have this value, which is folded. Three-letter language codes come from feeds."""
    if field == "site":
        label = value.strip(".")
        return "." in label or len(label) == 2 or label in _DOMAINS
    if field == "rating":
        return bool(_RATING.fullmatch(value))
    codes, names = _MEANINGS[field]
    code = value.partition("-")[0] if field == "lang" else value
    is_long_code = len(code) == 3 and code.isascii() and code.isalpha() and code not in names
    return code in codes or (field == "lang" and is_long_code)


def code_of(field: str, name: str) -> str:
    """Return the code of a language or country by its name, "" if it isn't known: "French" is "fr"."""
    return _MEANINGS[field][1].get(fold(name), "")


def likely(field: str, value: str) -> str:
    """Return the value that was probably meant, "" if there is none."""
    if field == "site":
        return ""
    if field == "rating":
        return _likely_rating(value)
    codes, names = _MEANINGS[field]
    if value in names:
        return names[value]
    # A language or country code of two letters resembles many others.
    is_short_code = field in ("lang", "country")
    candidates: Collection[str] = names if is_short_code else [*codes, *names]
    close = get_close_matches(value, candidates, n=1, cutoff=0.7)
    start = [] if is_short_code else [code for code in sorted(codes) if len(value) > 2 and code.startswith(value)]
    return start[0] if start else names.get(close[0], close[0]) if close else ""


def _likely_rating(value: str) -> str:
    """Return "<=2" for "1-2", ">=4" for "4-5"."""
    found = _RATING_RANGE.fullmatch(value)
    if found and found[1] == "1":
        return f"<={found[2]}"
    return f">={found[1]}" if found and found[2] == str(MAX_STARS) else ""
