"""Tries the histories of old code on new code, the simplest first, and judges what they say."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from wflint import limits
from wflint.replay.change import Verdict
from wflint.replay.history import Activation, Difference, OldRun, Outcome, Replay, is_idle
from wflint.replay.machine import CutOff, Lost
from wflint.replay.sides import Side
from wflint.replay.terms import Callee
from wflint.replay.values import PARAMETER, Chain

Key = tuple[object, ...]
Answer = tuple[Key, object]
Chosen = tuple[Answer, ...]

_SHOWN = 3
"""How many conditions that only the new code asks are named."""


class Choices:
    """Answers questions as told, and as the first option says for the rest, which is noted."""

    def __init__(self, told: Chosen) -> None:
        self.fixed: dict[Key, object] = dict(told)
        self.order: list[tuple[Key, object]] = list(told)
        self.told = len(told)
        self._left = {key for key, _ in told}
        self.options: list[Sequence[object]] = []

    def choose(self, key: Key, options: Sequence[object]) -> object:
        """Return the answer to a question."""
        self._left.discard(key)
        if key not in self.fixed:
            self.fixed[key] = options[0]
            self.order.append((key, options[0]))
            self.options.append(options)
        return self.fixed[key]

    @property
    def is_new(self) -> bool:
        """True if all has been asked that was told: what follows is new."""
        return not self._left

    @property
    def lasting(self) -> frozenset[Answer]:
        """The answers to what is asked once, and answered alike from then on."""
        return frozenset(
            (key, answer) for key, answer in self.order if key[0] == "if" and not key[2]
        )

    def others(self, most: int | None = None) -> list[Chosen]:
        """Return the ways to choose otherwise, in one of the first ``most`` new questions."""
        found: list[Chosen] = []
        for number, options in enumerate(self.options[:most]):
            before = tuple(self.order[: self.told + number])
            key = self.order[self.told + number][0]
            found += [(*before, (key, other)) for other in options[1:]]
        return found


class Judgement(Struct):
    """What the histories of a workflow say. ``why`` is set where not all was tried."""

    verdict: Verdict = Verdict.COMPATIBLE
    difference: Difference | None = None
    assumed: tuple[str, ...] = ()
    why: str = ""
    chain: Chain = ()
    histories: int = 0
    seen: set[object] = field(default_factory=set)


_RANK = {verdict: number for number, verdict in enumerate(Verdict)}


class Explorer:
    """Compares one workflow of two programs."""

    def __init__(self, old: Side, new: Side, opaque: Callable[[Callee], bool]) -> None:
        self.old = old
        self.new = new
        self.opaque = opaque
        self.result = Judgement()
        self._awaited: set[str] = set()
        both = [key for key in old.handlers if is_idle(old, key) and is_idle(new, key)]
        self._idle = frozenset(both)

    def _knows(self, key: str) -> bool:
        """True if the old code waits for a condition in the history that is tried."""
        return key in self._awaited

    def explore(self) -> Judgement:
        """Try the histories, until one is surely incompatible."""
        result = self.result
        pending: deque[Chosen] = deque([()])
        while pending:
            if result.histories >= limits.REPLAY_HISTORIES:
                result.why = result.why or "there are more histories than are tried"
                break
            result.histories += 1
            pending.extend(self._try(pending.popleft()))
            if result.verdict is Verdict.INCOMPATIBLE:
                break
        if result.why and result.verdict is Verdict.COMPATIBLE:
            result.verdict = Verdict.UNKNOWN
        return result

    def _try(self, told: Chosen) -> list[Chosen]:
        """Try one history; return those that begin like it."""
        choices = Choices(told)
        self._awaited = set()
        activations: list[Activation] = []
        old = OldRun(self.old, choices.choose, self.opaque, self._idle)
        lead = Replay(self.new, self._same_answers(choices), self.opaque, self._knows)
        most: int | None = None
        event = None
        is_first = True
        is_leading = True
        while is_first or event is not None:
            is_first = False
            try:
                activation = old.activation(event)
            except CutOff:
                break  # the beginning of a history that goes on
            except Lost as error:
                self.result.why = self.result.why or error.why
                break
            activation.asked = len(choices.order)
            activations.append(activation)
            self._awaited.update(old.machine.awaited())
            if is_leading:
                is_leading = lead.feed(activation).outcome is Outcome.FITS
                if is_leading and choices.is_new and self._is_known(old, lead, choices):
                    most = len(choices.options)
                    break
            if activation.closes:
                break
            event = old.next_event()
        _join_tasks(activations)
        self._judge(choices, activations)
        return choices.others(most)

    def _same_answers(self, choices: Choices) -> Callable[[Key, Sequence[object]], object]:
        """The new code is told what the old one was, or the first option."""
        return lambda key, options: choices.fixed.get(key, options[0])

    def _is_known(self, old: OldRun, new: Replay, choices: Choices) -> bool:
        """True if both sides have come to where they do the same, or to a state seen before.

        What rests on data that does not change is a part of the state: it may be asked again.
        """
        if any(not g.cancelled for g in new.queue):
            return False
        left = {key: c for key, c in self.old.handlers.items() if key not in old.arrived}
        others = {key: c for key, c in self.new.handlers.items() if key not in old.arrived}
        mine, its = old.machine.state(), new.machine.state()
        ahead = _ahead(old.machine.counts, new.machine.counts)
        if mine == its and not ahead and left == others and self._reads_same(old, new):
            return True
        pair = (mine, its, ahead, tuple(sorted(left)), old.is_cancelled, choices.lasting)
        if pair in self.result.seen:
            return True
        self.result.seen.add(pair)
        return False

    def _reads_same(self, old: OldRun, new: Replay) -> bool:
        """True if all that was begun on one side was begun on the other."""
        mine = [g.number for g in old.machine.pending()]
        return all(number in new.matched for number in mine)

    def _judge(self, choices: Choices, activations: list[Activation]) -> None:
        """Replay a history for each truth of what only the new code asks."""
        pending: deque[Chosen] = deque([()])
        worst: list[tuple[Difference, Choices]] = []
        tried = 0
        while pending:
            if tried >= limits.REPLAY_TRUTHS:
                self.result.why = self.result.why or "there are more ways to replay than are tried"
                break
            tried += 1
            own = Choices(pending.popleft())
            worst.append((self._replay(choices, own, activations), own))
            pending.extend(own.others())
        self._note(choices, worst, activations)

    def _replay(self, choices: Choices, own: Choices, activations: list[Activation]) -> Difference:
        def choose(key: Key, options: Sequence[object]) -> object:
            return choices.fixed[key] if key in choices.fixed else own.choose(key, options)

        replay = Replay(self.new, choose, self.opaque, self._knows)
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
    ) -> None:
        bad = [(d, c) for d, c in found if d.outcome in (Outcome.DIFFERS, Outcome.UNSURE)]
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
        elif len(opened) < len(found) or unsure or is_old:
            verdict = Verdict.DEPENDS
        else:
            verdict = Verdict.INCOMPATIBLE
        if _RANK[verdict] < _RANK[self.result.verdict]:
            self.result.verdict = verdict
            self.result.difference = difference
            before = choices.order[: activations[difference.task].asked]
            fresh = own.order if verdict is not Verdict.INCOMPATIBLE else []
            self.result.assumed = _assumed(self.new, before, fresh)


def _join_tasks(activations: list[Activation]) -> None:
    """Note that what local activities lead to belongs to the workflow task that has them.

    So histories do not end between a local activity and what closes the workflow in its task.
    """
    for before, after in zip(activations[-2::-1], activations[:0:-1], strict=True):
        if after.closes and after.of_local:
            before.closes = True


def _ahead(old: Mapping[object, int], new: Mapping[object, int]) -> tuple[tuple[str, int], ...]:
    """Return what one side has asked more often than the other, with the difference.

    Only this counts for what follows: both sides are given equal answers.
    """
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
