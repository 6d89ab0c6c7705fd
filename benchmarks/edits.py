"""Changes to a function: a statement in its body, or a parameter in its signature."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias

Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"
Edit: TypeAlias = "Callable[[str, str, int], str | None]"


def with_other_body(text: str, qualname: str, number: int) -> str | None:
    """Return the text with one more statement in a function; ``None`` if it has no place for it."""
    function = _find(text, qualname)
    if function is None:
        return None
    has_docstring = ast.get_docstring(function) is not None and len(function.body) > 1
    first = _first_line(function.body[has_docstring])
    indent = " " * function.body[0].col_offset
    return _replaced(text, first, first, [f"{indent}benchmark_{number} = {number}"])


def with_other_signature(text: str, qualname: str, number: int) -> str | None:
    """Return the text with one more parameter, which has a default, in a function."""
    function = _find(text, qualname)
    if function is None or function.args.kwarg:
        return None
    first, last = function.lineno, _first_line(function.body[0])
    indent = " " * function.col_offset
    function.args.kwonlyargs.append(ast.arg(f"benchmark_{number}", ast.Name("int", ast.Load())))
    function.args.kw_defaults.append(ast.Constant(number))
    function.decorator_list.clear()
    function.body = [ast.Pass()]
    header = ast.unparse(function).splitlines()[:-1]
    return _replaced(text, first, last, [f"{indent}{line}" for line in header])


def _find(text: str, qualname: str) -> Function | None:
    """Return a function whose body begins on a line of its own."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    for name, function in _functions(tree.body, ""):
        if name == qualname:
            begins_alone = _first_line(function.body[0]) > _last_line_of_header(function)
            return function if begins_alone else None
    return None


def _first_line(statement: ast.stmt) -> int:
    """Return the line on which a statement begins, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _last_line_of_header(function: Function) -> int:
    """Return the last line of which the tree knows that it belongs to the signature."""
    inside = [*ast.walk(function.args), *([function.returns] if function.returns else [])]
    return max([function.lineno, *(getattr(node, "end_lineno", 0) for node in inside)])


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from _functions(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{statement.name}", statement


def _replaced(text: str, first: int, last: int, new: list[str]) -> str:
    """Return the text with other lines for those from the first to before the last."""
    lines = text.split("\n")
    return "\n".join([*lines[: first - 1], *new, *lines[last - 1 :]])
