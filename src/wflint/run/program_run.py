"""The run over one program: the question to the analysis, and its answer as diagnostics."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wflint.cache.between_checks import FactCaches
from wflint.cache.build import build_id
from wflint.cache.fact_cache import FactCache
from wflint.cache.folder import CacheFolder
from wflint.cache.packing import standing_for
from wflint.cache.read_log import ReadLog
from wflint.cache.shelf import Shards
from wflint.callgraph.graph import DEFINITION
from wflint.checking.analysis import AnalysisInput, AnalysisResult, analyse
from wflint.checking.hook_advice import with_possible_advice
from wflint.checking.inside import inside_entries
from wflint.checking.program_notes import Whole
from wflint.checking.unrecorded import without_unrecorded
from wflint.checking.violation import Violation
from wflint.config.optional_sdk import without_sdk
from wflint.diagnostics import SYNTAX_ERROR, Diagnostic, Location, Severity
from wflint.faults import EVERYWHERE, Fault
from wflint.files.notebook import is_notebook
from wflint.files.prefilter import Gated
from wflint.files.select import Group, shown_path
from wflint.files.source import UnreadableSource, place_in_notebook
from wflint.fix.propose.noted import NotedRepairs
from wflint.fix.propose.surroundings import Program
from wflint.progress import counted
from wflint.project.installed import Installed
from wflint.rule.base import Fixable
from wflint.rule.fix import Answered
from wflint.run.cache_place import notes_shelf
from wflint.run.emit import Emitter, Found
from wflint.run.expected import without_expected
from wflint.run.failures import failures
from wflint.run.fingerprint import with_fingerprints
from wflint.run.known_tests import KnownTests
from wflint.run.left_out import LeftOut
from wflint.run.not_followed import not_followed
from wflint.run.places import call_as_written, gaps_by_entry
from wflint.run.program_settings import Governing
from wflint.run.reading import reading_of
from wflint.run.request import Request, Result
from wflint.run.results import names_at
from wflint.run.statements import bare, with_statements
from wflint.run.unchecked import lines, unchecked
from wflint.suppress.diagnostics import UNUSED, suppression_diagnostics
from wflint.syntax.node_classes import reading_much

GAP, FAILED = "WFL005", "WFL006"
_TOP = Location(1, 1)

if TYPE_CHECKING:
    from wflint.fix.propose.repairs import Repairs


class Examined(Struct):
    """A project after its analysis: its files, what was found out, and the diagnostics.

    ``is_test`` tells of files, and ``read`` reads them.
    """

    group: Group
    read: ReadLog
    answer: AnalysisResult
    emitter: Emitter
    found: list[Found]
    is_test: Callable[[str], bool]


class ProjectRun:
    """The run over one project; adds to the result."""

    def __init__(
        self,
        group: Group,
        gated: Gated,
        read: ReadLog,
        request: Request,
        cwd: Path,
        result: Result,
        folder: CacheFolder | None,
        fact_caches: FactCaches | None = None,
    ) -> None:
        self.group = group
        self.gated = gated
        self.read = read
        self.request = request
        self.cwd = cwd
        self.result = result
        self.governing = Governing(group, request)
        self.registry = self.governing.registry
        self.shown: Callable[[str], str] = partial(shown_path, cwd=cwd)
        self.chosen = frozenset(group.files if request.whole else group.chosen)
        self.tests = KnownTests(self.governing, gated, read)
        self.left_out = LeftOut(self.governing, self.tests.has)
        self.fact_caches = fact_caches
        self.fact_cache = self._fact_cache(folder, fact_caches)

    def run(self) -> Examined:
        """Analyse the project and add what is found to the result.

        What was read is noted even if the run does not come to its end.
        """
        try:
            with reading_much():
                return self._examined()
        finally:
            if not self.read.is_torn:
                self.fact_cache.save()
            elif self.fact_caches is not None:
                self.fact_caches.of_programs.clear()

    def _examined(self) -> Examined:
        answer = analyse(self.question())
        self.loaded = {path: module.error for path, module in answer.store.modules.items()}
        self.whole = Whole(answer, self._program_settings())
        emitter = Emitter(
            answer,
            self.shown,
            self.registry.families,
            self.request.no_ignores,
            self._fix_for(answer),
        )
        found: list[Found] = []
        held: list[Found] = []
        for part in (self._emit, self._own, self._failures):
            with answer.store.faults.at(EVERYWHERE):
                for one in part(answer, emitter):
                    if self._is_wanted(one.path, one.diagnostic):
                        found.append(one)
                    elif self._is_held_back(one.path, one.diagnostic):
                        held.append(one)
        if answer.store.faults.happened and FAILED not in self.governing.all_codes:
            self.result.warnings.append(f"wflint failed on a part of the code; {FAILED} says where")
        self.result.problems += [f.message for f in answer.store.faults if f.path == EVERYWHERE]
        paths = {one.path for one in found}
        sources = {self.shown(p): answer.store.load(p).source.text for p in paths}
        self.result.sources.update(sources)
        hidden = {one.path for one in held}
        self.result.paths.update((self.shown(path), path) for path in (*paths, *hidden))
        for path in paths:
            self.result.fail_on[self.shown(path)] = self.governing.settings_at(path).fail_on
        every = with_statements([*found, *held], answer, emitter)
        shown, hidden_ones = every[: len(found)], every[len(found) :]
        self.result.diagnostics += with_fingerprints(shown, self.group.project.root, self.cwd)
        self.result.held += [bare(one) for one in hidden_ones]
        self.result.is_partial |= self._is_partial(answer)
        if self.request.show_gaps:
            self.result.gaps += gaps_by_entry(emitter, self.chosen)
        self._count(answer, emitter)
        if not self.read.is_torn and not answer.store.faults.happened:
            self.whole.note()
            self.fixes.note()
        return Examined(self.group, self.read, answer, emitter, found, self.tests.has)

    # The question.

    def question(self) -> AnalysisInput:
        """Return what the analysis is asked."""
        governing = self.governing
        return AnalysisInput(
            root=str(self.group.project.root),
            src=governing.src,
            files=self.group.files,
            chosen=self.chosen,
            read=self.read,
            rules=governing.asked,
            every_rule=self.registry.rules,
            codes=governing.all_codes,
            names=governing.entry_names,
            gated=self.gated,
            apis=governing.apis,
            guard_functions=governing.guard_functions,
            safe_loggers=governing.safe_loggers,
            settings_of=governing.rule_settings,
            inside=inside_entries(self.registry.by_code, governing.oldest_python),
            is_test=self.tests.has,
            installed=Installed(governing.follow_packages, governing.environments),
            fact_cache=self.fact_cache,
            names_in=names_at(self.request),
            jobs=self.request.jobs,
            progress=self.request.progress,
            checkpoint=self.request.checkpoint,
            read_elsewhere=reading_of(self.group, self.gated, self.request, self.cwd),
            start_method=self.request.start_method,
            asks=self.request.asks,
        )

    def _fix_for(self, answer: AnalysisResult) -> Callable[[Violation], Answered]:
        """A function that gives the fix of a hit. What it takes is imported for the first one."""
        lacking = self._without_sdk(answer)
        program = Program(
            answer,
            self.group.files,
            self.read,
            self.governing.rule_settings,
            self.shown,
            lambda fn: repairs.piece(fn),
        )
        about = (self._program_settings(), str(self.cwd), sorted(lacking))
        repairs = self.fixes = NotedRepairs(
            program, lambda: self._repairs(program, lacking), standing_for(about)
        )

        def fix_for(hit: Violation) -> Answered:
            severity = hit.severity or hit.rule.severity
            is_hidden = self.left_out.because(hit.fn.path, hit.rule.code, severity) is not None
            if is_hidden or not self._is_fixable(hit):
                return Answered()
            if is_notebook(hit.fn.path):
                has_fix = hit.rule.fix is not Fixable.NONE
                return Answered(None, "notebooks are not changed" if has_fix else "")
            return repairs.answer_for(hit)

        return fix_for

    def _is_fixable(self, hit: Violation) -> bool:
        """True if a fix of a diagnostic is wanted, should it be shown."""
        path = hit.fn.path
        return path in self.chosen and hit.rule.code in self.governing.selection(path).fixable

    def _without_sdk(self, answer: AnalysisResult) -> frozenset[str]:
        """The folders of what may be fixed whose code must do without ``temporalio``."""
        paths = {h.fn.path for h in answer.checker.violations.found.values() if self._is_fixable(h)}
        folders = sorted({*map(os.path.dirname, paths)})
        return without_sdk(folders, self.group.project.root, self.read)

    def _repairs(self, program: Program, lacking: frozenset[str]) -> Repairs:
        from wflint.fix.propose.repairs import Repairs

        return Repairs(program, lambda path: self.governing.selection(path).applicability, lacking)

    def _fact_cache(self, folder: CacheFolder | None, known: FactCaches | None) -> FactCache:
        """Return what earlier runs have noted with the same code."""
        about = build_id(self.governing.plugins).encode()
        digest, settings = self.read.digest, self.governing.noted_settings
        key = self.group.project.root, about
        earlier = known.of_programs.get(key) if known is not None else None
        shelf = notes_shelf(folder, about) if folder is not None else None
        program_shelf = Shards(folder, about) if folder is not None else None
        fact_cache = FactCache(digest, shelf, settings, program_shelf, earlier)
        if known is not None:
            known.of_programs[key] = fact_cache
        return fact_cache

    # The diagnostics.

    def _emit(self, answer: AnalysisResult, emitter: Emitter) -> Iterator[Found]:
        """Diagnostics in the chosen files; all others are looked at for suppressions only."""
        codes = self.governing.all_codes
        hits = [h for h in answer.checker.violations.found.values() if h.rule.code in codes]
        harmful = without_unrecorded(answer, hits, self.whole)
        hits = emitter.lifted(with_possible_advice(answer, harmful))
        if not any(emitter.directives(path) for path in self._loaded()):
            hits = [h for h in hits if h.fn.path in self.chosen]
        hits = list(without_expected(hits, emitter))
        for hit in hits:
            severities = self.governing.selection(hit.fn.path).severities
            hit.severity = severities.get(hit.rule.code, hit.severity)
        self._weigh(answer, hits)
        found, tell = emitter.diagnostics(hits), self.request.progress
        yield from counted("Looking for fixes", found, len(hits), tell)

    def _weigh(self, answer: AnalysisResult, hits: list[Violation]) -> None:
        """Weigh by what is refused, and by what values decide, where the settings do not say."""
        open_ = [
            hit
            for hit in hits
            if hit.fn.path in self.chosen
            and not hit.is_weighed
            and hit.rule.code not in self.governing.selection(hit.fn.path).severities
        ]
        errors = [hit for hit in open_ if (hit.severity or hit.rule.severity) is Severity.ERROR]
        others = [hit for hit in open_ if (hit.severity or hit.rule.severity) is not Severity.ERROR]
        errors = [hit for hit in errors if hit.rule.value_decides]
        if errors or others:
            from wflint.severity.by_data_flow import lower_harmless, raise_refused

            raise_refused(answer, others, self.whole)
            lower_harmless(answer, errors, self.whole)

    def _program_settings(self) -> bytes:
        """The settings but for those that only say what is reported of the program."""
        return standing_for((self.governing.for_analysis, self.governing.environments))

    def _loaded(self) -> list[str]:
        """The chosen files that the analysis read; what weighing and fixing read is left out."""
        return sorted(path for path in self.loaded if path in self.chosen)

    def _own(self, answer: AnalysisResult, emitter: Emitter) -> Iterator[Found]:
        """Yield what is wrong with the files themselves, and with comments in them."""
        if GAP in self.governing.all_codes:
            yield from self._gaps(answer, emitter)
            yield from self._unchecked(answer, emitter)
        for path in self._loaded():
            with answer.store.faults.at(path):
                yield from self._about_file(path, answer, emitter)

    def _about_file(self, path: str, answer: AnalysisResult, emitter: Emitter) -> Iterator[Found]:
        module, error = answer.store.modules[path], self.loaded[path]
        if error is not None:
            yield Found(path, self._syntax_error(path, error))
            return
        ran = self.governing.selection(path).codes
        if answer.store.faults:  # what seems unused may hide what was not found
            ran -= {UNUSED}
        directives, shown = emitter.directives(path), self.shown(path)
        for diagnostic in suppression_diagnostics(
            directives, shown, self.registry, ran, module.source
        ):
            yield Found(path, self._with_fix(path, diagnostic))

    def _failures(self, answer: AnalysisResult, emitter: Emitter) -> Iterator[Found]:
        """Yield the faults of wflint, at the functions and files that they left unchecked."""
        rule, plain = self.registry.by_code[FAILED], partial(self._plain, FAILED)
        for one in failures(emitter, rule, self._severity, plain):
            if isinstance(one, Fault):
                self.result.warnings.append(f"{self.shown(one.path)}: {one.message}")
            else:
                yield one

    def _with_fix(self, path: str, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic with its fix as far as the settings want it."""
        fix, code = diagnostic.fix, diagnostic.code
        selection = self.governing.selection(path)
        if fix is None or code not in selection.fixable or is_notebook(path):
            return replace(diagnostic, fix=None)
        applicability = selection.applicability(code, fix.applicability)
        return replace(diagnostic, fix=replace(fix, applicability=applicability))

    def _syntax_error(self, path: str, error: UnreadableSource) -> Diagnostic:
        place = Location(error.row, max(1, error.column))
        if is_notebook(path):
            place = place_in_notebook(self.read(path), place)
        return self._plain(SYNTAX_ERROR, path, error.message, place)

    def _plain(self, code: str, path: str, message: str, place: Location = _TOP) -> Diagnostic:
        """A diagnostic about a file, without a chain."""
        rule = self.registry.by_code[code]
        severity = self._severity(code, path)
        filename = self.shown(path)
        return Diagnostic(
            code, rule.name, severity, message, filename, place, place, rule.scope.label
        )

    def _severity(self, code: str, path: str) -> Severity:
        return self.governing.selection(path).severity(code)

    def _gaps(self, answer: AnalysisResult, emitter: Emitter) -> Iterator[Found]:
        rule = self.registry.by_code[GAP]
        hits: dict[tuple[object, int], Violation] = {}
        gaps = [gap for gap in answer.reached.gaps if gap.node.fn.path in self.chosen]
        emitter.prepare((gap.node.fn, gap.site) for gap in gaps)
        for gap in gaps:
            written = call_as_written(emitter, gap)
            message = f"the call `{written}` could not be followed: {gap.reason}"
            key = (gap.node.fn, gap.site)
            hit = hits.setdefault(key, Violation(rule, gap.node.fn, gap.site, message, None, 0))
            hit.nodes.append(gap.node)
        yield from emitter.diagnostics(hits.values())

    def _unchecked(self, answer: AnalysisResult, emitter: Emitter) -> Iterator[Found]:
        """The classes and methods that stderr tells of, for those who read only the diagnostics."""
        rule = self.registry.by_code[GAP]
        for fn, message, remedy, _ in unchecked(answer, self.chosen):
            said = f"{message}, so what is in there is not checked; {remedy}"
            hit = Violation(rule, fn, DEFINITION, said, None, 0)
            yield from emitter.diagnostics([hit])

    # What is left out, and the count.

    def _is_wanted(self, path: str, diagnostic: Diagnostic) -> bool:
        if path not in self.chosen:
            return False
        hidden_by = self.left_out.because(path, diagnostic.code, diagnostic.severity)
        if hidden_by:
            self.result.stats.hold_back(hidden_by)
        return hidden_by is None

    def _is_held_back(self, path: str, diagnostic: Diagnostic) -> bool:
        """True if a rule that runs in a chosen file has found something that is not shown."""
        return path in self.chosen and diagnostic.code in self.governing.selection(path).codes

    def _is_partial(self, answer: AnalysisResult) -> bool:
        """True if there may be more to find, behind what cannot be read."""
        return bool(answer.store.faults.happened or any(self.loaded.values()))

    def _count(self, answer: AnalysisResult, emitter: Emitter) -> None:
        stats = self.result.stats
        stats.workflows += sum(answer.workflows.get(path, 0) for path in self.chosen)
        stats.activities += sum(answer.activities.get(path, 0) for path in self.chosen)
        stats.all_workflows += sum(answer.workflows.values())
        reached = {node.fn for graph in (answer.reached, answer.outside) for node in graph.order}
        stats.functions += sum(fn.path in self.chosen for fn in reached)
        stats.read += len(self.loaded)
        stats.suppressed += emitter.suppressed
        gaps = {(g.node.fn, g.site) for g in answer.reached.gaps}
        stats.gaps += sum(fn.path in self.chosen for fn, _ in gaps)
        self.result.warnings += [
            *answer.warnings,
            *not_followed(answer, self.governing, self.chosen, self.shown),
        ]
        self.result.warnings += lines(unchecked(answer, self.chosen), self.shown)
