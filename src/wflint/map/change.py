"""The map of a change: workflows before and after it, with the first difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from msgspec import Struct, field

from wflint.comparison.result import Changed
from wflint.comparison.side import Side as Code
from wflint.facts.ids import Cls, Fn
from wflint.map.build import build
from wflint.map.functions import place_of
from wflint.map.links import Links
from wflint.map.model import Map, Place
from wflint.map.reading import Reading, Shown, Told, opened, shown_options
from wflint.replay.change import Step, Verdict
from wflint.replay.outline import StepKind

_NO_COMMANDS = frozenset(
    {
        StepKind.BRANCH,
        StepKind.CANCEL,
        StepKind.DRAW,
        StepKind.LEAVE,
        StepKind.RAISE,
        StepKind.STATE,
    }
)


class Half(Struct):
    """One side of a change: the map of its workflows, as it is read.

    ``numbers`` are the workflows by their classes.
    """

    label: str
    found: Map
    reading: Reading
    numbers: dict[Cls, int]


class Pair(Struct):
    """A workflow before and after a change, with the numbers in the maps of both sides.

    ``why`` says what histories do not survive, and is empty if they do. ``different`` are the ids
    of the steps that only one of them has, ``first`` those of the first difference; first the old
    ones, then the new ones. ``first_words`` are what is different, which may be nothing.
    """

    old: Half
    new: Half
    before: int
    after: int
    verdict: Verdict
    why: str
    different: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    first: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    first_words: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        """The name of the workflow."""
        return self.new.found.workflows[self.after].qualname

    @property
    def told(self) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
        """Its entry points before and after, as they are read."""
        return self.old.reading.workflows[self.before], self.new.reading.workflows[self.after]


def change_of(changes: Iterable[Changed], new: Code, links: Links) -> list[Pair]:
    """Return the workflows that a change is about, in the order of their names."""
    every = list(changes)
    after = _half(new, {one.after.cls for one in every}, links)
    olds: dict[int, Half] = {}
    for one in every:
        if id(one.old) not in olds:
            classes = {other.before.cls for other in every if other.old is one.old}
            olds[id(one.old)] = _half(one.old, classes, Links())
    pairs = [_pair(one, olds[id(one.old)], after, new) for one in every]
    return sorted(pairs, key=lambda pair: (pair.name, pair.old.label))


def _half(code: Code, classes: set[Cls], links: Links) -> Half:
    found = build(code.examined, links, only=classes)
    named = [view for project in code.projects for view in project.workflows]
    order = {(w.qualname, w.place): number for number, w in enumerate(found.workflows)}
    numbers = {}
    for view in named:
        if view.cls in classes:
            numbers[view.cls] = order[view.shown, _place(code, view.cls)]
    return Half(code.label, found, Reading(found), numbers)


def _place(code: Code, cls: Cls) -> Place:
    examined = code.of(cls.path)
    assert examined is not None
    return place_of(examined.emitter, Fn(*cls))


def _pair(one: Changed, old: Half, new: Half, code: Code) -> Pair:
    change = one.change
    pair = Pair(
        old, new, old.numbers[one.before.cls], new.numbers[one.after.cls], change.verdict, one.why
    )
    mine, its = pair.told
    pair.different = differences(mine, its)
    words = [step.text if step is not None else "" for step in (change.was, change.now)]
    pair.first_words = words[0], words[1]
    pair.first = (
        set(_at(mine, one.old, change.was)),
        set(_at(its, code, change.now)),
    )
    return pair


def _at(told: Iterable[Told], code: Code, step: Step | None) -> Iterator[int]:
    """Yield the ids of the steps that stand at the place of a command."""
    place = step.place if step is not None else None
    examined = code.of(place.fn.path) if place is not None else None
    if place is None or examined is None:
        return
    name = examined.emitter.shown(place.fn.path)
    line = examined.emitter.location(place.fn, place.site).row
    for one in told:
        for _, shown in flat(one.steps):
            is_there = shown.filename == name and shown.step.row == line and not shown.steps
            if is_there and shown.step.kind not in _NO_COMMANDS:
                yield shown.id


# Steps that only one side has.


def flat(steps: Iterable[Shown]) -> Iterator[tuple[int, Shown]]:
    """Yield steps as lines of an outline, with how deep they stand."""
    pending = [(0, shown) for shown in opened(steps)][::-1]
    while pending:
        depth, shown = pending.pop()
        yield depth, shown
        pending += [(depth + 1, inside) for inside in opened(shown.steps)][::-1]


def line_of(shown: Shown) -> str:
    """Return a step on one line."""
    step = shown.step
    options = f" ({shown_options(step.options)})" if step.options else ""
    where = f", {shown.where}" if shown.where else ""
    return f"{shown.words}{options}{where}"


def differences(old: Iterable[Told], new: Iterable[Told]) -> tuple[set[int], set[int]]:
    """Return the ids of the steps that only the one, and only the other have."""
    only: tuple[set[int], set[int]] = set(), set()
    first = {(told.title, told.name): told for told in old}
    second = {(told.title, told.name): told for told in new}
    for key in {**first, **second}:
        lines = [list(flat(side[key].steps)) if key in side else [] for side in (first, second)]
        texts = [[(depth, line_of(shown)) for depth, shown in side] for side in lines]
        matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
        for what, start, end, begin, stop in matcher.get_opcodes():
            if what != "equal":
                only[0].update(shown.id for _, shown in lines[0][start:end])
                only[1].update(shown.id for _, shown in lines[1][begin:stop])
    return only
