"""Statements of light trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from wflint.syntax.light.expressions import Annotation, Element, Tuple, arguments, parameters
from wflint.syntax.light.making import AsName, Asynchronous, Making, Name, maker

_AUGMENTED = {
    ast.Add: cst.AddAssign(),
    ast.BitAnd: cst.BitAndAssign(),
    ast.BitOr: cst.BitOrAssign(),
    ast.BitXor: cst.BitXorAssign(),
    ast.Div: cst.DivideAssign(),
    ast.FloorDiv: cst.FloorDivideAssign(),
    ast.LShift: cst.LeftShiftAssign(),
    ast.MatMult: cst.MatrixMultiplyAssign(),
    ast.Mod: cst.ModuloAssign(),
    ast.Mult: cst.MultiplyAssign(),
    ast.Pow: cst.PowerAssign(),
    ast.RShift: cst.RightShiftAssign(),
    ast.Sub: cst.SubtractAssign(),
}

AnnAssign = maker(cst.AnnAssign)
Assert = maker(cst.Assert)
Assign = maker(cst.Assign)
AssignTarget = maker(cst.AssignTarget)
AugAssign = maker(cst.AugAssign)
Break = maker(cst.Break)
ClassDef = maker(cst.ClassDef)
Continue = maker(cst.Continue)
Decorator = maker(cst.Decorator)
Del = maker(cst.Del)
Dot = maker(cst.Dot)
Else = maker(cst.Else)
ExceptHandler = maker(cst.ExceptHandler)
ExceptStarHandler = maker(cst.ExceptStarHandler)
Expr = maker(cst.Expr)
Finally = maker(cst.Finally)
For = maker(cst.For)
From = maker(cst.From)
FunctionDef = maker(cst.FunctionDef)
Global = maker(cst.Global)
If = maker(cst.If)
Import = maker(cst.Import)
ImportAlias = maker(cst.ImportAlias)
ImportFrom = maker(cst.ImportFrom)
ImportStar = maker(cst.ImportStar)
IndentedBlock = maker(cst.IndentedBlock)
Match = maker(cst.Match)
MatchCase = maker(cst.MatchCase)
NameItem = maker(cst.NameItem)
Nonlocal = maker(cst.Nonlocal)
Pass = maker(cst.Pass)
Raise = maker(cst.Raise)
Return = maker(cst.Return)
SimpleStatementLine = maker(cst.SimpleStatementLine)
SimpleStatementSuite = maker(cst.SimpleStatementSuite)
Try = maker(cst.Try)
TryStar = maker(cst.TryStar)
While = maker(cst.While)
With = maker(cst.With)
WithItem = maker(cst.WithItem)


# Blocks.


def lines(making: Making, nodes: Sequence[ast.stmt]) -> list[Any]:
    """Statements, with the simple ones of a line together."""
    found: list[Any] = []
    for node in nodes:
        made = making.of(node)
        if isinstance(made, cst.BaseCompoundStatement):
            found.append(made)
        elif found and not making.begins_line(node):
            found[-1].body.append(made)
        else:
            found.append(SimpleStatementLine([made]))
    return found


def _suite(making: Making, nodes: Sequence[ast.stmt]) -> cst.BaseSuite:
    if making.begins_line(nodes[0]):
        return IndentedBlock(lines(making, nodes))
    return SimpleStatementSuite(making.all(nodes))


def _else(making: Making, nodes: Sequence[ast.stmt]) -> cst.Else | None:
    return Else(_suite(making, nodes)) if nodes else None


def _if(making: Making, node: ast.If) -> cst.If:
    orelse: Any = None
    if _has_elif(node):
        orelse = making.of(node.orelse[0])
    elif node.orelse:
        orelse = _else(making, node.orelse)
    return If(making.of(node.test), _suite(making, node.body), orelse)


def _has_elif(node: ast.If) -> bool:
    """True if what follows is ``elif``, which stands right below ``if``."""
    if len(node.orelse) != 1:
        return False
    other = node.orelse[0]
    return isinstance(other, ast.If) and other.col_offset == node.col_offset


def _while(making: Making, node: ast.While) -> cst.While:
    body = _suite(making, node.body)
    return While(making.of(node.test), body, _else(making, node.orelse))


def _for(making: Making, node: ast.For | ast.AsyncFor) -> cst.For:
    is_async = Asynchronous if isinstance(node, ast.AsyncFor) else None
    target, over = making.of(node.target), making.of(node.iter)
    return For(target, over, _suite(making, node.body), _else(making, node.orelse), is_async)


def _with(making: Making, node: ast.With | ast.AsyncWith) -> cst.With:
    items = [
        WithItem(
            making.of(item.context_expr),
            AsName(making.of(item.optional_vars)) if item.optional_vars is not None else None,
        )
        for item in node.items
    ]
    is_async = Asynchronous if isinstance(node, ast.AsyncWith) else None
    return With(items, _suite(making, node.body), is_async)


def _try(making: Making, node: ast.Try) -> cst.Try | cst.TryStar:
    is_star = not isinstance(node, ast.Try)
    handlers = [_handler(making, handler, is_star) for handler in node.handlers]
    last = Finally(_suite(making, node.finalbody)) if node.finalbody else None
    make: Callable[..., cst.Try | cst.TryStar] = TryStar if is_star else Try
    return make(_suite(making, node.body), handlers, _else(making, node.orelse), last)


def _handler(making: Making, node: ast.ExceptHandler, is_star: bool) -> Any:
    name = AsName(Name(node.name)) if node.name is not None else None
    make: Callable[..., Any] = ExceptStarHandler if is_star else ExceptHandler
    return make(_suite(making, node.body), making.maybe(node.type), name)


def _match(making: Making, node: ast.Match) -> cst.Match:
    cases = [
        MatchCase(making.of(case.pattern), _suite(making, case.body), making.maybe(case.guard))
        for case in node.cases
    ]
    return Match(making.of(node.subject), cases)


# Definitions.


def _function(making: Making, node: ast.FunctionDef | ast.AsyncFunctionDef) -> cst.FunctionDef:
    returns = Annotation(making.of(node.returns)) if node.returns is not None else None
    return FunctionDef(
        Name(node.name),
        parameters(making, node.args),
        _suite(making, node.body),
        [Decorator(made) for made in making.all(node.decorator_list)],
        returns,
        Asynchronous if isinstance(node, ast.AsyncFunctionDef) else None,
    )


def _class(making: Making, node: ast.ClassDef) -> cst.ClassDef:
    return ClassDef(
        Name(node.name),
        _suite(making, node.body),
        list(arguments(making, node.bases, ())),
        list(arguments(making, (), node.keywords)),
        [Decorator(made) for made in making.all(node.decorator_list)],
    )


# Simple statements.


def _expr(making: Making, node: ast.Expr) -> cst.Expr:
    return Expr(making.of(node.value))


def _assign(making: Making, node: ast.Assign) -> cst.Assign:
    targets = [AssignTarget(made) for made in making.all(node.targets)]
    return Assign(targets, making.of(node.value))


def _ann_assign(making: Making, node: ast.AnnAssign) -> cst.AnnAssign:
    annotation = Annotation(making.of(node.annotation))
    return AnnAssign(making.of(node.target), annotation, making.maybe(node.value))


def _aug_assign(making: Making, node: ast.AugAssign) -> cst.AugAssign:
    return AugAssign(making.of(node.target), _AUGMENTED[type(node.op)], making.of(node.value))


def _return(making: Making, node: ast.Return) -> cst.Return:
    return Return(making.maybe(node.value))


def _raise(making: Making, node: ast.Raise) -> cst.Raise:
    cause = From(making.of(node.cause)) if node.cause is not None else None
    return Raise(making.maybe(node.exc), cause)


def _assert(making: Making, node: ast.Assert) -> cst.Assert:
    return Assert(making.of(node.test), making.maybe(node.msg))


def _delete(making: Making, node: ast.Delete) -> cst.Del:
    targets = making.all(node.targets)
    return Del(targets[0] if len(targets) == 1 else Tuple([Element(made) for made in targets]))


def _import(making: Making, node: ast.Import) -> cst.Import:
    return Import([_alias(alias) for alias in node.names])


def _import_from(making: Making, node: ast.ImportFrom) -> cst.ImportFrom:
    module = _dotted(node.module) if node.module is not None else None
    is_star = node.names[0].name == "*"
    names: Any = ImportStar() if is_star else [_alias(alias) for alias in node.names]
    return ImportFrom(module, names, [Dot() for _ in range(node.level)])


def _alias(alias: ast.alias) -> cst.ImportAlias:
    name = AsName(Name(alias.asname)) if alias.asname is not None else None
    return ImportAlias(_dotted(alias.name), name)


def _dotted(text: str) -> cst.Name | cst.Attribute:
    first, *others = text.split(".")
    found: cst.Name | cst.Attribute = Name(first)
    for other in others:
        found = cst.Attribute(found, Name(other))
    return found


def _global(making: Making, node: ast.Global) -> cst.Global:
    return Global([NameItem(Name(name)) for name in node.names])


def _nonlocal(making: Making, node: ast.Nonlocal) -> cst.Nonlocal:
    return Nonlocal([NameItem(Name(name)) for name in node.names])


def _pass(making: Making, node: ast.Pass) -> cst.Pass:
    return Pass()


def _break(making: Making, node: ast.Break) -> cst.Break:
    return Break()


def _continue(making: Making, node: ast.Continue) -> cst.Continue:
    return Continue()


def _module(making: Making, node: ast.Module) -> cst.Module:
    return cst.Module(lines(making, node.body))


STATEMENTS: dict[type[ast.AST], Callable[[Making, Any], Any]] = {
    ast.AnnAssign: _ann_assign,
    ast.Assert: _assert,
    ast.Assign: _assign,
    ast.AsyncFor: _for,
    ast.AsyncFunctionDef: _function,
    ast.AsyncWith: _with,
    ast.AugAssign: _aug_assign,
    ast.Break: _break,
    ast.ClassDef: _class,
    ast.Continue: _continue,
    ast.Delete: _delete,
    ast.Expr: _expr,
    ast.For: _for,
    ast.FunctionDef: _function,
    ast.Global: _global,
    ast.If: _if,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Match: _match,
    ast.Module: _module,
    ast.Nonlocal: _nonlocal,
    ast.Pass: _pass,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Try: _try,
    getattr(ast, "TryStar", ast.Try): _try,
    ast.While: _while,
    ast.With: _with,
}
