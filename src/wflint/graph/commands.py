"""The commands of a workflow as plain data: what ``wflint graph --commands`` prints.

Steps that neither give a command nor decide about one are left out: assignments, logs, arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from wflint.callgraph.graph import Node
from wflint.diagnostics import Location
from wflint.facts.ids import Fn
from wflint.graph.find import Target
from wflint.replay.compare import workflows
from wflint.replay.expressions import SKIPPED
from wflint.replay.marks import At
from wflint.replay.program import Functions, callees_in
from wflint.replay.shown import shown
from wflint.replay.sides import side_of
from wflint.replay.terms import (
    NOTHING,
    Add,
    Alt,
    Command,
    Data,
    Deadline,
    Exit,
    Field,
    Group,
    Let,
    Loop,
    Many,
    Not,
    Put,
    Seq,
    Star,
    Term,
    Text,
    Try,
    Var,
    While,
    Within,
    all_terms,
)
from wflint.run.places import definition_of, prepare_definitions

_QUIET = (Add, Alt, Data, Field, Let, Loop, Many, Not, Put, Seq, Star, Text, Var)


class Given(Struct, frozen=True):
    """A command: ``name`` is what it is about, ``ident`` its id, where the code has one."""

    kind: str
    name: str | None
    ident: str | None
    location: Location | None


class Step(Struct, frozen=True):
    """A line of a function. ``calls`` are the ids of functions that it calls."""

    kind: str
    text: str
    location: Location | None = None
    commands: tuple[Given, ...] = ()
    calls: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Function(Struct, frozen=True):
    """A function; ``kind`` and ``name`` are those of an entry point: run, signal or update."""

    id: str
    qualname: str
    filename: str
    location: Location
    parameters: tuple[str, ...]
    steps: tuple[Step, ...]
    kind: str | None = None
    name: str | None = None


class Commands(Struct, frozen=True):
    """What a target does: its entry points, and all functions that they call with commands."""

    workflow: str
    roots: tuple[str, ...]
    functions: tuple[Function, ...]


def commands_of(target: Target) -> Commands:
    """Return the commands of a workflow, or of one function."""
    functions = Functions(target.examined.answer)
    entries = list(_entries(target, functions))
    reader = _Reader(target, functions)
    closure = functions.closure(node for _, _, node in entries)
    nodes = list(dict.fromkeys([*(node for _, _, node in entries), *(c.node for c in closure)]))
    reader.prepare(nodes)
    labels = {node: (kind, name) for kind, name, node in reversed(entries)}
    return Commands(
        target.name,
        tuple(dict.fromkeys(reader.id(node.fn) for _, _, node in entries)),
        tuple(reader.function(node, *labels.get(node, (None, None))) for node in _once(nodes)),
    )


def _once(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield one way of reaching each function."""
    seen: set[Fn] = set()
    for node in nodes:
        if node.fn not in seen:
            seen.add(node.fn)
            yield node


def _entries(target: Target, functions: Functions) -> Iterator[tuple[str | None, str | None, Node]]:
    """Yield the kind and name of what the server starts, and its function."""
    if target.is_class:
        for view in workflows(functions):
            side = side_of(functions, view)
            if view.cls == (target.fn.path, target.fn.qualname) and side is not None:
                yield "run", view.name or None, side.run.node
                for (kind, name), callee in side.handlers.items():
                    yield kind, name, callee.node
                return
    for node in target.nodes:
        yield None, None, node


class _Reader:
    """Makes steps of terms."""

    def __init__(self, target: Target, functions: Functions) -> None:
        self._emitter = target.examined.emitter
        self._functions = functions
        self._fn = target.fn

    def id(self, fn: Fn) -> str:
        """The file and the name of a function."""
        return f"{self._emitter.shown(fn.path)}::{fn.qualname}"

    def prepare(self, nodes: list[Node]) -> None:
        """Find all places at once."""
        prepare_definitions(self._emitter, (node.fn for node in nodes))
        self._emitter.prepare(
            (node.fn, at.site)
            for node in nodes
            for term in all_terms(self._functions.term(node))
            if (at := at_of(term)) is not None
        )

    def function(self, node: Node, kind: str | None, name: str | None) -> Function:
        """Return a function with its steps."""
        self._fn = node.fn
        steps = tuple(self._steps(self._functions.term(node)))
        if steps and steps[-1].text == "return":
            steps = steps[:-1]
        return Function(
            self.id(node.fn),
            node.fn.shown,
            self._emitter.shown(node.fn.path),
            definition_of(self._emitter, node.fn),
            self._functions.code(node).params,
            steps,
            kind,
            name,
        )

    def _steps(self, term: Term) -> Iterator[Step]:
        """Yield the steps of what is done one after the other."""
        match term:
            case Seq(parts=parts):
                for part in parts:
                    yield from self._steps(part)
            case Alt(test=test, then=then, orelse=orelse):
                yield from self._choice(test, then, orelse)
            case Loop(over=over, times=times, body=body, gives=False, orelse=orelse):
                often = f"{times} times" if times >= 0 else f"for each of {shown(over)}"
                yield from self._block("loop", often, over, body)
                yield from self._block("else", "else", NOTHING, orelse)
            case While(test=test, body=body, orelse=orelse):
                yield from self._block("loop", f"while {shown(test)}", test, body)
                yield from self._block("else", "else", NOTHING, orelse)
            case Try():
                yield from self._try(term)
            case Group(body=body):
                yield from self._block("task group", "task group", NOTHING, body)
            case Deadline(body=body):
                inner = tuple(self._steps(body))
                yield self._step("timer", "with a timer", term, inner, only=True)
            case Within(call=call, body=body):
                inner = tuple(self._steps(body))
                yield self._step("with", f"with {shown(call)}", call, inner)
            case Let(of=of) | Put(of=of) if is_loud(of):
                yield self._step(
                    "do", shown(of if getattr(term, "name", "") == "<value>" else term), of
                )
            case Exit(kind=kind, of=of):
                text = shown(term) if is_loud(of) or kind == "raise" else kind
                name = f" {term.name}" if term.name else ""
                yield self._step("exit", f"{text}{name}", term)
            case _ if is_loud(term):
                yield self._step("do", shown(term), term)

    def _choice(self, test: Term, then: Term, orelse: Term) -> Iterator[Step]:
        first, second = tuple(self._steps(then)), tuple(self._steps(orelse))
        if first or second or is_loud(test):
            text = f"if {shown(test)}" if first or not second else f"if not {shown(test)}"
            yield self._step("if", text, test, first or second)
        if first and second:
            yield Step("else", "else", steps=second)

    def _block(self, kind: str, text: str, head: Term, body: Term) -> Iterator[Step]:
        inner = tuple(self._steps(body))
        if inner or is_loud(head):
            yield self._step(kind, text, head, inner)

    def _try(self, term: Try) -> Iterator[Step]:
        body = tuple(self._steps(term.body))
        handlers = [(h, tuple(self._steps(h.body))) for h in term.handlers]
        last = tuple(self._steps(term.last))
        if not body and not last and not any(steps for _, steps in handlers):
            return
        yield Step("try", "try", steps=body)
        for handler, steps in handlers:
            yield Step("except", f"except {', '.join(handler.names)}", steps=steps)
        yield from self._block("else", "else", NOTHING, term.orelse)
        if last:
            yield Step("finally", "finally", steps=last)

    def _step(
        self, kind: str, text: str, term: Term, inner: tuple[Step, ...] = (), *, only: bool = False
    ) -> Step:
        """Return a step; ``only`` if what is in the term stands in its inner steps."""
        terms = [term] if only else list(all_terms(term))
        located = (self._location(each) for each in terms)
        calls = [] if only else [self.id(callee.node.fn) for callee in callees_in(term)]
        return Step(
            kind,
            text,
            next((place for place in located if place is not None), None),
            tuple(self._given(each) for each in terms if isinstance(each, Command)),
            tuple(dict.fromkeys(calls)),
            inner,
        )

    def _given(self, term: Command) -> Given:
        name = term.name.text if isinstance(term.name, Text) else None
        ident = term.ident.text if isinstance(term.ident, Text) else None
        if name is None and term.name is not None:
            name = shown(term.name)
        if ident is None and term.ident is not None:
            ident = shown(term.ident)
        return Given(term.kind, name, ident, self._location(term))

    def _location(self, term: Term) -> Location | None:
        at = at_of(term)
        return self._emitter.location(self._fn, at.site) if at is not None else None


def at_of(term: Term) -> At | None:
    """Return the site of a term, if it has one."""
    at = getattr(term, "at", None)
    return at if isinstance(at, At) and at.site >= 0 else None


def is_loud(term: Term) -> bool:
    """True if a term does more than name values."""
    return any(not isinstance(each, _QUIET) and each != SKIPPED for each in all_terms(term))
