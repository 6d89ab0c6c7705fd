"""Analyses one project: from its files to the hits of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from wflint import limits
from wflint.cache.fact_cache import FactCache
from wflint.callgraph.builder import CallGraphBuilder
from wflint.callgraph.effects import summarise
from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.callgraph.entry.unseen import Unmarked, Unseen, unmarked_methods, unseen_classes
from wflint.callgraph.events import Event
from wflint.callgraph.graph import CallGraph
from wflint.callgraph.guards.functions import GuardFunctions, in_activities
from wflint.callgraph.outside import Outside
from wflint.checking.activity_calls import ActivityCalls
from wflint.checking.checker import Checker
from wflint.checking.definitions import DefinitionChecks
from wflint.checking.elsewhere import check_elsewhere
from wflint.checking.entries import find_entries, read_files, read_share
from wflint.checking.escapes import Escapes
from wflint.checking.foreign_runs import gaps_of_workers
from wflint.checking.imports import ImportChain, ImportTime
from wflint.checking.loading import LoadingChecks
from wflint.checking.own_errors import OwnErrors
from wflint.checking.readings import no_guard, reading_elsewhere, reading_for
from wflint.checking.replaced_methods import gaps_of_decorators
from wflint.checking.summaries import Summaries
from wflint.checking.table_entries import with_hook
from wflint.checking.violation import Violation
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag
from wflint.faults import EVERYWHERE
from wflint.files.prefilter import Gated
from wflint.files.source import UnreadableSource
from wflint.inference.resolver import Resolver
from wflint.inference.table_lookup import KnownFirst
from wflint.model.converters import Converters
from wflint.model.definitions import Definitions
from wflint.model.failure_types import FailureTypes
from wflint.model.heartbeats import Heartbeats
from wflint.model.lists import Lists
from wflint.model.newer_python import NewerPython
from wflint.model.project import Parts, Project
from wflint.model.results import ResultUses
from wflint.model.unfinished import Unfinished
from wflint.model.workers import Workers
from wflint.progress import Tell
from wflint.project.folders import names_in
from wflint.project.hidden import hidden_files, without
from wflint.project.installed import Installed
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store
from wflint.project.subclasses import Subclasses
from wflint.rule.api_table import ApiEntry, ApiTable
from wflint.rule.base import Rule, RuleSettings, Scope
from wflint.rule.known_names import known_names, tops_of
from wflint.sandbox.beforehand import Beforehand
from wflint.sandbox.sandboxes import Sandboxes
from wflint.sandbox.shared_receivers import SharedReceivers
from wflint.temporal.decorators import EntryNames

if TYPE_CHECKING:
    from wflint.project.prefetch import Method
    from wflint.project.spawning import ReadElsewhere


class AnalysisInput(Struct, frozen=True):
    """A question about a project. ``files`` are absolute paths, ``chosen`` those to report on.

    ``rules`` are asked, and may find things; the tables of ``every_rule`` say what names are.
    ``codes`` are of the rules whose findings count. If ``asks`` is not set, code is read and
    followed, and no rule is asked about it.
    ``gated`` is what the gate let through, ``read`` gives the bytes of a file. ``apis`` are the
    names of the settings, ``inside`` those of the standard library that reach something inside.
    ``installed`` are the packages to follow besides. ``fact_cache`` has what is known of files.
    ``names_in`` gives the names in a folder. ``checkpoint`` may end the analysis at each step.
    ``read_elsewhere`` answers as :func:`noted_of` does, in a process that knows nothing yet;
    ``start_method`` says how processes begin, by default as it suits the system.
    """

    root: str
    src: tuple[str, ...]
    files: Sequence[str]
    chosen: frozenset[str]
    read: Callable[[str], bytes]
    rules: Mapping[str, Rule]
    every_rule: tuple[Rule, ...]
    codes: frozenset[str]
    names: EntryNames
    gated: Gated
    apis: tuple[ApiEntry, ...]
    guard_functions: frozenset[str]
    safe_loggers: frozenset[str]
    settings_of: Callable[[str], RuleSettings]
    installed: Installed
    inside: tuple[ApiEntry, ...] = ()
    is_test: Callable[[str], bool] = lambda _: False
    names_in: Callable[[str], frozenset[str]] = names_in
    fact_cache: FactCache | None = None
    jobs: int | None = None
    progress: Tell | None = None
    checkpoint: Callable[[], None] | None = None
    read_elsewhere: ReadElsewhere | None = None
    start_method: Method | None = None
    asks: bool = True


class AnalysisResult(Struct):
    """The result of analysing a project.

    ``module_entries`` has the first workflow of each module; ``import_chains`` has how places are
    reached that are only reached by imports, by function, site and code; ``mute`` are workflows
    without any method that is known to run, ``unseen`` are classes that only look like workflows,
    ``unmarked`` methods that may be handlers; ``hidden`` are files that Python never imports.
    ``reached`` is what workflows reach, ``outside`` what activities and Workers do, as far as a
    rule is about them. ``workflows`` and ``activities`` count those that each file defines.
    ``project`` is all that the program defines, for those who ask, and ``summaries`` are those of
    ``reached``.
    """

    store: Store
    index: ModuleIndex
    checker: Checker
    reached: CallGraph
    outside: CallGraph = field(default_factory=CallGraph)
    module_entries: dict[str, Cls] = field(default_factory=dict)
    import_chains: dict[tuple[Fn, int, str], ImportChain] = field(default_factory=dict)
    workflows: dict[str, int] = field(default_factory=dict)
    activities: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    mute: list[Cls] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    unmarked: list[Unmarked] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    project: Project | None = None
    summaries: Summaries | None = None

    @property
    def recorded(self) -> CallGraph:
        """The part of what workflows reach that replays run, or whose results they compare."""
        return self.reached.without(Scope.UNRECORDED)

    def is_unrecorded(self, hit: Violation) -> bool:
        """True if a place is in workflow code that only queries and validators reach."""
        reached, recorded = self.reached.parents, self.recorded.parents
        return any(node in reached for node in hit.nodes) and recorded.keys().isdisjoint(hit.nodes)

    def ways_to(self, hit: Violation) -> CallGraph:
        """Return the part of a call graph whose chains lead to where a place does harm."""
        graph = self.graph_of(hit)
        return graph.along(hit.ways) if hit.ways is not None else graph

    def graph_of(self, hit: Violation) -> CallGraph:
        """Return the part of a call graph in which a rule was broken."""
        scope = hit.rule.scope if hit.scope is None else hit.scope
        if scope & Scope.WORKFLOW and hit.is_about_replay and not self.is_unrecorded(hit):
            return self.recorded
        for graph, regions in ((self.reached, Scope.WORKFLOW), (self.outside, Scope.OUTSIDE)):
            part = graph.within(scope) if scope & regions else None
            if part is not None and any(node in part.parents for node in hit.nodes):
                return part
        return self.reached


def analyse(question: AnalysisInput) -> AnalysisResult:
    """Find the entry points of a project, follow their calls, and hold the rules against them."""
    index = _index_for(question)
    candidates = question.gated.candidates
    question, hidden = _without_hidden(question, index)
    told = [path for path in candidates if path in hidden]
    checker = _checker_for(question, index)
    resolver, roots, sandboxes = checker.resolver, checker.roots, checker.sandboxes
    store = resolver.store
    answer = AnalysisResult(store, index, checker, CallGraph(), hidden=told)
    defining = read_files(question, answer, roots)
    entries, workflows = find_entries(defining, answer, roots)
    own = [p for p in defining if p in question.chosen and not question.is_test(p)]
    with store.faults.at(EVERYWHERE):
        answer.unseen = unseen_classes(roots, own, workflows)
    sandboxes.begin(workflows, roots.sandbox_of_library)
    checker.commands.targets.defining = defining
    model = _model(question, checker)
    checker.commands.targets.has_object = model.workers.has_object
    answer.reached, events = _search(question, model, checker, entries)
    with store.faults.at(EVERYWHERE):
        answer.reached.gaps += gaps_of_workers(answer.reached, workflows, sandboxes)
        answer.reached.gaps += gaps_of_decorators(answer.reached, workflows, resolver)
    answer.summaries = checker.summaries
    unmade = [one.cls for one in answer.unseen if not one.decorator]
    parts = Parts(workflows, defining, question.gated.named, events, answer.reached, unmade)
    project = Project(parts, *model, checker.commands, checker.views.of_external)
    answer.project = project
    with store.faults.at(EVERYWHERE):
        reached = {node.fn for node in answer.reached.order}
        answer.unmarked = unmarked_methods(roots, own, workflows, reached)
    if question.asks:
        _check_around(question, defining, answer, project)
    resolver.forget()
    return answer


def _check_around(
    question: AnalysisInput, defining: list[str], answer: AnalysisResult, project: Project
) -> None:
    """Ask the rules about all but the code that workflows reach."""
    checker, store = answer.checker, answer.store
    with store.faults.at(EVERYWHERE):
        import_time = ImportTime(checker, checker.sandboxes, answer.reached)
        answer.import_chains = import_time.chains
        import_time.check()
    with store.faults.at(EVERYWHERE):
        loading = LoadingChecks(checker, checker.sandboxes, answer.activities, answer.import_chains)
        rules = [question.rules[code] for code in sorted(question.codes)]
        loading.check(rules, question.chosen)
    reading = cache(partial(reading_elsewhere, question))
    with store.reading_otherwise("elsewhere", reading, no_guard):
        check_elsewhere(question, answer)
    with store.faults.at(EVERYWHERE):
        _search_outside(question, defining, answer, project)
    _check_definitions(question, answer, project)


def noted_of(question: AnalysisInput, paths: Iterable[str]) -> bytes:
    """Return what is noted of some of the files that passed the gate, for another process."""
    index = _index_for(question)
    question, _ = _without_hidden(question, index)
    checker = _checker_for(question, index)
    store = checker.resolver.store
    read_share(question, store, checker.roots, paths)
    return store.fact_cache.news()


def _without_hidden(
    question: AnalysisInput, index: ModuleIndex
) -> tuple[AnalysisInput, tuple[str, ...]]:
    """Return the question without files that Python never imports, and these files."""
    hidden = hidden_files(question.gated, index, question.read)
    if not hidden:
        return question, ()
    files = [path for path in question.files if path not in hidden]
    return replace(question, gated=without(question.gated, hidden), files=files), hidden


def _index_for(question: AnalysisInput) -> ModuleIndex:
    return ModuleIndex(
        question.root,
        question.src,
        question.files,
        known_names(question.every_rule).tops | tops_of(question.inside),
        question.installed,
        question.names_in,
    )


def _checker_for(question: AnalysisInput, index: ModuleIndex) -> Checker:
    """Set up what answers questions about a project. No file is read yet."""
    store = Store(
        question.read,
        index.name_of,
        cache(lambda: reading_for(question, guards)),
        question.fact_cache,
    )
    store.progress = question.progress
    if question.checkpoint is not None:
        store.faults.checkpoint = question.checkpoint
    code = (path for path in question.files if not question.is_test(path))
    store.mentions, store.is_test = Subclasses(code, question.read).of, question.is_test
    known = known_names(question.every_rule)
    table = ApiTable([*question.inside, *question.apis], known.table)
    follows, gives = bool(index.installed.tops), known.results
    resolver = KnownFirst(store, index, gives, table) if follows else Resolver(store, index, gives)
    resolver.results.knows = table.knows
    guards = store.guards = GuardFunctions(resolver, question.guard_functions)
    importer = f"{question.root}/__init__.py"
    roots = EntryPoints(resolver, question.names, importer, question.gated.named)
    configuring = question.gated.configuring
    handing = question.gated.handing
    lists = Lists(resolver, question.files, question.read)
    sandboxes = Sandboxes(resolver, question.root, configuring, handing, lists, question.is_test)
    checker = Checker(
        question.rules,
        table,
        resolver,
        roots,
        question.settings_of,
        question.safe_loggers,
        sandboxes,
    )
    checker.views.naming = lambda: question.gated.named
    naming = partial(_naming, [p for p in question.files if not question.is_test(p)], store)
    checker.own_errors = OwnErrors(checker, naming)
    checker.beforehand = Beforehand(resolver, sandboxes, configuring, naming)
    checker.newer_python = NewerPython(question.files, question.read)
    checker.resolve_own_apis(question.apis, importer)
    return checker


def _naming(files: Iterable[str], store: Store, word: str) -> Iterator[str]:
    """Yield the files that have a word in them."""
    for path in files:
        try:
            if word in store.text(path):
                yield path
        except (OSError, UnreadableSource):
            continue


class Model(NamedTuple):
    """What finds out about definitions and Workers, when it is asked."""

    definitions: Definitions
    workers: Workers


def _model(question: AnalysisInput, checker: Checker) -> Model:
    resolver, named = checker.resolver, question.gated.named
    definitions = checker.definitions
    definitions.converter_is_default = Converters(resolver, named, question.root).is_default
    lists = checker.sandboxes.lists
    configuring = frozenset(question.gated.configuring)
    setting_up = (
        path for path in named if path in configuring or "activities" in resolver.store.text(path)
    )
    workers = Workers(definitions, lists, setting_up, question.is_test)
    checker.commands.is_elsewhere = workers.is_elsewhere
    return Model(definitions, workers)


def _search(
    question: AnalysisInput, model: Model, checker: Checker, entries: list[Entry]
) -> tuple[CallGraph, list[Event]]:
    """Follow all calls; again with what was learned of attributes on the way, if that helps.

    What other workflows reach is shown with a chain from one of them, not from one of a test.
    """
    resolver, roots, is_test = checker.resolver, checker.roots, question.is_test
    for _ in range(limits.LEARNING_ROUNDS):
        reach = CallGraphBuilder(resolver, roots, checker.border())
        reach.run(entry for entry in entries if not is_test(entry.fn.path))
        reached = reach.run(entry for entry in entries if is_test(entry.fn.path))
        if not resolver.learn(reach.learning.attributes):
            break
    effects = summarise(
        reached, reach.events, resolver.store, checker.catching, has_3_12=checker.has_3_12
    )
    checker.summaries = Summaries(reached, effects, resolver.store, checker.catching)
    unfinished = Unfinished(reached, reach.events, effects, resolver.store)
    model.definitions.unfinished_of = unfinished.of
    model.definitions.result_is_used = ResultUses(reached, resolver.store).is_used
    checker.receivers = SharedReceivers(reached, checker.shared)
    own = (path for path in question.gated.named if not is_test(path))
    failures = FailureTypes(*model, own)
    turned = checker.views.interceptors.may_turn_errors
    catching = checker.catching
    checker.escapes = Escapes(reached, resolver, catching, failures.may_have, is_test, turned)
    checker.is_test = checker.starts.is_test = is_test
    checker.commands.targets.graph = reached
    checker.views.summaries, checker.views.reached = checker.summaries, reached
    if question.asks:
        checker.hold_regions(reached, reach.events, Scope.WORKFLOW)
    return reached, reach.events


def _search_outside(
    question: AnalysisInput,
    defining: list[str],
    answer: AnalysisResult,
    project: Project,
) -> None:
    """Follow activities and what makes Workers, if a rule that runs is about them.

    Rules about workflows see none of what is read for it, and it stops at what only workflows run.
    """
    wanted = Scope(0)
    for code in question.codes:
        rule = question.rules[code]
        regions = (rule.scope | rule.asks_about) & Scope.OUTSIDE
        if with_hook([rule], "check_worker"):
            regions &= ~Scope.WORKER  # it is shown Workers, and asks for no code around them
        wanted |= regions
    if not wanted:
        return
    checker, store = answer.checker, answer.store
    checker.calls = ActivityCalls(checker.definitions, lambda: project.commands)
    checker.definitions.calls_of = checker.calls.of
    search = Outside(checker.roots, wanted)
    configuring, is_test = question.gated.configuring, question.is_test
    guards = in_activities(store.guards)
    reading = cache(partial(reading_for, question, guards, Scope.OUTSIDE))
    sides = Flag.IN_WORKFLOW | Flag.NOT_IN_WORKFLOW  # what they give differs with who asks
    with store.reading_otherwise("outside", reading, guards, sides):
        checker.resolver.forget()
        found, passed = search.search(defining, configuring, is_test)
        answer.outside = found
        effects = summarise(found, passed, store, checker.catching, skips=Flag.IN_WORKFLOW)
        checker.summaries = Summaries(found, effects, store, checker.catching)
        checker.heartbeats = Heartbeats(found, passed, store, question.files, question.read)
        checker.definitions.beats_of = checker.heartbeats.of
        checker.definitions.beats_in_loop = checker.heartbeats.are_repeated
        checker.hold_regions(found, passed, wanted, skips=Flag.IN_WORKFLOW)
    checker.resolver.forget()


def _check_definitions(question: AnalysisInput, answer: AnalysisResult, project: Project) -> None:
    """Ask the rules about definitions, Workers and the whole program, if one of those runs is."""
    rules = [question.rules[code] for code in sorted(question.codes)]
    if not DefinitionChecks.are_wanted(rules):
        return
    graphs = (answer.reached, answer.outside)
    checks = DefinitionChecks(answer.checker, project, question.chosen, graphs, question.is_test)
    with answer.store.faults.at(EVERYWHERE):
        checks.check(rules)
