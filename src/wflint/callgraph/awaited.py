"""What is begun at one place and awaited at another: handles and coroutines of commands.

``handle = workflow.start_activity(...)`` or ``jobs.append(workflow.execute_activity(...))`` fails
where ``await handle`` or ``await job`` stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from wflint.facts.model import FunctionBody, Kind, Operation, Ref
from wflint.inference.values import AbstractValue, ExternalValue
from wflint.temporal.api import CallKind, Gives, sdk_calls
from wflint.temporal.effects import Effect

Resolve = Callable[[Ref], tuple[AbstractValue, ...]]

_HANDLE = "temporalio.workflow.ActivityHandle"
_FAILS = Effect.AWAITS_ACTIVITY | Effect.AWAITS_CHILD | Effect.AWAITS_OPERATION
_CONTAINERS = frozenset({"dict", "list", "set", "tuple"})
_MOST_STEPS = 200
_WAIT_FOR_SEVERAL = frozenset({"as_completed", "done", "gather", "wait"})


def awaits_later(body: FunctionBody) -> list[Operation]:
    """Return where a function awaits what was made before, and has perhaps not ended by then.

    A cancellation reaches a function that also waits for several things in that other place.
    """
    found = [one for one in body.operations if one.methods == ("__await__",)]
    if found and any(c.written.rpartition(".")[2] in _WAIT_FOR_SEVERAL for c in body.calls):
        return []
    return found


def awaited(operand: Ref, resolve: Resolve) -> Effect:
    """Return what awaiting a value that was made before waits for: effects of :data:`_FAILS`."""
    if any(
        isinstance(e, ExternalValue) and e.instance and e.name == _HANDLE for e in resolve(operand)
    ):
        return Effect.AWAITS_ACTIVITY
    found = Effect(0)
    for ref in _Values().of(operand):
        if ref.kind is Kind.RESULT and ref.of is not None and not ref.path:
            for entity in resolve(ref.of):
                found |= _of_call(entity)
    return found


def _of_call(entity: AbstractValue) -> Effect:
    call = sdk_calls().get(entity.name) if isinstance(entity, ExternalValue) else None
    if call is None or not call.in_workflow:
        return Effect(0)
    if call.gives is Gives.HANDLE and call.kind is CallKind.ACTIVITY:
        return Effect.AWAITS_ACTIVITY
    return call.does & _FAILS if call.gives is Gives.COROUTINE else Effect(0)


class _Values:
    """Finds the expressions whose value a ref may be: out of containers that are written out."""

    def __init__(self) -> None:
        self._steps = _MOST_STEPS

    def of(self, ref: Ref) -> Iterator[Ref]:
        self._steps -= 1
        if self._steps < 0:
            return
        if ref.kind in (Kind.EITHER, Kind.OR) and not ref.path:
            for other in ref.others:
                yield from self.of(other)
        elif ref.kind in (Kind.ELEMENT, Kind.ITEM, Kind.PART) and not ref.path and ref.of:
            for container in self.of(ref.of):
                for part in _parts(container, ref):
                    yield from self.of(part)
        else:
            yield ref


def _parts(container: Ref, ref: Ref) -> list[Ref]:
    """What of a container a ref may be."""
    of = container.of
    if container.kind is Kind.RESULT and of is not None and of.name == "dict":
        values = _inside(replace(of, path=()))
        if of.path == ("items",):
            return [Ref(Kind.LITERAL, "tuple", others=(Ref(Kind.UNKNOWN), v)) for v in values]
        return values if of.path == ("values",) else []
    if container.kind is not Kind.LITERAL or container.name not in _CONTAINERS or container.path:
        return []
    if ref.kind is Kind.ELEMENT:
        return [] if container.name == "dict" else _inside(container)
    if ref.kind is Kind.PART and container.name == "tuple":
        inside = container.others
        number = int(ref.name) if ref.name.lstrip("-").isdigit() else len(inside)
        return [inside[number]] if -len(inside) <= number < len(inside) else []
    if ref.kind is Kind.ITEM and ref.name:
        named = [o for o in container.others if o.kind is Kind.KEYWORD and o.name == ref.name]
        return [o.of for o in named if o.of is not None]
    return _inside(container)


def _inside(container: Ref) -> list[Ref]:
    """The elements of a container; of a dictionary, its values."""
    found = [o.of if o.kind is Kind.KEYWORD else o for o in container.others]
    return [other for other in found if other is not None]
