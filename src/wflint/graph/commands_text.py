"""Commands as text, for people, and as JSON, for other programs.

In the text every function is printed once in full, below the first line that calls it, and no
deeper than ``MAX_LEVEL`` functions: what is below goes on in a paragraph of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from wflint.diagnostics import Location
from wflint.graph.commands import Commands, Function, Step
from wflint.report.json_report import as_location, as_place, to_text
from wflint.report.look import one_line
from wflint.report.summary import count

MAX_LEVEL = 8
_INDENT = "    "
_BLOCKS = frozenset(
    ("if", "else", "loop", "try", "except", "finally", "task group", "timer", "with")
)


def render(commands: Commands) -> str:
    """Return the commands with those of helpers below the calls of these."""
    return "".join(f"{line}\n" for line in _Text(commands).lines())


def summary(commands: Commands) -> str:
    """Return one line that counts what the text shows."""
    steps = (step for function in commands.functions for step in _all_steps(function.steps))
    given = sum(len(step.commands) for step in steps)
    return f"{count(given, 'command')} in {count(len(commands.functions), 'function')}.\n"


def _all_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    pending = list(reversed(steps))
    while pending:
        step = pending.pop()
        yield step
        pending.extend(reversed(step.steps))


class _Item(Struct):
    """Something to print: a step of a function, or a function that a step calls."""

    function: Function
    step: Step | None
    depth: int
    level: int
    is_named: bool = False


class _Text:
    def __init__(self, commands: Commands) -> None:
        self.functions = {function.id: function for function in commands.functions}
        self.sections = deque(commands.roots)
        self.shown: set[str] = set()

    def lines(self) -> Iterator[str]:
        """Yield the lines of all entry points, then what was left out below them."""
        is_first = True
        while self.sections:
            name = self.sections.popleft()
            if name not in self.shown:
                if not is_first:
                    yield ""
                is_first = False
                yield _head(self.functions[name])
                yield from self._body(self.functions[name])

    def _body(self, function: Function) -> Iterator[str]:
        """Yield the steps of a function, and below each call those of what it calls."""
        stack = self._steps(function, 1, 1) or [_Item(function, _NOTHING, 1, 1)]
        while stack:
            item = stack.pop()
            before = _INDENT * item.depth
            if item.step is not None:
                yield f"{before}{_line(item.step, item.function)}"
                stack += self._below(item, item.step)
                continue
            if item.is_named:
                yield f"{before}{_head(item.function)}"
            stack += self._steps(item.function, item.depth + item.is_named, item.level + 1)

    def _steps(self, function: Function, depth: int, level: int) -> list[_Item]:
        self.shown.add(function.id)
        return [_Item(function, step, depth, level) for step in reversed(function.steps)]

    def _below(self, item: _Item, step: Step) -> list[_Item]:
        """Return what stands below a line, the last first."""
        found = [
            _Item(item.function, inner, item.depth + 1, item.level)
            for inner in reversed(step.steps)
        ]
        is_named = len(step.calls) > 1 or step.kind in _BLOCKS
        for name in reversed(step.calls):
            function = self.functions.get(name)
            if function is None or not function.steps or name in self.shown:
                continue
            if item.level >= MAX_LEVEL:
                self.sections.append(name)
            else:
                self.shown.add(name)
                found.append(_Item(function, None, item.depth + 1, item.level, is_named))
        return found


_NOTHING = Step("do", "nothing")


def _head(function: Function) -> str:
    label = "" if function.kind in (None, "run") else f", {function.kind} {function.name}"
    return f"{one_line(function.qualname)} ({_place(function, function.location)}){label}:"


def _line(step: Step, function: Function) -> str:
    text = one_line(step.text) + (":" if step.kind in _BLOCKS else "")
    return text if step.location is None else f"{text}  ({_place(function, step.location)})"


def _place(function: Function, location: Location) -> str:
    return f"{one_line(function.filename)}:{location.line}"


# JSON.


def to_json(commands: Commands) -> str:
    """Return the commands as one object; keys are only ever added."""
    return to_text(
        {
            "workflow": commands.workflow,
            "roots": list(commands.roots),
            "functions": [_function(function) for function in commands.functions],
        }
    )


def _function(function: Function) -> dict[str, Any]:
    return {
        "id": function.id,
        **as_place(function.qualname, function.filename, function.location),
        "kind": function.kind,
        "name": function.name,
        "parameters": list(function.parameters),
        "steps": [_step(step) for step in function.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    """Return a step; code is not nested so deeply that this could not be recursive."""
    return {
        "kind": step.kind,
        "text": step.text,
        "location": as_location(step.location) if step.location is not None else None,
        "commands": [
            {
                "kind": given.kind,
                "name": given.name,
                "id": given.ident,
                "location": as_location(given.location) if given.location is not None else None,
            }
            for given in step.commands
        ],
        "calls": list(step.calls),
        "steps": [_step(inner) for inner in step.steps],
    }
