"""The guard before LibCST: is this text safe to parse, and where do its functions stand?

LibCST crashes the process on a few thousand nested brackets and is quadratic on chains of
thousands of terms, so nothing reaches it that ``ast`` has not accepted first, and no piece of a
tree that is nested deeper than :data:`MAX_DEPTH`. ``ast`` costs about a seventh of a LibCST parse.
It also tells where each function begins and ends, so that LibCST reads only those that matter.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

from wflint.source import Source, UnreadableSource

MAX_DEPTH = 1000
LONG_VALUE = 20_000
"""Characters from which on a module-level value is not read (tables of data)."""

_TOO_DEEP = "the code is nested too deeply to be analysed"
_TRY_STAR: type[ast.stmt] = getattr(ast, "TryStar", ast.Try)  # since Python 3.11
_NEWER_SYNTAX_SIZE = 500_000
_NEWER_SYNTAX_LINE = 5_000


@dataclass(slots=True)
class FunctionSpan:
    """A function in the text: offsets of the whole definition and of its body."""

    start: int
    end: int
    body_start: int
    body_end: int
    node: ast.FunctionDef | ast.AsyncFunctionDef | None


@dataclass(slots=True)
class Outline:
    """The outermost functions of a module (methods included), and parts too large to read.

    ``refused`` is set when the running Python does not accept the text: only LibCST can read it,
    if the syntax is newer than that Python. Nothing else is known then.
    """

    refused: UnreadableSource | None = None
    functions: list[FunctionSpan] = field(default_factory=list)
    long_values: list[tuple[int, int]] = field(default_factory=list)


def outline(source: Source) -> Outline:
    """The outline of a module.

    Raises :class:`UnreadableSource` for text that nothing may parse.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except (RecursionError, MemoryError):
        raise UnreadableSource(_TOO_DEEP) from None
    except SyntaxError as error:
        return Outline(_refused(source, error))
    except ValueError as error:
        raise UnreadableSource(str(error)) from None
    found = Outline()
    _outline_block(source, tree.body, found)
    return found


def _outline_block(source: Source, body: list[ast.stmt], found: Outline) -> None:
    blocks = (ast.ClassDef, ast.With, ast.For, ast.While, ast.If, ast.Try, _TRY_STAR)
    pending = list(reversed(body))
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.functions.append(_span(source, node))
        elif isinstance(node, blocks):
            pending.extend(reversed(_inner_statements(node)))
        elif node.end_col_offset is not None and node.end_lineno is not None:
            _check_long(source, node, found)


def _inner_statements(node: ast.stmt) -> list[ast.stmt]:
    inner: list[ast.stmt] = []
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        for child in getattr(node, name, ()):
            nested = isinstance(child, (ast.ExceptHandler, ast.match_case))
            inner.extend(child.body if nested else [child])
    return inner


def _check_long(source: Source, node: ast.stmt, found: Outline) -> None:
    value = getattr(node, "value", None)
    if isinstance(value, ast.expr):
        start = source.offset(value.lineno, value.col_offset)
        end = source.offset(value.end_lineno or value.lineno, value.end_col_offset or 0)
        if end - start >= LONG_VALUE:
            found.long_values.append((start, end))
            return
    check_depth(node)


def _span(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> FunctionSpan:
    row = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    first, last = node.body[0], node.body[-1]
    decorators = getattr(first, "decorator_list", [])
    first_row, first_column = min([(first.lineno, first.col_offset)] + [
        (d.lineno, first.col_offset) for d in decorators
    ])
    return FunctionSpan(
        start=source.line_starts[row - 1],
        end=source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
        body_start=source.offset(first_row, first_column),
        body_end=source.offset(last.end_lineno or last.lineno, last.end_col_offset or 0),
        node=node,
    )


def check_depth(node: ast.stmt) -> None:
    """Raise :class:`UnreadableSource` if an expression in a statement is nested too deeply.

    Only expressions that are long enough for it are looked into.
    """
    statements: list[ast.stmt] = [node]
    while statements:
        statement = statements.pop()
        inner = _inner_statements(statement)
        if not inner:
            if _is_long(statement):
                _check_expression(statement)
            continue
        statements.extend(inner)
        for name in ("test", "iter", "subject", "items", "args", "decorator_list", "bases"):
            part = getattr(statement, name, None)
            for expr in part if isinstance(part, list) else [part]:
                if isinstance(expr, ast.AST) and _is_long(expr):
                    _check_expression(expr)


def _is_long(node: ast.AST) -> bool:
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if first is None or last is None:  # parameters and `with` items have no position
        return True
    start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    return bool(last - first > 10 or end - start > MAX_DEPTH or (last > first and end > MAX_DEPTH))


def _check_expression(node: ast.AST) -> None:
    level: list[ast.AST] = [node]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
        if not level:
            return
    raise UnreadableSource(_TOO_DEEP, getattr(node, "lineno", 1))


def _refused(source: Source, error: SyntaxError) -> UnreadableSource:
    """What Python says against a text; raised at once unless LibCST may try it."""
    row, column = error.lineno or 1, error.offset or 1
    refused = UnreadableSource(error.msg or "invalid syntax", row, column)
    if "too many nested" in refused.message or "too many levels" in refused.message:
        raise UnreadableSource(_TOO_DEEP, row)
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
