"""Validation errors in the caller's language: pydantic's own messages exist in English only."""

from typing import get_args

import pytest
from django.utils import translation
from pydantic_core.core_schema import ErrorType

from api.validation_messages import MESSAGES, message_of

BODIES = [
    ("keywords", {"query": "x"}, "name", "Ce champ est obligatoire."),
    ("keywords", {"name": "x", "query": "y", "color": "red"}, "color", "Champ inconnu."),
    ("keywords", {"name": 3, "query": "y"}, "name", "Indiquez un texte."),
    ("keywords", {"name": "a\0", "query": "y"}, "name", "Cette valeur contient un caractère non valide."),
    ("keywords", {"name": "x", "query": "y", "languages": "fr"}, "languages", "Indiquez une liste."),
    (
        "keywords",
        {"name": "x", "query": "y", "type": "enemy"},
        "type",
        "Indiquez l’une de ces valeurs\N{NO-BREAK SPACE}: brand, competitor, topic.",
    ),
    ("sources", {"url": "u" * 2001}, "url", "Indiquez au maximum 2000 caractères."),
    ("keywords", [], "keyword", "Indiquez un objet JSON."),
]


@pytest.mark.parametrize(("noun", "body", "field", "message"), BODIES)
def test_body_errors_are_in_the_callers_language(program, manager, project, noun, body, field, message):
    answer = program(manager)("POST", f"/projects/{project.pk}/{noun}", body)
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert errors[field] == message


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size": "many"}, "Indiquez un nombre entier."),
        ({"size": "201"}, "Indiquez une valeur inférieure ou égale à 200."),
        ({"size": "0"}, "Indiquez une valeur supérieure ou égale à 1."),
        ({"mentioned": "perhaps"}, "Indiquez true ou false."),
    ],
)
def test_parameter_errors_are_in_the_callers_language(program, manager, project, parameters, message):
    answer = program(manager).get(f"/projects/{project.pk}/documents", **parameters)
    assert [error["message"] for error in answer.json()["errors"]] == [message]


def test_messages_know_only_error_types_of_pydantic():
    assert set(MESSAGES) <= set(get_args(ErrorType))


def test_message_of_falls_back_to_a_general_sentence_for_other_types():
    with translation.override("en"):
        assert message_of({"type": "tuple_type"}) == "This value is invalid."
