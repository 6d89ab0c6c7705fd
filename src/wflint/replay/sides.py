"""One side of a comparison: the entry points of a workflow, and how its code is started."""

from __future__ import annotations

from msgspec import Struct

from wflint.callgraph.graph import Node
from wflint.replay.program import Functions
from wflint.replay.terms import Callee
from wflint.replay.values import Symbol
from wflint.rule.definition_views import HandlerView, WorkflowView
from wflint.temporal.regions import Region

_KINDS = {Region.SIGNAL: "signal", Region.UPDATE: "update"}


class Side(Struct, frozen=True):
    """A workflow in one program: its run method and its handlers by kind and name.

    ``known`` are the values of parameters and their fields that are known, by their code.
    """

    functions: Functions
    workflow: WorkflowView
    run: Callee
    handlers: dict[tuple[str, str], Callee]
    known: dict[str, Symbol] = {}

    @property
    def entries(self) -> list[Callee]:
        """All that the server starts."""
        return [self.run, *self.handlers.values()]

    @property
    def starts(self) -> dict[tuple[str, str], Node]:
        """The functions that the server starts, by kind and name."""
        handlers = {key: callee.node for key, callee in self.handlers.items()}
        return {("run", ""): self.run.node, **handlers}

    def callees(self) -> list[Callee]:
        """Return the entry points and all functions that they call; see ``closure``."""
        return self.functions.closure(callee.node for callee in self.entries)


def side_of(functions: Functions, workflow: WorkflowView) -> Side | None:
    """Return a workflow of a program; ``None`` if its run method is not known."""
    if workflow.run is None:
        return None
    handlers: dict[tuple[str, str], Callee] = {}
    for handler in workflow.handlers:
        kind = _KINDS.get(handler.kind)
        if kind is not None:
            name = handler.name or "any" if not handler.is_dynamic else "any"
            handlers[kind, name] = functions.callee(_node(functions, workflow, handler))
    run = functions.callee(_node(functions, workflow, workflow.run))
    return Side(functions, workflow, run, handlers)


def _node(functions: Functions, workflow: WorkflowView, handler: HandlerView) -> Node:
    fn = handler.place.fn
    for node in functions.graph.entries:
        if node.fn == fn and node.receiver == workflow.cls:
            return node
    return Node(fn, workflow.cls)


_SETTERS = frozenset(
    f"temporalio.workflow.set_{kind}_handler"
    for kind in ("signal", "update", "dynamic_signal", "dynamic_update")
)


def sets_handlers(side: Side) -> bool:
    """True if the code of a workflow sets handlers while it runs."""
    outcomes = side.functions.graph.outcomes
    return any(
        not _SETTERS.isdisjoint(outcomes.get(callee.node.fn, {}).values())
        for callee in side.callees()
    )
