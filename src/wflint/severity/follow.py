"""Follows one value from where it is made to everything that it reaches.

A worklist of expressions that have the value. Each step looks at what stands around one of them: a
larger expression that has the value then, a name or attribute that is given it, a place where it
cannot do harm, or else an end of the search: the value decides something, or is lost from sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from wflint import limits
from wflint.callgraph.graph import Node
from wflint.checking.analysis import AnalysisResult
from wflint.checking.violation import Violation
from wflint.facts.frames import Entry
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag
from wflint.files.source import UnreadableSource
from wflint.inference.values import ClassValue, FunctionValue
from wflint.severity.attributes import defines, find_reads, is_plain
from wflint.severity.expressions import HANDLERS
from wflint.severity.names import ACTING
from wflint.severity.places import PLAIN, EscapesError, TaintedValue, TaintState, Tree
from wflint.severity.project import Project

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


def harmless_places(answer: AnalysisResult, hits: Iterable[Violation]) -> Iterator[list[str]]:
    """For each hit the places that its value reaches; none unless all of them are harmless."""
    project = Project(answer)
    for hit in hits:
        flow = Follow(project)
        is_harmless = answer.store.faults.ask(hit.fn, hit.rule.code, flow.run, hit)
        yield sorted(flow.reached) if is_harmless else []


class Follow:
    """The search for one value. ``reached`` are the harmless places that it was seen to reach."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.resolver = project.resolver
        self.safe_loggers = project.answer.checker.safe_loggers.names
        self.reached: set[str] = set()
        self._pending: list[TaintState] = []
        self._seen: set[tuple[object, ...]] = set()
        self._trees: set[Fn] = set()
        self._attributes: set[tuple[object, ...]] = set()

    def run(self, hit: Violation) -> bool:
        """True if the value that is made at ``hit`` is seen in all its uses, all of them harmless.

        It takes at least one use: of a value that is dropped nothing is known.
        """
        try:
            self._start(hit)
            while self._pending:
                self._step(self._pending.pop())
        except (EscapesError, UnreadableSource):
            return False
        return bool(self.reached)

    def _start(self, hit: Violation) -> None:
        parents = self.project.answer.reached.parents
        nodes = [node for node in hit.nodes if node in parents]
        if not nodes or len(nodes) < len(hit.nodes):
            raise EscapesError
        for node in nodes:
            if _is_class(node):
                self._kept_in_field(node, PLAIN, 0)
        for receiver in dict.fromkeys(node.receiver for node in nodes if not _is_class(node)):
            at = TaintState(self.tree(hit.fn), hit.site, receiver)
            self.push(at._replace(value=self._made(at)))

    def _made(self, at: TaintState) -> TaintedValue:
        """Return the kind of value that the reported expression gives."""
        node = at.entry.node
        if isinstance(node, cst.Call):
            if isinstance(node.func, (cst.Name, cst.Attribute)) and _last(node.func) in ACTING:
                raise EscapesError
            found = at.resolve(node.func, self.resolver)
            own = [e.cls for e in found if isinstance(e, ClassValue)]
            return self.model(PLAIN, own[0]) if own else PLAIN
        if isinstance(node, (cst.Name, cst.Attribute)):
            return PLAIN
        raise EscapesError

    def _step(self, at: TaintState) -> None:
        parent = at.entry.parent
        handler = HANDLERS.get(type(parent.node)) if parent is not None else None
        if handler is None or parent is None:
            raise EscapesError
        handler(self, at, parent)

    # What handlers call.

    def tree(self, fn: Fn) -> Tree:
        """The piece of code that a function stands in."""
        tree = self.project.tree(fn)
        self._trees.add(Fn(tree.path, tree.qualname))
        if len(self._trees) > limits.VALUE_TREES:
            raise EscapesError
        return tree

    def _will_read(self, functions: Iterable[Fn]) -> None:
        """Give up at once if these are more pieces of code than a value is followed through.

        Else a function that hundreds call would have dozens of them read for each value.
        """
        store = self.project.store
        pieces = {Fn(fn.path, store.outermost(fn)) for fn in functions}
        if len(pieces | self._trees) > limits.VALUE_TREES:
            raise EscapesError

    def push(self, at: TaintState) -> None:
        """Follow the value from another expression that has it."""
        key = (at.tree.path, at.tree.qualname, *at[1:])
        if key in self._seen:
            return
        if len(self._seen) >= limits.VALUE_STEPS:
            raise EscapesError
        self._seen.add(key)
        self._pending.append(at)

    def harmless(self, place: str) -> None:
        """Note a place where the value does no harm."""
        self.reached.add(place)

    def give(
        self, at: TaintState, target: cst.CSTNode, value: TaintedValue, *, put: bool = False
    ) -> None:
        """Follow the value into what it is assigned to or, with ``put``, put into."""
        pending = [(target, put)]
        while pending:
            node, is_put = pending.pop()
            given = value._replace(is_container=True) if is_put else value
            if isinstance(node, cst.Name):
                self._give_name(at, node.value, given, is_put)
            elif isinstance(node, cst.Attribute) and at.is_self(node.value):
                self._give_attribute(at, node.attr.value, given, is_put)
            elif isinstance(node, (cst.Tuple, cst.List)):
                pending.extend((element.value, is_put) for element in node.elements)
            elif isinstance(node, cst.Subscript):
                pending.append((node.value, True))
            else:
                raise EscapesError

    def _give_name(self, at: TaintState, name: str, value: TaintedValue, put: bool) -> None:
        scope = at.entry.state.scope
        found = scope.find(name) if scope is not None else None
        if found is None:
            raise EscapesError  # a name of the module
        if put and not at.tree.is_fresh(name, found[0], self.resolver):
            raise EscapesError  # others may know the container as well
        for site in at.tree.names(name, found[0]):
            use = at._replace(site=site, value=value)
            if put or not _is_before(use, at):
                self.push(use)

    def _give_attribute(self, at: TaintState, name: str, value: TaintedValue, put: bool) -> None:
        if at.receiver is None:
            raise EscapesError
        key = (at.receiver, name, value, at.hops, put)
        if key in self._attributes:
            return
        self._attributes.add(key)
        reads = find_reads(self.project, at.receiver, name, put)
        self._will_read(fn for fn, _ in reads)
        for fn, site in reads:
            self.push(TaintState(self.tree(fn), site, at.receiver, value, at.hops))

    def model(self, value: TaintedValue, cls: Cls) -> TaintedValue:
        """An object that holds a value, if making and comparing it runs no code of its class."""
        if not is_plain(self.resolver, cls):
            raise EscapesError
        return TaintedValue(value.classes | {cls})

    def runs_code(self, value: TaintedValue, name: str) -> bool:
        """True if looking at an attribute of a value may run code of the project."""
        return any(defines(self.resolver, cls, name) for cls in value.classes)

    def returned(self, at: TaintState) -> None:
        """Follow the value out of the function that returns it."""
        frame = at.entry.state.frame
        nodes = [n for n in self.project.nodes.get(at.fn, ()) if n.receiver == at.receiver]
        if not nodes or frame.yields:
            raise EscapesError
        for node in nodes:
            calls = self.project.answer.reached.callers(node)
            # The result of a workflow, a query or an update is what others go by.
            if not calls or node in self.project.answer.reached.entries:
                raise EscapesError
            if at.hops >= limits.VALUE_HOPS or not self._is_transparent(at):
                raise EscapesError
            self._will_read(caller.fn for caller, _ in calls if not _is_class(caller))
            for caller, site in calls:
                if _is_class(caller):
                    self._kept_in_field(caller, at.value, at.hops + 1)
                    continue
                call = TaintState(
                    self.tree(caller.fn), site, caller.receiver, at.value, at.hops + 1
                )
                if not self._gives(call, node.fn):
                    raise EscapesError
                self.push(call)

    def _kept_in_field(self, owner: Node, value: TaintedValue, hops: int) -> None:
        """Follow the default of a field into the objects of a class that have it."""
        pending, seen = [(owner, value)], {owner}
        while pending:
            owner, value = pending.pop()
            for maker, site in self.project.answer.reached.callers(owner):
                if not _is_class(maker):
                    made = TaintState(self.tree(maker.fn), site, maker.receiver, hops=hops)
                    self.push(made._replace(value=self.model(value, self._class_made(made, owner))))
                elif maker not in seen:  # the object is itself the default of a field
                    seen.add(maker)
                    pending.append((maker, self.model(value, Cls(*owner.fn))))

    def _class_made(self, at: TaintState, owner: Node) -> Cls:
        """Return the class that a call makes an object of: that of a field, or one below it."""
        node = at.entry.node
        found = at.resolve(node.func, self.resolver) if isinstance(node, cst.Call) else ()
        for cls in (entity.cls for entity in found if isinstance(entity, ClassValue)):
            if Cls(*owner.fn) in self.resolver.order(cls)[0]:
                return cls
        raise EscapesError

    def _gives(self, call: TaintState, fn: Fn) -> bool:
        """True if an expression is a call of the function, or a look at the property."""
        node = call.entry.node
        if isinstance(node, cst.Attribute):
            return fn.qualname.endswith(f".{node.attr.value}")
        if not isinstance(node, cst.Call):
            return False
        found = call.resolve(node.func, self.resolver)
        return any(isinstance(e, FunctionValue) and e.fn == fn and not e.partial for e in found)

    def _is_transparent(self, at: TaintState) -> bool:
        """True if the decorators of a function, if it has any, pass on what it returns."""
        nested = at.tree.walker.definitions.get(at.fn.qualname)
        if isinstance(nested, cst.FunctionDef) and nested.decorators:
            return False
        head = self.project.store.head(at.fn)
        names_of = self.project.answer.checker.roots.decorator_names
        every = [names_of(d, at.fn.path) for d in (head.decorators if head is not None else ())]
        return all(names and names <= _TRANSPARENT for names in every)


def _is_class(node: Node) -> bool:
    """True if a class stands for what makes the defaults of its fields."""
    return Cls(*node.fn) == node.receiver


def _is_before(use: TaintState, at: TaintState) -> bool:
    """True if a name is used before it is given the value, and not again afterwards."""
    state = at.entry.state
    if use.entry.state.frame is not state.frame or state.flags & Flag.IN_LOOP:
        return False
    around: Entry | None = use.entry  # in `x = x or now()`, both are used before `x` is given it
    while around is not None and around is not at.entry:
        around = around.parent
    return use.site < at.site or around is not None


def _last(node: cst.Name | cst.Attribute) -> str:
    return node.attr.value if isinstance(node, cst.Attribute) else node.value
