"""Notes what functions put into attributes, where only their callers know what it is."""

from __future__ import annotations

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls
from wflint.facts.model import FunctionBody, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, FunctionValue, InstanceValue


class Learning:
    """Values that a search has seen put into ``attributes``, by class and name."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.attributes: dict[tuple[Cls, str], dict[AbstractValue, None]] = {}

    def see(self, node: Node, body: FunctionBody) -> None:
        """Note what is put into attributes, where only this call knows what it is."""
        owner = Cls(node.fn.path, body.head.owner) if body.head.owner else None
        cls = node.receiver or owner
        if cls is not None and node.env:
            for name, ref in body.attributes.items():
                if ref.kind is Kind.PARAM:
                    self._keep(cls, name, self._of(ref, node))
            for name, refs in body.additions.items():
                for ref in refs:
                    self._keep(cls, name, self._of(ref, node))
        for store in body.stores:
            for entity in self._of(store.target, node):
                if isinstance(entity, InstanceValue):
                    self._keep(entity.cls, store.attribute, self._of(store.value, node))

    def _of(self, ref: Ref, node: Node) -> tuple[AbstractValue, ...]:
        return self.resolver.resolve(ref, node.fn.path, node.receiver, env=node.env)

    def _keep(self, cls: Cls, name: str, values: tuple[AbstractValue, ...]) -> None:
        known = self.attributes.setdefault((cls, name), {})
        known.update((v, None) for v in values if isinstance(v, (FunctionValue, InstanceValue)))
