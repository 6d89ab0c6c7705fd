"""State that is lost when a workflow continues as new: what messages left, and nobody took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from wflint.facts.ids import Fn
from wflint.facts.model import FunctionBody, Kind, Ref
from wflint.model.handed_over import BY_PART, PARAMETER
from wflint.model.spent import spent
from wflint.model.state_flow import SCALARS, At, StateFlow, is_of
from wflint.model.step_kinds import FINISHED, Step, What
from wflint.project.store import Store
from wflint.rule.definition_views import HandlerView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.state_views import DroppedState
from wflint.temporal.regions import Region

_MESSAGES = Region.SIGNAL | Region.UPDATE
_QUEUES = frozenset({"LifoQueue", "PriorityQueue", "Queue"})
_CONTAINERS = _QUEUES | {"deque", "dict", "list", "set", "tuple"}
_PLAIN = _CONTAINERS | SCALARS | {"None", "bytes"}
"""Types whose values hold no other attributes of the workflow."""

_NONE = (Ref(Kind.GLOBAL, "None"), Ref(Kind.LITERAL, "None"))
_WORD = "continue_as_new"


class Dropped:
    """Answers for one workflow."""

    def __init__(self, workflow: WorkflowView, flow: StateFlow, store: Store) -> None:
        self._workflow = workflow
        self._flow = flow
        self._store = store
        self._messages = [h for h in workflow.handlers if h.kind & _MESSAGES]

    def find(self, run: HandlerView) -> Iterator[DroppedState]:
        """Return the calls of ``continue_as_new()`` that leave something behind.

        That is what handlers of messages change and the run method reads, unless the call hands it
        over, or the run method has looked at it since it has last waited.
        """
        steps = list(self._flow.flow(run.place.fn))
        if not any(at.step.what is What.CONTINUE for at in steps):
            return
        of_messages = self._only_of_messages({at.fn for at in steps})
        read = _read(at for at in steps if at.fn not in of_messages)
        lost = self._changed_by_messages() & read - _set_first(steps)
        for number, at in enumerate(steps):
            if at.step.what is not What.CONTINUE or at.step.is_later or not lost:
                continue
            kept = self._kept(steps[:number], at.fn == run.place.fn)
            site = self._site(at)
            if kept is None or site is None or not lost - kept:
                continue
            in_run = {one.fn for one in steps}
            rest = lost - kept
            rest -= spent(rest, self._flow, in_run, self._store)
            rest -= self._set_in_all_parts(rest, steps)
            if rest:
                yield DroppedState(tuple(sorted(rest)), Place(at.fn, site))

    def _set_in_all_parts(self, names: Iterable[str], steps: Iterable[At]) -> set[str]:
        """Return those attributes of which the run method itself sets all that messages are in."""
        own: dict[str, set[str]] = {}
        for at in steps:
            if at.step.sets_part:
                own.setdefault(at.step.name, set()).add(at.step.part)
        left = self._parts_in_messages if own else {}
        return {name for name in names if name in left and left[name] <= own.get(name, set())}

    @cached_property
    def _parts_in_messages(self) -> dict[str, set[str]]:
        """The parts of attributes that handlers look at or set; ``""`` stands for all of one."""
        found: dict[str, set[str]] = {}
        for handler in self._messages:
            for at in self._flow.flow(handler.place.fn):
                if at.step.what in (What.READ, What.WRITE):
                    found.setdefault(at.step.name, set()).add(at.step.part)
        return found

    def _only_of_messages(self, in_run: Collection[Fn]) -> set[Fn]:
        """The handlers, and what only they call: that a run method gives itself a message is no
        reading of what it left.
        """
        handlers = {handler.place.fn for handler in self._messages}
        below = {at.fn for fn in handlers for at in self._flow.flow(fn)} - handlers
        others = (self._store.body(fn) for fn in set(in_run) - handlers - below)
        called = {c.written.rpartition(".")[2] for body in others for c in body.calls}
        return handlers | {fn for fn in below if fn.qualname.rpartition(".")[2] not in called}

    def _changed_by_messages(self) -> set[str]:
        methods, entered = set[str](), set[Fn]()
        for handler in self._messages:
            methods |= {handler.function.head.name, handler.method}
            entered.update(fn for fn, _ in self._flow.flow(handler.place.fn))
        methods |= {fn.qualname.rpartition(".")[2] for fn in entered}
        state = self._workflow.state
        changed = {s.name for s in state if any(w.method in methods for w in s.writers)}
        changed.update(name for fn in entered for name in self._flow.changed(fn))
        return changed | set(self._filled(methods))

    def _filled(self, methods: Collection[str]) -> Iterator[str]:
        """Yield the queues that methods of some names wait to put something into."""
        for fn in self._flow.methods:
            if fn.qualname.rpartition(".")[2] not in methods:
                continue
            for call in self._store.body(fn).calls:
                target = call.target
                if self._flow.is_own(fn, target) and target.path[1:] == ("put",):
                    name = target.path[0]
                    yield from [name] if self._flow.is_made_of(name, _QUEUES) else ()

    def _kept(self, before: Sequence[At], is_run: bool) -> set[str] | None:
        """Return what is handed over or was looked at; ``None`` if that may be everything."""
        found: set[str] = set()
        has_waited = False
        for fn, step in reversed(before):
            if step.what is What.WAIT and self._waits(step.name):
                if has_waited:
                    break
                has_waited = True
            elif step.what is What.OPEN and not has_waited:
                return None
            elif step.what is What.CARRY and not has_waited:
                names = self._carried(fn, step.name, is_run)
                if names is None:
                    return None
                found |= names
            elif step.what is What.WRITE and not has_waited:
                found.add(step.name)
            elif step.what is What.READ and (not has_waited or step.is_later):
                found |= {step.name} if self._is_done_with(step) else set()
            elif has_waited:
                break
        return found

    def _is_done_with(self, step: Step) -> bool:
        """True if a read leaves nothing to be lost, as far as that is known."""
        return not step.is_glance or not self._flow.is_made_of(step.name, _CONTAINERS)

    def _carried(self, fn: Fn, name: str, is_run: bool) -> set[str] | None:
        name, _, part = name.partition(BY_PART)
        if part and self._flow.is_plain(fn, part):
            return set()
        if name == PARAMETER:
            return self._shared_at_first if is_run else None
        if not name:
            return None
        if self._flow.method(name) is not None:
            return self._read_by(name)
        return {name} if self._holds_no_other(name) else None

    @cached_property
    def _shared_at_first(self) -> set[str]:
        """The attributes that hold what `__init__` was given: `run` gets the same objects."""
        constructor = self._flow.method("__init__")
        if constructor is None:
            return set()
        found = self._store.body(constructor).attributes.items()
        return {n for n, ref in found if all(p.kind is Kind.PARAM for p in _parts(ref))}

    def _read_by(self, method: str) -> set[str] | None:
        fn = self._flow.method(method)
        steps = list(self._flow.flow(fn)) if fn is not None else []
        if any(at.step.what is What.OPEN for at in steps):
            return None
        names = _read(steps)
        return names if all(map(self._holds_no_other, names)) else None

    def _holds_no_other(self, name: str) -> bool:
        """True if no other attribute can be in an attribute, or nothing that was left."""
        return self._flow.is_made_of(name, _PLAIN) or self._is_plain(name) or self._is_given(name)

    def _waits(self, name: str) -> bool:
        """True if others may run: a wait for handlers of which none ever waits is over at once."""
        return name != FINISHED or any(h.function.is_async for h in self._messages)

    def _is_plain(self, name: str) -> bool:
        """True if all that an attribute is set to are such values, as fields say that are read."""
        flow = self._flow
        parts = [(fn, part) for fn, ref in flow.set_to(name) for part in _parts(ref)]
        is_scalar = any(is_of(part, SCALARS) for _, part in parts)
        return bool(parts) and all(
            is_of(part, _PLAIN) or flow.is_plain_value(fn, part) or (is_scalar and _is_sent(part))
            for fn, part in parts
        )

    def _is_given(self, name: str) -> bool:
        """True for a part of what the run method was given, which is older than what was left."""
        refs = [ref for ref in self._refs(name) if ref not in _NONE]
        given = [ref for ref in refs if ref.kind is Kind.PARAM]
        return bool(given) and all(r.kind in (Kind.PARAM, Kind.INSTANCE) for r in refs)

    def _refs(self, name: str) -> list[Ref]:
        return [ref for _, ref in self._flow.set_to(name)]

    def _site(self, at: At) -> int | None:
        body: FunctionBody = self._store.body(at.fn)
        calls = [c for c in body.calls if c.written.rpartition(".")[2] == _WORD]
        number = int(at.step.name)
        return calls[number].site if number < len(calls) else None


def _read(steps: Iterable[At]) -> set[str]:
    return {at.step.name for at in steps if at.step.what is What.READ}


def _set_first(steps: Iterable[At]) -> set[str]:
    """Return what is set before it is read: nothing of the time before is in it."""
    seen, found = set[str](), set[str]()
    for _, step in steps:
        if step.what is What.WRITE and step.is_sure and step.name not in seen:
            found.add(step.name)
        if step.what in (What.READ, What.WRITE):
            seen.add(step.name)
    return found


def _parts(ref: Ref) -> Iterator[Ref]:
    """Return the values of which one is set, and those that are added up."""
    pending = [ref]
    while pending:
        at = pending.pop()
        if at.kind in (Kind.OR, Kind.EITHER, Kind.OPERATION) and at.others:
            pending += at.others
        else:
            yield at


def _is_sent(ref: Ref) -> bool:
    """True of what an activity or a child workflow has sent back."""
    of = ref.of if ref.kind is Kind.RESULT and not ref.path else None
    return of is not None and (of.path or (of.name,))[-1].startswith("execute_")
