"""A press review in the sample project: a collection with a published issue, and a draft of the next one.

Called by load.py, when the items of the past are stored. Texts are in the language of the person.
"""

from datetime import datetime, timedelta

from accounts.models import Project, User
from monitoring.models import Document
from workplace.curation.collections import create_collection
from workplace.curation.issues import change_issue, create_issue, publish
from workplace.curation.items import change_item, pick

PUBLISHED, DRAFTED = 4, 2  # items of the issue, and of the draft
WEEK = timedelta(days=7)
TEXTS = {
    "en": {
        "name": "Lumen in the press",
        "intro": "What the press writes about our lamps, once a week.",
        "title": "Lamps in the press this month",
        "lead": "Late deliveries were the subject of the week. The repair bench still has friends.",
        "comments": ("The most read article of the month.", "For the team in the shops."),
    },
    "fr": {
        "name": "Lumen dans la presse",
        "intro": "Ce que la presse écrit sur nos lampes, une fois par semaine.",
        "title": "Les lampes dans la presse ce mois-ci",
        "lead": "Les retards de livraison ont occupé la semaine. L’atelier de réparation garde ses amis.",
        "comments": ("L’article le plus lu du mois.", "À lire par les équipes des boutiques."),
    },
}


def add_review(project: Project, user: User, now: datetime) -> None:
    """Add the collection with its issue and its draft."""
    language = "fr" if user.language == "fr" else "en"
    texts = TEXTS[language]
    press = Document.objects.filter(project=project, platform="feed", language=language, mentions__isnull=False)
    newest = list(press.select_related("source").distinct().order_by("-published", "-pk")[: PUBLISHED + DRAFTED])
    collection = create_collection(project, user, str(texts["name"]), language=language, intro=texts["intro"])
    issue = create_issue(collection, user, now - WEEK)
    issue = change_issue(issue, issue.version, now - WEEK, title=texts["title"], intro=texts["lead"])
    pick(issue, user, newest[DRAFTED:], now - WEEK)
    for item, comment in zip(issue.items.order_by("position"), texts["comments"], strict=False):
        change_item(item, item.version, now - WEEK, comment=comment)
    publish(issue, user, now)
    pick(create_issue(collection, user, now), user, newest[:DRAFTED], now)
