"""What a function surely does in a workflow: says yes, says no, or raises."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from wflint.callgraph.guards.shapes import Shape
from wflint.facts.ids import Fn
from wflint.facts.model import Kind, ParamKind, Ref
from wflint.facts.questions import IN_WORKFLOW, RAISES_OUTSIDE, REPLAYING
from wflint.inference.resolver import Resolver
from wflint.inference.values import External, OwnFunction

_FOLLOWED = 6
"""How many functions are followed that call each other."""

_TRUE = frozenset(
    f"temporalio.workflow.{name}"
    for name in ("info", "instance", "logger", "metric_meter", "now", "random", "uuid4")
)
"""What the SDK gives in a workflow, and what is never false."""


class Outcome(enum.Enum):
    """How a function, a block or an expression ends."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"
    RAISES = "raises"
    FALLS = "falls"  # a block: what follows it runs


@dataclass
class Asks:
    """Answers what is called. ``has_asked`` is set once that told something about workflows."""

    resolver: Resolver
    configured: frozenset[str]
    shape: Callable[[Fn], list[Shape]]
    has_asked: bool = False
    open: list[Fn] = field(default_factory=list)


def outcome_of(fn: Fn, asks: Asks) -> Outcome:
    """What a function surely does in a workflow; one that gives nothing back says no."""
    if fn in asks.open or len(asks.open) >= _FOLLOWED:
        return Outcome.UNKNOWN
    asks.open.append(fn)
    ended = _Run(fn, asks).block(asks.shape(fn))
    asks.open.pop()
    return Outcome.NO if ended is Outcome.FALLS else ended


class _Run:
    """One function, gone through as it runs in a workflow.

    ``names`` are the local names whose value is known, ``imports`` those that it imports, and
    ``is_risky`` is set once something was called that may raise, for all that is known.
    """

    def __init__(self, fn: Fn, asks: Asks) -> None:
        self.fn = fn
        self.asks = asks
        self.names: dict[str, Outcome] = {}
        self.imports: dict[str, str] = {}
        self.is_risky = False

    def block(self, statements: Iterable[Shape]) -> Outcome:
        """How statements end that run one after the other."""
        for statement in statements:
            ended = self._statement(statement)
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
                return Outcome.RAISES if self._value(test) is Outcome.NO else Outcome.FALLS
            case ["call", call]:
                return Outcome.RAISES if self._value(call) is Outcome.RAISES else Outcome.FALLS
            case ["set", name, value]:
                self.names[name] = self._value(value)
            case ["import", name, of]:
                self.imports[name] = of
            case ["if", test, body, orelse]:
                return self._if(self._value(test), body, orelse)
            case ["try", body, handlers, orelse, last]:
                return self._try(body, handlers, orelse, last)
            case ["with", body, may_swallow]:
                ended = self.block(body)
                return Outcome.UNKNOWN if may_swallow and ended is Outcome.RAISES else ended
            case ["other", leaves, names]:
                self.is_risky = True
                self._forget(names)
                return Outcome.UNKNOWN if leaves else Outcome.FALLS
        return Outcome.FALLS

    def _if(self, test: Outcome, body: list[Shape], orelse: list[Shape]) -> Outcome:
        if test is Outcome.RAISES:
            return test
        if test in (Outcome.YES, Outcome.NO):
            return self.block(body if test is Outcome.YES else orelse)
        before = dict(self.names)
        ended = {self.block(body), self.block(orelse)}
        self._forget(name for name, value in self.names.items() if before.get(name) is not value)
        if len(ended) == 1:
            return ended.pop()
        # If it comes back from here at all, it does so by going on.
        is_check = ended == {Outcome.FALLS, Outcome.RAISES}
        return Outcome.FALLS if is_check else Outcome.UNKNOWN

    def _try(
        self, body: list[Shape], handlers: list[list[Shape]], orelse: list[Shape], last: list[Shape]
    ) -> Outcome:
        """In a workflow nothing is caught where the body only asks what is answered there."""
        risky_before, self.is_risky = self.is_risky, False
        ended = self.block(body)
        if handlers and (ended is Outcome.RAISES or self.is_risky):
            ended = Outcome.UNKNOWN
        self.is_risky = self.is_risky or risky_before
        if ended is Outcome.FALLS:
            ended = self.block(orelse)
        finally_ = self.block(last)
        return ended if finally_ is Outcome.FALLS else finally_

    def _forget(self, names: Iterable[str]) -> None:
        self.names.update(dict.fromkeys(tuple(names), Outcome.UNKNOWN))

    # Expressions.

    def _value(self, value: Shape) -> Outcome:
        """True or false, or neither where that is not known."""
        match value:
            case ["const", truth]:
                return Outcome.YES if truth else Outcome.NO
            case ["name", name]:
                return self.names.get(name, Outcome.UNKNOWN)
            case ["not", inner]:
                return _turned(self._value(inner))
            case ["and", left, right]:
                return self._joined(left, right, Outcome.NO)
            case ["or", left, right]:
                return self._joined(left, right, Outcome.YES)
            case ["choice", test, body, orelse]:
                chosen = self._value(test)
                if chosen is Outcome.UNKNOWN:
                    one, other = self._value(body), self._value(orelse)
                    return one if one is other else Outcome.UNKNOWN
                return self._value(body if chosen is Outcome.YES else orelse)
            case ["given", inner]:
                return Outcome.YES if self._value(inner) is Outcome.YES else Outcome.UNKNOWN
            case ["call", spelled, given]:
                return self._called(spelled, given)
        return Outcome.UNKNOWN

    def _joined(self, left: Shape, right: Shape, decisive: Outcome) -> Outcome:
        first = self._value(left)
        if first in (decisive, Outcome.RAISES):
            return first
        second = self._value(right)
        return second if second is decisive or second is first else Outcome.UNKNOWN

    def _called(self, spelled: list[str], given: list[Shape]) -> Outcome:
        found = self.asks.resolver.resolve(self._ref(spelled), self.fn.path) if spelled else ()
        if len(found) != 1:
            self.is_risky = True
            return Outcome.UNKNOWN
        entity = found[0]
        if isinstance(entity, External):
            return self._external(entity.name, given)
        if isinstance(entity, OwnFunction):
            if ".".join(spelled) in self.asks.configured:
                self.asks.has_asked = True
                return Outcome.YES
            ended = outcome_of(entity.fn, self.asks)
            self.is_risky = self.is_risky or ended is Outcome.UNKNOWN
            return ended
        self.is_risky = True
        return Outcome.UNKNOWN

    def _external(self, name: str, given: list[Shape]) -> Outcome:
        if name in IN_WORKFLOW | RAISES_OUTSIDE:
            self.asks.has_asked = True
            return Outcome.YES if name in IN_WORKFLOW | _TRUE else Outcome.UNKNOWN
        if name == "builtins.bool" and given:
            return self._value(given[0])
        self.is_risky = self.is_risky or name not in REPLAYING
        return Outcome.UNKNOWN

    def _ref(self, spelled: list[str]) -> Ref:
        root, *path = spelled
        if root in self.imports:
            return Ref(Kind.IMPORT, self.imports[root], tuple(path))
        head = self.asks.resolver.store.head(self.fn)
        if head is not None and head.owner and any(p.name == root for p in head.params[:1]):
            kind = Kind.CLS if head.params[0].kind is ParamKind.CLS else Kind.SELF
            return Ref(kind, head.owner, tuple(path))
        return Ref(Kind.GLOBAL, root, tuple(path))


def _turned(value: Outcome) -> Outcome:
    turned = {Outcome.YES: Outcome.NO, Outcome.NO: Outcome.YES}
    return turned.get(value, value)
