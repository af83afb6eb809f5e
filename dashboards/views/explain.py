"""Why a text or an item is a mention of a keyword, or is not: the query as a tree, and what each part of it found."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access import project_view
from accounts.models import Membership, Project, Role
from dashboards.forms.explain import FIELDS, ExplainForm
from dashboards.presenters.explanation import Line, excluded_spans, held_spans, lines, marked
from monitoring.messages.explanations import DIFFERENCES, verdict
from monitoring.models import Document
from monitoring.query_tools import explain as whys

# Servers and mail programs agree on addresses of this length; what is longer is answered without one.
LONGEST_LINK = 1_800


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as it is read: in one sentence, with the tree where one keyword alone was asked about."""

    answer: whys.Answer
    reason: str
    lines: list[Line]
    difference: str


@project_view()
def why(request: HttpRequest, membership: Membership) -> HttpResponse:
    """GET answers what fits an address, so that it can be shared; POST longer texts, and pages fetched now."""
    asked = {name: values[-1] for name, values in (request.POST or request.GET).lists() if name in FIELDS}
    if "only" in request.POST:  # the button of one keyword, beside a form that still says "all"
        asked |= {"keyword": request.POST["only"], "query": ""}
    is_asked = request.method == "POST" or any(asked.get(name) for name in ("document", "url", "title", "text"))
    form = ExplainForm(membership.project, asked) if is_asked else ExplainForm(membership.project, initial=asked)
    context = {"form": form, "project": membership.project, "may_fetch": membership.may(Role.MANAGER)}
    if is_asked and form.is_valid():
        link = f"{reverse('why', args=[membership.project.pk])}?{urlencode({k: v for k, v in asked.items() if v})}"
        may_fetch = request.method == "POST" and "fetch" in request.POST and membership.may(Role.MANAGER)
        if request.method == "POST" and not may_fetch and len(link) <= LONGEST_LINK:
            return redirect(link)
        subject = _subject(membership.project, form.cleaned_data, may_fetch)
        context |= _answered(form, subject) if isinstance(subject, whys.Subject) else {"unknown": subject}
    return render(request, "explain/explain.html", context)


def _subject(project: Project, asked: dict[str, object], may_fetch: bool) -> whys.Subject | str:
    """What is asked about, or a sentence on why it cannot be had; "" for an address that is not kept."""
    if asked["text"].strip() or asked["title"]:
        return whys.pasted(asked["text"].replace("\r\n", "\n"), asked["title"], asked["url"])
    documents = Document.objects.select_related("source").filter(project=project)
    if asked["url"]:
        document = whys.kept_document(project, asked["url"])
    else:
        document = documents.filter(pk=asked["document"]).first()
    if document:
        return whys.of_document(document)
    if not asked["url"]:
        return _("This item is no longer stored.")
    return whys.fetch(project, asked["url"]) if may_fetch else ""


def _answered(form: ExplainForm, subject: whys.Subject) -> dict[str, object]:
    query, keyword_id = form.cleaned_data["query"], form.cleaned_data["keyword"]
    if query.strip():
        answers = [whys.answer_query(subject, query)]
    else:
        keywords = [keyword for keyword in form.keywords if keyword_id in (None, keyword.pk)]
        answers = list(whys.answers(subject, keywords))
    is_alone = bool(query.strip()) or keyword_id is not None
    answers.sort(key=lambda answer: not answer.matches)
    marking = answers if is_alone else [answer for answer in answers if answer.matches]
    return {
        "subject": subject,
        "shown": [_shown(answer, is_alone) for answer in answers],
        "is_alone": is_alone,
        "matching": sum(answer.matches for answer in answers),
        "title": _marked(subject.doc.title, "title", marking),
        "text": _marked(subject.doc.text, "text", marking),
    }


def _shown(answer: whys.Answer, is_alone: bool) -> Shown:
    if answer.clause is None:
        return Shown(answer, "", [], "")
    tree = lines(answer.clause) if is_alone else []
    return Shown(answer, verdict(answer.clause, answer.ruled_out), tree, DIFFERENCES.get(answer.differs, ""))


def _marked(text: str, field: str, answers: list[whys.Answer]) -> SafeString:
    clauses = [answer.clause for answer in answers if answer.clause]
    held = [(a, b) for clause in clauses for name, a, b in held_spans(clause) if name == field]
    excluded = [(a, b) for clause in clauses for name, a, b in excluded_spans(clause) if name == field]
    return marked(text, held, excluded)
