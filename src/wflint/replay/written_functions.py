"""Functions whose terms were written down, in place of those of a program."""

from __future__ import annotations

from collections.abc import Mapping

from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.replay.code import Code
from wflint.replay.program import Functions
from wflint.replay.terms import Callee, Term


class WrittenCode(Code):
    """What is known of the code of a function that was written down."""

    def __init__(
        self, node: Node, params: tuple[str, ...], receiver: str, around: Fn | None
    ) -> None:
        self.node = node
        self.definition = None
        self.__dict__ |= {"params": params, "receiver": receiver, "around": around}


class WrittenFunctions(Functions):
    """The functions of one workflow, by their labels."""

    def __init__(self, codes: Mapping[Node, WrittenCode]) -> None:
        self._callees: dict[Node, Callee] = {}
        self._terms: dict[Node, Term] = {}
        self._codes: dict[Node, Code] = dict(codes)
        self._pruned: dict[Node, Term] = {}
        self._making: list[Node] = []

    def write(self, node: Node, term: Term) -> None:
        """Set what a function does."""
        self._terms[node] = term


def node_of(label: str) -> Node:
    """Return what stands for a function that was written down."""
    return Node(Fn("", label))
