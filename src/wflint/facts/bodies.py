"""Reads the body of a function: calls, uses, and what the rules' visitors see.

The tree is walked once (:mod:`wflint.facts.walker`); when all names are known, the noted nodes are
looked at in source order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from wflint.facts.attribute_stores import NONE, OBJECTS, AttributeStores
from wflint.facts.builtin_names import is_builtin
from wflint.facts.context import Context, Reporter
from wflint.facts.cst_definitions import CstSyntax, read_class, type_bounds, written_decorators
from wflint.facts.definitions import ACCESSORS, read_decorators
from wflint.facts.frames import Entry, Frame, State
from wflint.facts.guards import NOT_FOR_WORKFLOWS
from wflint.facts.model import (
    OPEN,
    Arg,
    Call,
    Flag,
    FunctionBody,
    FunctionHead,
    Kind,
    ModuleFacts,
    Mutation,
    Operation,
    Ref,
    Term,
    Use,
    Value,
    ValueType,
)
from wflint.facts.mutations import FUNCTIONS, MUTATIONS, Mutations, changes_first, lasting
from wflint.facts.operations import OPERATIONS, Operations
from wflint.facts.raises import read_raise
from wflint.facts.scopes import Scope, is_global
from wflint.facts.sharing import Sharing
from wflint.facts.subscripts import holds_slice, is_slice, item_methods
from wflint.facts.terms import Terms, defaults
from wflint.facts.tries import Tries
from wflint.facts.types import substituted
from wflint.facts.values import option, value
from wflint.facts.walker import Walker
from wflint.facts.written import written_name
from wflint.faults import Faults

if TYPE_CHECKING:
    from wflint.config.rule_settings import RuleSettings
    from wflint.syntax.pieces import Piece

Visitor = tuple[Reporter, Callable[[cst.CSTNode, Context], None]]
Visitors = Mapping[type[cst.CSTNode], Sequence[Visitor]]
NO_VISITORS: Visitors = {}

_NEVER_OWN = frozenset({Kind.UNKNOWN, Kind.LITERAL, Kind.LOCAL, Kind.IMPORT})
Finder = Callable[[str], "cst.FunctionDef | cst.Lambda | None"]
"""Gives the definition of a function of the module by its qualname."""


@dataclass(frozen=True)
class Reading:
    """The settings that bodies are read with: the rules' visitors, and what changes what is seen.

    ``visitors_for`` gives the visitors that may find something in a file with this text.
    ``guard_functions`` gives, for a module's path and the dotted name of a function of the user's
    own, the flags of code that runs when that function says no. ``skips`` are the flags of code
    whose values do not count, as it does not run in what is read.
    """

    visitors_for: Callable[[str], Visitors]
    guard_functions: Callable[[str, str], int]
    settings_of: Callable[[str], RuleSettings]
    skips: int = NOT_FOR_WORKFLOWS


class BodyReader:
    """Reads one function, with the functions and lambdas nested in it, or a module's own code."""

    def __init__(
        self,
        module: ModuleFacts,
        path: str,
        reading: Reading,
        find: Finder,
        faults: Faults,
        shared: Sharing | None = None,
        visitors: Visitors = NO_VISITORS,
    ) -> None:
        self.module = module
        self.path = path
        self.find = find
        self.faults = faults
        self.visitors = visitors
        self.settings = reading.settings_of(path)
        guard_functions = partial(reading.guard_functions, path)
        self.walker = Walker(module, guard_functions, shared, reading.skips)
        self.refs = self.walker.refs
        self.terms = Terms(self.refs)
        self.stores = AttributeStores(self.refs, reading.skips)
        self.piece: Piece | None = None
        self.frame_at: dict[int, Frame] = {}  # by its site, when all are known
        self.local_classes: list[tuple[Entry, Frame, cst.ClassDef]] = []

    def read_function(
        self, node: cst.FunctionDef | cst.Lambda, head: FunctionHead
    ) -> list[FunctionBody]:
        """The bodies of ``head`` and of all functions nested in it; the outermost comes first."""
        self.walk_function(node, head)
        self.walker.frames[0].defaults = defaults(node.params)
        self._look()
        return [frame.body() for frame in self.walker.frames]

    def walk_function(self, node: cst.FunctionDef | cst.Lambda, head: FunctionHead) -> None:
        """Find the nodes of a function, which is enough for those who ask where they stand."""
        scope = Scope(head.qualname, None, head.owner, head.is_async)
        flags = Flag.RETURNED if isinstance(node, cst.Lambda) else 0
        self.walker.walk([node.body], head, scope, flags)

    def read_module(self, node: cst.Module) -> FunctionBody:
        """Read what runs when the module is imported, without functions and ``__main__`` blocks.

        The bodies of classes have frames of their own, by the name of the class.
        """
        self.walk_module(node)
        self._look()
        return self.walker.frames[0].body()

    def walk_module(self, node: cst.Module) -> None:
        """Find the nodes of what runs when the module is imported."""
        self.walker.walk(list(node.body), FunctionHead("<module>"), None)

    def _look(self) -> None:
        self._tries = Tries(self.walker.entries, self.walker.order, self.refs)
        context = Context(self)
        self.frame_at = {frame.head.site: frame for frame in self.walker.frames}
        visitors, looks = self.visitors, dict[type[cst.CSTNode], _Look]()
        for site, entry in enumerate(self.walker.entries):
            node = entry.node
            kind = type(node)  # `isinstance` is slow for LibCST's classes, which are abstract ones
            look = looks.get(kind)
            if look is None:
                look = looks[kind] = _look_of(kind, visitors)
            note, operates, changes, visits = look
            if note is not None:
                note(self, site, entry, node)
            if operates is not None:
                self._note_operations(site, entry, operates(node), *self._tries.block(node))
            if changes is not None:
                self._note_mutations(site, entry, changes(node))
            for rule, visit in visits:
                context.site = site
                context.entry = entry
                try:
                    visit(node, context)
                except Exception as error:
                    function = entry.state.frame.head.qualname
                    self.faults.note(error, self.path, function, rule.code)
        self._finish_classes()

    def _note_operations(
        self, site: int, entry: Entry, found: Operations, start: int, end: int
    ) -> None:
        """Methods that are called by something that does not look like a call."""
        state = entry.state
        for operand, methods in found:
            ref = self.refs.ref(operand, state.scope)
            if ref.kind not in _NEVER_OWN:
                if methods == ("__getitem__",):
                    methods = item_methods(state.flags)
                under = self.under(state)
                flags, fallback = state.flags, state.fallback
                operation = Operation(site, ref, methods, flags, fallback, under, start, end)
                state.frame.operations.append(operation)

    def _note_mutations(self, site: int, entry: Entry, found: Mutations) -> None:
        """Changes of objects that are not known to be made by the function itself."""
        state = entry.state
        for changed, how in found:
            if how == "name" and not is_global(changed, state.scope):
                continue
            if how in FUNCTIONS and not changes_first(entry, self.refs):
                continue
            if is_slice(changed) or holds_slice(changed, state.scope):
                continue  # a copy, which is new
            while isinstance(changed, cst.Subscript):
                changed = changed.value  # what is in an object is a part of it
            ref = lasting(self.refs.ref(changed, state.scope))
            if ref is not None:
                under = self.under(state)
                mutation = Mutation(site, ref, how, state.flags, state.fallback, under)
                state.frame.mutations.append(mutation)

    def _note_call(self, site: int, entry: Entry, node: cst.Call) -> None:
        state = entry.state
        target = self.refs.ref(node.func, state.scope)
        args = tuple(self._arg(arg, state.scope) for arg in node.args)
        written = written_name(node.func)
        in_class = state.scope is None or state.scope.is_class
        bound_to = _bound_to(entry) if in_class else ""
        under = self.under(state)
        call = Call(site, target, written, args, state.flags, state.fallback, bound_to, under)
        state.frame.calls.append(call)
        self.stores.added(entry, node)
        if written == "getattr":
            self._note_read(site, self.refs.ref(node, state.scope), state)

    def _note_try(self, site: int, entry: Entry, node: cst.Try | cst.TryStar) -> None:
        known = entry.state.frame.tries
        known.append(self._tries.read(site, self.under(entry.state), known))

    def _note_with(self, site: int, entry: Entry, node: cst.With) -> None:
        known = entry.state.frame.tries
        found = self._tries.read_with(site, self.under(entry.state), known)
        if found is not None:
            known.append(found)

    def _note_raise(self, site: int, entry: Entry, node: cst.Raise) -> None:
        found = read_raise(site, entry, node, self.refs, self.under(entry.state))
        entry.state.frame.raises.append(found)

    def _note_decorator(self, site: int, entry: Entry, node: cst.Decorator) -> None:
        """A decorator is called where a function is defined."""
        parent = entry.parent.node if entry.parent is not None else None
        if not isinstance(parent, (cst.FunctionDef, cst.ClassDef)):
            return
        scope = entry.state.scope
        decorated = value(self.refs, parent.name, scope)
        target = self.refs.ref(node.decorator, scope)
        written = written_name(node.decorator)
        under = self.under(entry.state)
        call = Call(site, target, written, (Arg(decorated),), entry.state.flags, under=under)
        if target.kind is Kind.LOCAL and target.path[-1:] and target.path[-1] in ACCESSORS:
            return  # of a property of the same class
        if target.kind not in (Kind.UNKNOWN, Kind.GLOBAL) or target.name in self.module.bindings:
            entry.state.frame.calls.append(call)

    def _arg(self, arg: cst.Arg, scope: Scope | None) -> Arg:
        keyword = arg.keyword.value if arg.keyword is not None else ""
        site = self.walker.order.get(id(arg.value), -1)
        given = self.refs.shared(value(self.refs, arg.value, scope))
        return Arg(given, keyword, arg.star, site, self._term(arg.value, scope))

    def _term(self, node: cst.BaseExpression, scope: Scope | None) -> Term | None:
        found = self.terms.term(node, scope) if scope is not None else OPEN
        return found if found is not OPEN else None

    def under(self, state: State) -> int:
        """The number of the condition under which a place runs; 0 where there is none."""
        if state.under is None or state.scope is None:
            return 0
        known = state.frame.numbers.get(id(state.under))
        return known if known is not None else self.terms.number(state.frame, state.under)

    def _note_assign(self, site: int, entry: Entry, node: cst.Assign) -> None:
        _note_member(site, entry)
        self.stores.assigned(entry, node)

    def _note_ann_assign(self, site: int, entry: Entry, node: cst.AnnAssign) -> None:
        _note_member(site, entry)
        self.stores.annotated(entry, node)

    # Definitions inside functions.

    def _note_function(self, site: int, entry: Entry, node: cst.FunctionDef) -> None:
        """Decorators and result of a function in a function are known when all names are."""
        _note_member(site, entry)
        scope = entry.state.scope
        frame = self.frame_at.get(site)
        if scope is None or frame is None:
            return
        syntax = CstSyntax(self.refs, scope)
        if node.decorators:
            decorators = read_decorators(written_decorators(node), syntax)
            frame.head = replace(frame.head, decorators=decorators)
        if node.returns is not None:
            returns = syntax.annotation(node.returns.annotation)
            returns = substituted(returns, type_bounds(node, syntax))
            frame.head = replace(frame.head, returns=returns)

    def _note_class(self, site: int, entry: Entry, node: cst.ClassDef) -> None:
        _note_member(site, entry)
        if entry.state.scope is not None:
            self.local_classes.append((entry, self.frame_at[site], node))

    def _note_import(self, site: int, entry: Entry, node: cst.Import | cst.ImportFrom) -> None:
        _note_member(site, entry)

    def _finish_classes(self) -> None:
        for entry, frame, node in self.local_classes:
            syntax = CstSyntax(self.refs, entry.state.scope, self._lambda_head)
            facts = read_class(frame, node, syntax, self.frame_at)
            entry.state.frame.classes.append(facts)
            for head in facts.methods.values():
                self.frame_at[head.site].head = head

    def _lambda_head(self, node: cst.Lambda) -> FunctionHead | None:
        frame = self.frame_at.get(self.walker.order.get(id(node), -1))
        return frame.head if frame is not None else None

    # What is read, returned and yielded.

    def _note_use(self, site: int, entry: Entry, node: cst.Name | cst.Attribute) -> None:
        parent = entry.parent.node if entry.parent is not None else None
        if type(parent) is cst.Attribute or getattr(parent, "func", None) is node:
            return
        state = entry.state
        target = self.refs.ref(node, state.scope)
        if self._is_worth_noting(target):
            under = self.under(state)
            use = Use(site, target, written_name(node), state.flags, state.fallback, under)
            state.frame.uses.append(use)
        else:
            self._note_read(site, target, state)

    def _note_read(self, site: int, target: Ref, state: State) -> None:
        """An attribute of an object; of a place where it is set or deleted, each time."""
        if not target.path or target.kind not in OBJECTS:
            return
        changed = state.flags & (Flag.STORED | Flag.DELETED)
        under = self.under(state)
        key = (target, changed, under)
        if key not in state.frame.reads:
            state.frame.reads[key] = Use(site, target, "", state.flags, state.fallback, under)

    def _is_worth_noting(self, ref: Ref) -> bool:
        if ref.kind is Kind.GLOBAL:
            known = ref.name in self.module.bindings or is_builtin(ref.name)
            return known or bool(self.module.stars)
        if ref.kind is Kind.RESULT:
            return bool(ref.path)
        return ref.kind in (Kind.IMPORT, Kind.LOCAL, Kind.EITHER)

    def _note_return(self, site: int, entry: Entry, node: cst.Return) -> None:
        if node.value is not None:
            self._note_result(entry, node.value, entry.state.frame.returned)
            found = option(self.refs, node.value, entry.state.scope)
            entry.state.frame.results.append(found or Value(ValueType.OTHER))

    def _note_yield(self, site: int, entry: Entry, node: cst.Yield) -> None:
        given = node.value
        if isinstance(given, cst.From):
            inner = self.refs.ref(given.item, entry.state.scope)
            entry.state.frame.yielded[Ref(Kind.ELEMENT, of=inner)] = None
        elif given is not None:
            self._note_result(entry, given, entry.state.frame.yielded)

    def _note_result(self, entry: Entry, node: cst.BaseExpression, known: dict[Ref, None]) -> None:
        if entry.state.flags & self.walker.skips:
            return
        ref = self.refs.ref(node, entry.state.scope)
        if ref != NONE:
            known[ref] = None
            entry.state.frame.put.update(dict.fromkeys(entry.state.frame.as_kept(ref)))


def _note_member(site: int, entry: Entry) -> None:
    """Note what stands in the body of a class in a function."""
    scope = entry.state.scope
    if scope is not None and scope.is_class:
        entry.state.frame.members.append((site, entry))


def _bound_to(entry: Entry) -> str:
    """The name that what a call is part of is assigned to."""
    above = entry.parent
    while above is not None and not isinstance(above.node, cst.BaseSuite):
        node = above.node
        if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
            return node.target.value
        if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name):
            return node.targets[0].target.value
        above = above.parent
    return ""


_Look = tuple[
    "Callable[..., None] | None",
    "Callable[..., Operations] | None",
    "Callable[..., Mutations] | None",
    Sequence[Visitor],
]
"""The functions that process the nodes of one kind."""


def _look_of(kind: type[cst.CSTNode], visitors: Visitors) -> _Look:
    return _NOTES.get(kind), OPERATIONS.get(kind), MUTATIONS.get(kind), visitors.get(kind, ())


_NOTES: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.AnnAssign: BodyReader._note_ann_assign,
    cst.Assign: BodyReader._note_assign,
    cst.Attribute: BodyReader._note_use,
    cst.Call: BodyReader._note_call,
    cst.ClassDef: BodyReader._note_class,
    cst.Decorator: BodyReader._note_decorator,
    cst.FunctionDef: BodyReader._note_function,
    cst.Import: BodyReader._note_import,
    cst.ImportFrom: BodyReader._note_import,
    cst.Name: BodyReader._note_use,
    cst.Raise: BodyReader._note_raise,
    cst.Return: BodyReader._note_return,
    cst.Try: BodyReader._note_try,
    cst.TryStar: BodyReader._note_try,
    cst.With: BodyReader._note_with,
    cst.Yield: BodyReader._note_yield,
}
