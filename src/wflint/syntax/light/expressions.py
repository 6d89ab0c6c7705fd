"""Expressions of light trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import libcst as cst

from wflint.syntax.light.tree import (
    Arg,
    Asynchronous,
    KeywordArg,
    LightTree,
    Name,
    StarredArg,
    Unsure,
    is_in_brackets,
    maker,
)
from wflint.syntax.parser import UNREADABLE, quickly

_STRING = r"""[bBuUrRfF]{0,2}(?:
        "(?!"") [^"\\\r\n]* (?:\\.[^"\\\r\n]*)* "
        | '(?!'') [^'\\\r\n]* (?:\\.[^'\\\r\n]*)* '
        | \""" [^"\\]* (?:(?:\\[\s\S]|"(?!""))[^"\\]*)* \"""
        | ''' [^'\\]* (?:(?:\\[\s\S]|'(?!''))[^'\\]*)* '''
    )"""
_STRINGS = re.compile(rf"({_STRING})|(?:\s|\\\r?\n|\#[^\r\n]*)+", re.VERBOSE)
_JOINED_START = re.compile(r"""(?:[fF][rR]?|[rR][fF])(\"""|'''|"|')""")
_JOINED_PART = re.compile(
    r"([^{}]+)|\{([^\W\d]\w*(?:\.[^\W\d]\w*)*(?:\(\))?)(?:!([rsa]))?(?::([^{}!\\]+))?\}"
)
_BINARY = {
    ast.Add: cst.Add(),
    ast.BitAnd: cst.BitAnd(),
    ast.BitOr: cst.BitOr(),
    ast.BitXor: cst.BitXor(),
    ast.Div: cst.Divide(),
    ast.FloorDiv: cst.FloorDivide(),
    ast.LShift: cst.LeftShift(),
    ast.MatMult: cst.MatrixMultiply(),
    ast.Mod: cst.Modulo(),
    ast.Mult: cst.Multiply(),
    ast.Pow: cst.Power(),
    ast.RShift: cst.RightShift(),
    ast.Sub: cst.Subtract(),
}
_BOOLEAN = {ast.And: cst.And(), ast.Or: cst.Or()}
_UNARY = {
    ast.Invert: cst.BitInvert(),
    ast.Not: cst.Not(),
    ast.UAdd: cst.Plus(),
    ast.USub: cst.Minus(),
}
_COMPARED = {
    ast.Eq: cst.Equal(),
    ast.Gt: cst.GreaterThan(),
    ast.GtE: cst.GreaterThanEqual(),
    ast.In: cst.In(),
    ast.Is: cst.Is(),
    ast.IsNot: cst.IsNot(),
    ast.Lt: cst.LessThan(),
    ast.LtE: cst.LessThanEqual(),
    ast.NotEq: cst.NotEqual(),
    ast.NotIn: cst.NotIn(),
}

Attribute = maker(cst.Attribute)
Await = maker(cst.Await)
BinaryOperation = maker(cst.BinaryOperation)
BooleanOperation = maker(cst.BooleanOperation)
Call = maker(cst.Call)
Comparison = maker(cst.Comparison)
ComparisonTarget = maker(cst.ComparisonTarget)
CompFor = maker(cst.CompFor)
CompIf = maker(cst.CompIf)
ConcatenatedString = maker(cst.ConcatenatedString)
Dict = maker(cst.Dict)
DictComp = maker(cst.DictComp)
DictElement = maker(cst.DictElement)
Element = maker(cst.Element)
FormattedString = maker(cst.FormattedString)
FormattedStringExpression = maker(cst.FormattedStringExpression)
FormattedStringText = maker(cst.FormattedStringText)
From = maker(cst.From)
GeneratorExp = maker(cst.GeneratorExp)
IfExp = maker(cst.IfExp)
Index = maker(cst.Index)
Integer = maker(cst.Integer)
Lambda = maker(cst.Lambda)
List = maker(cst.List)
ListComp = maker(cst.ListComp)
NamedExpr = maker(cst.NamedExpr)
Annotation = maker(cst.Annotation)
Param = maker(cst.Param, "name", "annotation", "default", "star")
Parameters = maker(cst.Parameters)
ParamStar = maker(cst.ParamStar)
Set = maker(cst.Set)
SetComp = maker(cst.SetComp)
SimpleString = maker(cst.SimpleString)
Slice = maker(cst.Slice)
StarredDictElement = maker(cst.StarredDictElement)
StarredElement = maker(cst.StarredElement)
Subscript = maker(cst.Subscript)
SubscriptElement = maker(cst.SubscriptElement)
Tuple = maker(cst.Tuple)
UnaryOperation = maker(cst.UnaryOperation)
Yield = maker(cst.Yield)


def _name(tree: LightTree, node: ast.Name) -> cst.Name:
    return Name(node.id)


def _attribute(tree: LightTree, node: ast.Attribute) -> cst.Attribute:
    return Attribute(tree.of(node.value), Name(node.attr))


def _constant(tree: LightTree, node: ast.Constant) -> cst.BaseExpression:
    value = node.value
    if value is None or value is True or value is False:
        return Name(str(value))
    if isinstance(value, (str, bytes)):
        return _string(tree.text(node))
    if isinstance(value, int):
        return Integer(tree.text(node))
    if isinstance(value, float):
        return cst.Float(tree.text(node))
    if isinstance(value, complex):
        return cst.Imaginary(tree.text(node))
    return cst.Ellipsis()


def _parsed(text: str) -> cst.BaseExpression:
    """Strings that are put together of others or of expressions, which LibCST itself reads."""
    try:
        return quickly(cst.parse_expression, f"({text})")
    except UNREADABLE as error:
        raise Unsure from error


def _string_with_parts(tree: LightTree, node: ast.JoinedStr) -> cst.BaseExpression:
    return _string(tree.text(node))


def _string(text: str) -> cst.BaseExpression:
    """Return the string, or the adjoining strings, that a text is."""
    strings: list[Any] = []
    at = 0
    while at < len(text):
        found = _STRINGS.match(text, at)
        if found is None:
            return _parsed(text)
        if found[1]:
            one = _one_string(found[1])
            if one is None:
                return _parsed(text)
            strings.append(one)
        at = found.end()
    made = strings.pop()
    while strings:
        made = ConcatenatedString(strings.pop(), made)
    assert isinstance(made, cst.BaseExpression)
    return made


def _one_string(text: str) -> cst.SimpleString | cst.FormattedString | None:
    prefix = text[: min(text.find(quote) % len(text) for quote in "\"'")]
    return _joined_names(text) if "f" in prefix.lower() else SimpleString(text)


def _joined_names(text: str) -> cst.FormattedString | None:
    """Return an f-string of plain text, names and calls without arguments; ``None`` for others."""
    start = _JOINED_START.match(text)
    if start is None or not text.endswith(start[1], start.end()):
        return None
    inside = text[start.end() : -len(start[1])]
    if "\\N" in inside or start[1][0] in inside:
        return None
    parts: list[cst.BaseFormattedStringContent] = []
    at = 0
    while at < len(inside):
        found = _JOINED_PART.match(inside, at)
        if found is None:
            return None
        plain, name, conversion, form = found.groups()
        if plain:
            parts.append(FormattedStringText(plain))
        else:
            spec = [FormattedStringText(form)] if form else None
            parts.append(FormattedStringExpression(_dotted(name), conversion, spec))
        at = found.end()
    return FormattedString(parts, start[0], start[1])


def _dotted(written: str) -> cst.BaseExpression:
    name = written.removesuffix("()")
    first, *others = name.split(".")
    found: cst.BaseExpression = Name(first)
    for other in others:
        found = Attribute(found, Name(other))
    return found if name == written else Call(found, [])


def _call(tree: LightTree, node: ast.Call) -> cst.Call:
    return Call(tree.of(node.func), list(arguments(tree, node.args, node.keywords)))


def arguments(
    tree: LightTree, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]
) -> Iterator[cst.Arg]:
    """The arguments of a call, in the order of the source."""
    given: list[ast.expr | ast.keyword] = [*args, *keywords]
    if args and keywords and isinstance(args[-1], ast.Starred):
        given.sort(key=lambda arg: (arg.lineno, arg.col_offset))
    for arg in given:
        if isinstance(arg, ast.keyword):
            value = tree.of(arg.value)
            yield (
                KeywordArg(value, Name(arg.arg)) if arg.arg is not None else StarredArg(value, "**")
            )
        elif isinstance(arg, ast.Starred):
            yield StarredArg(tree.of(arg.value), "*")
        else:
            yield Arg(tree.of(arg))


def _binary(tree: LightTree, node: ast.BinOp) -> cst.BinaryOperation:
    left, right = tree.of(node.left), tree.of(node.right)
    return BinaryOperation(left, _BINARY[type(node.op)], right)


def _boolean(tree: LightTree, node: ast.BoolOp) -> cst.BooleanOperation:
    operator = _BOOLEAN[type(node.op)]
    found, *others = tree.all(node.values)
    for other in others:
        found = BooleanOperation(found, operator, other)
    assert isinstance(found, cst.BooleanOperation)
    return found


def _unary(tree: LightTree, node: ast.UnaryOp) -> cst.UnaryOperation:
    return UnaryOperation(_UNARY[type(node.op)], tree.of(node.operand))


def _comparison(tree: LightTree, node: ast.Compare) -> cst.Comparison:
    targets = [
        ComparisonTarget(_COMPARED[type(operator)], tree.of(right))
        for operator, right in zip(node.ops, node.comparators, strict=True)
    ]
    return Comparison(tree.of(node.left), targets)


def _if_exp(tree: LightTree, node: ast.IfExp) -> cst.IfExp:
    return IfExp(tree.of(node.test), tree.of(node.body), tree.of(node.orelse))


def _named(tree: LightTree, node: ast.NamedExpr) -> cst.NamedExpr:
    return NamedExpr(tree.of(node.target), tree.of(node.value))


def _await(tree: LightTree, node: ast.Await) -> cst.Await:
    return Await(tree.of(node.value))


def _yield(tree: LightTree, node: ast.Yield) -> cst.Yield:
    return Yield(tree.maybe(node.value))


def _yield_from(tree: LightTree, node: ast.YieldFrom) -> cst.Yield:
    return Yield(From(tree.of(node.value)))


# Displays and comprehensions.


def elements(tree: LightTree, nodes: Sequence[ast.expr]) -> list[Any]:
    """The elements of a tuple, list or set."""
    return [
        StarredElement(tree.of(node.value))
        if isinstance(node, ast.Starred)
        else Element(tree.of(node))
        for node in nodes
    ]


def _tuple(tree: LightTree, node: ast.Tuple) -> cst.Tuple:
    return Tuple(elements(tree, node.elts))


def _list(tree: LightTree, node: ast.List) -> cst.List:
    return List(elements(tree, node.elts))


def _set(tree: LightTree, node: ast.Set) -> cst.Set:
    return Set(elements(tree, node.elts))


def _dict(tree: LightTree, node: ast.Dict) -> cst.Dict:
    return Dict(
        [
            StarredDictElement(tree.of(value))
            if key is None
            else DictElement(tree.of(key), tree.of(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    )


def _loops(tree: LightTree, loops: Sequence[ast.comprehension]) -> cst.CompFor:
    inner = None
    for loop in reversed(loops):
        tests = [CompIf(tree.of(test)) for test in loop.ifs]
        target, over = tree.of(loop.target), tree.of(loop.iter)
        inner = CompFor(target, over, tests, inner, Asynchronous if loop.is_async else None)
    assert isinstance(inner, cst.CompFor)
    return inner


def _list_comp(tree: LightTree, node: ast.ListComp) -> cst.ListComp:
    return ListComp(tree.of(node.elt), _loops(tree, node.generators))


def _set_comp(tree: LightTree, node: ast.SetComp) -> cst.SetComp:
    return SetComp(tree.of(node.elt), _loops(tree, node.generators))


def _generator(tree: LightTree, node: ast.GeneratorExp) -> cst.GeneratorExp:
    return GeneratorExp(tree.of(node.elt), _loops(tree, node.generators))


def _dict_comp(tree: LightTree, node: ast.DictComp) -> cst.DictComp:
    loops = _loops(tree, node.generators)
    return DictComp(tree.of(node.key), tree.of(node.value), loops)


# Subscripts.


def _subscript(tree: LightTree, node: ast.Subscript) -> cst.Subscript:
    return Subscript(tree.of(node.value), list(_subscript_elements(tree, node.slice)))


def _subscript_elements(tree: LightTree, node: ast.expr) -> Iterator[cst.SubscriptElement]:
    is_tuple = isinstance(node, ast.Tuple) and not is_in_brackets(tree.text(node))
    parts = node.elts if isinstance(node, ast.Tuple) and is_tuple else [node]
    for part in parts:
        if isinstance(part, ast.Slice):
            yield SubscriptElement(tree.of(part))
        elif isinstance(part, ast.Starred):
            yield SubscriptElement(Index(tree.of(part.value), "*"))
        else:
            yield SubscriptElement(Index(tree.of(part)))


def _slice(tree: LightTree, node: ast.Slice) -> cst.Slice:
    lower, upper, step = (tree.maybe(part) for part in (node.lower, node.upper, node.step))
    return Slice(lower, upper, step)


# Parameters.


def parameters(tree: LightTree, args: ast.arguments) -> cst.Parameters:
    """The parameters of a function or lambda."""
    plain = [*args.posonlyargs, *args.args]
    missing = len(plain) - len(args.defaults)
    defaults: list[ast.expr | None] = [*[None] * missing, *args.defaults]
    made = [_param(tree, arg, given) for arg, given in zip(plain, defaults, strict=True)]
    by_keyword = [
        _param(tree, arg, given)
        for arg, given in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    star: Any = cst.MaybeSentinel.DEFAULT
    if args.vararg is not None:
        star = _param(tree, args.vararg, None, "*")
    elif by_keyword:
        star = ParamStar()
    others = _param(tree, args.kwarg, None, "**") if args.kwarg is not None else None
    alone = len(args.posonlyargs)
    return Parameters(made[alone:], star, by_keyword, others, made[:alone])


def _param(tree: LightTree, arg: ast.arg, default: ast.expr | None, star: str = "") -> cst.Param:
    if isinstance(arg.annotation, ast.Starred):
        raise Unsure  # `*args: *Ts`
    annotation = Annotation(tree.of(arg.annotation)) if arg.annotation is not None else None
    return Param(Name(arg.arg), annotation, tree.maybe(default), star)


def _lambda(tree: LightTree, node: ast.Lambda) -> cst.Lambda:
    return Lambda(parameters(tree, node.args), tree.of(node.body))


EXPRESSIONS: dict[type[ast.AST], Callable[[LightTree, Any], Any]] = {
    ast.Attribute: _attribute,
    ast.Await: _await,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.Call: _call,
    ast.Compare: _comparison,
    ast.Constant: _constant,
    ast.Dict: _dict,
    ast.DictComp: _dict_comp,
    ast.GeneratorExp: _generator,
    ast.IfExp: _if_exp,
    ast.JoinedStr: _string_with_parts,
    ast.Lambda: _lambda,
    ast.List: _list,
    ast.ListComp: _list_comp,
    ast.Name: _name,
    ast.NamedExpr: _named,
    ast.Set: _set,
    ast.SetComp: _set_comp,
    ast.Slice: _slice,
    ast.Subscript: _subscript,
    ast.Tuple: _tuple,
    ast.UnaryOp: _unary,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
"""Makers of expressions. A part of another one, such as ``*x``, has none."""
