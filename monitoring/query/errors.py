"""Errors in a query: a code, the position in the text, and a suggestion.

Raised by the parser as `QueryError`; messages/query_errors.py translates the sentences in MESSAGES.
"""


def gettext_noop(text: str) -> str:
    """Mark a sentence for the catalogs without translating it."""
    return text


# One English sentence per code; the placeholders are filled from `params`.
MESSAGES = {
    "empty": gettext_noop("the query is empty"),
    "too_long": gettext_noop("the query is longer than {limit} characters"),
    "too_many_terms": gettext_noop("the query has more than {limit} words"),
    "phrase_too_long": gettext_noop("the phrase has more than {limit} words"),
    "too_deep": gettext_noop("parentheses or exclusions are nested more than {limit} levels deep"),
    "unclosed_quote": gettext_noop("missing closing quotation mark"),
    "unclosed_group": gettext_noop("missing closing parenthesis"),
    "unopened_group": gettext_noop("unmatched closing parenthesis"),
    "empty_group": gettext_noop("empty parentheses"),
    "empty_phrase": gettext_noop("no words between the quotation marks"),
    "operator_needs_term": gettext_noop("{operator} needs a word on both sides"),
    "not_needs_term": gettext_noop("{operator} needs a word after it"),
    "lone_hyphen": gettext_noop("a hyphen followed by a space excludes nothing"),
    "no_word": gettext_noop("“{text}” contains no letter, digit, or emoji"),
    "comma": gettext_noop("commas are only allowed in a MIN list"),
    "only_exclusions": gettext_noop("a query can’t contain only exclusions: add something to find"),
    "branch_only_exclusions": gettext_noop(
        "one side of OR contains only exclusions, so it would match almost everything"
    ),
    "wildcard_short": gettext_noop("* needs at least {minimum} letters before it"),
    "wildcard_place": gettext_noop("* is only allowed at the end of a word"),
    "wildcard_alone": gettext_noop("* can’t stand for a whole word"),
    "wildcard_letters": gettext_noop("a word with ? needs at least {minimum} letters"),
    "wildcard_exact": gettext_noop("= matches the exact word, so wildcards aren’t allowed"),
    "wildcard_script": gettext_noop("this writing system is matched character by character: no wildcard needed"),
    "exact_needs_term": gettext_noop("= needs a word or a phrase right after it"),
    "near_distance": gettext_noop("{operator} needs a number of words from 1 to {limit}"),
    "near_operand": gettext_noop("{operator} only works with words, phrases, and OR groups"),
    "near_chain": gettext_noop("more than {limit} NEAR operators in a row"),
    "near_fields": gettext_noop("both sides of {operator} must be in the same field"),
    "count_number": gettext_noop("the number in braces must be from 1 to {limit}"),
    "count_operand": gettext_noop("a number in braces must be followed by a word, a phrase, or an OR group"),
    "min_number": gettext_noop("MIN needs a number from 1 to {limit}"),
    "min_list": gettext_noop("MIN needs a list in parentheses with at least {number} different entries"),
    "unknown_field": gettext_noop("unknown field “{field}:”"),
    "unknown_lang": gettext_noop("“{value}” is not a language code: use two letters, such as fr or en"),
    "unknown_platform": gettext_noop("“{value}” is not a platform"),
    "unknown_country": gettext_noop("“{value}” is not a country code: use two letters, such as fr or ca"),
    "unknown_kind": gettext_noop("“{value}” is not an item type: use post, comment, review, article or video"),
    "unknown_rating": gettext_noop("“{value}” is not a rating: use 1 to 5, <=2 or >=4"),
    "unknown_site": gettext_noop("“{value}” is not a domain: add its ending, such as .fr or .com"),
    "one_value": gettext_noop("{field}: an item has only one value, so this never matches"),
    "value_wildcard": gettext_noop("{field}: doesn’t accept wildcards"),
    "looks_like_operator": gettext_noop("“{text}” looks like an operator but would be searched as a word"),
    "single_quotes": gettext_noop("single quotes don’t make a phrase: use double quotation marks"),
    "field_colon": gettext_noop("a colon must follow the field name “{field}” directly"),
    "field_value": gettext_noop("{field}: needs a value"),
    "field_in_field": gettext_noop("a field can’t be used inside another field"),
    "site_path": gettext_noop("site: only accepts a domain"),
    "meaning_in_keyword": gettext_noop(
        "~ finds by meaning, which works in searches and filters of mentions only: keywords match words"
    ),
    "meaning_place": gettext_noop("a phrase after ~ can only be combined with the rest by AND"),
    "meaning_twice": gettext_noop("a search can have only one phrase after ~"),
    "meaning_too_long": gettext_noop("the phrase after ~ is longer than {limit} characters"),
    "field_operand": gettext_noop("{field}: only accepts values combined with OR, AND, and NOT"),
}

_LONGEST_SUGGESTION = 120


class QueryError(ValueError):
    """An invalid query. `position` and `length` locate the error in its text, in characters."""

    def __init__(
        self, code: str, position: int = 0, length: int = 0, suggestion: str = "", **params: str | int
    ) -> None:
        self.code = code
        self.position = position
        self.length = length
        # Shown on one line; a repeated page-long query helps nobody.
        self.suggestion = " ".join(suggestion.split()) if len(suggestion) <= _LONGEST_SUGGESTION else ""
        self.params = params
        super().__init__(code, position, length)

    def __str__(self) -> str:
        hint = f" (try: {self.suggestion})" if self.suggestion else ""
        return f"{MESSAGES[self.code].format(**self.params)}, at character {self.position + 1}{hint}"
