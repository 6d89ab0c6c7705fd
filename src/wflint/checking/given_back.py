"""Tells what functions of the project give back that comes from the SDK, or is a coroutine."""

from __future__ import annotations

from collections.abc import Collection

from wflint.callgraph.graph import Node
from wflint.callgraph.implicit_calls import Implied
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ExternalValue, FunctionValue
from wflint.rule.call_view import COROUTINE

Names = Collection[str]


class GivenBack:
    """Answers for one program."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._implied = Implied(resolver)

    def is_of(self, names: Names, target: Ref, node: Node) -> bool:
        """True if all that a function may call by a name give what functions of some names give.

        With ``COROUTINE`` among the names, that may be a coroutine of the project as well.
        """
        resolve = self._resolver.resolve
        found = resolve(target, node.fn.path, node.receiver, env=node.env)
        return bool(found) and all(self._gives(names, entity) for entity in found)

    def _gives(self, names: Names, entity: AbstractValue) -> bool:
        if not isinstance(entity, FunctionValue):
            return False
        wrappers = self._implied.wrappers(entity.fn)
        if wrappers:
            is_coroutine = all(self._is_coroutine_function(wrapper.fn) for wrapper in wrappers)
            return COROUTINE in names and is_coroutine
        return not self._store.body(entity.fn).head.decorators and self._returns(names, entity.fn)

    def _returns(self, names: Names, fn: Fn) -> bool:
        """True if a plain function returns what they give, and nothing else."""
        body = self._store.body(fn)
        if body.head.is_async or body.head.is_generator or not body.returned:
            return False
        if any(u.target.name == "None" and u.flags & Flag.RETURNED for u in body.uses):
            return False
        return all(self._is_result(names, ref, fn) for ref in body.returned)

    def _is_result(self, names: Names, ref: Ref, fn: Fn) -> bool:
        if ref.kind is not Kind.RESULT or ref.path or ref.of is None:
            return False
        owner = self._store.body(fn).head.owner
        made = self._resolver.resolve(ref.of, fn.path, Cls(fn.path, owner) if owner else None)
        return bool(made) and all(self._makes(names, entity) for entity in made)

    def _makes(self, names: Names, entity: AbstractValue) -> bool:
        if isinstance(entity, ExternalValue):
            return entity.name in names
        if not isinstance(entity, FunctionValue) or COROUTINE not in names:
            return False
        return self._is_coroutine_function(entity.fn)

    def _is_coroutine_function(self, fn: Fn) -> bool:
        """True of a plain ``async def``, or one that only ``functools.wraps`` stands on."""
        head = self._store.body(fn).head
        names = {d.last_word for d in head.decorators}
        return head.is_async and not head.is_generator and names <= {"wraps"}
