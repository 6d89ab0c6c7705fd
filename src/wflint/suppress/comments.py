"""Suppression comments: reading them, and attaching them to statements.

``# wflint: ignore[WFL101, print] reason`` behind code counts for the statement that it stands on:
for all of it when it stands on the first or last line, else for the line it stands on. On a line of
its own it counts for the next statement, its decorators included; of a compound statement only for
the header. ``# wflint: file-ignore[WFL101] reason`` counts for the file when it stands before the
first statement. ``# noqa: WFL101`` counts like an ``ignore`` behind code. A comment that names no
rule hides nothing.

The statements are the logical lines of :mod:`tokenize`, so no tree is needed, and a file with a
syntax error keeps the comments that stand before the error.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct, field

from wflint.suppress.index import SuppressionIndex

_DIRECTIVE = re.compile(
    r"#\s*wflint\s*:\s*(?P<kind>[\w-]*)\s*(?P<list>\[(?P<items>[^\]#]*)(?P<close>\]?))?(?P<reason>[^#]*)"
)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<items>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
_ITEM = re.compile(r"[^,\s]+")
_SKIPPED = frozenset(
    {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}
)


class Statement(Struct, frozen=True):
    """The rows of a logical line. The decorators of a definition belong to it.

    ``head`` is the row behind the decorators, where the definition itself begins.
    """

    first: int
    last: int
    head: int
    is_function: bool = False


class Selector(Struct):
    """One rule that a directive names: a code, the beginning of codes, or a name."""

    text: str
    column: int
    used: bool = False

    @property
    def is_blanket(self) -> bool:
        """True if it names no rule: ``ALL``, or the letters that all codes begin with."""
        return self.text.isalpha() and self.text.isupper()

    def matches(self, code: str, name: str) -> bool:
        """True if the selector means a rule."""
        wanted = self.text.upper()
        is_code = re.fullmatch(r"[A-Z]+[0-9]+", wanted) is not None
        return (is_code and code.startswith(wanted)) or self.text.lower() == name


class Directive(Struct):
    """A suppression comment. With a ``problem`` it hides nothing.

    ``kind`` is ``ignore``, ``file-ignore`` or ``noqa``. ``above`` is true for a comment that stands
    before its statement. ``line`` is the only line that counts, for a comment on a line of its own
    inside a statement.
    """

    kind: str
    row: int
    column: int
    end_column: int
    selectors: list[Selector] = field(default_factory=list)
    reason: str = ""
    problem: str = ""
    statement: Statement | None = None
    above: bool = False
    line: int | None = None

    @property
    def used(self) -> bool:
        """True if it has hidden anything."""
        return any(selector.used for selector in self.selectors)

    def is_at_header_of(self, row: int) -> bool:
        """True if it applies to the function whose decorators or ``def`` are in this row."""
        statement = self.statement
        if self.problem or self.line is not None or statement is None or not statement.is_function:
            return False
        ends = (statement.first, statement.head, statement.last)
        return statement.first <= row <= statement.last and (self.above or self.row in ends)

    def names(self, code: str, name: str) -> Selector | None:
        """The selector that stands for a rule."""
        return next((s for s in self.selectors if s.matches(code, name)), None)

    def hides(self, code: str, name: str) -> bool:
        """True if it names the rule; if so, it has been used."""
        selector = self.names(code, name)
        if selector is not None:
            selector.used = True
        return selector is not None


class Directives(Struct):
    """The suppression comments of a file, in the order in which they stand."""

    found: list[Directive] = field(default_factory=list)
    _index: SuppressionIndex | None = None

    def suppresses(
        self, code: str, name: str, row: int, end_row: int | None = None
    ) -> Directive | None:
        """The directive that hides a diagnostic in these rows; it is marked as used.

        One at the statement is preferred to one for the whole file.
        """
        found = self._by_place().at(code, name, row, end_row or row)
        return _marked(found, code, name)

    def covers_function(self, code: str, name: str, def_row: int) -> Directive | None:
        """The directive at the header of the function that is defined in this row.

        It hides what is found in other functions that workflow code reaches through this one.
        """
        return _marked(self._by_place().at_header(code, name, def_row), code, name)

    def _by_place(self) -> SuppressionIndex:
        if self._index is None:
            self._index = SuppressionIndex(self.found)
        return self._index

    def __bool__(self) -> bool:
        return bool(self.found)


def _marked(directive: Directive | None, code: str, name: str) -> Directive | None:
    """The directive, whose selector for the rule has been used."""
    return directive if directive is not None and directive.hides(code, name) else None


def may_have_directives(text: str, families: tuple[str, ...]) -> bool:
    """True if there is anything in a text that looks like a suppression comment of ours."""
    ours = "|".join(families)
    quick = re.compile(rf"#\s*(?:wflint\s*:|noqa\s*:[^\n#]*\b(?:{ours})[0-9])", re.IGNORECASE)
    return quick.search(text) is not None


def parse_directives(text: str, families: tuple[str, ...] = ("WFL",)) -> Directives:
    """The suppression comments of a file. ``families`` are the letters that our codes begin with.

    A ``noqa`` with codes of other tools only is not ours.
    """
    if not may_have_directives(text, families):
        return Directives()
    lines = _read_lines(text)
    found: list[Directive] = []
    for comment in lines.comments:
        for directive in _directives_in(comment.text, families):
            directive.row = comment.row
            directive.column += comment.column
            directive.end_column += comment.column
            for selector in directive.selectors:
                selector.column += comment.column
            _attach(directive, comment, lines)
            found.append(directive)
    return Directives(found)


def _directives_in(comment: str, families: tuple[str, ...]) -> Iterator[Directive]:
    """The directives in one comment; rows and columns count from its start."""
    for match in _DIRECTIVE.finditer(comment):
        text = match.group().rstrip()
        directive = Directive(match["kind"], 0, match.start(), match.start() + len(text))
        directive.reason = match["reason"].strip(" \t:-\N{EN DASH}\N{EM DASH}")
        directive.selectors = _selectors(match)
        directive.problem = _problem(match, directive.selectors)
        yield directive
    for match in _NOQA.finditer(comment):
        selectors = [s for s in _selectors(match) if s.text.upper().startswith(families)]
        if selectors:
            yield Directive("noqa", 0, match.start(), match.end(), selectors)


def _attach(directive: Directive, comment: _Comment, lines: _Lines) -> None:
    """Find the statement that a directive counts for."""
    if directive.kind == "file-ignore":
        if comment.row >= lines.first_statement_row() and not directive.problem:
            directive.problem = (
                "`file-ignore` counts only before the first statement of the file; "
                "move it up, or write `ignore` at the place itself"
            )
    elif comment.inside:
        directive.statement = lines.statement(comment.before)
        if comment.own_line:
            directive.line = lines.next_code_row(comment.row)
    elif directive.kind == "ignore":
        directive.statement = lines.statement(comment.before)
        directive.above = True


def _selectors(match: re.Match[str]) -> list[Selector]:
    if match["items"] is None:
        return []
    start = match.start("items")
    return [Selector(m.group(), start + m.start()) for m in _ITEM.finditer(match["items"])]


def _problem(match: re.Match[str], selectors: list[Selector]) -> str:
    kind = match["kind"]
    if kind not in ("ignore", "file-ignore"):
        return f"`wflint: {kind}` means nothing; write `ignore[...]` or `file-ignore[...]`"
    if match["list"] and not match["close"]:
        return f"the bracket of `{kind}[` is not closed, so nothing is hidden; close it"
    if all(selector.is_blanket for selector in selectors):
        return f"`{kind}` without a rule hides nothing; name the rule, as in `{kind}[WFL101]`"
    return ""


class _Comment(Struct):
    """``before`` is the number of logical lines before it; ``inside`` the next one, or not."""

    text: str
    row: int
    column: int
    own_line: bool
    inside: bool
    before: int


class _Lines(Struct, dict=True):
    """The logical lines of a file and its comments."""

    comments: list[_Comment] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    heads: list[list[str]] = field(default_factory=list)
    code_rows: set[int] = field(default_factory=set)

    def statement(self, index: int) -> Statement | None:
        """The statement that a logical line belongs to: decorators belong to what they decorate."""
        if index >= len(self.rows):
            return None
        first, last = self._ends[index]
        head = self.heads[last]
        is_function = head[:1] == ["def"] or head[:2] == ["async", "def"]
        head_row = self.rows[last][0]
        return Statement(self.rows[first][0], self.rows[last][1], head_row, is_function)

    def first_statement_row(self) -> float:
        """The row of the first statement that is not the docstring."""
        start = 1 if self.heads[:1] in ([[""]], [["", ""]]) else 0
        return self.rows[start][0] if start < len(self.rows) else float("inf")

    def next_code_row(self, row: int) -> int | None:
        """The next row below that has code."""
        rows = self._sorted_rows
        number = bisect_right(rows, row)
        return rows[number] if number < len(rows) else None

    @cached_property
    def _sorted_rows(self) -> list[int]:
        return sorted(self.code_rows)

    @cached_property
    def _ends(self) -> list[tuple[int, int]]:
        """The first and the last logical line of what each one belongs to."""
        found: list[tuple[int, int]] = []
        first = 0
        for number in range(len(self.rows)):
            if self.heads[number][:1] != ["@"] or number + 1 == len(self.rows):
                found += [(first, number)] * (number + 1 - first)
                first = number + 1
        return found


def _read_lines(text: str) -> _Lines:
    lines = _Lines()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head: list[str] = []
    first = last = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            row = token.start[0]
            if token.type == tokenize.COMMENT:
                own_line = row not in lines.code_rows
                lines.comments.append(
                    _Comment(
                        token.string, row, token.start[1] + 1, own_line, bool(head), len(lines.rows)
                    )
                )
            elif token.type == tokenize.NEWLINE:
                lines.rows.append((first, last))
                lines.heads.append(head)
                head = []
            elif token.type not in _SKIPPED:
                first = first if head else row
                last = token.end[0]
                lines.code_rows.update((row, last))
                if len(head) < 2:
                    head.append("" if token.type == tokenize.STRING else token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # the comments before the error are kept
    if head:
        lines.rows.append((first, last))
        lines.heads.append(head)
    return lines
