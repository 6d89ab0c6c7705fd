"""Makes random workflows and random edits of them: the pairs of ``compare_random_pairs.py``.

A pair is the same for the same seed. A body is a list of statements, each a tuple whose first word
says what it is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Statement: TypeAlias = "tuple[Any, ...]"
Body: TypeAlias = "list[Statement]"

HEAD = """\
import asyncio
import contextlib
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

TEN = timedelta(seconds=10)
ONCE = RetryPolicy(maximum_attempts=1)


def check(order: str, always: str = "!") -> None:
    is_even = int(activity.info().activity_id) % 2 == 0
    if ("y" if is_even else "z") in order or always in order:
        raise ApplicationError("refused", non_retryable=True)


@activity.defn
async def reserve(order: str) -> str:
    check(order)
    return f"reserved {order}"


@activity.defn
async def charge(order: str) -> str:
    check(order)
    return f"charged {order}"


@activity.defn
async def ship(order: str) -> str:
    check(order)
    return f"shipped {order}"


@activity.defn
async def refuse(order: str) -> str:
    check(order, "x")
    return order


async def act(name, order: str) -> None:
    await workflow.execute_activity(name, order, start_to_close_timeout=TEN, retry_policy=ONCE)


@contextlib.asynccontextmanager
async def plain(order: str):
    await act(reserve, order)
    yield order
    await act(charge, order)


@contextlib.asynccontextmanager
async def closing(order: str):
    try:
        yield order
    finally:
        await act(ship, order)


@contextlib.asynccontextmanager
async def keeping(order: str):
    try:
        yield order
    except ActivityError:
        await act(reserve, order)


@workflow.defn
class Child:
    @workflow.run
    async def run(self, order: str) -> str:
        return order
"""
_ACTIVITIES = ("reserve", "charge", "ship")
_BITS = ("a", "b")
_MANAGERS = ("plain", "closing", "keeping")


@dataclass
class Program:
    """A workflow: its run method, a helper, and what its handlers do besides setting a flag."""

    run: Body
    step: Body
    on_signal: Body | None = None
    on_update: Body | None = None

    def bodies(self) -> list[Body]:
        """Return all bodies that can be edited."""
        tops = [self.run, self.step, self.on_signal, self.on_update]
        return [body for top in tops if top is not None for body in _bodies(top)]

    def words(self) -> set[str]:
        """Return what the statements are and are about, for those who choose scenarios."""
        found: set[str] = set()
        for body in self.bodies():
            for statement in body:
                found.update(part for part in statement if isinstance(part, str))
        return found


def _bodies(body: Body) -> Iterator[Body]:
    pending = [body]
    while pending:
        each = pending.pop()
        yield each
        for statement in each:
            pending += [part for part in statement if isinstance(part, list)]


@dataclass
class Pair:
    """A workflow before and after an edit; ``edits`` says which."""

    seed: int
    before: Program
    after: Program
    edits: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the workflow."""
        return f"W{self.seed}"


def make_pair(seed: int) -> Pair:
    """Return the pair of a seed."""
    source = _Source(seed)
    before = source.program()
    pair = Pair(seed, before, _copied(before))
    for _ in range(1 if source.random.random() < 0.85 else 2):
        pair.edits.append(source.edit(pair.after))
    return pair


def _copied(program: Program) -> Program:
    bodies = (program.run, program.step, program.on_signal, program.on_update)
    return Program(*(_copied_body(body) if body is not None else None for body in bodies))  # type: ignore[arg-type]


def _copied_body(body: Body) -> Body:
    return [
        tuple(_copied_body(part) if isinstance(part, list) else part for part in statement)
        for statement in body
    ]


def _calls_step(statement: Statement) -> bool:
    first, *parts = statement
    if first in ("step", "task", "cancelled") or "step" in parts:
        return True
    return any(_calls_step(s) for part in parts if isinstance(part, list) for s in part)


class _Source:
    """Makes what one seed says."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._names = 0
        self._is_in_step = False  # the helper must not call itself, without end

    def program(self) -> Program:
        """Return a workflow."""
        r = self.random
        program = Program([], [self._simple()])
        has_handlers = r.random()
        if has_handlers < 0.35:
            program.on_signal = [self._simple()] if r.random() < 0.4 else []
        if 0.25 < has_handlers < 0.45:
            program.on_update = [self._simple()] if r.random() < 0.6 else []
        program.run = [self.statement(2) for _ in range(r.randint(2, 4))]
        if program.on_signal is not None and r.random() < 0.8:
            timeout = r.choice((None, None, 5, 0.3))
            program.run.insert(r.randint(0, len(program.run)), ("wait", "go", timeout))
        if program.on_update is not None and r.random() < 0.6:
            program.run.insert(r.randint(0, len(program.run)), ("wait", "approved", None))
        return program

    def _name(self) -> str:
        self._names += 1
        return f"task{self._names}"

    def _simple(self) -> Statement:
        r = self.random
        options: list[Statement] = [
            ("activity", r.choice(_ACTIVITIES)),
            ("activity", r.choice(_ACTIVITIES)),
            ("activity", r.choice(_ACTIVITIES)),
            ("timer",),
            ("memo",),
            ("local", r.choice(_ACTIVITIES)),
        ]
        return r.choice(options)

    def _some(self, depth: int) -> Body:
        return [self.statement(depth - 1) for _ in range(self.random.choice((1, 1, 2)))]

    def statement(self, depth: int) -> Statement:
        """Return a statement with bodies that are nested ``depth`` times at most."""
        while True:
            found = self._statement(depth)
            if not (self._is_in_step and _calls_step(found)):
                return found

    def _statement(self, depth: int) -> Statement:
        r = self.random
        flat = ("simple", "simple", "simple", "gather", "within", "step", "task", "child")
        nested = ("loop", "if", "try", "guard", "cancelled", "held") if depth else ()
        kind = r.choice((*flat, *nested))
        match kind:
            case "gather":
                return ("gather", *(self._awaitable() for _ in range(2)))
            case "within":
                return ("within", r.choice(_ACTIVITIES))
            case "step":
                return ("step",)
            case "task":
                return ("task", self._name(), r.choice(("kept", "joined", "joined")))
            case "child":
                return ("child", r.choice(("child-1", "child-2", "")), r.random() < 0.3)
            case "loop":
                return ("loop", r.randint(1, 2), self._some(depth))
            case "if":
                orelse = self._some(depth) if r.random() < 0.4 else []
                return ("if", r.choice(_BITS), self._some(depth), orelse)
            case "try":
                return ("try", [("activity", "refuse"), *self._some(depth)], self._some(depth))
            case "guard":
                return ("guard", r.choice(_BITS), r.choice(("return", "raise")))
            case "held":
                return ("held", r.choice(_MANAGERS), self._some(depth))
            case "cancelled":
                return ("cancelled", self._name(), r.random() < 0.5, self._some(depth))
        return self._simple()

    def _awaitable(self) -> str:
        r = self.random
        options = [*(f"activity {name}" for name in _ACTIVITIES), "timer", "step"]
        return r.choice(options)

    # Edits.

    def edit(self, program: Program) -> str:
        """Edit a workflow somewhere; return what was done."""
        r = self.random
        bodies = [body for body in program.bodies() if body]
        body = r.choice(bodies) if r.random() < 0.5 else program.run
        at = r.randrange(len(body))
        self._is_in_step = any(body is each for each in _bodies(program.step))
        edits = [
            *("insert", "insert", "remove", "swap", "replace", "neutral"),
            *("patched insert", "patched replace", "append", "wrap", "change"),
        ]
        kind = r.choice(edits)
        match kind:
            case "insert":
                body.insert(at, self.statement(1))
            case "append":
                body.append(self.statement(1))
            case "remove" if len(body) > 1:
                del body[at]
            case "swap" if len(body) > 1:
                other = (at + 1) % len(body)
                body[at], body[other] = body[other], body[at]
            case "replace":
                body[at] = self.statement(1)
            case "patched insert":
                body.insert(at, ("patched", "edit", [self._simple()], []))
            case "patched replace":
                body[at] = ("patched", "edit", [self.statement(1)], [body[at]])
            case "wrap":
                body[at] = self._wrapped(body[at])
            case "change":
                body[at] = self._changed(body[at])
            case _:
                body.insert(at, ("neutral",))
        return kind

    def _wrapped(self, statement: Statement) -> Statement:
        r = self.random
        match r.randrange(5):
            case 0:
                return ("loop", r.randint(1, 2), [statement])
            case 1:
                return ("if", r.choice(_BITS), [statement], [])
            case 2:
                return ("try", [statement], [("again",)])
            case 3:
                return ("held", r.choice(_MANAGERS), [statement])
        return ("try", [statement], [self._simple()])

    def _changed(self, statement: Statement) -> Statement:
        r = self.random
        match statement:
            case ("wait", name, timeout):
                return ("wait", name, 5 if timeout is None else None)
            case ("loop", times, body):
                return ("loop", times + 1, body)
            case ("if", bit, then, orelse):
                return ("if", bit, then, orelse[:-1] or [self._simple()])
            case ("task", name, how):
                return ("task", name, "kept" if how == "joined" else "joined")
            case ("gather", *parts):
                return ("gather", *reversed(parts))
            case ("child", _, started):
                return ("child", r.choice(("child-1", "child-2", "")), not started)
            case ("activity", name):
                return r.choice((("within", name), ("local", name), ("activity", name)))
            case ("try", body, handler):
                return ("try", body, [*handler, self._simple()])
            case ("cancelled", name, waits, body):
                return ("cancelled", name, not waits, body)
            case ("held", _, body):
                return ("held", r.choice(_MANAGERS), body)
        return statement


# Code.


def code(program: Program, name: str) -> str:
    """Return the module of a workflow."""
    lines = [HEAD, "", "async def step(order: str) -> None:", *_indented(program.step, 1), "", ""]
    lines += ["@workflow.defn", f"class {name}:", "    def __init__(self) -> None:"]
    lines += ["        self.go = False", "        self.approved = False", ""]
    lines += ["    @workflow.run", "    async def run(self, order: str) -> str:"]
    lines += [*_indented(program.run, 2), "        return order"]
    if program.on_signal is not None:
        lines += ["", "    @workflow.signal", "    async def start(self, order: str) -> None:"]
        lines += ["        self.go = True", *_indented(program.on_signal, 2)]
    if program.on_update is not None:
        lines += ["", "    @workflow.update", "    async def approve(self, order: str) -> str:"]
        lines += [*_indented(program.on_update, 2), "        self.approved = True"]
        lines += ["        return order"]
    return "\n".join(lines) + "\n"


_ONCE = "start_to_close_timeout=TEN, retry_policy=ONCE"


def _indented(body: Sequence[Statement], depth: int) -> list[str]:
    lines = [line for statement in body for line in _lines(statement)]
    return ["    " * depth + line for line in lines]


def _call(how: str) -> str:
    match how.split():
        case ["activity", name]:
            return f"workflow.execute_activity({name}, order, {_ONCE})"
        case ["local", name]:
            return f"workflow.execute_local_activity({name}, order, start_to_close_timeout=TEN)"
        case ["timer"]:
            return "asyncio.sleep(0.02)"
    return "step(order)"


def _lines(statement: Statement) -> list[str]:
    match statement:
        case ("activity" | "local" as kind, name):
            return [f"await {_call(f'{kind} {name}')}"]
        case ("timer" | "step",):
            return [f"await {_call(statement[0])}"]
        case ("memo",):
            return ["workflow.upsert_memo({'seen': 1})"]
        case ("neutral",):
            return ["workflow.logger.info('here')"]
        case ("again",):
            return ["raise"]
        case ("gather", *parts):
            return [f"await asyncio.gather({', '.join(map(_call, parts))})"]
        case ("within", name):
            return [f"await asyncio.wait_for({_call(f'activity {name}')}, 5)"]
        case ("task", name, how):
            made = f"{name} = asyncio.create_task(step(order))"
            return [made, *(["await asyncio.sleep(0.02)", f"await {name}"] * (how == "joined"))]
        case ("child", ident, started):
            given = f', id=f"{{workflow.info().workflow_id}}-{ident}"' if ident else ""
            if started:
                start = f"child = await workflow.start_child_workflow(Child.run, order{given})"
                return [start, "await child"]
            return [f"await workflow.execute_child_workflow(Child.run, order{given})"]
        case ("guard", bit, "return"):
            return [f'if "{bit}" in order:', "    return order"]
        case ("guard", bit, _):
            return [f'if "{bit}" in order:', '    raise ApplicationError("stopped")']
        case ("wait", name, None):
            return [f"await workflow.wait_condition(lambda: self.{name})"]
        case ("wait", name, timeout):
            waits = f"    await workflow.wait_condition(lambda: self.{name}, timeout={timeout})"
            return ["try:", waits, "except asyncio.TimeoutError:", f"    self.{name} = True"]
    return _nested(statement)


def _nested(statement: Statement) -> list[str]:
    match statement:
        case ("loop", times, body):
            return [f"for _ in range({times}):", *_indented(body, 1)]
        case ("if", bit, then, orelse):
            rest = ["else:", *_indented(orelse, 1)] if orelse else []
            return [f'if "{bit}" in order:', *_indented(then, 1), *rest]
        case ("try", body, handler):
            except_ = ["except ActivityError:", *_indented(handler, 1)]
            return ["try:", *_indented(body, 1), *except_]
        case ("held", name, body):
            return [f"async with {name}(order):", *_indented(body, 1)]
        case ("patched", ident, new, old):
            rest = ["else:", *_indented(old, 1)] if old else []
            return [f'if workflow.patched("{ident}"):', *_indented(new, 1), *rest]
        case ("cancelled", name, waits, body):
            before = ["await asyncio.sleep(0.02)"] if waits else []
            return [
                f"{name} = asyncio.create_task(step(order))",
                *before,
                *_lines(body[0]),
                f"{name}.cancel()",
                *_indented(body[1:], 0),
            ]
    raise AssertionError(statement)
