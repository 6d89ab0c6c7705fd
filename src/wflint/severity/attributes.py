"""Finds who reads an attribute, and which classes run code when they are only passed on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import libcst as cst

from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionHead, ParamKind, Site
from wflint.files.source import UnreadableSource
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ModuleValue,
)
from wflint.severity.places import EscapesError, TaintState, is_target
from wflint.severity.project import Project

_VALIDATORS = frozenset({"field_validator", "model_validator", "root_validator", "validator"})
_HARMLESS_WITH_SELF = frozenset({"id", "isinstance", "super", "type"})


def is_plain(resolver: Resolver, cls: Cls) -> bool:
    """True if making, comparing and printing objects of a class runs no code of the project.

    That is so for dataclasses, models and the like without special methods and validators.
    """
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        if facts is None:
            return False
        for head in facts.methods.values():
            is_special = head.name.startswith("__") and head.name.endswith("__")
            names = {d.last_word for d in head.decorators}
            if is_special or names & _VALIDATORS:
                return False
    return True


def defines(resolver: Resolver, cls: Cls, name: str) -> bool:
    """True if a class of the project, or a base of it, has a method or property of that name."""
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        if facts is None or any(re.split("[#@]", key)[0] == name for key in facts.methods):
            return True
    return False


def find_reads(project: Project, cls: Cls, name: str, put: bool) -> list[tuple[Fn, Site]]:
    """Return where reached code reads the attribute ``name`` of objects of ``cls``, in its methods.

    Raises :class:`EscapesError` where that is not clear. With ``put`` it is a container that the
    value is put into: it must have been made where it is assigned to the attribute.
    """
    key = (cls, name, put)
    if key not in project.reads:
        project.reads[key] = None
        if not defines(project.resolver, cls, name):
            search = _Search(project, cls, name, put)
            with suppress(EscapesError, UnreadableSource):
                pieces = project.pieces.items()
                project.reads[key] = [r for p, found in pieces for r in search.look(p, found)]
    reads = project.reads[key]
    if reads is None:
        raise EscapesError
    return reads


class _Search:
    """The search for the reads of one attribute."""

    def __init__(self, project: Project, cls: Cls, name: str, put: bool) -> None:
        self.project = project
        self.cls = cls
        self.name = name
        self.put = put
        self.resolver = project.resolver
        self.order = set(self.resolver.order(cls)[0])
        self.is_workflow = project.answer.checker.roots.is_workflow(cls)
        self.mention = re.compile(rf"\.\s*{re.escape(name)}\b")

    def look(self, piece: Fn, receivers: set[Cls | None]) -> Iterator[tuple[Fn, Site]]:
        """Look at one piece of code, if its text says that there is something to see."""
        module = self.project.store.load(piece.path)
        head = module.facts.functions.get(piece.qualname)
        if head is None:
            return
        text = module.source.searchable[head.start : head.end]
        is_own = self.cls in receivers
        me = _self_name(head) if is_own else ""
        if not self.mention.search(text) and not (me and _mentions_alone(me, text)):
            return
        tree = self.project.tree(piece)
        for site, entry in enumerate(tree.walker.entries):
            node = entry.node
            if isinstance(node, cst.Attribute) and node.attr.value == self.name:
                if self._is_read(TaintState(tree, site, None), node, receivers):
                    yield piece, site
            elif me and isinstance(node, cst.Name) and node.value == me:
                self._alone(TaintState(tree, site, self.cls))

    def _is_read(self, at: TaintState, node: cst.Attribute, receivers: set[Cls | None]) -> bool:
        if at.is_self(node.value):
            if self.cls in receivers:
                return not self._is_write(at._replace(receiver=self.cls))
            if None in receivers:
                raise EscapesError
        else:
            for receiver in receivers:
                self._other(at._replace(receiver=receiver), node.value)
        return False

    def _is_write(self, at: TaintState) -> bool:
        entry = at.entry
        if not is_target(entry):
            return False
        parent = entry.parent.node if entry.parent is not None else None
        shared = isinstance(parent, cst.Assign) and len(parent.targets) > 1
        value = None if shared else getattr(parent, "value", None)
        if self.put and not at.tree.makes_container(value, entry.state.scope, self.resolver):
            raise EscapesError
        return True

    def _other(self, at: TaintState, base: cst.CSTNode) -> None:
        """An attribute of that name, of something that must not be one of our objects."""
        unknown = False
        for entity in at.resolve(base, self.resolver):
            if isinstance(entity, (InstanceValue, ClassValue)):
                order = self.resolver.order(entity.cls)[0]
                if entity.cls in self.order or self.cls in order:
                    raise EscapesError
            elif not isinstance(entity, (ExternalValue, ModuleValue, FunctionValue)):
                unknown = True
        if unknown and not self.is_workflow:  # workflows are not handed around, see `_alone`
            raise EscapesError

    def _alone(self, at: TaintState) -> None:
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
        raise EscapesError


def _self_name(head: FunctionHead) -> str:
    return next((p.name for p in head.params if p.kind is ParamKind.SELF), "")


def _mentions_alone(name: str, text: str) -> bool:
    """True if a name stands in a text without an attribute, besides as the first parameter."""
    return len(re.findall(rf"\b{re.escape(name)}\b(?!\s*\.)", text)) > 1
