"""Tells functions of the project that give a coroutine, although they may be no ``async def``."""

from __future__ import annotations

from wflint.callgraph.graph import Node
from wflint.callgraph.implicit_calls import Implied
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ExternalValue, FunctionValue
from wflint.temporal.api import Gives, sdk_calls


class Coroutines:
    """Answers for one program."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._implied = Implied(resolver)

    def given_by(self, target: Ref, node: Node) -> bool:
        """True if all that a function may call by a name surely give a coroutine."""
        resolve = self._resolver.resolve
        found = resolve(target, node.fn.path, node.receiver, env=node.env)
        return bool(found) and all(map(self._gives, found))

    def _gives(self, entity: AbstractValue) -> bool:
        if not isinstance(entity, FunctionValue):
            return False
        wrappers = self._implied.wrappers(entity.fn)
        if wrappers:
            return all(self._is_coroutine_function(wrapper.fn) for wrapper in wrappers)
        return not self._store.body(entity.fn).head.decorators and self._gives_back(entity.fn)

    def _gives_back(self, fn: Fn) -> bool:
        """True if a plain function returns coroutines and nothing else."""
        body = self._store.body(fn)
        if body.head.is_async or body.head.is_generator or not body.returned:
            return False
        if any(u.target.name == "None" and u.flags & Flag.RETURNED for u in body.uses):
            return False
        return all(self._is_coroutine(ref, fn) for ref in body.returned)

    def _is_coroutine(self, ref: Ref, fn: Fn) -> bool:
        if ref.kind is not Kind.RESULT or ref.path or ref.of is None:
            return False
        owner = self._store.body(fn).head.owner
        made = self._resolver.resolve(ref.of, fn.path, Cls(fn.path, owner) if owner else None)
        return bool(made) and all(map(self._makes_one, made))

    def _makes_one(self, entity: AbstractValue) -> bool:
        if isinstance(entity, ExternalValue):
            known = sdk_calls().get(entity.name)
            return known is not None and known.gives is Gives.COROUTINE
        return isinstance(entity, FunctionValue) and self._is_coroutine_function(entity.fn)

    def _is_coroutine_function(self, fn: Fn) -> bool:
        """True of a plain ``async def``, or one that only ``functools.wraps`` stands on."""
        head = self._store.body(fn).head
        names = {(d.target.path or (d.target.name,))[-1] for d in head.decorators}
        return head.is_async and not head.is_generator and names <= {"wraps"}
