"""Classes and functions that calls make workflows and handlers: ``Flow = workflow.defn(Flow)``."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.callgraph.entry.applied import Applied
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionBody, Kind, Ref
from wflint.inference.values import AbstractValue, ClassValue, FunctionValue
from wflint.temporal.decorators import DEFN, HANDLERS


class ByCall:
    """Decorators that calls apply to classes and functions, as far as their code was read.

    ``listed`` are the classes that a Worker is given as its workflows, ``in_frameworks`` functions
    that a framework calls in the workflow.
    """

    def __init__(self, applied: Applied) -> None:
        self.applied = applied
        self.resolver = applied.resolver
        self.listed: set[Cls] = set()
        self.in_frameworks: set[Fn] = set()
        self._classes: dict[Cls, set[str]] = {}
        self._functions: dict[Fn, set[str]] = {}
        self._attributes: dict[Cls, dict[str, set[str]]] = {}

    def read(self, pieces: Iterable[Fn]) -> None:
        """Look at the calls in some functions, and in code that runs when a module is imported."""
        for piece in pieces:
            self.resolver.store.body(piece)
            for body in self.resolver.store.bodies_of_piece(piece):
                self._body(body, piece.path)

    def _body(self, body: FunctionBody, path: str) -> None:
        for call in body.calls:
            for attribute, ref, names in self.applied.in_call(call, path):
                for entity in self._given(ref, body, path):
                    self._put(entity, attribute, names)

    def _given(self, ref: Ref, body: FunctionBody, path: str) -> tuple[AbstractValue, ...]:
        """Return the values of an argument; in the body of a class it may be a method of it.

        What a function was given itself is not known here: see `Applied.to_params`.
        """
        if ref.kind in (Kind.CLS, Kind.PARAM, Kind.SELF):
            return ()
        facts = self.resolver.store.class_facts(Cls(path, body.head.qualname))
        if facts is not None and ref.kind is Kind.GLOBAL and not ref.path:
            head = facts.methods.get(ref.name)
            if head is not None:
                return (FunctionValue(Fn(path, head.qualname)),)
        return self.resolver.resolve(ref, path)

    def _put(self, entity: AbstractValue, attribute: str, names: frozenset[str]) -> None:
        if isinstance(entity, ClassValue) and attribute:
            of_class = self._attributes.setdefault(entity.cls, {})
            of_class.setdefault(attribute, set()).update(names)
        elif isinstance(entity, ClassValue):
            self._classes.setdefault(entity.cls, set()).update(names)
        elif isinstance(entity, FunctionValue) and not attribute:
            self._functions.setdefault(entity.fn, set()).update(names)

    # What was found.

    def classes(self) -> set[Cls]:
        """The classes that are workflows by a call, or because a Worker is given them."""
        return {cls for cls in self._classes if self.makes_workflow(cls)} | self.listed

    def makes_workflow(self, cls: Cls) -> bool:
        """True if a class is a workflow by a call, or because a Worker is given it."""
        return cls in self.listed or DEFN in self._classes.get(cls, ())

    def of_class(self, cls: Cls) -> set[str]:
        """The decorators that calls apply to a class."""
        return self._classes.get(cls, set())

    def of_function(self, fn: Fn) -> set[str]:
        """The decorators that calls apply to a function."""
        return self._functions.get(fn, set())

    def of_attributes(self, cls: Cls) -> dict[str, set[str]]:
        """The decorators that calls apply to attributes of a class."""
        return self._attributes.get(cls, {})

    def functions_in(self, path: str) -> list[Fn]:
        """The functions of a module that are entry points by a call, methods among them."""
        called = [fn for fn, names in self._functions.items() if names & HANDLERS]
        return sorted(fn for fn in {*called, *self.in_frameworks} if fn.path == path)
