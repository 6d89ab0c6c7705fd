"""Tells the wrappers apart that a decorator has for functions and for coroutine functions."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.facts.model import FunctionBody, Kind
from wflint.inference.values import AbstractValue, Env, FunctionValue, GivenParam
from wflint.project.store import Store

_ASKS = "iscoroutinefunction"


def of_the_same_kind(
    values: tuple[AbstractValue, ...], body: FunctionBody, env: Env, store: Store
) -> tuple[AbstractValue, ...]:
    """Return what a function gives that asks if what it was given is a coroutine function.

    Of the functions that it has for both cases, only those of the same kind are given: an ``async``
    one for an ``async`` one. How it asks, and where it looks at the answer, does not matter.
    """
    kinds = {_is_coroutine_function(v, store) for v in _asked_about(body, env)}
    if len(kinds) != 1 or None in kinds:
        return values
    kind = kinds.pop()
    inside = f"{body.head.qualname}."
    fitting = tuple(
        value
        for value in values
        if not isinstance(value, FunctionValue)
        or not value.fn.qualname.startswith(inside)
        or _is_coroutine_function(value, store) == kind
    )
    return fitting or values


def _asked_about(body: FunctionBody, env: Env) -> Iterator[FunctionValue | None]:
    """Yield the functions that stand for the parameters about which it is asked."""
    for call in body.calls:
        if call.target.path[-1:] != (_ASKS,) and call.target.name != _ASKS:
            continue
        for arg in call.args[:1]:
            ref = arg.value.ref
            held = (h for h in env if isinstance(h, GivenParam) and h.name == ref.name)
            values = [v for h in held if h.owner.qualname == ref.owner for v in h.values]
            if ref.kind is not Kind.PARAM or ref.path or not values:
                yield None
            yield from (v if isinstance(v, FunctionValue) else None for v in values)


def _is_coroutine_function(value: FunctionValue | None, store: Store) -> bool | None:
    """True of an ``async def`` that is no generator; ``None`` if that is not known."""
    head = store.head(value.fn) if value is not None and not value.partial else None
    return head.is_async and not head.is_generator if head is not None else None
