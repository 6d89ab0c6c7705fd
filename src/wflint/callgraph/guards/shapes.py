"""Reads short functions as far as it matters to one question: may this run in a workflow?

A shape is plain data and says nothing that another module decides, so it can be noted. It is made
of lists that begin with a word. Statements are ``return``, ``raise``, ``assert``, ``do``, ``set``,
``import``, ``if``, ``try``, ``with`` and ``other``, and ``catches`` in front of a handler's;
expressions are ``name``, ``const``, ``not``, ``and``, ``or``, ``call``, ``of`` (an attribute),
``given`` (``x is not None``), ``choice``, ``sdk`` (whether that is installed) and ``?``. The last
two of the statements and ``?`` say which names they bind, in whatever way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wflint import limits
from wflint.facts.questions import SDK_MODULES
from wflint.syntax.cst import cst

Shape = list[Any]

SUPER = "super()"


def shape_of(node: cst.FunctionDef | cst.Lambda | None) -> list[Shape]:
    """The statements of a function; for one that is too deep, or waits or yields, ``other``."""
    from wflint.syntax.walk import walk

    if not isinstance(node, cst.FunctionDef) or node.asynchronous is not None:
        return [["other", True, []]]
    if any(isinstance(n, (cst.Await, cst.Yield)) for n in walk(node, into_functions=False)):
        return [["other", True, []]]
    return _block(node.body, limits.GUARD_BLOCKS)


def _block(suite: cst.CSTNode | None, deep: int) -> list[Shape]:
    if suite is None:
        return []
    if deep <= 0:
        return [["other", True, []]]
    found: list[Shape] = []
    for statement in getattr(suite, "body", ()):
        if isinstance(statement, cst.SimpleStatementLine):
            found += _small_statements(statement.body, deep)
        elif isinstance(statement, cst.BaseSmallStatement):
            found += _small_statements([statement], deep)
        else:
            found.append(_compound(statement, deep - 1))
    return found


def _small_statements(statements: Sequence[cst.BaseSmallStatement], deep: int) -> Iterable[Shape]:
    for statement in statements:
        match statement:
            case cst.Return(value=None):
                yield ["return", ["const", False]]
            case cst.Return(value=value) if value is not None:
                yield ["return", _expression(value, deep)]
            case cst.Raise():
                yield ["raise"]
            case cst.Assert(test=test):
                yield ["assert", _expression(test, deep)]
            case cst.Expr(value=value):
                yield ["do", _expression(value, deep)]
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                yield ["set", name, _expression(value, deep)]
            case cst.AnnAssign(target=cst.Name(value=name), value=value) if value is not None:
                yield ["set", name, _expression(value, deep)]
            case (
                cst.Assign(
                    targets=[
                        cst.AssignTarget(
                            target=cst.Attribute(value=cst.Name(value=of), attr=attribute)
                        )
                    ],
                    value=value,
                )
                | cst.AnnAssign(
                    target=cst.Attribute(value=cst.Name(value=of), attr=attribute),
                    value=value,
                )
            ) if value is not None:
                yield ["set", f"{of}.{attribute.value}", _expression(value, deep)]
            case cst.Import() | cst.ImportFrom():
                yield from (["import", name, of] for name, of in _imported(statement))
            case cst.Pass() | cst.Global():
                pass
            case _:
                yield _other(statement)


def _compound(statement: cst.CSTNode, deep: int) -> Shape:
    if deep <= 0:
        return _other(statement)
    match statement:
        case cst.If(test=test, body=body, orelse=orelse):
            rest = [_compound(orelse, deep - 1)] if isinstance(orelse, cst.If) else None
            if rest is None:
                rest = _block(orelse.body, deep) if orelse is not None else []
            return ["if", _expression(test, deep), _block(body, deep), rest]
        case cst.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
            caught = [[_catches(h), *_bound_by(h), *_block(h.body, deep)] for h in handlers]
            after = _block(orelse.body, deep) if orelse is not None else []
            finally_ = _block(last.body, deep) if last is not None else []
            return ["try", _block(body, deep), caught, after, finally_]
        case cst.With(body=body, items=items):
            managers = [_expression(item.item, deep) for item in items]
            return ["with", managers, _block(body, deep), _bound(*items)]
        case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
            return ["other", False, [name.value]]
    return _other(statement)


def _catches(handler: cst.ExceptHandler) -> Shape:
    """The classes that a handler is for; none if it is for all."""
    if handler.type is None:
        return ["catches", []]
    types = [e.value for e in handler.type.elements] if isinstance(handler.type, cst.Tuple) else []
    return ["catches", [_spelled(one) for one in types or [handler.type]]]


def _bound_by(handler: cst.ExceptHandler) -> list[Shape]:
    return [["other", False, _bound(handler.name)]] if handler.name is not None else []


def _other(statement: cst.CSTNode) -> Shape:
    """Something else: whether it may leave the function, and the names that it binds."""
    from wflint.syntax.walk import walk

    inside = walk(statement, into_functions=False)
    leaves = any(isinstance(n, (cst.Raise, cst.Return)) for n in inside)
    return ["other", leaves, _bound(statement)]


def _bound(*nodes: cst.CSTNode) -> list[str]:
    """The names that are bound, or deleted, somewhere below nodes."""
    from wflint.syntax.walk import walk

    names: set[str] = set()
    for node in (n for top in nodes for n in walk(top, into_functions=False)):
        match node:
            case cst.Import() | cst.ImportFrom():
                names.update(name for name, _ in _imported(node))
            case (
                cst.FunctionDef(name=cst.Name(value=name)) | cst.ClassDef(name=cst.Name(value=name))
            ):
                names.add(name)
            case cst.MatchAs(name=cst.Name(value=name)) | cst.MatchStar(name=cst.Name(value=name)):
                names.add(name)
            case cst.MatchMapping(rest=cst.Name(value=name)):
                names.add(name)
            case cst.AsName(name=target) | cst.AssignTarget(target=target) | cst.Del(target=target):
                names.update(_names_in(target))
            case cst.For(target=target) | cst.AugAssign(target=target):
                names.update(_names_in(target))
            case cst.AnnAssign(target=target) | cst.NamedExpr(target=target):
                names.update(_names_in(target))
    return sorted(names)


def _names_in(target: cst.CSTNode) -> Iterable[str]:
    from wflint.syntax.walk import walk

    for node in walk(target):
        if isinstance(node, cst.Name):
            yield node.value
        elif isinstance(node, cst.Attribute):
            yield ".".join(_spelled(node))


def _expression(node: cst.BaseExpression, deep: int) -> Shape:
    if deep <= 0:
        return ["?", _bound(node)]
    match node:
        case cst.Name(value="True" | "False" | "None" as value):
            return ["const", value == "True"]
        case cst.SimpleString() | cst.Integer():
            return ["const", bool(node.evaluated_value)]
        case cst.Name(value=value):
            return ["name", value]
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return ["not", _expression(inner, deep - 1)]
        case cst.BooleanOperation(left=left, operator=operator, right=right):
            word = "and" if isinstance(operator, cst.And) else "or"
            return [word, _expression(left, deep - 1), _expression(right, deep - 1)]
        case cst.IfExp(test=test, body=body, orelse=orelse):
            return ["choice", *(_expression(n, deep - 1) for n in (test, body, orelse))]
        case cst.Comparison(
            left=left,
            comparisons=[
                cst.ComparisonTarget(
                    operator=cst.Is() | cst.IsNot() as operator,
                    comparator=cst.Name(value="None"),
                )
            ],
        ):
            given: Shape = ["given", _expression(left, deep - 1)]
            return given if isinstance(operator, cst.IsNot) else ["not", given]
        case cst.Call(func=func, args=[cst.Arg(value=cst.SimpleString() as text)]) if (
            _spelled(func)[-1:] == ["find_spec"] and text.raw_value in SDK_MODULES
        ):
            return ["sdk"]
        case cst.Call(func=func, args=args):
            plain = len(args) == 1 and args[0].keyword is None and not args[0].star
            given = [_expression(arg.value, deep - 1) for arg in args]
            return ["call", _spelled(func), given, plain]
        case cst.Attribute(value=value):
            return ["of", _spelled(node), _expression(value, deep - 1)]
    return ["?", _bound(node)]


def _spelled(node: cst.CSTNode) -> list[str]:
    """``a.b.c`` as its parts, and so ``super().c``; nothing if it is something else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    match node:
        case cst.Name(value=name):
            return [name, *reversed(parts)]
        case cst.Call(func=cst.Name(value="super"), args=[]):
            return [SUPER, *reversed(parts)]
    return []


def _imported(statement: cst.Import | cst.ImportFrom) -> Iterable[tuple[str, str]]:
    """The names that an import in a function binds, with what they stand for."""
    module = ""
    if isinstance(statement, cst.ImportFrom):
        if statement.relative or statement.module is None:
            yield from ((name, "") for name in _imported_names(statement))
            return
        module = ".".join(_spelled(statement.module))
    names = statement.names
    for alias in names if not isinstance(names, cst.ImportStar) else ():
        dotted = ".".join(_spelled(alias.name))
        as_name = alias.asname.name if alias.asname is not None else None
        if isinstance(as_name, cst.Name):
            yield as_name.value, f"{module}.{dotted}" if module else dotted
        elif module:
            yield dotted, f"{module}.{dotted}"
        else:
            yield dotted.partition(".")[0], dotted.partition(".")[0]


def _imported_names(statement: cst.ImportFrom) -> Iterable[str]:
    names = statement.names
    for alias in names if not isinstance(names, cst.ImportStar) else ():
        as_name = alias.asname.name if alias.asname is not None else alias.name
        if isinstance(as_name, cst.Name):
            yield as_name.value
