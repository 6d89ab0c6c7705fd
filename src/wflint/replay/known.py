"""What is known of the values in a recorded history: plain arguments, and what follows from them.

Only texts, numbers and truths count, and only where a parameter takes them as they are. All else
stays open.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from wflint.replay.code import Code
from wflint.replay.values import Symbol
from wflint.syntax.expression_text import parsed_expression

Plain = str | int | float | bool | None
Arguments = tuple[Symbol | None, ...]
"""What stands for the arguments of a call, as far as they are known."""

_LONGEST = 60
_ANYTHING = frozenset({"Any", "object"})
_TAKEN: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "float": (float, int),
    "int": (int,),
    "str": (str,),
}


def argument(value: object) -> Symbol | None:
    """Return what stands for a value, if it is a plain one."""
    if isinstance(value, str):
        return Symbol(repr(value), value) if len(value) <= _LONGEST else None
    if value is None or isinstance(value, (bool, int, float)):
        text = repr(value)
        return Symbol(text) if len(text) <= _LONGEST else None
    return None


def taken(code: Code, arguments: Arguments) -> dict[str, Symbol]:
    """Return the parameters of an entry point that take plain arguments, with what they are."""
    definition = code.definition
    if definition is None:
        return {}
    params = [*definition.args.posonlyargs, *definition.args.args]
    params = params[1:] if code.receiver else params
    return {
        param.arg: given
        for param, given in zip(params, arguments, strict=False)
        if given is not None and _takes(param.annotation, _value(given))
    }


def _value(given: Symbol) -> Plain:
    found: Plain = ast.literal_eval(given.key)
    return found


def _takes(annotation: ast.expr | None, value: Plain) -> bool:
    """True if a parameter that is annotated like that gets a value as it was sent."""
    match annotation:
        case None:
            return True
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id=name) if name in _ANYTHING:
            return True
        case ast.Name(id=name):
            return isinstance(value, _TAKEN.get(name, ())) and (
                name == "bool" or not isinstance(value, bool)
            )
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _takes(left, value) or _takes(right, value)
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return value is None or _takes(inner, value)
    return False


# What follows from it.

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, several: one in several,
    ast.Is: lambda one, other: one is other,
    ast.IsNot: lambda one, other: one is not other,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.NotEq: operator.ne,
    ast.NotIn: lambda one, several: one not in several,
}
_IDENTITIES = (ast.Is, ast.IsNot)
_METHODS = frozenset({"endswith", "lower", "startswith", "strip", "upper"})


class _NotKnown(Exception):
    """Code that rests on more than known values."""


@lru_cache(maxsize=4_000)
def known_answer(code: str) -> bool | None:
    """Return if code is true; ``None`` if it rests on more than plain values."""
    try:
        return bool(_evaluated(parsed_expression(code)))
    except (_NotKnown, SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return None


def _evaluated(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return tuple(_all(parts))
        case ast.UnaryOp(op=ast.Not(), operand=of):
            return not _evaluated(of)
        case ast.UnaryOp(op=ast.USub(), operand=of):
            return -_evaluated(of)
        case ast.BoolOp(op=op, values=parts):
            return _joined(isinstance(op, ast.And), parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            one, other = _evaluated(left), _evaluated(right)
            if isinstance(op, _IDENTITIES) and not (one is None or other is None):
                raise _NotKnown
            return _COMPARED[type(op)](one, other)
        case ast.Call(func=ast.Name(id="len"), args=[of], keywords=[]):
            return len(_evaluated(of))
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=args, keywords=[]):
            text = _evaluated(of)
            if name in _METHODS and isinstance(text, str):
                return getattr(text, name)(*_all(args))
    raise _NotKnown


def _all(parts: Iterable[ast.expr]) -> list[Any]:
    return [_evaluated(part) for part in parts]


def _joined(is_and: bool, parts: Sequence[ast.expr]) -> Any:
    found: Any = is_and
    for part in parts:
        found = _evaluated(part)
        if bool(found) != is_and:
            return found
    return found
