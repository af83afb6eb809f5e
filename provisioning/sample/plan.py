"""The plan of a team in the sample project: goals, an annotation of the charts, and posts of the calendar.

Called by load.py, when the items of the past are stored. Texts are in the language of the person.
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F

from accounts.models import Project, User
from workplace import posts
from workplace.goals.changes import annotate, create_goal
from workplace.models import Post
from workplace.posts import PostValues

DAY = timedelta(days=1)
GOAL_DAYS = 56  # of which half are over; as many before are known
NAMES = {
    "en": ("20% more mentions", "Half of the share of voice", "Reply to 90% in time", "Autumn campaign"),
    "fr": (
        "20 % de mentions en plus",
        "La moitié de la part de voix",
        "Répondre à 90 % à temps",
        "Campagne d’automne",
    ),
}
# Days from today, type, status, and title and text by language.
POSTS = (
    (-9, "photo", "published", "workshop"),
    (-2, "information", "published", "delivery"),
    (2, "question", "draft", "bulb"),
    (4, "offer", "draft", "advent"),
    (11, "event", "scheduled", "open_day"),
    (None, "testimonial", "idea", "customer"),
)
TEXTS = {
    "en": {
        "workshop": ("The repair workshop", "Our repair workshop, in ten pictures. Bring your lamp on Saturday."),
        "delivery": (
            "Where your parcel is",
            "Orders placed before Tuesday have left. We answer your questions below.",
        ),
        "bulb": ("Which bulb?", "Warm or cool? Tell us which bulb you read with."),
        "advent": ("A lamp per day", "From December 1, one lamp per day at half price, in our shops."),
        "open_day": ("Open day in Rennes", "Come and see how our lamps are made: Saturday, from 10 a.m. to 6 p.m."),
        "customer": ("Portrait of a customer", ""),
    },
    "fr": {
        "workshop": (
            "L’atelier de réparation",
            "Notre atelier de réparation en dix photos. Apportez votre lampe samedi.",
        ),
        "delivery": (
            "Où en est votre colis ?",
            "Les commandes d’avant mardi sont parties. Posez vos questions ci-dessous.",
        ),
        "bulb": ("Quelle ampoule ?", "Chaude ou froide ? Dites-nous avec quelle ampoule vous lisez."),
        "advent": ("Une lampe par jour", "Dès le 1er décembre, une lampe par jour à moitié prix, dans nos boutiques."),
        "open_day": ("Portes ouvertes à Rennes", "Venez voir fabriquer nos lampes : samedi, de 10 h à 18 h."),
        "customer": ("Portrait de cliente", ""),
    },
}


def add_plan(project: Project, user: User, now: datetime) -> None:
    """Add the goals, the annotation and the posts."""
    language = "fr" if user.language == "fr" else "en"
    today = now.astimezone(user.zone).date()
    mentions, voice, in_time, campaign = NAMES[language]
    brand = project.keywords.get(type="brand")
    half = GOAL_DAYS // 2 * DAY
    days: dict[str, Any] = {"starts_on": today - half, "ends_on": today + half - DAY, "owner": user}
    about: dict[str, Any] = {"keyword": brand, **days}
    create_goal(project, user, now, name=mentions, metric="mentions", growth=20, **about)
    create_goal(project, user, now, name=voice, metric="share_of_voice", target=50, **about)
    create_goal(project, user, now, name=in_time, metric="in_time", target=90, **days)
    annotate(project, user, campaign, today - 20 * DAY, today - 6 * DAY)
    for offset, kind, status, name in POSTS:
        title, text = TEXTS[language][name]
        day = None if offset is None else today + offset * DAY
        values = PostValues(
            title=title,
            text=text,
            kind=kind,
            owner=user,
            platforms={"bluesky": "", "mastodon": ""} if text else {},
            day=day,
            at=time(18) if day else None,
            time_zone=user.time_zone,
        )
        post = posts.create_post(project, user, values, Post.Status.IDEA if status == "idea" else Post.Status.DRAFT)
        if status in ("published", "scheduled"):
            posts.take_step(post, user, post.version, {"published": "publish", "scheduled": "schedule"}[status])
    # They were published when they were planned.
    project.posts.filter(status=Post.Status.PUBLISHED).update(published_at=F("due_at"))
