"""Knows which loggers workflows may use, by the settings and by what is known of their types."""

from __future__ import annotations

from msgspec.structs import replace

from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.facts.model import Kind, Ref
from wflint.inference.loggers import WIDE_LOGGERS
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, held


class SafeLoggers:
    """The loggers that the settings call safe, by their dotted ``names``."""

    def __init__(self, resolver: Resolver, names: frozenset[str]) -> None:
        self.resolver = resolver
        self.names = names

    def is_unsure(self, target: Ref, entity: ExternalValue, node: Node) -> bool:
        """True if only an annotation says what an object is, and many things pass for that."""
        if entity.name.rpartition(".")[0] not in WIDE_LOGGERS:
            return False
        if target.kind is Kind.PARAM:
            return held(node.env, Fn(node.fn.path, target.owner), target.name) is None
        return target.kind is Kind.INSTANCE

    def is_safe(self, target: Ref, node: Node) -> bool:
        if not self.names:
            return False
        if target.kind is Kind.RESULT and target.of is not None:
            target = target.of
        if self._spells(target, node.fn.path):
            return True
        # A variable may hold what a function that gives safe loggers has given.
        variable = replace(target, path=target.path[:-1])
        constant = self.resolver.constant(variable, node.fn.path) if target.path else None
        if constant is None or constant[0].ref.of is None:
            return False
        return self._spells(constant[0].ref.of, constant[1])

    def _spells(self, target: Ref, path: str) -> bool:
        from wflint.facts.refs import Refs  # with LibCST, which a linking run need not import

        facts = self.resolver.store.load(path).facts
        spelled = Refs(facts).external(target)
        if not spelled and target.kind is Kind.GLOBAL:
            spelled = ".".join((facts.name, target.name, *target.path))
        return any(spelled == s or spelled.startswith(s + ".") for s in self.names)
