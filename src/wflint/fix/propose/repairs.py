"""From hits to fixes: asks the rule, and holds its answer against what every fix must keep to."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from collections.abc import Callable

import libcst as cst

from wflint import limits
from wflint.callgraph.graph import DEFINITION
from wflint.checking.violation import Violation
from wflint.diagnostics import Applicability, Edit, Fix
from wflint.facts.ids import Fn
from wflint.faults import REPORT_URL
from wflint.files.source import Source, UnreadableSource
from wflint.fix.propose.asked import Asking
from wflint.fix.propose.defined import piece_around, site_of
from wflint.fix.propose.generated import is_generated
from wflint.fix.propose.imports import Imports
from wflint.fix.propose.piece import PieceText
from wflint.fix.propose.surroundings import Program
from wflint.fix.propose.view import RepairView
from wflint.latest import Latest
from wflint.rule.fix import Answered, NoFix, Repair, TextEdit, Withheld

_FAILED = f"wflint failed to find the fix: {{}}; please report it at {REPORT_URL}"
_KEPT_PIECES = 16
_COMPOUND = re.compile(r"(?:async\s+)?(?:for|if|match|try|while|with)\b")


class Repairs:
    """Makes the fixes of one analysed project.

    ``applicability_in`` tells how far a fix of a rule is trusted in a file that calls itself safe
    or unsafe. ``without_sdk`` are the folders whose code must do without ``temporalio``.
    """

    def __init__(
        self,
        program: Program,
        applicability_in: Callable[[str], Callable[[str, Applicability], Applicability]],
        without_sdk: frozenset[str],
    ) -> None:
        self.answer = program.answer
        self.program = program
        self.applicability_in = applicability_in
        self.without_sdk = without_sdk
        self._imports: dict[str, Imports] = {}
        self._trees: Latest[str, ast.Module] = Latest(lambda: limits.KEPT_MODULE_TREES)
        self._pieces: dict[Fn, PieceText | None] = {}

    def answer_for(self, hit: Violation, around: Asking) -> Answered:
        """The fix of a hit; what is asked about the program is noted ``around`` it."""
        try:
            return Answered(self._repaired(hit, around))
        except (NoFix, UnreadableSource):  # Python accepts some code that LibCST does not
            return Answered()
        except Withheld as error:
            return Answered(None, error.reason)
        except Exception as error:
            around.has_failed = True
            return Answered(None, _FAILED.format(self.answer.store.faults.tell(error)))

    def _repaired(self, hit: Violation, around: Asking) -> Fix | None:
        view = self.view(hit, around)
        repair = hit.rule.repair(view) if view is not None else None
        if view is None or repair is None:
            return None
        source = view.piece.source
        if is_generated(hit.fn.path, source.text):
            raise Withheld("the file is generated")
        if any(_comments(_replaced(e, source)) - _comments(e.text) for e in repair.edits):
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

    def view(self, hit: Violation, around: Asking) -> RepairView | None:
        """The code at a hit, as a repair sees it; ``None`` if it cannot be read."""
        self._make_room(hit.fn.path)
        store = self.answer.store
        piece = self.piece(piece_around(hit.fn, hit.site, store))
        if piece is None:
            return None
        entries, path = piece.reader.walker.entries, hit.fn.path
        is_definition = hit.site == DEFINITION
        first = site_of(hit.fn, piece, store.load(path)) if is_definition else hit.site
        sites = [first, *(site for site in hit.others if site != hit.site)]
        known = [site for site in sites if site is not None and 0 <= site < len(entries)]
        if len(known) < len(sites):
            return None
        if path not in self._imports:
            lacks_sdk = os.path.dirname(path) in self.without_sdk
            self._imports[path] = Imports(store.load(path), lacks_sdk, self._trees)
        imports = self._imports[path]
        imports.serve(around)
        shown = [entries[site] for site in known]
        return RepairView(hit, piece, shown, imports, around, self.piece)

    def piece(self, fn: Fn) -> PieceText | None:
        """The text of the outermost function around one."""
        store = self.answer.store
        key = Fn(fn.path, store.outermost(fn))
        if key not in self._pieces:
            reader = store.fresh_reader(key)
            has_text = reader is not None and reader.piece is not None
            source = store.load(fn.path).source
            self._pieces[key] = PieceText(reader, source) if reader and has_text else None
        return self._pieces[key]

    def _make_room(self, path: str) -> None:
        """Let go of the trees of earlier diagnostics; one repair may need many at once.

        The largest of the file stays: that is its own code, if anything is reported at definitions.
        """
        if len(self._pieces) < _KEPT_PIECES:
            return
        sizes = {
            fn: len(piece.reader.walker.entries)
            for fn, piece in self._pieces.items()
            if piece is not None and fn.path == path
        }
        largest = max(sizes, key=sizes.__getitem__, default=None)
        for fn, piece in self._pieces.items():
            if piece is not None and fn != largest:
                piece.reader.refs.detach()
        self._pieces = {fn: piece for fn, piece in self._pieces.items() if fn == largest}

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


def _replaced(edit: TextEdit, source: Source) -> str:
    """The text that an edit replaces; of a compound statement, with the rest of its last line."""
    text = source.text[edit.start : edit.end]
    if _COMPOUND.match(text) is None:
        return text
    return text + source.searchable[edit.end :].partition("\n")[0]


def _comments(text: str) -> frozenset[str]:
    """The comments in a part of a statement."""
    if "#" not in text:
        return frozenset()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline))
    except (tokenize.TokenError, SyntaxError):
        return frozenset(re.findall(r"#[^\r\n]*", text))
    return frozenset(t.string for t in tokens if t.type == tokenize.COMMENT)
