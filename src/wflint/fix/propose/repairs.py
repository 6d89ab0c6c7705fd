"""From hits to fixes: asks the rule, and holds its answer against what every fix must keep to."""

from __future__ import annotations

import io
import os
import re
import tokenize
from collections.abc import Callable, Sequence

import libcst as cst

from wflint.checking.analysis import AnalysisResult
from wflint.checking.library import LibraryViolation
from wflint.checking.violation import Violation
from wflint.diagnostics import Applicability, Edit, Fix
from wflint.facts.ids import Fn
from wflint.faults import REPORT_URL
from wflint.files.source import Source, UnreadableSource
from wflint.fix.propose.imports import Imports
from wflint.fix.propose.piece import PieceText
from wflint.fix.propose.surroundings import Program, Surroundings
from wflint.fix.propose.view import RepairView
from wflint.rule.base import Fixable, RuleSettings
from wflint.rule.fix import Answered, NoFix, Repair, Withheld

_FAILED = f"wflint failed to find the fix: {{}}; please report it at {REPORT_URL}"
_KEPT_PIECES = 16
_GENERATED = re.compile(r"(?:^|[\r\n])#[^\r\n]*(?:@generated\b|\bDO NOT EDIT\b)")
_GENERATED_NAMES = ("_pb2.py", "_pb2_grpc.py")
_HEAD_OF_FILE = 2_000
"""In how many characters at the top of a file it says that it is generated."""


class Repairs:
    """Makes the fixes of one analysed project.

    ``shown`` gives the path of a file as the user would write it, ``applicability_in`` how far a
    fix of a rule is trusted in a file that calls itself safe or unsafe. ``without_sdk`` are the
    folders whose code must do without ``temporalio``.
    """

    def __init__(
        self,
        answer: AnalysisResult,
        files: Sequence[str],
        read: Callable[[str], bytes],
        settings_of: Callable[[str], RuleSettings],
        shown: Callable[[str], str],
        applicability_in: Callable[[str], Callable[[str, Applicability], Applicability]],
        without_sdk: frozenset[str],
    ) -> None:
        self.answer = answer
        self.applicability_in = applicability_in
        self.without_sdk = without_sdk
        self.program = Program(answer, files, read, settings_of, shown, self._piece)
        self._imports: dict[str, Imports] = {}
        self._pieces: dict[Fn, PieceText | None] = {}

    def answer_for(self, hit: Violation) -> Answered:
        """The fix of a hit."""
        if hit.rule.fix is Fixable.NONE or isinstance(hit, LibraryViolation):
            return Answered()
        try:
            return Answered(self._repaired(hit))
        except (NoFix, UnreadableSource):  # Python accepts some code that LibCST does not
            return Answered()
        except Withheld as error:
            return Answered(None, error.reason)
        except Exception as error:
            return Answered(None, _FAILED.format(self.answer.store.faults.tell(error)))

    def _repaired(self, hit: Violation) -> Fix | None:
        view = self._view(hit)
        repair = hit.rule.repair(view) if view is not None else None
        if view is None or repair is None:
            return None
        source = view.piece.source
        if is_generated(hit.fn.path, source.text):
            raise Withheld("the file is generated")
        if any(_comments(source.text[e.start : e.end]) - _comments(e.text) for e in repair.edits):
            raise Withheld("it would lose a comment")
        applicability = repair.applicability
        if _fstring_around(view) is not None:
            self._check_fstring(repair, view)
            if applicability is Applicability.SAFE and _shows_itself(view):
                applicability = Applicability.UNSAFE
        applicability = self.applicability_in(hit.fn.path)(hit.rule.code, applicability)
        if applicability is Applicability.SAFE and self.answer.store.faults.happened:
            applicability = Applicability.UNSAFE  # what was not seen may use the same code
        return as_fix(repair, applicability, source)

    def _view(self, hit: Violation) -> RepairView | None:
        self._make_room()
        piece = self._piece(hit.fn)
        if piece is None:
            return None
        entries = piece.reader.walker.entries
        sites = [hit.site, *(site for site in hit.others if site != hit.site)]
        if not all(0 <= site < len(entries) for site in sites):
            return None
        path = hit.fn.path
        if path not in self._imports:
            index = self.answer.checker.resolver.index
            lacks_sdk = os.path.dirname(path) in self.without_sdk
            self._imports[path] = Imports(self.answer.store.load(path), index, lacks_sdk)
        imports = self._imports[path]
        around = Surroundings(self.program, hit)
        return RepairView(hit, piece, [entries[site] for site in sites], imports, around)

    def _piece(self, fn: Fn) -> PieceText | None:
        store = self.answer.store
        key = Fn(fn.path, store.outermost(fn))
        if key not in self._pieces:
            reader = store.fresh_reader(key)
            has_text = reader is not None and reader.piece is not None
            source = store.load(fn.path).source
            self._pieces[key] = PieceText(reader, source) if reader and has_text else None
        return self._pieces[key]

    def _make_room(self) -> None:
        """Let go of the trees of earlier diagnostics; one repair may need many at once."""
        if len(self._pieces) >= _KEPT_PIECES:
            for piece in self._pieces.values():
                if piece is not None:
                    piece.reader.refs.detach()
            self._pieces.clear()

    def _check_fstring(self, repair: Repair, view: RepairView) -> None:
        """Raise :class:`Withheld` for text that an f-string of an older Python cannot hold."""
        if view.settings.target_python >= (3, 12):
            return
        start, end = view.span(view.node)
        inside = (e for e in repair.edits if start <= e.start and e.end <= end)
        if any(re.search(r"['\"\\\r\n#]", edit.text) for edit in inside):
            raise Withheld("it would not fit into the f-string")


def _fstring_around(view: RepairView) -> cst.FormattedStringExpression | None:
    nodes = (n for n in view.entry.in_statement() if isinstance(n, cst.FormattedStringExpression))
    return next(nodes, None)


def _shows_itself(view: RepairView) -> bool:
    """True if the place is in `f"{...=}"`, which prints the source."""
    return any(
        isinstance(n, cst.FormattedStringExpression) and n.equal is not None
        for n in view.entry.in_statement()
    )


def as_fix(repair: Repair, applicability: Applicability, source: Source) -> Fix:
    """A repair with lines and columns instead of offsets."""
    edits = tuple(
        Edit(edit.text, source.location(edit.start), source.location(edit.end))
        for edit in repair.edits
    )
    return Fix(applicability, repair.message, edits)


def is_generated(path: str, text: str) -> bool:
    """True if a file says at its top, or by its name, that a program writes it."""
    return path.endswith(_GENERATED_NAMES) or _GENERATED.search(text[:_HEAD_OF_FILE]) is not None


def _comments(text: str) -> frozenset[str]:
    """The comments in a part of a statement."""
    if "#" not in text:
        return frozenset()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline))
    except (tokenize.TokenError, SyntaxError):
        return frozenset(re.findall(r"#[^\r\n]*", text))
    return frozenset(t.string for t in tokens if t.type == tokenize.COMMENT)
