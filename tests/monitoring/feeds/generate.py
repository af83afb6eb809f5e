"""Generate feeds of realistic size and structure, the same for the same seed.

`realistic_feed(seed, entries, format)` is the feed of a publisher; `newer=n` is the same feed n entries later, without
its oldest n entries. Called by the tests of feeds and by the polling benchmark.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

FORMATS = ("wordpress", "rss", "atom", "rdf", "json")
# The shares of a typical installation: mostly WordPress and plain RSS, some Atom, little RDF and JSON.
MIX = ("wordpress",) * 9 + ("rss",) * 5 + ("atom",) * 4 + ("rdf", "json")

# The share of entries that contain the brand tracked by the benchmarks.
NAMED = 0.03

_START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_FRENCH = """la marque à l’école été où déjà château naïve cœur garçon forêt aujourd’hui « nouveau » produit annonce
client service très déçu ravi prix hausse baisse qualité livraison retard magasin équipe projet région ville année
selon étude chiffre marché français européen écologie énergie santé numérique lancement partenariat""".split()  # noqa: SIM905
_ENGLISH = """the brand school summer where already castle heart forest today new product says customer service very
disappointed delighted price rise fall quality delivery delay store team project region city year according study
figure market French European ecology energy health digital launch partnership & “quoted” isn’t""".split()  # noqa: SIM905


def mixed_feed(seed: int, *, newer: int = 0) -> bytes:
    """Return a feed of a random format with 10 to 60 entries."""
    chance = random.Random(f"mix {seed}")
    return realistic_feed(seed, chance.randint(10, 60), chance.choice(MIX), newer=newer)


def realistic_feed(seed: int, entries: int, format: str, *, newer: int = 0) -> bytes:
    site = f"https://site-{seed}.example.org"
    words = random.Random(seed).choice((_FRENCH, _ENGLISH))
    items = [_item(seed, number, site, words) for number in range(newer, entries + newer)]
    items.reverse()
    write = {"wordpress": _wordpress, "rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}[format]
    language = "fr-FR" if words is _FRENCH else "en-US"
    return write(site, language, items).encode()


def _item(seed: int, number: int, site: str, words: list[str]) -> dict:
    chance = random.Random(f"{seed} {number}")
    title = _sentence(chance, words, 4, 12).rstrip(".")
    if chance.random() < NAMED:
        title += " : Maison Lumen"
    size = int(min(8_000, max(300, chance.lognormvariate(7.3, 0.8))))
    paragraphs = []
    while sum(map(len, paragraphs)) < size:
        paragraphs.append(_paragraph(chance, words, site))
    return {
        "number": number,
        "title": title,
        "url": f"{site}/{_START.year}/{number}/{'-'.join(chance.sample('abcdefghij', 4))}/",
        "date": _START + timedelta(hours=number, minutes=chance.randrange(60)),
        "author": chance.choice(("Zoé Lefèvre", "Jean Dupont", "Ann O’Neil", "La rédaction")),
        "html": "\n".join(paragraphs),
        "excerpt": _sentence(chance, words, 20, 40) + " [&#8230;]",
        "category": chance.choice(words),
    }


def _sentence(chance: random.Random, words: list[str], least: int, most: int) -> str:
    return " ".join(chance.choices(words, k=chance.randint(least, most))).capitalize() + "."


def _paragraph(chance: random.Random, words: list[str], site: str) -> str:
    text = escape(" ".join(_sentence(chance, words, 8, 20) for _ in range(chance.randint(2, 5))), quote=False)
    kind = chance.random()
    if kind < 0.15:
        return f'<p>{text} <a href="{site}/tag/{chance.randrange(99)}/?a=1&amp;b=2">lire&nbsp;la suite</a></p>'
    if kind < 0.25:
        return f'<h2 class="wp-block-heading">{text[:60]}</h2>\n<p><strong>{text}</strong></p>'
    if kind < 0.32:
        picture = f"{site}/wp-content/uploads/{chance.randrange(999)}.jpg"
        caption = f"<figcaption>{text[:50]}</figcaption>"
        return f'<figure class="wp-block-image"><img src="{picture}" alt="" width="1024"/>{caption}</figure>'
    if kind < 0.4:
        return "<ul><li>" + "</li><li>".join(text.split(". ")) + "</li></ul>"
    return f"<p>{text}</p>"


def _wordpress(site: str, language: str, items: list[dict]) -> str:
    rows = "".join(
        f"""
	<item>
		<title>{escape(i["title"], quote=False)}</title>
		<link>{i["url"]}</link>
					<comments>{i["url"]}#respond</comments>
		<dc:creator><![CDATA[{i["author"]}]]></dc:creator>
		<pubDate>{format_datetime(i["date"])}</pubDate>
				<category><![CDATA[{i["category"]}]]></category>
		<category><![CDATA[Non classé]]></category>
		<guid isPermaLink="false">{site}/?p={i["number"]}</guid>
					<description><![CDATA[<p>{i["excerpt"]}</p>
]]></description>
										<content:encoded><![CDATA[
{i["html"]}
]]></content:encoded>
					<wfw:commentRss>{i["url"]}feed/</wfw:commentRss>
			<slash:comments>{i["number"] % 7}</slash:comments>
			</item>"""
        for i in items
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:atom="http://www.w3.org/2005/Atom"
	xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
	xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
	>
<channel>
	<title>Le blog d&#8217;exemple</title>
	<atom:link href="{site}/feed/" rel="self" type="application/rss+xml" />
	<link>{site}</link>
	<description>Un blog</description>
	<lastBuildDate>{format_datetime(items[0]["date"])}</lastBuildDate>
	<language>{language}</language>
	<sy:updatePeriod>
	hourly	</sy:updatePeriod>
	<sy:updateFrequency>
	1	</sy:updateFrequency>
	<generator>https://wordpress.org/?v=6.8.3</generator>
<image><url>{site}/icon.png</url><title>Icon</title><link>{site}</link><width>32</width></image>{rows}
	</channel>
</rss>
"""


def _rss(site: str, language: str, items: list[dict]) -> str:
    """A feed as newspapers publish them: an excerpt per item, with categories, author and picture."""
    rows = "".join(
        f"<item><title>{escape(i['title'])}</title><link>{i['url']}?utm_source=rss</link>"
        f"<guid>{i['url']}</guid><description>{escape(i['excerpt'])}</description>"
        f"<dc:creator>{i['author']}</dc:creator><category>{escape(i['category'])}</category><category>Actualités</category>"
        f"<pubDate>{i['date']:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f'<media:content url="{site}/{i["number"]}.jpg" medium="image" width="644" height="322">'
        f'<media:description type="plain">{escape(i["title"])}</media:description><media:credit>AFP</media:credit>'
        f'</media:content><enclosure url="{site}/{i["number"]}.jpg" length="1" type="image/jpeg"/></item>\n'
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Journal</title><link>{site}/'
        f"</link><description>Actualités</description><language>{language}</language><ttl>15</ttl>\n{rows}"
        "</channel></rss>"
    )


def _atom(site: str, language: str, items: list[dict]) -> str:
    rows = "".join(
        f"""  <entry>
    <id>tag:{site[8:]},2026:{i["number"]}</id>
    <published>{i["date"].isoformat()}</published>
    <updated>{(i["date"] + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")}</updated>
    <title type="html">{escape(escape(i["title"], quote=False))}</title>
    <link rel="alternate" type="text/html" href="{i["url"]}"/>
    <author><name>{i["author"]}</name></author>
    <summary type="html">{escape(i["excerpt"])}</summary>
    <content type="html">{escape(i["html"])}</content>
  </entry>
"""
        for i in items
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="{language}" xmlns="http://www.w3.org/2005/Atom">
  <id>{site}/feed</id>
  <link rel="alternate" type="text/html" href="{site}"/>
  <link rel="self" type="application/atom+xml" href="{site}/feed.atom"/>
  <title>Carnet</title>
  <updated>{items[0]["date"].isoformat()}</updated>
{rows}</feed>
"""


def _rdf(site: str, language: str, items: list[dict]) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{i["url"]}"/>' for i in items)
    rows = "".join(
        f'<item rdf:about="{i["url"]}"><title>{escape(i["title"])}</title><link>{i["url"]}</link>'
        f"<description>{escape(i['excerpt'])}</description><dc:date>{i['date'].isoformat()}</dc:date>"
        f"<dc:creator>{i['author']}</dc:creator></item>\n"
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{site}/"><title>Revue</title><link>{site}/</link><description>RDF</description>'
        f"<dc:language>{language}</dc:language><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{rows}</rdf:RDF>"
    )


def _json(site: str, language: str, items: list[dict]) -> str:
    rows = [
        {
            "id": str(i["number"]),
            "url": i["url"],
            "title": i["title"],
            "content_html": i["html"],
            "date_published": i["date"].isoformat(),
            "authors": [{"name": i["author"]}],
        }
        for i in items
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Notes", "home_page_url": site}
    return json.dumps(document | {"language": language, "items": rows}, ensure_ascii=False)
