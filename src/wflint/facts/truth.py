"""The truth of a test, where what some local names have is known."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
from msgspec import Struct

from wflint import limits

_CONSTANTS = {"False": False, "None": None, "True": True}


class Constant(Struct, frozen=True):
    """What a name has: a value, or the member of a class that is ``named``: ``Status.FAILED``."""

    value: bool | int | str | tuple[()] | None = None
    named: str = ""


ValueOf = Callable[[str], "Constant | None"]
"""Gives what a name has, ``None`` if it is not known."""


def constant(node: cst.BaseExpression) -> Constant | None:
    """Return the constant that an expression is: ``None``, ``False``, ``3``, ``"failed"``, ``[]``.

    Texts with escapes, and numbers other than decimal ones, are left out.
    """
    match node:
        case cst.Name(value=name) if name in _CONSTANTS:
            return Constant(_CONSTANTS[name])
        case cst.Integer(value=digits) if digits.isdigit() and len(digits) < limits.INDEX_LENGTH:
            return Constant(int(digits))
        case cst.SimpleString(prefix="") if "\\" not in node.value:
            return Constant(str(node.raw_value))
        case cst.List(elements=[]) | cst.Tuple(elements=[]) | cst.Dict(elements=[]):
            return Constant(())
        case cst.Attribute(value=cst.Name(value=of), attr=cst.Name(value=name)) if (
            of[:1].isupper() and name.isupper()
        ):
            return Constant(named=f"{of}.{name}")
    return None


def truth(
    test: cst.BaseExpression, value_of: ValueOf, steps: int = limits.TERM_STEPS
) -> bool | None:
    """Return if a test holds; ``None`` if that is not known."""
    if steps == 0:
        return None
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            holds = truth(inner, value_of, steps - 1)
            return None if holds is None else not holds
        case cst.BooleanOperation(left=left, operator=operator, right=right):
            decides = isinstance(operator, cst.Or)
            sides = [truth(side, value_of, steps - 1) for side in (left, right)]
            if decides in sides:
                return decides
            return None if None in sides else not decides
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]
        ):
            return _compared(_value(left, value_of), operator, _value(right, value_of))
    found = _value(test, value_of)
    return None if found is None or found.named else bool(found.value)


def _value(node: cst.BaseExpression, value_of: ValueOf) -> Constant | None:
    known = constant(node)
    if known is not None or not isinstance(node, cst.Name):
        return known
    return value_of(node.value)


def _compared(
    left: Constant | None, operator: cst.BaseCompOp, right: Constant | None
) -> bool | None:
    if (
        left is None
        or right is None
        or not isinstance(operator, (cst.Equal, cst.Is, cst.IsNot, cst.NotEqual))
    ):
        return None
    same = _are_same(left, right)
    if same is None:
        return None
    return same is isinstance(operator, (cst.Equal, cst.Is))


def _are_same(left: Constant, right: Constant) -> bool | None:
    if left.named or right.named:
        return True if left.named == right.named else None
    if type(left.value) is type(right.value):
        return left.value == right.value
    return False if left.value is None or right.value is None else None
