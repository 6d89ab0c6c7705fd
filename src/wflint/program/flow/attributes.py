"""Who reads an attribute of an object, and what classes run when they are only handed around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from wflint.facts.model import FunctionHead
from wflint.program.entities import External, OwnClass, OwnFunction, OwnInstance, OwnModule
from wflint.program.flow.places import At, DecidesError, is_target
from wflint.program.resolve import Resolver
from wflint.program.store import Cls, Fn

if TYPE_CHECKING:
    from wflint.program.flow.follow import Follow

_VALIDATORS = frozenset({"field_validator", "model_validator", "root_validator", "validator"})
_HARMLESS_WITH_SELF = frozenset({"id", "isinstance", "type"})


def is_plain(resolver: Resolver, cls: Cls) -> bool:
    """Whether making, comparing and printing objects of a class runs no code of the project.

    That is so for dataclasses, models and the like without special methods and validators.
    """
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        if facts is None:
            return False
        for head in facts.methods.values():
            is_special = head.name.startswith("__") and head.name.endswith("__")
            names = {(d.target.path or (d.target.name,))[-1] for d in head.decorators}
            if is_special or names & _VALIDATORS:
                return False
    return True


def defines(resolver: Resolver, cls: Cls, name: str) -> bool:
    """Whether a class of the project, or a base of it, has a method or property of that name."""
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        if facts is None or any(re.split("[#@]", key)[0] == name for key in facts.methods):
            return True
    return False


def find_reads(flow: Follow, cls: Cls, name: str, is_container: bool) -> Iterator[At]:
    """Where reached code reads the attribute ``name`` of objects of ``cls``.

    Raises :class:`DecidesError` where that is not clear. A ``is_container`` is a list, dict or set
    that things are put into: it must have been made where it is assigned to the attribute.
    """
    if defines(flow.resolver, cls, name):
        raise DecidesError
    search = _Search(flow, cls, name, is_container)
    for piece, receivers in flow.project.pieces.items():
        yield from search.look(piece, receivers)


class _Search:
    """The search for the reads of one attribute."""

    def __init__(self, flow: Follow, cls: Cls, name: str, is_container: bool) -> None:
        self.flow = flow
        self.cls = cls
        self.name = name
        self.is_container = is_container
        self.resolver = flow.resolver
        self.order = set(self.resolver.order(cls)[0])
        self.is_workflow = flow.project.answer.verdicts.roots.is_workflow(cls)
        self.mention = re.compile(rf"\.\s*{re.escape(name)}\b")

    def look(self, piece: Fn, receivers: set[Cls | None]) -> Iterator[At]:
        """Look at one piece of code, if its text says that there is something to see."""
        module = self.flow.project.store.load(piece.path)
        head = module.facts.functions.get(piece.qualname)
        if head is None:
            return
        text = module.source.text[head.start : head.end]
        is_own = self.cls in receivers
        me = _self_name(head) if is_own else ""
        if not self.mention.search(text) and not (me and _mentions_alone(me, text)):
            return
        tree = self.flow.tree(piece)
        for site, entry in enumerate(tree.walker.entries):
            node = entry.node
            if isinstance(node, cst.Attribute) and node.attr.value == self.name:
                yield from self._attribute(At(tree, site, None), node, receivers)
            elif me and isinstance(node, cst.Name) and node.value == me:
                self._alone(At(tree, site, self.cls))

    def _attribute(self, at: At, node: cst.Attribute, receivers: set[Cls | None]) -> Iterator[At]:
        if at.is_self(node.value):
            if self.cls in receivers:
                yield from self._own(at._replace(receiver=self.cls))
            elif None in receivers:
                raise DecidesError
        elif not self.is_workflow:  # workflows are not handed around, see `_alone`
            for receiver in receivers:
                self._other(at._replace(receiver=receiver), node.value)

    def _own(self, at: At) -> Iterator[At]:
        if not is_target(at.entry):
            yield at
        elif self.is_container:
            parent = at.entry.parent
            assert parent is not None
            value = getattr(parent.node, "value", None)
            scope = at.entry.state.scope
            if not at.tree.makes_container(value, scope, self.resolver):
                raise DecidesError

    def _other(self, at: At, base: cst.CSTNode) -> None:
        """An attribute of that name, of something that must not be one of our objects."""
        for entity in at.resolve(base, self.resolver):
            if isinstance(entity, (OwnInstance, OwnClass)):
                order = self.resolver.order(entity.cls)[0]
                if entity.cls in self.order or self.cls in order:
                    raise DecidesError
            elif not isinstance(entity, (External, OwnModule, OwnFunction)):
                raise DecidesError

    def _alone(self, at: At) -> None:
        """``self`` that is handed to something: it may read all attributes."""
        entry = at.entry
        parent = entry.parent.node if entry.parent is not None else None
        if not at.is_self(entry.node) or isinstance(parent, cst.Attribute):
            return
        call = entry.parent.parent.node if entry.parent and entry.parent.parent else None
        if isinstance(parent, cst.Arg) and isinstance(call, cst.Call):
            func = call.func
            if isinstance(func, cst.Name) and func.value in _HARMLESS_WITH_SELF:
                return
        raise DecidesError


def _self_name(head: FunctionHead) -> str:
    return next((p.name for p in head.params if p.kind == "self"), "")


def _mentions_alone(name: str, text: str) -> bool:
    """Whether a name stands in a text without an attribute, besides as the first parameter."""
    return len(re.findall(rf"\b{re.escape(name)}\b(?!\s*\.)", text)) > 1
