"""Reads the body of a function: calls, uses, and what the rules' visitors see.

The tree is walked once (:mod:`wflint.facts.walker`); when all names are known, the noted nodes are
looked at in source order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from wflint.builtin_names import is_builtin
from wflint.facts.context import Context
from wflint.facts.frames import Entry
from wflint.facts.model import (
    UNKNOWN,
    Arg,
    Call,
    Flag,
    FunctionBody,
    FunctionHead,
    Kind,
    ModuleFacts,
    Ref,
    Use,
)
from wflint.facts.refs import instance
from wflint.facts.scopes import Scope
from wflint.facts.walker import Walker
from wflint.faults import InternalError

if TYPE_CHECKING:
    from wflint.rule import Rule, RuleSettings
    from wflint.syntax.pieces import Piece

Visitor = tuple["Rule", Callable[[cst.CSTNode, Context], None]]
Visitors = Mapping[type[cst.CSTNode], Sequence[Visitor]]

Finder = Callable[[str], "cst.FunctionDef | cst.Lambda | None"]
"""Gives the definition of a function of the module by its qualname."""


@dataclass(frozen=True)
class Reading:
    """What bodies are read with: the rules' visitors, and settings that change what is seen.

    ``guard_functions`` gives, for a module's path and the dotted name of a function of the user's
    own, the flags of code that runs when that function says no.
    """

    visitors: Visitors
    guard_functions: Callable[[str, str], int]
    settings: RuleSettings


class BodyReader:
    """Reads one function, with the functions and lambdas nested in it, or a module's own code."""

    def __init__(
        self, module: ModuleFacts, path: str, reading: Reading, find: Finder = lambda _: None
    ) -> None:
        self.module = module
        self.find = find
        self.visitors = reading.visitors
        self.settings = reading.settings
        self.walker = Walker(module, partial(reading.guard_functions, path))
        self.refs = self.walker.refs
        self.piece: Piece | None = None

    def read_function(
        self, node: cst.FunctionDef | cst.Lambda, head: FunctionHead
    ) -> list[FunctionBody]:
        """The bodies of ``head`` and of all functions nested in it; the outermost comes first."""
        scope = Scope(head.qualname, None, head.owner, head.is_async)
        flags = Flag.RETURNED if isinstance(node, cst.Lambda) else 0
        self.walker.walk([node.body], head, scope, flags)
        self._look()
        return [frame.body() for frame in self.walker.frames]

    def read_module(self, node: cst.Module) -> FunctionBody:
        """What runs when the module is imported, functions and ``__main__`` blocks left out."""
        self.walker.walk(list(node.body), FunctionHead("<module>"), None)
        self._look()
        return self.walker.frames[0].body()

    def _look(self) -> None:
        context = Context(self)
        visitors = self.visitors
        for site, entry in enumerate(self.walker.entries):
            node = entry.node
            kind = type(node)  # `isinstance` is slow for LibCST's classes, which are abstract ones
            note = _NOTES.get(kind)
            if note is not None:
                note(self, site, entry, node)
            for rule, visit in visitors.get(kind, ()):
                context.site = site
                context.entry = entry
                try:
                    visit(node, context)
                except Exception as error:
                    raise InternalError(rule=rule.code) from error

    def _note_call(self, site: int, entry: Entry, node: cst.Call) -> None:
        state = entry.state
        target = self.refs.ref(node.func, state.scope)
        args = tuple(self._arg(arg, state.scope) for arg in node.args)
        written = written_name(node.func)
        call = Call(site, target, written, args, state.flags, state.fallback)
        state.frame.calls.append(call)

    def _arg(self, arg: cst.Arg, scope: Scope | None) -> Arg:
        keyword = arg.keyword.value if arg.keyword is not None else ""
        site = self.walker.order.get(id(arg.value), -1)
        return Arg(self.refs.value(arg.value, scope), keyword, arg.star, site)

    def _note_assign(self, site: int, entry: Entry, node: cst.Assign) -> None:
        for target in node.targets:
            self._note_attribute(entry, target.target, self.refs.ref(node.value, entry.state.scope))

    def _note_ann_assign(self, site: int, entry: Entry, node: cst.AnnAssign) -> None:
        """The value says what it is, or else the annotation."""
        scope = entry.state.scope
        ref = self.refs.ref(node.value, scope)
        if ref.kind in (Kind.UNKNOWN, Kind.PARAM):
            ref = instance(self.refs.annotation(node.annotation, scope))
        self._note_attribute(entry, node.target, ref)

    def _note_attribute(self, entry: Entry, target: cst.CSTNode, ref: Ref) -> None:
        """What an attribute of ``self`` is set to."""
        if not (isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name)):
            return
        if self.refs.ref(target.value, entry.state.scope).kind is Kind.SELF:
            name, known = target.attr.value, entry.state.frame.attributes
            known[name] = ref if known.get(name, ref) == ref else UNKNOWN

    def _note_use(self, site: int, entry: Entry, node: cst.Name | cst.Attribute) -> None:
        parent = entry.parent.node if entry.parent is not None else None
        if isinstance(parent, cst.Attribute):
            return
        if isinstance(parent, cst.Call) and parent.func is node:
            return
        state = entry.state
        target = self.refs.ref(node, state.scope)
        if self._is_worth_noting(target):
            use = Use(site, target, written_name(node), state.flags, state.fallback)
            state.frame.uses.append(use)

    def _is_worth_noting(self, ref: Ref) -> bool:
        if ref.kind is Kind.GLOBAL:
            return ref.name in self.module.bindings or is_builtin(ref.name)
        if ref.kind is Kind.RESULT:
            return bool(ref.path)
        return ref.kind in (Kind.IMPORT, Kind.LOCAL, Kind.EITHER)


def written_name(node: cst.CSTNode) -> str:
    """A name or call as the source has it, shortened: ``self.helper``, ``Path(...).exists``."""
    parts: list[str] = []
    for _ in range(24):
        if isinstance(node, cst.Attribute):
            parts.append(node.attr.value)
            node = node.value
        elif isinstance(node, cst.Call) and isinstance(node.func, (cst.Name, cst.Attribute)):
            inner = node.func
            parts.append((inner if isinstance(inner, cst.Name) else inner.attr).value + "(...)")
            if isinstance(inner, cst.Name):
                break
            node = inner.value
        elif isinstance(node, cst.Name):
            parts.append(node.value)
            break
        else:
            parts.append("...")
            break
    return ".".join(reversed(parts))


_NOTES: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.AnnAssign: BodyReader._note_ann_assign,
    cst.Assign: BodyReader._note_assign,
    cst.Attribute: BodyReader._note_use,
    cst.Call: BodyReader._note_call,
    cst.Name: BodyReader._note_use,
}
