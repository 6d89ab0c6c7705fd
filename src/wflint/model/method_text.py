"""What stands in the definition of a method, as ``inspect`` would show it, and what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wflint.model.steps import function_node
from wflint.model.ways_out import can_end
from wflint.project.module import Module
from wflint.rule.definition_views import MethodText, ParamText
from wflint.syntax.unparsed import unparsed
from wflint.syntax.words import dotted_name

_VALUES = (
    ast.BoolOp,
    ast.Compare,
    ast.Dict,
    ast.DictComp,
    ast.JoinedStr,
    ast.List,
    ast.ListComp,
    ast.Set,
    ast.SetComp,
    ast.Tuple,
)
"""Expressions that are never None. Of ``a or b`` nobody would want it to be."""
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def text_of(module: Module, qualname: str) -> MethodText | None:
    """Return what stands there; ``None`` if it cannot be read."""
    head = module.facts.functions.get(qualname)
    if head is None or head.too_deep:
        return None
    found = module.notes.answer(
        f"text {qualname}", list[MethodText], lambda: _read(module, head.start, head.end)
    )
    return found[0] if found else None


def _read(module: Module, start: int, end: int) -> list[MethodText]:
    node = function_node(module.source, start, end)
    if node is None:
        return []
    inner = list(_inside(node.body))
    returned = [n.value for n in inner if isinstance(n, ast.Return) and not _is_none(n.value)]
    return [
        MethodText(
            tuple(_params(node.args)),
            unparsed(node.returns) if node.returns is not None else "",
            tuple(unparsed(v) for v in returned if v is not None and _is_value(v)),
            bool(returned),
            any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in inner),
            all(_is_nothing(statement) for statement in node.body),
            can_end(node.body),
            tuple(name for statement in node.body if (name := _called(statement))),
        )
    ]


def _called(statement: ast.stmt) -> str:
    """Return the dotted name of what a statement calls, if it does nothing else."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return dotted_name(call.func) if isinstance(call, ast.Call) else ""


def _inside(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    pending = [*body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _INNER):
            pending.extend(ast.iter_child_nodes(node))


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _is_value(node: ast.expr) -> bool:
    """True for an expression whose value is surely not None."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, (ast.Constant, *_VALUES))


def _is_nothing(statement: ast.stmt) -> bool:
    """True for what stands in a method that others are to write."""
    if isinstance(statement, (ast.Pass, ast.Raise)):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _params(args: ast.arguments) -> Iterator[ParamText]:
    plain = [(arg, "positional-only") for arg in args.posonlyargs]
    plain += [(arg, "positional") for arg in args.args]
    defaults = [None] * (len(plain) - len(args.defaults)) + [*args.defaults]
    for (arg, kind), default in zip(plain, defaults, strict=True):
        yield _param(arg, kind, default)
    if args.vararg is not None:
        yield _param(args.vararg, "*", None)
    for arg, given in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield _param(arg, "keyword", given)
    if args.kwarg is not None:
        yield _param(args.kwarg, "**", None)


def _param(arg: ast.arg, kind: str, default: ast.expr | None) -> ParamText:
    annotation = unparsed(arg.annotation) if arg.annotation is not None else ""
    return ParamText(arg.arg, kind, annotation, unparsed(default) if default is not None else "")
