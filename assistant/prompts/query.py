"""Ask for a first version of a boolean query from a description, and once more with the parser's error. Pure.

In: a description that a person typed. Out: messages. The rules are those of docs/query-language.md, in short; our
parser decides. Called by assistant/queries.py.
"""

from assistant.prompts.fence import Message, messages

MAX_TOKENS = 700

_LANGUAGE = """\
word            a whole word in title or text; case and accents don’t matter
"two words"     exactly these words in this order
a b             both (AND may be written)
a OR b          either one
a -b            a without b; -(b OR c) without any of them
(a OR b) c      parentheses group
pann*           words that start this way, at least 3 letters
a NEAR/5 b      at most 5 words apart
=Orange         exactly this capitalization and accents, for brands that are common words
#tag @handle    a hashtag, a handle
lang:fr         only items in this language
title:a         only in the title
Every part between OR needs a word that must be present. Operators are in capitals. No other syntax exists."""
_TASKS = {
    "en": (
        "Write a query that finds the posts and articles of the description, and few others: the spellings that "
        "people use, hashtags and handles, the words that tell it from homonyms, and exclusions. Keep it short.\n"
        "The query language:\n{rules}\n"
        'The JSON object has this form: {{"query": "(lumen OR \\"maison lumen\\") lampe -film"}}'
    ),
    "fr": (
        "Écrivez une requête qui trouve les publications de la description, et peu d’autres : les graphies usuelles, "
        "les mots-dièses et les comptes, les mots qui la distinguent de ses homonymes, et les exclusions. Faites "
        "court.\n"
        "Le langage de requête :\n{rules}\n"
        'L’objet JSON a cette forme : {{"query": "(lumen OR \\"maison lumen\\") lampe -film"}}'
    ),
}
_RETRIES = {
    "en": "The parser refuses this query: {error} Answer with the corrected JSON object and nothing else.",
    "fr": "L’analyseur refuse cette requête : {error} Répondez par l’objet JSON corrigé et rien d’autre.",
}
_WRITTEN_IN = {"en": "queries", "fr": "requêtes"}


def ask_for_query(language: str, description: str, mark: str) -> list[Message]:
    """Return the messages; `language` is "en" or "fr"."""
    task = _TASKS[language].format(rules=_LANGUAGE)
    return messages(language, _WRITTEN_IN[language], task, {"description": description}, mark)


def ask_again(asked: list[Message], language: str, answer: str, error: str) -> list[Message]:
    """Return the messages with the first answer and what is wrong with it."""
    return [
        *asked,
        {"role": "assistant", "content": answer},
        {"role": "user", "content": _RETRIES[language].format(error=error)},
    ]
