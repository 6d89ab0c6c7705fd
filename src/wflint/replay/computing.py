"""Works out what code gives where all that is in it is written out."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from functools import lru_cache

from wflint import limits
from wflint.replay.values import FALSE, PARAMETER, TRUE, Symbol, symbol
from wflint.syntax.expression_text import parsed_expression

_OPERATORS: dict[str, Callable[[int, int], object]] = {
    "!=": operator.ne,
    "*": operator.mul,
    "+": operator.add,
    "-": operator.sub,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBER = re.compile(r"-?\d{1,9}")


def computed(key: str, *, loose: bool = False) -> Symbol:
    """Return what code gives; what small numbers and comparisons give is worked out."""
    words = key.split(" ", 3) if len(key) < limits.SYMBOL else ()
    if len(words) == 3 and words[1] in _OPERATORS:
        first, second = (_NUMBER.fullmatch(word.strip("()")) for word in (words[0], words[2]))
        if first is not None and second is not None:
            return Symbol(repr(_OPERATORS[words[1]](int(first.group()), int(second.group()))))
    if loose and len(key) < limits.SYMBOL and _WRITTEN.search(key):
        known = _truth_of(key)
        if known is not None:
            return TRUE if known else FALSE
    return symbol(key, loose=loose)


_WRITTEN = re.compile(
    r"""(?:['")\]}\d]|None|True|False)[ ](?:[<>]=?|[!=]=|(?:not[ ])?in|is(?:[ ]not)?)[ ]"""
    r"""(?:['"(\[{\d]|None|True|False)|\b(?:True|False)\b"""
    r"""|\bNone[ ](?:and|or)\b|\b(?:and|or)[ ]None\b"""
)
"""Found where two values may be compared that are both written out, or a truth is."""


_DECIDED = re.compile(r"\b(?:or|and) (?:True|False|None)\b|\b(?:True|False|None) (?:or|and)\b")


def without_idle(key: str) -> str:
    """Return code of the same truth, without the parts of it that are known to decide nothing."""
    if not _DECIDED.search(key):
        return key
    try:
        node = parsed_expression(key)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return key
    if not isinstance(node, ast.BoolOp):
        return key
    decides = isinstance(node.op, ast.Or)
    left = [value for value in node.values if _truth(value) is not (not decides)]
    parts = [ast.get_source_segment(key, value) or key for value in left]
    if len(parts) < 2:
        return parts[0] if parts else key
    is_loose = [isinstance(value, (ast.BoolOp, ast.IfExp, ast.Lambda)) for value in left]
    parts = [f"({part})" if loose else part for part, loose in zip(parts, is_loose, strict=True)]
    return (" or " if decides else " and ").join(parts)


@lru_cache(maxsize=4096)
def _truth_of(key: str) -> bool | None:
    """Return if code is true, where that follows from values that are written out."""
    try:
        return _truth(parsed_expression(PARAMETER.sub("_", key)))
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return None


def _truth(node: ast.expr) -> bool | None:
    match node:
        case ast.BoolOp(op=op, values=values):
            decides = isinstance(op, ast.Or)
            found = {_truth(value) for value in values}
            if decides in found:
                return decides
            return None if None in found else not decides
        case ast.UnaryOp(op=ast.Not(), operand=of):
            known = _truth(of)
            return None if known is None else not known
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(left, op, right)
        case ast.Constant(value=value):
            return bool(value)
    return None


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    try:
        one, other = ast.literal_eval(left), ast.literal_eval(right)
    except ValueError:
        return None
    match op:
        case ast.Eq():
            return bool(one == other)
        case ast.NotEq():
            return bool(one != other)
        case ast.In():
            return one in other
        case ast.NotIn():
            return one not in other
        case ast.Is() | ast.IsNot() if _is_single(one) or _is_single(other):
            return (one is other) is isinstance(op, ast.Is)
    return None


def _is_single(value: object) -> bool:
    """True for a value of which there is one object only."""
    return value is None or isinstance(value, bool)
