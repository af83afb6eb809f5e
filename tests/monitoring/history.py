"""Stored documents and queries of every kind, with the matches that reading every document gives."""

from datetime import timedelta

from django.utils import timezone

from monitoring.matching.candidates import candidate_query
from monitoring.matching.keyword_index import TrackedKeyword, doc_of
from monitoring.models import Document
from tests.factories import make_documents

WORDS = ["lumen", "maison", "halo", "brise", "lampe", "the", "Lumière", "#MaisonLumen", "@lumen", "œuvre"]


def make_history(project):
    """Store 80 documents of one to four words in varied order; a third is not searchable yet."""
    rows = [
        {
            "title": WORDS[n % 10] if n % 3 else "",
            "text": " ".join(WORDS[(n * step + n // 7) % 10] for step in range(1, 2 + n % 4)),
            "language": ("fr", "fr-CA", "en", "")[n % 4],
            "author": f"Marie {n % 5}",
            "url": f"https://{('www.', '', 'blog.')[n % 3]}{('lemonde.fr', 'Site.Example', 'lémonde.fr')[n % 3]}/{n}",
            "published": timezone.now() - timedelta(hours=n * 7),
        }
        for n in range(80)
    ]
    documents = make_documents(project, rows)
    Document.objects.filter(pk__in=[one.pk for one in documents[::3]]).update(search=None)
    return documents


QUERIES = [
    "lumen",
    "LUMIERE",
    "lumen -halo",
    "lumen OR halo",
    '"maison lumen"',
    "maison NEAR/2 lampe",
    "lum*",
    "l?men",
    "title:lumen",
    "=Lumière",
    "#maisonlumen",
    "@lumen",
    "{2} lumen",
    "MIN/2(lumen, halo, brise)",
    "site:lemonde.fr",
    "site:lémonde.fr lumen",
    "lang:fr",
    "lang:fr-ca OR site:site.example",
    "author:marie lumen",
    "author:3",
    "oeuvre (lumen OR lang:en)",
    "lumen -lang:fr",
    "platform:feed halo",
    "lumen -(halo OR lang:fr)",
    "lang:fr -lumen",
    "(lang:fr OR =Lumen) -site:lemonde.fr",
    "lang:fr (title:lumen OR platform:feed)",
    "MIN/2(lang:fr, lumen, platform:feed)",
    "nowhere",
]


def matching(documents, query, languages=()):
    """Return the ids of the documents that match a query, by reading every one."""
    wanted = candidate_query(TrackedKeyword.unsaved(query, languages))
    return {document.pk for document in documents if wanted.match(doc_of(document))}
