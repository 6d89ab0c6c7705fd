"""Results of operators on numbers, dates and durations are what Python gives."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from wflint.inference.arithmetic import arithmetic

OPERATORS = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "FloorDivide": operator.floordiv,
    "Modulo": operator.mod,
}
VALUES: tuple[Any, ...] = (
    True,
    7,
    2.5,
    Fraction(3, 2),
    Decimal(3),
    date(2024, 2, 29),
    datetime(2024, 2, 29, 12),
    timedelta(hours=5),
)


def name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def cases() -> Iterator[tuple[str, Any, Any]]:
    for name_of_operator in OPERATORS:
        for left in VALUES:
            for right in VALUES:
                yield name_of_operator, left, right


@pytest.mark.parametrize("name_of_operator", OPERATORS)
def test_what_is_told_is_what_python_gives(name_of_operator: str) -> None:
    told = 0
    for _, left, right in (case for case in cases() if case[0] == name_of_operator):
        try:
            given = OPERATORS[name_of_operator](left, right)
        except TypeError:
            continue
        said = arithmetic(name_of_operator, name(left), name(right))
        assert said in ("", name(given)), (left, right)
        told += bool(said)
    assert told > 20


@pytest.mark.parametrize(
    ("name_of_operator", "left", "right"),
    [
        ("Subtract", datetime(2024, 1, 2), datetime(2024, 1, 1)),
        ("Subtract", date(2024, 1, 2), date(2024, 1, 1)),
        ("Subtract", datetime(2024, 1, 2), timedelta(1)),
        ("Add", timedelta(1), datetime(2024, 1, 2)),
        ("Multiply", 3, timedelta(1)),
        ("Divide", timedelta(1), timedelta(2)),
        ("Divide", 3, 2),
        ("Multiply", Decimal(3), 2),
    ],
)
def test_common_operations_are_told(name_of_operator: str, left: Any, right: Any) -> None:
    given = OPERATORS[name_of_operator](left, right)
    assert arithmetic(name_of_operator, name(left), name(right)) == name(given)


def test_nothing_is_said_of_others() -> None:
    assert arithmetic("Subtract", "datetime.datetime", "") == ""
    assert arithmetic("Add", "acme.Money", "builtins.int") == ""
