"""Finds who calls a function: workflow code only, or somebody else as well.

`workflow.now()` and its like raise outside of workflows. So a repair that writes them must know
that activities, clients, tests and scripts do not call the function too. They are looked for by
name in all files of the project.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from wflint.checking.analysis import AnalysisResult
from wflint.facts.ids import MODULE_BODY, Cls, Fn, shown_name
from wflint.facts.model import Decorator, Kind, Ref
from wflint.fix.propose.meanings import Meanings, Place, may_mean, place_of
from wflint.fix.propose.mentions import Mentions
from wflint.inference.values import AbstractValue, ExternalValue
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
        self._meanings: dict[str, Meanings] = {}
        self._calls: dict[tuple[str, str, str], Meanings] = {}
        self._called: dict[tuple[Fn, str], Place] = {}
        self._making: dict[str, list[str]] = {}
        self._unknown: dict[tuple[str, ...], list[Stranger]] = {}
        self._entries: dict[Fn, set[str]] = {}  # with the names of the classes that have them
        for node in answer.reached.entries:
            cls = node.receiver.qualname if node.receiver is not None else node.fn.qualname
            name = shown_name(cls).rpartition(".")[2]
            self._entries.setdefault(node.fn, set()).add(name)

    def outside(self, fn: Fn) -> Stranger | None:
        """Something outside of workflow code that may call ``fn``, also through other functions.

        ``None`` when every caller that can be found is workflow code.
        """
        if fn not in self._outside:
            with self.store.reading_plainly():  # what it reads on top is no code of workflows
                self._find(fn)
        return self._outside[fn]

    def _find(self, fn: Fn) -> None:
        if not self._direct:  # one search in all files for all that will be asked
            hits = self.answer.checker.violations.found.values()
            fixable = {hit.fn for hit in hits if hit.rule.fix is not Fixable.NONE}
            self._search(self._above({fn, *fixable}))
        self._find_outside(fn)

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
        words: set[str] = set()
        for fn in functions:
            words |= self._words(fn) | self._home(fn)
            if fn in self._entries:
                words.add(_method(fn))
        self.mentions.search(words)

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

    def _home(self, fn: Fn) -> set[str]:
        """The names of the class and of the module that have a function."""
        owner = fn.qualname.rpartition(".")[0].rpartition(".")[2]
        home = self.store.load(fn.path).facts.name.rpartition(".")[2]
        return {owner, home} - {""}

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
        if word not in self._meanings:
            self._meanings[word] = Meanings(self._places(word), self._homes)
        for place in self._meanings[word].places(fn):
            if place.is_main:
                yield Stranger(place.fn)
            else:
                yield from self._who_runs(place.fn, fn)
        yield from self._unread((word,), self.mentions.paths(word))

    def _places(self, word: str) -> Iterator[Place]:
        """The places that hold a word, and what each of them means by it."""
        mentions = self.mentions
        for path in list(mentions.paths(word)):
            words = mentions.names(word, path)
            for other in mentions.holders(path, words):
                refs = mentions.outside_workflows if other in self._reached else mentions.references
                yield self._place(other, refs(other, words))
            if mentions.is_in_main(path, words):
                yield Place(Fn(path, MODULE_BODY), is_open=True, is_main=True)

    def _place(self, fn: Fn, refs: Iterable[Ref]) -> Place:
        found = chain.from_iterable(self._resolved(ref, fn) for ref in refs)
        return place_of(self.answer.checker.resolver, fn, found)

    def _who_runs(self, fn: Fn, meant: Fn) -> Iterator[Stranger]:
        """Code that means a function; of a method of a workflow that nothing reaches, who calls it.

        That is code that calls it, or hands it on.
        """
        owner = fn.qualname.rpartition(".")[0]
        if fn in self._reached or Cls(fn.path, owner) not in self._workflows:
            yield Stranger(fn, hands_on=not self._calls_it(fn, meant))
        elif fn not in self._idle:
            self._idle.add(fn)
            functions = self.store.load(fn.path).facts.functions.values()
            self._search([fn, *(Fn(fn.path, h.qualname) for h in functions if h.owner == owner)])
            yield from self._strangers(fn)
            self._idle.discard(fn)

    def _calls_it(self, other: Fn, fn: Fn) -> bool:
        """True if code calls a function, or something that may be it."""
        (word,) = self._words(fn)
        if (other, word) not in self._called:
            words = self.mentions.names(word, other.path)
            self._called[other, word] = self._place(other, self.mentions.called(other, words))
        return may_mean(self._called[other, word], fn, self._homes(fn))

    def _unread(self, words: tuple[str, ...], paths: Iterable[str]) -> list[Stranger]:
        """Code that may hold one of the words, and that wflint could not make out."""
        if words not in self._unknown:
            self._unknown[words] = list(self._find_unread(words, list(paths)))
        return self._unknown[words]

    def _find_unread(self, words: tuple[str, ...], paths: list[str]) -> Iterator[Stranger]:
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
        return {entity.name for entity in found if isinstance(entity, ExternalValue)}

    def _resolved(self, ref: Ref, other: Fn) -> tuple[AbstractValue, ...]:
        owner = self.store.body(other).head.owner
        receiver = Cls(other.path, owner) if owner else None
        return self.answer.checker.resolver.resolve(ref, other.path, receiver)

    def _homes(self, fn: Fn) -> list[Mapping[str, None]]:
        """The files in which something of unknown type may be what has a function.

        They name its class or its module.
        """
        names = self._home(fn)
        if not names:
            return [dict.fromkeys(self.mentions.files)]
        return [{fn.path: None}, *(self.mentions.paths(word) for word in names)]

    # Methods that the SDK calls.

    def _testers(self, fn: Fn) -> Iterator[Stranger]:
        """Code, such as a test, that makes a workflow by itself and calls a method of it."""
        method = _method(fn)
        names = tuple(sorted(self._entries[fn]))
        for word in names:
            for path in self._makers(word):
                key = path, word, method
                if key not in self._calls:
                    self._calls[key] = Meanings(self._calls_in(*key), self._homes)
                for place in self._calls[key].places(fn):
                    yield Stranger(place.fn)
        yield from self._unread(names, (path for word in names for path in self._makers(word)))

    def _makers(self, word: str) -> list[str]:
        """The files that may make an object of a class that is called ``word``."""
        if word not in self._making:
            mentions = self.mentions
            self._making[word] = [
                path
                for path in mentions.paths(word)
                if mentions.makes(path, mentions.names(word, path))
            ]
        return self._making[word]

    def _calls_in(self, path: str, word: str, method: str) -> Iterator[Place]:
        """The code of a file, other than that of workflows, that calls a method by its name."""
        classes = self.mentions.names(word, path)
        words = classes if method == "__init__" else frozenset({method})
        for other in self.mentions.holders(path, words):
            if other not in self._reached:
                yield self._place(other, self.mentions.called(other, words))


def _method(fn: Fn) -> str:
    """The name by which a method is called."""
    return shown_name(fn.qualname).rpartition(".")[2]
