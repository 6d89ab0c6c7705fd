"""The names that are bound inside a function, and what they were bound to."""

from __future__ import annotations

import bisect
import enum
from dataclasses import dataclass, field

import libcst as cst

from wflint.facts.model import Param


@dataclass(slots=True, eq=False)
class Block:
    """A block of statements of which it is not sure that it runs: a branch, the body of a loop.

    ``instead`` are the flags of the code that runs when this block does not.
    """

    parent: Block | None = None
    is_loop: bool = False
    instead: int = 0

    def holds(self, other: Block | None) -> bool:
        """True if ``other`` is this block or stands in it."""
        while other is not None:
            if other is self:
                return True
            other = other.parent
        return False

    @property
    def loops(self) -> set[int]:
        """The ids of the loops around and including this block."""
        found: set[int] = set()
        block: Block | None = self
        while block is not None:
            if block.is_loop:
                found.add(id(block))
            block = block.parent
        return found


class How(enum.Enum):
    """The ways in which a local name can be bound; see :class:`Bound`."""

    VALUE = enum.auto()  # `node` is assigned to it
    ELEMENT = enum.auto()  # it is what a loop over `node` gives
    ENTERED = enum.auto()  # what `with node` gives
    ANNOTATION = enum.auto()  # `node` is its annotation, `value` what is assigned, if anything
    IMPORT = enum.auto()  # `text` is the absolute dotted name
    FUNCTION = enum.auto()  # or a class; `text` is the qualname
    PATTERN = enum.auto()  # an instance of `node`, or its attribute or part `text`
    REST = enum.auto()  # what `*rest` of `a, *rest, later` takes of `node`
    LATER = enum.auto()  # what `later` of that takes of it
    PARAM = enum.auto()
    OTHER = enum.auto()


@dataclass(slots=True, eq=False)
class Bound:
    """One binding of a local name.

    ``parts`` leads to the bound part where a tuple is unpacked. ``order`` is the number of the node
    in the walk, ``block`` the block it stands in, ``flags`` and ``fallback`` are those of the place
    (:class:`~wflint.facts.model.Call`). ``is_elsewhere`` is set where what is read does not run.
    """

    how: How
    node: cst.BaseExpression | None = None
    text: str = ""
    param: Param | None = None
    value: cst.BaseExpression | None = None
    parts: tuple[int, ...] = ()
    order: int = -1
    block: Block | None = None
    flags: int = 0
    fallback: str = ""
    is_elsewhere: bool = False


@dataclass(slots=True)
class Scope:
    """One scope inside a function: the function itself, a nested one, a comprehension.

    ``added`` are the expressions that are put into a container after it was bound.
    """

    qualname: str
    parent: Scope | None
    owner: str = ""  # the class whose method this is, or is nested in
    is_async: bool = False
    is_comprehension: bool = False
    is_class: bool = False
    names: dict[str, list[Bound]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)  # declared global or nonlocal
    globals: set[str] = field(default_factory=set)  # declared global
    added: dict[str, list[cst.BaseExpression]] = field(default_factory=dict)

    def bind(self, name: str, bound: Bound) -> None:
        """Note a binding of ``name`` in this scope."""
        if name not in self.elsewhere:
            self.names.setdefault(name, []).append(bound)

    def declare(self, node: cst.Global | cst.Nonlocal) -> set[str]:
        """Note that names are those of the module or of a function around; return these."""
        names = {item.name.value for item in node.names}
        self.elsewhere |= names
        if isinstance(node, cst.Global):
            self.globals |= names
        return names

    def find(self, name: str) -> tuple[Scope, list[Bound]] | None:
        """The innermost scope that binds ``name``, and its bindings there."""
        scope: Scope | None = self
        while scope is not None and name not in scope.globals:
            found = scope.names.get(name)
            if found is not None and (scope is self or not scope.is_class):
                return scope, found
            scope = scope.parent
        return None

    @property
    def of_function(self) -> Scope:
        """The scope that ``:=`` binds names in: a comprehension's own is passed over."""
        scope = self
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(slots=True, eq=False)
class Narrowed:
    """A result of tests on names: ``name`` is an instance of one of the classes ``types``.

    ``order`` is the number of the test in the walk.
    """

    name: str
    types: cst.BaseExpression
    order: int
    parent: Narrowed | None = None


def inside(bindings: list[Bound]) -> list[Bound]:
    """Return the bindings of a name but those that only run elsewhere.

    If there are no others, they are what there is.
    """
    return [b for b in bindings if not b.is_elsewhere] or bindings


class Bindings:
    """The bindings of one name in one scope that count, once all of them are known."""

    def __init__(self, bindings: list[Bound]) -> None:
        self.every = sorted(inside(bindings), key=_order_of)
        self._orders = [bound.order for bound in self.every]

    def reaching(
        self, order: int, block: Block | None, most: int, *, everywhere: bool
    ) -> list[Bound]:
        """Those that may hold at a place of the same function, ``most`` of them.

        The last one that surely runs before the place, and after it those that may run. What comes
        later in a loop may hold in its next pass, if the sure one does not run before it there.
        ``everywhere`` is for places in nested functions, which may run at any time.
        """
        if everywhere or len(self.every) < 2 or order < 0:
            return self.every[:most]
        found: list[Bound] = []
        at = bisect.bisect_left(self._orders, order)
        loops = block.loops if block is not None else frozenset()
        for number in range(at - 1, -1, -1):
            bound = self.every[number]
            found.append(bound)
            is_sure = bound.block is None or bound.block.holds(block)
            if is_sure and bound.block is not None:
                loops = loops - bound.block.loops  # each pass of those runs it again
            if is_sure or len(found) == most:
                break
        found.reverse()
        for bound in self.every[at:] if loops else ():
            if len(found) == most:
                break
            if bound.block is not None and loops & bound.block.loops:
                found.append(bound)
        return found or self.every[:most]


def _order_of(bound: Bound) -> int:
    return bound.order


def bind_target(scope: Scope, target: cst.BaseExpression, bound: Bound) -> list[Bound]:
    """Bind the names of an assignment target to ``bound`` or, where they are several, its parts.

    Gives the bindings.
    """
    made: list[Bound] = []
    pending: list[tuple[cst.CSTNode, Bound]] = [(target, bound)]
    while pending:
        node, given = pending.pop()
        if isinstance(node, cst.Name):
            scope.bind(node.value, given)
            made.append(given)
        elif isinstance(node, (cst.Tuple, cst.List)):
            pending.extend(_parts(node, given))
        elif isinstance(node, cst.StarredElement):
            pending.append((node.value, given))
    return made


def _parts(target: cst.Tuple | cst.List, bound: Bound) -> list[tuple[cst.CSTNode, Bound]]:
    """``a, b = f, g`` binds part by part when both sides are written out."""
    parts = [e if isinstance(e, cst.StarredElement) else e.value for e in target.elements]
    value = bound.node
    if bound.how is How.VALUE and not bound.parts and isinstance(value, (cst.Tuple, cst.List)):
        plain = all(isinstance(e, cst.Element) for e in (*target.elements, *value.elements))
        if plain and len(value.elements) == len(parts):
            given = [_like(bound, node=e.value) for e in value.elements]
            return list(zip(parts, given, strict=True))
    found: list[tuple[cst.CSTNode, Bound]] = []
    star = next((n for n, p in enumerate(parts) if isinstance(p, cst.StarredElement)), len(parts))
    for number, part in enumerate(parts):
        if number < star:
            found.append((part, _like(bound, parts=(*bound.parts, number))))
        elif bound.how is How.VALUE:
            found.append((part, _like(bound, how=How.REST if number == star else How.LATER)))
        else:
            found.append((part, _like(bound, how=How.OTHER)))
    return found


def _like(
    bound: Bound,
    how: How | None = None,
    node: cst.BaseExpression | None = None,
    parts: tuple[int, ...] | None = None,
) -> Bound:
    return Bound(
        how or bound.how,
        node or bound.node,
        parts=bound.parts if parts is None else parts,
        order=bound.order,
        block=bound.block,
        flags=bound.flags,
        is_elsewhere=bound.is_elsewhere,
        fallback=bound.fallback,
    )


def is_global(name: cst.CSTNode, scope: Scope | None) -> bool:
    """Return True if a name that is assigned to in ``scope`` is declared ``global``."""
    while scope is not None and scope.is_comprehension:
        scope = scope.parent
    return scope is not None and getattr(name, "value", None) in scope.globals
