"""Cases of inference: fixtures that say of a line what type something has, and what it calls.

``tests/fixtures/inference/<case>.py`` is a module with a workflow, or a folder of several modules.
Comments at the end of a line say what is known there, when all modules are taken together:

* ``# type: Order | None``: all types that the last expression of the line may be an instance of,
  in alphabetical order: the value that is assigned or returned, or the argument of ``use(...)``.
  ``# type: ?`` where that is not known.
* ``# calls: Order.total, price``: the functions of the project that the calls of the line lead to,
  except for ``use``, in alphabetical order; ``# calls: -`` where there are none.

Both are asked of each way in which a function is reached, and what they say is taken together.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from tests.harness import FIXTURES, Fixture
from wflint.callgraph.graph import Node
from wflint.inference.type_views import types_of
from wflint.rule.views import TypeView
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request

CASES = FIXTURES / "inference"
UNKNOWN, NOTHING = "?", "-"
_COMMENT = re.compile(r"#\s*(type|calls):\s*([^#]+)")
_MARKER = re.compile(r"#\s*(types?|calls?)\b")

Place = tuple[str, int]
"""A file, relative to the project, and a line."""


@dataclass
class Inferred:
    """All that wflint infers for the lines that are reached."""

    types: dict[Place, set[str]] = field(default_factory=dict)
    calls: dict[Place, set[str]] = field(default_factory=dict)

    def type_at(self, place: Place) -> str:
        """The types at a line in the form of an expectation; empty if it is not reached."""
        found = self.types.get(place, set())
        return UNKNOWN if UNKNOWN in found else " | ".join(sorted(found))

    def calls_at(self, place: Place) -> str:
        """The functions that a line calls in the form of an expectation."""
        if place not in self.calls:
            return ""
        return ", ".join(sorted(self.calls[place])) or NOTHING


def cases() -> Iterator[Fixture]:
    """All fixtures."""
    for path in sorted(CASES.iterdir()):
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__"):
            yield Fixture(path.stem, path)


def problems(root: Path) -> list[str]:
    """The expectations of a project that do not hold, one entry each."""
    inferred = infer(root)
    found: list[str] = []
    for place, kind, wanted in expectations(root):
        got = inferred.type_at(place) if kind == "type" else inferred.calls_at(place)
        if got != wanted:
            instead = got or "nothing is reached there"
            found.append(f"{place[0]}:{place[1]}: {kind}: expected {wanted}, got {instead}")
    return found


def expectations(root: Path) -> Iterator[tuple[Place, str, str]]:
    """Yield what comments of a project expect: the place, ``type`` or ``calls``, and the text."""
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        with file.open("rb") as lines:
            for token in tokenize.tokenize(lines.readline):
                if token.type == tokenize.COMMENT and _MARKER.search(token.string):
                    place = (name, token.start[0])
                    found = _COMMENT.findall(token.string)
                    if not found:
                        raise ValueError(f"{name}:{place[1]}: cannot read {token.string!r}")
                    yield from ((place, kind, text.strip()) for kind, text in found)


def infer(root: Path) -> Inferred:
    """Ask wflint about all lines of a project that its workflows reach."""
    inferred = Inferred()

    def keep(one: Examined) -> None:
        for node in one.answer.reached.order:
            _ask(one, node, root, inferred)

    result = check(Request(paths=(str(root),), jobs=1), keep)
    assert not result.problems, result.problems
    return inferred


def _ask(examined: Examined, node: Node, root: Path, inferred: Inferred) -> None:
    answer, fn = examined.answer, node.fn
    reader = answer.store.reader(fn)
    if reader is None:
        return
    name = Path(fn.path).relative_to(root).as_posix()

    def place(site: int) -> Place:
        return name, examined.emitter.location(fn, site).row

    last: dict[Place, str] = {}
    for entry in list(reader.walker.entries):
        if entry.state.frame.head.qualname != fn.qualname:
            continue
        site = reader.walker.order[id(entry.node)]
        inferred.calls.setdefault(place(site), set())
        value = _value(entry.node)
        if value is None:
            continue
        ref = reader.refs.ref(value, entry.state.scope)
        types = types_of(ref, fn.path, node.receiver, node.env, answer.checker.resolver)
        last[place(reader.walker.order[id(value)])] = " | ".join(sorted(_shown(types)))
    for where, shown in last.items():
        inferred.types.setdefault(where, set()).update(shown.split(" | "))
    for edge in answer.reached.callees(node):
        if edge.to.fn.shown != "use" and edge.site >= 0:
            inferred.calls.setdefault(place(edge.site), set()).add(edge.to.fn.shown)


def _value(node: cst.CSTNode) -> cst.BaseExpression | None:
    """The expression whose type is asked for, if a node has one."""
    match node:
        case cst.Call(func=cst.Name("use"), args=[cst.Arg(value=value)]):
            return value
        case cst.Assign(value=value) | cst.Return(value=value) | cst.AnnAssign(value=value):
            return value
    return None


def _shown(types: Iterable[TypeView]) -> Iterator[str]:
    """Types as they are written, with names of the project and of builtins cut short."""
    known = False
    for view in types:
        known = True
        name = view.own.qualname if view.own else view.name.removeprefix("builtins.")
        parts = [" or ".join(sorted(_shown(arg))) for arg in view.args]
        yield f"{name}[{', '.join(parts)}]" if parts else name
    if not known:
        yield UNKNOWN
