"""What a rule is shown when it is asked how to mend what it found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import libcst as cst
from msgspec.structs import replace

from wflint.builtin_names import is_builtin
from wflint.diagnostics import Applicability
from wflint.facts.context import Context
from wflint.facts.frames import Entry
from wflint.facts.heads import import_bindings, statement_imports
from wflint.facts.model import Kind, Ref
from wflint.program.entities import External, OwnClass, OwnFunction
from wflint.repair.import_block import newline_of
from wflint.repair.imports import Imports
from wflint.repair.model import NoFix, Repair, TextEdit, Withheld
from wflint.repair.piece import PieceText
from wflint.repair.uses import renamed_uses
from wflint.rule import Api, Fixable, RuleSettings

WORKFLOW = "temporalio.workflow"
_SINCE = {"new_random": (1, 24), "sleep": (1, 10), "uuid7": (1, 32)}
"""In which SDK a name of ``temporalio.workflow`` came, where that is not long ago."""

_ANYWHERE = frozenset({"as_completed", "in_workflow", "unsafe", "wait"})
"""Names of ``temporalio.workflow`` that work outside of workflows, too."""

_DRAWS = frozenset({"random", "uuid4", "uuid7"})
"""Names of ``temporalio.workflow`` that draw from the one random generator of a workflow."""

_NOT_READ_ONLY = frozenset({"new_random", "random", "sleep", "uuid4", "uuid7", "wait_condition"})
"""Names of ``temporalio.workflow`` that raise in query handlers and update validators."""


class Surroundings:
    """What a repair may ask about the program around it.

    ``resolve`` gives what a reference may stand for, in each way in which the place is reached.
    ``only_workflows`` raises :class:`Withheld` where others call the function as well,
    ``not_read_only`` where query handlers or update validators do. ``may_be_caught`` tells whether
    the workflow may survive a ``TypeError`` that the place raises, ``imports_back`` whether a
    module imports the one that the place is in, ``draws`` whether a workflow that runs the place
    draws random numbers or ids already.
    """

    def __init__(
        self,
        settings: RuleSettings,
        resolve: Callable[[Ref], frozenset[object]],
        only_workflows: Callable[[], None],
        not_read_only: Callable[[], None],
        may_be_caught: Callable[[bool], bool],
        imports_back: Callable[[str], bool],
        draws: Callable[[], bool],
    ) -> None:
        self.settings = settings
        self.resolve = resolve
        self.only_workflows = only_workflows
        self.not_read_only = not_read_only
        self.may_be_caught = may_be_caught
        self.imports_back = imports_back
        self.draws = draws


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

    @property
    def can_await(self) -> bool:
        """Whether Python allows an ``await`` there; it does not in a class's body."""
        for node in self.ancestors():
            if isinstance(node, (cst.FunctionDef, cst.Lambda)):
                break
            if isinstance(node, cst.ClassDef):
                return False
        return self.in_async

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
        """Whether :meth:`written_name` of an expression is :attr:`name`."""
        return self.is_plainly(expr, self.name)

    def is_plainly(self, expr: cst.CSTNode, name: str) -> bool:
        """Whether :meth:`written_name` of an expression is ``name``."""
        return self.written_name(expr) == name

    def written_name(self, expr: cst.CSTNode) -> str:
        """The qualified name that an expression has through imports and plain variables alone.

        What a parameter or an attribute of an object holds may be something else one day, and what
        a class of the project inherits gives an object of that class.
        """
        ref = self.ref(expr)
        if ref.kind not in (Kind.GLOBAL, Kind.IMPORT) or self._is_assigned_later(ref):
            return ""
        owners = self._around.resolve(replace(ref, path=ref.path[:-1])) if ref.path else ()
        inherits = any(isinstance(owner, OwnClass) for owner in owners)
        return "" if inherits else self.dotted_name(expr)

    def _is_assigned_later(self, ref: Ref) -> bool:
        """Whether a function of the module may give a module-level name another value."""
        declared = rf"^\s*global\b.*\b{re.escape(ref.name)}\b"
        text = self.piece.source.text
        return ref.kind is Kind.GLOBAL and bool(re.search(declared, text, re.MULTILINE))

    def whole(self, node: cst.CSTNode) -> str:
        """The source of an expression together with the parentheses around it."""
        return self.piece.whole(node)

    def begins_line(self, node: cst.CSTNode) -> bool:
        """Whether only white space stands before a node in its line."""
        source, (start, _) = self.piece.source, self.span(node)
        place = source.location(start)
        return not source.line(place.row)[: place.column - 1].strip()

    def rest_of_line(self, offset: int) -> str:
        """What follows in the line of an offset."""
        return re.split(r"[\r\n]", self.piece.source.text[offset:], maxsplit=1)[0]

    def is_surely(self, expr: cst.CSTNode, name: str) -> bool:
        """Whether an expression is an object that ``name`` makes, and never something else.

        What is passed as a parameter may be something else one day.
        """
        ref = self.ref(expr)
        found = self._around.resolve(ref)
        made = (isinstance(e, External) and e.instance and e.name == name for e in found)
        return ref.kind is not Kind.PARAM and bool(found) and all(made)

    def means_one_thing(self, expr: cst.CSTNode) -> bool:
        """Whether an expression surely refers to one function, of the project or outside of it."""
        found = self._around.resolve(self.ref(expr))
        return len(found) == 1 and all(isinstance(e, (External, OwnFunction)) for e in found)

    def may_be_caught(self, when_awaited: bool = False) -> bool:
        """Whether a ``TypeError`` that the call raises may not get out of the workflow.

        If it does get out, the call has only failed so far, and no history knows of it. It is
        raised at once, or ``when_awaited``.
        """
        return self._around.may_be_caught(when_awaited)

    @property
    def context(self) -> Context:
        """What the rule's visitor was shown of the node."""
        context = Context(self.piece.reader)
        context.entry = self.entry
        context.site = self.piece.reader.walker.order[id(self.node)]
        return context

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

    def binds(self, node: cst.Import | cst.ImportFrom) -> dict[str, str]:
        """The names that an import statement binds, with what each stands for."""
        return dict(import_bindings(node, self._imports.module.facts)[0])

    def moved_to_top(self, node: cst.Import | cst.ImportFrom) -> TextEdit:
        """The insertion of an import statement at the top of the file, as it stands there.

        Raises :class:`Withheld` where a name is taken, or a module imports this one.
        """
        for fact in statement_imports(node, self._imports.module.facts):
            for module in (fact.module, *(f"{fact.module}.{name}" for name in fact.names)):
                if self._around.imports_back(module):
                    raise Withheld(f"`{fact.module}` imports this module, too")
        for name, target in self.binds(node).items():
            if is_builtin(name) or not self._imports.is_free(name, target):
                raise Withheld(f"`{name}` is something else at the top of the file")
        lines = f"{self.newline}{self.indent(node)}"
        return self._imports.insertion(self.text(node).replace(lines, self.newline))

    def only_workflows(self) -> None:
        """Raise :class:`Withheld` where others than workflows call the function as well."""
        self._around.only_workflows()

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

    def renamed_uses(self, old: str, new: str) -> list[TextEdit] | None:
        """The edits that rename a name, which an import at module level binds, in the whole file.

        ``None`` where that cannot be done, and for an import inside a function.
        """
        if self.entry.state.scope is not None:
            return None
        return renamed_uses(self.piece.source, old, new)

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
        first = api.use.removeprefix("workflow.").partition("(")[0]
        fix = Fixable.UNSAFE if first in _DRAWS and self._around.draws() else api.fix
        return self.repair(fix, f"Use `{api.use}`", edit, *edits)

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
