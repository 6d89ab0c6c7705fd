"""The contents of attributes: those of ``self``, and those of other objects."""

from __future__ import annotations

import libcst as cst
from msgspec.structs import replace

from wflint.facts.frames import Entry
from wflint.facts.model import Kind, Put, Ref
from wflint.facts.refs import Refs
from wflint.facts.scopes import is_global
from wflint.facts.types import declared_as, either, instance

NONE = Ref(Kind.GLOBAL, "None")
OBJECTS = frozenset(
    {
        Kind.SELF,
        Kind.CLS,
        Kind.SUPER,
        Kind.PARAM,
        Kind.INSTANCE,
        Kind.ELEMENT,
        Kind.PART,
        Kind.ENTERED,
        Kind.ITEM,
        Kind.OR,
        Kind.OPERATION,
        Kind.RESULT,
        Kind.DECLARED,
    }
)
"""The kinds of refs that stand for objects."""

_ADDERS = frozenset({"add", "append", "appendleft", "insert", "setdefault"})


class AttributeStores:
    """Notes in frames what attributes are set to, seen by the ``refs`` of one piece of code."""

    def __init__(self, refs: Refs, skips: int) -> None:
        self.refs = refs
        self.skips = skips

    def assigned(self, entry: Entry, node: cst.Assign) -> None:
        """Note what an assignment puts into attributes, and into names declared global."""
        for assigned in node.targets:
            target = assigned.target
            if isinstance(target, cst.Subscript):
                self._note_put(entry, target.value, self.refs.ref(node.value, entry.state.scope))
            elif isinstance(target, (cst.Attribute, cst.Tuple)):
                self._note_attributes(entry, target, node.value)
            elif is_global(target, entry.state.scope):
                self._note_global(entry, target, node.value)

    def _note_global(self, entry: Entry, name: cst.CSTNode, given: cst.BaseExpression) -> None:
        ref = self.refs.ref(given, entry.state.scope)
        if isinstance(name, cst.Name) and ref != NONE and not entry.state.flags & self.skips:
            entry.state.frame.kept.setdefault(name.value, {})[ref] = None

    def _note_attributes(
        self, entry: Entry, target: cst.CSTNode, given: cst.BaseExpression
    ) -> None:
        if isinstance(target, cst.Attribute):
            self._note_attribute(entry, target, self.refs.ref(given, entry.state.scope))
        elif isinstance(target, cst.Tuple) and isinstance(given, cst.Tuple):
            for left, right in zip(target.elements, given.elements, strict=False):
                if isinstance(left.value, cst.Attribute):
                    ref = self.refs.ref(right.value, entry.state.scope)
                    self._note_attribute(entry, left.value, ref)

    def annotated(self, entry: Entry, node: cst.AnnAssign) -> None:
        """Note what an attribute is: the value says it, or else the annotation."""
        if not isinstance(node.target, cst.Attribute):
            return
        scope = entry.state.scope
        ref = self.refs.ref(node.value, scope)
        declared = instance(self.refs.annotation(node.annotation, scope))
        if ref.kind is Kind.PARAM and ref.of is None and not ref.path:
            ref = replace(ref, of=None if declared.kind is Kind.UNKNOWN else declared)
        elif ref.kind in (Kind.UNKNOWN, Kind.LITERAL) or ref == NONE:
            ref = declared if declared.kind is not Kind.UNKNOWN and not ref.others else ref
        else:
            ref = declared_as(declared, ref)
        self._note_attribute(entry, node.target, ref)

    def _note_attribute(self, entry: Entry, target: cst.CSTNode, ref: Ref) -> None:
        """Note what is put into an attribute of ``self``; a first ``None`` says little."""
        if entry.state.flags & self.skips:
            return
        name = self._own_attribute(entry, target)
        if not name:
            self._note_store(entry, target, ref, False)
            return
        known = entry.state.frame.attributes
        if known.get(name, NONE) != NONE:
            ref = known[name] if ref == NONE else either([known[name], ref])
        known[name] = ref

    def _own_attribute(self, entry: Entry, target: cst.CSTNode) -> str:
        """The name of an attribute of ``self``, or ``""``."""
        if not (isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name)):
            return ""
        is_self = self.refs.ref(target.value, entry.state.scope).kind is Kind.SELF
        return target.attr.value if is_self else ""

    def added(self, entry: Entry, node: cst.Call) -> None:
        """Note what is added to a container in an attribute: ``self.handlers.append(f)``."""
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in _ADDERS and node.args:
            given, scope = node.args[-1].value, entry.state.scope
            of = self.refs.put_into_set if node.func.attr.value == "add" else self.refs.ref
            self._note_put(entry, node.func.value, of(given, scope))

    def _note_put(self, entry: Entry, target: cst.CSTNode, ref: Ref) -> None:
        name = self._own_attribute(entry, target)
        if not name:
            self._note_store(entry, target, ref, True)
        elif ref.kind is not Kind.UNKNOWN:
            entry.state.frame.additions.setdefault(name, []).append(ref)

    def _note_store(self, entry: Entry, target: cst.CSTNode, ref: Ref, into: bool) -> None:
        """Note what is put into an attribute of another object; literals in what is just made."""
        if isinstance(target, cst.Attribute) and ref.kind is not Kind.UNKNOWN:
            of = self.refs.ref(target.value, entry.state.scope)
            if ref.kind is Kind.LITERAL and of.kind is not Kind.RESULT:
                return
            if of.kind in OBJECTS or of.kind is Kind.GLOBAL:
                entry.state.frame.stores.append(Put(of, target.attr.value, ref, into))
