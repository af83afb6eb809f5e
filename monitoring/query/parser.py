"""Parse the text of a query into a tree, or raise a `QueryError` with the position of the error.

The grammar is in docs/query-language.md. Called by `compile_query`, by forms that validate a query, and by the
command `match`.
"""

from monitoring.query.errors import QueryError
from monitoring.query.folding import WILD
from monitoring.query.lexer import MAX_COUNT, Lexeme, Scanner
from monitoring.query.slips import LocatedTerm, reject_slips
from monitoring.query.terms import TermProblem, validate_term
from monitoring.query.tree import VALUE_FIELDS, AtLeast, Count, Near, Node, Not, Or, Term, join_and, join_or
from monitoring.query.validate import reject_unbounded

MAX_LENGTH = 200_000
MAX_TERMS = 10_000
# Deep enough for any readable query; shallow enough that no walk over a tree reaches Python's recursion limit.
MAX_DEPTH = 50
MAX_DISTANCE = 1000
MAX_NEAR = 10
_BLANK = str.maketrans(f"{WILD}\0", "  ")


class _Parser:
    """Recursive descent: or > and > not > near > unit, loosest binding first. Each method returns one node."""

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self.current = self.scanner.next()
        self.depth = 0
        self.terms: list[LocatedTerm] = []
        self.field = ""
        self.end = 0
        # (start, length) of each side of an OR by node, to locate one that contains only exclusions.
        self.branch_spans: dict[int, tuple[int, int]] = {}

    def advance(self) -> Lexeme:
        lexeme = self.current
        self.end = lexeme.end
        self.current = self.scanner.next()
        return lexeme

    def enter(self, lexeme: Lexeme, by: int = 1) -> None:
        self.depth += by
        if self.depth > MAX_DEPTH:
            raise self.error("too_deep", lexeme, limit=MAX_DEPTH)

    def error(self, code: str, at: Lexeme, suggestion: str = "", **params: str | int) -> QueryError:
        return QueryError(code, at.start, at.end - at.start, suggestion, **params)

    def query(self) -> Node:
        node = self.or_()
        if self.current.kind == ")":
            raise self.error("unopened_group", self.current)
        if self.current.kind == ",":
            raise self.error("comma", self.current, suggestion="OR")
        return node

    def or_(self) -> Node:
        branches = [self.branch()]
        while self.current.kind == "or":
            operator = self.advance()
            self.need_term(operator)
            branches.append(self.branch())
        return join_or(branches)

    def branch(self) -> Node:
        start = self.current.start
        node = self.and_()
        self.branch_spans[id(node)] = (start, self.end - start)
        return node

    def need_term(self, operator: Lexeme, code: str = "operator_needs_term") -> None:
        if self.current.kind in ("end", ")", ",", "or", "and"):
            raise self.error(code, operator, operator=operator.text)

    def and_(self) -> Node:
        if self.current.kind in ("or", "and"):
            raise self.error("operator_needs_term", self.current, operator=self.current.text)
        nodes = [self.not_()]
        while self.current.kind not in ("end", ")", ",", "or"):
            if self.current.kind == "and":
                self.need_term(self.advance())
            nodes.append(self.not_())
        return join_and(nodes)

    def not_(self) -> Node:
        if self.current.kind not in ("-", "not"):
            return self.near()
        operator = self.advance()
        self.need_term(operator, "not_needs_term")
        self.enter(operator)
        child = self.not_()
        self.depth -= 1
        return child.child if isinstance(child, Not) else Not(child)

    def near(self) -> Node:
        if self.current.kind == "near":
            raise self.error("operator_needs_term", self.current, operator=self.current.text)
        node = self.unit()
        while self.current.kind == "near":
            operator = self.advance()
            name, _, number = operator.text.partition("/")
            if not number or len(number) > 9 or not 1 <= int(number) <= MAX_DISTANCE:
                raise self.error("near_distance", operator, f"{name}/5", operator=name, limit=MAX_DISTANCE)
            self.need_term(operator)
            if self.current.kind in ("-", "not"):
                raise self.error("near_operand", operator, operator=name)
            right = self.unit()
            if not (_is_operand(node) and _is_operand(right)):
                raise self.error("near_operand", operator, operator=name)
            if not _fields(node) & _fields(right):
                raise self.error("near_fields", operator, operator=name)
            node = Near(node, right, int(number), name == "ONEAR")
            if _near_depth(node) > MAX_NEAR:
                raise self.error("near_chain", operator, limit=MAX_NEAR)
        return node

    def unit(self) -> Node:
        lexeme = self.current
        if lexeme.kind == "(":
            return self.group()
        if lexeme.kind == "field":
            return self.in_field()
        if lexeme.kind == "count":
            return self.count()
        if lexeme.kind == "min":
            return self.at_least()
        if lexeme.kind == "=":
            self.advance()
            if self.current.kind not in ("word", "quote") or self.current.start != lexeme.end:
                follows = self.current.kind in ("word", "quote")
                written = self.scanner.text[self.current.start : self.current.end] if follows else "Orange"
                raise self.error("exact_needs_term", lexeme, suggestion=f"={written}")
            return self.term(lexeme)
        if lexeme.kind in ("word", "quote"):
            return self.term(None)
        if lexeme.kind == "meaning":
            raise self.error("meaning_in_keyword", lexeme, suggestion=f'"{lexeme.text}"')
        raise self.unexpected(lexeme)

    def unexpected(self, lexeme: Lexeme) -> QueryError:
        if lexeme.kind == ",":
            return self.error("comma", lexeme, suggestion="OR")
        if lexeme.kind == ")":
            return self.error("unopened_group", lexeme)
        return self.error("operator_needs_term", lexeme, operator=lexeme.text)

    def group(self) -> Node:
        opening = self.advance()
        if self.current.kind == ")":
            raise self.error("empty_group", opening)
        if self.current.kind == "end":
            raise self.error("unclosed_group", opening, suggestion=")")
        self.enter(opening)
        node = self.or_()
        if self.current.kind == ",":
            raise self.error("comma", self.current, suggestion="OR")
        if self.current.kind != ")":
            raise self.error("unclosed_group", opening, suggestion=f"{self.scanner.text[opening.start :]})")
        self.depth -= 1
        self.advance()
        return node

    def in_field(self) -> Node:
        name = self.advance()
        if self.field:
            raise self.error("field_in_field", name)
        if self.current.kind not in ("(", "=", "word", "quote"):
            raise self.error("field_value", name, field=name.text)
        self.field = name.text
        node = self.unit()
        self.field = ""
        return node

    def count(self) -> Node:
        braces = self.advance()
        number = int(braces.text)
        if not 1 <= number <= MAX_COUNT:
            raise self.error("count_number", braces, suggestion="{2}", limit=MAX_COUNT)
        self.need_term(braces, "count_operand")
        self.enter(braces)
        child = self.unit()
        self.depth -= 1
        if not _is_operand(child):
            raise self.error("count_operand", braces)
        return Count(number, child)

    def at_least(self) -> Node:
        name = self.advance()
        digits = name.text.partition("/")[2]
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9 or not 1 <= int(digits) <= MAX_TERMS:
            raise self.error("min_number", name, suggestion="MIN/2(a, b, c)", limit=MAX_TERMS)
        number = int(digits)
        if self.current.kind != "(":
            raise self.error("min_list", name, suggestion=f"{name.text}(a, b, c)", number=number)
        self.enter(name)
        self.scanner.in_list += 1
        opening = self.advance()
        children = [self.list_item()]
        while self.current.kind == ",":
            self.advance()
            children.append(self.list_item())
        if self.current.kind != ")":
            raise self.error("unclosed_group", opening, suggestion=")")
        self.scanner.in_list -= 1
        self.depth -= 1
        self.advance()
        different = tuple(dict.fromkeys(children))
        if len(different) < number:
            raise self.error("min_list", name, number=number)
        return AtLeast(number, different)

    def list_item(self) -> Node:
        if self.current.kind in (")", ",", "end"):
            raise self.error("empty_group", self.current)
        return self.or_()

    def term(self, equals: Lexeme | None) -> Term:
        lexeme = self.advance()
        start = equals.start if equals else lexeme.start
        if len(self.terms) >= MAX_TERMS:
            raise self.error("too_many_terms", lexeme, limit=MAX_TERMS)
        if equals and self.field in VALUE_FIELDS:
            raise self.error("field_operand", equals, field=self.field)
        term = Term(lexeme.text, lexeme.kind == "quote", equals is not None, self.field)
        try:
            validate_term(term)
        except TermProblem as problem:
            length = lexeme.end - start
            raise QueryError(problem.code, start, length, problem.suggestion, **problem.params) from None
        self.terms.append(LocatedTerm(term, start, lexeme.end))
        return term


def _is_operand(node: Node) -> bool:
    if isinstance(node, Term):
        return node.field not in VALUE_FIELDS
    return isinstance(node, Near) or (isinstance(node, Or) and all(map(_is_operand, node.children)))


def _fields(node: Node) -> set[str]:
    """Return the fields in which an operand of NEAR can occur."""
    if isinstance(node, Term):
        return {node.field} if node.field else {"title", "text"}
    if isinstance(node, Near):
        return _fields(node.left) & _fields(node.right)
    assert isinstance(node, Or)
    return set().union(*map(_fields, node.children))


def _near_depth(node: Node) -> int:
    """Return how many NEAR operators are nested."""
    if isinstance(node, Near):
        return 1 + max(_near_depth(node.left), _near_depth(node.right))
    return max(map(_near_depth, node.children)) if isinstance(node, Or) else 0


def parse(text: str, *, saved: bool = False, narrows: bool = False) -> Node:
    """Return the tree of a query. Raise QueryError for any text that is no query, and no other exception.

    A `saved` query was accepted once, so it may contain what `slips.py` rejects. One that only `narrows` another
    search may consist of exclusions.
    """
    # No text contains these: WILD is reserved for wildcards, and Postgres cannot store NUL.
    text = text.translate(_BLANK)
    if len(text) > MAX_LENGTH:
        raise QueryError("too_long", MAX_LENGTH, len(text) - MAX_LENGTH, limit=MAX_LENGTH)
    if not text.strip():
        raise QueryError("empty")
    parser = _Parser(text)
    node = parser.query()
    if not narrows:
        reject_unbounded(node, text, parser.branch_spans)
    if not saved:
        reject_slips(text, parser.terms, node)
    return node
