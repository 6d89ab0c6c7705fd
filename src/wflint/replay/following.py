"""Matches recorded histories with code: is there a way through the code that gives this history?

What has come furthest goes on first. Between workflow tasks the state is kept, so that another way
is tried from there; a state that was seen before at the same place of the history leads nowhere
new.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from heapq import heappop, heappush

from msgspec import Struct, field

from wflint import limits
from wflint.replay.change import Verdict
from wflint.replay.follower import LOCAL, Follower, Picks, Taken, may_be
from wflint.replay.history import happen
from wflint.replay.machine import CutOff, Lost
from wflint.replay.recorded import Event, Recorded, WorkflowTask
from wflint.replay.sides import Side, sets_handlers
from wflint.replay.values import Given

_SKIPPED = frozenset(
    f"cancellation of {kind}"
    for kind in ("activity", LOCAL, "child workflow", "Nexus operation", "signal")
)
"""Commands that only some ways of cancelling give, and that a history may have."""


class Followed(Struct):
    """What became of a history.

    ``before`` are the commands that fit, up to the first difference if there is one: ``was`` is the
    event that fits no command, ``now`` are the commands that the code gives there instead.
    ``taken`` are the branches on the way, ``asked`` the patches that it asked for, with the answer;
    they are known for a history that fits.
    """

    verdict: Verdict
    why: str = ""
    before: tuple[Given, ...] = ()
    was: Event | None = None
    now: tuple[Given, ...] = ()
    taken: set[Taken] = field(default_factory=set)
    asked: dict[str, bool] = field(default_factory=dict)
    steps: int = 0


class _Node(Struct):
    """The state before a workflow task, and how it was come by."""

    number: int
    state: Follower
    parent: _Node | None = None
    matched: tuple[Given, ...] = ()
    taken: tuple[Taken, ...] = ()

    def way(self) -> Iterator[_Node]:
        """Yield the nodes that lead here, the last first."""
        node: _Node | None = self
        while node is not None:
            yield node
            node = node.parent


_Way = tuple[int, int, int, _Node, tuple[int, ...]]
"""What to try next: first where the history has been followed furthest, then with the fewest
answers that are not the likely ones, then what was found last."""


class _Miss(Struct):
    """A way that ends at an event that it gives no command for."""

    node: _Node
    matched: tuple[Given, ...]
    event: Event
    now: list[Given]
    count: int


class _Search:
    """The search for one history."""

    def __init__(self, side: Side, recorded: Recorded) -> None:
        self._recorded = recorded
        self._side = side
        self._left = [0]
        for task in reversed(recorded.tasks):
            self._left.append(self._left[-1] + len(task.commands))
        self._left.reverse()
        self._seen: set[object] = set()
        self._best: _Miss | None = None
        self._why = ""
        self._steps = 0
        self._most_steps = limits.FOLLOWED_STEPS + limits.FOLLOWED_STEPS_EACH * len(recorded.tasks)
        self._ways = 0

    @cached_property
    def _sets_handlers(self) -> bool:
        return sets_handlers(self._side)

    def run(self) -> Followed:
        """Return what the new code does with the history."""
        root = _Node(0, Follower(self._side))
        pending: list[_Way] = [(0, 0, 0, root, ())]
        guessed: _Node | None = None
        while pending:
            *_, node, told = heappop(pending)
            if node.number == len(self._recorded.tasks):
                if not node.state.guess:
                    return self._fits(node)
                guessed = guessed or node
                continue
            if self._steps > self._most_steps:
                self._why = self._why or "there are more ways to replay it than are tried"
                break
            picks = Picks(told)
            following = self._try(node, picks)
            for other in picks.others():
                self._ways += 1
                deviations = sum(map(bool, other))
                heappush(pending, (-node.number, deviations, -self._ways, node, other))
            if following is not None:
                self._ways += 1
                heappush(pending, (-following.number, 0, -self._ways, following, ()))
        return self._fits(guessed) if guessed is not None else self._ends()

    def _fits(self, node: _Node) -> Followed:
        way = list(node.way())[::-1]
        before = tuple(given for each in way for given in each.matched)
        found = Followed(Verdict.COMPATIBLE, before=before, steps=self._steps)
        for each in way:
            found.taken.update(each.taken)
        found.asked = {name[1:-1]: answer for name, answer in node.state.patches.items()}
        found.why = self._recorded.unclear or node.state.guess
        if found.why:
            found.verdict = Verdict.UNKNOWN
        return found

    def _ends(self) -> Followed:
        """No way fits: the one that goes furthest is told of."""
        why = self._why or self._recorded.unclear
        verdict = Verdict.UNKNOWN if why else Verdict.INCOMPATIBLE
        best = self._best
        found = Followed(verdict, why, steps=self._steps)
        if best is not None:
            parts = [each.matched for each in best.node.way()][::-1]
            found.before = tuple(g for part in (*parts, best.matched) for g in part)
            found.was, found.now = best.event, tuple(best.now)
        return found

    # One workflow task.

    def _try(self, node: _Node, picks: Picks) -> _Node | None:
        """Run a workflow task in one way; return the state behind it if it fits."""
        task = self._recorded.tasks[node.number]
        state: Follower | None = None
        matched: list[Given] = []
        try:
            state = node.state.copy()
            state.begin_task(picks, task.commands, self._left[node.number])
            missing = self._activate(state, task)
            event = state.misfit or _match(state, task, matched, missing)
        except (CutOff, Lost) as error:
            self._why = self._why or error.why
            return None
        finally:
            if state is not None:
                self._steps += state.total + 20
        if event is not None:
            self._note(node, state, matched, event)
            return None
        return self._behind(node, state, matched)

    def _behind(self, node: _Node, state: Follower, matched: list[Given]) -> _Node | None:
        following = _Node(node.number + 1, state, node, tuple(matched), tuple(state.taken))
        key = (following.number, state.describe())
        if key in self._seen:
            return None
        self._seen.add(key)
        return following

    def _note(self, node: _Node, state: Follower, matched: list[Given], event: Event) -> None:
        unsure = state.unsure
        if not unsure and state.may_swap(self._recorded.tasks[node.number].commands):
            unsure = "the order of tasks that go on together is not known exactly"
        self._why = self._why or unsure
        count = self._left[0] - self._left[node.number] + len(matched)
        now = next((g for g in state.unmatched if not g.cancelled), None)
        best = self._best
        if best is None or count > best.count:
            self._best = _Miss(node, tuple(matched), event, [now] if now is not None else [], count)
        elif count == best.count and now is not None:
            best.now += [now] if all(now.shown != other.shown for other in best.now) else []

    def _activate(self, state: Follower, task: WorkflowTask) -> list[Event]:
        """Let happen what the history has before a workflow task, in the order of the SDK.

        Return the results of local activities that the code does not wait for.
        """
        for event in task.commands:
            if event.kind == "patch" and event.name is not None:
                state.markers.add(repr(event.name))
        local = [event for event in task.commands if event.kind == LOCAL]
        messages = task.arrivals
        others = [e for e in task.arrived if e.kind != "signal"]
        self._fire_cancelled(state, others)
        state.ending = {id(state.open[e.about]) for e in others if e.about in state.open}
        is_first = not state.is_begun
        early = not is_first or bool(messages and state.picks.pick((True, False)))
        if is_first and not early:
            self._begin(state)
        for kind, message in messages:
            self._arrive(state, kind, message)
        if messages and state.picks.pick((True, False)):  # or all in one batch, by a flag
            self._settle(state, local)
        if is_first and early:
            self._begin(state)
        for event in others:
            self._happen(state, event)
        self._settle(state, local)
        state.unmatched.extend(g for g in state.given if g.kind != LOCAL)
        return local

    def _fire_cancelled(self, state: Follower, events: list[Event]) -> None:
        """A timer that was cancelled in an earlier task must not fire."""
        for event in events:
            given = state.open.get(event.about)
            is_over = given is not None and given.kind == "timer" and given.cancelled
            if is_over and event.kind == "end" and state.misfit is None:
                state.misfit = Event(event.number, event.type, "timer", ident=event.ident)

    def _begin(self, state: Follower) -> None:
        state.is_begun = True
        state.arguments = self._recorded.arguments
        state.enter(self._side.run, "run", "run")

    def _arrive(self, state: Follower, kind: str, message: Event) -> None:
        handlers, name = self._side.handlers, message.name or ""
        is_own = (kind, name) in handlers
        is_handled = is_own or (kind, "any") in handlers
        state.arguments = message.arguments if is_own else ()
        if not is_handled and self._sets_handlers:
            state.unsure = state.unsure or f"a handler of the {kind} {name} may be set later"
        happen(state, self._side, (kind, name), state.open.get)

    def _happen(self, state: Follower, event: Event) -> None:
        kind = event.kind
        given = state.open.get(event.about)
        if given is not None and given.silent:
            state.unsure = state.unsure or "a block with a timeout has run out of time"
        if kind == "cancel":
            state.unsure = state.unsure or "what a cancelled workflow does is not known exactly"
        if given is not None and given.done and given.cancelled:
            return
        if given is not None and event.ident not in (None, str(given.serial)):
            state.misfit = Event(event.number, event.type, given.kind, ident=event.ident)
            state.unmatched.appendleft(given)
        happen(state, self._side, (kind, event.about), state.open.get)
        state.unsure = state.unsure or event.unclear
        if given is not None and kind != "start":
            del state.open[event.about]

    def _settle(self, state: Follower, local: list[Event]) -> None:
        """Run all that can run; local activities end in the task that starts them."""
        state.settle()
        while local:
            found = _local_result(state, local)
            if found is None:
                return
            event, given = found
            local.remove(event)
            given.done, given.failed, given.recorded = True, event.failed, True
            state.settle()


# Commands and events.


def _match(
    state: Follower, task: WorkflowTask, matched: list[Given], missing: list[Event]
) -> Event | None:
    """Match the commands of a workflow task; return the first event that none leads to."""
    for event in task.commands:
        if event.kind == LOCAL:
            if event in missing:
                return event
        elif not _take(state, event, matched):
            return event
    return None


def _take(state: Follower, event: Event, matched: list[Given]) -> bool:
    queue = state.unmatched
    while queue and _is_leftover(queue[0], event):
        queue.popleft()
    if not queue or not may_be(event, queue[0]):
        return event.kind == "patch" and event.deprecated
    given = queue.popleft()
    given.recorded = True
    if given.can_end:
        state.open[event.number] = given
    matched.append(given)
    return True


def _is_leftover(given: Given, event: Event) -> bool:
    if given.cancelled:
        return True
    if given.kind == "patch":
        return event.kind != "patch"
    return given.kind in _SKIPPED and not may_be(event, given)


def _local_result(state: Follower, local: list[Event]) -> tuple[Event, Given] | None:
    """Return the first result of a local activity that the code waits for."""
    state.local = [given for given in state.local if not given.done and not given.cancelled]
    for event in local:
        for given in state.local:
            if may_be(event, given):
                return event, given
    return None


def follow(side: Side, recorded: Recorded) -> Followed:
    """Return if a history may have come from the code of a workflow."""
    return _Search(side, recorded).run()
