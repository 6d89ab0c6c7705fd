"""What a short function does, as far as it matters to a question: may this run in a workflow?

A shape is plain data and says nothing that another module decides, so it can be noted. It is made
of lists that begin with a word. Statements are ``return``, ``raise``, ``assert``, ``call``,
``set``, ``import``, ``if``, ``try``, ``with`` and ``other``; expressions are ``name``, ``const``,
``not``, ``and``, ``or``, ``call``, ``given`` (``x is not None``), ``choice`` and ``?``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst as cst

Shape = list[Any]

_DEEPEST = 8
"""How many blocks or operators may be nested in each other."""

UNKNOWN: Shape = ["?"]


def shape_of(node: cst.FunctionDef | cst.Lambda | None) -> list[Shape]:
    """The statements of a function; for one that is too deep, or waits or yields, ``other``."""
    import libcst as cst

    from wflint.syntax.walk import walk

    if not isinstance(node, cst.FunctionDef) or node.asynchronous is not None:
        return [["other", True, []]]
    if any(isinstance(n, (cst.Await, cst.Yield)) for n in walk(node, into_functions=False)):
        return [["other", True, []]]
    return _block(node.body, _DEEPEST)


def _block(suite: cst.CSTNode | None, deep: int) -> list[Shape]:
    import libcst as cst

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
    import libcst as cst

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
            case cst.Expr(value=cst.Call() as call):
                yield ["call", _expression(call, deep)]
            case cst.Expr(value=cst.Attribute() as attribute):
                yield ["call", ["call", _spelled(attribute), []]]
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                yield ["set", name, _expression(value, deep)]
            case cst.Import() | cst.ImportFrom():
                yield from (["import", name, of] for name, of in _imported(statement))
            case cst.Expr(value=cst.SimpleString()) | cst.Pass() | cst.Global():
                pass
            case _:
                yield _other(statement)


def _compound(statement: cst.CSTNode, deep: int) -> Shape:
    import libcst as cst

    if deep <= 0:
        return _other(statement)
    match statement:
        case cst.If(test=test, body=body, orelse=orelse):
            rest = [_compound(orelse, deep - 1)] if isinstance(orelse, cst.If) else None
            if rest is None:
                rest = _block(orelse.body, deep) if orelse is not None else []
            return ["if", _expression(test, deep), _block(body, deep), rest]
        case cst.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
            caught = [_block(handler.body, deep) for handler in handlers]
            after = _block(orelse.body, deep) if orelse is not None else []
            finally_ = _block(last.body, deep) if last is not None else []
            return ["try", _block(body, deep), caught, after, finally_]
        case cst.With(body=body, items=items):
            return ["with", _block(body, deep), any(_may_swallow(i) for i in items)]
        case cst.FunctionDef() | cst.ClassDef():
            return ["other", False, []]
    return _other(statement)


def _may_swallow(item: cst.WithItem) -> bool:
    """True if a context manager may go on after an exception, for all that its name says."""
    import libcst as cst

    call = item.item
    last = _spelled(call.func)[-1:] if isinstance(call, cst.Call) else []
    return last != ["imports_passed_through"]


def _other(statement: cst.CSTNode) -> Shape:
    """Something else: whether it may leave the function, and the names that it sets."""
    import libcst as cst

    from wflint.syntax.walk import walk

    inside = walk(statement, into_functions=False)
    leaves = any(isinstance(n, (cst.Raise, cst.Return)) for n in inside)
    return ["other", leaves, sorted({n.value for n in inside if isinstance(n, cst.Name)})]


def _expression(node: cst.BaseExpression, deep: int) -> Shape:
    import libcst as cst

    if deep <= 0:
        return UNKNOWN
    match node:
        case cst.Name(value="True" | "False" | "None" as value):
            return ["const", value == "True"]
        case cst.SimpleString() | cst.Integer():
            return ["const", node.value.strip("\"'0") != ""]
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
        case cst.Call(func=func, args=args):
            plain = [a.value for a in args if a.keyword is None and not a.star]
            return ["call", _spelled(func), [_expression(value, deep - 1) for value in plain[:1]]]
    return UNKNOWN


def _spelled(node: cst.CSTNode) -> list[str]:
    """``a.b.c`` as its parts; nothing if it is something else."""
    import libcst as cst

    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return [node.value, *reversed(parts)] if isinstance(node, cst.Name) else []


def _imported(statement: cst.Import | cst.ImportFrom) -> Iterable[tuple[str, str]]:
    """The names that an import in a function binds, with what they stand for."""
    import libcst as cst

    module = ""
    if isinstance(statement, cst.ImportFrom):
        if statement.relative or statement.module is None:
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
