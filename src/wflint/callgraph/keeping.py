"""Follows dictionaries through functions, for the values that these are given under keys.

That a literal still stands where it was told is assumed first, and dropped where something that can
run, if so, may have put another there. The first change, at whatever time, would be by code that
runs for what was told: so what is left is sure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wflint import limits
from wflint.callgraph.deciding import passes_on_as_given
from wflint.callgraph.overrides import Overriders
from wflint.callgraph.told import Evaluation, Path, Told
from wflint.dataflow.touches import ANY, Handling, Keys, Touch, What
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, FunctionHead
from wflint.facts.signatures import Signature, by_keyword
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.project.store import Store

_KEEP = (
    "builtins.bool",
    "builtins.isinstance",
    "builtins.len",
    "builtins.repr",
    "builtins.str",
    "json.dumps",
)
"""Functions that give nothing of what they are given, and change nothing."""
_LOGS = ("logging.", "temporalio.workflow.logger")
_DEEPEST = 2 * limits.DECIDING_KEYS

Given = Callable[[Evaluation, FunctionValue, Call], Told]
Evaluate = Callable[[Fn, Told, "Kept"], Evaluation]

if TYPE_CHECKING:
    from wflint.facts.bodies import BodyReader


class Kept(Struct):
    """The effects of a function on dictionaries: ``changes`` are all that names undergo.

    ``ruined`` has, for each name, the paths at which something else may stand.
    """

    ruined: set[tuple[str, Keys]]
    changes: tuple[Touch, ...] = ()
    is_known: bool = True

    def has(self, name: str, keys: Path) -> bool:
        """True if what stood at keys of a name still does."""
        if not keys:
            return True
        return self.is_known and not any(
            of == name and _covers(changed, keys) for of, changed in self.ruined
        )


LOST = Kept(set(), is_known=False)


class _Pending:
    """Touches that are still to be followed, each of them once.

    What a name stands for may be put into itself, ever deeper: ``row = {"row": row}`` in a loop.
    """

    def __init__(self, touches: Iterable[Touch]) -> None:
        self.is_too_much = False
        self._left: list[Touch] = []
        self._seen: set[Touch] = set()
        self._steps = 0
        self.add(touches)

    def add(self, touches: Iterable[Touch]) -> None:
        """Note what was found, up to what is too much."""
        for touch in touches:
            self._steps += 1
            if self._steps > limits.HANDLING_STEPS or len(touch.inside) > _DEEPEST:
                self.is_too_much = True
                return
            if touch not in self._seen:
                self._seen.add(touch)
                self._left.append(touch)

    def next(self) -> Touch | None:
        """Return one that was not followed yet; none where it is too much."""
        return self._left.pop() if self._left and not self.is_too_much else None


class Keeping:
    """Answers what functions do with the dictionaries that they are given."""

    def __init__(self, resolver: Resolver, given: Given, evaluate: Evaluate) -> None:
        self.resolver = resolver
        self.store: Store = resolver.store
        self.given = given
        self.evaluate = evaluate
        self.overriders = Overriders(resolver)
        self._known: dict[tuple[Fn, Told], Kept] = {}
        self._open = 0

    def handling(self, fn: Fn) -> Handling:
        """Return what a function does by itself."""
        question = f"handling {fn.qualname}"
        return self.store.notes(fn.path).answer(
            question, Handling, lambda: _read(self.store.reader(fn), fn.qualname)
        )

    def of(self, fn: Fn, told: Told) -> Kept:
        """Return what a function does with names when it is told something."""
        key = (fn, told)
        known = self._known.get(key)
        if known is not None:
            return known
        if self._open >= limits.DEPTH:
            return LOST
        self._known[key] = LOST  # a function that calls itself
        self._open += 1
        try:
            known = self._find(fn, told)
        finally:
            self._open -= 1
            del self._known[key]
        self._known[key] = known
        return known

    def _find(self, fn: Fn, told: Told) -> Kept:
        found = self.handling(fn)
        if not found.is_known:
            return LOST
        kept = Kept(set())
        while True:
            evaluation = self.evaluate(fn, told, kept)
            never = evaluation.never(found.conditions)
            live = [touch for touch in found.touches if touch.under not in never]
            changes = self._close(fn, live, evaluation)
            if changes is None:
                return LOST
            ruined = {(c.of, _ruins(c)) for c in changes if c.what in (What.SET, What.LOST)}
            if ruined <= kept.ruined:
                return Kept(kept.ruined, tuple(changes))
            kept = Kept(kept.ruined | ruined)

    def _close(self, fn: Fn, live: list[Touch], evaluation: Evaluation) -> list[Touch] | None:
        """All that happens to names, through other names and in functions that are called.

        ``None`` where it is too much.
        """
        calls = {call.site: call for call in self.store.body(fn).calls}
        found: dict[Touch, None] = {}
        aliases: dict[str, list[Touch]] = {}
        by_name: dict[str, list[Touch]] = {}
        pending = _Pending(replace(touch, under=0) for touch in live)
        while (touch := pending.next()) is not None:
            if len(touch.keys) > _DEEPEST:
                continue
            found[touch] = None
            if len(found) > limits.HANDLED:
                return None
            by_name.setdefault(touch.of, []).append(touch)
            for alias in aliases.get(touch.of, ()):
                pending.add(_through(alias, touch))
            if touch.what is What.ALIAS:
                aliases.setdefault(touch.name, []).append(touch)
                for other in by_name.get(touch.name, ()):
                    pending.add(_through(touch, other))
            elif touch.what is What.PASS:
                pending.add(self._passed(fn, touch, calls.get(touch.site), evaluation))
        return None if pending.is_too_much else list(found)

    def _passed(
        self, fn: Fn, touch: Touch, call: Call | None, evaluation: Evaluation
    ) -> Iterator[Touch]:
        """Yield what a called function does with its argument."""
        lost = Touch(touch.of, touch.keys, What.LOST)
        entities = self.resolver.resolve(call.target, fn.path) if call is not None else ()
        if call is None or not entities:
            yield lost
        for entity in entities if call is not None else ():
            assert call is not None
            if isinstance(entity, ExternalValue):
                if entity.name not in _KEEP and not entity.name.startswith(_LOGS):
                    yield lost
                continue
            param = self._param(entity, call, touch.name)
            if not param:
                yield lost
                continue
            assert isinstance(entity, FunctionValue)
            kept = self.of(entity.fn, self.given(evaluation, entity, call))
            if not kept.is_known:
                yield lost
            for change in kept.changes:
                if change.of == param:
                    yield from _through(replace(touch, what=What.ALIAS, name=param), change)

    def _param(self, entity: object, call: Call, argument: str) -> str:
        """The parameter that takes an argument, or ``""`` where it is not known what it does."""
        if not isinstance(entity, FunctionValue) or entity.partial:
            return ""
        head = self.store.head(entity.fn)
        if head is None or not passes_on_as_given(head) or self._is_overridden(entity.fn, head):
            return ""
        pairs = [(k, (n, a)) for n, (k, a) in enumerate(by_keyword(call.args))]
        bound = Signature.of(head, bound=entity.bound).bind(pairs)
        for name, (number, arg) in bound.by_name.items():
            if argument in (arg.keyword, str(number) if not arg.keyword else arg.keyword):
                return name
        return ""

    def _is_overridden(self, fn: Fn, head: FunctionHead) -> bool:
        """True of a method of which there may be another one for the object at hand."""
        if not head.owner:
            return False
        below = self.overriders.below(Cls(fn.path, head.owner))
        known = (self.resolver.facts_of(cls) for cls in below)
        return any(facts is None or head.name in facts.methods for facts in known)


def _ruins(change: Touch) -> Keys:
    return (*change.keys, ANY) if change.what is What.LOST else change.keys


def _covers(changed: Keys, keys: Keys) -> bool:
    """True if a change at some keys changes what stands at others."""
    return len(changed) <= len(keys) and _match(changed, keys)


def _match(left: Iterable[str], right: Iterable[str]) -> bool:
    return all(a == b or ANY in (a, b) for a, b in zip(left, right, strict=False))


def _through(alias: Touch, touch: Touch) -> Iterator[Touch]:
    """Yield what happens to an object when something happens to a name that also leads to it."""
    inside, keys = alias.inside, touch.keys
    if not _match(inside, keys):
        return
    name = touch.name
    if touch.what is What.RETURN:  # of the function that is called
        if alias.site < 0:
            what, name, site = What.RETURN, "", -1
        else:
            what, name, site = What.ALIAS, f"@{alias.site}", -1
    else:
        what, site = touch.what, touch.site
        if alias.site >= 0 and what not in (What.SET, What.LOST):
            return  # of names of the function that is called
    if len(keys) >= len(inside):
        rest = keys[len(inside) :]
        if what is What.SET and not rest:
            return  # only the place where it was kept
        yield Touch(alias.of, (*alias.keys, *rest), what, name, site, touch.inside)
    elif what is What.LOST:
        yield Touch(alias.of, alias.keys, what)
    elif what is not What.SET:
        more = (*touch.inside, *inside[len(keys) :])
        yield Touch(alias.of, alias.keys, what, name, site, more)


def _read(reader: BodyReader | None, qualname: str) -> Handling:
    from wflint.dataflow.handling import handling  # with LibCST, which answers of before need not

    return handling(reader, qualname)
