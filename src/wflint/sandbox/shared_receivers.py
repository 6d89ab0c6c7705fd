"""The methods that run on objects which outlive a workflow, because a module holds them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec.structs import replace

from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag, FunctionBody, Kind, Ref
from wflint.rule.views import Shared
from wflint.sandbox.shared_state import SharedObjects

_GIVES_NOTHING = frozenset({"__aenter__", "__enter__"})
_HELD = ("attribute", "result", "value")
_FOUND_BY_NAME = (Kind.GLOBAL, Kind.IMPORT, Kind.RESULT, Kind.SELF)


class SharedReceivers:
    """Tells of each method that is reached what holds the object that it is called on.

    ``BUDGET.spend()`` runs on what the module holds; so does what ``spend`` calls on ``self``, and
    on what hangs on that. An object of which nothing is ever asked makes no difference: what a
    logger keeps for itself does not reach the workflow.
    """

    def __init__(self, graph: CallGraph, shared: SharedObjects) -> None:
        self.graph = graph
        self.shared = shared
        self._holders: dict[Node, Shared] | None = None

    def holder(self, ref: Ref | None, node: Node) -> Shared | None:
        """Return what holds ``self``, or the object that holds it, in a reached method."""
        if ref is None or ref.kind is not Kind.SELF:
            return None
        if self._holders is None:
            self._holders = self._find()
        return self._holders.get(node)

    def _find(self) -> dict[Node, Shared]:
        found: dict[Node, Shared] = {}
        called_on_self: dict[Node, list[Node]] = {}
        objects_of: dict[Fn, dict[int, Ref]] = {}
        for node in self.graph.order:
            if node.fn not in objects_of:
                objects_of[node.fn] = _objects(self.shared.store.body(node.fn))
            for edge in self.graph.callees(node):
                ref = objects_of[node.fn].get(edge.site)
                if ref is None or edge.to.receiver is None:
                    continue
                holder = self._holder_of(ref, node)
                if holder is not None:
                    found.setdefault(edge.to, holder)
                elif ref.kind is Kind.SELF:
                    called_on_self.setdefault(node, []).append(edge.to)
        asked = self._asked_among(set(found.values()))
        found = {node: holder for node, holder in found.items() if holder in asked}
        pending = deque(found)
        while pending:
            node = pending.popleft()
            for to in called_on_self.get(node, ()):
                if to not in found:
                    found[to] = found[node]
                    pending.append(to)
        return found

    def _asked_among(self, holders: set[Shared]) -> set[Shared]:
        """The holders of objects that some reached function asks for something."""
        found: set[Shared] = set()
        seen: set[tuple[Fn, Cls | None]] = set()
        for node in self.graph.order:
            if found == holders:
                break
            if (node.fn, node.receiver) in seen:
                continue
            seen.add((node.fn, node.receiver))
            for ref in dict.fromkeys(_asked(self.shared.store.body(node.fn))):
                holder = self._holder_of(ref, node)
                if holder in holders:
                    found.add(holder)
        return found

    def _holder_of(self, ref: Ref, node: Node) -> Shared | None:
        if ref.kind not in _FOUND_BY_NAME:
            return None
        holder = self.shared.holder(ref, node.fn.path, node.receiver)
        is_held = holder is not None and holder.kind in _HELD and holder.is_shared
        return holder if is_held else None


def _objects(body: FunctionBody) -> dict[int, Ref]:
    """The object that each call, and each operation, of a body calls a method of."""
    found = {operation.site: operation.operand for operation in body.operations}
    for call in body.calls:
        if call.target.path:
            found[call.site] = replace(call.target, path=call.target.path[:-1])
    return found


def _asked(body: FunctionBody) -> Iterator[Ref]:
    """The objects that a body asks for something: a result, an attribute, an element."""
    for call in body.calls:
        if call.target.path and not call.flags & Flag.STATEMENT:
            yield replace(call.target, path=call.target.path[:-1])
    for use in (*body.uses, *body.reads):
        if use.target.path and not use.flags & (Flag.STORED | Flag.DELETED):
            yield replace(use.target, path=use.target.path[:-1])
    for operation in body.operations:
        if not _GIVES_NOTHING.intersection(operation.methods):
            yield operation.operand
