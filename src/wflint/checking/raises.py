"""Asks rules about the ``raise`` statements of reached functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from wflint.callgraph.graph import Node, Ways
from wflint.checking.foregone import is_excluded
from wflint.checking.leftovers import is_left_over, members_in
from wflint.checking.literals import allowed_by
from wflint.checking.pieces import Place, place_of
from wflint.checking.required_state import gives_state
from wflint.facts.model import FunctionBody, Kind, Raise, Ref
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue, FunctionValue
from wflint.rule.raise_view import ErrorView
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum"})

_GIVEN = frozenset({Kind.DECLARED, Kind.INSTANCE, Kind.PARAM})
"""Kinds of what may also be an error of a class that derives from the one that is known."""


class RaisedView:
    """A ``raise`` in the body of ``node``; see :class:`~wflint.rule.raise_view.RaiseView`."""

    def __init__(self, checker: Checker, statement: Raise, node: Node, body: FunctionBody) -> None:
        self.statement = statement
        self.function = body.head
        self.settings = checker.settings_of(node.fn.path)
        self._checker = checker
        self._node = node

    def errors(self) -> tuple[ErrorView, ...]:
        """Return the classes of which the error may be."""
        found: dict[ErrorView, None] = {}
        for entity in self._classes():
            view = self._view(entity)
            if view is None:
                return ()
            found[view] = None
        return tuple(found)

    def fails_tasks_of(self, error: ErrorView) -> Region:
        """Return the regions in which an error of a class, raised here, fails the workflow task."""
        return self._checker.escapes.regions(self._node, self.statement.site, error.classes)

    def fails_workflows_of(self, error: ErrorView) -> Region:
        """Return the regions that a failure of a class, raised here, comes out of."""
        return self._checker.escapes.failing(self._node, self.statement.site, error.classes)

    def ways(self, error: ErrorView) -> Ways:
        """Return the ways to here on which that happens."""
        return self._checker.escapes.ways(self._node, self.statement.site, error.classes)

    def is_left_over(self) -> bool:
        """True if nothing is left for it, by the tests and annotations around it."""
        place = self._place
        if place is None:
            return False
        return is_left_over(place, self._members, self._allowed) or is_excluded(place)

    @property
    def is_in_entry(self) -> bool:
        """True if the function is called by the SDK itself."""
        return self._node in self._checker.summaries.graph.entries

    def gives_state(self) -> bool:
        """True if the method gives state of its object, and refuses to if that is missing."""
        return self._place is not None and gives_state(self._place)

    @cached_property
    def _place(self) -> Place | None:
        return place_of(self._checker.resolver.store, self._node.fn, self.statement.site)

    def _members(self, name: str) -> frozenset[str]:
        path, resolver = self._node.fn.path, self._checker.resolver
        module = resolver.store.load(path).facts.name
        for entity in resolver.dotted(f"{module}.{name}", path):
            if isinstance(entity, ClassValue) and not _ENUMS.isdisjoint(
                resolver.order(entity.cls)[1]
            ):
                text = resolver.store.load(entity.cls.path).source.searchable
                return members_in(text, entity.cls.qualname)
        return frozenset()

    def _allowed(self, annotation: ast.expr | None) -> frozenset[str]:
        return allowed_by(annotation, self._node.fn.path, self._checker.resolver)

    def is_known_to_workflows(self) -> bool:
        """True if the function belongs to workflows, or is called directly by what does."""
        return self._checker.escapes.is_known_to_workflows(self._node)

    def _view(self, entity: AbstractValue | None) -> ErrorView | None:
        if entity is None:
            return None
        classes = self._checker.catching.error_classes(entity)
        if not classes:
            return None
        return ErrorView(classes[0], classes, isinstance(entity, ClassValue))

    def _classes(self) -> Iterator[AbstractValue | None]:
        """Yield the classes whose objects are made, ``None`` for one that is not known."""
        node = self._node
        pending = [(self.statement.error, node.fn.path, True)]
        while pending:
            ref, path, may_call = pending.pop()
            parts = _parts(ref)
            if parts is not None:
                pending += [(part, path, may_call) for part in parts]
                continue
            if _is_given(ref):
                yield None
                return
            made = ref.of if ref.kind is Kind.RESULT and ref.of and not ref.path else ref
            env = node.env if may_call else ()
            found = self._checker.resolver.resolve(made, path, node.receiver, env=env)
            for entity in found:
                if isinstance(entity, FunctionValue) and may_call and made is not ref:
                    returned = self._checker.resolver.store.body(entity.fn).returned
                    pending += [(one, entity.fn.path, False) for one in returned]
                elif isinstance(entity, ClassValue):
                    yield entity
                else:
                    is_class = isinstance(entity, ExternalValue) and not entity.instance
                    yield entity if is_class else None
            if not found:
                yield None


def _parts(ref: Ref) -> list[Ref] | None:
    """Return what an error is one of."""
    if ref.kind in (Kind.EITHER, Kind.OR) and not ref.path:
        return list(ref.others)
    return None


def _is_given(ref: Ref) -> bool:
    """True if a ref stands for what somebody else has made."""
    at: Ref | None = ref
    while at is not None:
        if at.kind in _GIVEN:
            return True
        at = at.of
    return False
