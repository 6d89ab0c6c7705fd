"""Finds who calls a function: workflow code only, or somebody else as well.

`workflow.now()` and its like raise outside of workflows. So a repair that writes them must know
that activities, clients, tests and scripts do not call the function too. They are looked for by
name in all files of the project.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from wflint.checking.analysis import AnalysisResult
from wflint.facts.ids import MODULE_BODY, Cls, Fn, shown_name
from wflint.facts.model import Decorator, Flag, Kind, Ref
from wflint.fix.propose.mentions import Mentions
from wflint.inference.values import Entity, External, OwnClass, OwnFunction, OwnModule
from wflint.rule.base import Fixable

_DUNDER = re.compile(r"__\w+__")
_TRANSPARENT = (
    "abc.",
    "builtins.",
    "contextlib.",
    "functools.",
    "overrides.",
    "temporalio.workflow.",
    "typing.",
    "typing_extensions.",
)
"""Beginnings of decorators that keep what they are given to themselves."""


class Stranger(NamedTuple):
    """Code that is not workflow code and may call a function.

    With a ``decorator`` it is what that keeps: ``fn`` is then the decorated function. What
    ``hands_on`` the function does not call it, but gives it to something that may. What is
    ``unread`` holds the name of the function, or may hold it, and nobody knows what it does with
    it; a qualname that is empty stands for a whole file.
    """

    fn: Fn
    decorator: str = ""
    hands_on: bool = False
    unread: bool = False


class Callers:
    """Answers for one analysed project; ``files`` are all its files, ``read`` gives their bytes."""

    def __init__(
        self, answer: AnalysisResult, files: Sequence[str], read: Callable[[str], bytes]
    ) -> None:
        self.answer = answer
        self.store = answer.store
        self.mentions = Mentions(answer.store, files, read)
        self._reached = {node.fn for node in answer.reached.order}
        self._callers = self._callers_of()
        self._outside: dict[Fn, Stranger | None] = {}
        self._direct: dict[Fn, Stranger | None] = {}
        self._workflows = frozenset(answer.checker.sandboxes.workflows)
        self._idle: set[Fn] = set()  # methods of workflows whose callers are being looked for
        self._entries: dict[Fn, set[str]] = {}  # with the names of the classes that have them
        for node in answer.reached.entries:
            cls = node.receiver.qualname if node.receiver is not None else node.fn.qualname
            name = shown_name(cls).rpartition(".")[2]
            self._entries.setdefault(node.fn, set()).add(name)

    def outside(self, fn: Fn) -> Stranger | None:
        """Something outside of workflow code that may call ``fn``, also through other functions.

        ``None`` when every caller that can be found is workflow code.
        """
        if not self._direct:  # one search in all files for all that will be asked
            hits = self.answer.checker.violations.found.values()
            fixable = {hit.fn for hit in hits if hit.rule.fix is not Fixable.NONE}
            self._search(self._above({fn, *fixable}))
        if fn not in self._outside:
            self._find_outside(fn)
        return self._outside[fn]

    def _above(self, functions: Iterable[Fn]) -> set[Fn]:
        """Functions and all through which workflow code reaches them."""
        pending = list(functions)
        seen = set(pending)
        while pending:
            new = [c for c in self._callers.get(pending.pop(), ()) if c not in seen]
            seen.update(new)
            pending += new
        return seen

    def _search(self, functions: Iterable[Fn]) -> None:
        self.mentions.search({word for fn in functions for word in self._words(fn)})

    def _find_outside(self, fn: Fn) -> None:
        """Look at a function, then at its callers and theirs, until there is a stranger."""
        pending, seen = deque([fn]), {fn}
        while pending:
            function = pending.popleft()
            if function in self._outside and self._outside[function] is None:
                continue
            stranger = self._outside.get(function) or self._direct_stranger(function)
            if stranger is not None:
                self._outside[fn] = stranger
                return
            new = [c for c in self._callers.get(function, ()) if c not in seen]
            seen.update(new)
            pending += new
        self._outside.update(dict.fromkeys(seen))

    def _direct_stranger(self, fn: Fn) -> Stranger | None:
        if fn not in self._direct:
            self._search([fn])
            found = self._testers(fn) if fn in self._entries else self._strangers(fn)
            self._direct[fn] = next(found, None)
        return self._direct[fn]

    def _words(self, fn: Fn) -> set[str]:
        """The names by which others can get at a function: for some those of its classes."""
        if fn in self._entries:
            return self._entries[fn]
        outermost = self.store.outermost(fn)
        owner, _, name = shown_name(outermost).rpartition(".")
        return {owner.rpartition(".")[2] if _DUNDER.fullmatch(name) and owner else name}

    def _callers_of(self) -> dict[Fn, tuple[Fn, ...]]:
        """The functions of workflow code that call each function."""
        found: dict[Fn, set[Fn]] = {}
        for node, edges in self.answer.reached.edges.items():
            caller = node.fn
            given = self._calls_of_what_is_given(caller)
            for edge in edges:
                if edge.site not in given:
                    found.setdefault(edge.to.fn, set()).add(caller)
        return {fn: tuple(sorted(callers)) for fn, callers in found.items()}

    def _calls_of_what_is_given(self, fn: Fn) -> set[int]:
        """The sites at which a decorator's wrapper calls what it was put around.

        Wherever else the wrapper runs, it calls something else there.
        """
        if Fn(fn.path, self.store.outermost(fn)) in self._reached:
            return set()
        calls = self.store.body(fn).calls
        return {call.site for call in calls if call.target.kind is Kind.PARAM}

    # Functions that workflow code calls.

    def _strangers(self, fn: Fn) -> Iterator[Stranger]:
        outermost = Fn(fn.path, self.store.outermost(fn))
        if outermost != fn:
            if fn.qualname in self.store.load(fn.path).facts.classes:
                yield Stranger(fn, hands_on=True)  # the default of a field, wherever one is made
            elif outermost not in self._reached:
                yield Stranger(outermost)
            return  # only the function around it can call it, or hand it to somebody
        yield from self._keepers(fn)
        (word,) = self._words(fn)
        for path in self.mentions.paths(word):
            words = self.mentions.names(word, path)
            for other in self.mentions.holders(path, words):
                refers = self._refers_outside if other in self._reached else self._refers
                if refers(other, fn, words):
                    yield from self._who_runs(other, not self._calls_it(other, fn, words))
            if self.mentions.is_in_main(path, words) and self._knows_home(path, fn):
                yield Stranger(Fn(path, MODULE_BODY))
        yield from self._unread([word], self.mentions.paths(word))

    def _who_runs(self, fn: Fn, hands_on: bool) -> Iterator[Stranger]:
        """The function itself; of a method of a workflow that nothing reaches, who calls that."""
        owner = fn.qualname.rpartition(".")[0]
        if fn in self._reached or Cls(fn.path, owner) not in self._workflows:
            yield Stranger(fn, hands_on=hands_on)
        elif fn not in self._idle:
            self._idle.add(fn)
            self._search([fn])
            yield from self._strangers(fn)
            self._idle.discard(fn)

    def _unread(self, words: list[str], paths: list[str]) -> Iterator[Stranger]:
        """Code that may hold one of the words, and that wflint could not make out."""
        for path in self.mentions.closed():
            yield Stranger(Fn(path, ""), unread=True)
        for path in paths:
            names = frozenset().union(*(self.mentions.names(word, path) for word in words))
            for fn in self.mentions.unread(path, names):
                yield Stranger(fn, unread=True)

    def _keepers(self, fn: Fn) -> Iterator[Stranger]:
        """Decorators of libraries that may have the function called by somebody."""
        head = self.store.head(fn)
        for decorator in head.decorators if head is not None else ():
            names = self._external_names(decorator, fn.path)
            if any(not name.startswith(_TRANSPARENT) for name in names):
                yield Stranger(fn, sorted(names)[0])

    def _external_names(self, decorator: Decorator, path: str) -> set[str]:
        found = self.answer.checker.resolver.resolve(decorator.target, path)
        return {entity.name for entity in found if isinstance(entity, External)}

    def _refers(self, other: Fn, fn: Fn, words: frozenset[str]) -> bool:
        """True if a function calls ``fn``, or hands it on."""
        refs = self.mentions.references(other, words)
        return any(self._is_meant(ref, other, fn) for ref in refs)

    def _refers_outside(self, other: Fn, fn: Fn, words: frozenset[str]) -> bool:
        """True if workflow code calls ``fn`` where it is sure not to be in a workflow."""
        for call in self.store.body(other).calls:
            if not call.flags & Flag.NOT_IN_WORKFLOW:
                continue
            refs = [call.target, *(arg.value.ref for arg in call.args)]
            named = [ref for ref in refs if words & {*ref.path[-1:], ref.name.rpartition(".")[2]}]
            if any(self._is_meant(ref, other, fn) for ref in named):
                return True
        return False

    def _is_meant(self, ref: Ref, other: Fn, fn: Fn) -> bool:
        for entity in self._resolved(ref, other):
            match entity:
                case OwnFunction():
                    if entity.fn == fn:
                        return True
                case OwnClass():
                    if self._is_class_of(entity.cls, fn):
                        return True
                case External() | OwnModule():
                    pass
                case _:
                    if self._knows_home(other.path, fn):
                        return True
        return False

    def _resolved(self, ref: Ref, other: Fn) -> tuple[Entity, ...]:
        owner = self.store.body(other).head.owner
        receiver = Cls(other.path, owner) if owner else None
        return self.answer.checker.resolver.resolve(ref, other.path, receiver)

    def _is_class_of(self, cls: Cls, fn: Fn) -> bool:
        owner = fn.qualname.rpartition(".")[0]
        order, _ = self.answer.checker.resolver.order(cls)
        return bool(owner) and Cls(fn.path, owner) in order

    def _knows_home(self, path: str, fn: Fn) -> bool:
        """True if something of unknown type may be what has ``fn``: the file names its home."""
        owner = fn.qualname.rpartition(".")[0].rpartition(".")[2]
        home = self.store.load(fn.path).facts.name.rpartition(".")[2]
        names = [re.escape(name) for name in (owner, home) if name]
        return path == fn.path or self.mentions.holds(path, rf"\b(?:{'|'.join(names)})\b")

    # Methods that the SDK calls.

    def _testers(self, fn: Fn) -> Iterator[Stranger]:
        """Code, such as a test, that makes a workflow by itself and calls a method of it."""
        method = shown_name(fn.qualname).rpartition(".")[2]
        making: list[str] = []
        for word in sorted(self._entries[fn]):
            for path in self.mentions.paths(word):
                classes = self.mentions.names(word, path)
                made = "|".join(re.escape(name) for name in sorted(classes))
                if not self.mentions.holds(path, rf"\b(?:{made})\s*\("):
                    continue
                making.append(path)
                words = classes if method == "__init__" else frozenset({method})
                for other in self.mentions.holders(path, words):
                    if other not in self._reached and self._calls_it(other, fn, words):
                        yield Stranger(other)
        yield from self._unread(sorted(self._entries[fn]), making)

    def _calls_it(self, other: Fn, fn: Fn, words: frozenset[str]) -> bool:
        for call in self.mentions.calls(other, words):
            if self._is_meant(call.target, other, fn):
                return True
        return False
