"""``text``: a tree of calls, for people.

Every function is printed once in full, at the end of a shortest way from the entry point. Where it
is called otherwise, the line refers to that place. No tree is deeper than ``MAX_LEVEL``: what is
below goes on in a tree of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import click
from msgspec import Struct

from wflint.diagnostics import Diagnostic, Severity
from wflint.graph.model import Function, Graph, Step
from wflint.report.look import one_line
from wflint.report.summary import count
from wflint.run.request import Gap

MAX_LEVEL = 20
MAX_STEPS = 12
"""How many functions of a chain are shown before the middle is left out."""

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def render(graph: Graph, color: bool = False) -> str:
    """Return why the target is workflow code, if it is no entry point, and what it reaches."""
    lines = list(_lines(graph))
    text = "".join(f"{line}\n" for line in lines)
    return text if color else click.unstyle(text)


def summary(graph: Graph) -> str:
    """One line that counts what the tree shows."""
    tree = _Tree(graph)
    shown = [tree.functions[name] for name in tree.callers]
    functions = count(len(shown), "function")
    diagnostics = count(sum(len(function.diagnostics) for function in shown), "diagnostic")
    gaps = count(sum(len(function.gaps) for function in shown), "call")
    return f"{functions}, {diagnostics}, {gaps} that could not be resolved.\n"


def unreached(graph: Graph) -> str:
    """Return a sentence on something that no workflow reaches."""
    name = f"{one_line(graph.name)} {_place(graph)}"
    remark = f" {graph.remark}" if graph.remark else ""
    return f"{name} is not workflow code: no entry point reaches it.{remark}\n"


def _lines(graph: Graph) -> Iterator[str]:
    if not graph.reached:
        yield unreached(graph).rstrip("\n")
        return
    if graph.chains:
        name = f"{_bold(graph.name)} {_place(graph)}"
        what = count(len(graph.chains), "entry point")
        verb = "reaches" if len(graph.chains) == 1 else "reach"
        yield f"{name} is workflow code, because {what} {verb} it:"
        yield from (f"    {_chain(chain)}" for chain in graph.chains)
        yield ""
        yield "What it reaches:"
    yield from _Tree(graph).lines()


def _chain(chain: tuple[Step, ...]) -> str:
    steps = [f"{one_line(step.qualname)} {_place(step)}" for step in chain]
    if len(steps) > MAX_STEPS:
        half = MAX_STEPS // 2
        left_out = f"... {len(steps) - MAX_STEPS:,} more ..."
        steps = [*steps[:half], left_out, *steps[-half:]]
    return " → ".join(steps)


class _Line(Struct):
    """A function in the tree, below the lines of its callers."""

    function: Function
    before: str
    rest: str
    level: int
    full: bool = True


class _Tree:
    def __init__(self, graph: Graph) -> None:
        self.roots = graph.roots
        self.functions = {function.id: function for function in graph.functions}
        self.callees: dict[str, list[str]] = {}
        for call in graph.calls:
            callees = self.callees.setdefault(call.caller, [])
            if call.callee not in callees:
                callees.append(call.callee)
        self.callers = self._nearest_callers()
        self.sections = deque(self.roots)
        self.done: set[str] = set()

    def _nearest_callers(self) -> dict[str, str]:
        """The caller below which each function is printed in full."""
        found = dict.fromkeys(self.roots, "")
        for name in (queue := list(self.roots)):
            for callee in self.callees.get(name, ()):
                if callee not in found:
                    found[callee] = name
                    queue.append(callee)
        return found

    def lines(self) -> Iterator[str]:
        roots = len(self.roots)
        while self.sections:
            if roots <= 0:
                yield ""
            roots -= 1
            yield from self._section(self.functions[self.sections.popleft()])

    def _section(self, root: Function) -> Iterator[str]:
        stack = [_Line(root, "", "", 0)]
        while stack:
            line = stack.pop()
            name = line.function.id
            callees = self.callees.get(name)
            if not line.full:
                more = callees or line.function.diagnostics or line.function.gaps
                where = "above" if name in self.done else "below"
                yield self._head(line, f"see {where}" if more else "")
            elif line.level == MAX_LEVEL and callees:
                self.sections.append(name)
                yield self._head(line, "continued below")
            else:
                self.done.add(name)
                yield self._head(line, "")
                yield from self._details(line)
                stack += reversed(list(self._below(line)))

    def _below(self, line: _Line) -> Iterator[_Line]:
        caller = line.function.id
        callees = self.callees.get(caller, [])
        for callee in callees:
            is_last = callee == callees[-1]
            yield _Line(
                self.functions[callee],
                line.rest + ("└─ " if is_last else "├─ "),
                line.rest + ("   " if is_last else "│  "),
                line.level + 1,
                self.callers[callee] == caller,
            )

    def _head(self, line: _Line, remark: str) -> str:
        function = line.function
        name = function.qualname
        name = _bold(name) if function.entry_point else one_line(name)
        place = click.style(_place(function), dim=True)
        return f"{line.before}{name} {place}" + (f", {remark}" if remark else "")

    def _details(self, line: _Line) -> Iterator[str]:
        """Yield what is wrong in a function, and which of its calls lead nowhere, by place."""
        function = line.function
        found = [(d.location, _offence(d)) for d in function.diagnostics]
        found += [(gap.location, _gap(gap)) for gap in function.gaps]
        bar = line.rest + ("│  " if self.callees.get(function.id) else "   ")
        for location, text in sorted(found):
            yield f"{bar}{location.shown} {text}"


def _offence(diagnostic: Diagnostic) -> str:
    code = click.style(diagnostic.code, fg=_COLORS[diagnostic.severity], bold=True)
    return f"{code} {diagnostic.name}"


def _gap(gap: Gap) -> str:
    return f"{click.style('cannot follow', fg='cyan')} {one_line(gap.written)}: {gap.reason}"


def _place(what: Graph | Function | Step) -> str:
    return f"({one_line(what.filename)}:{what.location.line})"


def _bold(name: str) -> str:
    return click.style(one_line(name), bold=True)
