"""What commands are given in place of an activity, where that surely is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Decorator, Kind, Value, ValueType
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.model.definitions import Definitions
from wflint.rule.command_view import Misfit, MisfitKind
from wflint.standard_library import STANDARD_MODULES

_BY_HAND = re.compile(r"^(?![ \t]*@).*\b(?:defn\(|activity\.defn[,)])", re.MULTILINE)
"""Makes activities of functions without a decorator over them: `activity.defn(charge)`."""

_NO_CODE_OF_OTHERS = frozenset({"builtins", "temporalio", *STANDARD_MODULES})


class Misfits:
    """Finds out what an argument is that should be an activity."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._roots = definitions.roots

    def of(self, node: Node, value: Value) -> Misfit | None:
        """Return what an argument is, if it is no activity, whatever it stands for."""
        if value.type is ValueType.LAMBDA:
            return Misfit(MisfitKind.LAMBDA, "lambda")
        if value.type in (ValueType.CALL, ValueType.AWAIT):
            called = self._called(node, value)
            if called is not None:
                return called
        found = self._resolver.resolve(value.ref, node.fn.path, node.receiver, env=node.env)
        misfits = [self._of_entity(entity, node) for entity in found]
        return misfits[0] if misfits and None not in misfits else None

    def _called(self, node: Node, value: Value) -> Misfit | None:
        """``charge(order)``: the activity runs there and then, and its result is what is given."""
        ref = value.ref
        if ref.kind is not Kind.RESULT or ref.path or ref.of is None:
            return None
        found = self._resolver.resolve(ref.of, node.fn.path, node.receiver, env=node.env)
        fns = [e.fn for e in found if isinstance(e, FunctionValue) and not e.partial]
        if len(fns) != len(found) or not fns or not all(map(self._roots.is_activity, fns)):
            return None
        head = self._resolver.store.head(fns[0])
        is_coroutine = head is not None and head.is_async and value.type is ValueType.CALL
        return Misfit(MisfitKind.RESULT, fns[0].shown, is_coroutine)

    def _of_entity(self, entity: AbstractValue, at: Node) -> Misfit | None:
        if isinstance(entity, FunctionValue):
            return self._of_function(entity, at)
        if isinstance(entity, ExternalValue):
            return _of_library(entity)
        if isinstance(entity, (ClassValue, InstanceValue)):
            return self._of_class(entity)
        return None

    def _of_function(self, entity: FunctionValue, at: Node) -> Misfit | None:
        fn, store = entity.fn, self._resolver.store
        head = store.head(fn)
        if head is None:
            return None
        if entity.partial:
            return Misfit(MisfitKind.PARTIAL, fn.shown)
        if self._roots.is_activity(fn):
            is_dynamic = any(d.option("dynamic") is not None for d in head.decorators)
            return Misfit(MisfitKind.DYNAMIC, fn.shown) if is_dynamic else None
        if not self._is_plain(head.decorators, fn.path) or not self._is_plain_method(entity):
            return None
        if any(_BY_HAND.search(store.text(path)) for path in {fn.path, at.fn.path}):
            return None
        return Misfit(MisfitKind.FUNCTION, fn.shown)

    def _is_plain_method(self, entity: FunctionValue) -> bool:
        """True if no code around a method, and no class below its own, makes an activity of it."""
        owner = entity.receiver
        if owner is None:
            return True
        return not (entity.bound and self._resolver.results.is_open(owner)) and self._is_closed(
            owner
        )

    def _of_class(self, entity: ClassValue | InstanceValue) -> Misfit | None:
        """A class is an activity if it is decorated itself, not if its ``__call__`` is."""
        cls = entity.cls
        if not self._is_closed(cls) or self._definitions.is_callable_activity(cls):
            return None
        call = self._resolver.members.method(cls, "__call__")
        if isinstance(entity, InstanceValue) and call is None:
            return None  # such as a member of an enumeration, whose value is a name
        return Misfit(MisfitKind.CLASS, Fn(*cls).shown)

    def _is_closed(self, cls: Cls) -> bool:
        """True if nothing unknown has a part in a class: no base, decorator or metaclass."""
        order, externals = self._resolver.order(cls)
        if any(_top(name) not in _NO_CODE_OF_OTHERS or "enum" in name for name in externals):
            return False
        for base in order:
            facts = self._resolver.facts_of(base)
            if facts is None or "__init_subclass__" in facts.methods:
                return False
            if facts.metaclass.kind is not Kind.UNKNOWN and facts.metaclass.name != "ABCMeta":
                return False
            if not self._is_plain(facts.decorators, base.path):
                return False
        return True

    def _is_plain(self, decorators: Iterable[Decorator], path: str) -> bool:
        """True if all decorators are those of the SDK, which are known, and of Python."""
        found = (self._resolver.resolve(d.target, path) for d in decorators)
        return all(
            isinstance(entity, ExternalValue) and _top(entity.name) in _NO_CODE_OF_OTHERS
            for values in found
            for entity in values or (None,)
        )


def _of_library(entity: ExternalValue) -> Misfit | None:
    """A function of the standard library; those of others may be activities."""
    if entity.partial:
        return Misfit(MisfitKind.PARTIAL, entity.name)
    is_value = entity.instance or entity.base
    if is_value or _top(entity.name) not in STANDARD_MODULES:
        return None
    return Misfit(MisfitKind.FUNCTION, entity.name)


def _top(name: str) -> str:
    return name.partition(".")[0]
