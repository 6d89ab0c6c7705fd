"""The view of the offending code that a rule is asked for a repair with."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from functools import cached_property

import libcst as cst

from wflint.diagnostics import Applicability
from wflint.facts.builtin_names import is_builtin
from wflint.facts.cst_definitions import imported_modules, written_import
from wflint.facts.ids import Fn
from wflint.fix.propose import sdk_names
from wflint.fix.propose.code import Code
from wflint.fix.propose.defined import whole_function
from wflint.fix.propose.hard_imports import needs
from wflint.fix.propose.uses import renamed_uses
from wflint.rule.base import Api, Fixable
from wflint.rule.fix import NoFix, Repair, TextEdit, Withheld
from wflint.rule.fix_view import AwaitedLists

_TAKE_AWAIT = (
    *(cst.Expr, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return, cst.Arg),
    *(cst.Element, cst.DictElement, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp),
)
"""Nodes that can hold an ``await`` without parentheses."""


class RepairView(Code):
    """One diagnostic, the code around it, and the means to change it."""

    @cached_property
    def _added(self) -> list[TextEdit]:
        """The imports that the repair takes."""
        return []

    @property
    def added(self) -> list[TextEdit]:
        """The imports that what was asked for takes."""
        return list(self._added)

    def each(self) -> list[RepairView]:
        """A view of each place that the diagnostic speaks for; what they add is added once."""
        added, views = self._added, [self]
        for entry in self.others:
            view = copy(self)
            view.entry, view.others = entry, []
            view.__dict__["_added"] = added
            if isinstance(entry.node, cst.Call):
                view.name = view.dotted_name(entry.node.func)
            views.append(view)
        return views

    def with_body(self, node: cst.FunctionDef) -> RepairView:
        """A view of a function with its body, without which definitions are shown.

        Its node is the definition. There is no fix where it cannot be read.
        """
        module = self.imports.module
        head = module.function_at(self.span(node)[0])
        piece = self.piece_of(Fn(module.path, head.qualname)) if head is not None else None
        entry = whole_function(piece) if piece is not None else None
        if piece is None or entry is None:
            raise NoFix
        added, view = self._added, copy(self)
        view.piece, view.entry, view.others = piece, entry, []
        view.__dict__["_added"] = added
        return view

    # Names to write.

    def builtin(self, name: str) -> str:
        """A builtin function; there is no fix where its name means something else."""
        if self.dotted_name(cst.Name(name)) != f"builtins.{name}":
            raise NoFix
        return name

    def workflow(self, path: str) -> str:
        """Return what to write for ``workflow.<path>``, imported if needed.

        Raises :class:`Withheld` where it would not work: in another SDK, outside of workflows, in
        query handlers and update validators.
        """
        first = path.partition(".")[0].partition("(")[0]
        sdk_names.check_version(first, self.settings.target_sdk)
        if first not in sdk_names.ANYWHERE:
            self.only_workflows(f"where `workflow.{first}` raises")
        if first in sdk_names.NOT_READ_ONLY:
            self.around.not_read_only(f"`workflow.{first}` raises in queries and validators")
        name = self.imported(sdk_names.WORKFLOW)
        if first in sdk_names.ANYWHERE and self._added:
            self.only_workflows("and may not want the SDK to be imported")
        return f"{name}.{path}"

    def activity(self, path: str) -> str:
        """Return what to write for ``activity.<path>``, imported if needed.

        Raises :class:`Withheld` where workflows run the function as well.
        """
        self.around.no_workflow("in a workflow")
        return f"{self.imported(sdk_names.ACTIVITY)}.{path}"

    def imported(self, target: str) -> str:
        """Return what to write for a name such as ``datetime.timedelta``, imported if needed."""
        name, edits = self.imports.name_for(target, self.piece, self.entry)
        self._added += [edit for edit in edits if edit not in self._added]
        return name

    def binds(self, node: cst.Import | cst.ImportFrom) -> dict[str, str]:
        """The names that an import statement binds, with what each stands for."""
        return dict(written_import(node).bound(self.imports.module.facts))

    def moved_to_top(self, node: cst.Import | cst.ImportFrom) -> TextEdit:
        """The insertion of an import statement at the top of the file, as it stands there.

        Raises :class:`Withheld` where a name is taken, or a module imports this one.
        """
        for fact in imported_modules(node, self.imports.module.facts):
            for module in fact.modules():
                if self.around.imports_back(module):
                    raise Withheld(f"`{fact.module}` also imports this module")
            self._check_present(fact.module)
        for name, target in self.binds(node).items():
            if is_builtin(name) or not self.imports.is_free(name, target):
                raise Withheld(f"`{name}` is something else at the top of the file")
        lines = f"{self.newline}{self.indent(node)}"
        return self.imports.insertion(self.text(node).replace(lines, self.newline))

    def _check_present(self, module: str) -> None:
        """Raise :class:`Withheld` where an import may fail, for all that the project thinks."""
        package = module.partition(".")[0]
        if not package or self.imports.is_own(module) or needs(self.imports.tree(), package):
            return
        if self.imports.may_lack(package):
            raise Withheld(f"the file can do without `{package}`")
        where = self.around.may_lack(package)
        if where:
            raise Withheld(f"{where} can do without `{package}`")

    def only_workflows(self, otherwise: str = "and the fix would change that, too") -> None:
        """Raise :class:`Withheld` where others than workflows run the function as well."""
        self.around.only_workflows(otherwise)

    def only_the_sdk(self) -> None:
        """Raise :class:`Withheld` where others than the SDK call the function as well."""
        if self.around.is_called():
            raise Withheld("the workflow calls it itself")
        self.only_workflows("and relies on what it is")

    def command(self) -> None:
        """Raise :class:`Withheld` where a workflow may not wait or start something."""
        self.only_workflows()
        self.around.not_read_only("queries and validators cannot wait")

    # Edits.

    def replace(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Replace a node by ``text``; parentheses around it stay."""
        return TextEdit(*self.span(node), text)

    def insert_before(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` before a node, inside the parentheses around it."""
        start, _ = self.span(node)
        return TextEdit(start, start, text)

    def insert_after(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` behind a node, inside the parentheses around it."""
        _, end = self.span(node)
        return TextEdit(end, end, text)

    def line_above(self, node: cst.FunctionDef | cst.ClassDef, text: str) -> TextEdit:
        """Put a line above a definition and its decorators."""
        first = node.decorators[0] if node.decorators else node
        if not self.begins_line(first):
            raise NoFix
        start, _ = self.span(first)
        return TextEdit(start, start, f"{text}{self.newline}{self.indent(first)}")

    def renamed_uses(self, old: str, new: str) -> list[TextEdit] | None:
        """The edits that rename a name, which an import at module level binds, in the whole file.

        ``None`` where that cannot be done, and for an import inside a function.
        """
        if self.entry.state.scope is not None:
            return None
        return renamed_uses(self.piece.source, old, new)

    def with_await(self, text: str) -> str:
        """``await`` before a call that takes the place of the offending node."""
        has_own = bool(getattr(self.node, "lpar", ()))
        is_bare = has_own or isinstance(self.parent(), _TAKE_AWAIT)
        return f"await {text}" if is_bare else f"(await {text})"

    # Sets that get an order.

    def in_order(self) -> Repair | None:
        """Give the offending expression, which is a set, an order."""
        from wflint.fix.propose.order.in_order import in_order

        return in_order(self, self.node) if isinstance(self.node, cst.BaseExpression) else None

    def as_list(self, expr: cst.BaseExpression) -> list[TextEdit] | None:
        """The edits that make a list of a set that is written out; ``None`` if it is not one."""
        from wflint.fix.propose.order.lists import as_list

        return as_list(expr, self)

    def awaited_as_lists(self) -> AwaitedLists:
        """Return what it takes to have lists instead of the two sets that the call gives."""
        from wflint.fix.propose.order.awaited import Results

        return Results(self)

    # The answer.

    def use(self, api: Api, edits: Iterable[TextEdit] = ()) -> Repair | None:
        """Return a repair that calls ``api.use`` instead; arguments stay unless they are dropped.

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
        fix, message = api.fix, f"Use `{api.use}`"
        if first in sdk_names.DRAWS and self.around.draws():
            fix, message = Fixable.UNSAFE, f"{message}, one more draw that later ones come after"
        elif first in sdk_names.CLOCKS and self.around.is_read_only():
            fix, message = Fixable.UNSAFE, f"{message}, the time of the last workflow task"
        return self.repair(fix, message, edit, *edits)

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
