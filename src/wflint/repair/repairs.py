"""From hits to fixes: asks the rule, and holds its answer against what every fix must keep to."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Sequence

import libcst as cst

from wflint.beyond import Beyond
from wflint.diagnostics import Applicability, Edit, Fix
from wflint.facts.model import Ref
from wflint.faults import blamed_on
from wflint.program.analysis import Answer
from wflint.program.reached import Node
from wflint.program.store import MODULE_BODY, Fn
from wflint.program.verdicts import Hit
from wflint.repair.callers import Callers
from wflint.repair.circles import imports_back
from wflint.repair.draws import Draws
from wflint.repair.handled import Handled
from wflint.repair.imports import Imports
from wflint.repair.model import Answered, NoFix, Repair, Withheld
from wflint.repair.piece import PieceText
from wflint.repair.view import RepairView, Surroundings
from wflint.rule import Fixable, RuleSettings
from wflint.source import Source

_KEPT_PIECES = 16
_GENERATED = re.compile(r"^#.*(?:@generated\b|\bDO NOT EDIT\b)", re.MULTILINE)
_GENERATED_NAMES = ("_pb2.py", "_pb2_grpc.py")
_HEAD_OF_FILE = 2_000
"""In how many characters at the top of a file it says that it is generated."""


class Repairs:
    """Makes the fixes of one analysed project.

    ``shown`` gives the path of a file as the user would write it, ``applicability`` how far a fix
    of a rule is trusted that calls itself safe or unsafe.
    """

    def __init__(
        self,
        answer: Answer,
        files: Sequence[str],
        read: Callable[[str], bytes],
        settings: RuleSettings,
        shown: Callable[[str], str],
        applicability: Callable[[str, Applicability], Applicability],
    ) -> None:
        self.answer = answer
        self.settings = settings
        self.shown = shown
        self.applicability = applicability
        self.callers = Callers(answer, files, read)
        self.handled = Handled(answer, self._piece)
        self._imports: dict[str, Imports] = {}
        self._pieces: dict[Fn, PieceText | None] = {}
        self._withheld: dict[Fn, str] = {}
        self._nodes: dict[Fn, list[Node]] | None = None
        self._draws: Draws | None = None

    def answer_for(self, hit: Hit) -> Answered:
        """The fix of a hit."""
        if hit.rule.fix is Fixable.NONE or isinstance(hit, Beyond):
            return Answered()
        with blamed_on(hit.fn.path, hit.rule.code):
            try:
                return Answered(self._repaired(hit))
            except NoFix:
                return Answered()
            except Withheld as error:
                return Answered(None, error.reason)

    def _repaired(self, hit: Hit) -> Fix | None:
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
        return as_fix(repair, self.applicability(hit.rule.code, applicability), source)

    def _view(self, hit: Hit) -> RepairView | None:
        piece = self._piece(hit.fn)
        if piece is None:
            return None
        entries = piece.reader.walker.entries
        sites = [hit.site, *(site for site in hit.others if site != hit.site)]
        if not all(0 <= site < len(entries) for site in sites):
            return None
        first, *others = (entries[site] for site in sites)
        path = hit.fn.path
        imports = self._imports.setdefault(path, Imports(self.answer.store.load(path)))
        around = Surroundings(
            self.settings,
            lambda ref: self._resolve(ref, hit),
            lambda: self._only_workflows(hit),
            lambda: self._not_read_only(hit),
            lambda late: self.handled.may_be_caught(hit.nodes, hit.site, late),
            lambda module: imports_back(self.answer.verdicts.resolver, module, path),
            lambda: self._draws_already(hit),
        )
        return RepairView(hit.name, hit.api, piece, first, others, imports, around)

    def _piece(self, fn: Fn) -> PieceText | None:
        store = self.answer.store
        key = Fn(fn.path, store.outermost(fn))
        if key not in self._pieces:
            if len(self._pieces) >= _KEPT_PIECES:
                del self._pieces[next(iter(self._pieces))]
            reader = store.reader(key)
            has_text = reader is not None and reader.piece is not None
            source = store.load(fn.path).source
            self._pieces[key] = PieceText(reader, source) if reader and has_text else None
        return self._pieces[key]

    # What the rule may ask.

    def _resolve(self, ref: Ref, hit: Hit) -> frozenset[object]:
        """What a reference stands for, also where the function is reached and nothing is wrong."""
        resolver = self.answer.verdicts.resolver
        if self._nodes is None:
            self._nodes = {}
            for node in self.answer.reached.order:
                self._nodes.setdefault(node.fn, []).append(node)
        nodes = [*hit.nodes, *self._nodes.get(hit.fn, ())]
        ways = {(node.receiver, node.env) for node in nodes} or {(None, ())}
        path = hit.fn.path
        found = (resolver.resolve(ref, path, receiver, env=env) for receiver, env in ways)
        return frozenset(entity for entities in found for entity in entities)

    def _only_workflows(self, hit: Hit) -> None:
        """Raise :class:`Withheld` where something outside of workflows runs the code as well."""
        store = self.answer.store
        if store.outermost(hit.fn) == MODULE_BODY:
            raise Withheld("it runs when the module is imported, where there is no workflow")
        if hit.fn not in self._withheld:
            stranger = self.callers.outside(hit.fn)
            self._withheld[hit.fn] = self._blame(stranger, hit.fn) if stranger else ""
        if self._withheld[hit.fn]:
            raise Withheld(self._withheld[hit.fn])

    def _blame(self, stranger: Fn, fn: Fn) -> str:
        name = "the module itself" if stranger.qualname == MODULE_BODY else f"`{stranger.shown}`"
        place = f"{name} in {self.shown(stranger.path)}"
        return f"{place}, which is no workflow code, uses `{fn.shown}` too"

    def _not_read_only(self, hit: Hit) -> None:
        """Raise :class:`Withheld` where a query handler or an update validator runs the code."""
        reached = self.answer.reached
        nodes = [node for node in hit.nodes if node in reached.parents]
        for node in sorted(reached.entry_points(nodes), key=lambda n: n.fn):
            if self.answer.verdicts.roots.is_read_only(node.fn):
                shown = reached.entries[node].shown
                raise Withheld(f"`{shown}` runs it, a query or validator, where it would raise")

    def _draws_already(self, hit: Hit) -> bool:
        """Whether a workflow that runs the code draws random numbers or ids."""
        if self._draws is None:
            self._draws = Draws(self.answer)
        reached = self.answer.reached.parents
        return self._draws.in_workflows_of(node for node in hit.nodes if node in reached)

    def _check_fstring(self, repair: Repair, view: RepairView) -> None:
        """Raise :class:`Withheld` for text that an f-string of an older Python cannot hold."""
        if self.settings.target_python >= (3, 12):
            return
        start, end = view.span(view.node)
        inside = (e for e in repair.edits if start <= e.start and e.end <= end)
        if any(re.search(r"['\"\\\r\n#]", edit.text) for edit in inside):
            raise Withheld("it would not fit into the f-string")


def _fstring_around(view: RepairView) -> cst.FormattedStringExpression | None:
    nodes = (n for n in view.ancestors() if isinstance(n, cst.FormattedStringExpression))
    return next(nodes, None)


def _shows_itself(view: RepairView) -> bool:
    """Whether the place is in `f"{...=}"`, which prints the source."""
    return any(
        isinstance(n, cst.FormattedStringExpression) and n.equal is not None
        for n in view.ancestors()
    )


def as_fix(repair: Repair, applicability: Applicability, source: Source) -> Fix:
    """A repair with lines and columns in the place of offsets."""
    edits = tuple(
        Edit(edit.text, source.location(edit.start), source.location(edit.end))
        for edit in repair.edits
    )
    return Fix(applicability, repair.message, edits)


def is_generated(path: str, text: str) -> bool:
    """Whether a file says at its top, or by its name, that a program writes it."""
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
