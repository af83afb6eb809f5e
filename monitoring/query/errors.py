"""What is wrong with a query: a code for the page that translates it, a position, and what to write instead."""


def gettext_noop(text: str) -> str:
    """Marks a sentence for the catalogues; here nothing is translated."""
    return text


# One English sentence a code; the fields come from `params`.
MESSAGES = {
    "empty": gettext_noop("the query is empty"),
    "too_long": gettext_noop("the query is longer than {limit} characters"),
    "too_many_terms": gettext_noop("the query has more than {limit} words"),
    "phrase_too_long": gettext_noop("the phrase has more than {limit} words"),
    "too_deep": gettext_noop("parentheses or exclusions are nested more than {limit} deep"),
    "unclosed_quote": gettext_noop("the quotation mark is never closed"),
    "unclosed_group": gettext_noop("the parenthesis is never closed"),
    "unopened_group": gettext_noop("this parenthesis closes nothing"),
    "empty_group": gettext_noop("there is nothing between the parentheses"),
    "empty_phrase": gettext_noop("there is no word between the quotation marks"),
    "operator_needs_term": gettext_noop("{operator} needs a word on both sides"),
    "not_needs_term": gettext_noop("{operator} needs a word after it"),
    "lone_hyphen": gettext_noop("a hyphen with a space after it excludes nothing"),
    "no_word": gettext_noop("“{text}” holds no letter, digit or emoji"),
    "comma": gettext_noop("a comma only separates the words of a MIN list"),
    "only_exclusions": gettext_noop("a query needs something to find: here there are only exclusions"),
    "branch_only_exclusions": gettext_noop("one side of OR has only exclusions: it would find nearly everything"),
    "wildcard_short": gettext_noop("* needs at least {minimum} letters before it"),
    "wildcard_place": gettext_noop("* may only end a word"),
    "wildcard_letters": gettext_noop("a word with ? needs at least {minimum} letters"),
    "wildcard_exact": gettext_noop("= looks for a word as written: it takes no wildcard"),
    "wildcard_script": gettext_noop("this script is found by its characters in sequence: no wildcard is needed"),
    "exact_needs_term": gettext_noop("= needs a word or a phrase right after it"),
    "near_distance": gettext_noop("{operator} needs a number of words from 1 to {limit}"),
    "near_operand": gettext_noop("{operator} takes words, phrases and OR groups of them"),
    "near_chain": gettext_noop("more than {limit} NEAR follow one another"),
    "near_fields": gettext_noop("the two sides of {operator} are looked for in different fields"),
    "count_number": gettext_noop("a count in braces is a number from 1 to {limit}"),
    "count_operand": gettext_noop("a count in braces takes a word, a phrase or an OR group of them"),
    "min_number": gettext_noop("MIN needs a number from 1 to {limit}"),
    "min_list": gettext_noop("MIN needs a list in parentheses with at least {number} different entries"),
    "unknown_field": gettext_noop("there is no field “{field}:”"),
    "field_value": gettext_noop("{field}: needs a value"),
    "field_in_field": gettext_noop("a field cannot stand inside another field"),
    "site_path": gettext_noop("site: takes a domain only"),
    "field_operand": gettext_noop("{field}: takes values joined by OR, AND and NOT only"),
}

_LONGEST_SUGGESTION = 120


class QueryError(ValueError):
    """A query that cannot be read. `position` and `length` mark the place in the text, counted in characters."""

    def __init__(
        self, code: str, position: int = 0, length: int = 0, suggestion: str = "", **params: str | int
    ) -> None:
        self.code = code
        self.position = position
        self.length = length
        # Shown on one line; a whole page of query repeated says nothing.
        self.suggestion = " ".join(suggestion.split()) if len(suggestion) <= _LONGEST_SUGGESTION else ""
        self.params = params
        super().__init__(code, position, length)

    def __str__(self) -> str:
        hint = f" (try: {self.suggestion})" if self.suggestion else ""
        return f"{MESSAGES[self.code].format(**self.params)}, at character {self.position + 1}{hint}"
