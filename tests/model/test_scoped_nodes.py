"""The nodes in the rows of some words are all that have to do with the words."""

from __future__ import annotations

import ast

import pytest

from wflint.files.source import Source
from wflint.model.scoped_nodes import ScopedNode, rows_of, scoped_nodes

TEXT = """\
import make

TABLE = {
    "one": make(
        1,
    ),
}


@make.decorator
class Group(
    Base,
    made_by=make,
):
    @other
    @make(2)
    def first(self, given=make()):
        with open("a") as a, (
            make(3)
        ):
            return [make(x) for x in a]

    async def second(self):
        match self.kind:
            case 1 if make(4):
                pass
        return self.make\\
            (5)


def third():
    return lambda: (
        other(
            make,
        )
    )


class Empty:
    def fourth(self):
        return other()
"""


def shown(at: ScopedNode) -> tuple[str, str, str, int]:
    assert isinstance(at.node, (ast.Call, ast.Name, ast.Attribute, ast.keyword))
    owner = at.names.qualname if at.names is not None else ""
    return ast.dump(at.node), at.scope, owner, at.node.lineno


def mentions(node: ast.AST, word: str) -> bool:
    return word in ast.unparse(node)


@pytest.mark.parametrize("word", ["make", "other", "made_by", "a", "missing"])
def test_what_has_to_do_with_a_word_stands_in_its_rows(word: str) -> None:
    tree = ast.parse(TEXT)
    kinds = (ast.Call, ast.Name, ast.Attribute, ast.keyword)
    every = [at for at in scoped_nodes(tree) if isinstance(at.node, kinds)]
    near = [
        at for at in scoped_nodes(tree, rows_of([word], Source(TEXT))) if isinstance(at.node, kinds)
    ]
    assert [shown(at) for at in near if mentions(at.node, word)] == [
        shown(at) for at in every if mentions(at.node, word)
    ]


def test_code_without_the_word_is_not_looked_at() -> None:
    found = scoped_nodes(ast.parse(TEXT), rows_of(["make"], Source(TEXT)))
    names = {at.node.name for at in found if isinstance(at.node, (ast.ClassDef, ast.FunctionDef))}
    assert names == {"Group", "first", "third"}
