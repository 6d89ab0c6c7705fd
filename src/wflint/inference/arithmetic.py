"""Results of operators on numbers, dates and durations."""

from __future__ import annotations

_NUMBERS = (
    "builtins.bool",
    "builtins.int",
    "fractions.Fraction",
    "decimal.Decimal",
    "builtins.float",
    "builtins.complex",
)
"""The wider come later."""

_DATES = frozenset({"datetime.date", "datetime.datetime"})
_DURATION = "datetime.timedelta"


def arithmetic(operator: str, left: str, right: str) -> str:
    """Return the class of what an operator gives for two classes, or ``""``."""
    if left in _NUMBERS and right in _NUMBERS:
        return _of_numbers(operator, left, right)
    if _DURATION in (left, right) or (left in _DATES and right in _DATES):
        return _of_times(operator, left, right)
    return ""


def _of_numbers(operator: str, left: str, right: str) -> str:
    widest = max(_NUMBERS.index(left), _NUMBERS.index(right), 1)
    is_whole = _NUMBERS[widest] == "builtins.int"
    if operator == "FloorDivide" and _NUMBERS[widest] == "fractions.Fraction":
        return "builtins.int"
    return "builtins.float" if operator == "Divide" and is_whole else _NUMBERS[widest]


def _of_times(operator: str, left: str, right: str) -> str:
    if operator == "Add" and left in _DATES:
        return left
    if operator == "Add":
        return right if right in _DATES else _same(left, right)
    if operator == "Subtract" and left in _DATES:
        return _DURATION if right in _DATES else left
    if operator in ("Modulo", "Subtract"):
        return _same(left, right)
    if operator in ("Divide", "FloorDivide") and left == right:
        return "builtins.float" if operator == "Divide" else "builtins.int"
    scales = operator in ("Divide", "FloorDivide", "Multiply")
    return _DURATION if scales and (left in _NUMBERS or right in _NUMBERS) else ""


def _same(left: str, right: str) -> str:
    return left if left == right else ""
