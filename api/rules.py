"""The API's alert rules: list, create, change, pause and delete them.

Members read, managers write, through alerts/rules.py; the form of the pages (alerts/forms.py) checks what they write.
Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from alerts import rules as changes
from alerts.conditions.base import MAX_CLAUSES
from alerts.form_words import KEYWORD, KEYWORDS, PROJECT, VIEW
from alerts.forms import RuleForm
from alerts.incidents import open_by_rule
from alerts.models import Rule
from alerts.rule_json import NUMBERS, SCALARS, rule_json
from api.problems import InvalidRequest, field_error
from api.schemas import UNSET, Body, Items, Text
from workplace.saved_views import shared_views

router = Router(tags=["rules"])

if TYPE_CHECKING:
    Measure = str  # mypy accepts no Literal of computed values
    Condition = str
    Sensitivity = str
    JoinedBy = str
    Sentiment = str
    WindowSeconds = int
else:
    Measure = Literal[tuple(Rule.Measure.values)]
    Condition = Literal[tuple(Rule.Condition.values)]
    Sensitivity = Literal[tuple(Rule.Sensitivity.values)]
    JoinedBy = Literal[tuple(Rule.JoinedBy.values)]
    Sentiment = Literal[("", *(value for value in Rule.Sentiment.values if value))]
    WindowSeconds = Literal[tuple(Rule.Window.values)]

Ids = Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(max_length=500)]
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]


class ConditionIn(Body):
    measure: Measure = "mentions"
    condition: Condition
    parameter: Whole | None = Field(None, description="stars of a rating, or followers")
    threshold: Annotated[int, Field(ge=-100, le=2**31 - 1)] | None = None
    percent: Whole | None = None
    change: Whole | None = None
    minimum: Whole | None = None
    sensitivity: Sensitivity = "normal"


Conditions = Annotated[list[ConditionIn], Field(min_length=1, max_length=MAX_CLAUSES)]


class RulePatch(Body):
    keywords: Ids = Field(UNSET, description="empty for all keywords of the project")
    view: int | None = Field(UNSET, description="a shared view; it replaces keywords and filter")
    filter: Text = Field(UNSET, description="the query string of a list of mentions")
    conditions: Conditions = UNSET
    joined_by: JoinedBy = UNSET
    window_s: WindowSeconds = UNSET
    sentiment: Sentiment = UNSET
    with_uncertain: bool = UNSET
    counts_stories: bool = UNSET
    counts_authors: bool = UNSET
    recovery: Annotated[int, Field(ge=-100, le=2**31 - 1)] | None = UNSET
    tests_chance: bool = UNSET
    hold: Annotated[int, Field(ge=1)] = Field(UNSET, description="evaluations in a row, one per minute")
    is_critical: bool = UNSET
    cooldown_s: int = UNSET
    max_per_day: Annotated[int, Field(ge=1, le=1000)] | None = UNSET
    expires_on: date | None = UNSET
    recipients: Ids = Field(UNSET, description="empty for all managers and admins")
    channels: Ids = UNSET
    is_paused: bool = UNSET


class RuleIn(RulePatch):
    conditions: Conditions


class ConditionOut(Schema):
    measure: str
    condition: str
    parameter: int
    threshold: int | None
    percent: int | None
    change: int | None
    minimum: int
    sensitivity: str


class RuleOut(Schema):
    id: int
    sentence: str = Field(description="the rule in your language")
    keywords: list[int]
    view: int | None
    filter: str
    conditions: list[ConditionOut]
    joined_by: str
    window_s: int
    sentiment: str
    with_uncertain: bool
    counts_stories: bool
    counts_authors: bool
    recovery: int | None
    tests_chance: bool
    hold: int
    is_critical: bool
    cooldown_s: int
    max_per_day: int | None
    expires_on: date | None
    recipients: list[int]
    channels: list[int]
    is_paused: bool
    created_at: datetime
    evaluated_at: datetime | None
    incident: int | None = Field(description="the ID of the open incident")


@router.get("/projects/{int:project_id}/rules", response=Items[RuleOut])
def list_rules(request: SignedInRequest, project_id: int) -> dict[str, list[dict[str, Any]]]:
    """List the rules by keyword."""
    return {"items": _shown(changes.rules_of(membership_of(request.user, project_id).project))}


@router.post("/projects/{int:project_id}/rules", response={201: RuleOut})
def create_rule(request: SignedInRequest, project_id: int, rule: RuleIn) -> Status:
    """Create a rule; fields that are left out have their defaults."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = _save(request, Rule(project=project, tests_chance=True), rule.dict(exclude_unset=True))
    return Status(201, _shown([made])[0])


@router.get("/projects/{int:project_id}/rules/{int:rule_id}", response=RuleOut)
def get_rule(request: SignedInRequest, project_id: int, rule_id: int) -> dict[str, Any]:
    """Return one rule."""
    return _shown([changes.rule_of(membership_of(request.user, project_id).project, rule_id)])[0]


@router.patch("/projects/{int:project_id}/rules/{int:rule_id}", response=RuleOut)
def change_rule(request: SignedInRequest, project_id: int, rule_id: int, rule: RulePatch) -> dict[str, Any]:
    """Change the fields that are sent. `conditions` replaces all of them, `is_paused` pauses or resumes the rule."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found, sent = changes.rule_of(project, rule_id), rule.dict(exclude_unset=True)
    if sent.keys() - {"is_paused"}:
        found = _save(request, found, sent)
    elif "is_paused" in sent:
        changes.pause_rule(found, request.user, paused=sent["is_paused"])
    return _shown([changes.rule_of(project, found.pk)])[0]


@router.delete("/projects/{int:project_id}/rules/{int:rule_id}", response={204: None})
def delete_rule(request: SignedInRequest, project_id: int, rule_id: int) -> Status:
    """Delete a rule with its incidents."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    changes.delete_rule(changes.rule_of(project, rule_id), request.user)
    return Status(204, None)


def _save(request: SignedInRequest, rule: Rule, sent: dict[str, Any]) -> Rule:
    """Check and save a rule with the fields that were sent; raise InvalidRequest."""
    form = checked_form(request, rule, sent)
    data = form.cleaned_data
    saved = changes.save_rule(form.save(commit=False), request.user, data["recipients"], data.get("destinations", ()))
    if "is_paused" in sent:
        changes.pause_rule(saved, request.user, paused=sent["is_paused"])
        saved.is_paused = sent["is_paused"]
    return saved


def checked_form(request: SignedInRequest, rule: Rule, sent: dict[str, Any]) -> RuleForm:
    """Return the form of a rule with the fields that were sent; raise InvalidRequest."""
    views = shared_views(rule.project_id)
    form = RuleForm(_form_data(rule, sent), instance=rule, project=rule.project, views=views)
    if not form.is_valid():
        raise InvalidRequest(_errors(form))
    return form


def _form_data(rule: Rule, sent: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser would send: the present values of the rule, with those that were sent."""
    present: dict[str, Any] = {"conditions": []}
    if rule.pk:
        recipients, channels = changes.chosen_by_rule([rule.pk])
        present = {**rule_json(rule), "recipients": recipients.get(rule.pk), "channels": channels.get(rule.pk)}
    values = present | sent
    data: dict[str, Any] = {name: values[name] for name in SCALARS if values.get(name) is not None}
    if not rule.pk:
        data |= {name: True for name in ("counts_stories", "tests_chance") if name not in sent}
        data.setdefault("window_s", Rule.Window.HOUR_1)
        data.setdefault("cooldown_s", 0)
    first, *others = values["conditions"]
    data |= {name: first[name] for name in NUMBERS if first.get(name) is not None}
    for number, further in enumerate(others, start=1):
        one = {"measure": Rule.Measure.MENTIONS, **further}
        data |= {f"also-{number}-{name}": one[name] for name in NUMBERS if one.get(name) is not None}
    keywords, view = values.get("keywords") or [], values.get("view")
    if "view" not in sent and sent.keys() & {"keywords", "filter"}:
        view = None
    data |= {"about": VIEW, "view": view} if view else _about(keywords)
    data["query"] = values.get("filter") or ""
    return data | {"recipients": values.get("recipients") or [], "destinations": values.get("channels") or []}


def _about(keywords: list[int]) -> dict[str, Any]:
    if not keywords:
        return {"about": PROJECT}
    return (
        {"about": KEYWORD, "keyword": keywords[0]} if len(keywords) == 1 else {"about": KEYWORDS, "keywords": keywords}
    )


def _errors(form: RuleForm) -> list[dict[str, object]]:
    """Return the errors of the form under the names of the body."""
    names = {"keyword": "keywords", "query": "filter", "destinations": "channels"}
    names |= {name: f"conditions.0.{name}" for name in NUMBERS}
    errors = [
        field_error(names.get(field, field), error["message"], error["code"] or "invalid")
        for field, found in form.errors.get_json_data().items()
        for error in found
        if field != "__all__"
    ]
    errors += [
        field_error(f"conditions.{number}.{field}", error["message"], error["code"] or "invalid")
        for number, clause in enumerate(form.clauses, start=1)
        for field, found in clause.errors.get_json_data().items()
        for error in found
    ]
    return errors


def _shown(rules: list[Rule]) -> list[dict[str, Any]]:
    """Return rules as the API shows them, in a number of queries that does not depend on how many."""
    ids = [rule.pk for rule in rules]
    ongoing = open_by_rule(rules)
    recipients, channels = changes.chosen_by_rule(ids)
    sentences = changes.sentences_of(rules)
    return [
        {
            **rule_json(rule),
            "id": rule.pk,
            "sentence": sentences[rule.pk],
            "recipients": recipients.get(rule.pk, []),
            "channels": channels.get(rule.pk, []),
            "incident": ongoing.get(rule.pk),
        }
        for rule in rules
    ]
