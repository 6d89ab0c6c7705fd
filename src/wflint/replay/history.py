"""Old histories, and their replay on new code with the matching rules of the SDK's core.

Commands that are given wait in one queue, through all workflow tasks; each event of a command takes
the first of them. A command may come earlier than it did, never later. One that was cancelled
before its event is skipped, and so is a patch where the history has something else.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from wflint import limits
from wflint.replay import cancelling
from wflint.replay.choosing import Choices, Key
from wflint.replay.machine import Blocked, Choose, CutOff, Lost, Machine
from wflint.replay.sides import Side
from wflint.replay.terms import Callee, Exit, Seq
from wflint.replay.values import DRAW, UNRESOLVED, Chain, Given, Symbol

Event = tuple[str, object]
"""What happens to a workflow: its kind, and the number of a command, or a name."""


class Activation(Struct):
    """One workflow task of the old code: the events before it, and the commands it gave."""

    event: Event | None
    commands: list[Given]
    closes: bool
    of_local: bool = False  # begun by the end of a local activity
    asked: int = 0  # how many questions had been asked by its end


NOT_KNOWN = "what some of its calls do is not known"


class Outcome(enum.Enum):
    """How a replay ends."""

    FITS = "fits"
    DIFFERS = "differs"
    UNSURE = "unsure"  # two names or ids that may be the same
    UNKNOWN = "unknown"


class Difference(Struct):
    """The first place where a history and new code part."""

    outcome: Outcome = Outcome.FITS
    is_closed: bool = False
    before: tuple[Given, ...] = ()
    was: Given | None = None
    now: Given | None = None
    around: tuple[Given, ...] = ()
    why: str = ""
    chain: Chain = ()  # to where the new code cannot be followed
    task: int = -1  # the number of the workflow task


class OldRun:
    """The old code, run on symbols.

    The messages in ``idle`` do not come, since they lead to nothing: whatever they change, each
    condition may become true at any time anyway. Operations fail where the code handles it, or
    always if they ``may_fail``, because the new code handles other errors. What is not known and
    has not been asked before ends a run with :class:`wflint.replay.machine.Blocked`.
    """

    def __init__(
        self,
        side: Side,
        choices: Choices,
        opaque: Callable[[Callee], bool],
        idle: Collection[tuple[str, str]] = (),
        *,
        may_fail: bool = False,
    ) -> None:
        self.side = side
        self._idle = idle
        self._may_fail = may_fail
        self.choices = choices
        self.machine = Machine(side.functions, self._choose, self._patched, opaque, is_replay=False)
        self.machine.enter(side.run, "run", "run")
        self.arrived: set[tuple[str, str]] = set()
        self._events = self._first = 0
        self.is_cancelled = False

    def _choose(self, key: Key, options: Sequence[object]) -> object:
        if not self.choices.is_asked(key):
            raise Blocked(key, options)
        return self.choices.choose(key, options)

    def _patched(self, name: str, deprecated: bool) -> bool:
        return bool(self._choose(("patched", name), (True, False)))

    def begin(self, event: Event | None) -> None:
        """Begin a workflow task with an event; the machine runs it."""
        machine = self.machine
        self._first = len(machine.given)
        if event is not None:
            happen(machine, self.side, event, lambda number: machine.given[number])

    @property
    def fresh(self) -> list[Given]:
        """The commands that the workflow task has given."""
        return self.machine.given[self._first :]

    def finish(self, event: Event | None) -> Activation:
        """Return what the code has done in a workflow task."""
        commands = [given for given in self.fresh if not given.cancelled]
        for given in commands:
            given.recorded = True
        return Activation(event, commands, self.machine.is_closed, self.is_local(event))

    def is_local(self, event: Event | None) -> bool:
        """True for the end of a local activity."""
        if event is None or event[0] not in ("end", "fail") or not isinstance(event[1], int):
            return False
        return self.machine.given[event[1]].kind == "local activity"

    @property
    def has_local(self) -> bool:
        """True if a local activity runs."""
        return any(given.kind == "local activity" for given in self.machine.pending())

    def next_event(self) -> Event | None:
        """Choose what happens next; ``None`` for nothing."""
        if self.machine.is_closed or self._events >= limits.REPLAY_EVENTS:
            return None
        self._events += 1
        events = self._possible()
        if not events:
            return None
        key = ("event", self._events)
        chosen = self.choices.choose(key, tuple(events)) if len(events) > 1 else events[0]
        assert isinstance(chosen, tuple)
        if chosen[0] in ("signal", "update"):
            self.arrived.add(chosen)
        self.is_cancelled |= chosen[0] == "cancel"
        return chosen

    def _possible(self) -> list[Event]:
        machine = self.machine
        events: list[Event] = []
        for given in machine.pending()[: limits.REPLAY_PENDING]:
            if given.kind == "local activity":
                may_fail = self._may_fail or machine.is_guarded()
                return [(how, given.number) for how in ("end", "fail")[: 1 + may_fail]]
            if given.twice and not given.started:
                events.append(("start", given.number))
                continue
            events.append(("end", given.number))
            if given.kind != "timer" and (self._may_fail or machine.is_guarded()):
                events.append(("fail", given.number))
        events += [("condition", key) for key in machine.awaited()]
        events += [k for k in self.side.handlers if k not in self.arrived and k not in self._idle]
        main = machine.tasks[0] if machine.tasks else None
        if main is not None and main.label == "run" and main.guards and not self.is_cancelled:
            events.append(("cancel", "run"))
        return events


def happen(
    machine: Machine, side: Side, event: Event, command: Callable[[int], Given | None]
) -> None:
    """Let an event happen to a workflow; ``command`` finds what a number in it stands for."""
    kind, about = event
    if kind in ("end", "fail", "start"):
        assert isinstance(about, int)
        given = command(about)
        if given is not None:
            given.started = True
            if kind != "start":
                given.done, given.failed = True, kind == "fail"
    elif kind == "condition":
        key = str(about)
        machine.true[key] = machine.true.get(key, 0) + 1
    elif kind == "cancel":
        for task in machine.tasks:
            if task.label == "run":
                cancelling.cancel_value(machine, task, task.stack[-1][1])
                break
    else:
        handler = _handler(side, (kind, str(about)))
        if handler is not None:
            machine.enter(handler, kind, str(about))


def _handler(side: Side, message: tuple[str, str]) -> Callee | None:
    return side.handlers.get(message) or side.handlers.get((message[0], "any"))


def is_idle(side: Side, message: tuple[str, str]) -> bool:
    """True if a message makes code neither give a command nor decide one: not even its arrival."""
    handler = _handler(side, message)
    if handler is None:
        return True
    return message[0] == "signal" and side.functions.work(handler.node) in _NOTHING


_NOTHING = (Seq(), Exit("return"))


class Replay:
    """The replay of a history on new code."""

    def __init__(
        self,
        side: Side,
        choose: Choose,
        opaque: Callable[[Callee], bool],
        known: Callable[[str, int], bool],
    ) -> None:
        self.side = side
        self.choose = choose
        self.machine = Machine(side.functions, choose, self._patched, opaque, is_replay=True)
        self.machine.known = side.known
        self.machine.enter(side.run, "run", "run")
        self.queue: deque[Given] = deque()
        self.markers: set[str] = set()
        self.matched: dict[int, Given] = {}
        self.before: list[Given] = []
        self.is_open = False
        self._known = known
        self._taken = 0
        self._rounds = 0
        self._absent: frozenset[str] = frozenset()
        self._misnumbered: Difference | None = None
        self._lost: CutOff | Lost | None = None

    def _patched(self, name: str, deprecated: bool) -> bool:
        if self.is_open and name not in self.markers and name not in self._absent:
            raise Blocked(("patched", name), (True, False))
        return name in self.markers

    @property
    def unmatched(self) -> list[Given]:
        """The commands that no event of the history has taken yet."""
        return [*self.queue, *self.machine.given[self._taken :]]

    def start(self, event: Event | None) -> None:
        """Begin a workflow task of which the commands are not known yet."""
        self.is_open = True
        self._misnumbered = self._fires_another(event)
        if self._misnumbered is None and event is not None:
            happen(self.machine, self.side, event, self.matched.get)

    def advance(self, patches: Mapping[str, bool]) -> None:
        """Go on as far as is known what the workflow task has; these patches it has or has not."""
        self.markers.update(name for name, is_there in patches.items() if is_there)
        self._absent = frozenset(name for name, is_there in patches.items() if not is_there)
        if self._misnumbered is not None or self._lost is not None:
            return
        try:
            self.machine.run()
        except Blocked:
            pass
        except (CutOff, Lost) as error:
            self._lost = error

    def feed(self, activation: Activation) -> Difference:
        """Replay one workflow task, or the rest of it."""
        machine = self.machine
        if not self.is_open:
            self.start(activation.event)
        self.is_open = False
        for given in activation.commands:
            if given.kind == "patch" and given.name is not None:
                self.markers.add(given.name.key)
        if self._misnumbered is not None:
            return self._misnumbered
        try:
            if self._lost is not None:
                raise self._lost
            machine.run()
            self._settle_conditions()
        except (CutOff, Lost) as error:
            chain = error.chain if isinstance(error, Lost) else ()
            return Difference(Outcome.UNKNOWN, activation.closes, why=error.why, chain=chain)
        self.queue.extend(machine.given[self._taken :])
        self._taken = len(machine.given)
        for given in activation.commands:
            difference = self._match(given, activation.closes)
            if difference is not None:
                return difference
        return Difference()

    def _fires_another(self, event: Event | None) -> Difference | None:
        """The id of a timer is compared when it fires, and none fires that was cancelled."""
        if event is None or event[0] != "end" or not isinstance(event[1], int):
            return None
        now = self.matched.get(event[1])
        if now is None or now.kind != "timer":
            return None
        was = next(given for given in self.before if given.number == event[1])
        if now.cancelled:
            kind = f"cancellation of {now.kind}"
            now = next((given for given in self.queue if given.kind == kind), now)
        elif was.serial == now.serial:
            return None
        return Difference(Outcome.DIFFERS, False, tuple(self.before), was, now, (was,))

    def _settle_conditions(self) -> None:
        """What only the new code waits for may be true at any time."""
        self._rounds += 1
        for key in self.machine.awaited():
            if not self._known(key, self.machine.counts.get(("condition", key), 0)):
                asked = ("condition", key, self._rounds)
                if self.choose(asked, (True, False)):
                    self.machine.true[key] = self.machine.true.get(key, 0) + 1
                    self.machine.run()

    def _match(self, was: Given, is_closed: bool) -> Difference | None:
        queue = self.queue
        while queue and (queue[0].cancelled or _is_leftover(queue[0], was)):
            queue.popleft()
        first = queue[0] if queue else None
        if was.kind == "patch" and was.deprecated and not (first is not None and _same(was, first)):
            return None
        outcome = _compare(was, first)
        if first is None or outcome is not Outcome.FITS:
            around = tuple(self.before[-1:]) + tuple([*queue][:2])
            why = NOT_KNOWN if outcome is Outcome.UNKNOWN else ""
            before = tuple(self.before)
            chain = first.chain if first is not None and why else ()
            return Difference(outcome, is_closed, before, was, first, (was, *around), why, chain)
        queue.popleft()
        first.recorded = True
        self.matched[was.number] = first
        self.before.append(was)
        return None


def _is_leftover(given: Given, was: Given) -> bool:
    return given.kind == "patch" and was.kind != "patch"


def _same(was: Given, now: Given) -> bool:
    return (was.kind, was.name, was.ident) == (now.kind, now.name, now.ident)


def _compare(was: Given, now: Given | None) -> Outcome:
    """Return how a command of the history and one of the new code compare."""
    if now is None or was.kind != now.kind:
        is_known = was.kind != UNRESOLVED and (now is None or now.kind != UNRESOLVED)
        return Outcome.DIFFERS if is_known else Outcome.UNKNOWN
    unsure = False
    for old, new in ((was.name, now.name), (was.ident, now.ident)):
        if old == new:
            continue
        if surely_differ(old, new):
            return Outcome.DIFFERS
        unsure = True
    if was.ident is None and was.serial != now.serial and was.kind != "timer":
        return Outcome.DIFFERS
    if unsure:
        return Outcome.UNKNOWN if was.kind == UNRESOLVED else Outcome.UNSURE
    return Outcome.FITS


def surely_differ(old: Symbol | None, new: Symbol | None) -> bool:
    """True if two names or ids cannot be the same text."""
    if old is None or new is None:
        return True
    if old.text is not None and new.text is not None:
        return old.text != new.text
    if old.key.startswith(DRAW) and new.key.startswith(DRAW):
        return old.key != new.key
    first, second = _ends(old), _ends(new)
    return any(
        not (a.startswith(b) or b.startswith(a))
        for a, b in ((first[0], second[0]), (first[1][::-1], second[1][::-1]))
    )


def _ends(of: Symbol) -> tuple[str, str]:
    """Return how a text surely begins and ends."""
    if of.text is not None:
        return of.text, of.text
    key = of.key
    if key[:2] not in ("f'", 'f"'):
        return "", ""
    inner = key[2:-1] if key[-1:] == key[1] else key[2:]
    start = inner.partition("{")[0]
    return start, inner.rpartition("}")[2] if key[-1:] == key[1] else ""
