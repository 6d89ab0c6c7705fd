"""What the program does with a class of errors of its own: who raises it, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.checking.raises import RaisedView
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call
from wflint.inference.values import ClassValue

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


class OwnErrors:
    """Answers for one program; ``naming`` gives the files with a word in them, tests left out."""

    def __init__(self, checker: Checker, naming: Callable[[str], Iterable[str]]) -> None:
        self._checker = checker
        self._naming = naming
        self._failing: frozenset[str] | None = None

    def fails_task(self, cls: Cls) -> bool:
        """True if an error of a class comes out of a workflow that is not known to fail with it.

        It may also be of a class that derives from that one.
        """
        if self._failing is None:
            self._failing = frozenset(self._find_failing())
        module, _ = self._checker.resolver.index.name_of(cls.path)
        return f"{module}.{cls.qualname}" in self._failing

    def _find_failing(self) -> Iterator[str]:
        checker = self._checker
        for node in checker.escapes.order:
            body = checker.resolver.store.body(node.fn)
            for statement in body.raises:
                if statement.is_again or statement.under in node.never:
                    continue
                view = RaisedView(checker, statement, node, body)
                for error in view.errors():
                    if view.fails_tasks_of(error):
                        yield from error.classes

    def always_given(self, cls: Cls, keyword: str) -> bool:
        """True if all calls that make an object of a class, and there is one, pass an argument."""
        calls = list(self._calls_of(cls))
        given = (any(a.keyword == keyword or a.star == "**" for a in call.args) for call in calls)
        return bool(calls) and all(given)

    def _calls_of(self, cls: Cls) -> Iterator[Call]:
        store, resolver = self._checker.resolver.store, self._checker.resolver
        for path in self._naming(cls.qualname):
            module = store.load(path)
            for name in (*store.module_bodies(path), *module.facts.functions):
                for body in store.with_nested(Fn(path, name)):
                    for call in body.calls:
                        made = resolver.resolve(call.target, path)
                        if any(isinstance(e, ClassValue) and e.cls == cls for e in made):
                            yield call
