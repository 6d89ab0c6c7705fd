"""Runs the code of one workflow on symbols, as the SDK's event loop runs it.

What is not known (the truth of a condition, the rounds of a loop) is asked of :attr:`choose`. All
that is still to be done stands on the stacks of tasks, so nothing here is recursive.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from wflint import limits
from wflint.replay.describing import Describe
from wflint.replay.program import Functions
from wflint.replay.tasks import Frame, Item, Op, Task
from wflint.replay.terms import Callee, Term, Try
from wflint.replay.values import DRAW, NONE, NUMBERED, Chain, Given, Symbol, Value, parameter
from wflint.replay.waiting import has_come
from wflint.rule.place import Place

CLOSING = frozenset({"completion", "failure", "continue as new"})
UNTRACED = frozenset({"patch", "memo upsert", "search attribute upsert"})
"""Kinds of command that are done as soon as they are given."""

_ASKING = frozenset({"choose", "decide", "over", "patch"})
"""The operations that ask questions."""

Key = tuple[object, ...]
Choose = Callable[[Key, Sequence[object]], object]


class Closed(Exception):
    """The workflow is closed."""


class CutOff(Exception):
    """Code goes on for longer than it is followed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Blocked(Exception):
    """A question has no answer yet. The machine stands before it, and can go on with one."""

    def __init__(self, key: Key, options: Sequence[object]) -> None:
        super().__init__(key)
        self.key = key
        self.options = options


class Lost(Exception):
    """Code comes to a place of which nothing is known; ``chain`` leads to it."""

    def __init__(self, why: str, chain: Chain = ()) -> None:
        super().__init__(why)
        self.why = why
        self.chain = chain


class State(NamedTuple):
    """What decides what follows; ``left`` is the code that is left to run, handlers left out."""

    what: object
    left: tuple[Term, ...]


class Machine:
    """One run of a workflow."""

    def __init__(
        self,
        functions: Functions,
        choose: Choose,
        patched: Callable[[str, bool], bool],
        opaque: Callable[[Callee], bool],
        *,
        is_replay: bool,
    ) -> None:
        self.functions = functions
        self.choose = choose
        self.patched = patched
        self.opaque = opaque
        self.is_replay = is_replay
        self.given: list[Given] = []
        self.tasks: list[Task] = []
        self.queue: deque[Task] = deque()
        self.fields: dict[str, Value] = {}
        self.patches: dict[str, bool] = {}
        self.known: Mapping[str, Symbol] = {}
        self.counts: dict[object, int] = {}
        self.true: dict[str, int] = {}
        self.draws = 0
        self.is_closed = self._is_amid = False
        self._mark = 0
        self.rounds = limits.REPLAY_ROUNDS
        self.steps = 0

    # Commands.

    def give(self, kind: str, name: Symbol | None, ident: Symbol | None, chain: Chain) -> Given:
        """Give a command."""
        given = Given(len(self.given), kind, name, ident, chain)
        given.done = kind in UNTRACED
        if kind in NUMBERED:
            given.serial = self.serial(NUMBERED[kind])
        self.given.append(given)
        return given

    def cancel(self, given: Given, chain: Chain) -> None:
        """Cancel what a command has begun."""
        if given.done or given.cancelled:
            return
        given.cancelled = True
        if given.recorded:
            given.done = given.failed = True
            self.give(f"cancellation of {given.kind}", None, None, chain)

    def count(self, key: object) -> int:
        """Return how often something was asked before."""
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key]

    def ask(self, key: tuple[str, str], options: Sequence[object], *, again: bool) -> object:
        """Return the answer to a question, another one each time if it is asked ``again``."""
        number = self.counts.get(key, 0) + 1 if again else 0
        answer = self.choose((*key, number), options)
        if again:
            self.count(key)
        return answer

    def serial(self, of: str) -> int:
        """Return the next default id; what is cancelled before it is sent has one as well."""
        return self.count(("serial", of))

    def draw(self) -> Symbol:
        """Take the next of the seeded numbers."""
        self.draws += 1
        return Symbol(f"{DRAW}{self.draws}")

    def result(self, given: Given) -> Symbol:
        """Return what stands for the result of a command."""
        return Symbol(f"result of {given.shown} {self.count(('result', given.shown))}")

    # Tasks.

    def spawn(self, items: list[Item], label: str = "") -> Task:
        """Start a task, which runs when its turn comes."""
        task = Task(items, label)
        self.tasks.append(task)
        self.enqueue(task)
        return task

    def enqueue(self, task: Task) -> None:
        """Let a task run when its turn comes."""
        if not task.is_queued:
            task.is_queued = True
            self.queue.append(task)

    def frame(
        self, callee: Callee, names: dict[str, Value], chain: Chain, depth: int
    ) -> list[Item]:
        """Return what a function does, ready to run."""
        if depth > limits.REPLAY_CALLS:
            raise CutOff("functions that call one another without end")
        frame = Frame(callee.node.fn, names, chain, depth)
        return [(Op("frame"), frame), (self.functions.work(callee.node), frame)]

    def enter(self, callee: Callee, kind: str, label: str) -> Task:
        """Start the task of an entry point: `run`, or the handler of a message."""
        receiver = self.functions.code(callee.node).receiver
        names: dict[str, Value] = {
            name: self._parameter(parameter(kind, label, number))
            for number, name in enumerate(self.functions.code(callee.node).params)
        }
        if receiver:
            names[receiver] = Symbol("self")
        items = self.frame(callee, names, (), 0)
        frame = items[0][1]
        items.insert(0, (Op("end", kind, label), frame))
        if kind == "update":
            items.append((Op("accept", label), frame))
        return self.spawn(items, "run" if kind == "run" else "")

    def _parameter(self, of: Symbol) -> Symbol:
        return self.known.get(of.key, of)

    def run(self) -> None:
        """Run all tasks as far as they can go; after :class:`Blocked` it goes on there."""
        if not self._is_amid:
            if self.is_closed:
                return
            self._is_amid, self._mark, self.steps = True, len(self.given), 0
        while self._turn():
            pass
        self._is_amid = False
        self.tasks = [task for task in self.tasks if not task.is_done]
        if self.is_closed:
            self.close_last(self._mark)

    def _turn(self) -> bool:
        """Run the tasks whose turn it is; true if others can go on after that."""
        while self.queue:
            task = self.queue.popleft()
            task.is_queued = False
            if task.is_done or (task.is_waiting and not self._can_go_on(task)):
                continue
            task.is_waiting = False
            self._run(task)  # what is ready runs, even when the workflow has closed
        waking = [t for t in self.tasks if t.is_waiting and self._can_go_on(t)]
        for task in waking:
            self.enqueue(task)
        return bool(waking)

    def _can_go_on(self, task: Task) -> bool:
        return not task.is_done and has_come(task.for_what, self.true)

    def _run(self, task: Task) -> None:
        from wflint.replay.stepping import step

        try:
            self.resume(task)
            task.for_what = ()
            while task.stack and not task.is_waiting and not task.is_queued:
                self.steps += 1
                if self.steps > limits.REPLAY_STEPS:
                    raise CutOff("a long way without a wait")
                what = task.stack[-1][0]
                if isinstance(what, Op) and what.name in _ASKING:
                    self._step_or_stay(task, step)
                else:
                    step(self, task)
            if not task.stack and not task.is_waiting:
                task.is_done = True
                task.value = task.values.pop() if task.values else NONE
        except Closed:
            task.is_done = self.is_closed = True

    def _step_or_stay(self, task: Task, step: Callable[[Machine, Task], None]) -> None:
        """Do a step that asks something, or stay before it where there is no answer."""
        top, values = task.stack[-1], list(task.values)
        try:
            step(self, task)
        except Blocked:
            task.stack.append(top)
            task.values = values
            task.is_queued = True
            self.queue.appendleft(task)
            raise

    def close_last(self, mark: int) -> None:
        """The first closing command comes behind the others of its task."""
        new = self.given[mark:]
        ends = [g for g in new if g.kind in CLOSING]
        self.given[mark:] = [g for g in new if g.kind not in CLOSING] + ends[:1]

    # What one that follows a recorded history does otherwise.

    def resume(self, task: Task) -> None:
        """A task begins or goes on."""

    def enter_try(self, term: Try) -> str:
        """Return the error that a block begins with; "" for none."""
        return ""

    def await_data(self, task: Task, frame: Frame, value: Value) -> None:
        """Something of which only the code is known is awaited."""
        task.values.append(value)

    def touch(self, attribute: str, value: Value | None) -> None:
        """An attribute is set, to a value if that is known."""

    def took(self, term: Term, frame: Frame, answer: bool) -> None:
        """A branch, a loop or an `except` is decided."""

    # What else they share.

    def pending(self) -> list[Given]:
        """Return the operations that may end next."""
        return [
            g for g in self.given if g.recorded and not g.done and not g.cancelled and g.can_end
        ]

    def awaited(self) -> list[str]:
        """Return the conditions that tasks wait for."""
        found = [t.for_what[1] for t in self.tasks if t.for_what[:1] == ("condition",)]
        return [key for key in dict.fromkeys(found) if isinstance(key, str)]

    def is_guarded(self) -> bool:
        """True if the failure of an operation that a task waits for would be handled."""
        return any(t.guards for t in self.tasks if not t.is_done and t.is_waiting)

    def state(self, commands: Iterable[Given | None] = ()) -> State:
        """Return a description of what decides what follows, but for the counts of questions.

        ``commands`` are those that count besides the ones that tasks wait for.
        """
        describe = Describe()
        what = (
            tuple(describe.task(task) for task in self.tasks),
            tuple(describe.task(task) for task in self.queue),
            tuple((name, describe.value(v)) for name, v in sorted(self.fields.items())),
            tuple(describe.value(given) for given in commands),
            describe.names(),
            tuple(sorted(self.true.items())),
            (self.draws, self.is_closed),
        )
        return State(what, tuple(describe.terms))


def place(frame: Frame, site: int) -> Chain:
    """Return the calls that lead to a site of a function that runs."""
    return (*frame.chain, Place(frame.fn, site))
