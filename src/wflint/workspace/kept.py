"""Answers that are kept, and updated after an edit that changes no code.

An edit of comments and blank lines between statements moves what was found. A text that cannot be
parsed says nothing but where that fails, so that another one that cannot be parsed changes nothing
else. All other edits, and those of which it is not sure, take a check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from wflint import limits
from wflint.cache.read_log import digest_of
from wflint.diagnostics import Diagnostic
from wflint.files.notebook import is_notebook
from wflint.files.prefilter import Gate
from wflint.files.select import shown_path
from wflint.files.source import BOM, Source, UnreadableSource, has_cookie
from wflint.fix.propose.generated import is_generated
from wflint.run.check import needles_of
from wflint.run.emit import Found
from wflint.run.program_run import Examined
from wflint.system.disk import read_file
from wflint.workspace.alike import Alike
from wflint.workspace.answer import Answer
from wflint.workspace.broken import is_only_broken, with_error
from wflint.workspace.cancelling import Token, Wish
from wflint.workspace.idle import Idle, idle_statements, without
from wflint.workspace.moved import Mover, Stays
from wflint.workspace.moves import Move, changed_rows, crosses, layout_move
from wflint.workspace.same_code import renamed_statement
from wflint.workspace.texts import Texts
from wflint.workspace.words import KnownNames, are_idle, changed_words, known_names, words_of

_DIRECTIVE = re.compile(r"#.*(?:wflint|noqa)", re.IGNORECASE)
_IMPORT = re.compile(r"(?:from|import)\b")
_MAY_BE_IDLE = re.compile(r"[ \t]+[^\W\d]\w*[ \t]*(?:=[^=].*)?\r?$")
_QUOTED = re.compile(r"`[^`]*`")
_COMMENT = re.compile(r"[ \t]*(?:#.*)?\r?$")


class _Edit(NamedTuple):
    path: str
    before: bytes
    after: bytes


class Kept:
    """One answer, with ``reading``: the unsaved contents that its programs read from.

    ``wish`` is what ends their steps, ``texts`` has the texts that are compared.
    """

    def __init__(self, answer: Answer, reading: dict[str, bytes], wish: Wish, texts: Texts) -> None:
        self.answer = self._first = answer
        self.worth = 0.0
        self._reading = reading
        self._wish = wish
        self._texts = texts
        self._names: KnownNames | None = None
        modules = [p.answer.store.modules for p in answer.programs]
        self._digests = [dict(p.read.digests) for p in answer.programs]
        self._read = [frozenset(known) for known in modules]
        self._files = [frozenset(program.group.files) for program in answer.programs]
        self._alike = [Alike(program.answer.store) for program in answer.programs]
        self._broken = {p: m.facts for known in modules for p, m in known.items() if m.error}
        self._passing: set[str] = set()
        self._idle: dict[tuple[str, int, int, str], bool] = {}

    @property
    def is_broken(self) -> bool:
        """True if an unsaved text cannot be parsed."""
        return not self._broken.keys().isdisjoint(self._first.texts)

    def after(
        self,
        texts: Mapping[str, bytes],
        touched: Collection[str] = (),
        token: Token | None = None,
    ) -> Answer | None:
        """The answer for other unsaved contents; ``None`` if it takes a check to know it.

        Of the files on disk only those that are ``touched`` may be others than before.
        """
        result = self.answer.result
        if result.baselines or result.gaps:
            return None
        self._wish.token = token or Token()
        try:
            found = self._after(texts, touched)
            if found is None and self.answer is not self._first:
                self._go_back()
                found = self._after(texts, touched)
        finally:
            self._wish.token = Token()
        if found is not None:
            self.answer = replace(found, texts=dict(texts))
        return found and self.answer

    def _after(self, texts: Mapping[str, bytes], touched: Collection[str]) -> Answer | None:
        """The answer as it follows from the last one."""
        try:
            edits = [e for e in self._edits(texts, touched) if e.before != e.after]
            if len(edits) != 1:
                return None if edits else self.answer
            (edit,) = edits
            return self._as_broken(edit) if edit.path in self._broken else self._moved(edit)
        except (OSError, UnreadableSource, Stays):
            return None

    def _go_back(self) -> None:
        """Let the programs be about the texts that they were made for."""
        self.answer = self._first
        for path in self._passing:
            given = self._first.texts.get(path)
            if given is not None:
                self._reading[path] = given
            else:
                self._reading.pop(path, None)
            self._forget(path)
        self._passing.clear()

    def _edits(self, texts: Mapping[str, bytes], touched: Collection[str]) -> Iterator[_Edit]:
        known = self.answer.texts
        for path in sorted({*known, *texts, *touched}):
            before, after = known.get(path), texts.get(path)
            if before is None or before is not after:
                yield _Edit(
                    path,
                    self._as_read(path) if before is None else before,
                    read_file(path) if after is None else after,
                )

    def _as_read(self, path: str) -> bytes:
        """What the check has found in a file on disk; raises :class:`Stays` if it is gone."""
        data = read_file(path)
        if any(digests.get(path) != digest_of(data) for digests in self._digests):
            raise Stays
        return data

    # Code that has only moved.

    def _moved(self, edit: _Edit) -> Answer | None:
        # The programs have not read what does nothing.
        before = self._texts.decoded(self._reading.get(edit.path, edit.before))
        after = self._texts.decoded(edit.after)
        idle = self._idle_in(before, after)
        plain = self._texts.source(without(after, idle)) if idle else after
        move = layout_move(before, plain)
        if move is None:
            return self._renamed(edit, before, after)
        if not all(self._does_nothing(edit.path, after, plain, i) for i in idle):
            return None
        self._look_through(edit, after.text)
        if _is_directed(before, after, move) or _crosses(before, after, move):
            return None
        grown = _last_code_above(before.text.split("\n"), move.first) if idle else 0
        moved = self._with_moved(edit, after, self._mover(edit, before, move, grown))
        self._let_go(edit, plain.text if idle else None)
        return moved

    def _mover(self, edit: _Edit, before: Source, move: Move, grown: int = 0) -> Mover:
        lines = before.text.split("\n")
        imports = [row for row, line in enumerate(lines, 1) if _IMPORT.match(line)]
        filename = shown_path(edit.path, Path(self.answer.folder))
        return Mover(filename, move, max(imports, default=0), grown)

    def _with_moved(self, edit: _Edit, after: Source, mover: Mover) -> Answer:
        result = mover.result(self.answer.result, after.text)
        programs = [_with_moved(program, mover) for program in self.answer.programs]
        return replace(self.answer, result=result, programs=programs)

    # Code that is the same.

    def _renamed(self, edit: _Edit, before: Source, after: Source) -> Answer | None:
        """The answer after an edit of a statement that nothing is said of."""
        renamed = renamed_statement(before, after)
        if renamed is None or _is_directed(before, after, renamed.move):
            return None
        if _crosses(before, after, renamed.move):
            return None
        if not self._are_same(
            edit.path, lambda alike: alike.is_renamed(edit.path, before, after, renamed)
        ):
            return None
        self._look_through(edit, after.text)
        filename = shown_path(edit.path, Path(self.answer.folder))
        words = {*renamed.names, *renamed.names.values()}
        for one in (*self.answer.result.diagnostics, *self.answer.result.held):
            if _speaks_of(one, filename, renamed.move, words):
                return None
        moved = self._with_moved(edit, after, self._mover(edit, before, renamed.move))
        self._let_go(edit)
        return moved

    def _are_same(self, path: str, asked: Callable[[Alike], bool]) -> bool:
        """True if the programs that a file belongs to answer so, and there is one."""
        known = zip(self._alike, self._read, self._files, strict=True)
        programs = [program for program, *paths in known if any(path in some for some in paths)]
        return bool(programs) and all(map(asked, programs))

    def _idle_in(self, before: Source, after: Source) -> list[Idle]:
        """What may do nothing among the rows of a text that have changed."""
        lines, new = before.text.split("\n"), after.text.split("\n")
        move = changed_rows(lines, new)
        code = [row for row in move.cut(lines, new)[1] if not _COMMENT.match(row)]
        if not code or not all(map(_MAY_BE_IDLE.match, code)):
            return []
        return idle_statements(after, move.first, move.first + move.after - 1)

    def _does_nothing(self, path: str, after: Source, plain: Source, idle: Idle) -> bool:
        """True if the facts of the function around a statement are the same without it."""
        above = (line for line in plain.text.split("\n")[: idle.row - 1])
        number = sum(not _COMMENT.match(line) for line in above)
        key = (path, number, idle.column, idle.form)
        if key not in self._idle:
            self._idle[key] = self._are_same(
                path, lambda alike: alike.is_idle(path, plain, after, idle)
            )
        return self._idle[key]

    # Texts that are no code.

    def _as_broken(self, edit: _Edit) -> Answer | None:
        base, after = self.answer, self._texts.decoded(edit.after)
        programs = [
            p for p, read in zip(base.programs, self._read, strict=True) if edit.path in read
        ]
        filename = shown_path(edit.path, Path(base.folder))
        if len(programs) != 1 or not is_only_broken(base, filename):
            return None
        known = self._broken[edit.path]
        error = self._texts.why_unreadable(after, known.name, known.is_package)
        if error is None:
            return None
        self._look_through(edit, after.text)
        self._let_go(edit)
        return with_error(base, programs[0], filename, after, error)

    # What may depend on a text besides.

    def _look_through(self, edit: _Edit, after: str) -> None:
        """Raise :class:`Stays` if somebody might find other words in a text than before."""
        before = self._texts.decoded(edit.before).text
        if is_notebook(edit.path) or has_cookie(edit.before) or has_cookie(edit.after):
            raise Stays
        if is_generated(edit.path, before) != is_generated(edit.path, after):
            raise Stays
        for program in self.answer.programs:
            marks_of = Gate(needles_of(program.group)).marks
            if marks_of(edit.before) != marks_of(edit.after):
                raise Stays
        changed, is_broken = changed_words(before, after), edit.path in self._broken
        if not are_idle(changed, self._known_names(), is_broken=is_broken):
            changed &= words_of(before) ^ words_of(after)  # they may stand elsewhere as well
        if changed and not are_idle(changed, self._known_names(), is_broken=is_broken):
            raise Stays

    def _known_names(self) -> KnownNames:
        if self._names is None:
            programs = self.answer.programs
            modules = (m for p in programs for m in p.answer.store.modules.values())
            self._names = known_names(modules)
        return self._names

    def _let_go(self, edit: _Edit, plain: str | None = None) -> None:
        """Let the programs read the new text when somebody asks more of them.

        They read it without what does nothing, and so find the sites that they have noted.
        """
        data = edit.after
        if plain is not None:
            data = (BOM if data.startswith(BOM) else b"") + plain.encode("utf-8", "surrogatepass")
        self._reading[edit.path] = data
        self._passing.add(edit.path)
        self._forget(edit.path)

    def _forget(self, path: str) -> None:
        """Make the programs read a file again the next time they are asked about it."""
        for program in self.answer.programs:
            program.read.let_go(path)
            program.answer.store.let_go(path)
            program.emitter.let_go(path)


def _last_code_above(lines: list[str], row: int) -> int:
    """The row of the last line above a row that is not blank or a comment; 0 if there is none."""
    return next((n for n in range(row - 1, 0, -1) if not _COMMENT.match(lines[n - 1])), 0)


def _with_moved(program: Examined, mover: Mover) -> Examined:
    found = [Found(f.path, mover.diagnostic(f.diagnostic), f.hit) for f in program.found]
    return replace(program, found=found)


def _speaks_of(one: Diagnostic, filename: str, move: Move, words: set[str]) -> bool:
    """True if a diagnostic may be about some rows of a file, or names one of some words."""
    messages = (one.message, *(other.message for other in one.others))
    texts = [code for message in messages for code in _QUOTED.findall(message)]
    texts += (edit.content for edit in one.fix.edits) if one.fix is not None else ()
    if any(not words.isdisjoint(re.findall(r"\w+", text)) for text in texts):
        return True
    places = [(one.location, one.end_location), *((o.location, o.end_location) for o in one.others)]
    return one.filename == filename and any(
        move.touches(first.row, last.row) for first, last in places
    )


def _crosses(before: Source, after: Source, move: Move) -> bool:
    """True if a function has become too long for some questions, or is not so any more."""
    return crosses(before, move, len(after.text) - len(before.text), limits.GUARD_LENGTH)


def _is_directed(before: Source, after: Source, move: Move) -> bool:
    """True if a suppression comment is among the rows of a move, or next to them."""
    lines, new = before.text.split("\n"), after.text.split("\n")
    was = _has_directive(lines, move.first, move.before)
    return was or _has_directive(new, move.first, move.after)


def _has_directive(lines: list[str], first: int, count: int) -> bool:
    """True if there is a suppression comment among some rows, or next to them."""
    above, below = first - 2, first - 1 + count
    while above >= 0 and _COMMENT.match(lines[above]):
        above -= 1
    while below < len(lines) and _COMMENT.match(lines[below]):
        below += 1
    return any(_DIRECTIVE.search(line) for line in lines[max(above, 0) : below + 1])
