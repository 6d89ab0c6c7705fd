"""Judges what happens when modules are imported into the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import NamedTuple

from msgspec.structs import replace

from wflint.callgraph.events import DefaultFactory, OwnCall
from wflint.callgraph.graph import END, CallGraph, Chain, Hop, Node
from wflint.checking.checker import Checker
from wflint.checking.import_scan import ImportScan, Place
from wflint.checking.violation import Violation
from wflint.diagnostics import Severity
from wflint.facts.ids import Fn
from wflint.facts.model import ValueType
from wflint.inference.values import ExternalValue
from wflint.project.module import Module
from wflint.rule.base import Report, Rule, Scope
from wflint.rule.import_view import ImportView
from wflint.sandbox.chains import Link, LoadingChains
from wflint.sandbox.loading import imports_in_functions
from wflint.sandbox.restrictions import (
    RESTRICTED_AT_IMPORT,
    UNREADABLE_AT_IMPORT,
    is_restricted_at_import,
    is_unreadable,
)
from wflint.sandbox.sandboxes import Sandboxes
from wflint.sandbox.used_values import UsedValues

_WHOLE_MODULES = tuple(
    sorted(name.removesuffix(".*") for name in RESTRICTED_AT_IMPORT if name.endswith(".*"))
)
_WEIGHTS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class ImportChain(NamedTuple):
    """The way to a place when a workflow is loaded.

    First come ``links`` of modules that import the next one; then ``calls``, which begin in the
    code of the module named ``module``.
    """

    links: tuple[Link, ...]
    module: str
    calls: Chain


class _Use(NamedTuple):
    """A value that workflow code uses.

    ``value`` is its file and offset, ``way`` how the place becomes part of it, ``user`` the first
    function that uses it, ``route`` the files by which it gets there; ``ingredients`` are the names
    that it is made from.
    """

    value: tuple[str, int]
    way: Chain
    user: Node
    route: list[str]
    ingredients: frozenset[str]


class _Proposal(NamedTuple):
    """A report of a rule on a place, and the use that it rests on."""

    rule: Rule
    place: Place
    report: Report
    way: Chain
    use: _Use | None
    group: tuple[object, ...]  # of several of one group only one is reported

    @property
    def weight(self) -> int:
        """The weight of its severity; 0 is the greatest."""
        return _WEIGHTS[self.report.severity or self.rule.severity]


class ImportTime:
    """Looks at what modules do at import, and holds the rules for that against it.

    ``reached`` is what the workflows reach. ``chains`` has, by function, site and code, how the
    hits of these rules are reached.
    """

    def __init__(self, checker: Checker, sandboxes: Sandboxes, reached: CallGraph) -> None:
        self.checker = checker
        self.store = checker.resolver.store
        self.sandboxes = sandboxes
        self._loading = LoadingChains(sandboxes)
        self.workflow_code = reached
        self.values = UsedValues(checker.resolver, reached)
        self.chains: dict[tuple[Fn, int, str], ImportChain] = {}
        self._offsets: dict[Fn, dict[int, int]] = {}
        self._using: dict[Node, set[str]] = {}  # the files of the workflows that lead to a user
        rules = checker.rules.values()
        self.rules = [rule for rule in rules if rule.scope == Scope.IMPORT]
        self._also = [r for r in rules if Scope.IMPORT in r.scope and r.scope != Scope.IMPORT]

    def check(self) -> None:
        """Look at modules that are loaded for workflows, and at others whose values they use."""
        reloaded = self._that_matter(self.sandboxes.reloaded)
        proposals = self._scan(reloaded, [*self.rules, *self._also], is_reloaded=True)
        others = self._that_matter(self._used_modules())
        proposals += self._scan(others, self.rules, is_reloaded=False)
        for proposal in _strongest(proposals):
            with self.store.faults.at(*proposal.place.node.fn, proposal.rule.code):
                self._report(proposal)

    def _scan(self, paths: list[str], rules: list[Rule], is_reloaded: bool) -> list[_Proposal]:
        # What a followed package does at import is not told: there is no call that leads there.
        own = [path for path in paths if not self.checker.resolver.index.is_followed(path)]
        scan = ImportScan(self.checker, own, is_reloaded)
        events = (e for e in scan.events if not isinstance(e, (OwnCall, DefaultFactory)))
        self.checker.hold(events, frozenset(rule.code for rule in rules))
        for hit in list(self.checker.violations.found.values()):
            if self._is_new(hit) and hit.nodes[0] in scan.reached.parents:
                key = (hit.fn, hit.site, hit.rule.code)
                self.chains.setdefault(key, self._chain(scan.way(hit.nodes[0]), None))
        found: list[_Proposal] = []
        for place in scan.places():
            with self.store.faults.at(*place.node.fn):
                found += self._judge(scan, place)
        return found

    def _is_new(self, hit: Violation) -> bool:
        """True if a hit comes from an import, not from workflow code."""
        if hit.rule.scope == Scope.IMPORT:
            return True
        parents = self.workflow_code.parents
        return hit.rule in self._also and not any(node in parents for node in hit.nodes)

    # Which modules.

    def _used_modules(self) -> list[str]:
        """The files that are not loaded again and whose values workflow code may use."""
        files = [name.path for name in self.values.names]
        files += [cls.path for cls in self.values.classes]
        files += [node.fn.path for node in self.workflow_code.order]
        return [path for path in dict.fromkeys(files) if not self.sandboxes.is_reloaded(path)]

    @cached_property
    def _words(self) -> frozenset[str]:
        """The last words of all names that may be wrong at import."""
        own = [name for rule in self.rules for name in rule.at_import]
        names = (name.removesuffix(".*") for name in (*RESTRICTED_AT_IMPORT, *own))
        return self.checker.table.last_words.union(name.rpartition(".")[2] for name in names)

    def _that_matter(self, paths: Iterable[str]) -> list[str]:
        found = []
        for path in paths:
            with self.store.faults.at(path):
                if self._may_matter(path):
                    found.append(path)
        return found

    def _may_matter(self, path: str) -> bool:
        """True if a module does anything at import that may be wrong, or calls what may do so."""
        if not self.rules and not self._also:
            return False
        module = self.store.load(path)
        facts = module.facts
        if not self._words.isdisjoint(facts.called):
            return True
        if module.notes.answer("reads environment", bool, partial(_reads_environment, module)):
            return True
        return any(name in facts.bindings for name in facts.called)

    # Rules.

    def _judge(self, scan: ImportScan, place: Place) -> Iterator[_Proposal]:
        """Yield the proposal of the first rule that has an objection."""
        uses: list[_Use | None] = []

        def used() -> frozenset[str] | None:
            if not uses:
                uses.append(self._use(scan, place))
            return uses[0].ingredients if uses[0] is not None else None

        def is_repeated() -> bool:
            return used() is not None and bool(self._reloading(uses[0]))

        owner = self._owner(place)
        refused = scan.is_reloaded and self._is_refused(scan, place)
        for rule in self.rules:
            api = rule.at_import.get(place.entity.name)
            if api is not None and api.kind == "call" and not place.is_call:
                api = None
            view = ImportView(
                place.view,
                api,
                owner,
                scan.is_reloaded,
                refused,
                used,
                is_repeated,
                partial(self._runs_always, scan, place),
            )
            report = self.store.faults.ask(place.node.fn, rule.code, rule.judge_import, view)
            if report is not None:
                use = uses[0] if uses else None
                way = use.way if use is not None else scan.way(place.node)
                group = _group(rule, place, use)
                yield _Proposal(rule, place, report, way, use, group)
                return

    def _owner(self, place: Place) -> str:
        """The code of the rule that reports the place where it is workflow code."""
        table = self.checker.table
        entity = place.entity
        entry = table.lookup(entity.name, is_call=place.is_call, base=entity.base)
        if entry is None or entry.rule is None:
            return ""
        rule = entry.rule
        report = self.store.faults.ask(place.node.fn, rule.code, rule.judge, place.view, entry.api)
        return rule.code if report is not None else ""

    def _is_refused(self, scan: ImportScan, place: Place) -> bool:
        """True if the sandbox does not let the module be imported because of a call."""
        path, name = place.node.fn.path, place.entity.name
        if not (place.is_call and is_restricted_at_import(name)) and not is_unreadable(name):
            return False
        if not self.sandboxes.is_restricting(path) or not self._is_proxied(place):
            return False
        way = [*scan.way(place.node)[:-1], Hop(place.node, place.site)]
        return all(self._is_certain(node, site) for node, site in way)

    def _is_proxied(self, place: Place) -> bool:
        """True if the sandbox sees the call: of objects it only knows those that a class makes.

        ``Path(x).exists()`` is such a call, ``Path(x).parent.exists()`` and ``(a / b).exists()``
        are not. A name must be that of a module-level value.
        """
        call, entity = place.view.call, place.entity
        if not entity.base or call is None:
            return True
        path, maker = place.node.fn.path, call.target.of
        receiver = call.written.rpartition(".")[0]
        if not receiver.endswith("(...)"):
            held = self.checker.resolver.constant(replace(call.target, path=()), path)
            if held is None or held[0].type is not ValueType.CALL or held[0].ref.path:
                return False
            maker, path = held[0].ref.of, held[1]
        if maker is None or len(call.target.path) != 1:
            return False
        found = self.checker.resolver.resolve(maker, path)
        return found == (ExternalValue(entity.name[: entity.base]),)

    def _runs_always(self, scan: ImportScan, place: Place, errors: frozenset[str]) -> bool:
        """True if no condition stands on the way to a place, and nothing there catches errors."""
        way = [*scan.way(place.node)[:-1], Hop(place.node, place.site)]
        return all(
            site < 0
            or self.values.values(node.fn.path).runs_always(self._offset(node.fn, site), errors)
            for node, site in way
        )

    def _is_certain(self, node: Node, site: int) -> bool:
        return self.values.values(node.fn.path).is_certain(self._offset(node.fn, site))

    def _offset(self, fn: Fn, site: int) -> int:
        """Return the offset of a site; all sites of a piece of code are located at once."""
        piece = Fn(fn.path, self.store.outermost(fn))
        if piece not in self._offsets:
            inside = self.store.bodies_of_piece(piece)
            sites = {use.site for body in inside for use in body.uses}
            for call in (call for body in inside for call in body.calls):
                sites.update((call.site, *(arg.site for arg in call.args)))
            found = self.store.locate(piece, sites)
            self._offsets[piece] = {site: start for site, (start, _) in found.items()}
        return self._offsets[piece].get(site, 0)

    def _use(self, scan: ImportScan, place: Place) -> _Use | None:
        """The first value that the place has a part in and that workflow code uses."""
        name = place.entity.name
        if place.is_call and self.checker.table.knows(f"{name}.any", len(name)):
            return None  # an object that is asked later, and reported where it is
        for node, site in scan.starts(place.node) or [Hop(place.node, place.site)]:
            path = node.fn.path
            way: Chain = (Hop(node, END),)
            values = self.values.values(path)
            held = values.at(self._offset(node.fn, site))
            if node != place.node:
                way = scan.way_through(Hop(node, site), place.node)
                if not self._is_given_back([*way[1:-1], Hop(place.node, place.site)]):
                    continue
            user = self.values.user(path, held) if held is not None else None
            if held is not None and user is not None:
                route, made_from = self.values.route(path, held), values.ingredients(held)
                return _Use((path, held.start), way, user, route, made_from)
        return None

    def _is_given_back(self, way: list[Hop]) -> bool:
        """True if each function returns what is made at the site in it."""
        values = self.values.values
        return all(values(n.fn.path).is_returned(self._offset(n.fn, site)) for n, site in way)

    # Hits.

    def _report(self, proposal: _Proposal) -> None:
        place, rule = proposal.place, proposal.rule
        fn, site = place.node.fn, place.site
        if self.checker.violations.has(fn, site, self._owner(place)):
            return  # it is wrong whenever the function runs, and has been reported so
        self.checker.violations.add(rule, place.node, site, place.flags, proposal.report)
        self.chains.setdefault((fn, site, rule.code), self._chain(proposal.way, proposal.use))

    def _chain(self, way: Chain, use: _Use | None) -> ImportChain:
        path = way[0][0].fn.path
        links = self._loading.to(path, self._reloading(use) if use is not None else None)
        if not links and use is not None:
            links = self._chain_of_use(use)
        module = links[-1].shown if links else self.store.load(path).facts.name
        return ImportChain(tuple(links[:-1]), module, way)

    def _reloading(self, use: _Use | None) -> list[str]:
        """Return the files of the workflows that use a value and whose sandbox makes it again."""
        if use is None:
            return []
        if use.user not in self._using:
            entries = self.workflow_code.entry_points([use.user])
            receivers = (self.workflow_code.entries[entry].receiver for entry in entries)
            self._using[use.user] = {receiver.path for receiver in receivers}
        roots = self.sandboxes.reloaded.get(use.value[0], ())
        return [root for root in roots if root in self._using[use.user]]

    def _chain_of_use(self, use: _Use) -> list[Link]:
        """The workflow, the modules of the functions that lead to the user, and of the values."""
        steps = self.workflow_code.chain(use.user)
        entry = self.workflow_code.entries[steps[0][0]]
        passed = [entry.receiver.path, *(n.fn.path for n, _ in steps), *use.route]
        files = list(dict.fromkeys(passed))
        links = [self._loading.first_link(entry.receiver)]
        for file, following in zip(files, [*files[1:], ""], strict=True):
            name = self.store.load(file).facts.name
            links.append(Link(name, file, self._import_of(following, file)))
        return links

    def _import_of(self, wanted: str, path: str) -> int:
        """Return the offset of the first import of one file in another, or 0.

        Imports at the top level come first, then those in functions.
        """
        if not wanted:
            return 0
        index, module = self.checker.resolver.index, self.store.load(path)
        for facts in (module.facts.imports, imports_in_functions(module)):
            for fact in facts:
                if any(index.find(name, path) == wanted for name in fact.modules()):
                    return fact.offset
        return 0


def _reads_environment(module: Module) -> bool:
    """True if a text names something that depends on the worker's environment when it is read.

    So does one with modules that the sandbox does not even let a class derive from.
    """
    text = module.source.searchable
    names = (*sorted(UNREADABLE_AT_IMPORT), *(_WHOLE_MODULES if "class " in text else ()))
    return "environ" in text or any(name in text for name in names)


def _group(rule: Rule, place: Place, use: _Use | None) -> tuple[object, ...]:
    """Return the key of proposals that are one: the value that is used, or the place itself."""
    if use is not None:
        return use.value
    return (rule.code, place.node.fn, place.site)


def _strongest(proposals: list[_Proposal]) -> list[_Proposal]:
    """Of each group the weightiest proposal, and the first of these."""
    best: dict[tuple[object, ...], _Proposal] = {}
    for proposal in proposals:
        known = best.setdefault(proposal.group, proposal)
        if proposal.weight < known.weight:
            best[proposal.group] = proposal
    return list(best.values())
