"""Builds the views of calls and uses of names that rules are shown, from the whole program."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence

from wflint.callgraph.attribute_reads import attributes_of
from wflint.callgraph.effects import Effects
from wflint.callgraph.graph import CallGraph, Node
from wflint.callgraph.state_changes import Name, StateChanges, name_of
from wflint.checking.changed_later import ChangedLater
from wflint.checking.circles import imports_back
from wflint.checking.given_back import GivenBack
from wflint.checking.pieces import path_in_function, place_of
from wflint.checking.summaries import Summaries, source_of
from wflint.facts.ids import Cls
from wflint.facts.model import (
    Arg,
    Call,
    Flag,
    FunctionBody,
    FunctionHead,
    Kind,
    Ref,
    Site,
    Use,
    Value,
    ValueType,
)
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.inference.written_values import WrittenValues
from wflint.model.callees import Callees
from wflint.model.interceptors import Interceptors
from wflint.rule.api_table import ApiEntry, ApiTable
from wflint.rule.base import Property, RuleSettings
from wflint.rule.call_view import CallView
from wflint.rule.command_view import CommandView
from wflint.rule.lookups import Lookups
from wflint.rule.views import Callee, EffectAt
from wflint.rule.written import Written
from wflint.sandbox.sandboxes import Sandboxes
from wflint.temporal.api import sdk_calls
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

_WAITING = re.compile(r"\bawait\b|\basync\s+(?:for|with)\b")


class CallViews:
    """Makes the views of calls and uses."""

    def __init__(
        self,
        resolver: Resolver,
        table: ApiTable,
        settings_of: Callable[[str], RuleSettings],
        sandboxes: Sandboxes,
        callees: Callees,
    ) -> None:
        self.resolver = resolver
        self.table = table
        self.settings_of = settings_of
        self.sandboxes = sandboxes
        self.callees = callees
        self.values = WrittenValues(resolver)
        self.given_back = GivenBack(resolver)
        self.summaries = Summaries(CallGraph(), Effects(), resolver.store)  # of the whole graph
        self.reached = CallGraph()  # the part of the graph that the rule asked is about
        self.callers: Callable[[Node], Sequence[CommandView]] = lambda node: ()  # of activities
        self.may_be_kept: Callable[[Node, Site, str], bool] = lambda *_: False  # an error there
        self.naming: Callable[[], Iterable[str]] = tuple  # gives the files that name Temporal
        self.interceptors = Interceptors(resolver, lambda: self.naming())
        self.changed_later = ChangedLater(resolver.store, lambda: self.naming())
        self._has: dict[str, bool] = {}
        self._names: tuple[CallGraph, dict[Node, set[Name]]] | None = None
        self._latest: tuple[Node, Lookups] | None = None  # most calls come node by node

    def of_use(self, node: Node, body: FunctionBody, use: Use, name: str) -> CallView:
        """Return the view of a use of a name."""
        lookups = self._lookups(node)
        settings = self.settings_of(node.fn.path)
        return CallView(name, use.written, use.site, body.head, settings, lookups, use=use)

    def of_call(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        name: str = "",
        callee: Callee | None = None,
        partial: bool = False,
    ) -> CallView:
        """Return the view of a call."""
        return CallView(
            name,
            f"{call.written}()",
            call.site,
            body.head,
            self.settings_of(node.fn.path),
            self._lookups(node),
            call=call,
            callee=callee,
            args=call.args,
            partial=partial,
        )

    def of_external(self, node: Node, call: Call, entity: ExternalValue) -> CallView:
        """Return the view of a call of something outside of the project."""
        body = self.resolver.store.body(node.fn)
        return self.of_call(node, body, call, name=entity.name, partial=entity.partial)

    def _lookups(self, node: Node) -> Lookups:
        if self._latest is None or self._latest[0] != node:
            self._latest = node, self._lookups_in(node)
        return self._latest[1]

    def _lookups_in(self, node: Node) -> Lookups:
        path, receiver = node.fn.path, node.receiver

        def resolve(value: Value) -> Callee | None:
            for entity in self.resolver.resolve(value.ref, path, receiver):
                if isinstance(entity, FunctionValue):
                    return self.callees.of(entity.fn)
            return None

        return Lookups(
            lambda value: self._qualified(value, path, receiver),
            resolve,
            lambda value: Written(value, path, receiver),
            self.values,
            lambda module: self.sandboxes.passes(module, path),
            lambda module, names: self.sandboxes.missing(module, names, path, receiver),
            lambda name: properties_of(self.table.lookup(name)),
            lambda site: source_of(self.resolver.store, node.fn, site),
            lambda: self._way(node),
            lambda: self._may_wait(node),
            lambda site: self._target_of(node, site),
            lambda: self._regions(node),
            lambda value, effect: self._effect(value, effect, node),
            lambda: self.callers(node),
            lambda: self.sandboxes.restricts(path, receiver),
            self._program_has,
            lambda written: self._awaits(node, written),
            lambda target: len(self.resolver.resolve(target, path, receiver, env=node.env)) > 1,
            lambda module: imports_back(self.resolver, module, path, {}),
            lambda call: self._is_never_read(node, call),
            lambda site, error: self.may_be_kept(node, site, error),
            lambda names, target: self.given_back.is_of(names, target, node),
            lambda parameter: self._may_be_workflow(node, parameter),
            lambda site: self.changed_later.may_be(node.fn, site),
            lambda name, option: self._is_intercepted(node, name, option),
            lambda site, word: self._around(node, site, word),
        )

    def _is_intercepted(self, node: Node, name: str, option: str) -> bool:
        sdk = sdk_calls().get(name)
        first = self.reached.chain(node)[0].node if node in self.reached.parents else node
        workflow = (first.receiver or first.fn).path
        return sdk is not None and self.interceptors.may_set(sdk.kind, option, workflow)

    def _around(self, node: Node, site: Site, word: str) -> list[ast.AST]:
        place = place_of(self.resolver.store, node.fn, site)
        return path_in_function(place, ast.Call, word) if place is not None else []

    def _may_be_workflow(self, node: Node, parameter: Ref) -> bool:
        graph = self.summaries.graph
        if self._names is None or self._names[0] is not graph:
            self._names = graph, StateChanges(graph, self.resolver).names()
        return name_of(parameter) in self._names[1].get(node, ())

    def _is_never_read(self, node: Node, call: Call) -> bool:
        names = attributes_of(self.resolver.store.body(node.fn), call)
        return bool(names) and self.summaries.read_attributes.isdisjoint(names)

    def _program_has(self, pattern: str) -> bool:
        if pattern not in self._has:
            texts = map(self.resolver.store.text, self.naming())
            self._has[pattern] = any(re.search(pattern, text) for text in texts)
        return self._has[pattern]

    def _effect(self, value: Value, effect: Effect, node: Node) -> EffectAt | None:
        found = self.resolver.resolve(value.ref, node.fn.path, node.receiver, env=node.env)
        functions = [(e.fn, e.receiver) for e in found if isinstance(e, FunctionValue)]
        return self.summaries.certain(functions, effect)

    def _target_of(self, node: Node, site: Site) -> str:
        """Return the call of the SDK of which a call, or what awaiting it gives, is the target."""
        for call in self.resolver.store.body(node.fn).calls:
            given = [arg for arg in call.args if not arg.star]
            if not any(_is_at(site, arg) for arg in given):
                continue
            name = self._qualified(
                Value(ValueType.NAME, ref=call.target), node.fn.path, node.receiver
            )
            sdk = sdk_calls().get(name)
            first = given[0] if not given[0].keyword else None
            target = next((a for a in given if sdk and a.keyword == sdk.target), first)
            if sdk is not None and target is not None and _is_at(site, target):
                return name
        return ""

    def _awaits(self, node: Node, written: str) -> bool:
        calls = self.resolver.store.body(node.fn).calls
        return any(call.written == written and call.flags & Flag.AWAITED for call in calls)

    def _may_wait(self, node: Node) -> bool:
        head = self.resolver.store.body(node.fn).head
        text = self.resolver.store.load(node.fn.path).source.searchable[head.start : head.end]
        return _WAITING.search(text) is not None

    def _way(self, node: Node) -> list[FunctionHead]:
        return [self.resolver.store.body(hop.node.fn).head for hop in self.reached.chain(node)]

    def _regions(self, node: Node) -> Region:
        found = Region(0)
        for entry in self.reached.entry_points([node]):
            found |= self.reached.entries[entry].kind
        return found

    def _qualified(self, value: Value, path: str, receiver: Cls | None) -> str:
        ref = value.ref
        if ref.kind is Kind.RESULT and not ref.path and ref.of is not None:
            ref = ref.of
        for entity in self.resolver.resolve(ref, path, receiver):
            if isinstance(entity, ExternalValue):
                return entity.name
        return ""


def _is_at(site: Site, arg: Arg) -> bool:
    is_awaited = arg.value.type is ValueType.AWAIT
    return arg.site >= 0 and site == (arg.site + 1 if is_awaited else arg.site)


def properties_of(entry: ApiEntry | None) -> frozenset[Property]:
    """Return the properties of a name of the table; none if it is not there."""
    return entry.properties if entry is not None else frozenset()
