"""The code around a diagnostic: its nodes, their text, and what their names stand for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

import libcst as cst
from msgspec.structs import replace

from wflint.checking.violation import Violation
from wflint.facts.context import Context
from wflint.facts.frames import Entry
from wflint.facts.ids import Fn
from wflint.facts.model import FunctionHead, Kind, Ref
from wflint.facts.scopes import Bound
from wflint.files.source import Source
from wflint.fix.propose.imports import Imports
from wflint.fix.propose.piece import PieceText
from wflint.fix.propose.surroundings import Surroundings
from wflint.inference.values import ClassValue, ExternalValue, FunctionValue, Unresolved
from wflint.rule.fix import NoFix
from wflint.rule.views import TypeView


class Code:
    """The offending code, as a repair may ask about it.

    ``name`` is the qualified name that the rule's table knows, or ``""``, and ``api`` what the rule
    says of it. ``others`` are further places that the diagnostic speaks for. ``piece_of`` gives the
    text of other functions of the file.
    """

    def __init__(
        self,
        hit: Violation,
        piece: PieceText,
        entries: Sequence[Entry],
        imports: Imports,
        around: Surroundings,
        piece_of: Callable[[Fn], PieceText | None] = lambda fn: None,
    ) -> None:
        self.name = hit.name
        self.api = hit.api
        self.piece = piece
        self.entry, *self.others = entries
        self.imports = imports
        self.around = around
        self.piece_of = piece_of
        self.settings = around.settings

    @property
    def source(self) -> Source:
        """The text of the file."""
        return self.piece.source

    @property
    def node(self) -> cst.CSTNode:
        """The offending node."""
        return self.entry.node

    @property
    def call(self) -> cst.Call:
        """The offending node, which must be a call; otherwise there is no fix."""
        return as_call(self.entry.node)

    @property
    def function(self) -> cst.FunctionDef:
        """The offending definition, which must be a function's; otherwise there is no fix."""
        if not isinstance(self.entry.node, cst.FunctionDef):
            raise NoFix
        return self.entry.node

    @property
    def owner(self) -> cst.ClassDef:
        """The class around the offending node; without one there is no fix."""
        for node in self.ancestors():
            if isinstance(node, cst.ClassDef):
                return node
        raise NoFix

    def has_member(self, name: str) -> bool:
        """True if the class around the offending node, or a base of it, has an attribute."""
        ref = self.ref(self.owner.name)
        found = self.around.resolve(replace(ref, path=(*ref.path, name)))
        return any(not isinstance(value, Unresolved) for value in found)

    def methods(self) -> list[cst.FunctionDef]:
        """The methods that the class around the offending node defines itself."""
        return self.piece.methods_of(self.owner)

    def method(self, name: str) -> cst.FunctionDef | None:
        """The first method of that name that the class around the offending node defines itself."""
        return self.piece.methods_by_name(self.owner).get(name)

    @property
    def in_async(self) -> bool:
        """True if the node is in an ``async def`` (and not in a plain function or lambda in it)."""
        return self.entry.state.frame.head.is_async

    @property
    def can_await(self) -> bool:
        """True if Python allows an ``await`` there; it does not in a class's body."""
        for node in self.ancestors():
            if isinstance(node, (cst.FunctionDef, cst.Lambda)):
                break
            if isinstance(node, cst.ClassDef):
                return False
        return self.in_async

    @property
    def other_nodes(self) -> list[cst.CSTNode]:
        """The nodes of further places that the diagnostic speaks for."""
        return [entry.node for entry in self.others]

    @property
    def outermost(self) -> FunctionHead:
        """The function that is neither nested in another one nor a part of a lambda."""
        return self.piece.reader.walker.frames[0].head

    def nodes(self) -> list[cst.CSTNode]:
        """All nodes of the outermost function, in source order."""
        return [entry.node for entry in self.piece.reader.walker.entries]

    def bindings(self, name: str) -> Sequence[Bound] | None:
        """All bindings of a local name of the function, or of one around it; else ``None``."""
        scope = self.entry.state.scope
        found = scope.find(name) if scope is not None else None
        return found[1] if found is not None else None

    @property
    def rebound(self) -> frozenset[str]:
        """The names that a `del`, `global` or `nonlocal` statement of the function mentions."""
        return self.piece.rebound

    def parent(self, depth: int = 1) -> cst.CSTNode | None:
        """The node ``depth`` levels above the offending one."""
        return self.entry.above(depth)

    def ancestors(self) -> list[cst.CSTNode]:
        """The nodes around the offending one, the nearest first."""
        return list(self.entry.around())

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node as it stands in the file, without parentheses around it."""
        return self.piece.text(node)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node in the file, without parentheses around it."""
        return self.piece.span(node)

    @property
    def newline(self) -> str:
        """Return the end of lines in the file."""
        return self.piece.source.newline

    def indent(self, node: cst.CSTNode) -> str:
        """The white space at the start of the line in which a node begins."""
        source = self.piece.source
        line = source.line(source.location(self.span(node)[0]).row)
        return line[: len(line) - len(line.lstrip())]

    def module_tree(self) -> ast.Module:
        """The whole file as ``ast`` sees it, for what is spread over several functions."""
        return self.imports.tree()

    def ref(self, expr: cst.CSTNode) -> Ref:
        """Return what an expression refers to, seen from where it stands."""
        walker = self.piece.reader.walker
        site = walker.order.get(id(expr))
        entry = self.entry if site is None else walker.entries[site]
        return self.piece.reader.refs.ref(expr, entry.state.scope)

    def external_name(self, ref: Ref) -> str:
        """The qualified name outside of the module that a reference has by itself, or ``""``."""
        return self.piece.reader.refs.external(ref)

    def dotted_name(self, expr: cst.CSTNode) -> str:
        """The qualified name outside the project that an expression surely has, or ``""``."""
        found = self.around.resolve(self.ref(expr))
        (only,) = found if len(found) == 1 else (None,)
        return only.name if isinstance(only, ExternalValue) and not only.instance else ""

    def is_made_of(self, expr: cst.CSTNode, name: str) -> bool:
        """True if an expression is, or may be, an object that ``name`` makes."""
        found = self.around.resolve(self.ref(expr))
        return any(isinstance(e, ExternalValue) and e.name == name for e in found)

    def is_written_out(self, expr: cst.CSTNode) -> bool:
        """True if :meth:`written_name` of an expression is :attr:`name`."""
        return self.is_plainly(expr, self.name)

    def is_plainly(self, expr: cst.CSTNode, name: str) -> bool:
        """True if :meth:`written_name` of an expression is ``name``."""
        return self.written_name(expr) == name

    def written_name(self, expr: cst.CSTNode) -> str:
        """The qualified name that an expression has through imports and plain variables alone.

        What a parameter or an attribute of an object holds may be something else one day, and what
        a class of the project inherits gives an object of that class.
        """
        ref = self.ref(expr)
        if ref.kind not in (Kind.GLOBAL, Kind.IMPORT) or self._is_assigned_later(ref):
            return ""
        owners = self.around.resolve(replace(ref, path=ref.path[:-1])) if ref.path else ()
        inherits = any(isinstance(owner, ClassValue) for owner in owners)
        return "" if inherits else self.dotted_name(expr)

    def _is_assigned_later(self, ref: Ref) -> bool:
        """True if a function of the module may give a module-level name another value."""
        return ref.kind is Kind.GLOBAL and ref.name in self.piece.source.declared_global

    def whole(self, node: cst.CSTNode) -> str:
        """The source of an expression together with the parentheses around it."""
        return self.piece.whole(node)

    def begins_line(self, node: cst.CSTNode) -> bool:
        """True if only white space stands before a node in its line."""
        source, (start, _) = self.piece.source, self.span(node)
        place = source.location(start)
        return not source.line(place.row)[: place.column - 1].strip()

    def rest_of_line(self, offset: int) -> str:
        """Return what follows in the line of an offset."""
        return re.split(r"[\r\n]", self.piece.source.text[offset:], maxsplit=1)[0]

    def is_surely(self, expr: cst.CSTNode, name: str) -> bool:
        """True if an expression is an object that ``name`` makes, and never something else.

        What is passed as a parameter may be something else one day.
        """
        ref = self.ref(expr)
        found = self.around.resolve(ref)
        made = (isinstance(e, ExternalValue) and e.instance and e.name == name for e in found)
        return ref.kind is not Kind.PARAM and bool(found) and all(made)

    def means_one_thing(self, expr: cst.CSTNode) -> bool:
        """True if an expression surely refers to one function, of the project or outside of it."""
        found = self.around.resolve(self.ref(expr))
        return len(found) == 1 and all(isinstance(e, (ExternalValue, FunctionValue)) for e in found)

    def class_name(self, expr: cst.CSTNode) -> str:
        """The name with which the class is defined that an expression surely is, or ``""``."""
        found = list(self.around.resolve(self.ref(expr)))
        match found[0] if len(found) == 1 else None:
            case ClassValue(cls=cls):
                return cls.qualname.rpartition(".")[2]
            case ExternalValue(name=name, instance=False):
                return name.rpartition(".")[2]
        return ""

    def may_be_caught(self, when_awaited: bool = False) -> bool:
        """True if a ``TypeError`` that the call raises may not get out of the workflow.

        If it does get out, the call has only failed so far, and no history knows of it. It is
        raised at once, or ``when_awaited``.
        """
        return self.around.may_be_caught(when_awaited)

    def is_caught_otherwise(self, error: str, instead: str) -> bool:
        """True if others may catch an error that is raised here than what is to be raised instead.

        Both are given by their dotted names.
        """
        return self.around.is_caught_otherwise(error, instead)

    def is_signalled(self) -> bool:
        """True if the harm is done in signal handlers, or in them as well."""
        return self.around.is_signalled()

    @property
    def context(self) -> Context:
        """Return the context that the rule's visitor was shown with the node."""
        context = self.piece.context
        context.entry = self.entry
        context.site = self.piece.reader.walker.order[id(self.node)]
        return context

    def types(self, expr: cst.CSTNode) -> tuple[TypeView, ...]:
        """All types that an expression may have; none when one of them is not known."""
        return self.types_of(self.ref(expr))

    def types_of(self, ref: Ref) -> tuple[TypeView, ...]:
        """The same for what a reference stands for."""
        return self.around.types(ref)

    def can_sort(self, expr: cst.CSTNode) -> bool | None:
        """True if ``sorted()`` can put what is in a set in order; ``None`` if it is not known."""
        return self.around.can_sort(self.ref(expr))


def as_call(node: cst.CSTNode) -> cst.Call:
    """The node, which must be a call; otherwise there is no fix."""
    if not isinstance(node, cst.Call):
        raise NoFix
    return node
