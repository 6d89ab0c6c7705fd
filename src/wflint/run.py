"""The run: from arguments to diagnostics, in one place to read from top to bottom."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wflint.config import ProjectFinder
from wflint.diagnostics import Diagnostic, Location, Severity
from wflint.emit import Emitter
from wflint.files import Group, select, shown_path
from wflint.fingerprint import with_fingerprints
from wflint.leftovers import leftovers
from wflint.patterns import Patterns
from wflint.program.analysis import Answer, OwnApi, Question, analyse
from wflint.program.roots import EntryNames
from wflint.program.store import Module
from wflint.program.verdicts import Hit
from wflint.registry import Registry, Selection, expand_or_fail, load_registry, select_rules
from wflint.request import Gap, Request, Result
from wflint.rule import RuleSettings
from wflint.settings import Settings

SYNTAX_ERROR, GAP = "WFL001", "WFL005"
_NEWEST_SDK = (99, 0)


def check(request: Request) -> Result:
    """Check what the request names and say what was found.

    Raises :class:`wflint.config_errors.ConfigError` for a configuration that cannot be used.
    """
    # Trees and facts hold no circles: collecting garbage finds nothing and takes a seventh of a run.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _check(request)
    finally:
        if collecting:
            gc.enable()


def _check(request: Request) -> Result:
    started = time.perf_counter()
    cwd = Path.cwd()
    finder = ProjectFinder(cwd, request.config, request.isolated, request.overrides)
    selected = select(request.paths, finder, request.stdin_filename)
    result = Result(
        problems=selected.problems, warnings=selected.warnings, notes=selected.notes
    )
    for group in selected.groups:
        _ProjectRun(group, request, cwd, result).run()
    result.diagnostics.sort(key=Diagnostic.sort_key)
    result.gaps.sort()
    result.stats.seconds = time.perf_counter() - started
    return result


class _ProjectRun:
    """The run over one project; adds to the result."""

    def __init__(self, group: Group, request: Request, cwd: Path, result: Result) -> None:
        self.group = group
        self.request = request
        self.cwd = cwd
        self.result = result
        self.settings = group.project.settings
        self.registry = load_registry(self.settings.plugins)
        self.selection = select_rules(self.settings, self.registry)
        self.shown: Callable[[str], str] = partial(shown_path, cwd=cwd)
        self.chosen = frozenset(map(str, group.chosen))

    def run(self) -> None:
        answer = analyse(self._question())
        emitter = Emitter(answer, self.shown, self.registry.families, self.request.no_ignores)
        found = [d for d in self._emit(answer, emitter) if self._is_wanted(d)]
        found += [d for d in self._own(answer, emitter) if self._is_wanted(d)]
        sources = {
            self.shown(path): module.source.text for path, module in answer.store.modules.items()
        }
        root = self.group.project.root
        self.result.diagnostics += with_fingerprints(found, sources, root, self.cwd)
        names = {d.filename for d in found}
        self.result.sources.update((n, t) for n, t in sources.items() if n in names)
        self._count(answer, emitter)

    # The question.

    def _question(self) -> Question:
        settings, project = self.settings, self.group.project
        return Question(
            root=str(project.root),
            src=tuple(str(project.root / s) for s in settings.src),
            files=[str(path) for path in self.group.files],
            chosen=self.chosen,
            read=self._reader(),
            rules=self.registry.by_code,
            codes=self.selection.codes,
            names=_entry_names(settings),
            needles=_needles(settings),
            apis=tuple(_own_apis(settings, self.registry)),
            guard_functions=frozenset(settings.guard_functions),
            safe_loggers=frozenset(settings.replay_safe_loggers),
            settings=RuleSettings(
                settings.default_activity_timeout,
                project.target_sdk or _NEWEST_SDK,
                project.exact_sdk or _NEWEST_SDK,
                project.target_python,
            ),
            progress=self.request.progress,
        )

    def _reader(self) -> Callable[[str], bytes]:
        stdin_path = os.path.abspath(self.cwd / (self.request.stdin_filename or "<stdin>"))
        stdin = self.request.stdin

        def read(path: str) -> bytes:
            if stdin is not None and path == stdin_path:
                return stdin
            with open(path, "rb") as stream:
                return stream.read()

        return read

    # The diagnostics.

    def _emit(self, answer: Answer, emitter: Emitter) -> list[Diagnostic]:
        """Diagnostics in the chosen files; all others are looked at for suppressions only."""
        codes = self.selection.codes
        hits = [h for h in answer.verdicts.hits.values() if h.rule.code in codes]
        if not any(emitter.directives(p) for p in self._loaded(answer)):
            hits = [h for h in hits if h.fn.path in self.chosen]
        return list(emitter.diagnostics(hits))

    def _loaded(self, answer: Answer) -> list[str]:
        return sorted(p for p in answer.store.modules if p in self.chosen)

    def _own(self, answer: Answer, emitter: Emitter) -> list[Diagnostic]:
        """What is wrong with the files themselves, and with comments in them."""
        found: list[Diagnostic] = []
        for path in self._loaded(answer):
            module = answer.store.modules[path]
            if module.error is not None:
                found.append(self._syntax_error(module))
            else:
                ran = self.selection.codes
                name = self.shown(path)
                found += leftovers(emitter.directives(path), name, self.registry, ran)
        if GAP in self.selection.codes or self.request.show_gaps:
            found += self._gaps(answer, emitter)
        return found

    def _syntax_error(self, module: Module) -> Diagnostic:
        assert module.error is not None
        rule = self.registry.by_code[SYNTAX_ERROR]
        place = Location(module.error.row, max(1, module.error.column))
        name = self.shown(module.path)
        return Diagnostic(
            rule.code,
            rule.name,
            rule.severity,
            module.error.message,
            name,
            place,
            place,
            rule.scope.value,
        )

    def _gaps(self, answer: Answer, emitter: Emitter) -> list[Diagnostic]:
        rule = self.registry.by_code[GAP]
        hits: dict[tuple[object, int], Hit] = {}
        for gap in answer.reached.gaps:
            if gap.node.fn.path not in self.chosen:
                continue
            message = f"the call `{gap.written}()` could not be followed: {gap.reason}"
            key = (gap.node.fn, gap.site)
            hit = hits.setdefault(key, Hit(rule, gap.node.fn, gap.site, message, None, 0))
            hit.nodes.append(gap.node)
            if self.request.show_gaps:
                entry = answer.reached.entries[answer.reached.chain(gap.node)[0][0]].shown
                place = emitter.location(gap.node.fn, gap.site)
                shown = self.shown(gap.node.fn.path)
                self.result.gaps.append(Gap(entry, shown, place, gap.written))
        return list(emitter.diagnostics(hits.values())) if GAP in self.selection.codes else []

    # What is left out, and the count.

    def _is_wanted(self, diagnostic: Diagnostic) -> bool:
        path = os.path.join(self.cwd, diagnostic.filename)
        if diagnostic.code not in self.selection.codes or path not in self.chosen:
            return False
        if self._is_remark(diagnostic):
            return False
        relative = os.path.relpath(path, self.group.project.root).replace(os.sep, "/")
        held_back = self.result.stats.held_back
        if diagnostic.code in self._per_file_ignored(relative):
            held_back["per-file-ignores"] = held_back.get("per-file-ignores", 0) + 1
            return False
        is_test = Patterns(self.settings.test_paths).match_file(relative)
        if is_test and diagnostic.severity is not Severity.ERROR:
            held_back["tests"] = held_back.get("tests", 0) + 1
            return False
        return True

    def _is_remark(self, diagnostic: Diagnostic) -> bool:
        """Whether a rule of more weight says something of little, without being asked by name."""
        rule = self.registry.by_code[diagnostic.code]
        if diagnostic.severity is not Severity.INFO or rule.severity is Severity.INFO:
            return False
        selectors = {*(self.settings.select or ()), *self.settings.extend_select}
        return not selectors & {diagnostic.code, diagnostic.name, "ALL"}

    def _per_file_ignored(self, relative: str) -> frozenset[str]:
        table = {**self.settings.per_file_ignores}
        for pattern, rules in self.settings.extend_per_file_ignores.items():
            table[pattern] = (*table.get(pattern, ()), *rules)
        codes: set[str] = set()
        for pattern, rules in table.items():
            if Patterns([pattern]).match_file(relative):
                for rule in rules:
                    codes |= expand_or_fail(rule, self.registry, "per-file-ignores")
        return frozenset(codes)

    def _count(self, answer: Answer, emitter: Emitter) -> None:
        stats = self.result.stats
        stats.files += len(self.chosen)
        stats.workflows += answer.workflows
        stats.activities += answer.activities
        stats.functions += len({node.fn for node in answer.reached.order})
        stats.read += len(answer.store.modules)
        stats.suppressed += emitter.suppressed
        stats.gaps += len({(g.node.fn, g.site) for g in answer.reached.gaps})
        for path, reason in sorted(answer.unreadable.items()):
            if path in self.chosen:
                self.result.problems.append(f"{self.shown(path)}: cannot be read: {reason}")


def _entry_names(settings: Settings) -> EntryNames:
    either = frozenset(settings.extend_entry_points)
    return EntryNames(
        frozenset(settings.workflow_decorators) | either,
        frozenset(settings.activity_decorators) | either,
        frozenset(settings.workflow_base_classes) | either,
        frozenset(a.name for a in settings.apis if a.deterministic),
    )


def _needles(settings: Settings) -> tuple[str, ...]:
    """Texts that mark files which may define workflows of the user's own kind."""
    names = (
        *settings.workflow_decorators,
        *settings.activity_decorators,
        *settings.workflow_base_classes,
        *settings.extend_entry_points,
    )
    return (*settings.needles, *sorted({name.rpartition(".")[2] for name in names}))


def _own_apis(settings: Settings, registry: Registry) -> list[OwnApi]:
    found = []
    for api in settings.apis:
        rule = None
        if not api.deterministic and api.rule is not None:
            (code,) = expand_or_fail(api.rule, registry, "apis.rule")
            rule = registry.by_code[code]
        found.append(OwnApi(api.name, rule, api.use, api.message, api.kind))
    return found
