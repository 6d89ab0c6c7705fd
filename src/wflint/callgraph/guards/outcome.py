"""Finds out what a function surely does in a workflow: says yes, says no, or raises.

What cannot be shown is unknown: then the function is no guard. "Says yes" means that it does so if
it comes back at all. The same can be asked of a function that runs outside of workflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wflint import limits
from wflint.callgraph.guards.asking import TURNED, Asks, Outcome, merged
from wflint.callgraph.guards.shapes import SUPER, Shape
from wflint.facts.ids import Cls, Fn
from wflint.facts.missing_sdk import THERE
from wflint.facts.model import FunctionHead, Kind, ParamKind, Ref
from wflint.facts.questions import (
    IN_ACTIVITY,
    IN_WORKFLOW,
    NEEDS_WORKFLOW,
    RAISES_OUTSIDE,
    READ_ONLY,
    REPLAYING,
    is_of_sdk,
)
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, FunctionValue, InstanceValue

_FOLLOWED = 6
"""The number of functions in a chain of calls that are followed."""

_TRUE = frozenset(
    f"temporalio.workflow.{name}"
    for name in ("info", "instance", "logger", "metric_meter", "now", "random", "uuid4")
)
"""Functions of the SDK whose result is never false in a workflow."""

_UNSAFE = "temporalio.workflow.unsafe."
"""Context managers below this name do not fail, and let exceptions through."""

_RECEIVERS = (ParamKind.SELF, ParamKind.CLS)
PLAIN_DECORATORS = frozenset(
    {"staticmethod", "classmethod"}
    | {
        f"{module}.{name}"
        for module in ("typing", "typing_extensions")
        for name in ("final", "override")
    }
)


_GET_IT = ("builtins.BaseException", "builtins.Exception", "temporalio.exceptions.TemporalError")
"""Classes of handlers that surely get what the SDK raises outside of workflows."""


class _Raised(Exception):
    """An expression surely raises."""


def outcome_of(
    fn: Fn, receiver: Cls | None, asks: Asks, decorators: frozenset[str] = PLAIN_DECORATORS
) -> Outcome:
    """Return what a function surely does in a workflow; one that returns nothing says no.

    ``receiver`` is the class of the object that a method is called on. The function is itself what
    is called, if it has no other ``decorators``.
    """
    found = _gone_through(fn, receiver, asks, decorators)
    ended = found[1] if found is not None else Outcome.UNKNOWN
    return Outcome.NO if ended is Outcome.FALLS else ended


def left_in(fn: Fn, receiver: Cls, attribute: str, asks: Asks) -> Outcome | None:
    """Return if what a method surely leaves in an attribute of its object is true.

    ``None`` if it does not store anything there.
    """
    found = _gone_through(fn, receiver, asks, frozenset())
    if found is None or found[1] is not Outcome.FALLS:
        return Outcome.UNKNOWN
    head = found[0].head
    left = found[0].names.get(f"{head.params[0].name}.{attribute}") if head.params else None
    return Outcome.UNKNOWN if isinstance(left, str) else left


def _gone_through(
    fn: Fn, receiver: Cls | None, asks: Asks, decorators: frozenset[str]
) -> tuple[_Run, Outcome] | None:
    """Return how a function ends, and what is known then; ``None`` if that is nothing."""
    head = asks.resolver.store.head(fn)
    if head is None or not _runs_when_called(head, fn.path, asks.resolver, decorators):
        return None
    if fn in asks.open or len(asks.open) >= _FOLLOWED:
        return None
    asks.open.append(fn)
    run = _Run(fn, head, receiver, asks)
    ended = run.block(asks.shape(fn))
    asks.open.pop()
    return run, ended


def outcome_on_object(fn: Fn, receiver: Cls, asks: Asks) -> Outcome:
    """Return what a method surely does on an object of a class, or of any class below it."""
    asked_before, asks.has_asked = asks.has_asked, False
    ended = outcome_of(fn, receiver, asks)
    if ended is Outcome.UNKNOWN or not asks.has_asked:
        asks.has_asked = asked_before
        return Outcome.UNKNOWN
    name = fn.qualname.rpartition(".")[2]
    for cls in asks.overriders.below(receiver):
        match asks.resolver.members.attribute(InstanceValue(cls), name, limits.DEPTH):
            case [FunctionValue(fn=other)] if outcome_of(other, cls, asks) is ended:
                continue
        return Outcome.UNKNOWN
    return ended


def _runs_when_called(
    head: FunctionHead, path: str, resolver: Resolver, decorators: frozenset[str]
) -> bool:
    """True if a call runs the function itself, and not what a decorator has made of it."""
    if head.is_async:
        return False
    for decorator in head.decorators:
        match resolver.resolve(decorator.target, path):
            case [ExternalValue(name=name)] if name.removeprefix("builtins.") in decorators:
                continue
        return False
    return True


class _Run:
    """One function, gone through as it runs in a workflow.

    ``names`` are the local names: whether their value is true, where that is known, or the dotted
    name that they were imported as. ``is_risky`` is set once something may have raised.
    """

    def __init__(self, fn: Fn, head: FunctionHead, receiver: Cls | None, asks: Asks) -> None:
        self.fn = fn
        self.asks = asks
        self.owner = receiver or Cls(fn.path, head.owner)
        self.head = head
        own = 1 if head.owner and head.params and head.params[0].kind in _RECEIVERS else 0
        self.myself = {p.name: p.kind for p in head.params[:own]}
        self.names: dict[str, Outcome | str] = {}
        self._forget(p.name for p in head.params[own:])
        self.is_risky = False

    def block(self, statements: Iterable[Shape]) -> Outcome:
        """Return how statements end that run one after the other."""
        for statement in statements:
            try:
                ended = self._statement(statement)
            except _Raised:
                return Outcome.RAISES
            if ended is not Outcome.FALLS:
                return ended
        return Outcome.FALLS

    def _statement(self, statement: Shape) -> Outcome:
        match statement:
            case ["return", value]:
                return self._value(value)
            case ["raise"]:
                return Outcome.RAISES
            case ["assert", test]:
                return self._assert(self._value(test))
            case ["do", value]:
                self._value(value)
            case ["set", name, value]:
                self.names[name] = self._value(value)
            case ["import", name, of]:
                self.is_risky = self.is_risky or of.partition(".")[0] not in THERE
                self.names[name] = of or Outcome.UNKNOWN
                self._note_sdk(of.partition(".")[0] == "temporalio")
            case ["if", test, body, orelse]:
                return self._if(self._value(test), body, orelse)
            case ["try", body, handlers, orelse, last]:
                return self._try(body, handlers, orelse, last)
            case ["with", managers, body, names]:
                return self._with(managers, body, names)
            case ["other", leaves, names]:
                self.is_risky = True
                self._forget(names)
                return Outcome.UNKNOWN if leaves else Outcome.FALLS
        return Outcome.FALLS

    def _assert(self, test: Outcome) -> Outcome:
        self.is_risky = self.is_risky or test is Outcome.UNKNOWN
        return Outcome.RAISES if test is Outcome.NO else Outcome.FALLS

    def _if(self, test: Outcome, body: list[Shape], orelse: list[Shape]) -> Outcome:
        if test in (Outcome.YES, Outcome.NO):
            return self.block(body if test is Outcome.YES else orelse)
        return self._one_of(body, orelse)

    def _one_of(self, *blocks: Sequence[Shape], ended: Iterable[Outcome] = ()) -> Outcome:
        """Return how it ends when one of some blocks runs, or ``ended`` one way or another."""
        before, after = dict(self.names), []
        ends = set(ended)
        after += [before] if Outcome.FALLS in ends else []
        for block in blocks:
            self.names = dict(before)
            end = self.block(block)
            ends.add(end)
            if end is Outcome.FALLS:
                after.append(self.names)
        self.names = merged(after or [before])
        if len(ends) == 1:
            return ends.pop()
        self.is_risky = self.is_risky or Outcome.RAISES in ends
        # If it comes back from here at all, it does so by going on.
        return Outcome.FALLS if ends == {Outcome.FALLS, Outcome.RAISES} else Outcome.UNKNOWN

    def _try(
        self, body: list[Shape], handlers: list[list[Shape]], orelse: list[Shape], last: list[Shape]
    ) -> Outcome:
        """In a workflow nothing is caught where the body only asks what is answered there."""
        before, risky_before, self.is_risky = dict(self.names), self.is_risky, False
        ended = self.block(body)
        may_catch = bool(handlers) and (ended is Outcome.RAISES or self.is_risky)
        self.is_risky = self.is_risky or risky_before
        if ended is Outcome.FALLS:
            ended = self.block(orelse)
        if may_catch:
            self.names = merged([before, self.names])
            is_caught = ended is Outcome.RAISES and any(map(self._gets_it, handlers))
            ended = self._one_of(*handlers, ended=[] if is_caught else [ended])
        finally_ = self.block(last)
        return ended if finally_ is Outcome.FALLS else finally_

    def _gets_it(self, handler: list[Shape]) -> bool:
        """True outside of workflows if a handler gets what the SDK raises there."""
        match handler:
            case [["catches", classes], *_] if self.asks.is_outside:
                return not classes or any(
                    isinstance(one, ExternalValue) and one.name in _GET_IT
                    for spelled in classes
                    for one in self._resolved(spelled)
                )
        return False

    def _with(self, managers: list[Shape], body: list[Shape], names: list[str]) -> Outcome:
        stops = [manager for manager in managers if not self._lets_through(manager)]
        self._forget(names)
        if not stops:
            return self.block(body)
        return self._try(body, [[]], [], [])

    def _lets_through(self, manager: Shape) -> bool:
        """True if a context manager is known not to stop exceptions."""
        match manager:
            case ["call", [_, *_] as spelled, [], _]:
                match self._resolved(spelled):
                    case [ExternalValue(name=name)] if name.startswith(_UNSAFE):
                        return True
        self._value(manager)
        self.is_risky = True
        return False

    def _forget(self, names: Iterable[str]) -> None:
        self.names.update(dict.fromkeys(names, Outcome.UNKNOWN))

    # Expressions.

    def _value(self, value: Shape) -> Outcome:
        """True or false, or neither where that is not known."""
        match value:
            case ["const", truth]:
                return Outcome.YES if truth else Outcome.NO
            case ["name", name]:
                return self._name(name)
            case ["sdk"]:
                self._note_sdk(True)
                return Outcome.UNKNOWN if self.asks.is_outside else Outcome.YES
            case ["not", inner]:
                return TURNED[self._value(inner)]
            case ["and", left, right]:
                return self._joined(left, right, Outcome.NO)
            case ["or", left, right]:
                return self._joined(left, right, Outcome.YES)
            case ["choice", test, body, orelse]:
                return self._chosen(self._value(test), body, orelse)
            case ["given", inner]:
                found = self._value(inner)
                return found if found is Outcome.YES else Outcome.UNKNOWN
            case ["call", spelled, given, is_plain]:
                values = [self._value(arg) for arg in given]
                return self._called(spelled, values[0] if is_plain else Outcome.UNKNOWN)
            case ["of", spelled, inner]:
                return self._attribute(spelled, inner)
            case ["?", names]:
                self._forget(names)
        self.is_risky = True
        return Outcome.UNKNOWN

    def _note_sdk(self, tells: bool) -> None:
        """Note that what is done depends on whether the SDK is there."""
        if tells and not self.asks.is_outside:
            self.asks.note()

    def _name(self, name: str) -> Outcome:
        known = self.names.get(name)
        if isinstance(known, Outcome) or self.asks.is_outside or name in self.myself:
            return known if isinstance(known, Outcome) else Outcome.UNKNOWN
        resolver, path = self.asks.resolver, self.fn.path
        dotted = known or f"{resolver.store.load(path).facts.name}.{name}"
        said = True if is_of_sdk(dotted) else resolver.names.with_sdk(dotted, path)
        self._note_sdk(said is not None)
        return {None: Outcome.UNKNOWN, True: Outcome.YES, False: Outcome.NO}[said]

    def _joined(self, left: Shape, right: Shape, decisive: Outcome) -> Outcome:
        first = self._value(left)
        if first is decisive:
            return first
        second = self._value(right) if first is not Outcome.UNKNOWN else self._maybe(right)
        return second if second is decisive or first is not Outcome.UNKNOWN else Outcome.UNKNOWN

    def _chosen(self, test: Outcome, body: Shape, orelse: Shape) -> Outcome:
        if test is not Outcome.UNKNOWN:
            return self._value(body if test is Outcome.YES else orelse)
        one, other = self._maybe(body), self._maybe(orelse)
        return one if one is other else Outcome.UNKNOWN

    def _maybe(self, value: Shape) -> Outcome:
        """The value of what may be evaluated, or may not."""
        try:
            return self._value(value)
        except _Raised:
            self.is_risky = True
            return Outcome.UNKNOWN

    def _attribute(self, spelled: list[str], inner: Shape) -> Outcome:
        known = self.names.get(".".join(spelled))
        if isinstance(known, Outcome):
            return known  # of `self`
        match self._resolved(spelled):
            case [ExternalValue(name=name)] if name in RAISES_OUTSIDE and not self.asks.is_outside:
                return self._external(name, Outcome.UNKNOWN)
        # What the SDK gives has the attribute that is asked for.
        self.is_risky = self.is_risky or self._value(inner) is not Outcome.YES
        return Outcome.UNKNOWN

    def _called(self, spelled: list[str], given: Outcome) -> Outcome:
        ended = Outcome.UNKNOWN
        match self._resolved(spelled):
            case [ExternalValue(name=name)]:
                return self._external(name, given)
            case [FunctionValue(fn=fn)] if self._is_configured(spelled, fn):
                self.asks.note()
                return Outcome.NO if self.asks.is_outside else Outcome.YES
            case [FunctionValue(fn=fn)] if spelled[0] in self.myself:
                ended = outcome_on_object(fn, self.owner, self.asks)
            case [FunctionValue(fn=fn, receiver=receiver)]:
                ended = outcome_of(fn, receiver, self.asks)
        if ended is Outcome.RAISES:
            raise _Raised
        self.is_risky = self.is_risky or ended is Outcome.UNKNOWN
        return ended

    def _external(self, name: str, given: Outcome) -> Outcome:
        if self.asks.is_outside:
            return self._external_outside(name, given)
        if name in READ_ONLY:
            return self.asks.read_only()
        if name in REPLAYING:
            return self.asks.replaying()
        if name in IN_WORKFLOW | RAISES_OUTSIDE or name in self.asks.configured:
            self.asks.note()
            return Outcome.UNKNOWN if name in RAISES_OUTSIDE - _TRUE else Outcome.YES
        if name in IN_ACTIVITY:
            self.asks.note()
            return Outcome.NO
        if name == "builtins.bool":
            return given
        self.is_risky = True
        return Outcome.UNKNOWN

    def _external_outside(self, name: str, given: Outcome) -> Outcome:
        if name in NEEDS_WORKFLOW:
            self.asks.note()
            raise _Raised
        if name in IN_WORKFLOW or name in self.asks.configured:
            self.asks.note()
            return Outcome.NO
        self.is_risky = self.is_risky or name != "builtins.bool"
        return given if name == "builtins.bool" else Outcome.UNKNOWN

    def _is_configured(self, spelled: list[str], fn: Fn) -> bool:
        module = self.asks.resolver.store.load(fn.path).facts.name
        return not self.asks.configured.isdisjoint((".".join(spelled), f"{module}.{fn.qualname}"))

    def _is_method(self, path: Sequence[str]) -> bool:
        """True for the name of a method of the object itself.

        What an attribute holds is found in bodies, and one of these is perhaps being read.
        """
        if len(path) != 1 or self.owner is None:
            return False
        return self.asks.resolver.members.method(self.owner, path[0]) is not None

    def _resolved(self, spelled: list[str]) -> Sequence[object]:
        if not spelled:
            return ()
        root, *path = spelled
        ref = Ref(Kind.GLOBAL, root, tuple(path))
        known = self.names.get(root)
        if isinstance(known, str):
            ref = Ref(Kind.IMPORT, known, tuple(path))
        elif known is not None:
            return ()
        elif root in self.myself:
            if not self._is_method(path):
                return ()
            kind = Kind.CLS if self.myself[root] is ParamKind.CLS else Kind.SELF
            ref = Ref(kind, self.head.owner, tuple(path))
        elif root == SUPER:
            ref = Ref(Kind.SUPER, self.head.owner, tuple(path))
        return self.asks.resolver.resolve(
            ref, self.fn.path, self.owner if self.head.owner else None
        )
