"""What handlers read of the workflow's object before the run method has set it.

The SDK gives signals and updates that arrive with the first workflow task to their handlers before
the run method begins. A query has a workflow task to itself, and sees what the run method has done
up to where it waits.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.callgraph.graph import DEFINITION
from wflint.facts.ids import PROPERTIES, Cls, Fn
from wflint.facts.model import UNKNOWN, FunctionHead, Kind, Ref
from wflint.inference.values import ExternalValue, InstanceValue
from wflint.model.arms import Arms, entered, within
from wflint.model.class_text import class_body
from wflint.model.steps import Step, Steps, What, steps_of
from wflint.project.module import Module
from wflint.rule.definition_views import EarlyRead, HandlerView
from wflint.rule.place import Place
from wflint.temporal.decorators import DEFN
from wflint.temporal.regions import Region

HARMLESS_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
"""Bases outside of the project that give a workflow neither attributes nor methods."""

_HARMLESS_DECORATORS = frozenset({DEFN, "dataclasses.dataclass"})
_PLAIN = frozenset(
    {
        *(f"builtins.{name}" for name in ("bool", "bytes", "float", "int", "str")),
        *(f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta")),
        "decimal.Decimal",
        "uuid.UUID",
    }
)
"""Classes whose objects never change, and hold nothing of the workflow."""

_KEEPERS = HARMLESS_BASES | {"pydantic.BaseModel", "pydantic.main.BaseModel"}
"""Bases outside of the project whose classes keep what is put into their attributes."""

_NONE = "builtins.None"
_DATACLASS = "dataclasses.dataclass"
_OWN_ACCESS = frozenset(
    {"__getattr__", "__getattribute__", "__init_subclass__", "__new__", "__setattr__"}
)
"""Methods with which a class may give its objects attributes that nobody sees."""


class At(NamedTuple):
    """A step, and the method that takes it."""

    fn: Fn
    step: Step


class _Entered(NamedTuple):
    """A method that was entered as the one of a ``number``, with the steps that are left of it.

    ``around`` are the arms that it is called in; ``None`` if it may be called again.
    """

    fn: Fn
    steps: Iterator[Step]
    is_sure: bool
    is_later: bool
    around: Arms | None
    number: int


class StateFlow:
    """Follows the methods of one workflow."""

    def __init__(self, cls: Cls, roots: EntryPoints) -> None:
        self._roots = roots
        self._resolver = roots.resolver
        self._store = roots.resolver.store
        self._order, self._externals = roots.resolver.order(cls)
        self._methods: dict[str, list[Fn]] = {}
        self._heads: dict[Fn, FunctionHead] = {}
        for base in self._order:
            facts = self._resolver.facts_of(base)
            for head in facts.methods.values() if facts is not None else ():
                fn = Fn(base.path, head.qualname)
                self._heads[fn] = head
                self._methods.setdefault(head.name, []).append(fn)

    def early_reads(self, run: HandlerView, handlers: Iterable[HandlerView]) -> Iterator[EarlyRead]:
        """Return where handlers read what only the run method sets, and may not have set yet."""
        given = self._given()
        if given is None:
            return
        flow = list(self.flow(run.place.fn))
        in_run = {at.step.name for at in flow if at.step.what is What.WRITE}
        missing = in_run - given - self._methods.keys()
        late = _set_late(flow, missing)
        for handler in handlers:
            names = late if handler.kind is Region.QUERY else missing
            yield from self._read_early(handler, names) if names else ()

    def _read_early(self, handler: HandlerView, names: set[str]) -> Iterator[EarlyRead]:
        missing = set(names)
        for fn, step in self.flow(handler.place.fn):
            if step.what in (What.OPEN, What.WAIT) and not step.is_later:
                return
            if step.name not in missing or step.what not in (What.READ, What.WRITE):
                continue
            if step.what is What.WRITE or step.is_sure:
                missing.discard(step.name)
            if step.what is What.READ and step.is_sure:
                yield EarlyRead(step.name, handler, Place(fn, self._site(fn, step.name)))

    def _site(self, fn: Fn, name: str) -> int:
        """Return the first place in a method that reads an attribute."""
        body = self._store.body(fn)
        refs = [(u.target, u.site) for u in body.reads]
        refs += [(c.target, c.site) for c in body.calls]
        refs += [(o.operand, o.site) for o in body.operations]
        sites = (s for r, s in refs if r.kind is Kind.SELF and r.path[:1] == (name,))
        return min(sites, default=DEFINITION)

    # What the object has from the beginning.

    def _given(self) -> set[str] | None:
        """Return the attributes that each object has before anything runs; None if not known."""
        if not HARMLESS_BASES.issuperset(self._externals) or self._methods.keys() & _OWN_ACCESS:
            return None
        found: set[str] = set()
        for base in self._order:
            in_class = self._in_class(base)
            if in_class is None:
                return None
            found |= in_class
        for fn in self._methods.get("__init__", ())[:1]:
            for _, step in self.flow(fn):
                if step.what is What.OPEN:
                    return None
                if step.what is What.WRITE:
                    found.add(step.name)
        return found

    def _in_class(self, cls: Cls) -> set[str] | None:
        """Return the names to which a class gives a value; None if others may give some as well."""
        facts = self._resolver.facts_of(cls)
        if facts is None or facts.metaclass != UNKNOWN:
            return None
        decorators: set[str] = set()
        for decorator in facts.decorators:
            for entity in self._resolver.resolve(decorator.target, cls.path):
                decorators.add(entity.name if isinstance(entity, ExternalValue) else "")
        if not decorators <= _HARMLESS_DECORATORS:
            return None
        module = self._store.load(cls.path)
        bare = _annotated_only(module, cls.qualname)
        if bare is None or _DATACLASS in decorators:
            return set(facts.attributes)
        return facts.attributes.keys() - bare

    # The steps of a method, with those of the methods that it calls.

    def flow(self, fn: Fn) -> Iterator[At]:
        """Return all steps of a method and of what it calls on the same object, in order."""
        stack = [self._entered(fn, True, False, (), 0)]
        count = 0
        while stack:
            at, steps, is_sure, is_later, around, number = stack[-1]
            step = next(steps, None)
            if step is None:
                stack.pop()
                continue
            arms = within(around, step.arms, number)
            step = _within(step, is_sure, is_later, arms)
            called = self._called(at, step)
            if called is None:
                yield At(at, _as_read(step) if step.what is What.CALL else step)
            elif all(called != one.fn for one in stack):
                head = self._heads[called]
                is_mention = step.what is What.READ and not _is_property(head)
                runs = not is_mention and (step.awaited or not head.is_async)
                later = step.is_later or not runs
                count += 1
                inside = entered(arms, count) if around is not None else None
                is_sure = step.is_sure and runs
                stack.append(self._entered(called, is_sure, later, inside, count))

    def _entered(
        self, fn: Fn, is_sure: bool, is_later: bool, around: Arms | None, number: int
    ) -> _Entered:
        found = self.steps(fn)
        steps = found.steps if found is not None else (Step(What.OPEN),)
        return _Entered(fn, iter(steps), is_sure, is_later, around, number)

    @property
    def methods(self) -> Iterable[Fn]:
        """Return all methods of the class and its bases, overridden ones included."""
        return self._heads

    def method(self, name: str) -> Fn | None:
        """Return the method of a name."""
        found = self._methods.get(name)
        return found[0] if found else None

    def steps(self, fn: Fn) -> Steps | None:
        """Return the steps of one method alone."""
        return steps_of(self._store.load(fn.path), fn.qualname)

    def is_plain(self, fn: Fn, part: str) -> bool:
        """True if a part of a parameter, as in ``given.user``, is a value that nobody can change.

        That is what the parameter's class says.
        """
        name, _, attribute = part.partition(".")
        params = self._heads[fn].params if fn in self._heads else ()
        of = next((p.annotation for p in params if p.name == name), UNKNOWN)
        if of.kind is Kind.UNKNOWN:
            return False
        return self.is_plain_value(fn, Ref(Kind.INSTANCE, path=(attribute,), of=of))

    def is_plain_value(self, fn: Fn, ref: Ref) -> bool:
        """True if a value in a method is one that nobody can change, as a declared type says.

        The default of a field alone says nothing: another may be given.
        """
        found = [*self._resolver.resolve(ref, fn.path)]
        declared = [e for e in found if not (isinstance(e, ExternalValue) and e.name == _NONE)]
        return bool(declared) and all(
            isinstance(e, ExternalValue) and e.instance and e.base > 0 and e.name in _PLAIN
            for e in declared
        )

    def is_field(self, name: str, part: str) -> bool:
        """True if an attribute surely holds objects of the project that keep a part by itself.

        To set another part of such an object leaves it as it is, and no method or property of it
        has the name.
        """
        found = self._resolver.resolve(
            Ref(Kind.SELF, path=(name,)), self._order[0].path, self._order[0]
        )
        held = [e for e in found if not (isinstance(e, ExternalValue) and e.name == _NONE)]
        return bool(held) and all(
            isinstance(e, InstanceValue) and self._keeps(e.cls, part) for e in held
        )

    def _keeps(self, cls: Cls, part: str) -> bool:
        order, externals = self._resolver.order(cls)
        if not _KEEPERS.issuperset(externals):
            return False
        known = [facts for one in order if (facts := self._resolver.facts_of(one)) is not None]
        if len(known) < len(order):
            return False
        return all(
            not facts.methods.keys() & {part, *_OWN_ACCESS}
            and (part in facts.fields or part not in facts.attributes)
            for facts in known
        )

    def _called(self, at: Fn, step: Step) -> Fn | None:
        """Return the method that a step leads to: by a call, a property, or a mere mention."""
        if step.what is What.SUPER:
            above = self._above(at, step.name)
            return above[0] if above else None
        if step.what not in (What.CALL, What.READ, What.WRITE) or step.name not in self._methods:
            return None
        found = self._methods[step.name]
        if step.what is What.WRITE:
            found = [fn for fn in found if _is_accessor(self._heads[fn], "setter")] or found
        return found[0]

    def _above(self, at: Fn, name: str) -> list[Fn]:
        owner = Cls(at.path, at.qualname.rpartition(".")[0])
        rest = self._order[self._order.index(owner) + 1 :] if owner in self._order else ()
        owners = set(rest)
        return [
            fn
            for fn in self._methods.get(name, ())
            if Cls(fn.path, fn.qualname.rpartition(".")[0]) in owners
        ]


def _set_late(flow: Iterable[At], names: set[str]) -> set[str]:
    """Return the names that are surely not set when the run method first waits."""
    missing, late = set(names), set[str]()
    for _, step in flow:
        if step.what is What.OPEN and not step.is_later:
            break
        if step.what is What.WRITE:
            missing.discard(step.name)
        elif step.what is What.WAIT and step.long and not step.is_later:
            late |= missing
    return late


def _within(step: Step, is_sure: bool, is_later: bool, arms: Arms) -> Step:
    is_as_before = is_sure and not is_later
    if is_as_before and arms == step.arms:
        return step
    sure, later = step.is_sure and is_as_before, step.is_later or is_later
    return replace(step, is_sure=sure, is_later=later, arms=arms)


def _as_read(step: Step) -> Step:
    """Return a call of what an attribute holds as what it is first: a read of it."""
    return Step(What.READ, step.name, step.is_sure, step.is_later, arms=step.arms)


def _is_property(head: FunctionHead) -> bool:
    return any(d.last_word in PROPERTIES for d in head.decorators)


def _is_accessor(head: FunctionHead, name: str) -> bool:
    return any(decorator.written == name for decorator in head.decorators)


def _annotated_only(module: Module, qualname: str) -> set[str] | None:
    """Return the names that the body of a class only annotates: ``count: int`` sets nothing."""
    found = module.notes.answer(
        f"annotated only {qualname}", list[str], lambda: _look(module, qualname)
    )
    return set(found) if found != [""] else None


def _look(module: Module, qualname: str) -> list[str]:
    body = class_body(module, qualname)
    if body is None:
        return [""]
    bare, given = set[str](), set[str]()
    for statement in body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=None):
                bare.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                given.add(name)
            case ast.Assign():
                given |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
    return sorted(bare - given)
