"""Tells decorators that leave a function the arguments it has from those that change them."""

from __future__ import annotations

from wflint.facts.ids import Fn
from wflint.facts.model import Call, FunctionBody, FunctionHead, Kind, ParamKind, ValueType
from wflint.facts.signatures import RECEIVERS
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ExternalValue, FunctionValue
from wflint.standard_library import STANDARD_MODULES

_BY_POSITION = (ParamKind.POSITIONAL, *RECEIVERS)


class Wrappers:
    """Answers if a function is called with what its callers give it."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known: dict[Fn, bool] = {}

    def keep_arguments(self, head: FunctionHead, path: str) -> bool:
        """True if all decorators of a function surely pass on what they are given."""
        found = [self._resolver.resolve(d.target, path) for d in head.decorators]
        return all(values and all(map(self._keeps, values)) for values in found)

    def _keeps(self, entity: AbstractValue) -> bool:
        if isinstance(entity, ExternalValue):
            top = entity.name.partition(".")[0]
            return top in ("builtins", "temporalio") or top in STANDARD_MODULES
        return isinstance(entity, FunctionValue) and self._passes_on(entity.fn)

    def _passes_on(self, fn: Fn) -> bool:
        known = self._known.get(fn)
        if known is None:
            bodies = self._resolver.store.with_nested(fn)
            known = all(
                _is_passed_on(call, body)
                for body in bodies
                for call in body.calls
                if call.target.kind is Kind.PARAM and not call.target.path
            )
            self._known[fn] = known
        return known


def _is_passed_on(call: Call, body: FunctionBody) -> bool:
    """True if what a wrapper calls gets just what the wrapper is given."""
    params = body.head.params
    plain = [p.name for p in params if p.kind in _BY_POSITION]
    has_more = any(p.kind is ParamKind.VAR_POSITIONAL for p in params)
    given = [arg for arg in call.args if not arg.star and not arg.keyword]
    names = [arg.value.text for arg in given if arg.value.type is ValueType.NAME]
    is_same = len(names) == len(given) and (names == plain or not plain)
    has_star = any(arg.star == "*" for arg in call.args)
    return is_same and has_star == has_more and not any(arg.keyword for arg in call.args)
