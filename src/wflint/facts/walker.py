"""The walk over a piece of code: its nodes with their surroundings, and the names it binds.

Nothing is concluded here. Guards and loops become flags of what stands in them; names are only
noted, because a name may be bound below the place where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

import libcst as cst
from msgspec.structs import replace

from wflint.facts import fallbacks, guards, told_names, unreachable
from wflint.facts.behind import PROTECTING, Flags, behind_imports, flags_at_end, flags_behind
from wflint.facts.definitions import free_name
from wflint.facts.frames import Entry, Frame, State
from wflint.facts.handed_on import handed_on
from wflint.facts.local_names import NOWHERE, Place
from wflint.facts.model import Flag, FunctionHead, Kind, ModuleFacts, Ref
from wflint.facts.questions import NEVER_MISSING, told
from wflint.facts.refs import Refs
from wflint.facts.scopes import Block, Bound, How, Narrowed, Scope
from wflint.facts.sharing import Sharing
from wflint.syntax.walk import children

S = TypeVar("S", bound=cst.CSTNode)

DIRECT = Flag.AWAITED | Flag.STATEMENT | Flag.RETURNED | Flag.RAISED | Flag.STORED | Flag.DELETED

_SURE = (cst.With, cst.FunctionDef, cst.ClassDef)
"""Whose blocks surely run."""


class _Rest(NamedTuple):
    """The statements of a block from ``start`` on; the one before ``start`` may guard them."""

    entry: Entry
    body: Sequence[cst.BaseStatement]
    state: State
    start: int = 0


class Walker:
    """Walks one function with all that is nested in it, or the code of a module.

    ``entries`` are all nodes in source order; the number of an entry is the *site* of its node, and
    ``order`` gives it by ``id(node)``. ``frames`` are the functions, the outermost first.
    ``definitions`` has the nested functions and lambdas by qualname, ``sure`` has,
    by the ids of the bodies of ``try`` that come to their end in a workflow, the flags of what runs
    otherwise; ``instead`` by those of handlers that surely run where something is missing, and by
    those of the ``try`` if they leave, the flags of what runs elsewhere. Values do not count where
    the flags ``skips`` hold.
    """

    def __init__(
        self,
        module: ModuleFacts,
        guard_functions: guards.Guards,
        shared: Sharing | None = None,
        skips: int = guards.NOT_FOR_WORKFLOWS,
    ) -> None:
        self.module = module
        self.guard_functions = guard_functions
        self.skips = skips
        self.lambdas: dict[int, str] = {}
        self.definitions: dict[str, cst.FunctionDef | cst.Lambda] = {}
        self.refs = Refs(module, self.lambdas, shared)
        self.refs.handed_on = lambda: self._handed_on
        self.refs.place_of = self._place
        self.refs.scope_of = lambda node: self.scopes.get(id(node))
        self.refs.sides = self._sides
        self.scopes: dict[int, Scope] = {}  # those inside comprehensions, by id of these
        self.sure: dict[int, int] = {}
        self.instead: dict[int, int] = {}
        self.entries: list[Entry] = []
        self.order: dict[int, int] = {}
        self.frames: list[Frame] = []
        self._pending: list[Entry | _Rest | list[Bound]] = []
        self._taken: set[str] = set()
        self.chains: dict[int, int] = {}  # flags that `a and b` gives to what follows, by id
        self.conditions: set[int] = set()  # ids of the boolean operations of conditions

    def walk(
        self, nodes: Sequence[cst.CSTNode], head: FunctionHead, scope: Scope | None, flags: int = 0
    ) -> None:
        """Walk the body ``nodes`` of ``head``; without a ``scope`` it is the code of a module."""
        state = State(self.open(head, scope), scope, flags)
        self.push(self._that_may_run(nodes, state), None, state)
        self._walk()
        self.refs.complete = True
        self.refs.forget()

    @cached_property
    def _handed_on(self) -> frozenset[str]:
        """The names of what others get, when all has been walked."""
        return handed_on(
            self.entries, lambda node, at: self.refs.external(self.refs.ref(node, at.state.scope))
        )

    def _place(self, node: cst.CSTNode) -> Place:
        number = self.order.get(id(node), -1)
        if number < 0:
            return NOWHERE
        state = self.entries[number].state
        return Place(number, state.block, state.narrowed)

    def _sides(self, node: cst.IfExp, scope: Scope | None) -> list[cst.BaseExpression]:
        """The sides of ``a if test else b`` that may run in what is read."""
        yes, no = guards.branch_flags(node.test, self.name_at(scope), self.guard_functions)
        outside = self.skips | guards.DEAD
        sides = [n for n, f in ((node.body, yes), (node.orelse, no)) if not f & outside]
        return sides or [node.body, node.orelse]

    def bound(
        self, how: How, entry: Entry, node: cst.BaseExpression | None = None, text: str = ""
    ) -> Bound:
        """A binding that happens at an entry."""
        state = entry.state
        return Bound(
            how,
            node,
            text,
            order=self.order.get(id(entry.node), -1),
            block=state.block,
            flags=state.flags,
            fallback=state.fallback,
            is_elsewhere=bool(state.flags & self.skips),
        )

    def open(self, head: FunctionHead, scope: Scope | None) -> Frame:
        frame = Frame(head)
        self.frames.append(frame)
        self._taken.add(head.qualname)
        for param in head.params if scope is not None else ():
            assert scope is not None
            scope.bind(param.name, Bound(How.PARAM, param=param))
        return frame

    def push(self, nodes: Sequence[cst.CSTNode], parent: Entry | None, state: State) -> None:
        self._pending += [Entry(node, parent, state) for node in reversed(nodes)]

    def push_mark(self, made: list[Bound]) -> None:
        """Bindings happen when the value, which is pushed next, has been walked."""
        if made:
            self._pending.append(made)

    def _walk(self) -> None:
        from wflint.facts.walk_handlers import HANDLERS as handlers

        pending, entries, order = self._pending, self.entries, self.order
        while pending:
            entry = pending.pop()
            if not isinstance(entry, Entry):
                self._go_on(entry)
                continue
            node = entry.node
            order[id(node)] = len(entries)
            entries.append(entry)
            handler = handlers.get(type(node))
            if handler is not None:
                handler(self, entry, node, entry.state)
            else:
                self.push_children(entry)

    def _go_on(self, mark: _Rest | list[Bound]) -> None:
        """Come to the rest of a block, or to where bindings happen."""
        if isinstance(mark, _Rest):
            self._statements(mark)
            return
        for bound in mark:
            bound.order = len(self.entries)

    def push_children(self, entry: Entry) -> None:
        found = children(entry.node)
        if not found:
            return
        state = entry.state
        if state.flags & DIRECT:
            state = replace(state, flags=state.flags & ~DIRECT)
        found.reverse()
        self._pending += [Entry(node, entry, state) for node in found]

    def name_at(self, scope: Scope | None) -> guards.DottedName:
        """A function that gives the dotted name of a node as seen from ``scope``."""

        def name(node: cst.CSTNode) -> str:
            asked = told_names.asked_before(node, scope)
            if asked is not None and any(asked[1:]):
                return self._told(*asked, scope)
            ref = self.refs.ref(node, scope)
            if ref.kind is Kind.RESULT and told_names.is_from_around(node, scope):
                return ""  # what was the answer when the function around was called
            if ref.kind is Kind.RESULT and told_names.may_be_missing(node, scope):
                return ""  # nobody may have asked
            return self._dotted(ref)

        return name

    def _told(self, value: cst.BaseExpression, yes: int, no: int, scope: Scope | None) -> str:
        """Return what a name asks that is given ``value``, or is false otherwise."""
        if isinstance(value, cst.Call):
            called = self._dotted(self.refs.ref(value, scope))
            if not yes:
                return called
            no = no if called in NEVER_MISSING else 0
        return told(yes, no)

    def _dotted(self, ref: Ref) -> str:
        """The dotted name of an external name, or of a function or method of this module.

        For what a call gave it is that of the function: ``inside = in_workflow()``.
        """
        if ref.kind is Kind.RESULT and not ref.path and ref.of is not None:
            ref = ref.of
        name = ref.name
        if ref.kind in (Kind.SELF, Kind.CLS) and len(ref.path) == 1:
            name = f"{ref.name}.{ref.path[0]}"
            if ref.name in self.module.classes:
                return f"{self.module.name}.{name}"  # which a base class may define
        elif ref.kind is not Kind.GLOBAL or ref.path:
            return self.refs.external(ref)
        if name in self.module.functions or self._tells_of_sdk(name):
            return f"{self.module.name}.{name}"
        unknown = self.module.stars and name not in self.module.bindings
        return self.refs.external(ref) or (f"{self.module.name}.{name}" if unknown else "")

    def _tells_of_sdk(self, name: str) -> bool:
        """True if a variable of the module says whether the SDK is there."""
        bindings = self.module.bindings.get(name, ())
        return any(b.with_sdk is not None and b.value is not None for b in bindings)

    def free_name(self, qualname: str) -> str:
        """Two functions of one name in one scope get ``#2``, ... for their facts."""
        return free_name(qualname, self._taken)

    def name_lambda(self, node: cst.Lambda, state: State) -> str:
        """Return the qualname of a lambda."""
        known = self.lambdas.get(id(node))
        if known is None:
            where = "@body" if state.scope is None else ""  # those that are given names have facts
            known = self.free_name(f"{state.frame.head.qualname}.<lambda>{where}")
            self.lambdas[id(node)] = known
            self._taken.add(known)
        return known

    def block(self, entry: Entry, node: cst.IndentedBlock, state: State) -> None:
        """The statements of a block, which may be one that not surely runs."""
        parent = entry.parent.node if entry.parent is not None else None
        if parent is not None and type(parent) not in _SURE and id(node) not in self.sure:
            is_loop = isinstance(parent, (cst.For, cst.While))
            instead = self.instead.get(id(node), 0)
            state = replace(state, block=Block(state.block, is_loop, instead))
        self._statements(_Rest(entry, self._that_may_run(node.body, state), state))

    def suite(self, entry: Entry, node: cst.SimpleStatementSuite, state: State) -> None:
        """``if x: y = 1`` on one line."""
        state = replace(state, block=Block(state.block, instead=self.instead.get(id(node), 0)))
        self.push(self._that_may_run(node.body, state), entry, state)

    def line(self, entry: Entry, node: cst.SimpleStatementLine, state: State) -> None:
        """``x = 1; return x`` on one line."""
        state = replace(state, flags=state.flags & ~DIRECT)
        self.push(self._that_may_run(node.body, state), entry, state)

    def _that_may_run(self, body: Sequence[S], state: State) -> Sequence[S]:
        """The statements of a block without those that control never gets to."""
        if len(body) < 2:
            return body
        end = unreachable.end_of(body, self.name_at(state.scope))
        if end == len(body):
            return body
        unreachable.leave_out(self.module, body[end:], state)
        return body[:end]

    def _statements(self, rest: _Rest) -> None:
        """Statements in order; a guard that leaves early holds for the rest of its block.

        What follows a guard waits until that has been walked, with all names bound so far.
        """
        entry, body, state, start = rest
        if start > 0:
            state = self._after(body[start - 1], state, body[start:])
        if state.flags & guards.DEAD:
            return
        may_end = _may_fail if state.is_tried else _may_guard
        end = next((n for n in range(start, len(body)) if may_end(body[n])), len(body))
        if end + 1 < len(body):
            self._pending.append(_Rest(entry, body, state, end + 1))
        self.push(body[start : end + 1], entry, state)

    def _after(
        self, statement: cst.BaseStatement, state: State, rest: Sequence[cst.BaseStatement]
    ) -> State:
        """The surroundings of ``rest``, which follows a statement."""
        if isinstance(statement, cst.If):
            return self._after_if(statement, state, rest)
        name = self.name_at(state.scope)
        if isinstance(statement, cst.Match):
            flags = guards.flags_behind_cases(statement, name, self.guard_functions)
            return state.having(flags)
        if isinstance(statement, PROTECTING):
            flags = flags_behind(statement, self.sure, self._flags_by(name))
            return state.having(flags | self.instead.get(id(statement), 0))
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assert):
                yes, _ = guards.branch_flags(small.test, name, self.guard_functions)
                state = self.narrow(small.test, state, False).having(yes)
                state = state.where(small.test, True)
            else:
                flags = guards.flags_behind_call(small, name, self.guard_functions)
                state = state.having(flags)
        return behind_imports([statement], state, self.module) if state.is_tried else state

    def _after_if(self, node: cst.If, state: State, rest: Sequence[cst.BaseStatement]) -> State:
        name = self.name_at(state.scope)
        yes, no = guards.branch_flags(node.test, name, self.guard_functions)
        state = _behind(node, state)
        if node.orelse is None and no:
            state = state.having(no & flags_at_end(node.body, self.sure, self._flags_by(name)))
        if guards.always_leaves(node.body):
            state = fallbacks.behind(self, node, rest, state)
            return self.narrow(node.test, state, True).having(no)
        orelse = node.orelse
        if isinstance(orelse, cst.Else) and guards.always_leaves(orelse.body):
            return self.narrow(node.test, state, False).having(yes).where(node.test, True)
        return state

    def _flags_by(self, name: guards.DottedName) -> Flags:
        return partial(guards.branch_flags, name=name, guards=self.guard_functions)

    def narrow(self, test: cst.BaseExpression, state: State, negated: bool) -> State:
        """The surroundings where ``isinstance`` in a test has shown what a name is."""
        for name, types in guards.shown_types(test, negated):
            state = self.narrowed(name, types, state)
        return state

    def narrowed(self, name: str, types: cst.BaseExpression, state: State) -> State:
        """The surroundings where a name is known to be an instance of ``types``."""
        return replace(state, narrowed=Narrowed(name, types, len(self.entries), state.narrowed))

    def push_target(self, target: cst.CSTNode, entry: Entry, state: State) -> None:
        """Targets are looked at as well (``os.environ["X"] = ...``), plain names are not."""
        if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
            self.refs.changed.add(target.value.value)
        if not isinstance(target, (cst.Name, cst.Tuple, cst.List)):
            self.push([target], entry, state.having(Flag.STORED))


def _behind(node: cst.If, state: State) -> State:
    """The surroundings behind an ``if``: the tests of its first branches that leave are false."""
    branch: cst.If | cst.Else | None = node
    while isinstance(branch, cst.If) and guards.always_leaves(branch.body):
        state = state.where(branch.test, False)
        branch = branch.orelse
    return state


def _may_fail(statement: cst.BaseStatement) -> bool:
    """True for the same, and for an import, behind which nothing runs if it fails."""
    inner = statement.body if type(statement) is cst.SimpleStatementLine else ()
    return any(isinstance(s, (cst.Import, cst.ImportFrom)) for s in inner) or _may_guard(statement)


def _may_guard(statement: cst.BaseStatement) -> bool:
    """True for an `if`, a `match`, an `assert`, for a call, and for what catches errors."""
    if type(statement) in (cst.If, cst.Match) or isinstance(statement, PROTECTING):
        return True
    if type(statement) is not cst.SimpleStatementLine:
        return False
    return any(
        type(s) is cst.Assert or guards.called_at_once(s) is not None for s in statement.body
    )
