"""Attributes that an async handler leaves half changed while it waits.

Other handlers, and the run method, run where a handler awaits. What it has read before may be
something else afterwards, and of two attributes that belong together they see one changed and the
other not. Nothing of that happens under an ``asyncio.Lock`` that the workflow holds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from wflint.model.steps import function_node
from wflint.project.module import Module
from wflint.rule.definition_views import Interleaving

_LATER = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef, ast.GeneratorExp, ast.Lambda)
_LEAVES = (ast.Break, ast.Continue, ast.Raise, ast.Return)
_LOOPS = (ast.AsyncFor, ast.For, ast.While)
_WITHS = (ast.AsyncWith, ast.With)
_DEEPEST = 40
"""How deep statements may stand in one another; what is deeper is not looked at."""


@dataclass(slots=True)
class _State:
    """What has happened to attributes since the last wait, and before it."""

    written: set[str] = field(default_factory=set)
    written_before: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    read_before: set[str] = field(default_factory=set)

    def copy(self) -> _State:
        return _State(
            set(self.written), set(self.written_before), set(self.read), set(self.read_before)
        )

    def wait(self) -> None:
        self.written_before |= self.written
        self.read_before |= self.read
        self.written, self.read = set(), set()


def interleaving_of(module: Module, qualname: str) -> Interleaving | None:
    """Return the first attribute that a method changes so; ``None`` if there is none."""
    head = module.facts.functions.get(qualname)
    if head is None or head.too_deep or not head.is_async:
        return None
    find = partial(_find, module, head.start, head.end)
    found = module.notes.answer(f"interleaving {qualname}", list[Interleaving], find)
    return found[0] if found else None


def _find(module: Module, start: int, end: int) -> list[Interleaving]:
    node = function_node(module.source, start, end)
    params = [*node.args.posonlyargs, *node.args.args] if node is not None else []
    if node is None or not params:
        return []
    reader = _Reader(params[0].arg)
    reader.block(node.body, _State())
    return reader.found[:1]


class _Reader:
    """Goes along the ways through one method."""

    def __init__(self, receiver: str) -> None:
        self._receiver = receiver
        self._depth = 0
        self.found: list[Interleaving] = []

    def block(self, body: Iterable[ast.stmt], state: _State) -> _State | None:
        """Return what holds after some statements; ``None`` if they never end."""
        self._depth += 1
        at: _State | None = state
        for statement in body if self._depth < _DEEPEST else ():
            at = self._statement(statement, at) if at is not None else None
        self._depth -= 1
        return at

    def _statement(self, node: ast.stmt, state: _State) -> _State | None:
        if isinstance(node, _WITHS):
            return self._with(node, state)
        if isinstance(node, ast.If):
            self._read(node.test, state)
            return _joined(self.block(node.body, state.copy()), self.block(node.orelse, state))
        if isinstance(node, _LOOPS):
            return self._loop(node, state)
        if isinstance(node, ast.Try):
            return self._try(node, state)
        if isinstance(node, ast.Match):
            self._read(node.subject, state)
            ways = [self.block(case.body, state.copy()) for case in node.cases]
            return _joined(state, *ways)
        if not isinstance(node, _LATER):
            self._read(node, state)
        return None if isinstance(node, _LEAVES) else state

    def _with(self, node: ast.With | ast.AsyncWith, state: _State) -> _State | None:
        for item in node.items:
            self._read(item.context_expr, state)
        if isinstance(node, ast.AsyncWith):
            state.wait()
            if any(self._attribute(item.context_expr) for item in node.items):
                return _State()  # nobody else comes in between, as long as all take the lock
        return self.block(node.body, state)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: _State) -> _State:
        first = node.test if isinstance(node, ast.While) else node.iter
        self._read(first, state)
        for _ in range(2):  # what the end of a round leaves meets the beginning of the next
            if isinstance(node, ast.AsyncFor):
                state.wait()
            after = self.block(node.body, state.copy())
            if after is not None and isinstance(node, ast.While):
                self._read(first, after)
            state = _joined(after, state) or state
        return _joined(self.block(node.orelse, state.copy()), state) or state

    def _try(self, node: ast.Try, state: _State) -> _State | None:
        before = state.copy()
        after = self.block([*node.body, *node.orelse], state)
        started = _joined(before, after) or before
        ways = [self.block(one.body, started.copy()) for one in node.handlers]
        joined = _joined(after, *ways)
        return self.block(node.finalbody, joined or started) if node.finalbody else joined

    # Expressions.

    def _read(self, node: ast.AST, state: _State) -> None:
        """Note what happens in the parts of a node, in the order in which it happens."""
        for part in _in_order(node):
            if isinstance(part, ast.Await):
                state.wait()
                self._asked(part, state)
                continue
            name = self._attribute(part)
            if not name or not isinstance(part, ast.Attribute):
                continue
            if isinstance(part.ctx, ast.Load):
                state.read.add(name)
                state.read_before.discard(name)
            elif isinstance(part.ctx, ast.Store):
                self._write(name, state)

    def _asked(self, node: ast.Await, state: _State) -> None:
        """Note what a condition has just read that was waited for."""
        conditions = (one for one in ast.walk(node) if isinstance(one, ast.Lambda))
        names = {self._attribute(part) for one in conditions for part in ast.walk(one)} - {""}
        state.read |= names
        state.read_before -= names

    def _write(self, name: str, state: _State) -> None:
        if name in state.read_before:
            self.found.append(Interleaving(name))
        others = state.written_before - {name}
        if others:
            self.found.append(Interleaving(name, min(others)))
        state.written.add(name)
        state.read_before.discard(name)

    def _attribute(self, node: ast.AST) -> str:
        """Return the name of an attribute of the object itself; empty for anything else."""
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == self._receiver:
                return attribute
        return ""


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a statement or expression as Python comes to them, without functions."""
    pending: list[tuple[ast.AST, bool]] = [(node, False)]
    while pending:
        at, is_read = pending.pop()
        if is_read or isinstance(at, ast.Attribute):
            yield at
        if is_read or (isinstance(at, _LATER) and at is not node):
            continue
        pending += [(at, True)] if isinstance(at, ast.Await) else []
        pending += [(inner, False) for inner in reversed(_parts(at))]


def _parts(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return [value, *targets]
        case ast.AugAssign(target=ast.Attribute(value=of, attr=name) as target, value=value):
            return [ast.Attribute(of, name, ast.Load()), value, target]
        case ast.AnnAssign(target=target, value=value):
            return [value, target] if value is not None else []
    return [*ast.iter_child_nodes(node)]


def _joined(*ways: _State | None) -> _State | None:
    """Return what may hold after one of several ways; ``None`` if none of them goes on."""
    ends = [way for way in ways if way is not None]
    if not ends:
        return None
    return _State(
        set().union(*(one.written for one in ends)),
        set().union(*(one.written_before for one in ends)),
        set().union(*(one.read for one in ends)),
        set().union(*(one.read_before for one in ends)),
    )
