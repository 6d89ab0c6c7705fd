"""Matches the arguments of calls with the parameters of the functions that they call."""

from __future__ import annotations

from typing import NamedTuple

from wflint.facts.model import (
    NOTHING,
    Call,
    Flag,
    FunctionBody,
    FunctionHead,
    Kind,
    Param,
    ParamKind,
    Ref,
    Use,
    Value,
    ValueType,
)
from wflint.facts.signatures import Signature, by_keyword
from wflint.inference import builtin_types
from wflint.inference.values import AbstractValue, FunctionValue, unique

Given = list[tuple[str, tuple[AbstractValue, ...]]]
"""The arguments of a call: pairs of a keyword, an empty string or ``SPREAD``, and values."""


def received(
    head: FunctionHead, given: Given, *, bound: bool
) -> list[tuple[Param, tuple[AbstractValue, ...]]]:
    """Return what the parameters of a function stand for in a call, as far as it gives them."""
    signature = Signature.of(head, bound=bound)
    arguments = signature.bind(given)
    found = list(signature.bound_params(arguments))
    for param in signature.params:
        if param.kind is ParamKind.VAR_POSITIONAL and arguments.rest:
            every = builtin_types.made("builtins.tuple", tuple(arguments.rest))
            found.append((param, (every,)))
        elif param.kind is ParamKind.VAR_KEYWORD and arguments.named:
            values = unique(e for values in arguments.named.values() for e in values)
            found.append((param, (builtin_types.made("builtins.dict", ((), values)),)))
    return found


class Fallbacks(NamedTuple):
    """The names of a function for which it can make a difference that a call leaves them out.

    Those in ``falling_back`` have a fallback default. ``useful`` are these, and what is kept or
    passed on; ``defaults`` are the parameters with a default, ``wanted`` all that matter.
    """

    falling_back: frozenset[str]
    useful: frozenset[str]
    defaults: frozenset[str]
    wanted: frozenset[str]


def fallbacks(body: FunctionBody) -> Fallbacks | None:
    """Return the names of a function that a call may leave out with a difference, if any."""
    places: list[Call | Use] = [*body.calls, *body.uses]
    falling_back = {p.fallback for p in places if p.flags & Flag.OPTIONAL and p.fallback}
    passed_on = {_passed_on(a.value) for c in body.calls for a in c.args} - {""}
    useful = falling_back | passed_on | {r.name for r in _kept(body)}
    defaults = {p.name: p.default for p in body.head.params if p.default.kind is not Kind.UNKNOWN}
    wanted = useful | {name for name, default in defaults.items() if default != NOTHING}
    found = (falling_back, useful, defaults, wanted)
    return Fallbacks(*map(frozenset, found)) if wanted else None


def left_out(
    head: FunctionHead, names: Fallbacks, call: Call, entity: FunctionValue, missing: frozenset[str]
) -> frozenset[str]:
    """The parameters that a call leaves out or gives as ``None``, where that makes a difference.

    It does for those with a fallback default, those that are called, and those that are passed on.
    ``names`` are those of the function, ``missing`` the parameters that the calling function is
    missing itself.
    """
    if entity.partial or any(a.star for a in call.args):
        return frozenset()
    falling_back, useful, defaults, wanted = names
    signature = Signature.of(head, bound=entity.bound)
    arguments = signature.bind(by_keyword(call.args)).by_name
    given = {name: arg.value for name, arg in arguments.items()}
    absent = {
        name
        for name in wanted
        if not name.startswith(".")
        if (name not in given and (name in falling_back or name in defaults))
        or (name in given and given[name].type is ValueType.NONE and name in useful)
        or (name in given and _passed_on(given[name]) in missing)
    }
    return frozenset(absent)


def may_be_missing(
    head: FunctionHead,
    names: Fallbacks,
    call: Call,
    entity: FunctionValue,
    optional: frozenset[str],
) -> frozenset[str]:
    """The parameters that a call gives one of the ``optional`` ones of the calling function."""
    if entity.partial or not optional:
        return frozenset()
    given = Signature.of(head, bound=entity.bound).bind(by_keyword(call.args)).by_name
    return frozenset(
        name
        for name, arg in given.items()
        if name in names.useful and _passed_on(arg.value) in optional
    )


def by_default_none(head: FunctionHead, names: Fallbacks) -> frozenset[str]:
    """The parameters that are ``None`` if a caller leaves them out whom nobody sees."""
    return frozenset(p.name for p in head.params if p.default == NOTHING and p.name in names.useful)


def _kept(body: FunctionBody) -> list[Ref]:
    """Parameters that are kept in attributes: ``self.clock = clock or Clock()``."""
    found: list[Ref] = []
    for ref in body.attributes.values():
        if ref.kind is Kind.OR:
            found += [r for r in ref.others if r.kind is Kind.PARAM and not r.path]
        elif ref.kind is Kind.PARAM and not ref.path:
            found.append(ref)
    return found


def _passed_on(value: Value) -> str:
    """The parameter that an argument is, or ``""``."""
    return value.text if value.type is ValueType.NAME else ""
