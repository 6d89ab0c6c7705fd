"""Holds the table of names and the rules against what is reached, and collects violations."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from typing import TypeVar

from wflint.callgraph.builder import Border
from wflint.callgraph.catching import Catching
from wflint.callgraph.effects import Effects
from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.callgraph.events import (
    DefaultFactory,
    Entered,
    Event,
    ExternalArgument,
    ExternalCall,
    ExternalUse,
    OwnCall,
    flags_of,
)
from wflint.callgraph.graph import (
    NOT_WORKFLOW_CODE,
    CallGraph,
    Node,
    is_unrecorded,
    stands_in_dead_branch,
)
from wflint.callgraph.state_changes import StateChanges
from wflint.checking.activity_calls import ActivityCalls
from wflint.checking.call_views import CallViews, properties_of
from wflint.checking.escapes import Escapes
from wflint.checking.finding_view import FoundView
from wflint.checking.late_imports import LateImports
from wflint.checking.orders import Orders
from wflint.checking.own_errors import OwnErrors
from wflint.checking.protected import may_be_kept
from wflint.checking.raises import RaisedView
from wflint.checking.raising import Raising
from wflint.checking.safe_loggers import SafeLoggers
from wflint.checking.summaries import Summaries, source_of
from wflint.checking.table_entries import TableEntries, handed_over, short_name, with_hook
from wflint.checking.tries import Cancelling, ProtectedView
from wflint.checking.violation import Violations
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    Call,
    Finding,
    Flag,
    FunctionBody,
    Kind,
    Mutation,
    Raise,
    Try,
    Use,
)
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue, FunctionValue
from wflint.model.callees import Callees
from wflint.model.commands import Commands
from wflint.model.definitions import Definitions
from wflint.model.heartbeats import Heartbeats
from wflint.model.newer_python import NewerPython
from wflint.model.starts import Starts
from wflint.progress import counted
from wflint.rule.api_table import ApiEntry, ApiTable
from wflint.rule.base import Report, Rule, RuleSettings, Scope
from wflint.rule.call_view import CallView
from wflint.rule.views import MutationView
from wflint.sandbox.beforehand import Beforehand
from wflint.sandbox.sandboxes import Sandboxes
from wflint.sandbox.shared_receivers import SharedReceivers
from wflint.sandbox.shared_state import SharedObjects
from wflint.temporal.api import CallKind, sdk_calls

V = TypeVar("V")
_ABOUT_NAMES = (ExternalArgument, ExternalCall, ExternalUse)


class Checker:
    """Holds rules against what searches have passed, and collects the violations."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        table: ApiTable,
        resolver: Resolver,
        roots: EntryPoints,
        settings_of: Callable[[str], RuleSettings],
        safe_loggers: frozenset[str],
        sandboxes: Sandboxes,
    ) -> None:
        self.rules = rules
        self.table = table
        self.entries = TableEntries(table, resolver, rules.values())
        self.resolver = resolver
        self.faults = resolver.store.faults
        self.roots = roots
        self.settings_of = settings_of
        self.safe_loggers = SafeLoggers(resolver, safe_loggers)
        self.sandboxes = sandboxes
        self.beforehand = Beforehand(resolver, sandboxes, (), lambda _: ())
        self.late_imports = LateImports(resolver.store, sandboxes)
        self.shared = SharedObjects(resolver, sandboxes)
        self.receivers = SharedReceivers(CallGraph(), self.shared)  # those of the whole graph,
        self.summaries = Summaries(CallGraph(), Effects(), resolver.store)  # once it is there
        self.catching = Catching(resolver)
        self.escapes = Escapes(CallGraph(), resolver, self.catching, lambda *_: True)
        self.is_test: Callable[[str], bool] = lambda _: False
        self.own_errors = OwnErrors(self, lambda _: ())
        self.heartbeats = Heartbeats(CallGraph(), (), resolver.store, (), lambda _: b"")
        self.newer_python = NewerPython((), lambda _: b"")
        self.try_rules = with_hook(rules.values(), "check_try")
        self.raise_rules = with_hook(rules.values(), "check_raise")
        self.violations = Violations()
        self.orders = Orders(self)
        self.own_apis: dict[Fn | Cls, ApiEntry] = {}
        self.callees = Callees(resolver, roots)
        self.views = CallViews(resolver, table, settings_of, sandboxes, self.callees)
        self.views.may_be_kept = partial(may_be_kept, self)
        self.views.callers = lambda node: self.calls.leading_to(self.views.reached, node)
        self.definitions = Definitions(resolver, roots, self.callees)
        self.definitions.settings_of = settings_of
        self.commands = Commands(self.definitions)
        self.calls = ActivityCalls(self.definitions)
        self.starts = Starts(resolver, lambda: self.views.naming())
        self.targets: dict[str, list[Rule]] = {}
        self.command_rules: dict[CallKind, list[Rule]] = {}
        self.own_call_rules = [r for r in rules.values() if r.own_calls]
        for rule in rules.values():
            for name in sorted(rule.targets):
                self.targets.setdefault(name, []).append(rule)
            for kind in rule.commands:
                self.command_rules.setdefault(kind, []).append(rule)

    def has_3_12(self, path: str) -> bool:
        """True if a file only runs with Python 3.12 or later."""
        return self.settings_of(path).target_python >= (3, 12)

    def hold_regions(
        self, graph: CallGraph, events: list[Event], regions: Scope, skips: int = NOT_WORKFLOW_CODE
    ) -> None:
        """Ask the rules that are about some of the ``regions`` of a graph, each about its own.

        ``events`` are what the search has passed that made the graph.
        """
        self.views.summaries = self.summaries
        self.raising = Raising(self)
        by_scope: dict[Scope, set[str]] = {}
        for code, rule in self.rules.items():
            if rule.scope & regions:
                part = graph.within(rule.scope)
                scope = regions if part is graph else rule.scope
                by_scope.setdefault(scope, set()).add(code)
        tell = self.resolver.store.progress
        telling = [event for event in events if self._is_telling(event)]
        for scope, codes in counted("Checking rules", by_scope.items(), len(by_scope), tell):
            part = self.views.reached = graph.within(scope)
            unrecorded = Flag.RECORDED if is_unrecorded(scope) else 0
            here = (event for event in telling if event.node in part.parents)
            running = (event for event in here if not flags_of(event) & unrecorded)
            self.hold(running, codes, skips | unrecorded)
            self._mutations(part, codes, skips | unrecorded)

    def border(self) -> Border:
        """Return where the search through workflow code ends."""
        return Border(
            self._is_followed,
            self.roots.is_boundary,
            lambda entity: self.entries.factory_rule(entity) is not None,
            lambda entity: self.table.lookup(entity.name, base=entity.base) is not None,
            runs_agents=True,
            is_kept=self.beforehand.is_kept,
            is_filled=self.beforehand.is_filled,
            can_load=self.late_imports.can_load,
        )

    def hold(
        self, events: Iterable[Event], codes: Container[str], skips: int = NOT_WORKFLOW_CODE
    ) -> None:
        """Ask the rules of some codes about what a search has passed.

        What visitors found counts unless it has any of the flags ``skips``.
        """
        for event in events:
            self.faults.checkpoint()
            try:
                self._hold(event, codes, skips)
            except Exception as error:
                self.faults.note(error, *event.node.fn)

    def _is_telling(self, event: Event) -> bool:
        """True if a rule may be asked about an event; of most there is none."""
        if isinstance(event, _ABOUT_NAMES):
            return bool(self.entries.codes_about(event.entity))
        if isinstance(event, Entered):
            body = self.resolver.store.body(event.node.fn)
            return bool(body.findings or body.tries or body.raises)
        return True

    def _hold(self, event: Event, codes: Container[str], skips: int) -> None:
        if isinstance(event, _ABOUT_NAMES) and not any(
            code in codes for code in self.entries.codes_about(event.entity)
        ):
            return
        body = self.resolver.store.body(event.node.fn)
        match event:
            case Entered(node):
                self._findings(node, body, codes, skips)
                self._tries(node, body, codes, skips)
                self._raises(node, body, codes, skips)
            case ExternalCall(node, call, entity):
                self._external_call(node, body, call, entity, codes)
            case ExternalArgument(node, call, site, entity):
                self._external_argument(node, body, call, site, entity, codes)
            case ExternalUse(node, use, entity):
                self._external_use(node, body, use, entity, codes)
            case OwnCall(node, call, entity):
                self._own_call(node, body, call, entity, codes)
            case DefaultFactory(node, call, site, entity):
                self._default_factory(node, body, call, site, entity, codes)

    def resolve_own_apis(self, entries: Iterable[ApiEntry], importer: str) -> None:
        """Find the names of the settings that the project itself defines."""
        for entry in entries:
            if entry.rule is None or entry.name.endswith(".*"):
                continue
            for entity in self.resolver.dotted(entry.name, importer):
                if isinstance(entity, FunctionValue):
                    self.own_apis[entity.fn] = entry
                elif isinstance(entity, ClassValue):
                    self.own_apis[entity.cls] = entry

    def _mutations(self, graph: CallGraph, codes: Container[str], skips: int) -> None:
        """Ask the rules of some codes about changes of the workflow in a part of the graph."""
        hooks = [
            (rule, rule.check_mutation)
            for rule in self.rules.values()
            if rule.mutations and rule.code in codes
        ]
        for node, mutation in StateChanges(graph, self.resolver).find(skips) if hooks else ():
            head = self.resolver.store.body(node.fn).head
            view = MutationView(source_of(self.resolver.store, node.fn, mutation.site), head)
            self._ask(hooks, view, node, mutation)

    def _ask(
        self,
        hooks: Iterable[tuple[Rule, Callable[[V], Iterable[Report]]]],
        view: V,
        node: Node,
        place: Call | Mutation | Raise | Try,
    ) -> None:
        """Ask rules about a place of a function by their hooks, and keep what they report."""
        for rule, check in hooks:
            with self.faults.at(*node.fn, rule.code):
                for report in check(view):
                    self.violations.add(rule, node, place.site, place.flags, report)

    # One event.

    def _findings(self, node: Node, body: FunctionBody, codes: Container[str], skips: int) -> None:
        """Findings that the rules' visitors made in the body of a reached function."""
        for finding in body.findings:
            rule = self.rules.get(finding.code)
            if rule is None or rule.code not in codes or not self._subject_holds(finding, node):
                continue
            if finding.flags & skips or stands_in_dead_branch(finding, node):
                continue
            view = FoundView(self, finding, node, body)
            report = self.faults.ask(node.fn, rule.code, rule.confirm, view)
            if report is not None:
                self.violations.add(rule, node, finding.site, finding.flags, report)

    def _tries(self, node: Node, body: FunctionBody, codes: Container[str], skips: int) -> None:
        """The ``try`` statements of a reached function."""
        if not body.tries:
            return
        hooks = [(rule, rule.check_try) for rule in self.try_rules if rule.code in codes]
        cancelling = Cancelling(self, node, body)
        for statement in body.tries if hooks else ():
            if statement.flags & skips or stands_in_dead_branch(statement, node):
                continue
            view = ProtectedView(self, statement, node, body, cancelling)
            self._ask(hooks, view, node, statement)

    def _raises(self, node: Node, body: FunctionBody, codes: Container[str], skips: int) -> None:
        """The ``raise`` statements of a reached function."""
        if not body.raises:
            return
        hooks = [(rule, rule.check_raise) for rule in self.raise_rules if rule.code in codes]
        for statement in body.raises if hooks else ():
            is_dead = statement.flags & skips or stands_in_dead_branch(statement, node)
            if not is_dead and not statement.is_again:
                self._ask_of_raise(hooks, RaisedView(self, statement, node, body), node)

    def _ask_of_raise(
        self,
        hooks: Iterable[tuple[Rule, Callable[[RaisedView], Iterable[Report]]]],
        view: RaisedView,
        node: Node,
    ) -> None:
        site, flags = view.statement.site, view.statement.flags
        for rule, check in hooks:
            with self.faults.at(*node.fn, rule.code):
                for report in check(view):
                    ways = view.ways(report.error) if report.error is not None else None
                    self.violations.add(rule, node, site, flags, report, ways=ways)

    def _subject_holds(self, finding: Finding, node: Node) -> bool:
        if finding.subject is None:
            return True
        found = self.resolver.resolve(finding.subject, node.fn.path, node.receiver, env=node.env)
        return any(isinstance(e, ExternalValue) for e in found)

    def _external_call(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        entity: ExternalValue,
        codes: Container[str],
    ) -> None:
        name = entity.name
        entry = self.entries.of(entity, node, call)
        speaking = self.entries.for_rules(entry, codes)
        watching = [(r, r.check_call) for r in self.targets.get(name, ()) if r.code in codes]
        sdk = sdk_calls().get(name)
        asked = self.command_rules.get(sdk.kind, ()) if sdk is not None else ()
        checking = [(rule, rule.check_command) for rule in asked if rule.code in codes]
        if not speaking and not watching and not checking:
            return
        if self.safe_loggers.is_unsure(call.target, entity, node) or self.safe_loggers.is_safe(
            call.target, node
        ):
            return
        view = self.views.of_call(node, body, call, name=name, partial=entity.partial)
        view.properties = properties_of(entry)
        for one in speaking:
            self._judge(one, view, node, call.site, call.flags, call.written)
        self._ask(watching, view, node, call)
        if sdk is not None and checking:
            self._ask(checking, self.commands.view(node, view, sdk, entity), node, call)

    def _judge(
        self, entry: ApiEntry, view: CallView, node: Node, site: int, flags: int, written: str = ""
    ) -> None:
        assert entry.rule is not None
        report = self.faults.ask(node.fn, entry.rule.code, entry.judge, view)
        if report is not None:
            self.violations.add(entry.rule, node, site, flags, report, written, view)

    def _external_argument(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        site: int,
        entity: ExternalValue,
        codes: Container[str],
    ) -> None:
        entry = self.entries.of(entity)
        if entry is None or entry.api.kind == "use":
            return
        for one in self.entries.for_rules(entry, codes):
            made_up = handed_over(call, site, entity)
            view = self.views.of_call(node, body, made_up, name=entity.name)
            view.properties = properties_of(entry)
            self._judge(one, view, node, site, call.flags)

    def _external_use(
        self,
        node: Node,
        body: FunctionBody,
        use: Use,
        entity: ExternalValue,
        codes: Container[str],
    ) -> None:
        entry = self.entries.of(entity, is_call=False)
        for one in self.entries.for_rules(entry, codes):
            view = self.views.of_use(node, body, use, entity.name)
            view.properties = properties_of(entry)
            self._judge(one, view, node, use.site, use.flags, use.written)

    def _default_factory(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        site: int,
        entity: ExternalValue,
        codes: Container[str],
    ) -> None:
        found = self.entries.factory_rule(entity)
        if found is None or found[0].code not in codes:
            return
        rule, names = found
        made_up = Call(site, call.target, short_name(entity), (), call.flags)
        view = self.views.of_call(node, body, made_up, name=entity.name)
        report = self.faults.ask(node.fn, rule.code, rule.judge_factory, view, names)
        if report is not None:
            self.violations.add(rule, node, site, call.flags, report, view=view)

    def _is_followed(self, entity: FunctionValue, call: Call) -> bool:
        """True if workflow code goes on in a function of the project."""
        entry = self.own_apis.get(entity.fn)
        if entry is not None and entry.rule is not None:
            return False
        has_code = self.resolver.store.head(entity.fn) is not None
        return has_code and not self.roots.is_boundary(entity.fn)

    def _own_call(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        entity: FunctionValue,
        codes: Container[str],
    ) -> None:
        entry = self.own_apis.get(entity.fn)
        if entry is not None and entry.rule is not None:
            if entry.is_of(codes):
                view = self.views.of_call(node, body, call, name=entry.name)
                self._judge(entry, view, node, call.site, call.flags, call.written)
            return
        hooks = [(rule, rule.check_own_call) for rule in self.own_call_rules if rule.code in codes]
        is_wrapped = call.target.kind is Kind.PARAM and not call.target.path  # by a decorator
        if not hooks or is_wrapped or self.roots.is_trusted(entity.fn):
            return
        callee = self.callees.of(entity.fn, entity.receiver)
        if callee is None:
            return
        view = self.views.of_call(node, body, call, callee=callee, partial=entity.partial)
        self._ask(hooks, view, node, call)
