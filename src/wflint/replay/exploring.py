"""Tries the histories of old code on new code, the simplest first, and judges what they say."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Struct

from wflint import limits
from wflint.replay.change import Verdict
from wflint.replay.choosing import Answer, Choices, Chosen, Key
from wflint.replay.history import (
    Activation,
    Difference,
    Event,
    OldRun,
    Outcome,
    Replay,
    is_idle,
)
from wflint.replay.left_patches import LeftPatches
from wflint.replay.machine import Blocked, Choose, CutOff, Lost, Machine, State
from wflint.replay.seen import Seen
from wflint.replay.sides import Side
from wflint.replay.terms import Callee, Term, Try, all_terms
from wflint.replay.values import PARAMETER, Chain, Given

_SHOWN = 3
"""How many conditions that only the new code asks are named."""


class Judgement(Struct):
    """What the histories of a workflow say. ``why`` is set where not all was tried."""

    verdict: Verdict = Verdict.COMPATIBLE
    difference: Difference | None = None
    assumed: tuple[str, ...] = ()
    why: str = ""
    chain: Chain = ()
    histories: int = 0


class _Lead:
    """The new code on the history that is tried, with one truth of what only it asks.

    ``fed`` is how many workflow tasks it has been given, and ``forked`` how many of its questions
    have another lead for each of their other answers. One that ``lags`` is given what the others
    had before.
    """

    def __init__(self, choices: Choices, own: Choices) -> None:
        self.own = own
        self.replay: Replay
        self.fed = self.forked = 0
        self.lags = False
        self._choices = choices

    def choose(self, key: Key, options: Sequence[object]) -> object:
        """Return the answer to a question: that of the history, or one of its own."""
        choices = self._choices
        if self.replay.is_open and not choices.is_asked(key):
            raise Blocked(key, options)
        if key not in choices.fixed:
            return self.own.choose(key, options)
        if not self.lags:
            choices.note(key)
        return choices.fixed[key]


_RANK = {verdict: number for number, verdict in enumerate(Verdict)}


class Explorer:
    """Compares one workflow of two programs."""

    def __init__(self, old: Side, new: Side, opaque: Callable[[Callee], bool]) -> None:
        self.old = old
        self.new = new
        self.opaque = opaque
        self.result = Judgement()
        self._awaited: dict[str, int] = {}
        self._seen = Seen()
        both = [key for key in old.handlers if is_idle(old, key) and is_idle(new, key)]
        self._idle = frozenset(both)
        self._fits = True
        self._left = LeftPatches(old.functions), LeftPatches(new.functions)
        self._may_fail = not _tries(new) <= _tries(old)

    def _knows(self, key: str, times: int) -> bool:
        """True if the old code waits for a condition that often in the history that is tried."""
        return times <= self._awaited.get(key, 0)

    def explore(self) -> Judgement:
        """Try the histories, until one is surely incompatible."""
        result = self.result
        pending: deque[Chosen] = deque([()])
        while pending:
            if result.histories >= limits.REPLAY_HISTORIES:
                result.why = result.why or "there are more histories than are tried"
                break
            result.histories += 1
            pending.extend(self._seen.fresh(self._try(pending.popleft())))
            if result.verdict is Verdict.INCOMPATIBLE:
                break
            pending.extend(self._seen.reopened())
        if result.why and result.verdict is Verdict.COMPATIBLE:
            result.verdict = Verdict.UNKNOWN
        return result

    def _try(self, told: Chosen) -> list[Chosen]:
        """Try one history; return those that begin like it."""
        choices = Choices(told, self._seen.late)
        self._awaited, self._fits = {}, True
        activations: list[Activation] = []
        old = OldRun(self.old, choices, self.opaque, self._idle, may_fail=self._may_fail)
        leads: list[_Lead] | None = [self._lead(choices, ())]
        most: int | None = None
        event = None
        is_first = True
        while is_first or event is not None:
            is_first = False
            choices.task = len(activations)
            try:
                activation = self._activation(old, event, leads or [])
            except CutOff:
                break  # the beginning of a history that goes on
            except Lost as error:
                self.result.why = self.result.why or error.why
                break
            if activation is None:
                most = len(choices.options)
                break
            activation.asked = len(choices.order)
            activations.append(activation)
            for key in old.machine.awaited():
                self._awaited[key] = old.machine.counts[("condition", key)]
            leads = self._followed(choices, leads, activations)
            is_over = not old.has_local  # or its end belongs to the same workflow task
            if leads and is_over and choices.is_new and self._is_known(old, leads):
                most = len(choices.options)
                break
            if activation.closes:
                break
            event = old.next_event()
        if leads and self._fits:
            return choices.others(most)
        _join_tasks(activations)
        self._judge(choices, activations)
        return choices.others(most)

    def _activation(
        self, old: OldRun, event: Event | None, leads: Sequence[_Lead]
    ) -> Activation | None:
        """Let an event happen to both sides, question by question, and return what old code does.

        If what follows one of the questions is known, nothing is returned.
        """
        choices, machine = old.choices, old.machine
        old.begin(event)
        for lead in leads:
            lead.replay.start(event)
        may_stop = bool(leads) and (self._fits or not old.is_local(event))
        while True:
            try:
                machine.run()
            except Blocked as question:
                for lead in leads:
                    lead.replay.advance(machine.patches)
                if may_stop and choices.is_new and self._is_known(old, leads, is_amid=True):
                    return None
                choices.choose(question.key, question.options)
            else:
                return old.finish(event)

    # The new code beside the old.

    def _lead(self, choices: Choices, told: Chosen) -> _Lead:
        lead = _Lead(choices, Choices(told))
        lead.replay = Replay(self.new, lead.choose, self.opaque, self._knows)
        return lead

    def _followed(
        self, choices: Choices, leads: list[_Lead] | None, activations: list[Activation]
    ) -> list[_Lead] | None:
        """Go on with the new code for each truth of what only it asks; return what still fits.

        If that is too much, ``None`` is returned.
        """
        if leads is None:
            return None
        fitting: list[_Lead] = []
        pending = deque(leads)
        count = len(leads)
        while pending:
            lead = pending.popleft()
            fits = self._feed(lead, activations)
            others = lead.own.others(first=lead.forked)
            lead.forked = len(lead.own.options)
            count += len(others)
            self._fits = self._fits and fits
            if count > limits.REPLAY_TRUTHS:
                return None
            pending.extend(self._lead(choices, told) for told in others)
            fitting += [lead] if fits else []
        return fitting

    def _feed(self, lead: _Lead, activations: Sequence[Activation]) -> bool:
        """Give a lead the workflow tasks that it has not been given; true if they fit."""
        for number in range(lead.fed, len(activations)):
            lead.lags = number < len(activations) - 1
            if lead.replay.feed(activations[number]).outcome is not Outcome.FITS:
                return False
        lead.fed = len(activations)
        return True

    def _is_known(self, old: OldRun, leads: Sequence[_Lead], *, is_amid: bool = False) -> bool:
        """True if both sides have come to where they do the same, or to a state seen before.

        ``is_amid`` is set where a workflow task is not over.
        """
        if not is_amid and any(not g.cancelled for lead in leads for g in lead.replay.queue):
            return False
        left = {key: c for key, c in self.old.handlers.items() if key not in old.arrived}
        others = {key: c for key, c in self.new.handlers.items() if key not in old.arrived}
        machine, begun = old.machine, old.machine.pending()
        fresh = [given for given in old.fresh if is_amid and not given.cancelled]
        mine = machine.state([*begun, *fresh])
        its = [_state(lead.replay, begun) for lead in leads]
        ahead = tuple(_ahead(machine, lead) for lead in leads)
        patches = self._patches(machine, mine, [*zip(leads, its, strict=True)])
        is_same = all(state.what == mine.what for state in its) and len({*patches}) == 1
        if is_same and left == others and not any(ahead):
            return True
        late = self._seen.late.steps if is_amid else self._seen.late.tasks
        arrived = (tuple(sorted(left)), old.is_cancelled, is_amid)
        pair = (mine.what, tuple(state.what for state in its), ahead, patches, arrived)
        return self._seen.has(pair, old.choices, late)

    def _patches(
        self, machine: Machine, mine: State, its: Sequence[tuple[_Lead, State]]
    ) -> tuple[object, ...]:
        """Return the answers of patches that code which is left to run may ask for again."""
        old, new = self._left
        left = old.of(mine.left, self.old.handlers.values())
        for _, state in its:
            more = new.of(state.left, self.new.handlers.values())
            left = None if left is None or more is None else left | more
        every = (machine.patches, *(lead.replay.machine.patches for lead, _ in its))
        return tuple(
            tuple(sorted((name, p) for name, p in patches.items() if left is None or name in left))
            for patches in every
        )

    # What the histories say.

    def _judge(self, choices: Choices, activations: list[Activation]) -> None:
        """Replay a history for each truth of what only the new code asks."""
        pending: deque[Chosen] = deque([()])
        worst: list[tuple[Difference, Choices]] = []
        while pending and len(worst) < limits.REPLAY_TRUTHS:
            own = Choices(pending.popleft())
            worst.append((self._replay(choices, own, activations), own))
            pending.extend(own.others())
        if pending:
            self.result.why = self.result.why or "there are more ways to replay than are tried"
        self._note(choices, worst, activations, is_all=not pending)

    def _replay(self, choices: Choices, own: Choices, activations: list[Activation]) -> Difference:
        def choose(key: Key, options: Sequence[object]) -> object:
            return choices.fixed[key] if key in choices.fixed else own.choose(key, options)

        return self._replay_on(self.new, choose, activations)

    def _replay_on(
        self, side: Side, choose: Choose, activations: Sequence[Activation]
    ) -> Difference:
        replay = Replay(side, choose, self.opaque, self._knows)
        for number, activation in enumerate(activations):
            difference = replay.feed(activation)
            if difference.outcome is not Outcome.FITS:
                difference.task = number
                return difference
        return Difference()

    def _note(
        self,
        choices: Choices,
        found: list[tuple[Difference, Choices]],
        activations: list[Activation],
        *,
        is_all: bool,
    ) -> None:
        bad = [(d, c) for d, c in found if d.outcome in (Outcome.DIFFERS, Outcome.UNSURE)]
        bad = bad and self._due_to_the_change(bad, choices, activations)
        lost = next((d for d, _ in found if d.outcome is Outcome.UNKNOWN), None)
        if lost is not None and not self.result.why:
            self.result.why, self.result.chain = lost.why, lost.chain
        if not bad:
            return
        opened = [(d, c) for d, c in bad if not d.is_closed]
        difference, own = (opened or bad)[0]
        is_old = any(key[0] == "patched" and not answer for key, answer in choices.order)
        unsure = any(d.outcome is Outcome.UNSURE for d, _ in opened)
        if not opened:
            verdict = Verdict.CLOSED_ONLY
        elif len(opened) < len(found) or unsure or is_old or not is_all:
            verdict = Verdict.DEPENDS
        else:
            verdict = Verdict.INCOMPATIBLE
        if _RANK[verdict] < _RANK[self.result.verdict]:
            self.result.verdict = verdict
            self.result.difference = difference
            before = choices.order[: activations[difference.task].asked]
            fresh = own.order if verdict is not Verdict.INCOMPATIBLE else []
            self.result.assumed = _assumed(self.new, before, fresh)

    def _due_to_the_change(
        self,
        found: list[tuple[Difference, Choices]],
        choices: Choices,
        activations: Sequence[Activation],
    ) -> list[tuple[Difference, Choices]]:
        """Return the differences without those of which the old code has one as well, or earlier.

        Code may do something else on replay, as it asks if it is replayed.
        """

        def choose(key: Key, options: Sequence[object]) -> object:
            return choices.fixed.get(key, options[0])

        same = self._replay_on(self.old, choose, activations)
        if same.outcome is Outcome.FITS:
            return found
        return [(difference, own) for difference, own in found if difference.task < same.task]


def _tries(side: Side) -> set[Term]:
    """Return the blocks of a workflow that may catch errors."""
    works = (side.functions.work(callee.node) for callee in side.callees())
    return {term for work in works for term in all_terms(work) if isinstance(term, Try)}


def _join_tasks(activations: list[Activation]) -> None:
    """Note that what local activities lead to belongs to the workflow task that has them.

    So histories do not end between a local activity and what closes the workflow in its task.
    """
    for before, after in zip(activations[-2::-1], activations[:0:-1], strict=True):
        if after.closes and after.of_local:
            before.closes = True


def _state(new: Replay, begun: Sequence[Given]) -> State:
    """Describe the new code, with what stands there for all that the old code has begun."""
    matched = [new.matched.get(given.number) for given in begun]
    return new.machine.state([*matched, *(g for g in new.unmatched if not g.cancelled)])


def _ahead(machine: Machine, lead: _Lead) -> tuple[tuple[str, int], ...]:
    """Return what one side has asked more often than the other, with the difference.

    Only this counts for what follows: both sides are given equal answers.
    """
    old, new = machine.counts, lead.replay.machine.counts
    more = ((key, old.get(key, 0) - new.get(key, 0)) for key in (*old, *new))
    return tuple(sorted({(repr(key), n) for key, n in more if n}))


def _assumed(side: Side, before: Sequence[Answer], fresh: Sequence[Answer]) -> tuple[str, ...]:
    """Return what is taken for true, in words of a side of the comparison.

    That is the last thing that the old code asked ``before``, and what only the new code asks.
    """
    last = [words for words in (_words_of(pair, side) for pair in before) if words][-1:]
    more = [words for words in (_words_of(pair, side) for pair in fresh) if words]
    return tuple(dict.fromkeys([*last, *more[:_SHOWN]]))


def _words_of(pair: Answer, side: Side) -> str:
    key, answer = pair
    if key[0] == "if":
        return f"`{_in_words(str(key[1]), side)}` is {'true' if answer else 'false'}"
    if key[0] == "patched":
        return f"the patch {key[1]} {'is' if answer else 'is not'} in the history"
    return ""


def _in_words(code: str, side: Side) -> str:
    """Return code with the names that parameters have there."""

    def name(match: re.Match[str]) -> str:
        kind, label, number = match.groups()
        callee = side.run if kind == "run" else side.handlers.get((kind, label))
        params = side.functions.code(callee.node).params if callee is not None else ()
        return params[int(number)] if int(number) < len(params) else match.group()

    return PARAMETER.sub(name, code)
