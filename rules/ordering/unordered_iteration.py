"""Depends on the order of a set in workflow code.

## What breaks

A set has no order of its own. Where its elements come from text, bytes, dates or enum members, the
order follows from `PYTHONHASHSEED`, which differs in every process; for plain objects it follows
from their memory addresses. This includes coroutines, as in `{self.notify(n) for n in names}`,
whatever their results are. A replay happens in another process: it goes through the same set in
another order, schedules the activities in another order, and no longer matches the history.

The same holds for everything that shows the order: `list()`, `next(iter())`, `.pop()`, unpacking,
text, and `sorted()`, `min()` and `max()` where two elements have the same `key=`. Numbers and UUIDs
have the same hash everywhere, so sets of them are fine, and so are dictionaries, which remember the
order in which they were filled. One case is too rare to be reported: Python 3.11 and 3.12 may put a
set of numbers that is written out, as `{80, 443, 8080}`, in one order when they compile a module
and in another when they load its bytecode.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class NotifyWorkflow:
    @workflow.run
    async def run(self) -> None:
        for name in {"ada", "grace", "ada"}:
            await workflow.execute_activity(
                "notify", name, start_to_close_timeout=timedelta(seconds=10)
            )
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class NotifyWorkflow:
    @workflow.run
    async def run(self) -> None:
        for name in sorted({"ada", "grace", "ada"}):
            await workflow.execute_activity(
                "notify", name, start_to_close_timeout=timedelta(seconds=10)
            )
```

## Fix safety

The fix puts `sorted()` around the set where it is gone through; `list(names)` becomes
`sorted(names)`. It is unsafe: workflows that are already running have another order in their
history, and where wflint does not know the elements, they may not be comparable. Where they are
known to have no order, a set that is written out becomes one that remembers how it was filled:
`set(parcels)` becomes `dict.fromkeys(parcels)`, and a set of tasks becomes a list, with
`tasks.append()` instead of `tasks.add()`. `.pop()` is not fixed, nor are sets without an order that
come from elsewhere, nor a `set[T]` whose `T` may be any type.

## What the SDK does

Nothing: the sandbox does not see what a loop runs over. The workflow task fails on the first replay
that happens to see another order.

Not reported are uses whose result is the same for any order: `in`, `len()`, `any()`, `all()`,
`sum()`, `sorted()`, `min()` and `max()` without a key, `len(max(names, key=len))`, set operations,
sets that surely have one element, and loops that neither issue commands nor leave anything behind
that shows the order. A dictionary or a queue that a set has filled is followed to where its order
is looked at. So is a list that a function returns or that an object keeps: it is fine where all who
get it only sort, count or search it. A set with an unknown type of element is taken for one of text
or objects.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED
* https://github.com/temporalio/sdk-python/blob/main/README.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import RUNNING, Effect, Fixable, Report, Rule, Scope, Severity, cst, may_hold_none

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView, FixView, Repair, TypeView

_SETS = frozenset({"builtins.frozenset", "builtins.set", "typing.FrozenSet", "typing.Set"})
_IF_RUNNING = {"HANDED": "", "RESULTS": "SHOWN", "TASKS": ""}
_IF_NOT_RUNNING = {"HANDED": "SHOWN", "RESULTS": "COMMAND", "TASKS": "COMMAND"}
_SHOWN_AS_WELL = {"HANDED": "SHOWN", "INPUT": "SHOWN", "NOTHING": "SHOWN", "TASKS": "RESULTS"}
_COMPARABLE = ("builtins.", "datetime.", "pathlib.")
_MESSAGES = {
    "loop": "the loop runs in the order of the set `{shown}`, which {why}; loop over {instead}",
    "order": "the order of the set `{shown}` {why}; use {instead}",
    "first": "which element of the set `{shown}` comes first {why}; choose one by its value",
    "pop": "which element `{shown}.pop()` takes {why}; choose one by its value, or use a list",
    "text": "the text shows the set `{shown}` in an order that {why}; use {instead}",
    "tie": (
        "elements with the same key come in the order of the set `{shown}`, which {why}; "
        "add the element itself to the key"
    ),
    "wait": "the set `{shown}` is started or returned in an order that {why}; use a list",
}
_REASONS = {
    "seed": "`PYTHONHASHSEED`",
    "address": "memory addresses (the heap layout)",
    "": "`PYTHONHASHSEED` or the heap layout",
}
_EFFECTS = {
    "COMMAND": ", and with it the commands",
    "INPUT": " (it changes only what is sent, which a replay does not compare)",
    "SHOWN": "",
}


_GIVES_COMMAND = Effect.COMMAND | Effect.DRAWS


class _Seen(Struct, array_like=True):
    """A place that depends on an order: how, on what, and what may make it worse.

    That are calls, and the ways by which the elements get out of the function.
    """

    how: str
    sink: str
    names: str
    open: tuple[int, ...]
    left: tuple[tuple[str, bool], ...]


class UnorderedIteration(Rule):
    code = "WFL121"
    name = "unordered-iteration"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    differs_on_replay = True

    def _look(self, node: cst.CSTNode, ctx: Context) -> None:
        from wflint.rule import names_behind, on_one_line, places, shortened

        for place in places(node, ctx):
            shown = shortened(on_one_line(ctx.code(place.expr)), 40)
            sites = tuple(ctx.site_of(call) for call in place.open)
            seen = _Seen(
                place.how, place.sink.name, names_behind(place.expr, ctx), sites, place.left
            )
            ctx.report(self, place.expr, shown, asked=place.expr, detail=seen)

    visit_For = _look
    visit_ListComp = _look
    visit_SetComp = _look
    visit_DictComp = _look
    visit_GeneratorExp = _look
    visit_Call = _look
    visit_Assign = _look
    visit_AugAssign = _look
    visit_BinaryOperation = _look
    visit_FormattedStringExpression = _look
    visit_From = _look
    visit_StarredElement = _look

    def confirm(self, view: FindingView) -> Report | None:
        """Report what turns out to be a set whose elements do not hash the same everywhere."""
        types = [t for t in view.types() if t.name not in ("builtins.None", "types.NoneType")]
        if not types or any((t.loops_like or t.name) not in _SETS for t in types):
            return None
        elements = [element for t in types for arg in t.args[:1] for element in arg]
        if elements and all(e.hashed_by == "value" for e in elements):
            return None
        seen = view.read(_Seen)
        sink = seen.sink
        if any(view.effect_of_call(site, _GIVES_COMMAND) for site in seen.open):
            sink = "COMMAND"
        if sink in _SHOWN_AS_WELL and seen.left and view.may_see_order(seen.left):
            sink = _SHOWN_AS_WELL[sink]
        if sink == "NOTHING":
            return None
        if sink in _IF_RUNNING:
            running = bool(elements) and all(e.name in RUNNING for e in elements)
            sink = _IF_RUNNING[sink] if running else _IF_NOT_RUNNING[sink]
            if not sink:
                return None
        severity = Severity.ERROR if sink == "COMMAND" else Severity.WARNING
        instead = _instead(elements, _has_order(view, seen.names))
        return Report(_message(seen.how, sink, view.message, _reason(elements), instead), severity)

    def repair(self, at: FixView) -> Repair | None:
        """Sorted, or in the order in which it was filled."""
        return at.in_order()


def _has_order(view: FindingView, names: str) -> bool:
    """True if ``sorted()`` takes the elements, as far as that is known."""
    if view.can_sort() is False:
        return False
    return not may_hold_none(names, view.function, view.source())


def _reason(elements: list[TypeView]) -> str:
    """Return what the order follows from: the seed, memory addresses, or one of them."""
    reasons = {e.hashed_by for e in elements if e.hashed_by != "value"}
    return reasons.pop() if len(reasons) == 1 else ""


def _instead(elements: list[TypeView], has_order: bool) -> str:
    """Return what to go through instead of the set."""
    reason = _reason(elements)
    if reason == "address" or not has_order:
        return "a list or `dict.fromkeys(...)` instead of the set"
    if reason == "seed" and all(e.name.startswith(_COMPARABLE) for e in elements):
        return "`sorted(...)`"
    return "`sorted(...)`, or `dict.fromkeys(...)` instead of the set"


def _message(how: str, sink: str, shown: str, reason: str, instead: str) -> str:
    why = f"depends on {_REASONS[reason]} and differs on replay{_EFFECTS[sink]}"
    message = _MESSAGES[how].replace("{why}", why).replace("{instead}", instead)
    return message.replace("{shown}", shown)
