"""The run over one project: the question to the analysis, and its answer as diagnostics."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, msgpack
from msgspec.structs import replace

from wflint.cache.build import build_id
from wflint.cache.folder import cache_folder
from wflint.cache.notebook import Notebook
from wflint.cache.witness import Witness
from wflint.diagnostics import Diagnostic, Location, Severity
from wflint.emit import Emitter, Found
from wflint.environment import Environment, find_environments
from wflint.failures import failures
from wflint.faults import EVERYWHERE, Fault
from wflint.files import Group, shown_path
from wflint.fingerprint import with_fingerprints
from wflint.gate import Gated
from wflint.leftovers import UNUSED, leftovers
from wflint.optional_sdk import without_sdk
from wflint.places import call_as_written, gaps_by_entry
from wflint.program.analysis import Answer, Question, analyse
from wflint.program.inside import inside_entries
from wflint.program.installed import Installed
from wflint.program.reached import DEFINITION
from wflint.program.sdk_decorators import HANDLER_SETTINGS, EntryNames
from wflint.program.tables import ApiEntry
from wflint.program.verdicts import Hit
from wflint.program.whole import Whole
from wflint.registry import added_apis, load_registry, select_rules
from wflint.repair.model import Answered
from wflint.repair.noted import NotedRepairs
from wflint.request import Request, Result
from wflint.rule import RuleSettings
from wflint.settings import Settings
from wflint.source import UnreadableSource
from wflint.unchecked import lines, unchecked

SYNTAX_ERROR, GAP, FAILED = "WFL001", "WFL005", "WFL006"
_NEWEST_SDK = (99, 0)
_TOP = Location(1, 1)

if TYPE_CHECKING:
    from wflint.repair.repairs import Repairs


class Examined(Struct):
    """A project after its analysis: its files, what was found out, and the diagnostics."""

    group: Group
    answer: Answer
    emitter: Emitter
    found: list[Found]


class ProjectRun:
    """The run over one project; adds to the result."""

    def __init__(
        self, group: Group, gated: Gated, read: Witness, request: Request, cwd: Path, result: Result
    ) -> None:
        self.group = group
        self.gated = gated
        self.read = read
        self.request = request
        self.cwd = cwd
        self.result = result
        self.settings = group.project.settings
        self.registry = load_registry(self.settings.plugins)
        self.selection = select_rules(self.settings, self.registry)
        self.shown: Callable[[str], str] = partial(shown_path, cwd=cwd)
        self.chosen = frozenset(map(str, group.files if request.whole else group.chosen))
        self.environments = self._environments()
        self.notebook = self._notebook()

    def run(self) -> Examined:
        """Analyse the project and add what is found to the result.

        What was read is noted even if the run does not come to its end.
        """
        try:
            return self._examined()
        finally:
            if not self.read.is_torn:
                self.notebook.save()

    def _examined(self) -> Examined:
        answer = analyse(self._question())
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
        for part in (self._emit, self._own, self._failures):
            with answer.store.faults.at(EVERYWHERE):
                for one in part(answer, emitter):
                    if self._is_wanted(one.path, one.diagnostic):
                        found.append(one)
        if answer.store.faults.happened and FAILED not in self.selection.codes:
            self.result.warnings.append(f"wflint failed on a part of the code; {FAILED} says where")
        self.result.problems += [f.message for f in answer.store.faults if f.path == EVERYWHERE]
        paths = {one.path for one in found}
        sources = {self.shown(p): answer.store.load(p).source.text for p in paths}
        self.result.sources.update(sources)
        self.result.paths.update((self.shown(path), path) for path in paths)
        root = self.group.project.root
        diagnostics = [one.diagnostic for one in found]
        self.result.diagnostics += with_fingerprints(diagnostics, sources, root, self.cwd)
        if self.request.show_gaps:
            self.result.gaps += gaps_by_entry(emitter, self.chosen)
        self._count(answer, emitter)
        if not self.read.is_torn and not answer.store.faults.happened:
            self.whole.note()
            self.fixes.note()
        return Examined(self.group, answer, emitter, found)

    # The question.

    def _environments(self) -> list[Environment]:
        settings = self.settings
        if not settings.follow_packages and settings.python is None:
            return []
        root, may_run = self.group.project.root, "python" in self.request.overrides
        return find_environments(root, settings.python, os.environ, may_run)

    def _question(self) -> Question:
        settings, project = self.settings, self.group.project
        apis = added_apis(settings, self.registry)
        return Question(
            root=str(project.root),
            src=tuple(str(project.root / s) for s in settings.src),
            files=[str(path) for path in self.group.files],
            chosen=self.chosen,
            read=self.read,
            rules=self.registry.by_code,
            codes=self.selection.codes,
            names=_entry_names(settings),
            gated=self.gated,
            apis=tuple(ApiEntry(name, rule, api) for name, rule, api in apis),
            guard_functions=frozenset(settings.guard_functions),
            safe_loggers=frozenset(settings.replay_safe_loggers),
            settings=self._rule_settings(),
            inside=inside_entries(self.registry.by_code, project.target_python),
            is_test=self._is_test,
            installed=Installed(settings.follow_packages, self.environments),
            notebook=self.notebook,
            jobs=self.request.jobs,
            progress=self.request.progress,
        )

    def _fix_for(self, answer: Answer) -> Callable[[Hit], Answered]:
        """A function that gives the fix of a hit. What it takes is imported for the first one."""
        lacking = self._without_sdk(answer)
        # Who else calls a function is looked for in all files, and named by its shown path.
        files = (os.fsencode(path) + digest for path, digest in sorted(self.read.digests.items()))
        state = b"\0".join((self._program_settings(), os.fsencode(self.cwd), *files))
        self.fixes = Whole(answer, state)
        repairs = NotedRepairs(self.fixes, lambda: self._repairs(answer, lacking))

        def fix_for(hit: Hit) -> Answered:
            if hit.rule.code not in self.selection.fixable or hit.fn.path not in self.chosen:
                return Answered()
            return repairs.answer_for(hit)

        return fix_for

    def _without_sdk(self, answer: Answer) -> frozenset[str]:
        """The folders of what may be fixed whose code must do without ``temporalio``."""
        fixable = self.selection.fixable
        paths = {h.fn.path for h in answer.verdicts.hits.values() if h.rule.code in fixable}
        folders = sorted({*map(os.path.dirname, paths)})
        return without_sdk(folders, self.group.project.root, self.read)

    def _repairs(self, answer: Answer, lacking: frozenset[str]) -> Repairs:
        from wflint.repair.repairs import Repairs

        return Repairs(
            answer,
            [str(path) for path in self.group.files],
            self.read,
            self._rule_settings(),
            self.shown,
            self.selection.applicability,
            lacking,
        )

    def _rule_settings(self) -> RuleSettings:
        project = self.group.project
        return RuleSettings(
            self.settings.default_activity_timeout,
            project.target_sdk or _NEWEST_SDK,
            project.exact_sdk or _NEWEST_SDK,
            project.target_python,
        )

    def _notebook(self) -> Notebook:
        """What earlier runs have noted, with the same code and the same settings for rules."""
        about = msgpack.encode((build_id(self.settings.plugins), self._rule_settings()))
        folder = cache_folder(self.group, self.request)
        return Notebook(self.read.digest, folder, about)

    def _is_test(self, path: str) -> bool:
        return self.selection.is_test(self._relative(path))

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.group.project.root).replace(os.sep, "/")

    # The diagnostics.

    def _emit(self, answer: Answer, emitter: Emitter) -> Iterator[Found]:
        """Diagnostics in the chosen files; all others are looked at for suppressions only."""
        codes = self.selection.codes
        hits = [h for h in answer.verdicts.hits.values() if h.rule.code in codes]
        hits = emitter.lifted(hits)
        if not any(emitter.directives(path) for path in self._loaded()):
            hits = [h for h in hits if h.fn.path in self.chosen]
        for hit in hits:
            hit.severity = self.selection.severities.get(hit.rule.code, hit.severity)
        self._weigh(answer, hits)
        yield from emitter.diagnostics(hits)

    def _weigh(self, answer: Answer, hits: list[Hit]) -> None:
        """Let errors be weighed by what their value decides, where the settings do not say."""
        errors = [
            hit
            for hit in hits
            if hit.rule.value_decides
            and hit.fn.path in self.chosen
            and hit.rule.code not in self.selection.severities
            and (hit.severity or hit.rule.severity) is Severity.ERROR
        ]
        if errors:
            from wflint.program.weighing import weigh

            weigh(answer, errors, self.whole)

    def _program_settings(self) -> bytes:
        """The settings but for those that only say what is reported of the program."""
        plain = Settings()
        reporting = ("select", "extend_select", "ignore", "severity", "per_file_ignores")
        also = ("extend_per_file_ignores", "output_format", "cache_dir")
        kept = {name: getattr(plain, name) for name in (*reporting, *also)}
        return msgpack.encode((replace(self.settings, **kept), self.environments))

    def _loaded(self) -> list[str]:
        """The chosen files that the analysis read; what weighing and fixing read is left out."""
        return sorted(path for path in self.loaded if path in self.chosen)

    def _own(self, answer: Answer, emitter: Emitter) -> Iterator[Found]:
        """What is wrong with the files themselves, and with comments in them."""
        if GAP in self.selection.codes:
            yield from self._gaps(answer, emitter)
            yield from self._unchecked(answer, emitter)
        for path in self._loaded():
            with answer.store.faults.at(path):
                yield from self._about_file(path, answer, emitter)

    def _about_file(self, path: str, answer: Answer, emitter: Emitter) -> Iterator[Found]:
        module, error = answer.store.modules[path], self.loaded[path]
        if error is not None:
            yield Found(path, self._syntax_error(path, error))
            return
        ran = self.selection.codes
        if answer.store.faults:  # what seems unused may hide what was not found
            ran -= {UNUSED}
        directives, shown = emitter.directives(path), self.shown(path)
        for diagnostic in leftovers(directives, shown, self.registry, ran, module.source):
            yield Found(path, self._with_fix(diagnostic))

    def _failures(self, answer: Answer, emitter: Emitter) -> Iterator[Found]:
        """What wflint failed on, at the functions and files that are not checked because of it."""
        rule, severity = self.registry.by_code[FAILED], self.selection.severity(FAILED)
        plain = partial(self._plain, FAILED)
        for one in failures(emitter, rule, severity, plain):
            if isinstance(one, Fault):
                self.result.warnings.append(f"{self.shown(one.path)}: {one.message}")
            else:
                yield one

    def _with_fix(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic with its fix as far as the settings want it."""
        fix, code = diagnostic.fix, diagnostic.code
        if fix is None or code not in self.selection.fixable:
            return replace(diagnostic, fix=None)
        applicability = self.selection.applicability(code, fix.applicability)
        return replace(diagnostic, fix=replace(fix, applicability=applicability))

    def _syntax_error(self, path: str, error: UnreadableSource) -> Diagnostic:
        place = Location(error.row, max(1, error.column))
        return self._plain(SYNTAX_ERROR, path, error.message, place)

    def _plain(self, code: str, path: str, message: str, place: Location = _TOP) -> Diagnostic:
        """A diagnostic about a file, without a chain."""
        rule = self.registry.by_code[code]
        severity = self.selection.severity(code)
        filename = self.shown(path)
        return Diagnostic(
            code, rule.name, severity, message, filename, place, place, rule.scope.value
        )

    def _gaps(self, answer: Answer, emitter: Emitter) -> Iterator[Found]:
        rule = self.registry.by_code[GAP]
        hits: dict[tuple[object, int], Hit] = {}
        gaps = [gap for gap in answer.reached.gaps if gap.node.fn.path in self.chosen]
        emitter.prepare((gap.node.fn, gap.site) for gap in gaps)
        for gap in gaps:
            written = call_as_written(emitter, gap)
            message = f"the call `{written}` could not be followed: {gap.reason}"
            key = (gap.node.fn, gap.site)
            hit = hits.setdefault(key, Hit(rule, gap.node.fn, gap.site, message, None, 0))
            hit.nodes.append(gap.node)
        yield from emitter.diagnostics(hits.values())

    def _unchecked(self, answer: Answer, emitter: Emitter) -> Iterator[Found]:
        """The classes and methods that stderr tells of, for those who read only the diagnostics."""
        rule = self.registry.by_code[GAP]
        for fn, message, remedy, _ in unchecked(answer, self.chosen):
            said = f"{message}, so what is in there is not checked; {remedy}"
            hit = Hit(rule, fn, DEFINITION, said, None, 0)
            yield from emitter.diagnostics([hit])

    # What is left out, and the count.

    def _is_wanted(self, path: str, diagnostic: Diagnostic) -> bool:
        if path not in self.chosen or diagnostic.code not in self.selection.codes:
            return False
        if self._is_remark(diagnostic):
            return False
        relative = self._relative(path)
        if diagnostic.code not in self.selection.codes_for(relative):
            return self._hold_back("per-file-ignores")
        if self.selection.is_test(relative) and diagnostic.severity is not Severity.ERROR:
            return self._hold_back("tests")
        return True

    def _hold_back(self, reason: str) -> bool:
        held_back = self.result.stats.held_back
        held_back[reason] = held_back.get(reason, 0) + 1
        return False

    def _is_remark(self, diagnostic: Diagnostic) -> bool:
        """Whether a rule of more weight says something of little, without being asked by name."""
        rule = self.registry.by_code[diagnostic.code]
        if diagnostic.severity is not Severity.INFO or rule.severity is Severity.INFO:
            return False
        selectors = {*(self.settings.select or ()), *self.settings.extend_select}
        return not selectors & {diagnostic.code, diagnostic.name, "ALL"}

    def _count(self, answer: Answer, emitter: Emitter) -> None:
        stats = self.result.stats
        stats.workflows += sum(answer.workflows.get(path, 0) for path in self.chosen)
        stats.activities += sum(answer.activities.get(path, 0) for path in self.chosen)
        stats.all_workflows += sum(answer.workflows.values())
        reached = {node.fn for node in answer.reached.order}
        stats.functions += sum(fn.path in self.chosen for fn in reached)
        stats.read += len(self.loaded)
        stats.suppressed += emitter.suppressed
        gaps = {(g.node.fn, g.site) for g in answer.reached.gaps}
        stats.gaps += sum(fn.path in self.chosen for fn, _ in gaps)
        self.result.warnings += [*answer.warnings, *self._not_followed(answer)]
        self.result.warnings += lines(unchecked(answer, self.chosen), self.shown)

    def _not_followed(self, answer: Answer) -> Iterator[str]:
        """Lines for the packages and modules that should be followed and cannot be."""
        root = self.group.project.root
        for package in answer.index.installed.missing:
            if answer.index.find(package, f"{root}/__init__.py") is None:
                yield f"follow-packages: {package} {self._not_found()}"
        for path in sorted(answer.index.outside):
            yield f"{self.shown(path)}: a link leads out of the repository, so it is not followed"
        for path, module in sorted(answer.store.modules.items()):
            if module.error is not None and answer.index.is_followed(path):
                place = f"{self.shown(path)}:{module.error.row}"
                yield f"{place}: this is not followed further: {module.error.message}"

    def _not_found(self) -> str:
        places = ", ".join(self.shown(e.name) for e in self.environments)
        if places:
            return f"is not installed in {places}; name its environment with --python"
        root = self.shown(str(self.group.project.root))
        return (
            f"was not found: VIRTUAL_ENV names no environment, and {root} has no .venv or venv; "
            "name one with --python"
        )


def _entry_names(settings: Settings) -> EntryNames:
    either = frozenset(settings.extend_entry_points)
    return EntryNames(
        frozenset(settings.workflow_decorators) | either,
        frozenset(settings.activity_decorators) | either,
        frozenset(settings.workflow_base_classes) | either,
        frozenset(a.name for a in settings.apis if a.deterministic),
        frozenset(settings.replay_safe_loggers),
        {
            decorator: frozenset(getattr(settings, name))
            for name, decorator in HANDLER_SETTINGS.items()
        },
    )
