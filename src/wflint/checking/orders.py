"""Finds out if the program looks at the order of a collection that gets out of a function.

A function that returns `list(set(names))` shows nothing if all its callers sort what they get, nor
does a list in an attribute that is only read by `sorted(self.names)`. What cannot be read, or is
given to other code, may be looked at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from wflint import limits
from wflint.callgraph.graph import CallGraph, Node
from wflint.checking.order_uses import Given, Kept, is_sorted_next, name_of, names_in, use_of
from wflint.checking.pieces import parsed, path_to, place_of, text_of, way_to
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Site
from wflint.syntax.guard import Function
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_ATTRIBUTE = re.compile(r"\.\s*(\w+)")


class _Returned(NamedTuple):
    """What a function returns."""

    node: Node
    is_mapping: bool


class _Stored(NamedTuple):
    """What objects of a class have in an attribute."""

    cls: Cls
    name: str
    is_mapping: bool


class _Use(NamedTuple):
    """A use in the function of a node."""

    node: Node
    given: Given


_Way = _Returned | _Stored


class Orders:
    """Answers about the part of the graph that a rule is asked about."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._store = checker.resolver.store
        self._begin(CallGraph())

    def _begin(self, graph: CallGraph) -> None:
        """Answer about another part of the graph."""
        self._graph = graph
        self._answers: dict[_Way, bool] = {}
        self._nodes: dict[Fn, list[Node]] = {}
        self._reading: dict[str, list[Fn]] = {}
        for node in graph.parents:
            self._nodes.setdefault(node.fn, []).append(node)

    def is_seen(self, node: Node, site: Site, left: Iterable[tuple[str, bool]]) -> bool:
        """True if somebody may look at the order of what gets out of a function from a site.

        ``left`` are the ways: ``""`` or the name of an attribute, and whether it is a mapping.
        """
        if self._graph is not self._checker.views.reached:
            self._begin(self._checker.views.reached)
        for name, is_mapping in left:
            if not name:
                way: _Way = _Returned(node, is_mapping)
            elif node.receiver is None or not self._is_plain(node.receiver):
                return True
            elif self._is_sorted_next(node, site, name):
                continue
            else:
                way = _Stored(node.receiver, name, is_mapping)
            if way not in self._answers:
                self._answers[way] = self._is_looked_at(way)
            if self._answers[way]:
                return True
        return False

    def _is_looked_at(self, first: _Way) -> bool:
        seen: set[_Way] = set()
        pending: list[_Way | _Use] = [first]
        for _ in range(limits.ORDER_USES):
            if not pending:
                return False
            way = pending.pop()
            if not isinstance(way, _Use):
                if way in seen:
                    continue
                seen.add(way)
            more = self._further(way)
            if more is None:
                return True
            pending += more
        return True

    def _further(self, way: _Way | _Use) -> Iterable[_Way | _Use] | None:
        """Return where else to look; ``None`` where the order is looked at."""
        if isinstance(way, _Returned):
            return self._calls(way)
        if isinstance(way, _Stored):
            return self._reads(way)
        kept = use_of(way.given)
        if isinstance(kept, Kept):
            return self._goes_on(way, kept)
        return None if kept else ()

    def _goes_on(self, use: _Use, kept: Kept) -> Iterable[_Way | _Use] | None:
        """Return where a function keeps a collection; ``None`` where that is not known."""
        node, around = use.node, [n for n in use.given.way if isinstance(n, Function)]
        if (
            not around
            or around[-1] is not kept.function
            or around[-1].name != self._store.body(node.fn).head.name
        ):
            return None
        if not kept.name:
            is_own = len(around) == 1
            return [_Returned(node, kept.is_mapping)] if is_own else None
        statement = kept.statement
        sorts = is_sorted_next(statement, kept.name, _block_of(use.given.way, statement))
        if kept.name.startswith("."):
            if sorts is not None:
                return ()
            if node.receiver is None or not self._is_plain(node.receiver):
                return None
            return [_Stored(node.receiver, kept.name[1:], kept.is_mapping)]
        names = names_in(kept.function).get(kept.name, [])
        reads = [n for n in names if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        if len(names) != len(reads) + 1:
            return None
        if sorts is not None:
            reads = [n for n in reads if n.lineno < sorts.lineno]
        tree = use.given.way[0]
        return [_Use(node, Given(way_to(tree, read), kept.is_mapping)) for read in reads]

    def _calls(self, way: _Returned) -> list[_Way | _Use] | None:
        """Return the calls that get what a function returns."""
        node, graph = way.node, self._graph
        head = self._store.body(node.fn).head
        entry = graph.entries.get(node)
        if entry is not None and entry.kind & ~Region.QUERY:
            return None
        found: list[_Way | _Use] = []
        hops = graph.callers(node)
        if entry is not None and not hops:
            return []
        if not hops or head.is_generator or head.decorators:
            return None
        for hop in hops:
            place = place_of(self._store, hop.node.fn, hop.site)
            path = path_to(place, ast.Call, head.name) if place is not None else []
            is_awaited = len(path) > 1 and isinstance(path[-2], ast.Await)
            if place is None or not path or node in graph.registered.get(hop, ()):
                return None
            if head.is_async and not is_awaited:
                return None
            found.append(_Use(hop.node, Given(path, way.is_mapping)))
        return found

    def _reads(self, way: _Stored) -> list[_Way | _Use] | None:
        """Return the places that may read an attribute of objects of a class."""
        found: list[_Way | _Use] = []
        for fn in self._functions_with(way.name):
            tree = parsed(text_of(self._store, fn))
            if tree is None:
                return None
            owner = self._store.body(fn).head.owner
            related = bool(owner) and self._are_related(Cls(fn.path, owner), way.cls)
            for read in names_in(tree).get(f".{way.name}", ()):
                is_other = name_of(read) == f".{way.name}" and not related
                if is_other or not isinstance(getattr(read, "ctx", None), ast.Load):
                    continue
                path = way_to(tree, read)
                is_method = isinstance(path[-2], ast.Call) and path[-2].func is read
                if not is_method:
                    given = Given(path, way.is_mapping)
                    found += [_Use(node, given) for node in self._nodes[fn]]
        return found

    def _functions_with(self, name: str) -> list[Fn]:
        """Return the outermost functions that have an attribute of a name."""
        if not self._reading:
            for fn in self._nodes:
                names = _ATTRIBUTE.findall(text_of(self._store, fn))
                for one in dict.fromkeys(names):
                    self._reading.setdefault(one, []).append(fn)
        return self._reading.get(name, [])

    def _is_plain(self, cls: Cls) -> bool:
        """True if objects of a class are not shown as a whole, as those of a dataclass may be."""
        order, externals = self._checker.resolver.order(cls)
        facts = [self._store.load(one.path).facts.classes.get(one.qualname) for one in order]
        return not externals and all(
            one is not None and {d.last_word for d in one.decorators} <= {"defn"} for one in facts
        )

    def _are_related(self, one: Cls, other: Cls) -> bool:
        order = self._checker.resolver.order
        return one in order(other)[0] or other in order(one)[0]

    def _is_sorted_next(self, node: Node, site: Site, name: str) -> bool:
        """True for `self.names = list(names)` with `self.names.sort()` after it."""
        place = place_of(self._store, node.fn, site)
        path = path_to(place, ast.expr) if place is not None else []
        statement = next((n for n in reversed(path) if isinstance(n, ast.stmt)), None)
        match statement:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                if name_of(target) == f".{name}":
                    block = _block_of(path, statement)
                    return is_sorted_next(statement, f".{name}", block) is not None
        return False


def _block_of(way: Iterable[ast.AST], statement: ast.stmt) -> list[ast.stmt]:
    """Return the block that a statement stands in, of the nodes around it."""
    for node in way:
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and statement in block:
                return block
    return []
