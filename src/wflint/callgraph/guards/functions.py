"""Functions of the project that ask whether code runs in a workflow, or is replaying.

``if in_temporal(): ...`` is as good a guard as ``if workflow.in_workflow(): ...`` when
``in_temporal`` surely says yes in a workflow, and a call of ``only_outside()`` guards what follows
when that surely raises there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from wflint import limits
from wflint.callgraph.guards.asking import Asks, Outcome
from wflint.callgraph.guards.attributes import outcome_of_attribute
from wflint.callgraph.guards.outcome import outcome_of, outcome_on_object
from wflint.callgraph.guards.shapes import Shape, shape_of
from wflint.callgraph.guards.stores import Stores
from wflint.callgraph.overrides import Overriders
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag, FunctionHead
from wflint.facts.questions import (
    IN_ACTIVITY,
    IN_WORKFLOW,
    RAISES,
    RAISES_READ_ONLY,
    READ_ONLY,
    REPLAYING,
    RESULT,
    VALUE,
    WHEN_YES,
    WITHOUT_SDK,
)
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, FunctionValue

Guards = Callable[[str, str], int]
"""Gives, for a module and a name in it, what the answer of the function means."""

_Asked = tuple[Fn, "Cls | None"]
"""A function, and the class of its receiver if that is known."""

_ASKS = re.compile(
    r"\b(?:in_activity|in_workflow|in_sandbox|is_read_only|is_replaying\w*|get_(?:event|running)_loop|temporalio|workflow\.\w+)\b|\binfo\("
)
_CHECKS = re.compile(r"\b(?:if|assert)\b[^\n]*\w\(")
_ENDS = re.compile(r"\b(?:raise|assert|return)\b")
_MAY_CHAIN = re.compile(
    r"\b(?:in_activity|in_workflow|in_sandbox|is_read_only|get_(?:event|running)_loop)\b|workflow\.info\b"
)
"""Words that the text of a guard, or of its module, must contain."""

_SAYS_YES = Flag.NOT_IN_WORKFLOW | Flag.IN_WORKFLOW * WHEN_YES
_SAYS_NO = Flag.IN_WORKFLOW | Flag.NOT_IN_WORKFLOW * WHEN_YES
"""The meaning of functions that say yes in a workflow, and of those that say no."""

_NO_OUTSIDE = Flag.IN_WORKFLOW * WHEN_YES
_YES_OUTSIDE = int(Flag.IN_WORKFLOW)
"""The same of functions that only outside of workflows surely say one thing."""

_OF_READ_ONLY = {
    Outcome.YES: int(Flag.RECORDED),
    Outcome.NO: Flag.RECORDED * WHEN_YES,
    Outcome.RAISES: RAISES_READ_ONLY,
}
"""The same of functions, by what they surely do in queries and validators."""

_ALL_OF_READ_ONLY = sum(_OF_READ_ONLY.values())

_ONE_SIDED = frozenset({int(_NO_OUTSIDE), _YES_OUTSIDE})

_ONLY_IN_WORKFLOW = Flag.IN_WORKFLOW | Flag.IN_WORKFLOW * WHEN_YES


class GuardFunctions:
    """Tells what the answer of a function means for the code that runs then.

    ``configured`` are the names of the setting `guard-functions`.
    """

    def __init__(self, resolver: Resolver, configured: frozenset[str]) -> None:
        self.resolver = resolver
        self.configured = configured
        self._overriders = Overriders(resolver)
        self._stores = Stores(resolver)
        self._known: dict[_Asked, int | None] = {}
        self._attributes: dict[tuple[Cls, str], int] = {}
        self._replays: dict[_Asked, int] = {}
        self._flags: dict[str, list[str]] = {}

    def __call__(self, path: str, name: str) -> int:
        """The flag of code that runs when the function ``name``, called in a module, says no.

        Times ``WHEN_YES`` it is that of code which runs when it says yes; ``RAISES`` is set for
        one that does not come back in a workflow, ``RAISES_READ_ONLY`` for one that does not in a
        query or validator. 0 when it is no guard.
        """
        if name.startswith((VALUE, RESULT)):
            return self._of_value(path, name)
        meaning, key = self._look_up(path, name)
        if key is None or not _may_ask_for_replays(meaning):
            return meaning or 0
        if key not in self._replays:
            self._replays[key] = 0  # a function that asks itself
            self._replays[key] = self._said_of_replays(_outcome(*key))
        return (meaning or 0) | self._replays[key]

    def but_for_replays(self, path: str, name: str) -> int:
        """The same, but for functions that only ask if a workflow is replaying: 0 for those."""
        if name.startswith((VALUE, RESULT)):
            return self._of_value(path, name)
        return self._look_up(path, name)[0] or 0

    def _of_value(self, path: str, name: str) -> int:
        """The same of what a name stands for, or of what a function has given."""
        names = self.resolver.names
        if name.startswith(RESULT):
            asked = name.removeprefix(RESULT)
            is_function = names.is_function(asked, path)
            return self(path, asked) % RAISES if is_function else 0
        name = name.removeprefix(VALUE)
        said = names.with_sdk(name, path)
        if said is not None:
            return WITHOUT_SDK if said else WITHOUT_SDK * WHEN_YES
        return self._of_attribute(path, name)

    def _of_attribute(self, path: str, name: str) -> int:
        """The same of an attribute of ``self``, by the name of the class that it stands in."""
        of, _, attribute = name.rpartition(".")
        facts = self.resolver.store.load(path).facts
        cls = Cls(path, of.removeprefix(f"{facts.name}."))
        if cls.qualname == of or cls.qualname not in facts.classes:
            return 0
        if (cls, attribute) not in self._attributes:
            self._attributes[cls, attribute] = 0  # one that is asked for what it is
            outcome = partial(outcome_of_attribute, cls, attribute, self._may_guard)
            said = self._said(outcome)
            of_replays = self._said_of_replays(outcome) if _may_ask_for_replays(said) else 0
            self._attributes[cls, attribute] = ((said or 0) | of_replays) % RAISES
        return self._attributes[cls, attribute]

    def _look_up(self, path: str, name: str) -> tuple[int | None, _Asked | None]:
        """Return what a function of the project says of workflows, and which one it is."""
        if name in self.configured:
            return _SAYS_YES, None
        if not name:
            return 0, None
        found = self.resolver.dotted(name, path)
        if len(found) == 1 and isinstance(found[0], ExternalValue):
            return _answer_of_sdk(found[0].name), None  # by way of another module
        if len(found) != 1 or not isinstance(found[0], FunctionValue):
            return 0, None
        fn, receiver = found[0].fn, found[0].receiver
        # Only `self` and `cls` lead to a class of the module: the object may be of one below it.
        myself = receiver if receiver is not None and receiver.path == path else None
        key = fn, myself
        if key not in self._known:
            self._known[key] = 0  # a function that asks itself
            self._known[key] = self._meaning(fn, myself)
        return self._known[key], key

    def _meaning(self, fn: Fn, myself: Cls | None) -> int | None:
        """Return what a function says of workflows; ``None`` if that is nothing."""
        head = self.resolver.store.head(fn)
        if head is None or head.is_async or not self._may_guard(fn.path, head):
            return 0
        return self._said(_outcome(fn, myself))

    def _said(self, outcome: Callable[[Asks], Outcome]) -> int | None:
        """Return what something says of workflows by its outcome; ``None`` if nothing."""
        asks = self._asks()
        said = self._said_inside(outcome(asks), asks, outcome)
        if not asks.may_be_read_only:
            return said
        asks = self._asks(is_read_only=True)
        ended = outcome(asks)
        of_read_only = _OF_READ_ONLY.get(ended, 0) if asks.has_asked else 0
        return (said or 0) | of_read_only or None

    def _said_inside(
        self, ended: Outcome, asks: Asks, outcome: Callable[[Asks], Outcome]
    ) -> int | None:
        """The same but for what is said of queries and validators, by how it ends."""
        match ended:
            case _ if not asks.has_asked:
                return None  # what it says has nothing to do with workflows
            case Outcome.YES:
                return _SAYS_YES
            case Outcome.NO:
                return _SAYS_NO
            case Outcome.RAISES:
                return RAISES
        return self._said_outside(outcome)

    def _said_of_replays(self, outcome: Callable[[Asks], Outcome]) -> int:
        """The same of one that surely says one thing while a workflow is replaying."""
        asks = self._asks(is_replaying=True)
        match outcome(asks):
            case Outcome.NO if asks.has_asked:
                return Flag.NOT_REPLAYING * WHEN_YES
            case Outcome.YES if asks.has_asked:
                return int(Flag.NOT_REPLAYING)
        return 0

    def _asks(
        self,
        *,
        is_outside: bool = False,
        is_replaying: bool = False,
        is_read_only: bool = False,
    ) -> Asks:
        return Asks(
            self.resolver,
            self._overriders,
            self._stores,
            self.configured,
            self._shape,
            is_outside=is_outside,
            is_replaying=is_replaying,
            is_read_only=is_read_only,
        )

    def _said_outside(self, outcome: Callable[[Asks], Outcome]) -> int | None:
        """The same of one that may say anything in a workflow, but surely one thing outside."""
        asks = self._asks(is_outside=True)
        match outcome(asks):
            case Outcome.NO if asks.has_asked:
                return _NO_OUTSIDE
            case Outcome.YES if asks.has_asked:
                return _YES_OUTSIDE
        return None

    def _may_guard(self, path: str, head: FunctionHead) -> bool:
        """True if it is worth reading a function for what it says in a workflow."""
        if head.end - head.start > limits.GUARD_LENGTH:
            return False
        source = self.resolver.store.load(path).source
        text = source.searchable[head.start : head.end]
        if _ASKS.search(text):
            return True
        if _CHECKS.search(text) and _ENDS.search(text):
            return True
        if any(flag in text for flag in self._flags_of(path)):
            return True
        return source.has(_MAY_CHAIN)

    def _flags_of(self, path: str) -> list[str]:
        """The names of a module that tell whether the SDK is there."""
        if path not in self._flags:
            bindings = self.resolver.store.load(path).facts.bindings.items()
            told = [n for n, (*_, last) in bindings if last.value and last.with_sdk is not None]
            self._flags[path] = told
        return self._flags[path]

    def _shape(self, fn: Fn) -> list[Shape]:
        store = self.resolver.store
        question = f"shape with attributes {fn.qualname}"
        return store.notes(fn.path).answer(
            question, list[Shape], lambda: shape_of(store.definition(fn))
        )


def _outcome(fn: Fn, myself: Cls | None) -> Callable[[Asks], Outcome]:
    if myself is not None:
        return partial(outcome_on_object, fn, myself)
    return partial(outcome_of, fn, None)


def _may_ask_for_replays(meaning: int | None) -> bool:
    """True of a function that was read, unless it surely says one thing in workflows."""
    if meaning is None:
        return True
    of_workflows = meaning & ~_ALL_OF_READ_ONLY
    return of_workflows in _ONE_SIDED or bool(meaning and not of_workflows)


def _answer_of_sdk(name: str) -> int:
    if name in IN_WORKFLOW:
        return _SAYS_YES
    if name in IN_ACTIVITY:
        return _SAYS_NO
    if name in READ_ONLY:
        return int(Flag.RECORDED)
    return int(Flag.NOT_REPLAYING) if name in REPLAYING else 0


def in_activities(guards: Guards) -> Guards:
    """Return what the same answers mean for the code of activities.

    Only what runs in a workflow alone is left out there, and no function is read to see if it asks
    for replays.
    """
    asked = guards.but_for_replays if isinstance(guards, GuardFunctions) else guards
    return lambda path, name: asked(path, name) & _ONLY_IN_WORKFLOW
