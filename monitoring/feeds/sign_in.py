"""Recognize a page on which people sign in, which a site returns instead of a feed when it wants to know the reader.

Called by feedparser_parser.py with UTF-8 bytes. Pure.
"""

import re

_START_BYTES = 200_000
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_FORM = re.compile(rb"<(?:form|input)\b", re.IGNORECASE)
# In the languages of most feeds. Many pages have a form to sign in as well, so the title decides.
_WORDS = re.compile(
    r"\b(?:sign(?:ing)?[ -]?(?:in|on)|log[ -]?(?:in|on)|authenticat|authentifi|connexion|se connecter|connectez-vous"
    r"|identifi(?:cation|ez-vous)|anmeld|einloggen|iniciar sesi|inicio de sesi|acceder|accedi|accesso|entrar"
    r"|iniciar sess|inloggen|aanmelden|zaloguj|logowanie)",
    re.IGNORECASE,
)


def is_sign_in_page(page: bytes) -> bool:
    """Return whether an HTML page has a form, and a title that says that people sign in there."""
    start = page[:_START_BYTES]
    title = _TITLE.search(start)
    return bool(title and _FORM.search(start) and _WORDS.search(title[1].decode("utf-8", "replace")))
