"""The view of the offending code that a rule is asked for a repair with, and means to change it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from wflint.config.rule_settings import RuleSettings
from wflint.facts.model import FunctionHead, Ref
from wflint.rule.base import Api, Fixable
from wflint.rule.fix import Repair, TextEdit
from wflint.rule.views import TypeView
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.context import Context
    from wflint.facts.scopes import Bound
    from wflint.files.source import Source


class AwaitedLists(Protocol):
    """Lists in place of sets: ``is_same`` is set if they do what the sets do."""

    is_same: bool
    edits: list[TextEdit]


class FixView(Protocol):
    """One diagnostic, the code around it, and the means to change it.

    ``name`` is the qualified name that the rule's table knows, or ``""``, and ``api`` what the rule
    says of it.
    """

    name: str
    api: Api | None
    settings: RuleSettings

    @property
    def source(self) -> Source:
        """The text of the file."""
        ...

    @property
    def node(self) -> cst.CSTNode:
        """The offending node."""
        ...

    @property
    def call(self) -> cst.Call:
        """The offending node, which must be a call; otherwise there is no fix."""
        ...

    @property
    def function(self) -> cst.FunctionDef:
        """The offending definition, which must be a function's; otherwise there is no fix.

        It is shown without its body, see :meth:`with_body`.
        """
        ...

    @property
    def owner(self) -> cst.ClassDef:
        """The class around the offending node; without one there is no fix."""
        ...

    def has_member(self, name: str) -> bool:
        """True if the class around the offending node, or a base of it, has an attribute."""
        ...

    def methods(self) -> list[cst.FunctionDef]:
        """The methods that the class around the offending node defines itself."""
        ...

    def method(self, name: str) -> cst.FunctionDef | None:
        """The first method of that name that the class around the offending node defines itself."""
        ...

    def with_body(self, node: cst.FunctionDef) -> FixView:
        """A view of a function with its body, without which definitions are shown.

        Its node is the definition. There is no fix where it cannot be read.
        """
        ...

    @property
    def can_await(self) -> bool:
        """True if Python allows an ``await`` there; it does not in a class's body."""
        ...

    @property
    def other_nodes(self) -> list[cst.CSTNode]:
        """The nodes of further places that the diagnostic speaks for."""
        ...

    @property
    def outermost(self) -> FunctionHead:
        """The function that is neither nested in another one nor a part of a lambda."""
        ...

    def nodes(self) -> list[cst.CSTNode]:
        """All nodes of the outermost function, in source order."""
        ...

    def bindings(self, name: str) -> Sequence[Bound] | None:
        """All bindings of a local name of the function, or of one around it; else ``None``."""
        ...

    @property
    def rebound(self) -> frozenset[str]:
        """The names that a `del`, `global` or `nonlocal` statement of the function mentions."""
        ...

    def parent(self, depth: int = 1) -> cst.CSTNode | None:
        """The node ``depth`` levels above the offending one."""
        ...

    def ancestors(self) -> list[cst.CSTNode]:
        """The nodes around the offending one, the nearest first."""
        ...

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node as it stands in the file, without parentheses around it."""
        ...

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node in the file, without parentheses around it."""
        ...

    @property
    def newline(self) -> str:
        """Return the end of lines in the file."""
        ...

    def indent(self, node: cst.CSTNode) -> str:
        """The white space at the start of the line in which a node begins."""
        ...

    def module_tree(self) -> ast.Module:
        """The whole file as ``ast`` sees it, for what is spread over several functions."""
        ...

    def ref(self, expr: cst.CSTNode) -> Ref:
        """Return what an expression refers to, seen from where it stands."""
        ...

    def external_name(self, ref: Ref) -> str:
        """The qualified name outside of the module that a reference has by itself, or ``""``."""
        ...

    def dotted_name(self, expr: cst.CSTNode) -> str:
        """The qualified name outside the project that an expression surely has, or ``""``."""
        ...

    def is_made_of(self, expr: cst.CSTNode, name: str) -> bool:
        """True if an expression is, or may be, an object that ``name`` makes."""
        ...

    def is_written_out(self, expr: cst.CSTNode) -> bool:
        """True if :meth:`written_name` of an expression is :attr:`name`."""
        ...

    def is_plainly(self, expr: cst.CSTNode, name: str) -> bool:
        """True if :meth:`written_name` of an expression is ``name``."""
        ...

    def written_name(self, expr: cst.CSTNode) -> str:
        """The qualified name that an expression has through imports and plain variables alone.

        What a parameter or an attribute of an object holds may be something else one day, and what
        a class of the project inherits gives an object of that class.
        """
        ...

    def whole(self, node: cst.CSTNode) -> str:
        """The source of an expression together with the parentheses around it."""
        ...

    def begins_line(self, node: cst.CSTNode) -> bool:
        """True if only white space stands before a node in its line."""
        ...

    def rest_of_line(self, offset: int) -> str:
        """Return what follows in the line of an offset."""
        ...

    def is_surely(self, expr: cst.CSTNode, name: str) -> bool:
        """True if an expression is an object that ``name`` makes, and never something else.

        What is passed as a parameter may be something else one day.
        """
        ...

    def means_one_thing(self, expr: cst.CSTNode) -> bool:
        """True if an expression surely refers to one function, of the project or outside of it."""
        ...

    def class_name(self, expr: cst.CSTNode) -> str:
        """The name with which the class is defined that an expression surely is, or ``""``."""
        ...

    def may_be_caught(self, when_awaited: bool = False) -> bool:
        """True if a ``TypeError`` that the call raises may not get out of the workflow.

        If it does get out, the call has only failed so far, and no history knows of it. It is
        raised at once, or ``when_awaited``.
        """
        ...

    def is_caught_otherwise(self, error: str, instead: str) -> bool:
        """True if others may catch an error that is raised here than what is to be raised instead.

        Both are given by their dotted names.
        """
        ...

    def is_signalled(self) -> bool:
        """True if the harm is done in signal handlers, or in them as well."""
        ...

    @property
    def context(self) -> Context:
        """Return the context that the rule's visitor was shown with the node."""
        ...

    def types(self, expr: cst.CSTNode) -> tuple[TypeView, ...]:
        """All types that an expression may have; none when one of them is not known."""
        ...

    def types_of(self, ref: Ref) -> tuple[TypeView, ...]:
        """The same for what a reference stands for."""
        ...

    def can_sort(self, expr: cst.CSTNode) -> bool | None:
        """True if ``sorted()`` can put what is in a set in order; ``None`` if it is not known."""
        ...

    def each(self) -> Sequence[FixView]:
        """A view of each place that the diagnostic speaks for; what they add is added once."""
        ...

    def builtin(self, name: str) -> str:
        """A builtin function; there is no fix where its name means something else."""
        ...

    def workflow(self, path: str) -> str:
        """Return what to write for ``workflow.<path>``, imported if needed.

        Raises :class:`Withheld` where it would not work: in another SDK, outside of workflows, in
        query handlers and update validators.
        """
        ...

    def activity(self, path: str) -> str:
        """Return what to write for ``activity.<path>``, imported if needed.

        Raises :class:`Withheld` where workflows run the function as well.
        """
        ...

    def imported(self, target: str) -> str:
        """Return what to write for a name such as ``datetime.timedelta``, imported if needed."""
        ...

    def binds(self, node: cst.Import | cst.ImportFrom) -> dict[str, str]:
        """The names that an import statement binds, with what each stands for."""
        ...

    def moved_to_top(self, node: cst.Import | cst.ImportFrom) -> TextEdit:
        """The insertion of an import statement at the top of the file, as it stands there.

        Raises :class:`Withheld` where a name is taken, or a module imports this one.
        """
        ...

    def only_workflows(self, otherwise: str = "and the fix would change that, too") -> None:
        """Raise :class:`Withheld` where others than workflows run the function as well."""
        ...

    def only_the_sdk(self) -> None:
        """Raise :class:`Withheld` where others than the SDK call the function as well."""
        ...

    def command(self) -> None:
        """Raise :class:`Withheld` where a workflow may not wait or start something."""
        ...

    def replace(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Replace a node by ``text``; parentheses around it stay."""
        ...

    def insert_before(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` before a node, inside the parentheses around it."""
        ...

    def insert_after(self, node: cst.CSTNode, text: str) -> TextEdit:
        """Put ``text`` behind a node, inside the parentheses around it."""
        ...

    def line_above(self, node: cst.FunctionDef | cst.ClassDef, text: str) -> TextEdit:
        """Put a line above a definition and its decorators."""
        ...

    def renamed_uses(self, old: str, new: str) -> list[TextEdit] | None:
        """The edits that rename a name, which an import at module level binds, in the whole file.

        ``None`` where that cannot be done, and for an import inside a function.
        """
        ...

    def with_await(self, text: str) -> str:
        """``await`` before a call that takes the place of the offending node."""
        ...

    def use(self, api: Api, edits: Iterable[TextEdit] = ()) -> Repair | None:
        """Return a repair that calls ``api.use`` instead; arguments stay unless they are dropped.

        ``edits`` are further ones.
        """
        ...

    def safe(self, message: str, *edits: TextEdit) -> Repair:
        """A fix that changes nothing of what a running workflow would replay."""
        ...

    def unsafe(self, message: str, *edits: TextEdit) -> Repair:
        """A fix that a person must look at."""
        ...

    def repair(self, fix: Fixable, message: str, *edits: TextEdit) -> Repair:
        """A fix of the given kind."""
        ...

    def in_order(self) -> Repair | None:
        """Give the offending expression, which is a set, an order."""
        ...

    def as_list(self, expr: cst.BaseExpression) -> list[TextEdit] | None:
        """The edits that make a list of a set that is written out; ``None`` if it is not one."""
        ...

    def awaited_as_lists(self) -> AwaitedLists:
        """Return what it takes to have lists instead of the two sets that the call gives."""
        ...
