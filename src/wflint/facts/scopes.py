"""The names that are bound inside a function, and what they were bound to."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from wflint.facts.model import Param


@dataclass(slots=True)
class Bound:
    """One binding of a local name.

    ``how`` is ``value`` (``node`` was assigned to it), ``annotation`` (``node`` is its annotation,
    ``value`` what was assigned, if anything), ``import`` (``text`` is the absolute dotted name),
    ``function`` (``text`` is the qualname), ``param``, or ``other`` (a loop variable, an exception,
    an unpacked part, ...).
    """

    how: str
    node: cst.BaseExpression | None = None
    text: str = ""
    param: Param | None = None
    value: cst.BaseExpression | None = None


@dataclass(slots=True)
class Scope:
    """One scope inside a function: the function itself, a nested one, a comprehension."""

    qualname: str
    parent: Scope | None
    owner: str = ""  # the class whose method this is, or is nested in
    is_async: bool = False
    is_comprehension: bool = False
    names: dict[str, list[Bound]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)  # declared global or nonlocal
    globals: set[str] = field(default_factory=set)  # declared global

    def bind(self, name: str, bound: Bound) -> None:
        """Note a binding of ``name`` in this scope."""
        if name not in self.elsewhere:
            self.names.setdefault(name, []).append(bound)

    def find(self, name: str) -> tuple[Scope, list[Bound]] | None:
        """The innermost scope that binds ``name``, and its bindings there."""
        scope: Scope | None = self
        while scope is not None and name not in scope.globals:
            found = scope.names.get(name)
            if found is not None:
                return scope, found
            scope = scope.parent
        return None

    @property
    def of_function(self) -> Scope:
        """The scope that ``:=`` binds names in: a comprehension's own is passed over."""
        scope = self
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        return scope


def bind_target(scope: Scope, target: cst.BaseExpression, value: cst.BaseExpression | None) -> None:
    """Bind the names of an assignment target; ``value`` is given for a plain assignment."""
    pending: list[tuple[cst.CSTNode, cst.BaseExpression | None]] = [(target, value)]
    while pending:
        node, given = pending.pop()
        if isinstance(node, cst.Name):
            bound = Bound("other") if given is None else Bound("value", given)
            scope.bind(node.value, bound)
        elif isinstance(node, (cst.Tuple, cst.List)):
            pending.extend(_pairs(node, given))
        elif isinstance(node, cst.StarredElement):
            pending.append((node.value, None))


def _pairs(
    target: cst.Tuple | cst.List, value: cst.BaseExpression | None
) -> list[tuple[cst.CSTNode, cst.BaseExpression | None]]:
    """``a, b = f, g`` binds part by part when both sides are written out."""
    parts = [e if isinstance(e, cst.StarredElement) else e.value for e in target.elements]
    if isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == len(parts):
        plain = all(isinstance(e, cst.Element) for e in (*target.elements, *value.elements))
        if plain:
            return [(p, e.value) for p, e in zip(parts, value.elements, strict=True)]
    return [(p, None) for p in parts]
