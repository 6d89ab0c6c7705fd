"""What a rule is shown when it is asked how to mend what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libcst as cst

from wflint.diagnostics import Applicability
from wflint.facts.frames import Entry
from wflint.facts.model import Kind, Ref
from wflint.program.entities import External
from wflint.repair.import_block import newline_of
from wflint.repair.imports import Imports
from wflint.repair.model import NoFix, Repair, TextEdit, Withheld
from wflint.repair.piece import PieceText
from wflint.rule import Api, Fixable, RuleSettings

WORKFLOW = "temporalio.workflow"
_SINCE = {"new_random": (1, 24), "sleep": (1, 10), "uuid7": (1, 32)}
"""In which SDK a name of ``temporalio.workflow`` came, where that is not long ago."""

_ANYWHERE = frozenset({"as_completed", "in_workflow", "unsafe", "wait"})
"""Names of ``temporalio.workflow`` that work outside of workflows, too."""

_NOT_READ_ONLY = frozenset({"new_random", "random", "sleep", "uuid4", "uuid7", "wait_condition"})
"""Names of ``temporalio.workflow`` that raise in query handlers and update validators."""


class Surroundings:
    """What a repair may ask about the program around it.

    ``resolve`` gives what a reference may stand for, in each way in which the place is reached.
    ``only_workflows`` raises :class:`Withheld` where others call the function as well,
    ``not_read_only`` where query handlers or update validators do.
    """

    def __init__(
        self,
        settings: RuleSettings,
        resolve: Callable[[Ref], frozenset[object]],
        only_workflows: Callable[[], None],
        not_read_only: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.resolve = resolve
        self.only_workflows = only_workflows
        self.not_read_only = not_read_only


class RepairView:
    """One diagnostic and the code around it.

    ``name`` is the qualified name that the rule's table knows, or ``""``; ``api`` what the rule
    says of it. ``sites`` are the nodes that the diagnostic stands for, the shown one first.
    """

    def __init__(
        self,
        name: str,
        api: Api | None,
        piece: PieceText,
        entry: Entry,
        others: Iterable[Entry],
        imports: Imports,
        around: Surroundings,
    ) -> None:
        self.name = name
        self.api = api
        self.piece = piece
        self.entry = entry
        self.others = tuple(others)
        self.settings = around.settings
        self._imports = imports
        self._around = around
        self._added: list[TextEdit] = []

    # The code.

    @property
    def node(self) -> cst.CSTNode:
        """The offending node."""
        return self.entry.node

    @property
    def call(self) -> cst.Call:
        """The offending node, which must be a call; otherwise there is no fix."""
        return as_call(self.entry.node)

    @property
    def in_async(self) -> bool:
        """Whether the node is in an ``async def`` (and not in a plain function or lambda in it)."""
        return self.entry.state.frame.head.is_async

    def parent(self, depth: int = 1) -> cst.CSTNode | None:
        """The node ``depth`` levels above the offending one."""
        entry: Entry | None = self.entry
        for _ in range(depth):
            entry = entry.parent if entry is not None else None
        return entry.node if entry is not None else None

    def ancestors(self) -> list[cst.CSTNode]:
        """The nodes around the offending one, the nearest first."""
        found: list[cst.CSTNode] = []
        entry = self.entry.parent
        while entry is not None:
            found.append(entry.node)
            entry = entry.parent
        return found

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node as it stands in the file, without parentheses around it."""
        return self.piece.text(node)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node in the file, without parentheses around it."""
        return self.piece.span(node)

    @property
    def newline(self) -> str:
        """How lines end in the file."""
        return newline_of(self.piece.source.text)

    def indent(self, node: cst.CSTNode) -> str:
        """The white space at the start of the line in which a node begins."""
        source = self.piece.source
        line = source.line(source.location(self.span(node)[0]).row)
        return line[: len(line) - len(line.lstrip())]

    def ref(self, expr: cst.CSTNode) -> Ref:
        """What an expression refers to, seen from where it stands."""
        walker = self.piece.reader.walker
        site = walker.order.get(id(expr))
        entry = self.entry if site is None else walker.entries[site]
        return self.piece.reader.refs.ref(expr, entry.state.scope)

    def dotted_name(self, expr: cst.CSTNode) -> str:
        """The qualified name outside the project that an expression surely has, or ``""``."""
        found = self._around.resolve(self.ref(expr))
        (only,) = found if len(found) == 1 else (None,)
        return only.name if isinstance(only, External) and not only.instance else ""

    def is_made_of(self, expr: cst.CSTNode, name: str) -> bool:
        """Whether an expression is, or may be, an object that ``name`` makes."""
        found = self._around.resolve(self.ref(expr))
        return any(isinstance(e, External) and e.name == name for e in found)

    def is_written_out(self, expr: cst.CSTNode) -> bool:
        """Whether an expression names ``name`` through imports and plain variables alone.

        What a parameter or an attribute of an object holds may be something else one day.
        """
        ref = self.ref(expr)
        is_plain = ref.kind in (Kind.GLOBAL, Kind.IMPORT)
        return is_plain and self.dotted_name(expr) == self.name

    # Names to write.

    def workflow(self, path: str) -> str:
        """What to write for ``workflow.<path>``, imported if it must be.

        Raises :class:`Withheld` where it would not work: in another SDK, outside of workflows, in
        query handlers and update validators.
        """
        first = path.partition(".")[0].partition("(")[0]
        since = _SINCE.get(first, (0, 0))
        if self.settings.target_sdk < since:
            version, target = (
                ".".join(map(str, since)),
                ".".join(map(str, self.settings.target_sdk)),
            )
            raise Withheld(f"`workflow.{first}` came with SDK {version}, the project has {target}")
        if first not in _ANYWHERE:
            self._around.only_workflows()
        if first in _NOT_READ_ONLY:
            self._around.not_read_only()
        return f"{self.imported(WORKFLOW)}.{path}"

    def imported(self, target: str) -> str:
        """What to write for a name such as ``datetime.timedelta``, imported if it must be."""
        name, edits = self._imports.name_for(target, self.piece, self.entry)
        self._added += [edit for edit in edits if edit not in self._added]
        return name

    def command(self) -> None:
        """Raise :class:`Withheld` where a workflow may not wait or start something."""
        self._around.only_workflows()
        self._around.not_read_only()

    # Edits.

    def replace(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` in the place of a node; parentheses around it stay."""
        return TextEdit(*self.span(node), text)

    def insert_before(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` before a node, inside the parentheses around it."""
        start, _ = self.span(node)
        return TextEdit(start, start, text)

    def insert_after(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` behind a node, inside the parentheses around it."""
        _, end = self.span(node)
        return TextEdit(end, end, text)

    def with_await(self, text: str) -> str:
        """``await`` before a call that takes the place of the offending node."""
        bare = (cst.Expr, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return, cst.Arg)
        node = self.node
        has_own = bool(getattr(node, "lpar", ()))
        return f"await {text}" if has_own or isinstance(self.parent(), bare) else f"(await {text})"

    # The answer.

    def use(self, api: Api, edits: Iterable[TextEdit] = ()) -> Repair | None:
        """What ``api.use`` says in the place of the call; arguments stay unless they are dropped.

        ``edits`` are further ones.
        """
        if api.fix is Fixable.NONE or not self.is_written_out(self.call.func):
            return None
        name = self.workflow(api.use.removeprefix("workflow."))
        keeps = bool(self.call.args) and not api.drops_arguments
        if keeps:
            edit = self.replace(self.call.func, name.removesuffix("()"))
        else:
            edit = self.replace(self.call, name)
        return self.repair(api.fix, f"Use `{api.use}`", edit, *edits)

    def safe(self, message: str, *edits: TextEdit) -> Repair:
        """A fix that changes nothing of what a running workflow would replay."""
        return self._repair(Applicability.SAFE, message, edits)

    def unsafe(self, message: str, *edits: TextEdit) -> Repair:
        """A fix that a person must look at."""
        return self._repair(Applicability.UNSAFE, message, edits)

    def repair(self, fix: Fixable, message: str, *edits: TextEdit) -> Repair:
        """A fix of the given kind."""
        return self._repair(Applicability(fix.value), message, edits)

    def _repair(
        self, applicability: Applicability, message: str, edits: Iterable[TextEdit]
    ) -> Repair:
        return Repair(applicability, message, tuple(sorted({*edits, *self._added})))


def as_call(node: cst.CSTNode) -> cst.Call:
    """The node, which must be a call; otherwise there is no fix."""
    if not isinstance(node, cst.Call):
        raise NoFix
    return node
