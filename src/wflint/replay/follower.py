"""Runs new code on a recorded history: where the machine would ask, all answers are possible.

A history is one way through the code, so what only values decide is chosen freely: conditions,
rounds of loops, errors of code that gives no command, when something becomes true.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Sequence

from wflint import limits
from wflint.replay import leaving
from wflint.replay.awaiting import on_given
from wflint.replay.copying import Copier
from wflint.replay.flags import Flags
from wflint.replay.history import surely_differ
from wflint.replay.known import Arguments, known_answer, taken
from wflint.replay.machine import CutOff, Lost, Machine
from wflint.replay.recorded import Event, literal
from wflint.replay.sides import Side
from wflint.replay.tasks import Frame, Op, Task
from wflint.replay.terms import Callee, Term, Try
from wflint.replay.values import (
    DRAW,
    NONE,
    UNRESOLVED,
    Chain,
    Given,
    Symbol,
    Value,
    key_of,
)

_OWN_ERRORS = frozenset(
    {
        *("ActivityError", "ChildWorkflowError", "NexusOperationError", "FailureError"),
        *("CancelledError", "TimeoutError", "TemporalError", "WorkflowAlreadyStartedError"),
    }
)
"""Errors that only come from what is waited for."""

_PRIMITIVES = (".wait()", ".get()", ".acquire()", ".join()")
"""What waits inside the workflow, by the end of its code."""

_SAME_ANSWERS = 3
"""How often in a row a test without any command is answered alike."""

_UUID = 36
_BY_TASKS = frozenset({"task", "all", "group"})
"""What tasks wait for that others end."""

LOCAL = "local activity"
DATA = "something awaited"
_NOT_RECORDED = frozenset({"signal with start", UNRESOLVED})

Taken = tuple[int, bool]


class Picks:
    """Picks answers as told, and the first option for the rest."""

    def __init__(self, told: tuple[int, ...]) -> None:
        self.told = told
        self.made: list[int] = []
        self._sizes: list[int] = []

    def pick(self, options: Sequence[object]) -> object:
        """Return one of the options."""
        if len(options) == 1:
            return options[0]
        number = len(self.made)
        if number >= limits.FOLLOWED_PICKS:
            raise CutOff("more open questions in one workflow task than are tried")
        index = self.told[number] if number < len(self.told) else 0
        self.made.append(index)
        self._sizes.append(len(options))
        return options[index]

    def others(self) -> Iterable[tuple[int, ...]]:
        """Yield the ways to pick otherwise, the last new question last."""
        for number in range(len(self.told), len(self.made)):
            for other in range(self._sizes[number] - 1, 0, -1):
                yield (*self.made[:number], other)


class Follower(Machine):
    """A machine that follows a history; between workflow tasks it can be copied.

    ``unmatched`` are the commands that no event has taken yet, ``open`` what was begun, by the
    number of its event. ``unsure`` is what has happened that is not known exactly enough.
    ``misfit`` is an event that cannot be of what has begun. ``guess`` is what must have happened
    that the code does not show. ``flags`` are the attributes whose truth is known.
    """

    def __init__(self, side: Side, flags: Flags | None = None) -> None:
        super().__init__(
            side.functions, self._choose, self._is_patched, lambda _: False, is_replay=True
        )
        self.side = side
        self.rounds = sys.maxsize
        self.unmatched: deque[Given] = deque()
        self.open: dict[int, Given] = {}
        self.awaits: list[Given] = []
        self.local: list[Given] = []
        self.markers: set[str] = set()
        self.unsure = ""
        self.is_begun = False
        self.arguments: Arguments = ()
        self.serials: dict[str, int] = {}
        self.misfit: Event | None = None
        self.guess = ""
        self.flags = Flags(side) if flags is None else flags.copy()
        self.begin_task(Picks(()), (), 0)

    def copy(self) -> Follower:
        """Return a copy, to be used between workflow tasks."""
        made, copier = Follower(self.side, self.flags), Copier()
        try:
            made.tasks = copier.all(self.tasks)
            made.fields = {name: copier.copy(value) for name, value in self.fields.items()}
            made.unmatched = deque(copier.all(self.unmatched))
            made.open = {number: copier.copy(given) for number, given in self.open.items()}
            made.awaits = copier.all(self.awaits)
            made.local = copier.all(self.local)
        except RecursionError:
            raise CutOff("the code is nested too deeply") from None
        made.patches, made.markers = dict(self.patches), set(self.markers)
        made.draws, made.is_closed, made.unsure = self.draws, self.is_closed, self.unsure
        made.is_begun, made.serials, made.guess = self.is_begun, dict(self.serials), self.guess
        return made

    def begin_task(self, picks: Picks, commands: Sequence[Event], left: int) -> None:
        """Begin a workflow task with some commands in the history, of ``left`` ones."""
        self.picks = picks
        self.expected, self._left = len(commands), left
        self._may_fail = any(event.kind == "failure" for event in commands)
        self.given = []
        self.taken: list[Taken] = []
        self.ending: set[int] = set()
        self.woken: set[int] = set()
        self.total = 0
        self._rounds = self._disturbed = 0
        self._asked: dict[object, int] = {}

    def may_swap(self, commands: Sequence[Event]) -> bool:
        """True if tasks that were woken together may give these commands in another order.

        Tasks that others make run in the order in which they were made, which is known.
        """
        given = [g for g in self.given if not g.cancelled]
        if len(given) != len(commands) or len(self.woken) < 2:
            return False
        left = list(given)
        for event in commands:
            fitting = next((g for g in left if may_be(event, g, by_number=False)), None)
            if fitting is None:
                return False
            left.remove(fitting)
        return True

    def describe(self) -> object:
        """Return what decides about all that follows."""
        queue = tuple(given.state() for given in self.unmatched)
        serials = tuple(sorted(self.serials.items()))
        return (
            (self.state().what, tuple(sorted(self.patches.items()))),
            queue,
            self.is_closed,
            bool(self.unsure),
            self.guess,
            self.flags.state(),
            serials,
        )

    # Questions.

    def _choose(self, key: tuple[object, ...], options: Sequence[object]) -> object:
        if key[0] == "for":
            return -1  # each round is a question of its own
        if key[0] == "round":
            return self._goes_on()
        if key[0] == "if":
            return self._truth(key[1])
        return self.picks.pick(options)

    def _goes_on(self) -> object:
        """A loop goes on as long as the history may need it."""
        self._rounds += 1
        if self._rounds > self._left + 4:
            return False
        is_likely = max(self._rounds, len(self.given) + 1) <= self.expected
        return self.picks.pick((True, False) if is_likely else (False, True))

    def _truth(self, key: object) -> object:
        """A test that is asked again and again, while nothing happens, has another answer.

        What follows from values in the history is no question.
        """
        known = known_answer(key) if isinstance(key, str) else None
        if known is not None:
            return known
        asked = (key, len(self.given))
        same = self._asked.get(asked, 0)
        if abs(same) >= _SAME_ANSWERS:
            self._asked[asked] = 0
            return same < 0
        answer = self._pick_truth(key, (True, False))
        self._asked[asked] = max(same, 0) + 1 if answer else min(same, 0) - 1
        return answer

    def touch(self, attribute: str, value: Value | None) -> None:
        """An attribute is set, to a value if that is known."""
        self.flags.set(attribute, value)

    def _pick_truth(self, key: object, options: Sequence[bool]) -> bool:
        """Pick if a test is true; another answer than what its attribute says is a guess."""
        known = self.flags.truth(key)
        if known is None or self.is_closed:  # old versions of the SDK let nobody go on then
            return bool(self.picks.pick(options))
        if not self.picks.pick((True, False)):
            must = f"`{key}` must be {'false' if known else 'true'}"
            self.guess = self.guess or f"{must}, and nothing is seen to set it"
            return not known
        return known

    def count(self, key: object) -> int:
        """Return how often something was asked, which makes no difference here."""
        return 1

    def serial(self, of: str) -> int:
        """Return the next default id."""
        self.serials[of] = self.serials.get(of, 0) + 1
        return self.serials[of]

    def _is_patched(self, name: str, deprecated: bool) -> bool:
        if name[:1] not in ("'", '"'):
            raise Lost("the id of a patch is not known")
        return name in self.markers

    # What may go wrong in code without commands.

    def resume(self, task: Task) -> None:
        """A task may go on with an error of code that gives no command."""
        if task.for_what and task.for_what[0] not in _BY_TASKS:
            self.woken.add(id(task))
        if not task.stack or _is_cancelled(task.stack[-1][0]):
            return
        names = [n for what, _ in task.stack for n in _caught(what)]
        error = self._error([*names, "Exception"] if self._may_fail else names)
        if not error:
            return
        if error not in names:
            self.guess = self.guess or "it has failed by an error that the code does not show"
        frame = task.stack[-1][1]
        if task.for_what:
            task.stack.insert(len(task.stack) - 1, (Op("disturb", error), frame))
        else:
            leaving.fail(self, task, error, frame, -1)

    def enter_try(self, term: Try) -> str:
        """A block may begin with such an error."""
        return self._error(_caught(Op("try", term)))

    def _error(self, names: Iterable[str]) -> str:
        options = ("", *dict.fromkeys(name for name in names if name not in _OWN_ERRORS))
        if len(options) == 1 or self._disturbed >= limits.FOLLOWED_ERRORS:
            return ""
        error = str(self.picks.pick(options))
        self._disturbed += bool(error)
        return error

    def took(self, term: Term, frame: Frame, answer: bool) -> None:
        """Note a way through the code."""
        self.taken.append((id(term), answer))

    # Commands.

    def give(self, kind: str, name: Symbol | None, ident: Symbol | None, chain: Chain) -> Given:
        """Give a command, if it is one that histories have."""
        if kind in _NOT_RECORDED:
            code = name.key if name is not None else ""
            if kind == UNRESOLVED and code.endswith(_PRIMITIVES):
                given = Given(-1, DATA, name, None, chain)
                self.awaits.append(given)
                return given
            raise Lost(f"`{code}` cannot be followed" if code else f"a {kind} is not known")
        given = super().give(kind, name, ident, chain)
        if kind == LOCAL:
            self.local.append(given)
        return given

    def await_data(self, task: Task, frame: Frame, value: Value) -> None:
        """What is awaited may be there, or come at any time: a lock, a future."""
        if self.picks.pick((True, False)):
            task.values.append(value)
            return
        given = Given(-1, DATA, Symbol(key_of(value)), None, frame.chain)
        self.awaits.append(given)
        on_given(self, task, frame, given)

    def cancel(self, given: Given, chain: Chain) -> None:
        """Cancel what a command has begun, if its end does not come in the same task."""
        before = len(self.given)
        super().cancel(given, chain)
        if len(self.given) > before and id(given) in self.ending:
            self.given.pop()
        elif given.kind not in ("timer", DATA) and given.cancelled:
            self.unsure = self.unsure or f"what a cancelled {given.kind} does is not known exactly"

    def result(self, given: Given) -> Symbol:
        """Return what stands for the result of a command."""
        return Symbol(f"result of {given.shown}") if given.kind != DATA else given.name or NONE

    def enter(self, callee: Callee, kind: str, label: str) -> Task:
        """Start the task of an entry point with its ``arguments``, as far as these are known."""
        task = super().enter(callee, kind, label)
        frame = task.stack[0][1]
        frame.names.update(taken(self.side.functions.code(callee.node), self.arguments))
        self.arguments = ()
        self.woken.add(id(task))
        return task

    # Running.

    def run(self) -> None:
        """Run all tasks as far as they can go."""
        try:
            super().run()
        finally:
            self.total += self.steps

    def settle(self) -> None:
        """Run all that can run; conditions may become true as long as that leads anywhere.

        That is so until the end of the workflow task in which the workflow closes.
        """
        mark = len(self.given)
        self.run()
        for _ in range(self.expected + limits.FOLLOWED_ROUNDS):
            if not self._something_comes():
                break
            has_closed, self.is_closed = self.is_closed, False
            self.run()
            self.is_closed |= has_closed
        if self.is_closed:
            self.close_last(mark)

    def _something_comes(self) -> bool:
        is_likely = len(self.given) < self.expected
        options = (True, False) if is_likely else (False, True)
        has_come = False
        for key in self.awaited():
            if self._pick_truth(key, options):
                self._come_true(key)
                has_come = True
        self.awaits = [given for given in self.awaits if not given.done and not given.cancelled]
        for given in self.awaits:
            given.done = bool(self.picks.pick(options))
            has_come |= given.done
        return has_come

    def _come_true(self, key: str) -> None:
        """A condition is true for those who wait for it, and may be false the next time."""
        for task in self.tasks:
            if task.for_what[:2] == ("condition", key):
                task.for_what = ("come", *task.for_what[1:])


def _is_cancelled(what: object) -> bool:
    return isinstance(what, Op) and what.name == "cancelled"


def _caught(what: object) -> list[str]:
    """Return a name for each `except` of a `try`."""
    if isinstance(what, Op) and what.name == "try" and isinstance(what.data, Try):
        return [h.names[0] for h in what.data.handlers if h.names]
    return []


def may_be(event: Event, given: Given, *, by_number: bool = True) -> bool:
    """True if a command may have led to an event, as far as replay compares them.

    Default ids count unless the order of commands is not known, ``by_number`` being false.
    """
    if given.kind != event.kind and given.kind not in event.others:
        return False
    is_named = event.name is not None and given.name is not None
    if is_named and surely_differ(literal(event.name), given.name):
        return False
    if event.ident is None:
        return True
    if given.kind == "timer":
        return True  # its id is only compared when it fires
    if given.ident is None:
        return event.ident == str(given.serial) or (not by_number and event.ident.isdigit())
    if given.ident.key.startswith(DRAW):
        return len(event.ident) == _UUID and event.ident.count("-") == 4
    return not surely_differ(literal(event.ident), given.ident)
