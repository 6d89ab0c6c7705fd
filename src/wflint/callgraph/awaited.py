"""What is begun at one place and awaited at another: handles and coroutines of commands.

``handle = workflow.start_activity(...)`` or ``jobs.append(workflow.execute_activity(...))`` fails
where ``await handle`` or ``await job`` stands, or ``await asyncio.gather(handle, job)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import TypeAlias

from msgspec.structs import replace

from wflint.facts.model import Arg, Call, Flag, FunctionBody, Kind, Operation, Ref, Site
from wflint.inference.values import AbstractValue, ExternalValue
from wflint.temporal.api import CallKind, Gives, sdk_calls
from wflint.temporal.effects import Effect

Awaits: TypeAlias = Operation | Call
Resolve = Callable[[Ref], tuple[AbstractValue, ...]]

_OF_ACTIVITIES = {"temporalio.workflow.ActivityHandle": Effect.AWAITS_ACTIVITY}
_HANDLES = {
    **_OF_ACTIVITIES,
    "temporalio.workflow.ChildWorkflowHandle": Effect.AWAITS_CHILD,
    "temporalio.workflow.NexusOperationHandle": Effect.AWAITS_OPERATION,
}
_BEGIN = frozenset({"start_child_workflow", "start_operation"})
"""Coroutines that give a handle; those of activities are given by plain functions."""
_FAILS = Effect.AWAITS_ACTIVITY | Effect.AWAITS_CHILD | Effect.AWAITS_OPERATION
_WAITS = _FAILS | Effect.AWAITS_START | Effect.AWAITS_ASYNCIO
_CONTAINERS = frozenset({"dict", "generator", "list", "set", "tuple"})
_MOST_STEPS = 200
_WAIT_FOR_SEVERAL = frozenset({"as_completed", "done", "gather", "wait"})
_PASS_ON = frozenset({"as_completed", "gather", "shield", "wait_for"})
"""Functions of asyncio that raise the errors of what they are given, if they are not told other."""

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.tasks.create_task"})
_TASK_WORDS = frozenset({"create_task", "ensure_future"})
_GATHERS = frozenset({"asyncio.gather", "asyncio.tasks.gather"})


def awaits_later(body: FunctionBody) -> list[Awaits]:
    """Return where a function awaits what was made before, and has perhaps not ended by then.

    Once a function waits for several things, a cancellation reaches it in that place. Calls
    are those of ``gather`` that are awaited: they raise the error of the first to fail.
    """
    if cancels_something(body):
        return []  # maybe what is awaited
    awaits, several = _awaits(body), _waits_for_several(body)
    if not several:
        return [*awaits]
    is_plain = all(c.written.rpartition(".")[2] == "gather" and _raises(c) for c in several)
    before = [one for one in awaits if one.site < several[0].site]
    return [*before, *(c for c in several if is_plain and c.flags & Flag.AWAITED)]


def _awaits(body: FunctionBody) -> list[Operation]:
    """Return where a function awaits something that is no call."""
    return [one for one in body.operations if one.is_await]


def _waits_for_several(body: FunctionBody) -> list[Call]:
    return [c for c in body.calls if c.written.rpartition(".")[2] in _WAIT_FOR_SEVERAL]


def may_cancel_itself(body: FunctionBody) -> bool:
    """True if a function may await what it has cancelled, and get the error of that."""
    first = next((c.site for c in body.calls if c.written.endswith(".cancel")), None)
    if first is None:
        return False
    passing = (c for c in body.calls if _passes_on(c))
    sites = [one.site for one in _awaits(body)] + [call.site for call in passing]
    return any(site > first for site in sites)


def _passes_on(call: Call) -> bool:
    name = call.written.rpartition(".")[2]
    return name in _PASS_ON and (name != "gather" or _raises(call))


def cancels_something(body: FunctionBody) -> bool:
    """True if a function cancels tasks or handles of its own."""
    return any(call.written.endswith(".cancel") for call in body.calls)


def takes_back(body: FunctionBody) -> bool:
    """True if a function takes a cancellation back: ``asyncio.current_task().uncancel()``."""
    return any(call.written.endswith(".uncancel") for call in body.calls)


def keeps_handles(body: FunctionBody) -> bool:
    """True if a function keeps handles of children, and not the coroutines that begin them."""
    return all(
        call.flags & Flag.AWAITED
        for call in body.calls
        if call.written.rpartition(".")[2] in _BEGIN
    )


def awaited_as(call: Call, body: FunctionBody) -> Site | None:
    """Return where a function awaits what a call has given before, by itself or by ``gather``.

    ``jobs.append(job())``, perhaps in ``create_task()``, and ``await asyncio.gather(*jobs)``.
    """
    for place in awaits_later(body):
        if place.site <= call.site:
            continue
        if isinstance(place, Operation):
            given = list(_Values().of(place.operand))
        else:
            given = [ref for arg in place.args for ref in _given(arg)]
        if any(_is_of(call, ref) for ref in given):
            return place.site
    return None


def gone_through(body: FunctionBody) -> dict[Ref, Site]:
    """Return where a function first goes through what it has got of a call, by what is called.

    That is a loop, a ``with``, or a call that is given it.
    """
    found: dict[Ref, Site] = {}
    operands = [(one.site, one.operand) for one in body.operations]
    operands += [(call.site, arg.value.ref) for call in body.calls for arg in call.args]
    for site, ref in operands:
        if ref.kind is Kind.RESULT and ref.of is not None and not ref.path:
            found[ref.of] = min(site, found.get(ref.of, site))
    return found


def _is_of(call: Call, ref: Ref) -> bool:
    """True if a ref is the result of a call, or a task of that."""
    if ref.kind is not Kind.RESULT or ref.of is None or ref.path:
        return False
    if ref.of == call.target:
        return True
    is_task = (ref.of.path or (ref.of.name,))[-1] in _TASK_WORDS
    return is_task and bool(ref.others) and _is_of(call, ref.others[0])


def awaited(place: Awaits, resolve: Resolve, *, has_handles: bool) -> Effect:
    """Return what a place of :func:`awaits_later` waits for: effects of :data:`_WAITS`.

    ``has_handles`` says if handles of children are what they seem, see :func:`keeps_handles`.
    """
    handles = _HANDLES if has_handles else _OF_ACTIVITIES
    if isinstance(place, Operation):
        return _of_value(place.operand, resolve, handles)
    return _of_several(place, resolve, handles)


def _of_several(call: Call, resolve: Resolve, handles: Mapping[str, Effect]) -> Effect:
    """Return what a call of ``gather`` waits for, if it is known of all.

    ``gather`` cancels all of it, and raises what is the first to end: for a timer that is a
    ``CancelledError``, which is no ``Exception``.
    """
    if not any(isinstance(e, ExternalValue) and e.name in _GATHERS for e in resolve(call.target)):
        return Effect(0)
    effects = [_of_value(ref, resolve, handles) for arg in call.args for ref in _given(arg)]
    if not all(effects):
        return Effect(0)
    found = reduce(or_, effects, Effect(0))
    return Effect.AWAITS_ASYNCIO if found & Effect.AWAITS_ASYNCIO else found


def _of_value(operand: Ref, resolve: Resolve, handles: Mapping[str, Effect]) -> Effect:
    """Return what awaiting a value that was made before waits for."""
    found = Effect(0)
    for e in resolve(operand):
        if isinstance(e, ExternalValue) and e.instance:
            found |= handles.get(e.name, Effect(0))
    if found:
        return found
    for ref in _Values().of(operand):
        if ref.kind is Kind.RESULT and ref.of is not None and not ref.path:
            for entity in resolve(ref.of):
                found |= _of_call(entity) or _of_task(entity, ref, resolve)
    return found


def _of_task(entity: AbstractValue, made: Ref, resolve: Resolve) -> Effect:
    """Return what awaiting a task waits for: it fails as the one coroutine does in it."""
    if not isinstance(entity, ExternalValue) or entity.name not in _TASKS:
        return Effect(0)
    inner = made.others[0] if made.others else None
    if inner is None or inner.kind is not Kind.RESULT or inner.of is None:
        return Effect(0)
    return reduce(or_, map(_of_call, resolve(inner.of)), Effect(0))


def _raises(call: Call) -> bool:
    """True if a call of ``gather`` is not told to ``return_exceptions``."""
    options = [arg for arg in call.args if arg.keyword or arg.star == "**"]
    return all(not arg.star and arg.value.text == "False" for arg in options)


def _given(arg: Arg) -> list[Ref]:
    """What a positional argument may be, each element by itself if it is spread."""
    if arg.keyword:
        return []
    ref = Ref(Kind.ELEMENT, of=arg.value.ref) if arg.star else arg.value.ref
    return list(_Values().of(ref)) or [ref]


def _of_call(entity: AbstractValue) -> Effect:
    call = sdk_calls().get(entity.name) if isinstance(entity, ExternalValue) else None
    if call is None or not call.in_workflow:
        return Effect(0)
    if call.gives is Gives.HANDLE and call.kind is CallKind.ACTIVITY:
        return Effect.AWAITS_ACTIVITY
    return call.does & _WAITS if call.gives is Gives.COROUTINE else Effect(0)


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
        elif ref.kind is Kind.DECLARED and not ref.path and ref.others:
            yield from self.of(ref.others[0])
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
