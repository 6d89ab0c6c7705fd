"""Fixing: check, apply the fixes that go together, and check again until nothing changes.

All of it happens in memory. What is on disk is only read, so a run that is stopped changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from msgspec import Struct, field
from msgspec.structs import replace

from wflint.baseline.entry import Entry
from wflint.cache.between_checks import FactCaches
from wflint.diagnostics import Applicability, Diagnostic
from wflint.files.notebook import is_notebook
from wflint.files.source import Source, UnreadableSource, decode
from wflint.fix.apply.splice import Span, choose, splice
from wflint.fix.apply.unused_imports import without_unused
from wflint.run.check import check, reader, select_files
from wflint.run.request import Request, Result
from wflint.suppress.diagnostics import UNUSED
from wflint.syntax.validity import is_python


class Mended(Struct):
    """A file as it was and as it should be; ``path`` is absolute, ``filename`` as users see it."""

    path: str
    filename: str
    before: bytes
    after: bytes
    fixed: list[Diagnostic] = field(default_factory=list)


class Outcome(Struct):
    """The outcome of fixing: the files that change, sorted, and what is left afterwards."""

    result: Result
    files: list[Mended]

    @property
    def fixed(self) -> list[Diagnostic]:
        """Everything that was fixed, file by file."""
        return [diagnostic for file in self.files for diagnostic in file.fixed]


def mend(request: Request, unsafe: bool = False) -> Outcome:
    """Fix what ``request`` names, in memory; ``unsafe`` applies unsafe fixes as well.

    The result is that of a check of the fixed files.
    """
    return Rounds(request, unsafe).run()


class Rounds:
    """Rounds over the files of a request. ``most`` is their number, if there is always more."""

    most = 10

    def __init__(self, request: Request, unsafe: bool) -> None:
        self.request = request
        self.wanted = {Applicability.SAFE, *([Applicability.UNSAFE] if unsafe else [])}
        self.read = reader(request)
        self.files: dict[str, Mended] = {}
        self.given_up: dict[str, tuple[str, str]] = {}  # by path: the name as shown, and why
        self.fact_caches = FactCaches()
        self.left_before: tuple[Entry, ...] = ()
        self.selected = select_files(request)

    def run(self) -> Outcome:
        result = self._check()
        self.left_before = tuple(result.left)
        for _ in range(self.most):
            if not self._apply(result):
                break
            result = self._check()
        else:
            self._note_unfinished(result)
        if self._clean_up():
            result = self._check()
        self._tell_given_up(result)
        changed = [file for file in self.files.values() if file.after != file.before]
        return Outcome(result, sorted(changed, key=lambda file: file.filename))

    def _check(self) -> Result:
        texts = {file.path: file.after for file in self.files.values()}
        mended = bool(texts) and not self.request.texts
        texts = {**self.request.texts, **texts}
        request = replace(self.request, texts=texts, mended=mended, left_before=self.left_before)
        return check(request, fact_caches=self.fact_caches, selected=self.selected)

    def _apply(self, result: Result) -> bool:
        """Apply the fixes of one round. Comments that hide nothing wait until all else is done."""
        for comments in (False, True):
            found = [d for d in result.diagnostics if (d.code == UNUSED) is comments]
            wanted = [d for d in found if self._is_wanted(d, result)]
            if self._apply_to(wanted, result):
                return True
        return False

    def _apply_to(self, wanted: list[Diagnostic], result: Result) -> bool:
        changed = [self._apply_in(name, several, result) for name, several in by_file(wanted)]
        return any(changed)

    def _edits(
        self, diagnostics: list[Diagnostic], source: Source, path: str
    ) -> tuple[list[Diagnostic], list[Span]]:
        """Return the edits in one file, sorted, and the diagnostics that they are for."""
        return choose(diagnostics, source)

    def _is_wanted(self, diagnostic: Diagnostic, result: Result) -> bool:
        path = result.paths.get(diagnostic.filename)
        return (
            diagnostic.fix is not None
            and diagnostic.fix.applicability in self.wanted
            and path is not None
            and path not in self.given_up
            and not is_notebook(path)
        )

    def _apply_in(self, filename: str, diagnostics: list[Diagnostic], result: Result) -> bool:
        path = result.paths[filename]
        file = self.files.get(path)
        text = result.sources[filename]
        try:
            if file is None:
                data = self.read(path)
                file = Mended(path, filename, data, data)
            if decode(file.after).text != text:
                return self._give_up(file, "it has changed while wflint ran; run it again")
            chosen, edits = self._edits(diagnostics, Source(text), path)
            after = splice(file.after, edits)
        except OSError as error:
            reason = f"it cannot be read any more: {error.strerror or error}"
            self.given_up[path] = filename, reason
            return False
        except (UnreadableSource, UnicodeError) as error:
            assert file is not None
            return self._give_up(file, f"it cannot be fixed: {error}")
        if not is_python(after):
            codes = ", ".join(sorted({d.code for d in chosen}))
            reason = f"the fixes of {codes} would break it, so it stays as it was"
            return self._give_up(file, f"{reason}; please report this")
        if after == file.after:
            return False
        self.files[path] = file
        file.after = after
        file.fixed += chosen
        return True

    def _give_up(self, file: Mended, reason: str) -> bool:
        """Leave a file as it was before the first round."""
        changed = file.after != file.before
        file.after = file.before
        file.fixed.clear()
        self.given_up[file.path] = file.filename, reason
        return changed

    def _tell_given_up(self, result: Result) -> None:
        """Say why files are not fixed, each once: a file that is gone cannot be checked either."""
        given_up = [self.given_up[path] for path in sorted(self.given_up)]
        gone = tuple(f"{name}: cannot be read: " for name, _ in given_up)
        result.problems[:] = [line for line in result.problems if not line.startswith(gone)]
        result.problems += [f"{name}: {reason}" for name, reason in given_up]

    def _note_unfinished(self, result: Result) -> None:
        left = [d for d in result.diagnostics if self._is_wanted(d, result)]
        for filename, diagnostics in by_file(left):
            codes = ", ".join(sorted({d.code for d in diagnostics}))
            result.warnings.append(
                f"{filename}: {codes} could still be fixed after {self.most} rounds; "
                "run `wflint check --fix` again"
            )

    def _clean_up(self) -> bool:
        """Remove imports that the fixes have made unused."""
        changed = False
        for file in self.files.values():
            if file.after != file.before:
                after = without_unused(file.before, file.after, file.path, self._others)
                changed |= after != file.after
                file.after = after
        return changed

    def _others(self) -> Iterator[bytes]:
        """The bytes of all files of the projects."""
        for path in (path for group in self.selected.groups for path in group.files):
            file = self.files.get(path)
            with suppress(OSError):
                yield file.after if file is not None else self.read(path)


def by_file(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[str, list[Diagnostic]]]:
    """Yield diagnostics by their files, in order."""
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        found.setdefault(diagnostic.filename, []).append(diagnostic)
    yield from sorted(found.items())
