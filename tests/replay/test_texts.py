"""The code of expressions as data."""

from __future__ import annotations

import ast

from wflint.replay.terms import Data
from wflint.replay.texts import data


def test_an_expression_of_any_depth_is_data() -> None:
    expr: ast.expr = ast.Name("a", ast.Load())
    for _ in range(5_000):
        expr = ast.BinOp(expr, ast.Add(), ast.Name("b", ast.Load()))
    assert data(expr, lambda node: None) == Data(("...",))
