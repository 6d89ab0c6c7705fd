"""Steps as a chart: nodes, and the ways from one to another."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from wflint.map.reading import Shown
from wflint.replay.outline import StepKind

_ENDS = frozenset({StepKind.RAISE.value, StepKind.CONTINUE.value})


class Chart(Struct):
    """A chart. Nodes are known by their places in the list, and an edge has a label."""

    nodes: list[Shown] = field(default_factory=list)
    edges: list[tuple[int, int, str]] = field(default_factory=list)


Ends = list[tuple[int, str]]
"""The nodes from which a way leads on, with what is written at it."""


class _Frame(Struct):
    """A loop or a function around some steps, and the ways that leave it from within."""

    is_loop: bool
    head: int = -1
    left: Ends = field(default_factory=list)


def chart_of(steps: Iterable[Shown]) -> Chart:
    """Return the chart of the steps of an entry point, with those of what it calls."""
    drawing = _Drawing()
    drawing.draw(steps, [], [_Frame(is_loop=False)])
    return drawing.chart


class _Drawing:
    def __init__(self) -> None:
        self.chart = Chart()

    def draw(self, steps: Iterable[Shown], before: Ends, frames: list[_Frame]) -> Ends:
        """Draw steps one after the other; return the ways that lead on from the last one."""
        is_first = not self.chart.nodes
        for shown in steps:
            if not before and not is_first:
                break  # what follows is never reached
            before = self._one(shown, before, frames)
            is_first = False
        return before

    def _node(self, shown: Shown, before: Ends) -> int:
        number = len(self.chart.nodes)
        self.chart.nodes.append(shown)
        self.chart.edges += [(start, number, label) for start, label in before]
        return number

    def _one(self, shown: Shown, before: Ends, frames: list[_Frame]) -> Ends:
        match shown.step.kind:
            case StepKind.CHOICE:
                return self._choice(shown, before, frames)
            case StepKind.TRY:
                return self._try(shown, before, frames)
            case StepKind.LOOP:
                return self._loop(shown, before, frames)
            case StepKind.TOGETHER:
                node = self._node(shown, before)
                ends = [self.draw([each], [(node, "")], frames) for each in shown.steps]
                return [end for some in ends for end in some] or [(node, "")]
            case StepKind.TASK:
                node = self._node(shown, before)
                self.draw(shown.steps, [(node, "beside")], frames)
                return [(node, "")]
            case StepKind.CALL:
                node = self._node(shown, before)
                frame = _Frame(is_loop=False)
                return [*self.draw(shown.steps, [(node, "")], [*frames, frame]), *frame.left]
        node = self._node(shown, before)
        if shown.step.kind in _ENDS:
            return []
        if shown.step.kind == StepKind.LEAVE:
            return self._leave(node, shown.step.name, frames)
        return self.draw(shown.steps, [(node, "")], frames)

    def _leave(self, node: int, word: str, frames: list[_Frame]) -> Ends:
        is_loop = word in ("break", "continue")
        frame = next((f for f in reversed(frames) if f.is_loop == is_loop), None)
        if frame is not None and word == "continue":
            self.chart.edges.append((node, frame.head, "again"))
        elif frame is not None:
            frame.left.append((node, ""))
        return []

    def _choice(self, shown: Shown, before: Ends, frames: list[_Frame]) -> Ends:
        node = self._node(shown, before)
        ends: Ends = []
        for branch in shown.steps:
            label = branch.step.text if len(shown.steps) > 2 else "yes"
            label = "else" if branch.step.text == "else" else label
            ends += self.draw(branch.steps, [(node, label)], frames)
        if shown.steps[-1].step.text != "else":
            ends.append((node, "no" if len(shown.steps) == 1 else "else"))
        return ends

    def _try(self, shown: Shown, before: Ends, frames: list[_Frame]) -> Ends:
        node = self._node(shown, before)
        ends: Ends = []
        for branch in shown.steps:
            label = "" if branch.step.text == "try" else branch.step.text
            if label == "finally":
                ends = self.draw(branch.steps, ends or [(node, label)], frames)
            else:
                ends += self.draw(branch.steps, [(node, label)], frames)
        return ends

    def _loop(self, shown: Shown, before: Ends, frames: list[_Frame]) -> Ends:
        node = self._node(shown, before)
        frame = _Frame(is_loop=True, head=node)
        again = self.draw(shown.steps, [(node, "")], [*frames, frame])
        self.chart.edges += [(end, node, label or "again") for end, label in again]
        is_endless = shown.step.text == "while True"
        return frame.left if is_endless else [*frame.left, (node, "then")]
