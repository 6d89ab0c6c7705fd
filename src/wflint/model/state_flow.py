"""Follows what a method does with its object, through the methods and functions that it calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from msgspec.structs import replace

from wflint import limits
from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.callgraph.graph import DEFINITION
from wflint.facts.ids import PROPERTIES, Cls, Fn
from wflint.facts.model import UNKNOWN, Call, FunctionHead, Kind, Ref, Site
from wflint.facts.signatures import Signature, by_keyword
from wflint.inference.values import ExternalValue, FunctionValue, InstanceValue
from wflint.model.arms import entered as entered_arms
from wflint.model.arms import within
from wflint.model.entered import Entered, EnteredMethods
from wflint.model.step_kinds import Step, Steps, What
from wflint.model.steps import steps_of

HARMLESS_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
"""Bases outside of the project that give a workflow neither attributes nor methods."""

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

SCALARS = frozenset({"bool", "float", "int", "str"})
"""Builtin types whose values never change."""

_NONE = "builtins.None"
_KNOWN_DECORATORS = PROPERTIES | {
    *("abstractmethod", "classmethod", "deleter", "final", "getter", "override", "setter"),
    *("staticmethod", "init", "query", "run", "signal", "update", "validator"),
}
"""The last words of decorators that let a method do what it does."""

OWN_ACCESS = frozenset(
    {"__getattr__", "__getattribute__", "__init_subclass__", "__new__", "__setattr__"}
)
"""Methods with which a class may give its objects attributes that nobody sees."""


class At(NamedTuple):
    """A step, and the method or function that takes it."""

    fn: Fn
    step: Step


class StateFlow:
    """Follows the methods of one workflow, and the functions that these give its object to."""

    def __init__(self, cls: Cls, roots: EntryPoints) -> None:
        self._resolver = roots.resolver
        self._store = roots.resolver.store
        self.order, self.externals = roots.resolver.order(cls)
        self._methods: dict[str, list[Fn]] = {}
        self._heads: dict[Fn, FunctionHead] = {}
        self._receivers: dict[Fn, str] = {}
        self._calls_giving: dict[Fn, dict[str, list[Call]]] = {}
        self._first_reads: dict[Fn, dict[str, Site]] = {}
        for base in self.order:
            facts = self._resolver.facts_of(base)
            for head in facts.methods.values() if facts is not None else ():
                fn = Fn(base.path, head.qualname)
                self._heads[fn] = head
                self._methods.setdefault(head.name, []).append(fn)

    # The steps of a method, with those of what it calls.

    def flow(self, fn: Fn, *, with_guards: bool = False) -> Iterator[At]:
        """Return all steps of a method and of what it calls on the same object, in order.

        Functions that it gives the object to are among them, where they are known. If there are
        too many the last one is an OPEN. GUARD steps are left out but for ``with_guards``: none of
        what follows them is sure.
        """
        entered = EnteredMethods()
        entered.enter(Entered(fn, self._steps_in(fn, True)))
        count = 0
        for _ in range(limits.FLOW_STEPS):
            if not entered:
                return
            at = entered.innermost
            step = next(at.steps, None)
            if step is None:
                entered.leave()
                continue
            step = _within(step, at, entered.is_sure)
            called = self._called(at.fn, step)
            if step.what is What.GUARD:
                if not step.is_later:
                    entered.doubt()
                if with_guards:
                    yield At(at.fn, step)
            elif called is None:
                yield At(at.fn, _as_seen(step))
            elif called not in entered:
                count += 1
                self._enter(called, step, entered, count)
        yield At(fn, Step(What.OPEN))

    def _enter(self, fn: Fn, step: Step, entered: EnteredMethods, number: int) -> None:
        """Go on with the method that a step leads to."""
        at, head = entered.innermost, self._heads[fn]
        is_mention = step.what is What.READ and not _is_property(head)
        runs = not is_mention and (step.awaited or not head.is_async)
        is_sure = step.is_sure and runs
        if runs and _is_wrapped(head):
            is_sure = False
            entered.doubt()
        around = entered_arms(step.arms, number) if at.around is not None else None
        is_later, is_given = step.is_later or not runs, at.is_given and step.is_given
        steps = self._steps_in(fn, is_given)
        entered.enter(
            Entered(fn, steps, is_sure, is_later, is_given, around, number, step.is_asked)
        )

    def _steps_in(self, fn: Fn, is_given: bool) -> Iterator[Step]:
        found = self.steps(fn, is_given)
        return iter(found.steps if found is not None else (Step(What.OPEN),))

    @property
    def names(self) -> Set[str]:
        """The names of all methods."""
        return self._methods.keys()

    @property
    def methods(self) -> Iterable[Fn]:
        """All methods of the class and its bases, overridden ones included, and all functions that
        were given the object so far.
        """
        return self._heads

    def receiver(self, fn: Fn) -> str:
        """Return the name of the object in a method or a function."""
        params = self._heads[fn].params if fn in self._heads else ()
        return self._receivers.get(fn) or (params[0].name if params else "self")

    def is_own(self, fn: Fn, ref: Ref) -> bool:
        """True for the object, and for parts of it."""
        receiver = self._receivers.get(fn)
        if receiver is None:
            return ref.kind is Kind.SELF
        return ref.kind is Kind.PARAM and ref.name == receiver

    def method(self, name: str) -> Fn | None:
        """Return the method of a name."""
        found = self._methods.get(name)
        return found[0] if found else None

    def steps(self, fn: Fn, is_given: bool = True) -> Steps | None:
        """Return the steps of one method alone; what it ``is_given`` depends on no state."""
        receiver = self._receivers.get(fn, "")
        return steps_of(self._store.load(fn.path), fn.qualname, receiver, is_given)

    def set_to(self, name: str) -> Iterator[tuple[Fn, Ref]]:
        """Yield all that an attribute is set to, with the method or function that sets it."""
        for fn in self._heads:
            body = self._store.body(fn)
            if name in body.attributes:
                yield fn, body.attributes[name]
            for put in body.stores:
                if put.attribute == name and not put.into and self._is_object(fn, put.target):
                    yield fn, put.value

    def is_made_of(self, name: str, types: Set[str]) -> bool:
        """True if all that an attribute is set to is of some builtin types."""
        refs = [ref for _, ref in self.set_to(name)]
        return bool(refs) and all(is_of(ref, types) for ref in refs)

    def changed(self, fn: Fn) -> Iterator[str]:
        """Yield the attributes that a method or function sets, or changes what they hold."""
        found = self.steps(fn)
        for step in found.steps if found is not None else ():
            if step.what is What.WRITE or step.sets_part:
                yield step.name
        for body in self._store.with_nested(fn):
            for mutation in body.mutations:
                if mutation.target.path and self.is_own(fn, mutation.target):
                    yield mutation.target.path[0]

    def first_read(self, fn: Fn, name: str) -> Site:
        """Return the first place in a method that reads an attribute."""
        if fn not in self._first_reads:
            body = self._store.body(fn)
            refs = [(u.target, u.site) for u in body.reads]
            refs += [(c.target, c.site) for c in body.calls]
            refs += [(o.operand, o.site) for o in body.operations]
            own = [(s, r.path[0]) for r, s in refs if r.path and self.is_own(fn, r)]
            self._first_reads[fn] = {attribute: site for site, attribute in sorted(own)[::-1]}
        return self._first_reads[fn].get(name, DEFINITION)

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
            Ref(Kind.SELF, path=(name,)), self.order[0].path, self.order[0]
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
            not facts.methods.keys() & {part, *OWN_ACCESS}
            and (part in facts.fields or part not in facts.attributes)
            for facts in known
        )

    def _called(self, at: Fn, step: Step) -> Fn | None:
        """Return the method that a step leads to: by a call, a property, or a mere mention."""
        if step.what is What.GIVE:
            return self._function_given(at, step.name)
        if step.what is What.SUPER:
            above = self._above(at, step.name)
            return above[0] if above else None
        if step.what not in (What.CALL, What.READ, What.WRITE) or step.name not in self._methods:
            return None
        found = self._methods[step.name]
        if step.what is What.WRITE:
            found = [fn for fn in found if _is_accessor(self._heads[fn], "setter")] or found
        return found[0]

    def _function_given(self, at: Fn, written: str) -> Fn | None:
        """Return the function that is given the object, if it is surely one of the program."""
        if at not in self._calls_giving:
            self._calls_giving[at] = self._find_calls_giving(at)
        found = {self._giving(at, call) for call in self._calls_giving[at].get(written, ())}
        fn, receiver = found.pop() if len(found) == 1 else (None, "")
        if fn is None or (receiver and self._receivers.setdefault(fn, receiver) != receiver):
            return None
        return fn

    def _find_calls_giving(self, fn: Fn) -> dict[str, list[Call]]:
        """Return the calls of a method that are given the object, by what is called."""
        found: dict[str, list[Call]] = {}
        for body in self._store.with_nested(fn):
            for call in body.calls:
                if any(self._is_object(fn, arg.value.ref) for arg in call.args):
                    found.setdefault(call.written, []).append(call)
        return found

    def _giving(self, at: Fn, call: Call) -> tuple[Fn | None, str]:
        """Return the function that is called, and the name that it has for the object."""
        found = self._resolver.resolve(call.target, at.path, self.order[0])
        value = found[0] if len(found) == 1 else None
        if not isinstance(value, FunctionValue) or value.partial:
            return None, ""
        head = self._store.body(value.fn).head
        if head.decorators or head.is_generator:
            return None, ""
        bound = Signature.of(head, bound=value.bound).bind(by_keyword(call.args))
        names = [n for n, arg in bound.by_name.items() if self._is_object(at, arg.value.ref)]
        if bound.is_open or len(names) != 1:
            return None, ""
        if value.fn in self._heads and value.fn not in self._receivers:  # `Base.close(self)`
            return (value.fn, "") if names[0] == head.params[0].name else (None, "")
        self._heads[value.fn] = head
        return value.fn, names[0]

    def _is_object(self, at: Fn, ref: Ref) -> bool:
        return not ref.path and self.is_own(at, ref)

    def _above(self, at: Fn, name: str) -> list[Fn]:
        owner = Cls(at.path, at.qualname.rpartition(".")[0])
        rest = self.order[self.order.index(owner) + 1 :] if owner in self.order else ()
        owners = set(rest)
        return [
            fn
            for fn in self._methods.get(name, ())
            if Cls(fn.path, fn.qualname.rpartition(".")[0]) in owners
        ]


def _within(step: Step, at: Entered, is_sure: bool) -> Step:
    """Return a step as it is for the caller of the method that takes it."""
    arms = within(at.around, step.arms, at.number)
    is_as_before = is_sure and not at.is_later and (step.is_asked or not at.is_asked)
    if is_as_before and arms == step.arms:
        return step
    return replace(
        step,
        is_sure=step.is_sure and is_sure and not at.is_later,
        is_later=step.is_later or at.is_later,
        arms=arms,
        is_asked=step.is_asked or at.is_asked,
    )


def _as_seen(step: Step) -> Step:
    """Return a step as those see it who do not know what is called.

    A call of what an attribute holds is first of all a read of it.
    """
    if step.what is What.CALL:
        return replace(step, what=What.READ)
    if step.what is What.GIVE:
        return Step(What.OPEN, "", step.is_sure, step.is_later, arms=step.arms)
    return step


def _is_wrapped(head: FunctionHead) -> bool:
    """True if a decorator may have made something else of a method."""
    return any(d.last_word not in _KNOWN_DECORATORS for d in head.decorators)


def _is_property(head: FunctionHead) -> bool:
    return any(d.last_word in PROPERTIES for d in head.decorators)


def _is_accessor(head: FunctionHead, name: str) -> bool:
    return any(decorator.written == name for decorator in head.decorators)


def is_of(ref: Ref, types: Set[str]) -> bool:
    """True if an expression surely gives a value of one of some builtin types."""
    match ref.kind:
        case Kind.LITERAL:
            return ref.name in types
        case Kind.GLOBAL:
            return (ref.path or (ref.name,))[-1] in types
        case Kind.RESULT | Kind.INSTANCE | Kind.PARAM | Kind.ITEM | Kind.DECLARED:
            return ref.of is not None and is_of(ref.of, types)
        case Kind.OR | Kind.EITHER | Kind.OPERATION:
            return bool(ref.others) and all(is_of(other, types) for other in ref.others)
    return False
