"""The places of a value while it is followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from wflint.facts.frames import Entry
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Kind, Ref, Site
from wflint.facts.scopes import Scope
from wflint.facts.walker import Walker
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue
from wflint.syntax.walk import walk

_CONTAINERS = (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp)
_CONTAINER_CLASSES = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
    }
)
_SEE_ALL_NAMES = frozenset({"eval", "exec", "locals"})


class EscapesError(Exception):
    """The value decides something, or goes where it cannot be followed."""


class TaintedValue(NamedTuple):
    """All that is known of the value itself.

    ``classes`` are the project's own whose objects hold it, or are held with it; ``is_container``
    is set for a list, dict or set that it was put into.
    """

    classes: frozenset[Cls] = frozenset()
    is_container: bool = False


PLAIN = TaintedValue()


class Tree:
    """A function of the project with all that is nested in it, as a tree."""

    def __init__(self, path: str, qualname: str, walker: Walker) -> None:
        self.path = path
        self.qualname = qualname
        self.walker = walker
        self._names: dict[str, list[Site]] | None = None
        self._hidden: set[str] = set()
        self._fresh: dict[tuple[int, str], bool] = {}

    def ref(self, node: cst.CSTNode, scope: Scope | None) -> Ref:
        """Return what an expression refers to."""
        return self.walker.refs.ref(node, scope)

    def names(self, name: str, scope: Scope) -> Iterator[Site]:
        """Yield where a local name of ``scope`` is used, also in nested functions."""
        if self._names is None:
            self._names = self._index()
        if name in self._hidden or not _SEE_ALL_NAMES.isdisjoint(self._names):
            raise EscapesError
        for site in self._names.get(name, ()):
            inner = self.walker.entries[site].state.scope
            found = inner.find(name) if inner is not None else None
            if found is not None and found[0] is scope:
                yield site

    def _index(self) -> dict[str, list[Site]]:
        found: dict[str, list[Site]] = {}
        for site, entry in enumerate(self.walker.entries):
            if isinstance(entry.node, cst.Name):
                found.setdefault(entry.node.value, []).append(site)
            elif isinstance(entry.node, cst.ClassDef):  # the walk does not look into it
                inner = walk(entry.node.body)
                self._hidden |= {n.value for n in inner if isinstance(n, cst.Name)}
        return found

    def is_fresh(self, name: str, scope: Scope, resolver: Resolver) -> bool:
        """True if a local name only stands for containers that are made where it is assigned."""
        key = (id(scope), name)  # the tree keeps its scopes
        if key not in self._fresh:
            self._fresh[key] = self._is_fresh(name, scope, resolver)
        return self._fresh[key]

    def _is_fresh(self, name: str, scope: Scope, resolver: Resolver) -> bool:
        made = 0
        for entry in self.walker.entries:
            value = _assigned(entry.node, name)
            if value is None or entry.state.scope is None:
                continue
            other = entry.state.scope.find(name)
            if other is not None and other[0] is scope:
                made += self.makes_container(value, entry.state.scope, resolver)
        return made == len(scope.names[name])

    def makes_container(
        self, value: cst.CSTNode | None, scope: Scope | None, resolver: Resolver
    ) -> bool:
        """True if an expression makes a new list, dict or set."""
        if isinstance(value, _CONTAINERS):
            return True
        if not isinstance(value, cst.Call):
            return False
        found = resolver.resolve(self.ref(value.func, scope), self.path)
        return bool(found) and {getattr(e, "name", "") for e in found} <= _CONTAINER_CLASSES


class TaintState(NamedTuple):
    """An expression that has the value.

    ``receiver`` is the class of the object that the method around it was called on; ``hops`` is the
    number of functions that have returned the value.
    """

    tree: Tree
    site: Site
    receiver: Cls | None
    value: TaintedValue = PLAIN
    hops: int = 0

    @property
    def entry(self) -> Entry:
        """The expression in its surroundings."""
        return self.tree.walker.entries[self.site]

    @property
    def fn(self) -> Fn:
        """The innermost function around the expression."""
        return Fn(self.tree.path, self.entry.state.frame.head.qualname)

    def moved(self, entry: Entry, value: TaintedValue | None = None) -> TaintState:
        """The same value as another expression of the same tree."""
        site = self.tree.walker.order[id(entry.node)]
        return self._replace(site=site, value=self.value if value is None else value)

    def resolve(self, node: cst.CSTNode, resolver: Resolver) -> tuple[AbstractValue, ...]:
        """Return the values of another expression in the same surroundings."""
        ref = self.tree.ref(node, self.entry.state.scope)
        return resolver.resolve(ref, self.tree.path, self.receiver)

    def is_self(self, node: cst.CSTNode) -> bool:
        """True if an expression is the object that the method was called on."""
        ref = self.tree.ref(node, self.entry.state.scope)
        return ref.kind is Kind.SELF and not ref.path


def is_target(entry: Entry) -> bool:
    """True if an expression is assigned to."""
    parent = entry.parent.node if entry.parent is not None else None
    if isinstance(parent, cst.Assign):
        return any(target.target is entry.node for target in parent.targets)
    if isinstance(parent, (cst.AnnAssign, cst.AugAssign, cst.For)):
        return parent.target is entry.node
    return False


def _assigned(node: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """Return what a statement assigns to a name, where it is plain to see."""
    if isinstance(node, cst.AnnAssign):
        target: cst.BaseExpression = node.target
    elif isinstance(node, cst.Assign) and len(node.targets) == 1:  # `a = b = []` is one list
        target = node.targets[0].target
    else:
        return None
    return node.value if isinstance(target, cst.Name) and target.value == name else None
