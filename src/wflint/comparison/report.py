"""Makes diagnostics of what a comparison has found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from wflint.checking.registry import Selection
from wflint.checking.violation import Violation
from wflint.comparison.finding import Finding, Verdict, written
from wflint.comparison.side import Side
from wflint.diagnostics import NOT_FIXED, ChangeDetails, Diagnostic, Location, Severity, ShownHop
from wflint.files.select import shown_path
from wflint.rule.place import Place
from wflint.run.fingerprint import with_fingerprints
from wflint.run.program_run import Examined
from wflint.run.program_settings import Governing
from wflint.run.request import Request, Result

_TOP = Location(1, 1)
_SEVERITIES = {Verdict.INCOMPATIBLE: Severity.ERROR, Verdict.DEPENDS: Severity.WARNING}
"""Those of the verdicts that are more than a remark."""


class _Program:
    """One project of the new side, with its settings for the rules of ``diff``."""

    def __init__(self, examined: Examined, request: Request) -> None:
        self.examined = examined
        self.governing = Governing(examined.group, request, "diff")

    def hides(self, path: str, code: str, severity: Severity) -> str | None:
        """Return the setting that hides a diagnostic, if any; ``""`` if its rule does not run."""
        if code not in self.governing.selection(path).codes:
            return ""
        if code not in self.governing.codes(path):
            return "per-file-ignores"
        if not severity.is_at_least(self.governing.settings_at(path).min_severity):
            return "min-severity"
        return None


class Reporter:
    """Reports on findings in the new side; ``chosen`` are the files to report on."""

    def __init__(self, new: Side, request: Request, chosen: Collection[str] | None) -> None:
        self._new = new
        self._cwd = Path.cwd()
        self._chosen = chosen
        self._programs = [_Program(examined, request) for examined in new.examined]
        self.result = Result()

    def governing(self, examined: Examined) -> Governing:
        """Return the settings of a project."""
        return next(p.governing for p in self._programs if p.examined is examined)

    def add(self, findings: Collection[Finding]) -> None:
        """Report findings."""
        for program in self._programs:
            mine = [f for f in findings if self._program_of(f) is program]
            found = list(self._diagnostics(program, mine))
            for path, diagnostic in found:
                self._keep(program, path, diagnostic.filename)
            root = program.examined.group.project.root
            diagnostics = [diagnostic for _, diagnostic in found]
            self.result.diagnostics += with_fingerprints(diagnostics, root, self._cwd)
        self.result.diagnostics.sort(key=Diagnostic.sort_key)

    def add_unreadable(self, found: Result) -> None:
        """Report the files that cannot be read, which a check of the new side has found."""
        for diagnostic in found.diagnostics:
            path = found.paths[diagnostic.filename]
            if self._chosen is None or path in self._chosen:
                self.result.diagnostics.append(diagnostic)
                name = diagnostic.filename
                self.result.paths[name] = path
                self.result.fail_on[name] = found.fail_on[name]
                self.result.sources[name] = found.sources[name]
        self.result.diagnostics.sort(key=Diagnostic.sort_key)

    def _path(self, finding: Finding) -> str:
        return finding.place.fn.path if finding.place is not None else finding.path

    def _program_of(self, finding: Finding) -> _Program:
        examined = self._new.of(self._path(finding))
        found = (p for p in self._programs if p.examined is examined)
        return next(found, self._programs[0])

    def _diagnostics(
        self, program: _Program, findings: list[Finding]
    ) -> Iterator[tuple[str, Diagnostic]]:
        for finding in findings:
            path = self._path(finding)
            if self._chosen is not None and finding.place is not None and path not in self._chosen:
                continue
            selection = program.governing.selection(path)
            rule = selection.registry.of_all_commands[finding.code]
            severity = selection.severities.get(
                rule.code, _SEVERITIES.get(finding.verdict, Severity.INFO)
            )
            hidden = program.hides(path, rule.code, severity)
            if hidden is not None:
                if hidden:
                    self.result.stats.hold_back(hidden)
                continue
            about = _details(finding)
            if finding.place is None:
                yield path, self._of_file(finding, selection, severity, about)
                continue
            fn, site = written(finding.place)
            fix, withheld = finding.answer
            message = f"{finding.message}{NOT_FIXED}{withheld})" if withheld else finding.message
            hit = Violation(rule, fn, site, message, severity, 0)
            before = program.examined.emitter.suppressed
            for found in program.examined.emitter.diagnostics([hit]):
                chain = tuple(self._hops(program, finding.chain))
                yield path, replace(found.diagnostic, change=about, chain=chain, fix=fix)
            self.result.stats.suppressed += program.examined.emitter.suppressed - before

    def _hops(self, program: _Program, chain: Iterable[Place]) -> Iterator[ShownHop]:
        emitter = program.examined.emitter
        for fn, site in map(written, chain):
            yield ShownHop(fn.shown, emitter.shown(fn.path), emitter.location(fn, site))

    def _of_file(
        self, finding: Finding, selection: Selection, severity: Severity, about: ChangeDetails
    ) -> Diagnostic:
        """Return a diagnostic about what has no place in the new side any more."""
        rule = selection.registry.of_all_commands[finding.code]
        filename = shown_path(finding.path, self._cwd)
        return Diagnostic(
            *(rule.code, rule.name, severity, finding.message, filename, _TOP, _TOP),
            scope=rule.scope.label,
            change=about,
        )

    def _keep(self, program: _Program, path: str, name: str) -> None:
        store, result = program.examined.answer.store, self.result
        if path in store.modules:
            result.sources[name] = store.load(path).source.text
        result.paths[name] = path
        result.fail_on[name] = program.governing.settings_at(path).fail_on


def _details(finding: Finding) -> ChangeDetails:
    verdict, kind = finding.verdict.value, finding.kind.value
    old = finding.old_chain, finding.old_version
    return ChangeDetails(finding.workflow, verdict, kind, finding.history, *old)
