"""Type parameters are blanked out without moving anything else."""

from __future__ import annotations

import ast

import pytest

from wflint.syntax.type_parameters import without_type_parameters


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        pytest.param("class A[T]: pass\n", "class A   : pass\n", id="a class"),
        pytest.param(
            "class A[T: (int, str)](B[T]): ...", "class A               (B[T]): ...", id="a bound"
        ),
        pytest.param(
            "def f[T, *Ts](x: T) -> T: ...", "def f        (x: T) -> T: ...", id="a function"
        ),
        pytest.param(
            "    async def f[T](self): ...", "    async def f   (self): ...", id="a method"
        ),
        pytest.param(
            "class A[\n    T,\n]:\n    x = 1", "class A \n      \n :\n    x = 1", id="lines"
        ),
        pytest.param("type A = list[int]\n", "A      = list[int]\n", id="an alias"),
        pytest.param("type = 1\ntype(x)[0]\n", "type = 1\ntype(x)[0]\n", id="the name `type`"),
        pytest.param("x = a[0]\n", "x = a[0]\n", id="a subscript"),
    ],
)
def test_blanks_out(newer: str, older: str) -> None:
    assert without_type_parameters(newer) == older
    assert len(older) == len(newer)


def test_result_parses_on_every_python() -> None:
    newer = "class Box[T: dict[str, list[int]] = set[int]](Base[T]):\n    def f[K](self): ...\n"
    ast.parse(without_type_parameters(newer))
