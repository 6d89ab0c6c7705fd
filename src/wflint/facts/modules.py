"""Reads a module without the bodies of its functions: imports, definitions, constants."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst
from msgspec.structs import replace

from wflint.facts.heads import import_bindings, read_decorators, read_params, receiver_kind
from wflint.facts.model import (
    UNKNOWN,
    Binding,
    ClassFacts,
    FunctionHead,
    ModuleFacts,
    Ref,
    Value,
)
from wflint.facts.refs import Refs, instance
from wflint.syntax.guard import FunctionSpan


class _Place(NamedTuple):
    """Where a statement stands: in which class, and whether it is one of several alternatives."""

    owner: str = ""
    alternative: bool = False


class ModuleReader:
    """Fills :class:`ModuleFacts` from the skeleton of a module."""

    def __init__(self, name: str, is_package: bool, spans: list[FunctionSpan]) -> None:
        self.bindings: dict[str, tuple[Binding, ...]] = {}
        self.functions: dict[str, FunctionHead] = {}
        self.classes: dict[str, ClassFacts] = {}
        self.stars: list[str] = []
        self.exports: tuple[str, ...] | None = None
        self.facts = ModuleFacts(
            name, is_package, self.bindings, (), None, self.functions, self.classes
        )
        self.refs = Refs(self.facts)
        self._spans = iter(spans)

    def read(self, module: cst.Module) -> ModuleFacts:
        """The facts of the module."""
        pending: list[tuple[cst.CSTNode, _Place]] = []
        self._push(pending, module.body, _Place())
        while pending:
            node, place = pending.pop()
            self._statement(node, place, pending)
        return replace(self.facts, stars=tuple(self.stars), exports=self.exports)

    def _push(
        self, pending: list[tuple[cst.CSTNode, _Place]], nodes: object, place: _Place
    ) -> None:
        assert isinstance(nodes, (list, tuple))
        pending.extend((node, place) for node in reversed(nodes))

    def _statement(
        self, node: cst.CSTNode, place: _Place, pending: list[tuple[cst.CSTNode, _Place]]
    ) -> None:
        match node:
            case cst.SimpleStatementLine() | cst.IndentedBlock() | cst.SimpleStatementSuite():
                self._push(pending, node.body, place)
            case cst.FunctionDef():
                self._function(node, place)
            case cst.ClassDef():
                self._class(node, place)
                self._push(pending, [node.body], _Place(_inside(place.owner, node.name.value)))
            case cst.Import() | cst.ImportFrom():
                self._import(node, place)
            case cst.Assign():
                for target in node.targets:
                    self._assign(target.target, node.value, place)
            case cst.AnnAssign():
                self._annotated(node, place)
            case cst.AugAssign():
                self._extend_exports(node)
            case cst.If():
                parts = [node.body] + ([node.orelse] if node.orelse is not None else [])
                self._push(pending, parts, place._replace(alternative=True))
            case cst.Try() | cst.TryStar():
                parts = [node.body, *node.handlers]
                parts += [p for p in (node.orelse, node.finalbody) if p is not None]
                self._push(pending, parts, place._replace(alternative=True))
            case cst.For() | cst.While():
                parts = [node.body] + ([node.orelse] if node.orelse is not None else [])
                self._push(pending, parts, place)
            case cst.With() | cst.Else() | cst.Finally():
                self._push(pending, [node.body], place)
            case cst.ExceptHandler() | cst.ExceptStarHandler():
                self._push(pending, [node.body], place)

    def _bind(self, name: str, binding: Binding, place: _Place) -> None:
        """Later bindings replace earlier ones unless both are alternatives."""
        if place.owner:
            return
        earlier = self.bindings.get(name, ()) if place.alternative else ()
        binding = replace(binding, alternative=place.alternative)
        self.bindings[name] = (*earlier, binding)

    def _import(self, node: cst.Import | cst.ImportFrom, place: _Place) -> None:
        bound, stars = import_bindings(node, self.facts)
        for name, target in bound:
            if place.owner:
                self._attribute(place.owner, name, UNKNOWN)
            self._bind(name, Binding("import", target), place)
        self.stars.extend(stars)

    def _function(self, node: cst.FunctionDef, place: _Place) -> None:
        span = next(self._spans, None)
        qualname = _inside(place.owner, node.name.value)
        if place.alternative:
            qualname = self._free(qualname)
        head = FunctionHead(
            qualname,
            place.owner,
            node.asynchronous is not None,
            False,
            read_decorators(tuple(node.decorators), self.refs),
            read_params(node.params, self.refs, None),
            self.refs.annotation(node.returns, None) if node.returns else UNKNOWN,
            span.start if span else 0,
            span.end if span else 0,
        )
        if not place.owner:
            self.functions[qualname] = head
            self._bind(node.name.value, Binding("function", qualname), place)
            return
        head = replace(head, params=receiver_kind(head, place.owner))
        self._add_method(place.owner, node.name.value, head)

    def _free(self, qualname: str) -> str:
        """Another definition of the same name, in another branch, gets ``#2``, ... for its facts."""
        name, number = qualname, 1
        while name in self.functions:
            number += 1
            name = f"{qualname}#{number}"
        return name

    def _add_method(self, owner: str, name: str, head: FunctionHead) -> None:
        earlier = self.classes[owner].methods.get(name)
        setters = {d.written for d in head.decorators} & {"setter", "deleter", "validator"}
        if earlier is not None and setters and name == earlier.name:
            name = f"{name}@{sorted(setters)[0]}"
            head = replace(head, qualname=f"{owner}.{name}")
        self.classes[owner].methods[name] = head
        self.functions[head.qualname] = head

    def _class(self, node: cst.ClassDef, place: _Place) -> None:
        qualname = _inside(place.owner, node.name.value)
        bases = tuple(self.refs.annotation(a.value, None) for a in node.bases if not a.star)
        decorators = read_decorators(tuple(node.decorators), self.refs)
        self.classes[qualname] = ClassFacts(qualname, bases, decorators, {}, {})
        if place.owner:
            self._attribute(place.owner, node.name.value, UNKNOWN)
        self._bind(node.name.value, Binding("class", qualname), place)

    def _attribute(self, owner: str, name: str, ref: Ref) -> None:
        self.classes[owner].attributes[name] = ref

    def _assign(
        self, target: cst.BaseExpression, value: cst.BaseExpression, place: _Place
    ) -> None:
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                if isinstance(element.value, cst.Name):
                    self._bind(element.value.value, Binding("value"), place)
            return
        if not isinstance(target, cst.Name):
            return
        if place.owner:
            self._attribute(place.owner, target.value, self.refs.ref(value, None))
            return
        if target.value == "__all__":
            self.exports = _strings(value)
        self._bind(target.value, Binding("value", value=self._value(value)), place)

    def _value(self, node: cst.BaseExpression) -> Value:
        return self.refs.value(node, None)

    def _annotated(self, node: cst.AnnAssign, place: _Place) -> None:
        if not isinstance(node.target, cst.Name):
            return
        name = node.target.value
        declared = instance(self.refs.annotation(node.annotation, None))
        if place.owner:
            self._attribute(place.owner, name, declared)
        elif node.value is not None:
            value = self._value(node.value)
            if value.ref == UNKNOWN:
                value = replace(value, ref=declared)
            self._bind(name, Binding("value", value=value), place)
        else:
            self._bind(name, Binding("value", value=Value("other", ref=declared)), place)

    def _extend_exports(self, node: cst.AugAssign) -> None:
        if isinstance(node.target, cst.Name) and node.target.value == "__all__":
            self.exports = (*(self.exports or ()), *(_strings(node.value) or ()))


def _inside(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _strings(node: cst.BaseExpression) -> tuple[str, ...] | None:
    if not isinstance(node, (cst.List, cst.Tuple)):
        return None
    values = [e.value for e in node.elements]
    return tuple(str(v.raw_value) for v in values if isinstance(v, cst.SimpleString))
