"""The walk over a piece of code: its nodes with their surroundings, and the names it binds.

Nothing is concluded here. Guards and loops become flags of what stands in them; names are only
noted, because a name may be bound below the place where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import libcst as cst

from wflint.facts import guards
from wflint.facts.frames import Entry, Frame, State
from wflint.facts.heads import import_bindings, read_params
from wflint.facts.model import Flag, FunctionHead, Kind, ModuleFacts, Ref
from wflint.facts.refs import Refs
from wflint.facts.scopes import Bound, Scope, bind_target
from wflint.syntax.walk import children

_DIRECT = Flag.AWAITED | Flag.STATEMENT | Flag.RETURNED | Flag.RAISED
_CHANGERS = frozenset({"clear", "pop", "popitem", "setdefault", "update"})
_FALLBACK_VALUES = (
    cst.Call,
    cst.Attribute,
    cst.Name,
    cst.Await,
    cst.FormattedString,
    cst.Subscript,
)


class _Rest(NamedTuple):
    """The statements of a block from ``start`` on; the one before ``start`` is an ``if``."""

    entry: Entry
    body: Sequence[cst.BaseStatement]
    state: State
    start: int = 0


class Walker:
    """Walks one function with all that is nested in it, or the code of a module.

    ``entries`` are all nodes in source order; the number of an entry is the *site* of its node, and
    ``order`` gives it by ``id(node)``. ``frames`` are the functions, the outermost first.
    ``definitions`` has the nested functions and lambdas by qualname.
    """

    def __init__(self, module: ModuleFacts, guard_functions: guards.Guards) -> None:
        self.module = module
        self.guard_functions = guard_functions
        self.lambdas: dict[int, str] = {}
        self.definitions: dict[str, cst.FunctionDef | cst.Lambda] = {}
        self.refs = Refs(module, self.lambdas)
        self.entries: list[Entry] = []
        self.order: dict[int, int] = {}
        self.frames: list[Frame] = []
        self._pending: list[Entry | _Rest] = []
        self._taken: set[str] = set()
        self._chains: dict[int, int] = {}  # flags that `a and b` gives to what follows, by id
        self._conditions: set[int] = set()  # ids of the boolean operations of conditions

    def walk(
        self, nodes: Sequence[cst.CSTNode], head: FunctionHead, scope: Scope | None, flags: int = 0
    ) -> None:
        """Walk the body ``nodes`` of ``head``; without a ``scope`` it is the code of a module."""
        frame = self._open(head, scope)
        self._push(nodes, None, State(frame, scope, flags))
        self._walk()
        self.refs.complete = True

    def _open(self, head: FunctionHead, scope: Scope | None) -> Frame:
        frame = Frame(head)
        self.frames.append(frame)
        self._taken.add(head.qualname)
        for param in head.params if scope is not None else ():
            assert scope is not None
            scope.bind(param.name, Bound("param", param=param))
        return frame

    def _push(self, nodes: Sequence[cst.CSTNode], parent: Entry | None, state: State) -> None:
        self._pending.extend(Entry(node, parent, state) for node in reversed(nodes))

    def _walk(self) -> None:
        pending, entries, order = self._pending, self.entries, self.order
        while pending:
            entry = pending.pop()
            if isinstance(entry, _Rest):
                self._statements(entry)
                continue
            order[id(entry.node)] = len(entries)
            entries.append(entry)
            handler = _HANDLERS.get(type(entry.node))
            if handler is not None:
                handler(self, entry, entry.node, entry.state)
            else:
                self._push_children(entry)

    def _push_children(self, entry: Entry) -> None:
        state = entry.state
        if state.flags & _DIRECT:
            state = state._replace(flags=state.flags & ~_DIRECT)
        self._pending.extend(Entry(n, entry, state) for n in reversed(children(entry.node)))

    def name_at(self, scope: Scope | None) -> guards.DottedName:
        """A function that gives the dotted name of a node as seen from ``scope``."""
        return lambda node: self._dotted(self.refs.ref(node, scope))

    def _dotted(self, ref: Ref) -> str:
        """The dotted name of an external name, or of a function or method of this module.

        For what a call gave it is that of the function: ``inside = in_workflow()``.
        """
        if ref.kind is Kind.RESULT and not ref.path and ref.of is not None:
            ref = ref.of
        name = ref.name
        if ref.kind in (Kind.SELF, Kind.CLS) and len(ref.path) == 1:
            name = f"{ref.name}.{ref.path[0]}"
        elif ref.kind is not Kind.GLOBAL or ref.path:
            return self.refs.external(ref)
        if name in self.module.functions:
            return f"{self.module.name}.{name}"
        unknown = self.module.stars and name not in self.module.bindings
        return self.refs.external(ref) or (f"{self.module.name}.{name}" if unknown else "")

    def _block(self, entry: Entry, node: cst.IndentedBlock, state: State) -> None:
        self._statements(_Rest(entry, node.body, state))

    def _statements(self, rest: _Rest) -> None:
        """Statements in order; a guard that leaves early holds for the rest of its block.

        What follows an ``if`` waits until that has been walked, with all names bound so far.
        """
        entry, body, state, start = rest
        if start > 0:
            guard = body[start - 1]
            assert isinstance(guard, cst.If)
            state = state.having(self._after_if(guard, state))
        if state.flags & guards.DEAD:
            return
        end = next((n for n in range(start, len(body)) if type(body[n]) is cst.If), len(body))
        if end + 1 < len(body):
            self._pending.append(_Rest(entry, body, state, end + 1))
        self._push(body[start : end + 1], entry, state)

    def _after_if(self, node: cst.If, state: State) -> int:
        yes, no = guards.branch_flags(node.test, self.name_at(state.scope), self.guard_functions)
        if guards.always_leaves(node.body):
            return no
        orelse = node.orelse
        if isinstance(orelse, cst.Else) and guards.always_leaves(orelse.body):
            return yes
        return 0

    def _if(self, entry: Entry, node: cst.If, state: State) -> None:
        yes, no = guards.branch_flags(node.test, self.name_at(state.scope), self.guard_functions)
        body, orelse = state.having(yes), state.having(no)
        missing = guards.missing_name(node.test)
        if self._is_param(missing.name, state.scope):
            if missing.true and (missing.surely or guards.assigns(node.body, missing.name)):
                body = self._optional(body, missing.name)
            elif not missing.true and missing.surely:
                orelse = self._optional(orelse, missing.name)
        if node.orelse is not None and not no & guards.DEAD:
            self._push([node.orelse], entry, orelse)
        if not yes & guards.DEAD:
            self._push([node.body], entry, body)
        self._push([node.test], entry, state)

    def _if_exp(self, entry: Entry, node: cst.IfExp, state: State) -> None:
        state = state._replace(flags=state.flags & ~_DIRECT)
        yes, no = guards.branch_flags(node.test, self.name_at(state.scope), self.guard_functions)
        body, orelse = state.having(yes), state.having(no)
        missing = guards.missing_name(node.test)
        if self._is_param(missing.name, state.scope):
            other = node.orelse if missing.true else node.body
            if missing.surely or (isinstance(other, cst.Name) and other.value == missing.name):
                if missing.true:
                    body = self._optional(body, missing.name)
                else:
                    orelse = self._optional(orelse, missing.name)
        self._push([node.orelse], entry, orelse)
        self._push([node.body], entry, body)
        self._push([node.test], entry, state)

    def _boolean(self, entry: Entry, node: cst.BooleanOperation, state: State) -> None:
        state = state._replace(flags=state.flags & ~_DIRECT)
        name = self.name_at(state.scope)
        right = state.having(guards.left_flags(node, name, self.guard_functions, self._chains))
        if self._is_condition(entry):
            self._conditions.add(id(node))
        elif isinstance(node.operator, cst.Or) and isinstance(node.right, _FALLBACK_VALUES):
            right = self._optional(right, self._fallback_name(node.left, state.scope))
        self._push([node.right], entry, right)
        self._push([node.left], entry, state)

    def _is_condition(self, entry: Entry) -> bool:
        """Whether a boolean operation is only asked for its truth."""
        parent = entry.parent.node if entry.parent is not None else None
        if isinstance(parent, cst.BooleanOperation):
            return id(parent) in self._conditions
        if isinstance(parent, (cst.If, cst.While, cst.IfExp)):
            return parent.test is entry.node
        return isinstance(parent, (cst.UnaryOperation, cst.Assert, cst.CompIf))

    def _fallback_name(self, left: cst.BaseExpression, scope: Scope | None) -> str:
        if isinstance(left, cst.Name) and self._is_param(left.value, scope):
            return left.value
        return ""

    def _optional(self, state: State, name: str) -> State:
        return state._replace(flags=state.flags | Flag.OPTIONAL, fallback=name)

    def _is_param(self, name: str, scope: Scope | None) -> bool:
        found = scope.find(name) if scope is not None and name else None
        return found is not None and any(b.how == "param" for b in found[1])

    def _try(self, entry: Entry, node: cst.Try | cst.TryStar, state: State) -> None:
        name = self.name_at(state.scope)
        probes = guards.probes_workflow(node.body, name)
        outside = state.having(Flag.NOT_IN_WORKFLOW)
        for part in (node.finalbody, node.orelse):
            if part is not None:
                self._push([part], entry, state)
        handlers: list[cst.ExceptHandler | cst.ExceptStarHandler] = [*node.handlers]
        for handler in reversed(handlers):
            caught = probes and guards.catches_probe(handler, name)
            self._push([handler], entry, outside if caught else state)
        self._push([node.body], entry, state)

    def _with(self, entry: Entry, node: cst.With, state: State) -> None:
        name = self.name_at(state.scope)
        free = any(guards.is_unrestricted(item, name) for item in node.items)
        body = state.having(Flag.UNRESTRICTED) if free else state
        self._push([node.body], entry, body)
        self._push(list(node.items), entry, state)

    def _with_item(self, entry: Entry, node: cst.WithItem, state: State) -> None:
        if node.asname is not None and state.scope is not None:
            bind_target(state.scope, node.asname.name, None)
        self._push([node.item], entry, state)

    def _for(self, entry: Entry, node: cst.For, state: State) -> None:
        if state.scope is not None:
            bind_target(state.scope, node.target, None)
        if node.orelse is not None:
            self._push([node.orelse], entry, state)
        self._push([node.body], entry, state.having(Flag.IN_LOOP))
        self._push_target(node.target, entry, state)
        self._push([node.iter], entry, state)

    def _while(self, entry: Entry, node: cst.While, state: State) -> None:
        if node.orelse is not None:
            self._push([node.orelse], entry, state)
        inside = state.having(Flag.IN_LOOP)
        self._push([node.test, node.body], entry, inside)

    def _comprehension(self, entry: Entry, node: cst.BaseComp, state: State) -> None:
        state = state._replace(flags=state.flags & ~_DIRECT)
        frame, outer = state.frame, state.scope
        owner = outer.owner if outer else ""
        scope = Scope(frame.head.qualname, outer, owner, is_comprehension=True)
        inside = state._replace(scope=scope, flags=state.flags | Flag.IN_LOOP)
        if isinstance(node, cst.DictComp):
            self._push([node.key, node.value], entry, inside)
        elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
            self._push([node.elt], entry, inside)
        loops: list[cst.CompFor] = []
        loop: cst.CompFor | None = node.for_in
        while loop is not None:
            bind_target(scope, loop.target, None)
            loops.append(loop)
            loop = loop.inner_for_in
        for loop in reversed(loops):
            self._push([c.test for c in loop.ifs], entry, inside)
            self._push([loop.iter], entry, state if loop is node.for_in else inside)

    def _assign(self, entry: Entry, node: cst.Assign, state: State) -> None:
        if state.scope is not None:
            for target in node.targets:
                bind_target(state.scope, target.target, node.value)
        for target in reversed(node.targets):
            self._push_target(target.target, entry, state)
        self._push([node.value], entry, state)

    def _ann_assign(self, entry: Entry, node: cst.AnnAssign, state: State) -> None:
        if isinstance(node.target, cst.Name) and state.scope is not None:
            annotation = node.annotation.annotation
            bound = Bound("annotation", annotation, value=node.value)
            state.scope.bind(node.target.value, bound)
        if node.value is not None:
            self._push_target(node.target, entry, state)
            self._push([node.value], entry, state)

    def _aug_assign(self, entry: Entry, node: cst.AugAssign, state: State) -> None:
        if state.scope is not None:
            bind_target(state.scope, node.target, None)
        self._push_target(node.target, entry, state)
        self._push([node.value], entry, state)

    def _named(self, entry: Entry, node: cst.NamedExpr, state: State) -> None:
        if state.scope is not None:
            bind_target(state.scope.of_function, node.target, node.value)
        self._push([node.value], entry, state._replace(flags=state.flags & ~_DIRECT))

    def _push_target(self, target: cst.CSTNode, entry: Entry, state: State) -> None:
        """Targets are looked at as well (``os.environ["X"] = ...``), plain names are not."""
        if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
            self.refs.changed.add(target.value.value)
        if not isinstance(target, (cst.Name, cst.Tuple, cst.List)):
            self._push([target], entry, state)

    def _handler(self, entry: Entry, node: cst.ExceptHandler, state: State) -> None:
        if node.name is not None and state.scope is not None:
            bind_target(state.scope, node.name.name, None)
        self._push([node.body], entry, state)
        if node.type is not None:
            self._push([node.type], entry, state)

    def _import(self, entry: Entry, node: cst.Import | cst.ImportFrom, state: State) -> None:
        if state.scope is None:
            return
        for name, target in import_bindings(node, self.module)[0]:
            state.scope.bind(name, Bound("import", text=target))

    def _global(self, entry: Entry, node: cst.Global | cst.Nonlocal, state: State) -> None:
        if state.scope is not None:
            names = {item.name.value for item in node.names}
            state.scope.elsewhere |= names
            if isinstance(node, cst.Global):
                state.scope.globals |= names

    def _capture(self, entry: Entry, node: cst.MatchAs | cst.MatchStar, state: State) -> None:
        if node.name is not None and state.scope is not None:
            state.scope.bind(node.name.value, Bound("other"))
        self._push_children(entry)

    def _function(self, entry: Entry, node: cst.FunctionDef, state: State) -> None:
        self._push_defaults(entry, node.params, state)
        self._push(list(node.decorators), entry, state)
        if state.scope is None:
            return
        outer = state.frame.head
        qualname = self._free_name(f"{outer.qualname}.{node.name.value}")
        self.definitions[qualname] = node
        state.scope.bind(node.name.value, Bound("function", text=qualname))
        scope = Scope(qualname, state.scope, state.scope.owner, node.asynchronous is not None)
        head = FunctionHead(
            qualname,
            is_async=node.asynchronous is not None,
            params=read_params(node.params, self.refs, state.scope),
            start=outer.start,
            end=outer.end,
            site=self.order[id(node)],
        )
        frame = self._open(head, scope)
        flags = state.flags & ~(Flag.IN_LOOP | Flag.OPTIONAL | _DIRECT)
        self._push([node.body], entry, State(frame, scope, flags))

    def _lambda(self, entry: Entry, node: cst.Lambda, state: State) -> None:
        self._push_defaults(entry, node.params, state)
        outer = state.frame.head
        qualname = self._free_name(f"{outer.qualname}.<lambda>")
        self.lambdas[id(node)] = qualname
        self.definitions[qualname] = node
        owner = state.scope.owner if state.scope is not None else ""
        scope = Scope(qualname, state.scope, owner)
        params = read_params(node.params, self.refs, state.scope)
        head = FunctionHead(qualname, params=params, start=outer.start, end=outer.end)
        flags = state.flags & ~(Flag.IN_LOOP | Flag.OPTIONAL | _DIRECT)
        frame = self._open(head, scope)
        self._push([node.body], entry, State(frame, scope, flags | Flag.RETURNED))

    def _free_name(self, qualname: str) -> str:
        """Two functions of one name in one scope get ``#2``, ... for their facts."""
        name, number = qualname, 1
        while name in self._taken:
            number += 1
            name = f"{qualname}#{number}"
        return name

    def _push_defaults(self, entry: Entry, params: cst.Parameters, state: State) -> None:
        state = state._replace(flags=state.flags & ~_DIRECT)
        every = (*params.posonly_params, *params.params, *params.kwonly_params)
        self._push([p.default for p in every if p.default is not None], entry, state)

    def _class(self, entry: Entry, node: cst.ClassDef, state: State) -> None:
        self._push([a.value for a in (*node.bases, *node.keywords)], entry, state)
        if state.scope is not None:
            state.scope.bind(node.name.value, Bound("other"))
        else:
            self._push([node.body], entry, state)

    def _call(self, entry: Entry, node: cst.Call, state: State) -> None:
        func = node.func
        if (
            isinstance(func, cst.Attribute)
            and isinstance(func.value, cst.Name)
            and func.attr.value in _CHANGERS
        ):
            self.refs.changed.add(func.value.value)
        self._push_children(entry)

    def _yield(self, entry: Entry, node: cst.Yield, state: State) -> None:
        state.frame.yields = True
        self._push_children(entry)

    def _direct(self, entry: Entry, node: cst.CSTNode, state: State) -> None:
        """Statements and operators that say something about the one expression in them."""
        flag = {cst.Expr: Flag.STATEMENT, cst.Return: Flag.RETURNED, cst.Raise: Flag.RAISED}
        flags = (state.flags & ~_DIRECT) | flag.get(type(node), Flag.AWAITED)
        self._push(children(node), entry, state._replace(flags=flags))

    def _skip(self, entry: Entry, node: cst.CSTNode, state: State) -> None:
        """Annotations and the like do not run."""


_HANDLERS: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.IndentedBlock: Walker._block,
    cst.If: Walker._if,
    cst.IfExp: Walker._if_exp,
    cst.BooleanOperation: Walker._boolean,
    cst.Try: Walker._try,
    cst.TryStar: Walker._try,
    cst.With: Walker._with,
    cst.WithItem: Walker._with_item,
    cst.For: Walker._for,
    cst.While: Walker._while,
    cst.ListComp: Walker._comprehension,
    cst.SetComp: Walker._comprehension,
    cst.GeneratorExp: Walker._comprehension,
    cst.DictComp: Walker._comprehension,
    cst.Assign: Walker._assign,
    cst.AnnAssign: Walker._ann_assign,
    cst.AugAssign: Walker._aug_assign,
    cst.NamedExpr: Walker._named,
    cst.ExceptHandler: Walker._handler,
    cst.ExceptStarHandler: Walker._handler,
    cst.Import: Walker._import,
    cst.ImportFrom: Walker._import,
    cst.Global: Walker._global,
    cst.Nonlocal: Walker._global,
    cst.MatchAs: Walker._capture,
    cst.MatchStar: Walker._capture,
    cst.FunctionDef: Walker._function,
    cst.Lambda: Walker._lambda,
    cst.ClassDef: Walker._class,
    cst.Call: Walker._call,
    cst.Yield: Walker._yield,
    cst.Expr: Walker._direct,
    cst.Return: Walker._direct,
    cst.Raise: Walker._direct,
    cst.Await: Walker._direct,
    cst.Annotation: Walker._skip,
}
