"""The analysed project, as far as following values asks of it."""

from __future__ import annotations

from msgspec import Struct, field

from wflint import limits
from wflint.callgraph.graph import Node
from wflint.checking.analysis import AnalysisResult
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Site
from wflint.inference.resolver import Resolver
from wflint.latest import Latest
from wflint.project.store import Store
from wflint.severity.places import EscapesError, Tree


class Project(Struct):
    """The program that the search for one value may ask, and what one search leaves for the next.

    ``nodes`` are the reached nodes of each function, ``led_on`` the places from which a call leads
    into the project, and ``pieces`` what the methods in a piece of code are called on. ``reads``
    are the known reads of attributes (:func:`wflint.severity.attributes.find_reads`);
    ``None`` stands for unclear.
    """

    answer: AnalysisResult
    nodes: dict[Fn, list[Node]] = field(default_factory=dict)
    led_on: set[tuple[Fn, Site]] = field(default_factory=set)
    pieces: dict[Fn, set[Cls | None]] = field(default_factory=dict)
    reads: dict[tuple[Cls, str, bool], list[tuple[Fn, Site]] | None] = field(default_factory=dict)
    _trees: Latest[Fn, Tree] = field(
        default_factory=lambda: Latest(
            lambda: limits.KEPT_VALUE_TREES, size=lambda tree: len(tree.walker.entries)
        )
    )

    def __post_init__(self) -> None:
        reached = self.answer.reached
        for node in reached.order:
            self.nodes.setdefault(node.fn, []).append(node)
            piece = Fn(node.fn.path, self.store.outermost(node.fn))
            self.pieces.setdefault(piece, set()).add(node.receiver)
        for node, edges in reached.edges.items():
            for edge in edges:
                self.led_on.add((node.fn, edge.site))

    @property
    def store(self) -> Store:
        """All modules."""
        return self.answer.store

    @property
    def resolver(self) -> Resolver:
        """Answers what names stand for."""
        return self.answer.checker.resolver

    def tree(self, fn: Fn) -> Tree:
        """The piece of code that a function stands in; the last few are kept."""
        piece = Fn(fn.path, self.store.outermost(fn))
        return self._trees.get(piece, lambda: self._read(piece))

    def _read(self, piece: Fn) -> Tree:
        reader = self.store.reader(piece)
        if reader is None:
            raise EscapesError
        return Tree(*piece, reader.walker)
