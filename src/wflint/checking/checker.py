"""Holds the table of names and the rules against what is reached, and collects the hits."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from wflint.callgraph.builder import Border
from wflint.callgraph.entry.entry_points import Roots
from wflint.callgraph.events import (
    DefaultFactory,
    Entered,
    Event,
    ExternalArgument,
    ExternalCall,
    ExternalUse,
    OwnCall,
)
from wflint.callgraph.graph import NOT_WORKFLOW_CODE, CallGraph, Node, stands_in_dead_branch
from wflint.callgraph.state_changes import StateChanges
from wflint.checking.finding_view import FoundView
from wflint.checking.summaries import Summaries, source_of
from wflint.checking.tries import ProtectedView
from wflint.diagnostics import Severity
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    Arg,
    Call,
    Finding,
    Flag,
    FunctionBody,
    Kind,
    Ref,
    Use,
    Value,
    ValueType,
)
from wflint.inference.loggers import WIDE_LOGGERS
from wflint.inference.resolver import Resolver
from wflint.inference.values import External, OwnClass, OwnFunction, held
from wflint.model.callees import Callees
from wflint.model.commands import Commands
from wflint.rule.api_table import ApiEntry, ApiTable
from wflint.rule.base import Api, Property, Report, Rule, RuleSettings, Scope
from wflint.rule.command_view import CommandView
from wflint.rule.views import Callee, CallView, Lookups, MutationView
from wflint.sandbox.sandboxes import Sandboxes
from wflint.sandbox.shared_receivers import SharedReceivers
from wflint.sandbox.shared_state import SharedObjects
from wflint.temporal.api import CallKind, sdk_calls

_OPTION_BAGS = frozenset(
    {
        "builtins.dict",
        "temporalio.workflow.ActivityConfig",
        "temporalio.workflow.ChildWorkflowConfig",
        "temporalio.workflow.LocalActivityConfig",
    }
)
_MOST_SHOWN = 60
"""How many characters of the source a message quotes."""


class Hit(Struct):
    """A rule broken at one place; ``nodes`` are the ways in which the place is reached.

    ``name`` is the name of the table that is used there, if it is one, ``is_call`` is set if it is
    called, and ``api`` is what the rule says of it. ``others`` are further sites in the function
    that the one diagnostic speaks for, each with the message, the name and the rest of the table
    that would be shown there.
    """

    rule: Rule
    fn: Fn
    site: int
    message: str
    severity: Severity | None
    flags: int
    nodes: list[Node] = field(default_factory=list)
    name: str = ""
    api: Api | None = None
    others: dict[int, tuple[str, str, Api | None]] = field(default_factory=dict)
    is_call: bool = False

    def move_on(self) -> bool:
        """Speak for the other places only, from the next one on; false if there is none."""
        if not self.others:
            return False
        self.site = next(iter(self.others))
        self.message, self.name, self.api = self.others.pop(self.site)
        return True


class Verdicts:
    """Collects hits; its methods are what a search calls for each place that it passes."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        table: ApiTable,
        resolver: Resolver,
        roots: Roots,
        settings_of: Callable[[str], RuleSettings],
        safe_loggers: frozenset[str],
        sandboxes: Sandboxes,
    ) -> None:
        self.rules = rules
        self.table = table
        self.resolver = resolver
        self.faults = resolver.store.faults
        self.roots = roots
        self.settings_of = settings_of
        self.safe_loggers = safe_loggers
        self.sandboxes = sandboxes
        self.shared = SharedObjects(resolver, sandboxes)
        self.receivers: SharedReceivers | None = None  # known once the search is over
        self.summaries: Summaries | None = None  # like these
        self.try_rules = [
            rule for rule in rules.values() if type(rule).check_try is not Rule.check_try
        ]
        self.hits: dict[tuple[Fn, int, str, str], Hit] = {}
        self._firsts: dict[tuple[Fn, str, str], int] = {}  # of rules that speak once a function
        self.own_apis: dict[Fn | Cls, ApiEntry] = {}
        self.callees = Callees(resolver, roots)
        self.commands = Commands(resolver, roots, self.callees)
        self.targets: dict[str, list[Rule]] = {}
        self._by_property = [rule for rule in rules.values() if rule.properties]
        self.command_rules: dict[CallKind, list[Rule]] = {}
        self.own_call_rules = [r for r in rules.values() if r.own_calls]
        for rule in rules.values():
            for name in sorted(rule.targets):
                self.targets.setdefault(name, []).append(rule)
            for kind in rule.commands:
                self.command_rules.setdefault(kind, []).append(rule)

    def hold_regions(
        self, graph: CallGraph, events: list[Event], regions: Scope, skips: int = NOT_WORKFLOW_CODE
    ) -> None:
        """Ask the rules that are about some of the ``regions`` of a graph, each about its own.

        ``events`` are what the search has passed that made the graph.
        """
        by_scope: dict[Scope, set[str]] = {}
        for code, rule in self.rules.items():
            if rule.scope & regions:
                part = graph.within(rule.scope)
                scope = regions if part is graph else rule.scope
                by_scope.setdefault(scope, set()).add(code)
        for scope, codes in by_scope.items():
            inside = graph.within(scope).parents
            self.hold((event for event in events if event.node in inside), codes, skips)
            self._mutations(graph.within(scope), codes)

    def border(self) -> Border:
        """Return where the search through workflow code ends."""
        return Border(
            self._is_followed,
            self.roots.runs_elsewhere,
            lambda entity: self._factory_rule(entity) is not None,
            lambda entity: self.table.lookup(entity.name, base=entity.base) is not None,
        )

    def hold(
        self, events: Iterable[Event], codes: Container[str], skips: int = NOT_WORKFLOW_CODE
    ) -> None:
        """Ask the rules of some codes about what a search has passed.

        What visitors found counts unless it has any of the flags ``skips``.
        """
        for event in events:
            try:
                self._hold(event, codes, skips)
            except Exception as error:
                self.faults.note(error, *event.node.fn)

    def _hold(self, event: Event, codes: Container[str], skips: int) -> None:
        body = self.resolver.store.body(event.node.fn)
        match event:
            case Entered(node):
                self._findings(node, body, codes, skips)
                self._tries(node, body, codes, skips)
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
                if isinstance(entity, OwnFunction):
                    self.own_apis[entity.fn] = entry
                elif isinstance(entity, OwnClass):
                    self.own_apis[entity.cls] = entry

    def _mutations(self, graph: CallGraph, codes: Container[str]) -> None:
        """Ask the rules of some codes about changes of the workflow in a part of the graph."""
        rules = [r for r in self.rules.values() if r.mutations and r.code in codes]
        for node, mutation in StateChanges(graph, self.resolver).find() if rules else ():
            head = self.resolver.store.body(node.fn).head
            view = MutationView(source_of(self.resolver.store, node.fn, mutation.site), head)
            for rule in rules:
                with self.faults.at(*node.fn, rule.code):
                    for report in rule.check_mutation(view):
                        self.hit(rule, node, mutation.site, mutation.flags, report)

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
                self.hit(rule, node, finding.site, finding.flags, report)

    def _tries(self, node: Node, body: FunctionBody, codes: Container[str], skips: int) -> None:
        """The ``try`` statements of a reached function."""
        rules = [rule for rule in self.try_rules if rule.code in codes]
        for statement in body.tries if rules else ():
            if statement.flags & skips or stands_in_dead_branch(statement, node):
                continue
            view = ProtectedView(self, statement, node, body)
            for rule in rules:
                with self.faults.at(*node.fn, rule.code):
                    for report in rule.check_try(view):
                        self.hit(rule, node, statement.site, statement.flags, report)

    def _subject_holds(self, finding: Finding, node: Node) -> bool:
        if finding.subject is None:
            return True
        found = self.resolver.resolve(finding.subject, node.fn.path, node.receiver, env=node.env)
        return any(isinstance(e, External) for e in found)

    def _external_call(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        entity: External,
        codes: Container[str],
    ) -> None:
        name = entity.name
        entry = self.table.lookup(name, base=entity.base)
        speaking = self._speaking(entry, codes)
        watching = [rule for rule in self.targets.get(name, ()) if rule.code in codes]
        sdk = sdk_calls().get(name)
        asked = self.command_rules.get(sdk.kind, ()) if sdk is not None else ()
        checking = [rule for rule in asked if rule.code in codes]
        if not speaking and not watching and not checking:
            return
        if self._is_unsure(call.target, entity, node) or self._is_safe_logger(call.target, node):
            return
        view = self.view_of_call(node, body, call, name=name, partial=entity.partial)
        view.properties = _properties(entry)
        for one in speaking:
            self._judge(one, view, node, call.site, call.flags, call.written)
        for rule in watching:
            with self.faults.at(*node.fn, rule.code):
                for report in rule.check_call(view):
                    self.hit(rule, node, call.site, call.flags, report)
        if sdk is not None and checking:
            self._command(self.commands.view(node, view, sdk), checking, node, call)

    def _command(self, view: CommandView, rules: Iterable[Rule], node: Node, call: Call) -> None:
        for rule in rules:
            with self.faults.at(*node.fn, rule.code):
                for report in rule.check_command(view):
                    self.hit(rule, node, call.site, call.flags, report)

    def _speaking(self, entry: ApiEntry | None, codes: Container[str]) -> list[ApiEntry]:
        """Return an entry for each rule that speaks of a name: its own, and by its properties."""
        if entry is None:
            return []
        speaking = [entry] if entry.is_of(codes) else []
        for rule in self._by_property:
            if rule.code in codes and rule.properties & entry.properties:
                api = Api(kind=entry.api.kind)
                speaking.append(ApiEntry(entry.name, rule, api))
        return speaking

    def _judge(
        self, entry: ApiEntry, view: CallView, node: Node, site: int, flags: int, written: str = ""
    ) -> None:
        assert entry.rule is not None
        report = self.faults.ask(node.fn, entry.rule.code, entry.judge, view)
        if report is not None:
            self.hit(entry.rule, node, site, flags, report, written, view)

    def _external_argument(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        site: int,
        entity: External,
        codes: Container[str],
    ) -> None:
        entry = self.table.lookup(entity.name, base=entity.base)
        if entry is None or entry.api.kind == "use":
            return
        for one in self._speaking(entry, codes):
            made_up = handed_over(call, site, entity)
            view = self.view_of_call(node, body, made_up, name=entity.name)
            view.properties = _properties(entry)
            self._judge(one, view, node, site, call.flags)

    def _external_use(
        self,
        node: Node,
        body: FunctionBody,
        use: Use,
        entity: External,
        codes: Container[str],
    ) -> None:
        entry = self.table.lookup(entity.name, is_call=False, base=entity.base)
        for one in self._speaking(entry, codes):
            view = self.view_of_use(node, body, use, entity.name)
            view.properties = _properties(entry)
            self._judge(one, view, node, use.site, use.flags, use.written)

    def _default_factory(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        site: int,
        entity: External,
        codes: Container[str],
    ) -> None:
        found = self._factory_rule(entity)
        if found is None or found[0].code not in codes:
            return
        rule, names = found
        shown = ".".join(entity.name.removeprefix("builtins.").split(".")[-2:])
        made_up = Call(site, call.target, shown, (), call.flags)
        view = self.view_of_call(node, body, made_up, name=entity.name)
        report = self.faults.ask(node.fn, rule.code, rule.judge_factory, view, names)
        if report is not None:
            self.hit(rule, node, site, call.flags, report)

    def _factory_rule(self, entity: External) -> tuple[Rule, Rule] | None:
        """Return the rule on functions that make defaults, and the one that names ``entity``."""
        entry = self.table.lookup(entity.name, base=entity.base)
        if entry is None or entry.rule is None or entry.api.kind == "use":
            return None
        code = entry.rule.code
        rule = next((r for r in self.rules.values() if code in r.default_factories_of), None)
        return (rule, entry.rule) if rule is not None else None

    def _is_followed(self, entity: OwnFunction, call: Call) -> bool:
        """True if workflow code goes on in a function of the project."""
        entry = self.own_apis.get(entity.fn)
        if entry is not None and entry.rule is not None:
            return False
        has_code = self.resolver.store.head(entity.fn) is not None
        return has_code and not self.roots.runs_elsewhere(entity.fn)

    def _own_call(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        entity: OwnFunction,
        codes: Container[str],
    ) -> None:
        entry = self.own_apis.get(entity.fn)
        if entry is not None and entry.rule is not None:
            if entry.is_of(codes):
                view = self.view_of_call(node, body, call, name=entry.name)
                self._judge(entry, view, node, call.site, call.flags, call.written)
            return
        rules = [rule for rule in self.own_call_rules if rule.code in codes]
        by_name = call.target.kind is not Kind.PARAM  # else it is what a decorator wraps
        if not rules or not by_name or self.roots.is_blessed(entity.fn):
            return
        callee = self.callee(entity.fn)
        if callee is None:
            return
        view = self.view_of_call(node, body, call, callee=callee, partial=entity.partial)
        for rule in rules:
            with self.faults.at(*node.fn, rule.code):
                for report in rule.check_own_call(view):
                    self.hit(rule, node, call.site, call.flags, report)

    # Views.

    def callee(self, fn: Fn) -> Callee | None:
        """Return what rules may know of a function of the project."""
        return self.callees.of(fn)

    def view_of_use(self, node: Node, body: FunctionBody, use: Use, name: str) -> CallView:
        """What rules are shown of a use of a name."""
        lookups = self._lookups(node)
        settings = self.settings_of(node.fn.path)
        return CallView(name, use.written, use.site, body.head, settings, lookups, use=use)

    def view_of_call(
        self,
        node: Node,
        body: FunctionBody,
        call: Call,
        name: str = "",
        callee: Callee | None = None,
        partial: bool = False,
    ) -> CallView:
        """What rules are shown of a call."""
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

    def _lookups(self, node: Node) -> Lookups:
        path, receiver = node.fn.path, node.receiver

        def resolve(value: Value) -> Callee | None:
            for entity in self.resolver.resolve(value.ref, path, receiver):
                if isinstance(entity, OwnFunction):
                    return self.callee(entity.fn)
            return None

        return Lookups(
            lambda value: self._qualified(value, path, receiver),
            resolve,
            lambda value: self._options(value, path, receiver),
            lambda module: self.sandboxes.passes(module, path),
            lambda module, names: self.sandboxes.missing(module, names, path, receiver),
            lambda name: _properties(self.table.lookup(name)),
            lambda site: source_of(self.resolver.store, node.fn, site),
        )

    def _qualified(self, value: Value, path: str, receiver: Cls | None) -> str:
        ref = value.ref
        if ref.kind is Kind.RESULT and not ref.path and ref.of is not None:
            ref = ref.of
        for entity in self.resolver.resolve(ref, path, receiver):
            if isinstance(entity, External):
                return entity.name
        return ""

    def _options(self, value: Value, path: str, receiver: Cls | None) -> Value | None:
        if value.type is ValueType.NAME:
            constant = self.resolver.constant(value.ref, path)
            if constant is None:
                return None
            value, path = constant
        if not value.complete or value.type not in (ValueType.DICT, ValueType.CALL):
            return None
        is_known = (
            value.type is ValueType.DICT or self._qualified(value, path, receiver) in _OPTION_BAGS
        )
        return value if is_known else None

    # Hits.

    def _is_unsure(self, target: Ref, entity: External, node: Node) -> bool:
        """Whether only an annotation says what an object is, and many things pass for that."""
        if entity.name.rpartition(".")[0] not in WIDE_LOGGERS:
            return False
        if target.kind is Kind.PARAM:
            return held(node.env, Fn(node.fn.path, target.owner), target.name) is None
        return target.kind is Kind.INSTANCE

    def _is_safe_logger(self, target: Ref, node: Node) -> bool:
        if not self.safe_loggers:
            return False
        if target.kind is Kind.RESULT and target.of is not None:
            target = target.of
        if self._spells_safe_logger(target, node.fn.path):
            return True
        # A variable may hold what a function that gives safe loggers has given.
        variable = replace(target, path=target.path[:-1])
        constant = self.resolver.constant(variable, node.fn.path) if target.path else None
        if constant is None or constant[0].ref.of is None:
            return False
        return self._spells_safe_logger(constant[0].ref.of, constant[1])

    def _spells_safe_logger(self, target: Ref, path: str) -> bool:
        from wflint.facts.refs import Refs

        facts = self.resolver.store.load(path).facts
        spelled = Refs(facts).external(target)
        if not spelled and target.kind is Kind.GLOBAL:
            spelled = ".".join((facts.name, target.name, *target.path))
        return any(spelled == s or spelled.startswith(s + ".") for s in self.safe_loggers)

    def hit(
        self,
        rule: Rule,
        node: Node,
        site: int,
        flags: int,
        report: Report,
        subject: str = "",
        view: CallView | None = None,
    ) -> None:
        """Note that a rule is broken at a place of a function."""
        fails = report.severity is Severity.ERROR  # the first run does, too
        quiet = flags & Flag.NOT_REPLAYING or node.quiet
        if rule.harmless_unless_replaying and quiet and not fails:
            return
        site = reported = site if report.site is None else report.site
        if rule.once_per_function:
            logger = subject.rpartition(".")[0].partition("(...)")[0]
            kind = report.api.message if report.api is not None else ""
            logger = f"{logger} {'fails' if fails else ''} {kind}"
            site = self._firsts.setdefault((node.fn, rule.code, logger), site)
            key = (node.fn, site, rule.code, logger)
        else:
            key = (node.fn, site, rule.code, "")
        hit = self.hits.get(key)
        if hit is None:
            hit = Hit(
                rule,
                node.fn,
                site,
                report.message,
                report.severity,
                flags,
                name=view.name if view is not None else "",
                api=report.api,
                is_call=view is not None and view.is_call,
            )
            self.hits[key] = hit
        if reported != site:
            name = view.name if view is not None else ""
            hit.others.setdefault(reported, (report.message, name, report.api))
        hit.nodes.append(node)


def _properties(entry: ApiEntry | None) -> frozenset[Property]:
    return entry.properties if entry is not None else frozenset()


def handed_over(call: Call, site: int, entity: External) -> Call:
    """The call of a function that was handed to something that calls it, at ``site``."""
    shown = ".".join(entity.name.removeprefix("builtins.").split(".")[-2:])
    return Call(site, call.target, shown, (Arg(Value(ValueType.OTHER), star="*"),), call.flags)
