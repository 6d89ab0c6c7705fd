"""Follows what making an object runs: constructors, and what makes the defaults of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.callgraph.events import DefaultFactory, ExternalCall
from wflint.callgraph.graph import Edge, Hop, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, ValueType
from wflint.inference.field_factories import (
    Factory,
    default_factories,
    field_hooks,
    filled_fields,
    generated_init,
    has_own_constructor,
    written_out,
)
from wflint.inference.values import ClassValue, ExternalValue, FunctionValue

if TYPE_CHECKING:
    from wflint.callgraph.builder import CallGraphBuilder


class Making:
    """The part of a search that follows constructions. ``made`` are the classes made so far."""

    def __init__(self, reach: CallGraphBuilder) -> None:
        self.reach = reach
        self.resolver = reach.resolver
        self.made: set[Cls] = set()

    def construct(self, node: Node, call: Call, made: ClassValue) -> None:
        """Making an object runs its constructors, and what makes the defaults of its fields."""
        self.made.add(made.cls)
        env = self.resolver.memory.constructor_env(
            made.cls, self.reach.contexts.given(node, call.args)
        )
        kind = generated_init(self.resolver, made.cls)
        written, is_known = written_out(call, takes_data=kind == "model")
        filled: frozenset[str] | None = None
        if kind and is_known:
            filled = filled_fields(self.resolver, made.cls, written, node.missing)
        for entity in self.reach.implied.constructors(made.cls, env):
            self.reach.edge(node, entity, call, filled)
        if kind:
            factories = list(default_factories(self.resolver, made.cls, written))
            if not is_known:
                self._note_open(node, call, factories)
            for factory in factories if is_known else ():
                self._make_default(node, call, factory)
        if kind in ("attrs", "model"):
            for hook in field_hooks(self.resolver, made.cls):
                self._run_hook(node, call, hook)
        self._make_bases(node, call, made.cls)

    def _make_bases(self, node: Node, call: Call, cls: Cls) -> None:
        """Note that what is outside of the project and a class derives from is made.

        What a constructor of the project is given says nothing of what that hands on.
        """
        is_own = has_own_constructor(self.resolver, cls)
        given = replace(call, args=()) if is_own else call
        for base in self.resolver.order(cls)[1]:
            entity = ExternalValue(base, base=len(base), partial=is_own)
            self.reach.events.append(ExternalCall(node, given, entity))

    def _make_default(self, node: Node, call: Call, factory: Factory) -> None:
        """A default factory: reported at the field if it is external, else followed."""
        owner = Node(Fn(factory.cls.path, factory.cls.qualname), factory.cls)
        found = self.resolver.resolve(factory.value.ref, factory.cls.path)
        for entity in found:
            if isinstance(entity, ExternalValue):
                self._external_factory(node, call, owner, factory, entity)
            elif isinstance(entity, FunctionValue) and factory.value.type is ValueType.LAMBDA:
                self._lambda_factory(node, call, owner, factory, entity)
            elif isinstance(entity, FunctionValue) and not self.reach.border.ends_at(entity.fn):
                self._connect_class(node, owner, call.site)
                self.reach.connect(owner, self.reach.contexts.node(entity), factory.arg.site)
            elif isinstance(entity, ClassValue):
                self._connect_class(node, owner, call.site)
                self.construct(owner, replace(factory.call, args=()), entity)

    def _note_open(self, node: Node, call: Call, factories: list[Factory]) -> None:
        """Default factories that run if the data, whose keys nobody knows, leave the field out."""
        if any(self._matters(factory) for factory in factories):
            self.reach.gap(node, call, "it is not known which fields are given")

    def _matters(self, factory: Factory) -> bool:
        """True if a factory leads into the project, or to something that rules know."""
        border = self.reach.border
        found = self.resolver.resolve(factory.value.ref, factory.cls.path)
        if factory.value.type is ValueType.LAMBDA:
            functions = [e.fn for e in found if isinstance(e, FunctionValue)]
            found = tuple(
                e
                for fn in functions
                for inner in self.reach.store.body(fn).calls
                if self.reach.runs(inner, Node(fn))
                for e in self.resolver.resolve(inner.target, fn.path)
            )
        return any(
            (isinstance(e, ExternalValue) and border.minds(e))
            or (isinstance(e, FunctionValue) and not border.ends_at(e.fn))
            for e in found
        )

    def _run_hook(self, node: Node, call: Call, hook: Factory) -> None:
        for entity in self.resolver.resolve(hook.value.ref, hook.cls.path):
            if isinstance(entity, FunctionValue) and not self.reach.border.ends_at(entity.fn):
                self.reach.connect(node, self.reach.contexts.node(entity), call.site)

    def _external_factory(
        self, node: Node, call: Call, owner: Node, factory: Factory, entity: ExternalValue
    ) -> None:
        if self.reach.border.minds(entity):
            found = DefaultFactory(owner, factory.call, factory.arg.site, entity)
            self.reach.events.append(found)
            self._connect_class(node, owner, call.site)

    def _lambda_factory(
        self, node: Node, call: Call, owner: Node, factory: Factory, entity: FunctionValue
    ) -> None:
        body = self.reach.store.body(entity.fn)
        for inner in body.calls:
            if not self.reach.runs(inner, owner):
                continue
            for called in self.resolver.resolve(inner.target, entity.fn.path):
                if isinstance(called, ExternalValue):
                    self._external_factory(node, call, owner, factory, called)
                elif isinstance(called, FunctionValue):
                    self._connect_class(node, owner, call.site)
                    self.reach.connect(owner, self.reach.contexts.node(called), inner.site)
        for use in body.uses:
            if not self.reach.runs(use, owner):
                continue
            for used in self.resolver.resolve(use.target, entity.fn.path):
                if isinstance(used, ExternalValue):
                    self._external_factory(node, call, owner, factory, used)

    def _connect_class(self, node: Node, owner: Node, site: int) -> None:
        """The class is a hop of the chain, but nothing in it runs now except the factory."""
        edges = self.reach.reached.edges.setdefault(node, [])
        if Edge(owner, site) not in edges:
            edges.append(Edge(owner, site))
        if owner not in self.reach.reached.parents:
            self.reach.reached.parents[owner] = Hop(node, site)
            self.reach.reached.order.append(owner)
