"""Statements of light trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from wflint.syntax.light.expressions import Annotation, Element, From, Tuple, arguments, parameters
from wflint.syntax.light.tree import AsName, Asynchronous, LightTree, Name, maker

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


def lines(tree: LightTree, nodes: Sequence[ast.stmt]) -> list[Any]:
    """Statements, with the simple ones of a line together."""
    found: list[Any] = []
    for node in nodes:
        made = tree.of(node)
        if isinstance(made, cst.BaseCompoundStatement):
            found.append(made)
        elif found and not tree.begins_line(node):
            found[-1].body.append(made)
        else:
            found.append(SimpleStatementLine([made]))
    return found


def _suite(tree: LightTree, nodes: Sequence[ast.stmt]) -> cst.BaseSuite:
    if tree.begins_line(nodes[0]):
        return IndentedBlock(lines(tree, nodes))
    return SimpleStatementSuite(tree.all(nodes))


def _else(tree: LightTree, nodes: Sequence[ast.stmt]) -> cst.Else | None:
    return Else(_suite(tree, nodes)) if nodes else None


def _if(tree: LightTree, node: ast.If) -> cst.If:
    orelse: Any = None
    if _has_elif(node):
        orelse = tree.of(node.orelse[0])
    elif node.orelse:
        orelse = _else(tree, node.orelse)
    return If(tree.of(node.test), _suite(tree, node.body), orelse)


def _has_elif(node: ast.If) -> bool:
    """True if what follows is ``elif``, which stands right below ``if``."""
    if len(node.orelse) != 1:
        return False
    other = node.orelse[0]
    return isinstance(other, ast.If) and other.col_offset == node.col_offset


def _while(tree: LightTree, node: ast.While) -> cst.While:
    body = _suite(tree, node.body)
    return While(tree.of(node.test), body, _else(tree, node.orelse))


def _for(tree: LightTree, node: ast.For | ast.AsyncFor) -> cst.For:
    is_async = Asynchronous if isinstance(node, ast.AsyncFor) else None
    target, over = tree.of(node.target), tree.of(node.iter)
    return For(target, over, _suite(tree, node.body), _else(tree, node.orelse), is_async)


def _with(tree: LightTree, node: ast.With | ast.AsyncWith) -> cst.With:
    items = [
        WithItem(
            tree.of(item.context_expr),
            AsName(tree.of(item.optional_vars)) if item.optional_vars is not None else None,
        )
        for item in node.items
    ]
    is_async = Asynchronous if isinstance(node, ast.AsyncWith) else None
    return With(items, _suite(tree, node.body), is_async)


def _try(tree: LightTree, node: ast.Try) -> cst.Try | cst.TryStar:
    is_star = not isinstance(node, ast.Try)
    handlers = [_handler(tree, handler, is_star) for handler in node.handlers]
    last = Finally(_suite(tree, node.finalbody)) if node.finalbody else None
    make: Callable[..., cst.Try | cst.TryStar] = TryStar if is_star else Try
    return make(_suite(tree, node.body), handlers, _else(tree, node.orelse), last)


def _handler(tree: LightTree, node: ast.ExceptHandler, is_star: bool) -> Any:
    name = AsName(Name(node.name)) if node.name is not None else None
    make: Callable[..., Any] = ExceptStarHandler if is_star else ExceptHandler
    return make(_suite(tree, node.body), tree.maybe(node.type), name)


def _match(tree: LightTree, node: ast.Match) -> cst.Match:
    cases = [
        MatchCase(tree.of(case.pattern), _suite(tree, case.body), tree.maybe(case.guard))
        for case in node.cases
    ]
    return Match(tree.of(node.subject), cases)


# Definitions.


def _function(tree: LightTree, node: ast.FunctionDef | ast.AsyncFunctionDef) -> cst.FunctionDef:
    returns = Annotation(tree.of(node.returns)) if node.returns is not None else None
    return FunctionDef(
        Name(node.name),
        parameters(tree, node.args),
        _suite(tree, node.body),
        [Decorator(made) for made in tree.all(node.decorator_list)],
        returns,
        Asynchronous if isinstance(node, ast.AsyncFunctionDef) else None,
    )


def _class(tree: LightTree, node: ast.ClassDef) -> cst.ClassDef:
    return ClassDef(
        Name(node.name),
        _suite(tree, node.body),
        list(arguments(tree, node.bases, ())),
        list(arguments(tree, (), node.keywords)),
        [Decorator(made) for made in tree.all(node.decorator_list)],
    )


# Simple statements.


def _expr(tree: LightTree, node: ast.Expr) -> cst.Expr:
    return Expr(tree.of(node.value))


def _assign(tree: LightTree, node: ast.Assign) -> cst.Assign:
    targets = [AssignTarget(made) for made in tree.all(node.targets)]
    return Assign(targets, tree.of(node.value))


def _ann_assign(tree: LightTree, node: ast.AnnAssign) -> cst.AnnAssign:
    annotation = Annotation(tree.of(node.annotation))
    return AnnAssign(tree.of(node.target), annotation, tree.maybe(node.value))


def _aug_assign(tree: LightTree, node: ast.AugAssign) -> cst.AugAssign:
    return AugAssign(tree.of(node.target), _AUGMENTED[type(node.op)], tree.of(node.value))


def _return(tree: LightTree, node: ast.Return) -> cst.Return:
    return Return(tree.maybe(node.value))


def _raise(tree: LightTree, node: ast.Raise) -> cst.Raise:
    cause = From(tree.of(node.cause)) if node.cause is not None else None
    return Raise(tree.maybe(node.exc), cause)


def _assert(tree: LightTree, node: ast.Assert) -> cst.Assert:
    return Assert(tree.of(node.test), tree.maybe(node.msg))


def _delete(tree: LightTree, node: ast.Delete) -> cst.Del:
    targets = tree.all(node.targets)
    return Del(targets[0] if len(targets) == 1 else Tuple([Element(made) for made in targets]))


def _import(tree: LightTree, node: ast.Import) -> cst.Import:
    return Import([_alias(alias) for alias in node.names])


def _import_from(tree: LightTree, node: ast.ImportFrom) -> cst.ImportFrom:
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


def _global(tree: LightTree, node: ast.Global) -> cst.Global:
    return Global([NameItem(Name(name)) for name in node.names])


def _nonlocal(tree: LightTree, node: ast.Nonlocal) -> cst.Nonlocal:
    return Nonlocal([NameItem(Name(name)) for name in node.names])


def _pass(tree: LightTree, node: ast.Pass) -> cst.Pass:
    return Pass()


def _break(tree: LightTree, node: ast.Break) -> cst.Break:
    return Break()


def _continue(tree: LightTree, node: ast.Continue) -> cst.Continue:
    return Continue()


def _module(tree: LightTree, node: ast.Module) -> cst.Module:
    return cst.Module(lines(tree, node.body))


STATEMENTS: dict[type[ast.AST], Callable[[LightTree, Any], Any]] = {
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
