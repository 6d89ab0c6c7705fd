"""The guard before LibCST: is this text safe to parse, and where do its functions stand?

LibCST crashes the process on a few thousand nested brackets and is quadratic on chains of
thousands of terms, so nothing reaches it that ``ast`` has not accepted first, and no piece of a
tree that is nested deeper than :data:`MAX_DEPTH`. ``ast`` costs about a seventh of a LibCST parse.
It also tells where each function begins and ends, so that LibCST reads only those that matter.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import warnings
from collections.abc import Iterator

from wflint.files.source import TOO_DEEP, Source, UnreadableSource
from wflint.syntax.inner_nodes import inner_nodes
from wflint.syntax.type_parameters import without_type_parameters

MAX_DEPTH = 1000
_LONG_LINE = 10_000
_MANY_OPERATORS = 3_000
_NEWER_SYNTAX_SIZE = 500_000
_NEWER_SYNTAX_LINE = 5_000
_TRY_STAR: type[ast.stmt] = getattr(ast, "TryStar", ast.Try)  # since Python 3.11

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.ClassDef, ast.With, ast.For, ast.While, ast.If, ast.Try, _TRY_STAR)
"""Statements whose inner statements run when the module is imported."""


class NewerSyntax(Exception):
    """The running Python refuses the text, but LibCST may know its syntax.

    ``refused`` is what Python says against it.
    """

    def __init__(self, refused: UnreadableSource) -> None:
        super().__init__(refused.message)
        self.refused = refused


def parse(source: Source) -> ast.Module:
    """The ``ast`` of a module.

    Raises :class:`UnreadableSource` for text that nothing may parse, :class:`NewerSyntax` for text
    that only LibCST may be able to.
    """
    if source.tree is not None:
        return source.tree
    if sys.version_info < (3, 11) and _would_crash(source.text):
        raise UnreadableSource(TOO_DEEP)
    try:
        return _parse(source.text)
    except SyntaxError as error:
        refused = _refused(source, error)
    text = without_type_parameters(source.text)
    if text != source.text:
        with contextlib.suppress(SyntaxError):
            return _parse(text)
    raise NewerSyntax(refused)


def parse_or_empty(source: Source) -> ast.Module:
    """Return the tree of a text; an empty one if the running Python cannot read it."""
    try:
        return parse(source)
    except (NewerSyntax, UnreadableSource):
        return ast.Module([], [])


def parse_once(source: Source) -> ast.Module | None:
    """Return the tree of a text; ``None`` if the running Python cannot read it.

    Either is kept with the text, the latter as its ``refused``: what :func:`parse` raises.
    """
    if source.refused is not None:
        return None
    try:
        source.tree = parse(source)
    except (NewerSyntax, UnreadableSource) as error:
        source.refused = error.with_traceback(None)
    return source.tree


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (RecursionError, MemoryError):
        raise UnreadableSource(TOO_DEEP) from None
    except SyntaxError:
        raise
    except ValueError as error:
        raise UnreadableSource(str(error)) from None


def _would_crash(text: str) -> bool:
    """True if Python 3.10 might exhaust its stack on a text, where later ones refuse it.

    That takes tens of thousands of operators in one expression: a line that is full of them, or
    very many lines.
    """
    if len(text) < _LONG_LINE:
        return False
    for line in re.split(r"[\r\n]", text):
        if len(line) >= _LONG_LINE:
            code = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", "", line)
            if len(re.findall(r"[-+*/%&|^@.(]|\b(?:not|and|or|if)\b", code)) > _MANY_OPERATORS:
                return True
    return len(re.findall(r"[\r\n][ \t]*[-+*/%&|^@.]", text)) > 10 * _MANY_OPERATORS


def _refused(source: Source, error: SyntaxError) -> UnreadableSource:
    """Return Python's error about a text, or raise it at once unless LibCST may try the text."""
    row, column = error.lineno or 1, error.offset or 1
    refused = UnreadableSource(error.msg or "invalid syntax", row, column)
    if "too many nested" in refused.message or "too many levels" in refused.message:
        raise UnreadableSource(TOO_DEEP, row)
    longest = max((len(line) for line in re.split(r"[\r\n]", source.text)), default=0)
    if len(source.text) > _NEWER_SYNTAX_SIZE or longest > _NEWER_SYNTAX_LINE:
        raise refused
    if _bracket_depth(source.text) > 100:
        raise refused
    return refused


def _bracket_depth(text: str) -> int:
    deepest = depth = 0
    for match in re.finditer(r"[()\[\]{}]", text):
        depth = depth + 1 if match.group() in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def import_time_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported, in source order.

    Function definitions are listed, not entered; classes and other blocks are listed and entered.
    """
    pending: list[ast.stmt] = list(reversed(tree.body))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, BLOCKS):
            pending.extend(reversed(inner_statements(node)))


def inner_statements(node: ast.stmt) -> list[ast.stmt]:
    """The statements one level below a compound statement, in source order."""
    inner: list[ast.stmt] = []
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        for child in getattr(node, name, ()):
            nested = isinstance(child, (ast.ExceptHandler, ast.match_case))
            inner.extend(child.body if nested else [child])
    return inner


def span(source: Source, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """The offsets of a node, decorators included; a definition starts at the start of its line."""
    end = source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    decorators = getattr(node, "decorator_list", None)
    if decorators is None:
        return source.offset(node.lineno, node.col_offset), end
    return source.line_starts[_first_row(source, node) - 1], end


def _first_row(source: Source, node: ast.expr | ast.stmt) -> int:
    """The row in which a statement begins, its decorators included."""
    decorators = getattr(node, "decorator_list", ())
    if not decorators:
        return node.lineno
    row = int(decorators[0].lineno)
    while row > 1 and not source.line(row).lstrip().startswith("@"):
        row -= 1  # `@(` may stand in a line of its own
    return row


def body_span(source: Source, node: Function) -> tuple[int, int]:
    """The offsets of the body of a function."""
    first, last = node.body[0], node.body[-1]
    row = _first_row(source, first)
    end = source.offset(last.end_lineno or last.lineno, last.end_col_offset or 0)
    return source.offset(row, first.col_offset), end


def check_depth(node: ast.stmt) -> None:
    """Raise :class:`UnreadableSource` if a statement is nested too deeply."""
    if is_too_deep(node):
        raise UnreadableSource(TOO_DEEP, getattr(node, "lineno", 1))


def is_too_deep(node: ast.stmt) -> bool:
    """True if an expression in a statement is nested more deeply than LibCST can bear.

    Only expressions that are long enough for it are looked into.
    """
    statements: list[ast.stmt] = [node]
    while statements:
        statement = statements.pop()
        inner = inner_statements(statement)
        if not inner:
            if _is_long(statement) and _is_deep(statement):
                return True
            continue
        statements.extend(inner)
        for name in ("test", "iter", "subject", "items", "args", "decorator_list", "bases"):
            part = getattr(statement, name, None)
            for expr in part if isinstance(part, list) else [part]:
                if isinstance(expr, ast.AST) and _is_long(expr) and _is_deep(expr):
                    return True
    return False


def _is_long(node: ast.AST) -> bool:
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if first is None or last is None:  # parameters and `with` items have no position
        return True
    start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    return bool(last - first > 10 or end - start > MAX_DEPTH or (last > first and end > MAX_DEPTH))


def _is_deep(node: ast.AST) -> bool:
    level: list[ast.AST] = [node]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in inner_nodes(parent)]
        if not level:
            return False
    return True
