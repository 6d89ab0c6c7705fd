"""Fixing by ``wflint diff``: patches around changes that running workflows do not survive.

Each is tried: what a patch does not make compatible is put back, and said not to be fixed. All of
it happens in memory.
"""

from __future__ import annotations

from collections.abc import Iterable

from wflint.comparison.command import Diff
from wflint.diagnostics import Applicability, Diagnostic
from wflint.files.source import Source, UnreadableSource
from wflint.fix.apply.rounds import Mended, Outcome, by_file
from wflint.fix.apply.splice import choose, splice
from wflint.run.check import reader
from wflint.run.request import Request, Result
from wflint.syntax.validity import is_python

_ROUNDS = 20


def mend_changes(request: Request, diff: Diff, unsafe: bool) -> Outcome:
    """Put patches around changes, in memory. The result is that of a comparison afterwards."""
    return _Patching(request, diff, unsafe).run()


class _Patching:
    def __init__(self, request: Request, diff: Diff, unsafe: bool) -> None:
        self._diff = diff
        self._read = reader(request)
        self._shows_gaps = request.show_gaps
        self._wanted = {Applicability.SAFE, *([Applicability.UNSAFE] if unsafe else [])}
        self._files: dict[str, Mended] = {}
        self._refused: dict[tuple[str, str], str] = {}
        self._problems: list[str] = []

    def run(self) -> Outcome:
        result = self._compared([])
        for _ in range(_ROUNDS):
            tried = self._tried(result)
            if not tried:
                break
            after = self._compared({**self._files, **tried}.values())
            refused = _failing(tried.values(), after)
            if refused:
                self._refused |= refused
            else:
                self._files.update(tried)
                result = after
        result.problems += self._problems
        refusals = {workflow: why for (workflow, _), why in sorted(self._refused.items()) if why}
        result.warnings += [f"{name}: {why}, so it was not fixed" for name, why in refusals.items()]
        if not self._shows_gaps:
            known = (d for d in result.diagnostics if not _is_unknown(d))
            result.diagnostics[:] = known
        files = [file for file in self._files.values() if file.after != file.before]
        return Outcome(result, sorted(files, key=lambda file: file.filename))

    def _compared(self, files: Iterable[Mended]) -> Result:
        return self._diff.result({file.path: file.after for file in files}, show_gaps=True)

    def _tried(self, result: Result) -> dict[str, Mended]:
        """Return the files as they are with all fixes that are wanted."""
        wanted = [d for d in result.diagnostics if self._is_wanted(d)]
        found = {}
        for filename, diagnostics in by_file(wanted):
            file = self._applied(filename, diagnostics, result)
            if file is not None:
                found[file.path] = file
        return found

    def _is_wanted(self, diagnostic: Diagnostic) -> bool:
        fix = diagnostic.fix
        is_refused = _key(diagnostic) in self._refused
        return fix is not None and fix.applicability in self._wanted and not is_refused

    def _applied(
        self, filename: str, diagnostics: list[Diagnostic], result: Result
    ) -> Mended | None:
        path, source = result.paths[filename], Source(result.sources[filename])
        chosen, edits = choose(diagnostics, source)
        try:
            known = self._files.get(path)
            before = known.before if known is not None else self._read(path)
            after = splice(known.after if known is not None else before, edits)
        except (OSError, UnreadableSource, UnicodeError) as error:
            self._refused |= dict.fromkeys(map(_key, diagnostics), "")
            self._problems.append(f"{filename}: it cannot be fixed: {error}")
            return None
        if not chosen or not is_python(after):
            self._refused |= dict.fromkeys(map(_key, diagnostics), "")
            return None
        fixed = [*(known.fixed if known is not None else []), *chosen]
        return Mended(path, filename, before, after, fixed)


def _key(diagnostic: Diagnostic) -> tuple[str, str]:
    """Return what tells the fix of a change from others: its workflow and its words."""
    change, fix = diagnostic.change, diagnostic.fix
    return change.workflow if change is not None else "", fix.message if fix is not None else ""


def _failing(files: Iterable[Mended], after: Result) -> dict[tuple[str, str], str]:
    """Return the fixes whose workflows are not surely compatible afterwards, and why."""
    left: dict[str, str] = {}
    for each in after.diagnostics:
        if each.change is not None and each.change.kind == "commands":
            unknown = "with a patch the change cannot be compared in full"
            failing = "a patch alone does not make the change compatible"
            left[each.change.workflow] = unknown if _is_unknown(each) else failing
    fixed = {_key(each) for file in files for each in file.fixed}
    return {key: left[key[0]] for key in fixed if key[0] in left}


def _is_unknown(diagnostic: Diagnostic) -> bool:
    return diagnostic.change is not None and diagnostic.change.verdict == "unknown"
