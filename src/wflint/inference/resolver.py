"""Resolves what facts refer to: names, attributes, and what calls give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import ClassFacts, Ref, Value
from wflint.inference import builtin_types
from wflint.inference.attributes import Members
from wflint.inference.contents import Contents
from wflint.inference.declared import together
from wflint.inference.environments import Environments
from wflint.inference.library_types import ATTRIBUTES
from wflint.inference.literals import Literals
from wflint.inference.names import Names
from wflint.inference.return_values import Results, awaited_for
from wflint.inference.roots import Place, Roots
from wflint.inference.values import (
    NOT_KNOWN,
    AbstractValue,
    ClassValue,
    Env,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ModuleValue,
    SuperOf,
    Unresolved,
    as_class,
    unique,
)
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store

_TOO_MANY = Unresolved("it would take too many steps to find out")

_CIRCLE = (Unresolved("it is defined in a circle"),)

Question = tuple[Ref, str, "Cls | None", Env]


class Resolver:
    """Answers what a :class:`Ref` of a module stands for. Alternatives give several answers."""

    def __init__(
        self, store: Store, index: ModuleIndex, gives: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.store = store
        self.index = index
        self.names = Names(
            store, index, lambda r, p, d: self.resolve_afresh(r, p, d), self.attribute
        )
        self.members = Members(store, self)
        self.literals = Literals(self)
        self.memory = Environments(self)
        self.results = Results(self, gives)
        self.contents = Contents(self)
        self.roots = Roots(self)
        self._open = 0  # how many questions are being answered, one in the other
        self._left = 0  # how many more may be asked to answer the outermost
        self._known: dict[Question, tuple[AbstractValue, ...]] = {}

    # What others ask.

    def name(self, path: str, name: str) -> tuple[AbstractValue, ...]:
        """Return the values of a module-level name of a module; builtins included."""
        return self.names.name(path, name)

    def dotted(self, name: str, importer: str) -> tuple[AbstractValue, ...]:
        """Return the values of an absolute dotted name, as imported by a file."""
        return self.names.dotted(name, importer)

    def constant(self, ref: Ref, path: str) -> tuple[Value, str] | None:
        """The value of a module-level name that is assigned exactly once, and its module."""
        return self.names.constant(ref, path)

    def facts_of(self, cls: Cls) -> ClassFacts | None:
        """The facts of a class."""
        return self.members.facts_of(cls)

    def order(self, cls: Cls) -> tuple[tuple[Cls, ...], tuple[str, ...]]:
        """The project's classes in the method resolution order of a class, and external bases."""
        return self.members.order(cls)

    def returned(
        self, function: FunctionValue, depth: int = limits.DEPTH
    ) -> tuple[AbstractValue, ...]:
        """Return the values that calling a function of the project gives."""
        return self.results.returned(function, depth)

    def learn(self, learned: Mapping[tuple[Cls, str], Iterable[AbstractValue]]) -> bool:
        """Take over what a search has seen put into attributes that it then asked for in vain.

        True if that is anything new: the search is worth repeating.
        """
        members = self.members
        new = {
            key: unique((*members.learned.get(key, ()), *values))
            for key, values in learned.items()
            if key in members.unknown
        }
        changed = any(values != members.learned.get(key, ()) for key, values in new.items())
        if changed:
            members.learned.update(new)
            self._known.clear()  # all of it: in circles, an answer rests on what was asked before
        return changed

    def forget(self) -> None:
        """Drop all answers: few of the same questions will be asked, or others come of them."""
        self._known.clear()
        self.members.forget()

    def resolve(
        self,
        ref: Ref,
        path: str,
        receiver: Cls | None = None,
        depth: int = limits.DEPTH,
        env: Env = (),
    ) -> tuple[AbstractValue, ...]:
        """Return the values that ``ref``, found in the module ``path``, may stand for.

        ``receiver`` is the class of the object that the enclosing method was called on, ``env``
        what is known of the parameters. Nothing at all: it is ``None``, or was left out.
        """
        if depth <= 0:
            return (_TOO_MANY,)
        key = (ref, path, receiver, env)
        known = self._known.get(key)
        if known is not None:
            return known
        if self._open == 0:
            self.store.faults.checkpoint()
            self._left = limits.QUESTIONS
        self._left -= 1
        if self._left < 0:
            return (_TOO_MANY,)
        self._known[key] = _CIRCLE
        self._open += 1
        try:
            found = self._find(ref, Place(path, receiver, depth, env))
        except BaseException:  # the question may be asked again, from elsewhere
            del self._known[key]
            raise
        finally:
            self._open -= 1
        if self._left >= 0 and _TOO_MANY not in found:
            self._known[key] = found
        else:  # it says less than a question of its own would
            del self._known[key]
        return found

    def _find(self, ref: Ref, at: Place) -> tuple[AbstractValue, ...]:
        found = self.roots.find(ref, at)
        for name in ref.path:
            of = (self.attribute(entity, name, at.depth - 1) for entity in found)
            found = unique(e for one in of for e in one)
        return found

    def resolve_afresh(self, ref: Ref, path: str, depth: int) -> tuple[AbstractValue, ...]:
        """Return the values of a ref where the answer is kept: a question of its own."""
        before = self._open, self._left
        self._open = 0
        try:
            return self.resolve(ref, path, None, depth)
        finally:
            self._open, self._left = before

    # Types.

    def together(
        self, declared: tuple[AbstractValue, ...], given: tuple[AbstractValue, ...]
    ) -> tuple[AbstractValue, ...]:
        """Return the values of something declared for which something is given."""
        return together(declared, given, self)

    def as_instance(self, entity: AbstractValue) -> AbstractValue:
        """An instance of the class that an entity is."""
        if isinstance(entity, ClassValue):
            return InstanceValue(entity.cls, entity.args)
        if isinstance(entity, ExternalValue):
            name = builtin_types.ALIASES.get(entity.name, entity.name)
            if name == "builtins.type" and entity.args and entity.args[0]:
                return as_class(entity.args[0][0])
            return builtin_types.made(name, entity.args)
        return NOT_KNOWN[0]

    # Attributes.

    def attribute(
        self, entity: AbstractValue, name: str, depth: int = limits.DEPTH
    ) -> tuple[AbstractValue, ...]:
        """Return the values of an attribute of an entity."""
        if isinstance(entity, ExternalValue):
            awaited = awaited_for(entity, name) if entity.args else ()
            if awaited:
                return unique(e for of in awaited for e in self.attribute(of, name, depth))
            return (_external_attribute(self.results.held(entity), name),)
        if depth <= 0:
            return (_TOO_MANY,)
        match entity:
            case ModuleValue():
                return self.names.module_attribute(entity.path, name)
            case ClassValue() | InstanceValue():
                return self.members.attribute(entity, name, depth)
            case SuperOf():
                return self.members.after(entity, name, depth)
            case FunctionValue() if name == "__call__" or name == "__wrapped__":
                return (entity,)
            case FunctionValue():
                made = self.results.made_of(entity, name, depth)
                if made is not None:
                    return self.attribute(made, name, depth - 1)
                return (Unresolved(f"`{name}` is an attribute of a function"),)
        return (entity,) if isinstance(entity, Unresolved) else NOT_KNOWN


def _external_attribute(entity: ExternalValue, name: str) -> AbstractValue:
    full = f"{entity.name}.{name}"
    if entity.instance and full in ATTRIBUTES:
        of = ATTRIBUTES[full]
        return ExternalValue(of, instance=True, base=len(of))
    return ExternalValue(full, base=entity.base, args=entity.args)
