"""Syntax that calls methods of objects: ``with``, loops, operators, f-strings, subscripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from wflint.facts.builtin_calls import LOOP, TRUTH

Operations = Iterator[tuple[cst.BaseExpression, tuple[str, ...]]]
"""Operands, and those of their methods that are called, in order; of ``a|b`` the first there is."""

_BINARY = {
    cst.Add: "__add__",
    cst.BitAnd: "__and__",
    cst.BitOr: "__or__",
    cst.BitXor: "__xor__",
    cst.Divide: "__truediv__",
    cst.FloorDivide: "__floordiv__",
    cst.LeftShift: "__lshift__",
    cst.MatrixMultiply: "__matmul__",
    cst.Modulo: "__mod__",
    cst.Multiply: "__mul__",
    cst.Power: "__pow__",
    cst.RightShift: "__rshift__",
    cst.Subtract: "__sub__",
}
_AUGMENTED = {
    cst.AddAssign: "__add__",
    cst.BitAndAssign: "__and__",
    cst.BitOrAssign: "__or__",
    cst.BitXorAssign: "__xor__",
    cst.DivideAssign: "__truediv__",
    cst.FloorDivideAssign: "__floordiv__",
    cst.LeftShiftAssign: "__lshift__",
    cst.MatrixMultiplyAssign: "__matmul__",
    cst.ModuloAssign: "__mod__",
    cst.MultiplyAssign: "__mul__",
    cst.PowerAssign: "__pow__",
    cst.RightShiftAssign: "__rshift__",
    cst.SubtractAssign: "__sub__",
}
_COMPARED = {
    cst.Equal: "__eq__",
    cst.GreaterThan: "__gt__",
    cst.GreaterThanEqual: "__ge__",
    cst.LessThan: "__lt__",
    cst.LessThanEqual: "__le__",
    cst.NotEqual: "__ne__|__eq__",
}
_UNARY = {cst.BitInvert: "__invert__", cst.Minus: "__neg__", cst.Plus: "__pos__"}
_ASYNC_LOOP = ("__aiter__", "__anext__")
_STRINGS = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)
_MAY_BE_OBJECTS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Await)


def _binary(node: cst.BinaryOperation) -> Operations:
    if isinstance(node.operator, cst.Modulo) and isinstance(node.left, _STRINGS):
        right = node.right
        parts = [e.value for e in right.elements] if isinstance(right, cst.Tuple) else [right]
        for part in parts:
            yield part, ("__str__|__repr__",)
        return
    method = _BINARY.get(type(node.operator))
    if method is not None:
        yield node.left, (method,)
        yield node.right, (method.replace("__", "__r", 1),)


def _augmented(node: cst.AugAssign) -> Operations:
    method = _AUGMENTED.get(type(node.operator))
    if method is not None:
        in_place = method.replace("__", "__i", 1)
        yield node.target, (f"{in_place}|{method}",)
        yield node.value, (method.replace("__", "__r", 1),)


def _comparison(node: cst.Comparison) -> Operations:
    left = node.left
    for target in node.comparisons:
        right = target.comparator
        if isinstance(target.operator, (cst.In, cst.NotIn)):
            yield right, ("__contains__|__iter__",)
        else:
            method = _COMPARED.get(type(target.operator))
            if method is not None:
                yield left, (method,)
        left = right


def _unary(node: cst.UnaryOperation) -> Operations:
    if isinstance(node.operator, cst.Not):
        yield from _asked(node.expression)
    else:
        method = _UNARY.get(type(node.operator))
        if method is not None:
            yield node.expression, (method,)


def _asked(test: cst.BaseExpression) -> Operations:
    """An object that is asked for its truth."""
    if isinstance(test, _MAY_BE_OBJECTS):
        yield test, TRUTH


def _test(node: cst.If | cst.While | cst.IfExp | cst.Assert) -> Operations:
    yield from _asked(node.test)


def _boolean(node: cst.BooleanOperation) -> Operations:
    yield from _asked(node.left)


def _for(node: cst.For) -> Operations:
    yield node.iter, (_ASYNC_LOOP if node.asynchronous is not None else LOOP)


def _comprehension(node: cst.BaseComp) -> Operations:
    loop: cst.CompFor | None = node.for_in
    if loop is not None:  # the others are in the scope of the comprehension
        yield loop.iter, (_ASYNC_LOOP if loop.asynchronous is not None else LOOP)


def _with(node: cst.With) -> Operations:
    is_async = node.asynchronous is not None
    methods = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
    for item in node.items:
        yield item.item, methods


def _formatted(node: cst.FormattedStringExpression) -> Operations:
    if node.conversion == "r":
        yield node.expression, ("__repr__",)
    elif node.conversion == "s":
        yield node.expression, ("__str__|__repr__",)
    else:
        yield node.expression, ("__format__|__str__|__repr__",)


def _subscript(node: cst.Subscript) -> Operations:
    if isinstance(node.value, _MAY_BE_OBJECTS):
        yield node.value, ("__getitem__",)
        for element in node.slice:
            if isinstance(element.slice, cst.Index):
                yield from _hashed(element.slice.value)


def _hashed(key: cst.BaseExpression | None) -> Operations:
    """A key of a dictionary, or an element of a set."""
    if isinstance(key, _MAY_BE_OBJECTS):
        yield key, ("__hash__",)


def _dict(node: cst.Dict) -> Operations:
    for element in node.elements:
        yield from _hashed(getattr(element, "key", None))


def _set(node: cst.Set) -> Operations:
    for element in node.elements:
        if isinstance(element, cst.Element):
            yield from _hashed(element.value)


def _assign(node: cst.Assign) -> Operations:
    unpacks = any(isinstance(t.target, (cst.Tuple, cst.List)) for t in node.targets)
    if unpacks and isinstance(node.value, _MAY_BE_OBJECTS):
        yield node.value, LOOP


def _await(node: cst.Await) -> Operations:
    if not isinstance(node.expression, cst.Call):
        yield node.expression, ("__await__",)


def _starred(node: cst.StarredElement) -> Operations:
    yield node.value, LOOP


OPERATIONS: dict[type[cst.CSTNode], Callable[..., Operations]] = {
    cst.Assign: _assign,
    cst.BinaryOperation: _binary,
    cst.Dict: _dict,
    cst.Set: _set,
    cst.AugAssign: _augmented,
    cst.Comparison: _comparison,
    cst.UnaryOperation: _unary,
    cst.If: _test,
    cst.While: _test,
    cst.IfExp: _test,
    cst.Assert: _test,
    cst.BooleanOperation: _boolean,
    cst.For: _for,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.With: _with,
    cst.FormattedStringExpression: _formatted,
    cst.Subscript: _subscript,
    cst.Await: _await,
    cst.StarredElement: _starred,
}
"""By the type of node: what calls methods there."""
