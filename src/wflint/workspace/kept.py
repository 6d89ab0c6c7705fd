"""Answers that are kept, and what becomes of them after an edit that changes no code.

An edit of comments and blank lines between statements moves what was found. A text that cannot be
parsed says nothing but where that fails, so that another one that cannot be parsed changes nothing
else. All other edits, and those of which it is not sure, take a check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from wflint import limits
from wflint.cache.read_log import digest_of
from wflint.diagnostics import Diagnostic, Location
from wflint.files.notebook import is_notebook
from wflint.files.prefilter import Gate
from wflint.files.select import shown_path
from wflint.files.source import Source, UnreadableSource, decode, has_cookie
from wflint.run.check import needles_of
from wflint.run.emit import Found
from wflint.run.fingerprint import with_fingerprints
from wflint.run.program_run import SYNTAX_ERROR, Examined
from wflint.run.statements import Statements
from wflint.syntax.guard import NewerSyntax, parse
from wflint.system.disk import read_file
from wflint.workspace.answer import Answer
from wflint.workspace.moved import Mover, Stays
from wflint.workspace.moves import Move, layout_move
from wflint.workspace.words import are_idle, names_in, words_of

_DIRECTIVE = re.compile(r"#.*(?:wflint|noqa)", re.IGNORECASE)
_IMPORT = re.compile(r"(?:from|import)\b")
_GENERATED = re.compile(r"generated|DO NOT EDIT")
_COMMENT = re.compile(r"[ \t]*(?:#.*)?\r?$")


class _Edit(NamedTuple):
    path: str
    before: bytes
    after: bytes


class Kept:
    """One answer, with ``reading``: the unsaved contents that its programs read from."""

    def __init__(self, answer: Answer, reading: dict[str, bytes]) -> None:
        self.answer = answer
        self._reading = reading
        self._names: frozenset[str] | None = None
        self._is_lost = False

    def after(self, texts: Mapping[str, bytes]) -> Answer | None:
        """The answer for other unsaved contents; ``None`` if it takes a check to know it."""
        result = self.answer.result
        if self._is_lost or result.baselines or result.gaps:
            return None
        try:
            edits = [edit for edit in self._edits(texts) if edit.before != edit.after]
            if len(edits) > 1:
                return None
            answer = self.answer
            for edit in edits:
                answer = self._moved(edit) or self._as_broken(edit)
        except (OSError, UnreadableSource, Stays):
            return None
        self.answer = replace(answer, texts=dict(texts))
        return self.answer

    def _edits(self, texts: Mapping[str, bytes]) -> Iterator[_Edit]:
        known = self.answer.texts
        for path in sorted(known.keys() | texts.keys()):
            before, after = known.get(path), texts.get(path)
            if before is not after:
                yield _Edit(
                    path,
                    self._as_read(path) if before is None else before,
                    read_file(path) if after is None else after,
                )

    def _as_read(self, path: str) -> bytes:
        """What the check has found in a file on disk; raises :class:`Stays` if it is gone."""
        data = read_file(path)
        if any(p.read.digests.get(path) != digest_of(data) for p in self.answer.programs):
            raise Stays
        return data

    # Code that has only moved.

    def _moved(self, edit: _Edit) -> Answer | None:
        before, after = decode(edit.before), decode(edit.after)
        move = layout_move(before, after)
        if move is None:
            return None
        self._look_through(edit, before.text, after.text)
        lines, new = before.text.split("\n"), after.text.split("\n")
        if _has_directive(lines, move.first, move.before) or _has_directive(
            new, move.first, move.after
        ):
            raise Stays
        self._measure(edit.path, before, after, move)
        imports = [row for row, line in enumerate(lines, 1) if _IMPORT.match(line)]
        filename = shown_path(edit.path, Path(self.answer.folder))
        mover = Mover(filename, move, max(imports, default=0))
        result = mover.result(self.answer.result, after.text)
        programs = [self._with_moved(program, mover) for program in self.answer.programs]
        self._let_go(edit)
        return replace(self.answer, result=result, programs=programs)

    def _with_moved(self, program: Examined, mover: Mover) -> Examined:
        found = [Found(f.path, mover.diagnostic(f.diagnostic), f.hit) for f in program.found]
        return replace(program, found=found)

    def _measure(self, path: str, before: Source, after: Source, move: Move) -> None:
        """Some code is only read if it is not too long, comments included."""
        starts = before.line_starts
        start = starts[move.first - 1] if move.first <= len(starts) else len(before.text)
        more = len(after.text) - len(before.text)
        for program in self.answer.programs:
            module = program.answer.store.modules.get(path)
            for head in module.facts.functions.values() if module is not None else ():
                length, most = head.end - head.start, limits.GUARD_LENGTH
                if head.start <= start <= head.end and (length > most) != (length + more > most):
                    raise Stays

    # Texts that are no code.

    def _as_broken(self, edit: _Edit) -> Answer:
        before, after = decode(edit.before), decode(edit.after)
        programs = [p for p in self.answer.programs if edit.path in p.answer.store.modules]
        errors = [p.answer.store.modules[edit.path].error for p in programs]
        if len(programs) != 1 or None in errors or not _is_broken(after):
            raise Stays
        filename = shown_path(edit.path, Path(self.answer.folder))
        result = self.answer.result
        texts = (*result.problems, *result.warnings, *result.notes)
        if any(filename in text for text in texts):
            raise Stays
        if any(_is_about(one, filename) for one in result.held) or any(
            _is_about(one, filename) and one.code != SYNTAX_ERROR for one in result.diagnostics
        ):
            raise Stays
        self._look_through(edit, before.text, after.text)
        self._let_go(edit)
        error = programs[0].answer.store.load(edit.path).error
        if error is None:
            self._is_lost = True
            raise Stays
        return self._with_error(programs[0], filename, after, error)

    def _with_error(
        self, program: Examined, filename: str, source: Source, error: UnreadableSource
    ) -> Answer:
        place = Location(error.row, max(1, error.column))
        statement = Statements(source.text).text_at(place, place)

        def renewed(one: Diagnostic) -> Diagnostic:
            if one.filename != filename:
                return one
            said = replace(one, message=error.message, location=place, end_location=place)
            if not one.statements:
                return said
            said = replace(said, statements=(statement,))
            root = program.group.project.root
            return with_fingerprints([said], root, Path(self.answer.folder))[0]

        result = self.answer.result
        sources = dict(result.sources)
        if filename in sources:
            sources[filename] = source.text
        found = [Found(f.path, renewed(f.diagnostic), f.hit) for f in program.found]
        return replace(
            self.answer,
            result=replace(
                result,
                diagnostics=list(map(renewed, result.diagnostics)),
                sources=sources,
                stats=replace(result.stats),
            ),
            programs=[replace(p, found=found) if p is program else p for p in self.answer.programs],
        )

    # What may depend on a text besides.

    def _look_through(self, edit: _Edit, before: str, after: str) -> None:
        """Raise :class:`Stays` if somebody might find other words in a text than before."""
        if is_notebook(edit.path) or has_cookie(edit.before) or has_cookie(edit.after):
            raise Stays
        if _GENERATED.search(before):
            raise Stays  # it counts where that stands
        for program in self.answer.programs:
            marks_of = Gate(needles_of(program.group)).marks
            if marks_of(edit.before) != marks_of(edit.after):
                raise Stays
        changed = words_of(before) ^ words_of(after)
        if changed and not are_idle(changed, self._known_names()):
            raise Stays

    def _known_names(self) -> frozenset[str]:
        if self._names is None:
            programs = self.answer.programs
            self._names = names_in(m for p in programs for m in p.answer.store.modules.values())
        return self._names

    def _let_go(self, edit: _Edit) -> None:
        """Let the programs read the new text when somebody asks more of them."""
        self._reading[edit.path] = edit.after
        for program in self.answer.programs:
            program.read.let_go(edit.path)
            program.answer.store.let_go(edit.path)
            program.emitter.let_go(edit.path)


def _is_broken(source: Source) -> bool:
    try:
        parse(source)
    except (NewerSyntax, UnreadableSource):
        return True
    return False


def _is_about(one: Diagnostic, filename: str) -> bool:
    return one.filename == filename or any(hop.filename == filename for hop in one.chain)


def _has_directive(lines: list[str], first: int, count: int) -> bool:
    """True if there is a suppression comment among some rows, or next to them."""
    above, below = first - 2, first - 1 + count
    while above >= 0 and _COMMENT.match(lines[above]):
        above -= 1
    while below < len(lines) and _COMMENT.match(lines[below]):
        below += 1
    return any(_DIRECTIVE.search(line) for line in lines[max(above, 0) : below + 1])
