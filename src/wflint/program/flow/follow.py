"""Follows one value from where it is made to everything that it reaches.

A worklist of expressions that have the value. Each step looks at what stands around one of them: a
larger expression that has the value then, a name or attribute that is given it, a place where it
cannot do harm, or else an end of the search: the value decides something, or is lost from sight.
"""

from __future__ import annotations

import libcst as cst
from msgspec import Struct, field

from wflint.program.analysis import Answer
from wflint.program.entities import OwnClass, OwnFunction
from wflint.program.flow.attributes import defines, find_reads, is_plain
from wflint.program.flow.expressions import HANDLERS
from wflint.program.flow.names import ACTING, ANSWERS
from wflint.program.flow.places import PLAIN, At, DecidesError, Followed, Tree
from wflint.program.reach import Node
from wflint.program.resolve import Resolver
from wflint.program.store import Cls, Fn, Store
from wflint.program.verdicts import Hit
from wflint.source import UnreadableSource

_MOST_STEPS = 600
_MOST_TREES = 60
"""How far one value is followed; one that goes further is as good as lost from sight."""

_MOST_HOPS = 1
"""How many functions may return the value on its way."""

_TRANSPARENT = frozenset(
    {
        "builtins.classmethod",
        "builtins.property",
        "builtins.staticmethod",
        "functools.cache",
        "functools.cached_property",
        "functools.lru_cache",
        "typing.override",
        "typing_extensions.override",
    }
)
"""Decorators that give on what the function returns."""


class Project(Struct):
    """The analysed project, as far as following values asks of it.

    ``nodes`` are the reached nodes of each function, ``callers`` the calls that lead to a node, and
    ``pieces`` what the methods in a piece of code are called on.
    """

    answer: Answer
    nodes: dict[Fn, list[Node]] = field(default_factory=dict)
    callers: dict[Node, list[tuple[Node, int]]] = field(default_factory=dict)
    pieces: dict[Fn, set[Cls | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reached = self.answer.reached
        for node in reached.order:
            self.nodes.setdefault(node.fn, []).append(node)
            piece = Fn(node.fn.path, self.store.outermost(node.fn))
            self.pieces.setdefault(piece, set()).add(node.receiver)
        for node, edges in reached.edges.items():
            for edge in edges:
                self.callers.setdefault(edge.to, []).append((node, edge.site))

    @property
    def store(self) -> Store:
        """All modules."""
        return self.answer.store

    @property
    def resolver(self) -> Resolver:
        """Answers what names stand for."""
        return self.answer.verdicts.resolver


class Follow:
    """The search for one value. ``reached`` are the harmless places that it was seen to reach."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.resolver = project.resolver
        self.safe_loggers = project.answer.verdicts.safe_loggers
        self.reached: set[str] = set()
        self._pending: list[At] = []
        self._seen: set[tuple[object, ...]] = set()
        self._trees: dict[Fn, Tree] = {}
        self._attributes: set[tuple[Cls, str, Followed, int]] = set()

    def run(self, hit: Hit) -> bool:
        """Whether the value that is made at ``hit`` is seen in all its uses, all of them harmless.

        It takes at least one use: of a value that is dropped nothing is known.
        """
        try:
            self._start(hit)
            while self._pending:
                self._step(self._pending.pop())
        except (DecidesError, UnreadableSource):
            return False
        return bool(self.reached)

    def _start(self, hit: Hit) -> None:
        parents = self.project.answer.reached.parents
        nodes = [node for node in hit.nodes if node in parents]
        if not nodes or len(nodes) < len(hit.nodes):
            raise DecidesError
        for receiver in dict.fromkeys(node.receiver for node in nodes):
            at = At(self.tree(hit.fn), hit.site, receiver)
            self.push(at._replace(value=self._made(at)))

    def _made(self, at: At) -> Followed:
        """What kind of value the reported expression gives."""
        node = at.entry.node
        if isinstance(node, cst.Call):
            if isinstance(node.func, (cst.Name, cst.Attribute)) and _last(node.func) in ACTING:
                raise DecidesError
            found = at.resolve(node.func, self.resolver)
            own = [e.cls for e in found if isinstance(e, OwnClass)]
            return self.model(own[0]) if own else PLAIN
        if isinstance(node, (cst.Name, cst.Attribute)):
            return PLAIN
        raise DecidesError

    def _step(self, at: At) -> None:
        parent = at.entry.parent
        handler = HANDLERS.get(type(parent.node)) if parent is not None else None
        if handler is None or parent is None:
            raise DecidesError
        handler(self, at, parent)

    # What handlers call.

    def tree(self, fn: Fn) -> Tree:
        """The piece of code that a function stands in."""
        store = self.project.store
        piece = Fn(fn.path, store.outermost(fn))
        known = self._trees.get(piece)
        if known is None:
            reader = store.reader(piece) if len(self._trees) < _MOST_TREES else None
            if reader is None:
                raise DecidesError
            known = self._trees[piece] = Tree(*piece, reader.walker)
        return known

    def push(self, at: At) -> None:
        """Follow the value from another expression that has it."""
        key = (at.tree.path, at.tree.qualname, *at[1:])
        if key in self._seen:
            return
        if len(self._seen) >= _MOST_STEPS:
            raise DecidesError
        self._seen.add(key)
        self._pending.append(at)

    def harmless(self, place: str) -> None:
        """Note a harmless place; without a name it is none worth telling."""
        if place:
            self.reached.add(place)

    def give(self, at: At, target: cst.CSTNode, value: Followed) -> None:
        """Follow the value into what it is assigned to, or put into."""
        pending = [(target, value)]
        while pending:
            node, given = pending.pop()
            if isinstance(node, cst.Name):
                self._give_name(at, node.value, given)
            elif isinstance(node, cst.Attribute) and at.is_self(node.value):
                self._give_attribute(at, node.attr.value, given)
            elif isinstance(node, (cst.Tuple, cst.List)):
                pending.extend((element.value, given) for element in node.elements)
            elif isinstance(node, cst.Subscript):
                pending.append((node.value, given._replace(is_container=True)))
            else:
                raise DecidesError

    def _give_name(self, at: At, name: str, value: Followed) -> None:
        scope = at.entry.state.scope
        found = scope.find(name) if scope is not None else None
        if found is None:
            raise DecidesError  # a name of the module
        if value.is_container and not at.tree.is_fresh(name, found[0], self.resolver):
            raise DecidesError  # others may know it as well
        for site in at.tree.names(name, found[0]):
            self.push(at._replace(site=site, value=value))

    def _give_attribute(self, at: At, name: str, value: Followed) -> None:
        if at.receiver is None:
            raise DecidesError
        key = (at.receiver, name, value, at.hops)
        if key in self._attributes:
            return
        self._attributes.add(key)
        for read in find_reads(self, at.receiver, name, value.is_container):
            self.push(read._replace(value=value, hops=at.hops))

    def model(self, cls: Cls) -> Followed:
        """An object of a class of the project, if making and comparing it runs no code of it."""
        if not is_plain(self.resolver, cls):
            raise DecidesError
        return Followed(cls)

    def runs_code(self, cls: Cls, name: str) -> bool:
        """Whether looking at an attribute of an object may run code of the project."""
        return defines(self.resolver, cls, name)

    def returned(self, at: At) -> None:
        """Follow the value out of the function that returns it."""
        frame = at.entry.state.frame
        nodes = [n for n in self.project.nodes.get(at.fn, ()) if n.receiver == at.receiver]
        if not nodes or frame.yields:
            raise DecidesError
        for node in nodes:
            calls = self.project.callers.get(node, [])
            if node in self.project.answer.reached.entries:
                self.harmless(self._answer(node))
            elif not calls or not self._is_transparent(at):
                raise DecidesError
            if calls and at.hops >= _MOST_HOPS:
                raise DecidesError
            for caller, site in calls:
                call = At(self.tree(caller.fn), site, caller.receiver, at.value, at.hops + 1)
                if not self._gives(call, node.fn):
                    raise DecidesError
                self.push(call)

    def _gives(self, call: At, fn: Fn) -> bool:
        """Whether an expression is a call of the function, or a look at the property."""
        node = call.entry.node
        if isinstance(node, cst.Attribute):
            return fn.qualname.endswith(f".{node.attr.value}")
        if not isinstance(node, cst.Call):
            return False
        found = call.resolve(node.func, self.resolver)
        return any(isinstance(e, OwnFunction) and e.fn == fn and not e.partial for e in found)

    def _is_transparent(self, at: At) -> bool:
        """Whether the decorators of a function, if it has any, give on what it returns."""
        nested = at.tree.walker.definitions.get(at.fn.qualname)
        if isinstance(nested, cst.FunctionDef) and nested.decorators:
            return False
        return all(names and names <= _TRANSPARENT for names in self._decorators(at.fn))

    def _answer(self, node: Node) -> str:
        """Where the result of an entry point goes, if it leaves the workflow."""
        names = set().union(*self._decorators(node.fn))
        kinds = sorted(names & ANSWERS.keys())
        if not kinds:
            raise DecidesError  # such as an interceptor, which hands it to other code
        return ANSWERS[kinds[0]]

    def _decorators(self, fn: Fn) -> list[set[str]]:
        head = self.project.store.head(fn)
        names = self.project.answer.verdicts.roots.decorator_names
        return [names(d, fn.path) for d in (head.decorators if head is not None else ())]


def _last(node: cst.Name | cst.Attribute) -> str:
    return node.attr.value if isinstance(node, cst.Attribute) else node.value
