"""Which values an annotation allows."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from wflint.checking.literals import allowed_by
from wflint.facts.bodies import Reading
from wflint.inference.resolver import Resolver
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store

KINDS = """\
from typing import Literal, Optional, TypeAlias

Mode = Literal["a", "b"]
Speed: TypeAlias = Literal["slow"]
Either = Mode | Speed
Count = int
Loop = Loop
Twice = Literal["a"]
Twice = Literal["b"]
pass


class Order:
    pass
"""
FLOW = """\
import kinds
from kinds import Count, Either, Loop, Mode, Order, Speed, Twice
"""
CASES = {
    "Literal['a', 1]": {"'a'", "1"},
    "typing.Literal[Fruit.PEAR]": {"Fruit.PEAR"},
    "Mode": {"'a'", "'b'"},
    "kinds.Mode": {"'a'", "'b'"},
    "'Mode'": {"'a'", "'b'"},
    "Speed": {"'slow'"},
    "Either": {"'a'", "'b'", "'slow'"},
    "Mode | None": {"'a'", "'b'", "None"},
    "Optional[Mode]": {"'a'", "'b'", "None"},
    "Union[Speed, Literal['x']]": {"'slow'", "'x'"},
    "Annotated[Mode, Count]": {"'a'", "'b'"},
    "Mode | str": set(),
    "list[Mode]": set(),
    "Count": set(),
    "Order": set(),
    "Loop": set(),
    "Twice": set(),
    "Unknown": set(),
    "kinds.Mode.more": set(),
    "'not an expression'": set(),
}


def _no_bodies() -> Reading:
    raise AssertionError("no body is needed to know what an annotation allows")


def allowed(annotation: str, folder: Path, kinds: str = KINDS) -> set[str]:
    files = {"kinds.py": kinds, "flow.py": FLOW}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    index = ModuleIndex(str(folder), [], [str(folder / name) for name in files])
    store = Store(lambda path: Path(path).read_bytes(), index.name_of, _no_bodies)
    node = ast.parse(annotation, mode="eval").body
    return set(allowed_by(node, str(folder / "flow.py"), Resolver(store, index)))


@pytest.mark.parametrize(("annotation", "values"), CASES.items())
def test_allows_what_is_written(annotation: str, values: set[str], tmp_path: Path) -> None:
    assert allowed(annotation, tmp_path) == values


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_knows_statements_that_make_aliases(tmp_path: Path) -> None:
    kinds = "from typing import Literal\n\ntype Mode = Literal['a']\n"
    assert allowed("Mode", tmp_path, kinds) == {"'a'"}
