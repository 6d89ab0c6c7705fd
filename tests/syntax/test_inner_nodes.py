"""The nodes of an ``ast`` are those that Python lists, but for what means nothing by itself."""

import ast
from pathlib import Path

import pytest

from wflint.syntax.inner_nodes import all_nodes, inner_nodes

_MEANINGLESS = (ast.expr_context, ast.boolop, ast.cmpop, ast.operator, ast.unaryop)
_ALL_KINDS = """
import a.b as c
from . import d
async def f(x, /, y: int = 1, *z, k, w=-2, **v) -> "T":
    global g
    async with a as b, c: pass
    async for i, *j in x: await i
    try: raise E from e
    except (A, B) as e: del x[1:2, ...], y.z
    else: assert a, "m"
    finally: return {**a, 1: 2}, {*b}, [*c], lambda q=1: q
    match x:
        case {"k": [1, *_], **rest} | P(a, b=None) as p if p: yield (n := f"{x!r:>{w}}")
    while not a < b is c: x = [i async for i in j if i for k in i] if a and b else ~c @ d
@d(1)
class C(B, metaclass=M):
    x: int
    x += 1
"""


@pytest.mark.parametrize("text", [_ALL_KINDS, Path(__file__).read_text(encoding="utf-8")])
def test_nodes_are_those_of_ast_in_its_order(text: str) -> None:
    tree = ast.parse(text)
    expected = [node for node in ast.walk(tree) if not isinstance(node, _MEANINGLESS)]
    assert [*all_nodes(tree)] == expected
    for node in expected:
        inner = [n for n in ast.iter_child_nodes(node) if not isinstance(n, _MEANINGLESS)]
        assert inner_nodes(node) == inner
