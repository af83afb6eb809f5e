"""The work of a team in the sample project: a response target, saved replies, and complaints that need a reply.

Called by load.py, when the items of the past are stored.
"""

from accounts.models import Project, User
from monitoring.models import Mention
from monitoring.services.triage import set_status
from workplace.assignment import assign
from workplace.response_targets import set_target, suggested_target
from workplace.saved_replies import create_saved_reply

# Complaints that need a reply, and how many of them the person has taken.
WAITING, TAKEN = 6, 2
WORST_RATING = 2  # stars
SAVED_REPLIES = (
    ("Late delivery", "en", "Hello {{author}}, we are sorry that your order is late. Please send us its number."),
    (
        "Late delivery",
        "fr",
        "Bonjour {{author}}, ce retard nous désole. Envoyez-nous le numéro de commande.",
    ),
    ("Thanks", "en", "Thank you, {{author}}! We have passed your words on to the workshop."),
    ("Thanks", "fr", "Merci, {{author}} ! Nous avons transmis vos mots à l’atelier."),
)


def add_work(project: Project, user: User) -> None:
    """Set the target and the saved replies, and mark the newest bad reviews of the brand as needing a reply."""
    target = suggested_target(project, user)
    set_target(project, user, hours=target.hours, time_zone=target.time_zone, calendar=target.calendar)
    for name, language, text in SAVED_REPLIES:
        create_saved_reply(project, user, name=name, language=language, text=text)
    complaints = Mention.objects.filter(
        keyword__project=project, keyword__type="brand", document__kind="review", document__rating__lte=WORST_RATING
    )
    ids = list(complaints.order_by("-published", "-pk").values_list("pk", flat=True)[:WAITING])
    set_status(project, user, ids, Mention.Status.NEEDS_REPLY)
    assign(project, user, ids[:TAKEN], user)
