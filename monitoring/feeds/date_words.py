"""Know the names of months, weekdays and time zones in the dates of feeds. Used by dates.py.

Months and weekdays: French, English, Spanish, German, Italian, Portuguese and Dutch; months also: Scandinavian
languages, Greek, Hungarian, Russian. All names are folded: lower case, without accents.
"""

import unicodedata
from datetime import timedelta

_MONTHS = (
    "january janvier enero januar gennaio janeiro januari ιανουαριου января",
    "february fevrier febrero februar febbraio fevereiro februari φεβρουαριου февраля",
    "march mars marzo marz maerz marco maart marts marcius mrz mrt μαρτιου марта",
    "april avril abril aprile aprilis απριλιου апреля",
    "may mai mayo maggio maio mei maj majus μαιου мая",
    "june juin junio juni giugno junho junius ιουνιου июня",
    "july juillet julio juli luglio julho julius ιουλιου июля",
    "august aout agosto augustus augusti augusztus αυγουστου августа",
    "september septembre septiembre setiembre settembre setembro szeptember σεπτεμβριου сентября",
    "october octobre octubre oktober ottobre outubro οκτωβριου октября",
    "november novembre noviembre novembro νοεμβριου ноября",
    "december decembre diciembre dezember dicembre dezembro desember δεκεμβριου декабря",
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miercoles jueves viernes sabado domingo "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lunedi martedi mercoledi giovedi venerdi sabato domenica "
    "segunda terca quarta quinta sexta segunda-feira terca-feira quarta-feira quinta-feira sexta-feira "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
)
# Hours from UTC. Names with two meanings, such as IST (India, Israel, Ireland) or AST, are left out; EST, CST and MST
# have the meaning that RFC 822 gives them.
_ZONES = {
    "z gmt ut utc wet": 0, "bst west cet met mez hnec wat": 1, "cest mest mesz haec eet cat sast": 2,
    "eest msk eat trt idt": 3,
    "msd gst": 4, "pkt uzt": 5, "npt": 5.75, "ict wib": 7, "hkt sgt awst wita pht": 8, "jst kst wit": 9, "acst": 9.5,
    "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13, "nst hnt": -3.5, "ndt hat": -2.5, "brt art": -3,
    "edt hae": -4, "est hne cdt hac": -5, "cst hnc mdt har": -6, "mst hnr pdt hap": -7, "pst hnp akdt": -8, "akst": -9,
    "hst": -10,
}  # fmt: skip


def fold(text: str) -> str:
    """Return the text in lower case, without accents and compatibility forms (no-break spaces, ordinals)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2212", "-"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _abbreviations(names: tuple[str, ...], shortest: int) -> dict[str, int]:
    """Return the names and their beginnings with their number, without those that several numbers share."""
    numbers: dict[str, set[int]] = {}
    for number, words in enumerate(names, start=1):
        for name in map(fold, words.split()):
            for length in range(shortest, len(name) + 1):
                numbers.setdefault(name[:length], set()).add(number)
    return {name: found.pop() for name, found in numbers.items() if len(found) == 1}


MONTHS = _abbreviations(_MONTHS, shortest=3)
WEEKDAYS = frozenset(_abbreviations((_WEEKDAYS,), shortest=2))
ZONES = {name: timedelta(hours=hours) for names, hours in _ZONES.items() for name in names.split()}
