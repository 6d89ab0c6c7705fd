"""A graph of functions, as plain data: what all formats print."""

from __future__ import annotations

from msgspec import Struct

from wflint.diagnostics import Diagnostic, Location
from wflint.run.request import Gap


class Function(Struct, frozen=True):
    """A function of the graph.

    ``id`` is its file and name, ``src/orders/pricing.py::price_order``; it can be asked for by it.
    ``qualname`` is the dotted name inside the module; a run method or handler that a workflow
    inherits has the name of the workflow before its own. ``location`` is where it is defined,
    ``entry_point`` whether the SDK calls it. ``diagnostics`` and ``gaps`` are sorted by place.
    """

    id: str
    qualname: str
    filename: str
    location: Location
    entry_point: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Call(Struct, frozen=True):
    """A call: ``caller`` and ``callee`` are ids, ``location`` is in the file of the caller."""

    caller: str
    callee: str
    location: Location


class Step(Struct, frozen=True):
    """One function of a chain. ``location`` is the call of the next one, in the file of this one.

    The last step has the place of its definition instead. ``qualname`` of the first is the name of
    the entry point.
    """

    id: str
    qualname: str
    filename: str
    location: Location


class Graph(Struct, frozen=True):
    """The target that was asked for, and what it reaches.

    ``name``, ``filename`` and ``location`` are those of what was asked for, a function or a class.
    ``reached`` is false for what no workflow reaches; ``remark`` may say why. ``roots`` are the ids
    of the functions that were meant: those of a class are its entry points, or, if it has none, all
    of its methods that are reached. ``chains`` has, for what is no entry point, a shortest chain
    from each entry point that leads to it, the shortest first. ``functions`` has those of the
    chains, then the roots and all they reach, nearest first. ``calls`` are in the same order.
    """

    name: str
    filename: str
    location: Location
    reached: bool
    remark: str
    roots: tuple[str, ...]
    chains: tuple[tuple[Step, ...], ...]
    functions: tuple[Function, ...]
    calls: tuple[Call, ...]
