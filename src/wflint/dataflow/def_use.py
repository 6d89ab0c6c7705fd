"""A piece of code as a tree in which one can go up, and along the uses of a local name."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from wflint import limits
from wflint.dataflow.order.keys import has_ties
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.context import Context


_BINDING = frozenset({"AnnAssign", "Assign", "For", "NamedExpr", "WithItem"})


class Uses(NamedTuple):
    """The places where a name is read after a statement. ``sorted``: it is sorted first."""

    nodes: list[cst.Name]
    sorted: bool = False


class Tree:
    """The nodes of a function with all that is nested in it, in source order."""

    def __init__(self, root: cst.CSTNode, ctx: Context) -> None:
        from wflint.syntax.walk import children, walk

        self._ctx = ctx
        self.nodes = walk(root)
        self._place = {id(node): number for number, node in enumerate(self.nodes)}
        self._up = {id(child): node for node in self.nodes for child in children(node)}
        self._last = list(range(len(self.nodes)))  # the number of the last node below each
        self._names: dict[str, list[int]] = {}  # the numbers of nodes, which rise
        self._bindings: dict[str, list[cst.CSTNode]] = {}
        self._bound_in: dict[str, dict[int, list[cst.CSTNode]]] = {}
        self._targets: set[int] = set()
        self._exits: dict[int, int] = {}  # by the block
        self._bound_again: dict[int, int] = {}  # by the name read
        self.told: dict[int, bool] = {}  # what has been asked of nodes: are they only logged?
        self.of_one: dict[str, bool] = {}  # do local sets that are made of one element keep it?
        self.put_in: dict[str, frozenset[str]] = {}  # the types of what is added to local sets
        for number in range(len(self.nodes) - 1, 0, -1):
            outer = self._place[id(self._up[id(self.nodes[number])])]
            self._last[outer] = max(self._last[outer], self._last[number])
        for number, node in enumerate(self.nodes):
            if type(node) is cst.Name:
                self._names.setdefault(node.value, []).append(number)
            for target in target_names(node):
                self._targets.add(id(target))
                self._bindings.setdefault(target.value, []).append(node)

    def up(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around ``node``."""
        return self._up.get(id(node))

    def mentions(self, name: str) -> bool:
        """True if a name occurs anywhere."""
        return name in self._names

    def around(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """Pairs (node, the node around it) from ``node`` outward, inside its function."""
        outer = self.up(node)
        while outer is not None and not isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            yield node, outer
            node, outer = outer, self.up(outer)

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement that ``node`` stands in, or is."""
        for inner, outer in self.around(node):
            if isinstance(outer, (cst.IndentedBlock, cst.SimpleStatementSuite)):
                return inner
        return node

    def function(self, node: cst.CSTNode) -> cst.CSTNode:
        """The innermost function around ``node``, or the root."""
        outer = self.up(node)
        while outer is not None and not isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            outer = self.up(outer)
        return outer or self.nodes[0]

    def assignments(self, name: str, near: cst.CSTNode) -> list[cst.CSTNode]:
        """Statements in the function around ``near`` that bind a name, in source order."""
        if name not in self._bound_in:
            by_function = self._bound_in[name] = {}
            for node in self._bindings.get(name, ()):
                by_function.setdefault(id(self.function(node)), []).append(node)
        return self._bound_in[name].get(id(self.function(near)), [])

    def reads(self, part: cst.CSTNode, name: str) -> list[cst.Name]:
        """The places in ``part`` that read a name; not where it is bound, or is another."""
        first = self._place[id(part)]
        numbers = self._names.get(name, [])
        start = bisect_left(numbers, first)
        end = bisect_right(numbers, self._last[first], start)
        found: list[cst.Name] = []
        for node in (self.nodes[number] for number in numbers[start:end]):
            assert isinstance(node, cst.Name)
            if id(node) not in self._targets and not self._is_another(node, part):
                found.append(node)
        return found

    def _is_another(self, name: cst.Name, part: cst.CSTNode) -> bool:
        """True if a name is bound again between ``part`` and where it stands."""
        if id(name) not in self._bound_again:
            self._bound_again[id(name)] = self._binds_again(name)
        return self._bound_again[id(name)] >= self._place[id(part)]

    def _binds_again(self, name: cst.Name) -> int:
        """Return the number of the innermost node around a name that binds it, or -1."""
        node: cst.CSTNode | None = name
        inside: set[int] = set()
        while node is not None:
            inside.add(id(node))
            outside = _outside_of_another(node, name.value)
            if outside is not None and not any(id(n) in inside for n in outside):
                return self._place[id(node)]
            node = self.up(node)
        return -1

    def later_uses(self, statement: cst.CSTNode, name: str) -> Uses:
        """Return where a local name is read after a statement, until it gets another value.

        In a loop that is also what comes before the statement, in the next round. Of more places
        than are followed, some are left out.
        """
        found: list[cst.Name] = []
        passed: list[tuple[cst.CSTNode, cst.CSTNode]] = []
        leaves = False
        inner: cst.CSTNode = statement
        outer = self.up(inner)
        while outer is not None and not isinstance(inner, (cst.FunctionDef, cst.ClassDef)):
            for part in self._following(inner, outer, name):
                found += self.reads(part, name)
                if len(found) > limits.ORDER_USES:
                    return Uses(found)
                if self._sorts(part, name):
                    return Uses(found, True)
                if name in {t.value for t in target_names(_only(part))}:
                    return Uses(found)
            leaves = leaves or self._last_exit(outer) > self._place[id(inner)]
            passed.append((inner, outer))
            if isinstance(outer, (cst.For, cst.While)) and inner is outer.body:
                if not leaves and name not in {t.value for t in target_names(outer)}:
                    before = (self._preceding(*step, name) for step in reversed(passed))
                    found += self._reads_until_bound(chain.from_iterable(before), name)
                leaves = False
            inner, outer = outer, self.up(outer)
        return Uses(found)

    def _following(
        self, inner: cst.CSTNode, outer: cst.CSTNode, name: str
    ) -> Iterator[cst.CSTNode]:
        """Yield what runs after ``inner``, as far as ``outer`` says; statements with the name."""
        first = self._last[self._place[id(inner)]] + 1
        yield from self._with_name(outer, name, first, self._last[self._place[id(outer)]])
        match outer:
            case cst.Try() | cst.TryStar():
                after = (outer.orelse, outer.finalbody)
                for part in after if inner is outer.body else after[1:]:
                    if part is not None and part is not inner:
                        yield part
            case cst.For() | cst.While() if inner is outer.body:
                if isinstance(outer, cst.While):
                    yield outer.test
                if outer.orelse is not None:
                    yield outer.orelse

    def _preceding(
        self, inner: cst.CSTNode, outer: cst.CSTNode, name: str
    ) -> Iterator[cst.CSTNode]:
        """Yield what runs before ``inner``, as far as ``outer`` says; statements with the name."""
        yield from self._with_name(outer, name, self._place[id(outer)], self._place[id(inner)] - 1)
        if isinstance(outer, cst.If) and inner is not outer.test:
            yield outer.test

    def _with_name(
        self, block: cst.CSTNode, name: str, first: int, last: int
    ) -> Iterator[cst.CSTNode]:
        """Yield the statements of a block with a name among the nodes from ``first`` to ``last``.

        These are numbers of nodes. What is no block has no statements.
        """
        body = _statements_of(block)
        numbers = self._names.get(name, []) if body else []
        at = bisect_left(numbers, first)
        while at < len(numbers) and numbers[at] <= last:
            number = bisect_right(body, numbers[at], key=lambda part: self._place[id(part)])
            part = body[number - 1]
            yield part
            at = bisect_right(numbers, self._last[self._place[id(part)]], at)

    def _last_exit(self, block: cst.CSTNode) -> int:
        """The number of the last statement of a block after which nothing of it runs, or -1."""
        if id(block) not in self._exits:
            kinds, body = (cst.Break, cst.Raise, cst.Return), _statements_of(block)
            exits = (part for part in reversed(body) if isinstance(_only(part), kinds))
            last = next(exits, None)
            self._exits[id(block)] = self._place[id(last)] if last is not None else -1
        return self._exits[id(block)]

    def _reads_until_bound(self, parts: Iterable[cst.CSTNode], name: str) -> list[cst.Name]:
        found: list[cst.Name] = []
        for part in parts:
            found += self.reads(part, name)
            bound = {t.value for t in target_names(_only(part))}
            if name in bound or self._sorts(part, name):
                break
        return found

    def _sorts(self, part: cst.CSTNode, name: str) -> bool:
        """`name.sort()`, which takes away any order that was there."""
        match _only(part):
            case cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(value=cst.Name(value=found), attr=cst.Name(value="sort"))
                ) as call
            ):
                return found == name and not has_ties(call, self._ctx)
        return False


@lru_cache(maxsize=1)
def _tree(ctx: Context, root: cst.CSTNode) -> Tree:
    return Tree(root, ctx)


def tree_of(ctx: Context, node: cst.CSTNode) -> Tree:
    """The tree around the visited node; ``node`` is that node."""
    return _tree(ctx, next(iter(ctx.ancestors), node))


def target_names(node: cst.CSTNode) -> list[cst.Name]:
    """The plain names that a statement or expression binds itself."""
    if type(node).__name__ not in _BINDING:
        return []
    match node:
        case cst.Assign():
            targets: list[cst.CSTNode] = [t.target for t in node.targets]
        case cst.AnnAssign() if node.value is None:
            return []
        case cst.AnnAssign() | cst.NamedExpr() | cst.For():
            targets = [node.target]
        case cst.WithItem(asname=cst.AsName(name=name)):
            targets = [name]
        case _:
            return []
    return names_in_target(targets)


def names_in_target(targets: Sequence[cst.CSTNode]) -> list[cst.Name]:
    """The plain names in assignment targets."""
    found: list[cst.Name] = []
    pending = list(reversed(targets))
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            found.append(node)
        elif isinstance(node, (cst.Tuple, cst.List)):
            pending.extend(e.value for e in reversed(node.elements))
    return found


def value_for(node: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """Return what an assignment gives a name, also as a part of `a, b = 1, 2`, if that is plain."""
    if isinstance(node, (cst.AnnAssign, cst.NamedExpr)):
        return node.value
    if not isinstance(node, cst.Assign):
        return None
    for target in (t.target for t in node.targets):
        if isinstance(target, cst.Name) and target.value == name:
            return node.value
        if isinstance(target, cst.Tuple) and isinstance(node.value, cst.Tuple):
            for part, given in zip(target.elements, node.value.elements, strict=False):
                if isinstance(part.value, cst.Name) and part.value.value == name:
                    return given.value
    return None


def _statements_of(block: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The statements of a block, or those of a line; of anything else none."""
    match block:
        case cst.IndentedBlock() | cst.SimpleStatementLine() | cst.SimpleStatementSuite():
            return block.body
    return ()


def _only(node: cst.CSTNode) -> cst.CSTNode:
    """The small statement that a line consists of, or the node itself."""
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        return node.body[0]
    return node


def _outside_of_another(node: cst.CSTNode, name: str) -> list[cst.CSTNode] | None:
    """The parts of a node in which a name is what it was, if the node binds it for the others."""
    match node:
        case cst.For() if name in {t.value for t in target_names(node)}:
            return [node.iter]
        case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
            loop: cst.CompFor | None = node.for_in
            while loop is not None:
                if name in {t.value for t in names_in_target([loop.target])}:
                    return [node.for_in.iter]
                loop = loop.inner_for_in
        case cst.Lambda() | cst.FunctionDef():
            if name in {p.name.value for p in all_params(node.params)}:
                return []
    return None


def all_params(params: cst.Parameters) -> list[cst.Param]:
    """The parameters that take one argument each."""
    return [*params.posonly_params, *params.params, *params.kwonly_params]
