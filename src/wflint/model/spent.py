"""What messages leave only so that the workflow continues as new: it has served its purpose then.

A counter that is held against a limit, and a flag that asks for the next run, are not what a
message brings. Nothing is lost if the next run begins without them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from wflint.facts.ids import Fn
from wflint.model.state_flow import StateFlow
from wflint.model.steps import function_node
from wflint.project.store import Store
from wflint.syntax.inner_nodes import parents
from wflint.syntax.words import last_word

_CONTINUES = "continue_as_new"
_WAIT = "wait_condition"
_CLOCKS = frozenset({"now", "time", "time_ns"})
_LOGGERS = frozenset({"log", "logger"})
_FEW = 20
"""How many statements are looked at for one that continues as new."""

_BLOCKS = ("body", "orelse", "finalbody")
_TESTS = (ast.Await, ast.BoolOp, ast.Compare, ast.Lambda, ast.UnaryOp)


def spent(names: Iterable[str], flow: StateFlow, in_run: Collection[Fn], store: Store) -> set[str]:
    """Return those attributes of a workflow of which the next run misses nothing.

    ``in_run`` are the methods that the run method goes through.
    """
    texts = ((fn, _method(fn, flow.receiver(fn), store)) for fn in flow.methods)
    bodies = {fn: text for fn, text in texts if text is not None}
    ends = {fn.qualname.rpartition(".")[2] for fn, body in bodies.items() if body.continues}
    using: dict[str, list[Fn]] = {}
    for fn, body in bodies.items():
        for name in body.uses:
            using.setdefault(name, []).append(fn)
    found: set[str] = set()
    for name in names:
        here = using.get(name, ())
        values = [value for fn in here for value in bodies[fn].values(name)]
        if values and all(map(_is_clock, values)):
            found.add(name)
            continue
        read = [bodies[fn] for fn in here if fn in in_run]
        uses = [(body, use) for body in read for use in body.reads(name)]
        is_counted = all(isinstance(value, ast.Constant) for value in values)
        only_decides = all(body.only_decides(use, ends, is_counted) for body, use in uses)
        if only_decides or all(body.sets_before_reading(name) for body in read):
            found.add(name)
    return found


def _method(fn: Fn, own: str, store: Store) -> _Method | None:
    module = store.load(fn.path)
    head = module.facts.functions.get(fn.qualname)
    if head is None or head.too_deep:
        return None
    node = function_node(module.source, head.start, head.end)
    return _Method(node, own) if node is not None else None


class _Method:
    """The text of a method, with what stands around each of its nodes."""

    def __init__(self, node: ast.FunctionDef, own: str) -> None:
        self._node = node
        self._own = own
        self._params = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
        self._parents = parents(node)
        self.continues = any(_calls(node, {_CONTINUES}))

    @cached_property
    def uses(self) -> dict[str, list[ast.Attribute]]:
        """Where attributes of the object stand, by their names."""
        found: dict[str, list[ast.Attribute]] = {}
        for node in self._parents:
            match node:
                case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner == self._own:
                    found.setdefault(name, []).append(node)
        return found

    def values(self, name: str) -> Iterator[ast.expr]:
        """Yield all that an attribute is set to, or becomes more by."""
        for use in self.uses.get(name, ()):
            match self._parents[use]:
                case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                    if isinstance(use.ctx, ast.Store):
                        yield value
                case ast.AugAssign(op=ast.Add(), value=value):
                    yield value
                case _ if not isinstance(use.ctx, ast.Load):
                    yield use  # something else

    def reads(self, name: str) -> Iterator[ast.Attribute]:
        """Yield where the attribute is read."""
        return (use for use in self.uses.get(name, ()) if isinstance(use.ctx, ast.Load))

    def sets_before_reading(self, name: str) -> bool:
        """True if the method sets an attribute before each place that reads it, on any way there.

        ``self.changed = False`` stands before the wait for it: what it was before does not matter.
        """
        first: dict[tuple[ast.AST, str], int] = {}
        for use in self.uses.get(name, ()):
            statement = self._parents[use]
            if isinstance(statement, ast.AugAssign):
                return False
            if not isinstance(use.ctx, ast.Load) and statement in self._places:
                around, field, place = self._places[statement]
                first[around, field] = min(place, first.get((around, field), place))
        return all(self._is_behind(use, first) for use in self.reads(name))

    def _is_behind(self, node: ast.AST, first: Mapping[tuple[ast.AST, str], int]) -> bool:
        """True if a node stands behind one of the first statements of some blocks."""
        at: ast.AST | None = node
        while at is not None:
            if at in self._places:
                around, field, place = self._places[at]
                if first.get((around, field), place) < place:
                    return True
            at = self._parents.get(at)
        return False

    @cached_property
    def _places(self) -> dict[ast.AST, tuple[ast.AST, str, int]]:
        """The place of each statement: what is around its block, which block, and a number."""
        return {
            statement: (node, field, number)
            for node in (self._node, *self._parents)
            for field in _BLOCKS
            for number, statement in enumerate(_statements(node, field))
        }

    def only_decides(self, use: ast.AST, ends: Collection[str], is_counted: bool) -> bool:
        """True if a read only serves to continue as new, or for a log.

        ``is_counted`` says that the value itself is made of constants; else it is its length.
        """
        node = self._parents[use]
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[_]):
                node = self._parents[node]
            case _ if not is_counted:
                return False
        if _is_log(node):
            return True
        inner: ast.AST = use
        while isinstance(node, _TESTS) or last_word(getattr(node, "func", None)) == _WAIT:
            if isinstance(node, ast.Compare) and not all(map(self._is_limit, _others(node, inner))):
                return False
            inner, node = node, self._parents[node]
        match node:
            case ast.If(test=test) if test is inner:
                return _ends(node.body, ends)
            case ast.While(test=test) if test is inner:
                return _ends(self._behind(node), ends)
            case ast.Expr():
                return _ends(self._behind(node), ends)
        return False

    def _is_limit(self, node: ast.AST) -> bool:
        """True for a constant, or what a function was given."""
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                return name.isupper() or name in self._params
            case ast.Attribute(attr=name):
                return name.isupper()
        return False

    def _behind(self, node: ast.stmt) -> list[ast.stmt]:
        """Return the statements that follow in the same block."""
        if node not in self._places:
            return []
        around, field, place = self._places[node]
        return _statements(around, field)[place + 1 : place + 1 + _FEW]


def _statements(node: ast.AST, field: str) -> list[ast.stmt]:
    found = getattr(node, field, None)
    return found if isinstance(found, list) else []


def _others(node: ast.Compare, one: ast.AST) -> list[ast.expr]:
    """Return the other sides of a comparison; those that hold the one itself are left out."""
    return [n for n in (node.left, *node.comparators) if n is not one and one not in ast.walk(n)]


def _ends(statements: Iterable[ast.stmt], ends: Collection[str]) -> bool:
    """True if statements continue as new, and wait for nothing but conditions before."""
    for statement in statements:
        if any(_calls(statement, {_CONTINUES, *ends})):
            return True
        if any(isinstance(n, ast.Await) and not _waits(n) for n in ast.walk(statement)):
            return False
    return False


def _waits(node: ast.Await) -> bool:
    return isinstance(node.value, ast.Call) and last_word(node.value.func) == _WAIT


def _calls(node: ast.AST, names: Collection[str]) -> Iterator[ast.Call]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and last_word(inner.func) in names:
            yield inner


def _is_clock(value: ast.expr) -> bool:
    """True for `workflow.now()`, and the clocks that stand in its place."""
    return isinstance(value, ast.Call) and last_word(value.func) in _CLOCKS


def _is_log(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=logger)):
            return last_word(logger) in _LOGGERS
    return False
