"""The body of a loop: which names depend on its elements, and which outlive a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.def_use import names_in_target, target_names
from wflint.dataflow.order.keys import matches_one, names_in
from wflint.dataflow.order.rounds import goes_on, rounds_alike
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wflint.dataflow.def_use import Tree


class Body:
    """The body of a loop, and what of it outlives a round.

    ``elements`` are the names that stand for an element.
    """

    def __init__(self, tree: Tree, node: cst.For | cst.While, elements: frozenset[str]) -> None:
        from wflint.syntax.walk import walk

        self.tree = tree
        self.node = node
        self.elements = elements
        self.nodes = walk(node.body, into_functions=False)
        self.bound = {t.value for n in self.nodes for t in target_names(n)}
        self.dependent = self._dependent()
        self.stops = [n for n in self.nodes if isinstance(n, cst.Break) and self._leaves(n)]
        self._single = self._for_one_element() | self._alike()
        self.returns = [n for n in self.nodes if isinstance(n, cst.Return) and self.is_many(n)]

    def _for_one_element(self) -> set[int]:
        """The nodes that run for one element at most: `if x.id == wanted: ...`."""
        from wflint.syntax.walk import walk

        tests = [n for n in self.nodes if isinstance(n, cst.If)]
        found: list[cst.CSTNode] = []
        for node in tests:
            if matches_one(node.test, self.elements):
                found.append(node.body)
            elif matches_one(node.test, self.elements, says=False):
                found += [node.orelse] if node.orelse is not None else []
                found += self._following(node) if goes_on(node.body.body) else []
        return {id(inner) for part in found for inner in walk(part)}

    def _following(self, node: cst.If) -> Sequence[cst.CSTNode]:
        """Return the statements that stand after one, in the same block."""
        block = self.tree.up(node)
        if not isinstance(block, cst.IndentedBlock):
            return ()
        statements = list(block.body)
        at = next(n for n, statement in enumerate(statements) if statement is node)
        return statements[at + 1 :]

    def _alike(self) -> set[int]:
        """The nodes that do the same in each round, whichever elements there were before."""
        from wflint.syntax.walk import walk

        alike = rounds_alike(self.node, self.dependent)
        return {id(inner) for node in alike for inner in walk(node)}

    def is_many(self, node: cst.CSTNode) -> bool:
        """True if it can matter for which elements a part of the body runs, and in which order."""
        return id(node) not in self._single

    def _dependent(self) -> set[str]:
        """The names whose values are made from an element, in the loop's body."""
        found = set(self.elements)
        bindings = [(n, {t.value for t in target_names(n)}) for n in self.nodes]
        pairs = [
            (names, names_in(source))
            for n, names in bindings
            if names and (source := source_of(n)) is not None
        ]
        loops = [n for n in self.nodes if isinstance(n, cst.CompFor)]
        pairs += [({t.value for t in names_in_target([n.target])}, names_in(n.iter)) for n in loops]
        pairs += [
            ({n.target.value}, names_in(n.value))
            for n in self.nodes
            if isinstance(n, cst.AugAssign) and isinstance(n.target, cst.Name)
        ]
        while True:
            more = set().union(*(names for names, read in pairs if read & found)) - found
            if not more:
                return found
            found |= more

    def _leaves(self, node: cst.CSTNode) -> bool:
        """True if a ``break`` leaves this loop, not one inside it."""
        loops = (outer for _, outer in self.tree.around(node))
        return next(o for o in loops if isinstance(o, (cst.For, cst.While))) is self.node

    def depends(self, node: cst.CSTNode | None) -> bool:
        return node is not None and bool(names_in(node) & self.dependent)

    def outlives(self, name: str) -> bool:
        """True if what a name is given in the body can be read in another round or afterwards."""
        if not self.tree.assignments(name, self.node):
            return True  # it belongs to another function
        return bool(self.tree.later_uses(self.node, name).nodes) or self._is_carried(name)

    def _is_carried(self, name: str) -> bool:
        """True if the body reads a name before it gives it a value."""
        for node in self.nodes:
            bound = [t for t in target_names(node) if t.value == name]
            if bound and name not in names_in(source_of(node) or bound[0]):
                return False
            if bound:
                return name in names_in(source_of(node) or cst.Pass())
            if isinstance(node, cst.Name) and node.value == name:
                return True
        return False


def source_of(node: cst.CSTNode) -> cst.CSTNode | None:
    """Return what a statement that binds names takes their values from."""
    if isinstance(node, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
        return node.value
    if isinstance(node, (cst.For, cst.CompFor)):
        return node.iter
    return node.item if isinstance(node, cst.WithItem) else None
